"""Runs of cracks, fatigue and boundaries, interrupted or killed, go on to the same bits."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from test_crack_runs import LENGTH, SOLID, wedged

import particle_sim as ps
from particle_sim.damage.field import (
    CrackBody,
    CrackLoad,
    Fatigue,
    FatigueRun,
    Jumps,
    LengthScale,
    fatigue_cracks,
)
from particle_sim.damage.interfaces import CohesiveLaw, pull_apart
from particle_sim.damage.interfaces.opening import BoundaryOpening
from particle_sim.errors import InputError
from particle_sim.particle import state_file


class Interrupted(Exception):
    pass


def tired(**options: Any) -> FatigueRun:
    """A bar of 10 l, its ends apart and back for 14 cycles, of which some are jumped over."""
    settings = {
        "cycles": 14,
        "fatigue": Fatigue(threshold=1e8),
        "jumps": Jumps(growth=0.3),
    } | options
    body = CrackBody(mesh=ps.shapes.rectangle((10 * LENGTH, LENGTH), cells=(40, 4)), solid=SOLID)
    ends = {"left": lambda x, t: 0 * x - (t, 0), "right": lambda x, t: 0 * x + (t, 0)}
    load = CrackLoad(displacement=ends)
    return fatigue_cracks(body, load, [2.9e-9, 0.0], meaning=LengthScale.MATERIAL, **settings)


def parted(**options: Any) -> BoundaryOpening:
    """A bar of two grains whose boundary bends open and then breaks by a jump."""
    settings = {"elongations": np.array([2e-10, 4e-10, 6e-10])} | options
    mesh = ps.shapes.rectangle((45e-9, 2e-9), cells=(20, 1))
    second = (mesh.points[mesh.vertices, 0].mean(axis=1) > 26e-9).astype(np.intp)
    body = ps.Particle(material=ps.load_material("nvp"), mesh=replace(mesh, regions=second))
    law = CohesiveLaw(strength=0.6e9, energy=0.06, stiffness=4e21)
    return pull_apart(body, law, sides=("left", "right"), axis=0, **settings)


RUNS: dict[str, tuple[Callable[..., Any], int, tuple[str, ...]]] = {
    "cracks": (
        wedged,
        2,
        ("time", "damage", "scaled_displacement", "crack_energy", "alternations"),
    ),
    "fatigue": (tired, 5, ("cycle", "counted", "damage", "accumulated", "crack_energy")),
    "boundaries": (parted, 5, ("largest", "displacement", "dissipated", "traction", "pop_ins")),
}
"""The run, at which of its writings it is killed, and what it found."""


@pytest.fixture(scope="module", params=RUNS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def whole(kind: str, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The run of a kind that nothing ends."""
    return RUNS[kind][0](checkpoint=tmp_path_factory.mktemp("whole") / "run.npz")


def after(count: int) -> Callable[[str], None]:
    """Progress that ends the run when it is told for the ``count``-th time."""
    told: list[str] = []

    def progress(words: str) -> None:
        told.append(words)
        if len(told) == count:
            raise Interrupted

    return progress


def check_same(kind: str, run: Any, other: Any) -> None:
    """To the last bit."""
    for name in RUNS[kind][2]:
        np.testing.assert_array_equal(getattr(run, name), getattr(other, name), err_msg=name)


def test_runs_do_what_may_go_wrong(kind: str, whole: Any) -> None:
    """Cracks grow, cycles are jumped over and do damage, boundaries pop in."""
    if kind == "cracks":
        assert whole.crack_size[-1] > whole.crack_size[0] + LENGTH / 2
    elif kind == "fatigue":
        assert whole.counted.max() > 1
        assert whole.damage[-1].max() > 1e-3
    else:
        assert len(whole.pop_ins) > 0


