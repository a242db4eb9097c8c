"""solve_particle: from a particle and a surface condition to fields."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, overload

import numpy as np

from particle_sim.checks import arguments_checked
from particle_sim.errors import InputError
from particle_sim.fem.body_mesh import BodyMesh
from particle_sim.fem.mesh import Mesh
from particle_sim.fem.space import Space
from particle_sim.particle.accuracy import body_controls, radial_controls
from particle_sim.particle.body.memory import check_memory
from particle_sim.particle.body.run import BodyRun
from particle_sim.particle.body.solve import body_run, body_system
from particle_sim.particle.body.space_error import relative_error
from particle_sim.particle.body.system import BodySystem
from particle_sim.particle.body.validity import body_warnings
from particle_sim.particle.checkpoint import Checkpoint, fingerprint
from particle_sim.particle.default_mesh import chosen_mesh
from particle_sim.particle.elasticity import Elasticity
from particle_sim.particle.filling import (
    Filling,
    check_first_output,
    check_start,
    check_temperatures,
    filling_at,
    landing_times,
)
from particle_sim.particle.integrate import integrate
from particle_sim.particle.outcome import Balances, Cost, ParticleEnd, extent
from particle_sim.particle.particle import Particle
from particle_sim.particle.run import ParticleRun
from particle_sim.particle.space_error import space_error
from particle_sim.particle.stepper import Snapshot, Stepper, Trajectory
from particle_sim.particle.surface.condition import SurfaceCondition
from particle_sim.particle.system import ParticleSystem
from particle_sim.particle.validity import warnings_for
from particle_sim.transport.scales import Scales
from particle_sim.units import Array, positive

SITE_LIMITS = (0.0, 1.0)
"""Surface filling beyond which a particle cannot take or give sodium."""


@overload
def solve_particle(
    particle: Particle[Mesh],
    surface: SurfaceCondition,
    *,
    inner_surface: SurfaceCondition | None = ...,
    initial_site_fraction: Filling | None = ...,
    times: Sequence[float] | Array = ...,
    tolerance: float = ...,
    limits: tuple[float, float] | None = ...,
    progress: Callable[[float], None] | None = ...,
    checkpoint: str | Path | None = ...,
) -> ParticleRun: ...


@overload
def solve_particle(
    particle: Particle[BodyMesh],
    surface: SurfaceCondition,
    *,
    on: Sequence[str] = ...,
    inner_surface: SurfaceCondition | None = ...,
    initial_site_fraction: Filling | None = ...,
    times: Sequence[float] | Array = ...,
    tolerance: float = ...,
    limits: tuple[float, float] | None = ...,
    progress: Callable[[float], None] | None = ...,
    checkpoint: str | Path | None = ...,
) -> BodyRun: ...


@arguments_checked
def solve_particle(
    particle: Particle[Any],
    surface: SurfaceCondition,
    *,
    on: Sequence[str] = (),
    inner_surface: SurfaceCondition | None = None,
    initial_site_fraction: Filling | None = None,
    times: Sequence[float] | Array = (),
    tolerance: float = 1e-4,
    limits: tuple[float, float] | None = SITE_LIMITS,
    progress: Callable[[float], None] | None = None,
    checkpoint: str | Path | None = None,
) -> ParticleRun | BodyRun:
    """Sodium, displacement and stress in a particle of any shape against time.

    Solves dc/dt + div N = 0 with the particle's flux terms, and mechanical equilibrium, from a
    uniform filling (the surface's ``initial_site_fraction``), a value per dof, or a function of the
    positions of the dofs [m]: radii (n,) or coordinates (n, d).

    ``times`` [s] are hit exactly; on a body only they, the start and the end are stored, and every
    step without them. ``on`` names the boundaries of a body that sodium passes (default:
    ``surface``, or the inside of an inert coating); all others are blocked. ``inner_surface`` acts
    on the inside of a hollow particle. ``tolerance`` bounds the time error of each step in theta
    over min(1, N L/(D c_max)), L the radius or the wall, and in stress over E Omega c/(3 (1 - nu))
    of the same c; a radial mesh made without cells is chosen so that the error in space stays below
    it too, and ``balances.space`` estimates that error (of a body the root mean square, as its mesh
    is given; ``space_error`` holds both parts). The run ends early when the surface filling leaves
    ``limits`` (``None``: never). Small strain, isothermal.

    ``checkpoint`` names a file to which the states go while the run lasts; given again after an
    interruption, the run goes on from there. A finished run removes it. A body that needs more
    memory than the machine has is refused before it starts.

    Raises :class:`ConvergenceError` with the last good state, or :class:`InputError`.
    """
    positive("The tolerance", tolerance, "1")
    landings = landing_times(times, surface.breaks)
    kept = _checkpoint(checkpoint, particle, surface, inner_surface, tuple(on), tolerance, limits)
    if isinstance(particle.mesh, BodyMesh):
        surfaces = _surfaces(particle.mesh, surface, inner_surface, on, particle)
        body = body_system(particle, surfaces)
        return _solve_body(
            body, surface, initial_site_fraction, landings, (tolerance, limits), (progress, kept)
        )
    mesh = chosen_mesh(particle, surface, inner_surface, tolerance)
    particle = replace(particle, mesh=mesh)
    system = _system(particle, surface, inner_surface)
    start = _start(system.space.nodes * system.scales.length, surface, initial_site_fraction)
    check_start(start, limits)
    controls = radial_controls(system, surface, tolerance, limits)
    stepper = Stepper(system=system, controls=controls, trajectory=Trajectory())
    trajectory = integrate(stepper, start, surface.breaks, landings, progress, kept)
    run = _run(system, particle, surface, trajectory)
    space = space_error(run, controls, begins_with_a_jump=np.isinf(surface.largest))
    warnings = warnings_for(run, tolerance, space)
    return replace(run, balances=replace(run.balances, space=space), warnings=warnings)


def _solve_body(
    body: BodySystem,
    surface: SurfaceCondition,
    given: Filling | None,
    landings: Array,
    accuracy: tuple[float, tuple[float, float] | None],
    watching: tuple[Callable[[float], None] | None, Checkpoint | None],
) -> BodyRun:
    tolerance, limits = accuracy
    check_memory(body, len(landings) + 2)
    area = sum(body.exchange.area(name) for name in body.surfaces)
    _check_flux(surface, landings, body.scales, float(body.volumes.sum()) / area, limits)
    controls = body_controls(body, surface, tolerance, limits)
    stepper = Stepper(system=body, controls=controls, trajectory=Trajectory())
    start = _start(body.space.nodes * body.scales.length, surface, given)
    check_start(start, limits)
    trajectory = integrate(stepper, start, surface.breaks, landings, *watching)
    run = body_run(body, trajectory, landings)
    space = relative_error(run, controls.theta_scale)
    run = replace(run, balances=replace(run.balances, space=space))
    return replace(run, warnings=body_warnings(run, tolerance))


def _check_flux(
    surface: SurfaceCondition,
    landings: Array,
    scales: Scales,
    thickness: float,
    limits: tuple[float, float] | None,
) -> None:
    """``thickness``: scaled volume over open area."""
    if len(landings):
        per_area = thickness * scales.length * scales.concentration
        check_first_output(surface, float(landings[0]), per_area, limits)


def _checkpoint(
    path: str | Path | None, particle: Any, surface: SurfaceCondition, *others: object
) -> Checkpoint | None:
    if path is None:
        return None
    mesh = particle.mesh
    shape = (
        (mesh.points, mesh.cells, mesh.regions)
        if isinstance(mesh, BodyMesh)
        else (mesh.vertices, mesh.coordinates)
    )
    names = tuple(term.name for term in particle.physics)
    decides = (particle.material, particle.order, particle.mechanics, particle.crystal)
    return Checkpoint(
        path=Path(path), fingerprint=fingerprint(*shape, names, *decides, surface, *others)
    )


def _surfaces(
    mesh: BodyMesh,
    surface: SurfaceCondition,
    inner: SurfaceCondition | None,
    on: Sequence[str],
    particle: Particle[BodyMesh],
) -> dict[str, SurfaceCondition]:
    names = tuple(on) or (("interface",) if particle.inert else ("surface",))
    surfaces = dict.fromkeys(names, surface)
    if inner is not None:
        surfaces["inner"] = inner
    return surfaces


def _system(
    particle: Particle[Mesh], surface: SurfaceCondition, inner: SurfaceCondition | None
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
    check_temperatures(surfaces.values())
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


def _start(positions: Array, surface: SurfaceCondition, given: Filling | None) -> Array:
    if given is None:
        return np.full(len(positions), surface.initial_site_fraction)
    return filling_at(positions, given)


def _run(
    system: ParticleSystem,
    particle: Particle[Mesh],
    surface: SurfaceCondition,
    trajectory: Trajectory,
) -> ParticleRun:
    snapshots, numbering = trajectory.snapshots, system.numbering
    packed = np.stack([snapshot.packed for snapshot in snapshots])
    theta = packed[:, numbering.theta]
    displacement, overall = system.elasticity.solve(theta)
    mesh, last = system.space.mesh, system.space.dimension - 1
    per_area = system.scales.flux / mesh.coordinates.surface(mesh.outer)
    return ParticleRun(
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
            site_fraction=extent(theta),
        ),
        cost=Cost(
            steps=len(snapshots) - 1,
            rejected_steps=trajectory.rejected_steps,
            newton_iterations=trajectory.newton_iterations,
            newton_residuals=trajectory.hardest_newton,
        ),
    )


def _end(theta: Array, trajectory: Trajectory) -> ParticleEnd:
    if not trajectory.stopped_early:
        return ParticleEnd.TIME
    if trajectory.stopped_by_voltage:
        return ParticleEnd.VOLTAGE
    return ParticleEnd.EMPTY if theta[-1, -1] < 0.5 else ParticleEnd.FULL


def _sodium_error(system: ParticleSystem, theta: Array, snapshots: list[Snapshot]) -> float:
    volumes = system.volumes
    gained = (theta - theta[0]) @ volumes
    start = snapshots[0].passed
    passed = np.array([snapshot.passed - start for snapshot in snapshots])
    return float(np.abs(gained + passed).max() / volumes.sum())
