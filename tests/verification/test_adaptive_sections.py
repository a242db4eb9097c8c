"""Meshes that follow a phase boundary: no sodium is lost, and the answer is that of fine cells.

Transfer between meshes against what it must keep: a projection the integral, an embedding the
function itself. Whole runs against a mesh that is fine everywhere, and against twice the
resolution. The planar boundary's width and energy are in ``test_body_phases``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from reference import RT, assert_close
from scipy.integrate import trapezoid

import particle_sim as ps
from particle_sim.errors import InputError
from particle_sim.fem.bisection import Bisection, Mask, bisected, common_refinement
from particle_sim.fem.space import Space
from particle_sim.fem.transfer import Nested, embedded, projected
from particle_sim.particle import follow
from particle_sim.particle.adaptive import Adaptive
from particle_sim.particle.outcome import ParticleEnd
from particle_sim.particle.run import ParticleRun
from particle_sim.transport.term import PhysicsTerm
from particle_sim.units import Array

Transfer = Callable[[Array, Nested, Nested], Array]


def band(height: float) -> Callable[[Bisection], Mask]:
    """Small cells around z = ``height``."""

    def divides(cells: Bisection) -> Mask:
        return np.asarray(cells.sizes > 0.06 + 0.4 * np.abs(cells.centres[:, 1] - height))

    return divides


def nested(cells: Bisection, order: int) -> Nested:
    return Nested(cells=cells, space=Space(mesh=cells.mesh, order=order, degree=2 * order + 2))


def check_cycles(order: int, move: Transfer) -> None:
    """A random field goes through meshes of curved cells that refine here and coarsen there."""
    base = ps.shapes.ball_section(1.0, cell_size=0.5)
    meshes = [nested(bisected(base, band(z)), order) for z in (-0.8, -0.3, 0.1, 0.6, -0.8)]
    field = np.random.default_rng(5).random(meshes[0].space.dimension)
    sodium = meshes[0].space.volumes @ field
    for old, new in pairwise(meshes):
        field = move(field, old, new)
        assert_close("sodium", new.space.volumes @ field, sodium, scale=sodium, tolerance=1e-12)


@pytest.mark.parametrize("order", [2, 3])
def test_sodium_is_kept(order: int) -> None:
    check_cycles(order, projected)


@pytest.mark.parametrize("order", [2, 3])
def test_sodium_is_kept_notices(order: int) -> None:
    """Interpolation onto coarser cells loses sodium."""
    with pytest.raises(AssertionError, match="sodium"):
        check_cycles(order, embedded)


def check_embedding(extra: int) -> None:
    """On the common refinement a field, taken to another order, is the same function."""
    base = ps.shapes.ball_section(1.0, cell_size=0.5)
    cells = [bisected(base, band(z)) for z in (-0.3, 0.4)]
    old, new = nested(cells[0], 2), nested(common_refinement(cells), 2 + extra)
    field = np.random.default_rng(6).random(old.space.dimension)
    finer = embedded(field, old, new)
    back = projected(finer, new, old)
    assert_close("back again", back, field, scale=1.0, tolerance=1e-9)


def test_embedding_is_exact() -> None:
    check_embedding(0)
    check_embedding(1)


def test_embedding_is_exact_notices() -> None:
    with pytest.raises(AssertionError, match="back again"):
        check_embedding(-1)


LENGTH, FULL, DIFFUSIVITY, SIZE = 1e-9, 2e4, 1e-14, 9e-9
DURATION = 400 * SIZE**2 / DIFFUSIVITY
FLUX = 0.3 * FULL * SIZE / 3 / DURATION
MATERIAL = ps.material_from_values(
    maximum_concentration=FULL,
    diffusivity=DIFFUSIVITY,
    youngs_modulus=8e10,
    partial_molar_volume=1e-6,
    regular_solution_parameter=3.0,
    gradient_coefficient=LENGTH**2 * RT * FULL,
)
INCOHERENT, COHERENT = ps.physics.phase_separation, ps.physics.coherent_phase_separation
TIMES = np.linspace(0.0, DURATION, 6)[1:]


def capped(x: Array) -> Array:
    """Empty below, full above."""
    return np.asarray(0.5 + 0.4 * np.tanh((x[:, 1] + 0.3 * SIZE) / LENGTH))


@cache
def charged(term: PhysicsTerm, nodes: float | None) -> ParticleRun:
    """A ball in two phases that gives off sodium; on small cells everywhere without ``nodes``."""
    cell = 0.75 * LENGTH if nodes is None else SIZE / 3
    return ps.solve_particle(
        ps.Particle(
            material=MATERIAL, mesh=ps.shapes.ball_section(SIZE, cell_size=cell), physics=[term]
        ),
        ps.constant_flux(FLUX, DURATION, initial_site_fraction=0.6),
        initial_site_fraction=capped,
        times=TIMES,
        tolerance=1e-3,
        adaptive=None if nodes is None else Adaptive(nodes=nodes, ahead=0.5),
    )


def check_against_fine(term: PhysicsTerm, nodes: float) -> None:
    """The boundary's place on the axis and the peak stress, at every stored time.

    Curved cells as large as a third of the radius hold a ball's volume to 1e-5.
    """
    run, fine = charged(term, nodes), charged(term, None)
    assert run.balances.sodium <= 1e-12
    heights = np.linspace(-0.95, 0.95, 60) * SIZE
    axis = np.stack([np.full(60, 0.02 * SIZE), heights], axis=1)
    mean = run.mean_site_fraction
    expected = mean[0] - FLUX * run.time * 3 / (FULL * SIZE)
    assert_close("filling", mean, expected, scale=1.0, tolerance=1e-5)
    theta, wanted = (r.at(axis).site_fraction.values[1:] for r in (run, fine))
    place, other = (trapezoid(each, heights, axis=1) for each in (theta, wanted))
    assert_close("place", place, other, scale=LENGTH, tolerance=0.05)
    peaks = [r.von_mises_stress.max(axis=1)[1:] for r in (run, fine)]
    assert_close("peak stress", peaks[0], peaks[1], scale=peaks[1], tolerance=2e-2)


@pytest.mark.parametrize("term", [INCOHERENT, COHERENT], ids=["incoherent", "coherent"])
def test_following_cells_answer_as_fine_ones(term: PhysicsTerm) -> None:
    check_against_fine(term, 4.0)
    assert len(charged(term, 4.0).cost.meshes) > 5


def test_following_cells_answer_as_fine_ones_notices(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cells that stay behind: the boundary runs into coarse ones, sticks there and widens."""
    monkeypatch.setattr(follow, "TOLD", np.inf)
    charged.cache_clear()
    with pytest.raises(AssertionError, match=r"place|peak stress"):
        check_against_fine(INCOHERENT, 4.0)
    charged.cache_clear()


