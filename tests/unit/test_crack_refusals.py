"""What cracks and opening boundaries refuse: one sentence that says what to do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

import particle_sim as ps
from particle_sim.damage.cracked_transport import cracks, reachable_share, wetted_rate_factor
from particle_sim.damage.interfaces.cohesive_law import CohesiveLaw
from particle_sim.damage.interfaces.grain_boundaries import open_grain_boundaries, pull_apart
from particle_sim.errors import InputError
from particle_sim.fem.body_mesh import BodyMesh
from particle_sim.particle.cracks import Cracks
from particle_sim.particle.run import ParticleRun

SIZE = 1e-7


def mesh() -> BodyMesh:
    whole = ps.shapes.rectangle((SIZE, SIZE), cells=(4, 4))
    second = (whole.points[whole.vertices, 0].mean(axis=1) > SIZE / 2).astype(np.intp)
    return replace(whole, regions=second)


def run_of(**changes: object) -> ParticleRun:
    body = ps.Particle(material=ps.load_material("nvp"), mesh=mesh(), **changes)
    return ps.solve_stress(body, lambda x: np.full(len(x), 0.5))


def law(**changes: float) -> CohesiveLaw:
    values = {"strength": 0.3e9, "energy": 5.0, "stiffness": 1e22} | changes
    return CohesiveLaw(**values)


NONE = np.zeros(25)
INTACT = Cracks(transmission=np.ones(32), wetted=np.zeros(32))
WETTED = replace(INTACT, wetted=np.ones(32))


def solved(cracked: Cracks, surface: object, **changes: object) -> ParticleRun:
    values: dict[str, object] = {"material": ps.load_material("nvp"), "mesh": mesh()} | changes
    body = ps.Particle(cracks=cracked, **values)
    return ps.solve_particle(body, surface, on=("left",))


FLUX = ps.constant_flux(1e-7, 1.0, initial_site_fraction=0.5)
HOLD = ps.surface.FixedConcentration(site_fraction=0.4, duration=1.0, initial_site_fraction=0.5)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: cracks(mesh(), NONE[:-1], length_scale=1e-8), "each of the mesh's 25 points"),
        (lambda: cracks(mesh(), NONE + 1.1, length_scale=1e-8), "from 0 to 1"),
        (lambda: cracks(mesh(), NONE + 1.0, length_scale=1e-9), "use cells of at most"),
        (lambda: cracks(mesh(), NONE, length_scale=-1.0), "length_scale"),
        (lambda: cracks(mesh(), NONE, length_scale=1e-8, residual=0.0), "residual is 0"),
        (lambda: wetted_rate_factor(-1), "give 0 or more"),
        (lambda: reachable_share(-2), "give 0 or more"),
        (lambda: Cracks(transmission=np.zeros(3), wetted=np.zeros(3)), "above 0 and up to 1"),
        (lambda: Cracks(transmission=np.ones(3), wetted=np.zeros(2)), "one finite number per cell"),
        (lambda: solved(INTACT, FLUX, mesh=ps.shapes.sphere(SIZE)), "use a section or a body"),
        (lambda: solved(replace(INTACT, **two()), FLUX), "on the particle's own mesh"),
        (lambda: solved(WETTED, HOLD), "LinearExchange with a large coefficient"),
        (lambda: solved(INTACT, FLUX, physics=stressed()), "leave that term or the cracks out"),
        (lambda: law(stiffness=1e6), "break before it reaches its strength"),
        (lambda: law(strength=-1.0), "strength"),
        (lambda: open_grain_boundaries(run_of(), law(stiffness=1e19)), r"50 E/h"),
        (lambda: open_grain_boundaries(run_of(), law(energy=0.01)), "cells of at most"),
        (lambda: open_grain_boundaries(one_region(), law()), "one region"),
        (lambda: pulled(axis=2), "an axis from 0 to 1"),
        (lambda: pulled(elongations=np.array([np.nan])), "finite elongations"),
        (lambda: pulled(sides=("left", "rihgt")), 'no boundary "rihgt"'),
    ],
)
def test_refused(call: Callable[[], object], words: str) -> None:
    with pytest.raises(InputError, match=words):
        call()


def test_boundaries_that_need_more_memory_than_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("particle_sim.damage.run_cost.machine_memory", lambda: 1e6)
    with pytest.raises(InputError, match="about 0 GB of memory and you have 0 GB: use fewer"):
        open_grain_boundaries(run_of(), law())


def pulled(**changes: object) -> object:
    values: dict[str, object] = {
        "elongations": np.array([1e-10]),
        "sides": ("left", "right"),
        "axis": 0,
    } | changes
    body = ps.Particle(material=ps.load_material("nvp"), mesh=mesh())
    return pull_apart(body, law(), values.pop("elongations"), **values)


def two() -> dict[str, np.ndarray]:
    return {"transmission": np.ones(2), "wetted": np.zeros(2)}


def stressed() -> tuple[object, ...]:
    return (ps.physics.fickian_diffusion, ps.physics.stress_drift)


def one_region() -> ParticleRun:
    whole = ps.shapes.rectangle((SIZE, SIZE), cells=(4, 4))
    body = ps.Particle(material=ps.load_material("nvp"), mesh=whole)
    return ps.solve_stress(body, lambda x: np.full(len(x), 0.5))
