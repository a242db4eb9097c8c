"""Solves with the displacement condensed: the same fields, by as many passes on any mesh."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from reference import assert_close, molar_volume

import particle_sim as ps
from particle_sim.fem.body_mesh import BodyMesh
from particle_sim.particle import elastic_solvers, stress_solver, tangent_solver
from particle_sim.particle.coupling import Coupling
from particle_sim.particle.discretise import discretised
from particle_sim.particle.elastic_solvers import DirectElastic
from particle_sim.particle.run import ParticleRun
from particle_sim.particle.stiffness import (
    cubic_stiffness,
    isotropic_stiffness,
    relaxed_stiffness,
    strain_voigt,
)
from particle_sim.particle.stress_solver import StressSolver, _Stage
from particle_sim.particle.unknowns import Stage
from particle_sim.units import Array

SIZE, FULL, DIFFUSIVITY, MODULUS, RATIO = 1e-7, 2e4, 1e-15, 5e10, 0.3
RATE = 2e-6
REDUCED, MOST = 3e-5, 6
"""Part of the sodium's residual that so many passes leave at most, in a box with corners."""


def box(cells: int) -> BodyMesh:
    return ps.shapes.box((SIZE, 0.7 * SIZE, 0.5 * SIZE), cells=(cells, cells, cells))


def particle(mesh: BodyMesh, coupling: float = 1.0) -> ps.Particle:
    volume = molar_volume(coupling, modulus=MODULUS, ratio=RATIO, concentration=FULL)
    material = ps.material_from_values(
        maximum_concentration=FULL,
        diffusivity=DIFFUSIVITY,
        youngs_modulus=MODULUS,
        poisson_ratio=RATIO,
        partial_molar_volume=volume,
    )
    return ps.Particle(
        material=material,
        mesh=mesh,
        physics=[ps.physics.fickian_diffusion, ps.physics.stress_drift],
    )


def run_of(monkeypatch: pytest.MonkeyPatch, limit: int) -> ParticleRun:
    monkeypatch.setattr(tangent_solver, "CONDENSED_LIMIT", limit)
    monkeypatch.setattr(tangent_solver, "DIFFUSION_LIMIT", 0)
    time = 0.05 * SIZE**2 / DIFFUSIVITY
    mesh = box(2)
    surface = ps.constant_flux(RATE, time, initial_site_fraction=0.7)
    return ps.solve_particle(
        particle(mesh), surface, on=mesh.surfaces[:1], times=[0.2 * time, time], tolerance=1e-3
    )


def check_same(monkeypatch: pytest.MonkeyPatch, direct: int = 10**9) -> None:
    """Fields of exact and of condensed steps agree to a twentieth of the tolerance in time.

    ``direct``: most unknowns of an elastic LU; above it a free body's motion is projected out.
    """
    exact = run_of(monkeypatch, 10**9)
    monkeypatch.setattr(elastic_solvers, "DIRECT_LIMIT", {3: direct})
    condensed = run_of(monkeypatch, 0)
    assert any("condensed" in method for method in condensed.cost.methods)
    assert not any("condensed" in method for method in exact.cost.methods)
    assert condensed.balances.sodium <= 1e-12
    for name, tolerance in (("site_fraction", 5e-5), ("stress", 5e-5)):
        expected = getattr(exact, name)
        scale = float(np.ptp(expected))
        assert_close(name, getattr(condensed, name), expected, scale=scale, tolerance=tolerance)


@pytest.mark.parametrize("direct", [0, 10**9])
def test_condensed_steps_give_the_same_fields(direct: int, monkeypatch: pytest.MonkeyPatch) -> None:
    check_same(monkeypatch, direct)


def test_fields_notice_a_displacement_that_does_not_follow(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plain = DirectElastic.follow

    def half(*given: Any) -> tuple[Array, Any]:
        moved, past = plain(*given)
        return 0.5 * moved, past

    monkeypatch.setattr(DirectElastic, "follow", half)
    with pytest.raises(AssertionError, match="exceeds"):
        check_same(monkeypatch)


def test_balance_notices_an_unfinished_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_Stage, "conserve", lambda *_: None)
    with pytest.raises(AssertionError):
        check_same(monkeypatch)


def passes(mesh: BodyMesh, coupling: float, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many solve one long stage to ``REDUCED``."""
    surface = ps.constant_flux(RATE, 1.0, initial_site_fraction=0.5)
    system = discretised(particle(mesh, coupling), dict.fromkeys(mesh.surfaces[:1], surface))
    packed, overall = system.start(0.5 + 0.2 * np.cos(3 * system.space.nodes[:, 0]))
    stage = Stage(time=0.0, piece=(0.0, 1.0), length=0.02, history=packed[system.theta])
    tangent = system.linearise(packed, overall, stage)
    plain, made = StressSolver._followed, []

    def counted(*given: Any) -> Array:
        made.append(1)
        return plain(*given)

    monkeypatch.setattr(stress_solver, "ENOUGH", REDUCED)
    monkeypatch.setattr(StressSolver, "_followed", counted)
    system.move(tangent, tangent)
    monkeypatch.setattr(StressSolver, "_followed", plain)
    return len(made)


def check_mesh_independent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tangent_solver, "CONDENSED_LIMIT", 0)
    for cells in (3, 5, 7):
        made = passes(box(cells), 1.0, monkeypatch)
        assert made <= MOST, f"{cells} cells a side: {made} passes leave more than {REDUCED:.0e}"


def test_as_many_passes_on_every_mesh(monkeypatch: pytest.MonkeyPatch) -> None:
    check_mesh_independent(monkeypatch)


def test_passes_notice_a_diffusion_without_its_stress(monkeypatch: pytest.MonkeyPatch) -> None:
    nothing = property(lambda self: np.zeros(self.bent.shape))
    monkeypatch.setattr(Coupling, "relaxed", nothing)
    monkeypatch.setattr(Coupling, "clamped", nothing)
    with pytest.raises((AssertionError, np.linalg.LinAlgError), match=r"passes|converge"):
        check_mesh_independent(monkeypatch)


EVEN = strain_voigt(np.eye(3)[None])


@pytest.mark.parametrize("ratio", [0.0, 0.3, 0.45])
def test_relaxed_stiffness_of_an_isotropic_solid(ratio: float) -> None:
    """2 E / (1 - nu), as in a plate that is held in its plane and free across."""
    left = relaxed_stiffness(isotropic_stiffness(MODULUS, ratio), EVEN, (0, 1, 2))
    assert left.item() == pytest.approx(2 * MODULUS / (1 - ratio), rel=1e-12)


def test_relaxed_stiffness_of_a_crystal() -> None:
    """Between those of waves along an axis and along a diagonal of the cube."""
    c11, c12, c44 = 160e9, 60e9, 80e9
    left = relaxed_stiffness(cubic_stiffness(c11, c12, c44), EVEN, (0, 1, 2)).item()
    trace = 3 * (c11 + 2 * c12)
    axis = trace - (c11 + 2 * c12) ** 2 / c11
    diagonal = trace - 3 * (c11 + 2 * c12) ** 2 / (c11 + 2 * c12 + 4 * c44)
    assert min(axis, diagonal) < left < max(axis, diagonal)
