"""From a body particle and a surface condition to a :class:`BodyRun`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from particle_sim.errors import InputError, closest
from particle_sim.fem.body_mesh import BodyMesh, is_symmetry
from particle_sim.fem.body_space import BodySpace
from particle_sim.particle.body.elasticity import BodyElasticity
from particle_sim.particle.body.linear_solvers import TangentSolver
from particle_sim.particle.body.regions import Regions
from particle_sim.particle.body.run import BodyRun
from particle_sim.particle.body.surroundings import surroundings_of
from particle_sim.particle.body.system import BodySystem
from particle_sim.particle.body.validity import check_interface
from particle_sim.particle.filling import check_temperatures
from particle_sim.particle.outcome import Balances, Cost, ParticleEnd, extent
from particle_sim.particle.particle import Particle
from particle_sim.particle.stepper import Snapshot, Trajectory
from particle_sim.particle.surface.condition import SurfaceCondition
from particle_sim.transport.coefficients import potentials_of
from particle_sim.transport.scales import Scales
from particle_sim.transport.term import Potential
from particle_sim.units import Array

SIZES = (1e-12, 100.0)
"""Reach of a body [m] from its middle; outside, its mesh is in another unit."""

STRESS_PER_SODIUM = 2.0
"""Largest stress error, over E Omega c/(3 (1 - nu)), that a unit error of theta can cause: twice
that of a clamped plate bounds every solid body seen so far."""


def body_system(
    particle: Particle[BodyMesh],
    surfaces: dict[str, SurfaceCondition],
    *,
    resolve_interface: bool = True,
) -> BodySystem:
    """The discrete problem; raises :class:`InputError` for what it cannot hold."""
    mesh, material = particle.mesh, particle.material
    length = mesh.extent
    if not SIZES[0] <= length <= SIZES[1]:
        raise InputError(
            f"The body reaches {length:.3g} m from its middle; {SIZES[0]:g} to {SIZES[1]:g} m is "
            "allowed: give lengths in metres, with unit=1e-6 for a file in micrometres."
        )
    scaled = mesh.scaled(1 / length)
    regions = Regions(particle=particle, mesh=mesh)
    active = np.flatnonzero(regions.active[mesh.regions])
    _check_surfaces(surfaces, scaled, inert=len(active) < len(mesh.cells))
    surface = next(iter(surfaces.values()))
    if resolve_interface:
        check_interface(particle, surface.temperature)
    sodium_mesh = scaled if len(active) == len(mesh.cells) else scaled.part(active)
    degree = quadrature_degree(particle)
    space = BodySpace(mesh=scaled, order=displacement_order(particle), degree=degree)
    elasticity = BodyElasticity(
        regions=regions,
        space=space,
        sodium=BodySpace(mesh=sodium_mesh, order=particle.order, degree=degree),
        active=active,
        surroundings=surroundings_of(space, particle.mechanics, regions.reference_modulus, length),
    )
    potentials = potentials_of(particle.physics)
    if Potential.STRESS in potentials and not regions.has_constant_stiffness:
        raise InputError(
            f"{material.title}: stress acts back on the sodium, so youngs_modulus and "
            "poisson_ratio must be constants; give one value or use fickian_diffusion alone."
        )
    half = material["diffusivity"](np.array(0.5), surface.temperature)
    return BodySystem(
        particle=particle,
        elasticity=elasticity,
        surfaces=surfaces,
        scales=Scales(
            length=length,
            diffusivity=float(half),
            concentration=material.maximum_concentration,
            temperature=surface.temperature,
        ),
        solver=TangentSolver(),
    )


def displacement_order(particle: Particle[BodyMesh]) -> int:
    """One above the concentration in sections; the same, at least 2, in 3-D."""
    return particle.order + 1 if particle.mesh.dimension == 2 else max(2, particle.order)


def quadrature_degree(particle: Particle[BodyMesh]) -> int:
    """Exact for the products of a nonlinear flux in sections; for mass and stiffness in 3-D.

    Curved cells need more for a pressure to balance a uniform stress exactly.
    """
    extra = 2 if particle.mesh.dimension == 2 else 0
    order = displacement_order(particle)
    return max(2 * particle.order + extra, order + 2 if particle.mesh.is_curved else 2 * order - 2)


def _check_surfaces(surfaces: dict[str, SurfaceCondition], mesh: BodyMesh, *, inert: bool) -> None:
    known = [name for name in mesh.boundaries if not is_symmetry(name)]
    known += ["interface"] if inert else []
    for name in surfaces:
        if name not in known:
            raise InputError(f'The mesh has no boundary "{name}"; {closest(name, known)}')
    check_temperatures(surfaces.values())


def body_run(system: BodySystem, trajectory: Trajectory, times: Sequence[float] | Array) -> BodyRun:
    """Fields at the requested times (all accepted steps without any), start and end included."""
    every = trajectory.snapshots
    unit, length = system.scales.time, system.scales.length
    wanted = np.unique(np.asarray(times, dtype=float)) / unit
    snapshots = [s for s in every if _is_wanted(s, wanted, every)]
    packed = np.stack([snapshot.packed for snapshot in snapshots])
    theta = packed[:, system.theta]
    elasticity = system.elasticity
    displacement = packed[:, system.u] if system.is_coupled else elasticity.solve(theta)
    voltages = system.exchange.unknown_voltages
    area = {name: system.exchange.area(name) for name in system.surfaces}
    return BodyRun(
        particle=system.particle,
        elasticity=elasticity,
        length=length,
        time=np.array([snapshot.time for snapshot in snapshots]) * unit,
        site_fraction=theta,
        potential=packed[:, system.phi] * system.scales.energy,
        scaled_displacement=displacement,
        surface_flux={
            name: np.array([s.rate.flows[name] for s in snapshots])
            * system.scales.flux
            / area[name]
            for name in system.surfaces
        },
        voltage=np.array([s.overall[0] for s in snapshots]) if voltages else None,
        temperature=system.scales.temperature,
        end=_end(system, every[-1], trajectory),
        balances=Balances(
            sodium=_sodium_error(system, every),
            equilibrium=elasticity.work_error(theta, displacement),
            site_fraction=extent(np.array([extent(s.packed[system.theta]) for s in every])),
        ),
        cost=Cost(
            steps=len(every) - 1,
            rejected_steps=trajectory.rejected_steps,
            newton_iterations=trajectory.newton_iterations,
            newton_residuals=trajectory.hardest_newton,
            methods=tuple(
                sorted({*system.solver.methods, f"displacement: {elasticity.solver.method}"})
            ),
        ),
    )


def _is_wanted(snapshot: Snapshot, wanted: Array, every: list[Snapshot]) -> bool:
    if len(wanted) == 0 or snapshot is every[0] or snapshot is every[-1]:
        return True
    return bool(np.any(np.abs(wanted - snapshot.time) <= 1e-9 * max(abs(snapshot.time), 1e-300)))


def _end(system: BodySystem, last: Snapshot, trajectory: Trajectory) -> ParticleEnd:
    if not trajectory.stopped_early:
        return ParticleEnd.TIME
    if trajectory.stopped_by_voltage:
        return ParticleEnd.VOLTAGE
    fillings = system.surface_fillings(last.packed)
    emptier = fillings.min() < 1 - fillings.max()
    return ParticleEnd.EMPTY if emptier else ParticleEnd.FULL


def _sodium_error(system: BodySystem, snapshots: list[Snapshot]) -> float:
    volumes, first = system.volumes, snapshots[0]
    start = first.packed[system.theta]
    errors = [
        (s.packed[system.theta] - start) @ volumes + s.passed - first.passed for s in snapshots
    ]
    return float(np.abs(errors).max() / volumes.sum())