def test_an_interrupted_run_goes_on_bit_for_bit(kind: str, whole: Any, tmp_path: Path) -> None:
    path, (run, *_) = tmp_path / "run.npz", RUNS[kind]
    with pytest.raises(Interrupted):
        run(checkpoint=path, progress=after(3))
    told: list[str] = []
    check_same(kind, run(checkpoint=path, progress=told.append), whole)
    steps = len(getattr(whole, "cycle", whole.damage))
    assert len(told) == 1 + steps - 2, "what was done is not done again"
    assert list(tmp_path.iterdir()) == []


KILLED = """
import os, sys, threading
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import numpy as np
from particle_sim.particle import state_file
from test_resumed_runs import RUNS

state_file.SHARE = float("inf")  # every step is written
writes, savez, torn = [], np.savez, threading.Event()
def tearing(file, **content):
    writes.append(None)
    savez(file, **content)
    if len(writes) == last:
        file.truncate(file.tell() // 2)
        torn.set()
        threading.Event().wait()
np.savez = tearing
for name, (run, last, _) in RUNS.items():
    writes.clear()
    torn.clear()
    path = {"checkpoint": Path(sys.argv[2]) / name / "run.npz"}
    thread = threading.Thread(target=run, kwargs=path, daemon=True)
    thread.start()
    while thread.is_alive() and not torn.wait(0.02):
        pass
    if not torn.is_set():
        os._exit(1)
os._exit(9)  # as SIGKILL: nothing is cleaned up
"""


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for each kind, whose run was killed while it wrote."""
    path = tmp_path_factory.mktemp("killed")
    command = [sys.executable, "-c", KILLED, str(Path(__file__).parent), str(path)]
    assert subprocess.run(command, check=False).returncode == 9
    return path


def test_a_run_killed_while_it_writes_goes_on_bit_for_bit(
    kind: str, whole: Any, killed: Path
) -> None:
    folder = killed / kind
    assert len(list(folder.iterdir())) == 2, "the last whole file and half of a new one"
    check_same(kind, RUNS[kind][0](checkpoint=folder / "run.npz"), whole)
    assert list(folder.iterdir()) == []


OTHERS: dict[str, tuple[dict[str, Any], ...]] = {
    "cracks": ({"times": (2e-9, 4e-9, 7e-9)}, {"until": 1e-6}, {"flaw": None}),
    "fatigue": ({"cycles": 15}, {"until": 1e-6}, {"fatigue": Fatigue(threshold=2e9)}),
    "boundaries": ({"elongations": np.array([2e-10, 4e-10, 7e-10])},),
}


def test_checkpoints_of_others_are_refused(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of another load or solid, or another version; none is overwritten."""
    path, (run, *_) = tmp_path / "run.npz", RUNS[kind]
    with pytest.raises(Interrupted):
        run(checkpoint=path, progress=after(2))
    kept = path.read_bytes()
    for other in OTHERS[kind]:
        with pytest.raises(InputError, match="checkpoint of another run"):
            run(checkpoint=path, **other)
    monkeypatch.setattr(state_file, "_version", lambda: "99.0")
    with pytest.raises(InputError, match=r"of particle_sim .* and this is 99\.0; go on with"):
        run(checkpoint=path)
    assert path.read_bytes() == kept


def test_a_checkpoint_is_used_and_what_is_none_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "run.npz"
    with pytest.raises(Interrupted):
        parted(checkpoint=path, progress=after(2))
    changed = dict(np.load(path))
    changed["state.dissipated"] = changed["state.dissipated"] + 1.0
    np.savez(path, **changed)
    assert parted(checkpoint=path).dissipated[-1] > 1e3 * parted().dissipated[-1]
    for spoilt in ({**changed, "rows.largest": np.zeros((9, 2))}, {"fingerprint": np.array("")}):
        np.savez(path, **spoilt)
        with pytest.raises(InputError, match="cannot be read as a checkpoint"):
            parted(checkpoint=path)
    path.write_text("my notes")
    with pytest.raises(InputError, match="cannot be read as a checkpoint"):
        parted(checkpoint=path)
    assert path.read_text() == "my notes"
