"""The predicted memory of a body solve holds what the solve makes, each part with a plus."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import particle_sim as ps
from particle_sim.particle import memory
from particle_sim.particle.discretise import discretised
from particle_sim.particle.system import ParticleSystem

R = 1e-7
SURFACE = ps.constant_flux(1e-6, 10.0, initial_site_fraction=0.5)
MATERIAL = ps.material_from_values(
    maximum_concentration=2e4, diffusivity=1e-16, partial_molar_volume=3e-6
)


def system(dimension: int, **changed: Any) -> ParticleSystem:
    meshes = {
        2: lambda: ps.shapes.rectangle((R, R), cells=(8, 8)),
        3: lambda: ps.shapes.box((R, R, R), cells=(4, 4, 4)),
    }
    body = ps.Particle(material=MATERIAL, mesh=meshes[dimension]())
    return discretised(replace(body, **changed), {body.mesh.surfaces[0]: SURFACE})


def made(body: ParticleSystem, states: int) -> int:
    """Bytes of the tables, matrices and states that such a solve holds at once."""
    spaces = (body.space, body.elasticity.space)
    tables = sum(space.gradients.nbytes for space in spaces)
    cells, unknowns = body._cell_unknowns.shape
    stiffness = body.elasticity.constant_stiffness
    matrix = stiffness.data.nbytes + stiffness.indices.nbytes
    state = 8 * (body.u.stop if body.is_coupled else body.u.stop + body.elasticity.size)
    return tables + 8 * cells * unknowns**2 + matrix + states * state


@pytest.mark.parametrize("dimension", [2, 3])
@pytest.mark.parametrize("coupled", [False, True])
def test_the_prediction_holds_what_is_made(dimension: int, coupled: bool) -> None:
    """With twice the arrays, no more than what sums, factors and copies of them may take."""
    physics = [ps.physics.stress_drift if coupled else ps.physics.fickian_diffusion]
    body = system(dimension, physics=physics)
    for states in (2, 500):
        predicted = memory.predicted_memory(body, states) - memory.SPARE
        assert made(body, states) < predicted < 20 * made(body, states)


@pytest.mark.parametrize("dimension", [2, 3])
@pytest.mark.parametrize("coupled", [False, True])
def test_what_an_iterative_solve_takes(
    dimension: int, coupled: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Numbers by hand: the sodium's gradients three times (values, products, a copy), the
    displacement's once; cell matrices four times (two kinds, two places of each number), those of
    the elasticity and the coupling three times."""
    monkeypatch.setattr(memory, "DIRECT_LIMIT", {2: 0, 3: 0})
    physics = [ps.physics.stress_drift if coupled else ps.physics.fickian_diffusion]
    body = system(dimension, physics=physics)
    cells, points = body.space.weights.shape
    sodium, moved = body.space.cell_dofs.shape[1], body.elasticity.space.cell_dofs.shape[1]
    fields = 2 if coupled else 1
    numbers = cells * points * dimension * (3 * sodium + moved)
    numbers += 4 * cells * (fields * sodium) ** 2 + 3 * cells * (dimension * moved) ** 2
    numbers += 3 * cells * sodium * dimension * moved if coupled else 0
    numbers += 2 * (fields * body.space.dimension + body.elasticity.size)
    assert memory.predicted_memory(body, 2) - memory.SPARE == pytest.approx(8 * numbers, rel=1e-9)


def test_every_stored_state_counts() -> None:
    body = system(2)
    more = memory.predicted_memory(body, 7) - memory.predicted_memory(body, 2)
    assert more == 5 * 8 * (body.space.dimension + body.elasticity.size)


def test_factors_count_where_the_solver_is_direct(monkeypatch: pytest.MonkeyPatch) -> None:
    """12 N log2 N numbers in 2-D, 20 N^(4/3) in 3-D, half as much again for their places."""
    for dimension in (2, 3):
        body = system(dimension)
        sizes = np.array([body.space.dimension, body.elasticity.size], dtype=float)
        growth = 12 * sizes * np.log2(sizes) if dimension == 2 else 20 * sizes ** (4 / 3)
        direct = memory.predicted_memory(body, 2)
        monkeypatch.setattr(memory, "DIRECT_LIMIT", {2: 0, 3: 0})
        iterative = memory.predicted_memory(body, 2)
        monkeypatch.undo()
        # the length of a number in bits is its logarithm, at most 3 more
        assert direct - iterative >= 8 * 1.5 * growth.sum() * (1 - 1e-12)
        assert direct - iterative <= 8 * 1.5 * (growth + 36 * sizes * (dimension == 2)).sum() * (
            1 + 1e-12
        )