def test_sodium_of_a_run_notices(monkeypatch: pytest.MonkeyPatch) -> None:
    """Interpolation between the meshes of a run; the balance reports what it loses."""
    monkeypatch.setattr(follow, "projected", embedded)
    run = charged.__wrapped__(INCOHERENT, 4.0)
    assert run.balances.sodium > 1e-9


def check_twice(nodes: float) -> None:
    """The reported peak stress moves by less than 2 % of itself."""
    peaks = [charged(INCOHERENT, n).von_mises_stress.max(axis=1)[1:] for n in (nodes, 2 * nodes)]
    assert_close("peak", peaks[0], peaks[1], scale=peaks[1], tolerance=2e-2)


def test_twice_the_resolution() -> None:
    check_twice(4.0)


def test_twice_the_resolution_notices() -> None:
    """Two node distances across the boundary: it sticks to the cells."""
    with pytest.raises(AssertionError, match="peak"):
        check_twice(2.0)


PARTICLE = ps.Particle(material=MATERIAL, mesh=ps.shapes.ball_section(SIZE), physics=[INCOHERENT])
SOLID = ps.shapes.ball(SIZE, octant=True)
CORED = ps.shapes.ball_section(SIZE, core_radius=0.5 * SIZE)
REFUSED: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "no phases": ({"physics": [ps.physics.fickian_diffusion]}, {}, "no phases part"),
    "a solid": ({"mesh": SOLID}, {}, "only the triangles of a section"),
    "order 1": ({"order": 1}, {}, "use order 2 or more"),
    "inert": (
        {"mesh": CORED, "inert": {0: ps.crystal.Inert(youngs_modulus=1e11, poisson_ratio=0.3)}},
        {},
        r"inert regions \[0\]",
    ),
    "array": ({}, {"initial_site_fraction": np.full(5, 0.6)}, "give a function of the positions"),
    "checkpoint": ({}, {"checkpoint": "run.npz"}, "leave one of the two out"),
}


@pytest.mark.parametrize("name", list(REFUSED))
def test_what_is_refused(name: str) -> None:
    particle, given, sentence = REFUSED[name]
    with pytest.raises(InputError, match=sentence):
        ps.solve_particle(
            replace(PARTICLE, **particle),
            ps.constant_flux(FLUX, DURATION, initial_site_fraction=0.6),
            adaptive=Adaptive(),
            **given,
        )


@pytest.mark.parametrize("name", ["nodes", "ahead", "growth"])
def test_settings_are_checked(name: str) -> None:
    with pytest.raises(InputError, match=f"{name} is 100"):
        Adaptive(**{name: 100.0})


def test_a_run_ends_and_stores_as_on_one_mesh() -> None:
    """Every step, the surface's limit, and the field as a table."""
    run = ps.solve_particle(
        PARTICLE,
        ps.constant_flux(3 * FLUX, DURATION, initial_site_fraction=0.6),
        initial_site_fraction=capped,
        tolerance=1e-2,
        limits=(0.03, 1.0),
        adaptive=Adaptive(),
    )
    assert len(run.time) == run.cost.steps + 1
    assert np.all(np.diff(run.time) > 0)
    assert run.end is ParticleEnd.EMPTY
    assert run.surface_site_fraction.min() == pytest.approx(0.03, abs=1e-6)
    assert run.balances.sodium <= 1e-12
    table = run.to_dataset()
    assert table.stress.shape == (len(run.time), len(run.positions), 6)
