"""solve_particle: from a particle and a surface condition to fields."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from particle_sim.errors import InputError
from particle_sim.fem.mesh import Mesh
from particle_sim.fem.space import Space
from particle_sim.particle.elasticity import Elasticity
from particle_sim.particle.integrate import integrate
from particle_sim.particle.particle import Particle
from particle_sim.particle.physics.term import Potential
from particle_sim.particle.recovery import stress_response
from particle_sim.particle.run import Balances, Cost, ParticleEnd, ParticleRun
from particle_sim.particle.stepper import Controls, Snapshot, Stepper, Trajectory
from particle_sim.particle.surface.condition import SurfaceCondition
from particle_sim.particle.system import ParticleSystem
from particle_sim.particle.unknowns import Scales
from particle_sim.particle.validity import warnings_for
from particle_sim.units import Array

SITE_LIMITS = (0.0, 1.0)
"""Surface filling beyond which a particle cannot take or give sodium."""

NEWTON_TOLERANCE = 1e-12
"""Residual of theta per dof at which a stage counts as solved, near rounding."""


def solve_particle(
    particle: Particle,
    surface: SurfaceCondition,
    *,
    inner_surface: SurfaceCondition | None = None,
    initial_site_fraction: Array | None = None,
    times: Sequence[float] | Array = (),
    tolerance: float = 1e-4,
    limits: tuple[float, float] | None = SITE_LIMITS,
    progress: Callable[[float], None] | None = None,
) -> ParticleRun:
    """Sodium, displacement and stress in a particle against time.

    Solves dc/dt + div N = 0 with the particle's flux terms, and mechanical equilibrium, from a
    uniform filling (the surface's ``initial_site_fraction``, or a value per dof).

    ``times`` [s] are hit exactly. ``tolerance`` bounds the time error of each step in theta over
    min(1, N R/(D c_max)) and in stress over E Omega c/(3 (1 - nu)) of the same c; the error in
    space is set by the mesh and order. The run ends early when the surface filling leaves
    ``limits`` (``None``: never). Small strain, isothermal.

    Raises :class:`ConvergenceError` with the last good state, or :class:`InputError`.
    """
    system = _system(particle, surface, inner_surface)
    if not tolerance > 0:
        raise InputError(f"The tolerance is {tolerance}; it must be positive.")
    start = _start(system, surface, initial_site_fraction)
    stepper = Stepper(
        system=system,
        controls=_controls(system, surface, tolerance, limits),
        trajectory=Trajectory(),
    )
    landings = np.unique(np.asarray(times, dtype=float))
    trajectory = integrate(stepper, start, surface.breaks, landings, progress)
    return _run(system, particle, surface, trajectory)


def _system(
    particle: Particle, surface: SurfaceCondition, inner: SurfaceCondition | None
) -> ParticleSystem:
    mesh, material = particle.mesh, particle.material
    scaled = Mesh(vertices=mesh.vertices / mesh.outer, coordinates=mesh.coordinates)
    space = Space(mesh=scaled, order=particle.order, quadrature_points=particle.order + 3)
    elasticity = Elasticity(
        space=space, material=material, boundary=particle.mechanics, length=mesh.outer
    )
    surfaces = {space.dimension - 1: surface}
    if inner is not None:
        surfaces[0] = inner
    half = material["diffusivity"](np.array(0.5), surface.temperature)
    system = ParticleSystem(
        space=space,
        elasticity=elasticity,
        material=material,
        physics=tuple(particle.physics),
        surfaces=surfaces,
        scales=Scales(
            length=mesh.outer,
            diffusivity=float(half),
            concentration=material.maximum_concentration,
            temperature=surface.temperature,
        ),
    )
    if system.is_coupled and not elasticity.has_constant_stiffness:
        raise InputError(
            f"{material.title}: stress acts back on the sodium, so youngs_modulus and "
            "poisson_ratio must be constants; give one value or use fickian_diffusion alone."
        )
    if system.is_coupled and particle.mechanics.shell is not None:
        raise InputError(
            "Stress drift inside a shell is not supported; drop the shell or the stress term."
        )
    return system


def _start(system: ParticleSystem, surface: SurfaceCondition, given: Array | None) -> Array:
    if given is None:
        return np.full(system.space.dimension, surface.initial_site_fraction)
    if np.shape(given) != (system.space.dimension,):
        raise InputError(
            f"The initial filling has shape {np.shape(given)}; "
            f"give one value per dof, ({system.space.dimension},)."
        )
    return np.array(given, dtype=float)


def _controls(
    system: ParticleSystem,
    surface: SurfaceCondition,
    tolerance: float,
    limits: tuple[float, float] | None,
) -> Controls:
    reach = surface.largest / system.scales.flux
    theta_scale = reach if 0 < reach < 1 else 1.0
    if Potential.GRADIENT_ENERGY in system.potentials:
        theta_scale = 1.0
    elasticity, material = system.elasticity, system.material
    slopes = material["chemical_strain"].slope(np.linspace(0, 1, 201))
    steepest = float(np.abs(slopes).max())
    ratio = float(material["poisson_ratio"](np.array(0.5)))
    # a given flux is conserved whatever Newton leaves over; a flux that reacts is not
    loose = max(1e-3 * tolerance * theta_scale, NEWTON_TOLERANCE)
    return Controls(
        tolerance=tolerance,
        theta_scale=theta_scale,
        stress_scale=max(steepest * theta_scale / (1 - ratio), 1e-300),
        stress_response=stress_response(elasticity) if steepest > 0 else np.zeros(0),
        newton_tolerance=NEWTON_TOLERANCE if np.isinf(surface.largest) else loose,
        limits=limits,
    )


def _run(
    system: ParticleSystem, particle: Particle, surface: SurfaceCondition, trajectory: Trajectory
) -> ParticleRun:
    snapshots, numbering = trajectory.snapshots, system.numbering
    packed = np.stack([snapshot.packed for snapshot in snapshots])
    theta = packed[:, numbering.theta]
    displacement, overall = system.elasticity.solve(theta)
    mesh, last = system.space.mesh, system.space.dimension - 1
    per_area = system.scales.flux / mesh.coordinates.surface(mesh.outer)
    run = ParticleRun(
        particle=particle,
        elasticity=system.elasticity,
        time=np.array([snapshot.time for snapshot in snapshots]) * system.scales.time,
        site_fraction=theta,
        potential=packed[:, numbering.phi] * system.scales.energy,
        displacement=displacement,
        overall=overall,
        surface_flux=np.array([s.rate.flows[last] for s in snapshots]) * per_area,
        temperature=surface.temperature,
        end=_end(theta, trajectory),
        balances=Balances(
            sodium=_sodium_error(system, theta, snapshots),
            equilibrium=system.elasticity.work_error(theta, displacement, overall),
        ),
        cost=Cost(
            steps=len(snapshots) - 1,
            rejected_steps=trajectory.rejected_steps,
            newton_iterations=trajectory.newton_iterations,
            newton_residuals=trajectory.hardest_newton,
        ),
    )
    return _with_warnings(run)


def _with_warnings(run: ParticleRun) -> ParticleRun:
    from dataclasses import replace

    return replace(run, warnings=warnings_for(run))


def _end(theta: Array, trajectory: Trajectory) -> ParticleEnd:
    if not trajectory.emptied_or_filled:
        return ParticleEnd.TIME
    return ParticleEnd.EMPTY if theta[-1, -1] < 0.5 else ParticleEnd.FULL


def _sodium_error(system: ParticleSystem, theta: Array, snapshots: list[Snapshot]) -> float:
    volumes = system.volumes
    gained = (theta - theta[0]) @ volumes
    start = snapshots[0].passed
    passed = np.array([snapshot.passed - start for snapshot in snapshots])
    return float(np.abs(gained + passed).max() / volumes.sum())
