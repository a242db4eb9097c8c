"""solve_particle: from a particle and a surface condition to fields."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from particle_sim.checks import arguments_checked
from particle_sim.errors import InputError
from particle_sim.fem.body_mesh import BodyMesh
from particle_sim.particle.accuracy import controls_of
from particle_sim.particle.adaptive import Adaptive
from particle_sim.particle.checkpoint import Checkpoint
from particle_sim.particle.default_mesh import chosen_mesh
from particle_sim.particle.discretise import discretised, open_boundary
from particle_sim.particle.filling import (
    Filling,
    check_first_output,
    check_start,
    filling_at,
    landing_times,
)
from particle_sim.particle.follow import Due, follow
from particle_sim.particle.integrate import integrate
from particle_sim.particle.memory import check_memory
from particle_sim.particle.outcome import Stored
from particle_sim.particle.particle import Particle
from particle_sim.particle.result import noted, particle_run
from particle_sim.particle.run import ParticleRun
from particle_sim.particle.space_error import estimated_error
from particle_sim.particle.state_file import fingerprint
from particle_sim.particle.stepper import Stepper, Trajectory
from particle_sim.particle.surface.condition import SurfaceCondition
from particle_sim.particle.system import ParticleSystem
from particle_sim.particle.validity import warnings_for
from particle_sim.progress import shows_progress
from particle_sim.units import Array, positive

MANY = 200
"""States that a run is taken to store where every step is kept."""

SITE_LIMITS = (0.0, 1.0)
"""Surface filling beyond which a particle cannot take or give sodium."""


@arguments_checked
@shows_progress
def solve_particle(
    particle: Particle,
    surface: SurfaceCondition,
    *,
    on: Sequence[str] = (),
    inner_surface: SurfaceCondition | None = None,
    initial_site_fraction: Filling | None = None,
    times: Sequence[float] | Array = (),
    store: Stored = Stored.TIMES,
    tolerance: float = 1e-4,
    limits: tuple[float, float] | None = SITE_LIMITS,
    progress: Callable[[float], None] | None = None,
    checkpoint: str | Path | None = None,
    adaptive: Adaptive | None = None,
) -> ParticleRun:
    """Sodium, displacement and stress in a particle of any shape against time.

    Solves dc/dt + div N = 0 with the particle's flux terms, and mechanical equilibrium, from a
    uniform filling (the surface's ``initial_site_fraction``), a value per dof, or a function of the
    positions of the dofs [m]: radii (n,) or coordinates (n, d).

    ``times`` [s] are hit exactly; they, the start and the end are stored, and with ``store``
    ``Stored.STEPS`` or without any ``times`` every step. ``on`` names the boundaries that sodium
    passes (default: ``surface``, or the inside of an inert coating); all others are blocked.
    ``inner_surface`` acts on the inside of a hollow particle. ``tolerance`` bounds the time error
    of each step in theta over min(1, N L/(D c_max)), L the radius or the wall, and in stress over E
    Omega c/(3 (1 - nu)) of the same c; a radial mesh made without cells is chosen so that the error
    in space stays below it too, and ``balances.space`` estimates that error (of a body the root
    mean square, as its mesh is given; ``space_error`` holds both parts). The run ends early when
    the surface filling leaves ``limits`` (``None``: never). Small strain, isothermal.

    ``adaptive`` (sections in which phases part): the mesh follows the phase boundary, see
    :class:`~particle_sim.particle.adaptive.Adaptive`; the particle's own mesh is the coarsest that
    is used, a starting field is a function, and memory is not predicted.

    ``checkpoint`` names a file to which the states go while the run lasts; given again after an
    interruption, the run goes on from there. A finished run removes it. A body that needs more
    memory than the machine has is refused before it starts.

    ``progress`` is told the share of the time that is done, or is ``ps.progress_bar``.

    >>> import particle_sim as ps
    >>> particle = ps.Particle(material=ps.load_material("nvp"), mesh=ps.shapes.sphere(2.5e-7))
    >>> run = solve_particle(particle, ps.constant_flux(1e-7, 60.0, initial_site_fraction=0.5))
    >>> run.end.name
    'TIME'

    Raises :class:`ConvergenceError` with the last good state, or :class:`InputError`.
    """
    positive("The tolerance", tolerance, "1")
    if adaptive is not None and checkpoint is not None:
        raise InputError(
            f"checkpoint is {checkpoint}, but the states of a run with adaptive= are on meshes of "
            "their own, which no checkpoint holds; leave one of the two out."
        )
    if adaptive is not None and particle.cracks is not None:
        raise InputError(
            "The particle has cracks, which are given in the cells of its own mesh, but adaptive= "
            "would solve on others; leave one of the two out."
        )
    landings = landing_times(times, surface.breaks)
    kept = _checkpoint(checkpoint, particle, surface, inner_surface, tuple(on), tolerance, limits)
    particle = _with_cells(particle, surface, inner_surface, tolerance)
    surfaces = _surfaces(particle, surface, inner_surface, on)
    system = discretised(particle, surfaces, resolve_interface=adaptive is None)
    stored = len(landings) + 2 if store is Stored.TIMES else MANY
    memory = check_memory(system, stored) if adaptive is None else 0.0
    if len(landings) and store is Stored.TIMES:
        check_first_output(surface, float(landings[0]), _sodium_per_area(system), limits)
    controls = controls_of(system, surface, tolerance, limits)
    wanted = landings if store is Stored.TIMES else np.zeros(0)
    if adaptive is not None:
        due = Due(breaks=surface.breaks, landings=landings, stored=wanted, progress=progress)
        run = follow(adaptive, controls, system, due, _field(surface, initial_site_fraction))
        return noted(run, warnings=warnings_for(run, tolerance, boundary_nodes=adaptive.nodes))
    start = _start(system, surface, initial_site_fraction)
    check_start(start, limits)
    stepper = Stepper(system=system, controls=controls, trajectory=Trajectory())
    trajectory = integrate(stepper, start, surface.breaks, landings, progress, kept)
    run = particle_run(system, trajectory, wanted)
    space = estimated_error(run, controls, begins_with_a_jump=bool(np.isinf(surface.largest)))
    balances, cost = replace(run.balances, space=space), replace(run.cost, memory=memory)
    run = noted(run, balances=balances, cost=cost)
    return noted(run, warnings=warnings_for(run, tolerance))


def _with_cells(
    particle: Particle,
    surface: SurfaceCondition,
    inner: SurfaceCondition | None,
    tolerance: float,
) -> Particle:
    """The particle with cells of a radial mesh chosen, where it came without."""
    if isinstance(particle.mesh, BodyMesh):
        return particle
    return replace(particle, mesh=chosen_mesh(particle, surface, inner, tolerance))


def _sodium_per_area(system: ParticleSystem) -> float:
    """Mobile sodium per open area [mol/m2]."""
    area = sum(system.exchange.area(name) for name in system.surfaces)
    scales = system.scales
    return float(system.volumes.sum()) / area * scales.length * scales.concentration


def _checkpoint(
    path: str | Path | None, particle: Particle, surface: SurfaceCondition, *others: object
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
    cracks = particle.cracks
    torn = () if cracks is None else (cracks.transmission, cracks.wetted)
    return Checkpoint(
        path=Path(path), fingerprint=fingerprint(*shape, *torn, names, *decides, surface, *others)
    )


def _surfaces(
    particle: Particle,
    surface: SurfaceCondition,
    inner: SurfaceCondition | None,
    on: Sequence[str],
) -> dict[str, SurfaceCondition]:
    surfaces = dict.fromkeys(tuple(on) or (open_boundary(particle),), surface)
    if inner is not None:
        surfaces["inner"] = inner
    return surfaces


def _field(surface: SurfaceCondition, given: Filling | None) -> Callable[[Array], Array]:
    """theta as a function of the position, for meshes that are not known yet."""
    if given is None:
        return lambda x: np.full(len(x), surface.initial_site_fraction)
    if callable(given):
        return given
    raise InputError(
        f"initial_site_fraction is an array of {len(given)} values, but with adaptive= the "
        "dofs are not known beforehand; give a function of the positions (n, 2)."
    )


def _start(system: ParticleSystem, surface: SurfaceCondition, given: Filling | None) -> Array:
    """theta at every dof."""
    if given is None:
        return np.full(system.space.dimension, surface.initial_site_fraction)
    return filling_at(system.positions, given)
