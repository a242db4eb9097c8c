"""Does a sweep survive: kill -9, a crash at every single write, a full disk, failing samples?

The answer expected of every interrupted sweep is the bytes of one that was left alone.
"""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

from particle_sim.errors import InputError
from particle_sim.sweeps import store as store_module
from particle_sim.sweeps.axes import Axis
from particle_sim.sweeps.damage import FAILURE_FOLDER, STATUS
from particle_sim.sweeps.evaluate import vectorised
from particle_sim.sweeps.layout import DATA_FOLDER
from particle_sim.sweeps.result import failures_of, open_sweep, read_failures
from particle_sim.sweeps.sealed import read_sealed, write_sealed
from particle_sim.sweeps.store import chunk_size
from particle_sim.sweeps.sweep import sweep
from particle_sim.units import pascal

AXES = [Axis("x", 0.0, 1.0, "m"), Axis.values("kind", ["sum", "root"])]
SAMPLES = 40


def curved(x: float, kind: str) -> pascal:
    """Fails above 0.9."""
    if x > 0.9:
        raise ValueError("x is above 0.9")
    return x + 1 if kind == "sum" else x**0.5


def data_bytes(folder: Path) -> dict[str, bytes]:
    """Every data file of a store, by place."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for part in (DATA_FOLDER, FAILURE_FOLDER)
        for path in sorted((folder / part).rglob("*"))
        if path.is_file()
    }


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_module, "CHUNK", 16)


def run(folder: Path | None, function: Callable[..., Any] = curved) -> xr.Dataset:
    return sweep(function, AXES, samples=SAMPLES, seed=1, store=folder)


@pytest.mark.usefixtures("small_chunks")
def test_result_is_the_function_of_its_inputs(tmp_path: Path) -> None:
    for data in (run(None), run(tmp_path / "a"), open_sweep(tmp_path / "a")):
        x = data.x.values
        expected = np.where(data.kind.values == "sum", x + 1, x**0.5)
        np.testing.assert_array_equal(data.curved.values, np.where(x > 0.9, np.nan, expected))
        assert data.curved.attrs["units"] == "Pa"
        assert data.x.attrs["units"] == "m"
        assert data.sizes == {"sample": SAMPLES}
    plain = xr.open_zarr(tmp_path / "a" / DATA_FOLDER, consolidated=False, chunks=None)
    np.testing.assert_array_equal(plain.curved.values, data.curved.values)


@pytest.mark.usefixtures("small_chunks")
def test_failures_stand_in_the_ledger_with_their_inputs(tmp_path: Path) -> None:
    data = run(tmp_path / "a")
    ledger = read_failures(tmp_path / "a")
    assert [failure.sample for failure in ledger] == np.flatnonzero(data.x.values > 0.9).tolist()
    assert {failure.error for failure in ledger} == {"ValueError: x is above 0.9"}
    for failure in ledger:
        assert failure.inputs["x"] == data.x.values[failure.sample]
        assert failure.inputs["kind"] == data.kind.values[failure.sample]
    assert failures_of(data) == ledger
    assert data.attrs["failed"] == len(ledger) == np.count_nonzero(data.status.values == 2)


def test_nan_is_a_failure_too() -> None:
    def holed(x: float) -> dict[str, float]:
        return {"good": x, "bad": float("nan") if x > 0.5 else 1.0}

    data = sweep(holed, AXES[:1], samples=10, seed=1)
    assert {failure.error for failure in failures_of(data)} == {"bad is nan."}
    assert np.isfinite(data.good.values).all(), "what is known of the sample is kept"
    assert data.attrs["failed"] == 5


def test_bad_sample_does_not_take_its_batch_with_it() -> None:
    @vectorised
    def together(x: np.ndarray[Any, Any]) -> dict[str, Any]:
        if x.max() > 0.95:
            raise ValueError("too large")
        return {"square": x**2}

    data = sweep(together, AXES[:1], samples=100, seed=1)
    x = data.x.values
    np.testing.assert_array_equal(data.square.values, np.where(x > 0.95, np.nan, x**2))
    assert data.attrs["failed"] == 5


def test_second_run_computes_nothing(tmp_path: Path) -> None:
    first = run(tmp_path / "a")
    before = data_bytes(tmp_path / "a")
    times = {path: path.stat().st_mtime_ns for path in (tmp_path / "a").rglob("c/*")}

    def must_not_run(*_: Any) -> None:
        raise AssertionError("something was computed")

    again = sweep(
        curved, AXES, samples=SAMPLES, seed=1, store=tmp_path / "a", progress=must_not_run
    )
    xr.testing.assert_identical(again, first)
    assert data_bytes(tmp_path / "a") == before
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "a").rglob("c/*")} == times


# --- crashes --------------------------------------------------------------------------------------


class Dead(Exception):
    """The process has ended."""


class Mortal:
    """``os.replace``, which names every finished file; fails from number ``lives`` on.

    Nothing after it is written either, as in a process that was killed.
    """

    def __init__(self, lives: int) -> None:
        self.replace, self.lives = os.replace, lives

    def __call__(self, *names: Any) -> None:
        self.lives -= 1
        if self.lives < 0:
            raise Dead
        self.replace(*names)


def half_failing(x: float) -> float:
    if x > 0.5:
        raise ValueError("x is above 0.5")
    return x * x


def crash_run(folder: Path) -> None:
    """18 samples in two chunks."""
    sweep(half_failing, AXES[:1], samples=18, seed=1, store=folder)


def wrong_crashes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """File numbers after which a crash and a second run give other bytes than one run does, or
    after which the second run calls damaged what is only unfinished."""
    crash_run(tmp_path / "whole")
    expected = data_bytes(tmp_path / "whole")
    for lives in range(200):
        folder = tmp_path / str(lives)
        with monkeypatch.context() as patch:
            patch.setattr(os, "replace", Mortal(lives))
            try:
                crash_run(folder)
            except Dead:
                pass
            else:
                return
        crash_run(folder)
        if data_bytes(folder) != expected or (folder / "repairs.txt").exists():
            yield lives
    raise AssertionError("the sweep never finished")


@pytest.mark.usefixtures("small_chunks")
def test_crash_at_any_write_ends_in_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert list(wrong_crashes(tmp_path, monkeypatch)) == []


@pytest.mark.usefixtures("small_chunks")
def test_crash_test_notices_a_status_written_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = store_module._write

    def hasty(store: Any, number: int, part: Any) -> None:
        inside = slice(number * store.chunk, (number + 1) * store.chunk)
        store.arrays[STATUS][inside] = store.status[inside]
        real(store, number, part)

    monkeypatch.setattr(store_module, "_write", hasty)
    assert any(lives >= 0 for lives in wrong_crashes(tmp_path, monkeypatch))


KILLED = """
import os, random, sys, time
from pathlib import Path
import particle_sim.sweeps.store as store
from particle_sim.sweeps.axes import Axis
from particle_sim.sweeps.result import open_sweep
from particle_sim.sweeps.sweep import sweep

