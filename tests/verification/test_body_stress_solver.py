"""Newton steps with the displacement condensed: the same fields, from as many steps on any mesh."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from reference import assert_close, molar_volume

import particle_sim as ps
from particle_sim.fem.body_mesh import BodyMesh
from particle_sim.particle import elastic_solvers, stress_solver, tangent_solver
from particle_sim.particle.coupling import Coupling
from particle_sim.particle.discretise import discretised
from particle_sim.particle.linearised import Linearised
from particle_sim.particle.run import ParticleRun
from particle_sim.particle.stiffness import (
    cubic_stiffness,
    isotropic_stiffness,
    relaxed_stiffness,
    strain_voigt,
)
from particle_sim.particle.stress_solver import StressSolver
from particle_sim.particle.unknowns import Stage
from particle_sim.units import Array

SIZE, FULL, DIFFUSIVITY, MODULUS, RATIO = 1e-7, 2e4, 1e-15, 5e10, 0.3
RATE = 2e-6
REDUCED, MOST = 3e-5, 6
"""Part of the residual that so many steps leave at most: each a sixth, in a box with corners."""


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
    plain = StressSolver._followed
    monkeypatch.setattr(StressSolver, "_followed", lambda *given: 0.5 * plain(*given))
    with pytest.raises(AssertionError, match="exceeds"):
        check_same(monkeypatch)


def test_balance_notices_an_unfinished_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stress_solver, "conserve", lambda *_: None)
    with pytest.raises(AssertionError):
        check_same(monkeypatch)


def residuals(mesh: BodyMesh, coupling: float) -> Array:
    """Norm of the residual before each Newton step of one long stage."""
    surface = ps.constant_flux(RATE, 1.0, initial_site_fraction=0.5)
    body = particle(mesh, coupling)
    system = discretised(body, dict.fromkeys(mesh.surfaces[:1], surface))
    packed, overall = system.start(0.5 + 0.2 * np.cos(3 * system.space.nodes[:, 0]))
    start = Stage(time=0.0, piece=(0.0, 1.0), length=0.0, history=packed[system.theta])
    packed = packed + system.newton_step(system.linearise(packed, overall, start))[0]
    stage = replace(start, length=0.02)
    left = []
    for _ in range(MOST + 1):
        linearised: Linearised = system.linearise(packed, overall, stage)
        left.append(float(np.linalg.norm(linearised.residual)))
        packed = packed + system.newton_step(linearised)[0]
    return np.array(left)


def check_mesh_independent(coupling: float = 1.0) -> None:
    for cells in (3, 5, 7):
        left = residuals(box(cells), coupling)
        reached = left[-1] / left[0]
        assert reached <= REDUCED, f"{cells} cells a side: {MOST} steps leave {reached:.1e}"


def test_as_many_steps_on_every_mesh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tangent_solver, "CONDENSED_LIMIT", 0)
    check_mesh_independent()


def test_steps_notice_a_diffusion_without_its_stress(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tangent_solver, "CONDENSED_LIMIT", 0)
    nothing = property(lambda self: np.zeros(self.bent.shape))
    monkeypatch.setattr(Coupling, "relaxed", nothing)
    monkeypatch.setattr(Coupling, "clamped", nothing)
    with pytest.raises(AssertionError, match="steps leave"):
        check_mesh_independent()


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
