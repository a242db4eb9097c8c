"""Does a stored sweep know when it is damaged, and does running it again mend it?

The answer expected after every damage is the bytes of the undamaged store.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from particle_sim.errors import InputError
from particle_sim.sweeps import layout
from particle_sim.sweeps import store as store_module
from particle_sim.sweeps.axes import Axis
from particle_sim.sweeps.result import open_sweep
from particle_sim.sweeps.sampling import Sampling
from particle_sim.sweeps.sweep import sweep

SAMPLES, CHUNK = 20, 8
"""Chunks: 0 to 7 all done, 8 to 15 all failed but half known, 16 to 19 done."""
calls: list[float] = []


def holed(x: float) -> dict[str, float]:
    calls.append(x)
    return {"half": x / 2, "sqrt": float("nan") if 8 <= x <= 15 else x**0.5}


def run(folder: Path) -> xr.Dataset:
    calls.clear()
    axis = Axis("x", 0.0, SAMPLES - 1.0, "m")
    return sweep(holed, [axis], sampling=Sampling.GRID, samples=SAMPLES, store=folder)


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(store_module, "CHUNK", CHUNK)
    run(tmp_path / "a")
    return tmp_path / "a"


def content(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in (".lock", "repairs.txt")
    }


def told(folder: Path) -> str:
    path = folder / "repairs.txt"
    return path.read_text(encoding="utf-8") if path.exists() else ""


def flip(path: Path, bit: int) -> None:
    data = bytearray(path.read_bytes())
    data[bit // 8] ^= 1 << bit % 8
    path.write_bytes(data)


def unnoticed(folder: Path, flips: int, within: str = "") -> list[str]:
    """Flips of one bit that change what is read without a word, or that a second run does not
    mend, or that it does not tell of though a reader was refused."""
    whole, data = content(folder), open_sweep(folder)
    bits = [
        (name, bit)
        for name, held in whole.items()
        for bit in range(8 * len(held))
        if name.startswith(within)
    ]
    wrong = []
    for name, bit in random.Random(0).sample(bits, flips):
        flip(folder / name, bit)
        refused = False
        try:
            same = open_sweep(folder).identical(data)
        except InputError as error:
            refused, same = True, Path(name).name.split(".")[0] in str(error)
        run(folder)
        if not same or content(folder) != whole or (refused and name not in told(folder)):
            wrong.append(f"{name}, bit {bit}")
        (folder / name).write_bytes(whole[name])
        (folder / "repairs.txt").unlink(missing_ok=True)
    return wrong


def test_one_flipped_bit_is_found_and_mended(store: Path) -> None:
    assert unnoticed(store, flips=16) == []


def test_flip_test_notices_a_store_without_checksums(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(layout, "CODECS", ())
    plain = store.with_name("plain")
    run(plain)
    assert unnoticed(plain, flips=2, within="samples.zarr/half/c")


Harm = Callable[[Path], object]
HARM: dict[str, tuple[str, Harm, list[int]]] = {
    "a torn chunk of a result": (
        "samples.zarr/half/c/2",
        lambda path: path.write_bytes(path.read_bytes()[:-3]),
        [16, 17, 18, 19],
    ),
    "a missing chunk of a result": ("samples.zarr/half/c/0", Path.unlink, [*range(8)]),
    "a missing chunk where all failed": ("samples.zarr/half/c/1", Path.unlink, [*range(8, 16)]),
    "a missing chunk that is all nan": ("samples.zarr/sqrt/c/1", Path.unlink, [*range(8, 16)]),
    "a missing chunk of an input": ("samples.zarr/x/c/0", Path.unlink, [*range(8)]),
    "an empty chunk of the status": (
        "samples.zarr/status/c/0",
        lambda path: path.write_bytes(b""),
        [*range(8)],
    ),
    "a torn ledger": (
        "failures/000001.json",
        lambda path: path.write_bytes(path.read_bytes()[:40]),
        [*range(8, 16)],
    ),
    "a missing ledger": ("failures/000001.json", Path.unlink, [*range(8, 16)]),
    "missing metadata": ("samples.zarr/sqrt/zarr.json", Path.unlink, []),
    "torn metadata": ("samples.zarr/x/zarr.json", lambda path: path.write_text('{"sh'), []),
    "a torn layout": ("layout.json", lambda path: path.write_bytes(b"{}"), [*range(20)]),
    "a layout whose hash is wrong": (
        "layout.json",
        lambda path: path.write_text(path.read_text().replace('"sha256": "', '"sha256": "0')),
        [],
    ),
}


@pytest.mark.parametrize("case", HARM)
def test_damage_is_named_and_only_what_was_hit_is_computed_again(case: str, store: Path) -> None:
    name, harm, again = HARM[case]
    whole = content(store)
    harm(store / name)
    with pytest.raises(InputError) as caught:
        open_sweep(store)
    assert name in str(caught.value)
    assert "run the same sweep again" in str(caught.value)
    data = run(store)
    assert calls == again
    assert content(store) == whole
    assert name in told(store)
    assert name in json.loads(data.attrs["repairs"])[0]
    assert "repairs" not in run(store).attrs, "told once"


def test_a_damaged_manifest_is_mended_by_the_sweep_it_belongs_to(store: Path) -> None:
    manifest, whole = store / "manifest.json", content(store)
    manifest.write_text(manifest.read_text().replace('"samples": 20', '"samples": 28'))
    with pytest.raises(InputError, match=r"manifest\.json is damaged or not of a sweep"):
        open_sweep(store)
    run(store)
    assert (calls, content(store)) == ([], whole)
    assert "manifest.json" in told(store)
    manifest.write_bytes(b"{")
    with pytest.raises(InputError, match=r"manifest\.json is damaged .* delete this one to start"):
        run(store)


def test_a_store_from_before_checksums_is_read_with_a_warning(store: Path) -> None:
    manifest = json.loads((store / "manifest.json").read_text())
    del manifest["sha256"]
    (store / "manifest.json").write_text(json.dumps(manifest))
    (store / "layout.json").unlink()
    ledger = json.loads((store / "failures" / "000001.json").read_text())["failures"]
    (store / "failures" / "000001.json").write_text(json.dumps(ledger))
    with pytest.warns(UserWarning, match="was written without checksums"):
        data = open_sweep(store)
    np.testing.assert_array_equal(data.half.values, data.x.values / 2)
    with pytest.raises(InputError, match="by an earlier version, without checksums; give another"):
        run(store)


def test_names_of_results_are_those_of_the_first_sample(tmp_path: Path) -> None:
    def changing(x: float) -> dict[str, float]:
        return {"b": x} if x > 4 else {"a": x}

    data = sweep(changing, [Axis("x", 0.0, 9.0)], sampling=Sampling.GRID, samples=10)
    assert set(data.data_vars) == {"a", "status"}
    np.testing.assert_array_equal(data.status.values, [1] * 5 + [2] * 5)
    failed = json.loads(data.attrs["failures"])
    assert {entry["error"].removeprefix("InputError: ") for entry in failed} == {
        "it returned ['b'], other samples ['a']."
    }
