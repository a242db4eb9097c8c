"""The free energy of a closed body never rises (Gibbs), whatever happens inside.

int R T c_max f(theta) + kappa/2 |grad theta|^2 dV plus the elastic energy, at every accepted step.
The homogeneous part of the chemical potential is no finite-element function, so coarse cells leave
a rise next to equilibrium: none is seen in sections; in 3-D it is 1e-3 of the whole fall with
quadratic cells at the coarsest resolution allowed, 1e-5 with cells 2/3 of that size or of order 3.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from reference import RT, molar_volume

import particle_sim as ps
from particle_sim.fem.body_mesh import BodyMesh, Symmetry
from particle_sim.particle.run import ParticleRun
from particle_sim.transport.term import PhysicsTerm
from particle_sim.units import Array

LENGTH, FULL, DIFFUSIVITY, INTERACTION = 1e-9, 2e4, 1e-16, 3.0
SEPARATION = ps.physics.phase_separation
RISE = {2: 1e-9, 3: 1e-5}
"""Largest rise over the whole fall, by dimension."""


def material(volume: float) -> ps.Material:
    return ps.material_from_values(
        maximum_concentration=FULL,
        diffusivity=DIFFUSIVITY,
        partial_molar_volume=volume,
        regular_solution_parameter=INTERACTION,
        gradient_coefficient=LENGTH**2 * RT * FULL,
    )


def local_energy(x: Array) -> Array:
    return np.asarray(x * np.log(x) + (1 - x) * np.log(1 - x) + INTERACTION * x * (1 - x))


def free_energy(run: ParticleRun) -> Array:
    """int R T c_max f + kappa/2 |grad theta|^2 dV and the elastic energy [J] (t,)."""
    space = run.elasticity.sodium
    local = run.site_fraction[:, space.cell_dofs]
    slope = np.einsum("eqia,tei->teqa", space.gradients, local) * LENGTH / run.length
    density = local_energy(local @ space.values.T) + 0.5 * (slope**2).sum(axis=3)
    plane = run.particle.mesh.symmetry is Symmetry.PLANE
    unit = RT * FULL * run.length ** (2 if plane else 3)
    return unit * np.einsum("teq,eq->t", density, space.weights) + run.strain_energy_history()


def check_energy_falls(
    mesh: BodyMesh,
    term: PhysicsTerm,
    *,
    coupling: float = 0.0,
    flux: float = 0.0,
    order: int = 2,
    is_split: bool = False,
) -> None:
    """From scattered waves, or a boundary, through growth and coarsening, at every step."""
    size = mesh.extent
    volume = molar_volume(coupling, modulus=1e10, ratio=0.3, concentration=FULL)

    def waves(x: Array) -> Array:
        parts = [np.cos(n * np.pi * x / size + 0.7 * n**2).sum(axis=1) for n in range(1, 5)]
        return np.asarray(0.5 + 0.03 * sum(parts))

    def split(x: Array) -> Array:
        return np.asarray(0.5 + 0.4 * np.tanh(x[:, -1] / LENGTH))

    run = ps.solve_particle(
        ps.Particle(material=material(volume), mesh=mesh, physics=[term], order=order),
        ps.constant_flux(flux, 1.0, initial_site_fraction=0.5),
        initial_site_fraction=split if is_split else waves,
        tolerance=1e-3,
    )
    energy = free_energy(run)
    rise = float(np.diff(energy).max()) / (energy.max() - energy.min())
    assert rise <= RISE[mesh.dimension], f"free energy rises by {rise:.1e} of its fall"
    assert np.ptp(run.site_fraction[-1]) > 0.5, "no phases formed"


def small_disc() -> BodyMesh:
    return ps.shapes.disc(4 * LENGTH, cell_size=1.2 * LENGTH)


def small_section() -> BodyMesh:
    return ps.shapes.ball_section(4 * LENGTH, cell_size=1.2 * LENGTH)


def small_ball() -> BodyMesh:
    return ps.shapes.ball(2.5 * LENGTH, cell_size=1.2 * LENGTH)


@pytest.mark.parametrize(("mesh", "order"), [(small_disc, 2), (small_section, 2), (small_ball, 3)])
def test_free_energy_falls(mesh: Callable[[], BodyMesh], order: int) -> None:
    check_energy_falls(mesh(), SEPARATION, order=order)


@pytest.mark.parametrize("mesh", [small_disc, small_section])
def test_free_energy_with_coherency_falls(mesh: Callable[[], BodyMesh]) -> None:
    check_energy_falls(mesh(), ps.physics.coherent_phase_separation, coupling=1.0)


def test_free_energy_notices_plain_diffusion() -> None:
    with pytest.raises(AssertionError, match="free energy rises"):
        check_energy_falls(small_disc(), ps.physics.fickian_diffusion, is_split=True)


def test_free_energy_notices_an_open_surface() -> None:
    with pytest.raises(AssertionError, match="free energy rises"):
        check_energy_falls(small_disc(), SEPARATION, flux=-1.85e-5)


def test_free_energy_notices_stress_left_out_of_the_potential() -> None:
    with pytest.raises(AssertionError, match="free energy rises"):
        check_energy_falls(small_disc(), SEPARATION, coupling=1.8)