folder, log = Path("calm"), Path("calm.log")
store.CHUNK = 64
STORED = set()

def slow(x):
    number = round(x * 299)
    with log.open("a") as file:
        file.write(f"{'again' if number in STORED else 'once'} {number}\\n")
    time.sleep(0.002)
    if number % 50 == 7:
        raise ValueError("every fiftieth fails")
    return {"square": x * x, "cube": x**3}

def run():
    if (folder / "samples.zarr" / "status" / "zarr.json").exists():
        import zarr
        kept = zarr.open_group(str(folder / "samples.zarr"), mode="r")["status"][:]
        STORED.update(kept.nonzero()[0].tolist())
    from particle_sim.sweeps.sampling import Sampling
    sweep(slow, [Axis("x", 0.0, 1.0)], sampling=Sampling.GRID, samples=300, store=folder)

random.seed(4)
kills = 0
for attempt in range(-1, 9):
    if attempt == 0:
        folder, log = Path("killed"), Path("killed.log")
    child = os.fork()
    if child == 0:
        run()
        os._exit(0)
    if 0 <= attempt < 8:
        time.sleep(random.uniform(0.03, 0.5))
        os.kill(child, 9)
    kills += os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -9
print(kills)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_kill_9_at_random_moments_ends_in_the_same_bytes(tmp_path: Path) -> None:
    """Eight kills; no stored sample is computed again, and no sample is lost."""
    script = tmp_path / "killed.py"
    script.write_text(KILLED, encoding="utf-8")
    answer = subprocess.run(
        [sys.executable, str(script)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert int(answer.stdout) >= 1, "at least one run was killed"
    calm = data_bytes(tmp_path / "calm")
    assert data_bytes(tmp_path / "killed") == calm
    assert len([name for name in calm if name.startswith(FAILURE_FOLDER)]) == 5
    lines = (tmp_path / "killed.log").read_text().splitlines()
    assert {int(line.split()[1]) for line in lines} == set(range(300))
    assert not [line for line in lines if line.startswith("again")]
    (tmp_path / "killed" / DATA_FOLDER / "cube" / "c" / "3").write_bytes(b"torn")
    assert data_bytes(tmp_path / "killed") != calm, "the comparison notices one file"


def test_full_disk_is_one_sentence_and_the_sweep_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(tmp_path / "whole")

    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(store_module, "_write", full)
        with pytest.raises(InputError) as caught:
            run(tmp_path / "a")
    assert str(caught.value) == (
        f"{tmp_path / 'a'} cannot be written (the disk is full); make room or choose another "
        "folder, then run the same sweep again: what is stored is kept."
    )
    run(tmp_path / "a")
    assert data_bytes(tmp_path / "a") == data_bytes(tmp_path / "whole")


# --- what a folder refuses ------------------------------------------------------------------------


def other(x: float, kind: str) -> float:
    return 2 * x


def test_folder_of_another_sweep_is_refused(tmp_path: Path) -> None:
    run(tmp_path / "a")
    before = data_bytes(tmp_path / "a")
    with pytest.raises(InputError, match=r"different: function\); give another folder, or delete"):
        run(tmp_path / "a", other)
    with pytest.raises(InputError, match=r"different: seed 1 there, 2 here\)"):
        sweep(curved, AXES, samples=SAMPLES, seed=2, store=tmp_path / "a")
    with pytest.raises(InputError, match=r"different: samples 40 there, 41 here\)"):
        sweep(curved, AXES, samples=41, seed=1, store=tmp_path / "a")
    assert data_bytes(tmp_path / "a") == before


def test_folder_of_another_version_is_refused(tmp_path: Path) -> None:
    run(tmp_path / "a")
    manifest = tmp_path / "a" / "manifest.json"
    content = read_sealed(manifest)
    assert {"python", "numpy", "zarr"} <= content["versions"].keys()
    here = content["content"]["version"]
    content["content"]["version"], content["sweep"] = "0.0.1", "0" * 64
    write_sealed(manifest, content)
    with pytest.raises(InputError, match=rf"different: version 0\.0\.1 there, {here} here"):
        run(tmp_path / "a")


def test_folder_with_other_things_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(InputError, match=r"holds something else \(notes\.txt\); give a new folder"):
        run(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]
    with pytest.raises(InputError, match=r"notes\.txt is a file; give a folder"):
        run(tmp_path / "notes.txt")
    with pytest.raises(InputError, match=r"holds no manifest\.json; give the folder of a sweep"):
        open_sweep(tmp_path)


def test_one_writer_at_a_time(tmp_path: Path) -> None:
    def nested(x: float) -> float:
        sweep(nested, AXES[:1], samples=3, store=tmp_path / "a")
        return x

    data = sweep(nested, AXES[:1], samples=3, store=tmp_path / "a")
    assert {failure.error for failure in failures_of(data)} == {
        f"{tmp_path / 'a'} is being written by another run; wait for it or give another folder."
    }


def test_result_may_not_have_the_name_of_an_input() -> None:
    def confused(x: float) -> dict[str, float]:
        return {"x": x}

    with pytest.raises(InputError, match="returns x, the name of an input; rename it"):
        sweep(confused, AXES[:1], samples=3)


def test_unknown_and_missing_inputs_are_named() -> None:
    with pytest.raises(InputError) as caught:
        sweep(curved, [Axis("kin", 0, 1)], samples=3)
    assert caught.value.problems == (
        "The axis kin is no input of curved; did you mean kind?",
        "curved needs x, which no axis gives; add an axis or a default.",
        "curved needs kind, which no axis gives; add an axis or a default.",
    )


def test_long_sweeps_have_long_chunks() -> None:
    assert [chunk_size(n) for n in (1, 10**6, 10**6 + 1, 3 * 10**6)] == [1000, 1000, 2000, 3000]
