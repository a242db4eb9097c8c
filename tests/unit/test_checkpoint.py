"""Long runs: interrupted and resumed, refused for lack of memory, failed with the state kept."""

from __future__ import annotations

import errno
import random
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import particle_sim as ps
from particle_sim.errors import ConvergenceError, InputError
from particle_sim.particle import integrate, memory
from particle_sim.particle.checkpoint import Checkpoint
from particle_sim.particle.discretise import discretised
from particle_sim.particle.stepper import Snapshot

RADIUS = 2e-7
SURFACE = ps.constant_flux(1e-6, 300.0, initial_site_fraction=0.8)
TIMES = (60.0, 120.0, 180.0, 240.0)
MESHES: dict[str, Callable[[], Any]] = {
    "radial": lambda: ps.shapes.sphere(RADIUS, cells=12),
    "section": lambda: ps.shapes.ball_section(RADIUS, cell_size=RADIUS / 3, half=True),
}


class Interrupted(Exception):
    pass


def interrupt_after(fraction: float) -> Callable[[float], None]:
    def progress(done: float) -> None:
        if done > fraction:
            raise Interrupted

    return progress


def particle(name: str) -> Any:
    material = ps.material_from_values(
        maximum_concentration=2e4, diffusivity=1e-16, partial_molar_volume=3e-6
    )
    physics = (ps.physics.fickian_diffusion, ps.physics.stress_drift)
    return ps.Particle(material=material, mesh=MESHES[name](), physics=physics)


@pytest.mark.parametrize("name", list(MESHES))
def test_an_interrupted_run_goes_on_as_if_it_had_not_been(name: str, tmp_path: Path) -> None:
    body, path = particle(name), tmp_path / "run.npz"
    whole = ps.solve_particle(body, SURFACE, times=TIMES)
    with pytest.raises(Interrupted):
        ps.solve_particle(
            body, SURFACE, times=TIMES, checkpoint=path, progress=interrupt_after(0.5)
        )
    assert path.is_file()
    resumed = ps.solve_particle(body, SURFACE, times=TIMES, checkpoint=path)
    assert not path.exists()
    np.testing.assert_allclose(resumed.time, whole.time, rtol=1e-12)
    np.testing.assert_allclose(resumed.site_fraction, whole.site_fraction, atol=1e-8)
    assert resumed.balances.sodium < 1e-12


def test_a_resumed_run_really_starts_from_the_file(tmp_path: Path) -> None:
    """A file whose last state was changed leads elsewhere: nothing is silently redone."""
    body, path = particle("radial"), tmp_path / "run.npz"
    whole = ps.solve_particle(body, SURFACE, times=TIMES)
    with pytest.raises(Interrupted):
        ps.solve_particle(
            body, SURFACE, times=TIMES, checkpoint=path, progress=interrupt_after(0.5)
        )
    stored = dict(np.load(path))
    stored["packed"][-1] *= 0.9
    np.savez(path, **stored)
    resumed = ps.solve_particle(body, SURFACE, times=TIMES, checkpoint=path)
    assert np.abs(resumed.site_fraction[-1] - whole.site_fraction[-1]).max() > 0.01


def test_a_checkpoint_of_another_run_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "run.npz"
    with pytest.raises(Interrupted):
        ps.solve_particle(
            particle("radial"), SURFACE, times=TIMES, checkpoint=path, progress=interrupt_after(0.1)
        )
    other = ps.constant_flux(2e-6, 300.0, initial_site_fraction=0.8)
    with pytest.raises(InputError, match="checkpoint of another run"):
        ps.solve_particle(particle("radial"), other, times=TIMES, checkpoint=path)
    path.write_bytes(b"nonsense")
    with pytest.raises(InputError, match="cannot be read as a checkpoint"):
        ps.solve_particle(particle("radial"), SURFACE, times=TIMES, checkpoint=path)


def a_checkpoint(path: Path) -> Checkpoint:
    numbers = np.random.default_rng(1)
    states = [
        Snapshot(
            time=float(k),
            passed=float(k),
            packed=numbers.random(3),
            overall=numbers.random(2),
            piece=(0.0, float(k)),
        )
        for k in range(12)
    ]
    checkpoint = Checkpoint(path=path, fingerprint="of this run")
    checkpoint.save(states, 0.5, at_once=True)
    return checkpoint


def unnoticed(checkpoint: Checkpoint, flips: int) -> list[int]:
    """Flips of one bit after which other states are read without a word, or no sentence comes."""
    whole, states = checkpoint.path.read_bytes(), repr(checkpoint.load())
    wrong = []
    for bit in random.Random(0).sample(range(8 * len(whole)), flips):
        data = bytearray(whole)
        data[bit // 8] ^= 1 << bit % 8
        checkpoint.path.write_bytes(data)
        try:
            if repr(checkpoint.load()) != states:
                wrong.append(bit)
        except InputError:
            continue
        except Exception:  # anything else is a traceback
            wrong.append(bit)
    return wrong


def test_a_checkpoint_with_a_flipped_bit_or_without_its_end_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkpoint = a_checkpoint(tmp_path / "run.npz")
    whole = checkpoint.path.read_bytes()
    assert unnoticed(checkpoint, flips=400) == []
    for length in range(0, len(whole), 97):
        checkpoint.path.write_bytes(whole[:length])
        with pytest.raises(InputError, match="cannot be read as a checkpoint"):
            checkpoint.load()
    checkpoint.path.write_bytes(whole)
    monkeypatch.setattr(zipfile.ZipExtFile, "_update_crc", lambda *_: None)
    assert unnoticed(checkpoint, flips=400), "without checksums flips go unnoticed"


def test_a_checkpoint_that_cannot_be_written_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(np, "savez", full)
    with pytest.raises(InputError, match=r"written \(No space left on device\); make room"):
        a_checkpoint(tmp_path / "run.npz")
    assert list(tmp_path.iterdir()) == [], "no scratch is left"


def test_a_failed_run_keeps_its_last_state_and_says_its_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, advance = tmp_path / "run.npz", integrate._advance

    def stuck(stepper: Any, snapshot: Any, *others: Any) -> Any:
        if snapshot.time > 0:
            integrate._give_up_if_stuck(0.0, snapshot, 40.0)
        return advance(stepper, snapshot, *others)

    monkeypatch.setattr(integrate, "_advance", stuck)
    with pytest.raises(ConvergenceError, match=r"error of 4\.0e\+01 times the tolerance"):
        ps.solve_particle(particle("radial"), SURFACE, times=TIMES, checkpoint=path)
    monkeypatch.undo()
    resumed = ps.solve_particle(particle("radial"), SURFACE, times=TIMES, checkpoint=path)
    assert resumed.time[-1] == pytest.approx(300.0)


def test_a_mesh_too_large_for_the_machine_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "machine_memory", lambda: 1e6)
    with pytest.raises(InputError, match=r"needs about .* GB of memory; you have 0 GB"):
        ps.solve_particle(particle("section"), SURFACE)


def test_prediction_grows_with_cells_order_and_coupling() -> None:
    small = particle("section")
    larger = replace(small, mesh=ps.shapes.ball_section(RADIUS, cell_size=RADIUS / 12, half=True))
    plain = replace(small, physics=(ps.physics.fickian_diffusion,))

    def needed(body: Any) -> float:
        return memory.predicted_memory(discretised(body, {"surface": SURFACE}), 5) - memory.SPARE

    assert needed(larger) > 8 * needed(small)
    assert needed(small) > 1.2 * needed(plain)
    assert needed(replace(plain, order=4)) > 2 * needed(plain)
