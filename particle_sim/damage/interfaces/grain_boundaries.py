"""Which grain boundaries of a body open, under the misfit of its grains or when it is pulled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path as FilePath

import numpy as np
from scipy import sparse

from particle_sim.checks import arguments_checked
from particle_sim.damage.interfaces.cohesive_law import CohesiveLaw, scaled
from particle_sim.damage.interfaces.equilibrium import Cohesion, Load
from particle_sim.damage.interfaces.opening import BoundaryOpening
from particle_sim.damage.interfaces.path import Path, Settled
from particle_sim.damage.interfaces.run_cost import check_forecast
from particle_sim.damage.interfaces.split_body import SplitBody
from particle_sim.damage.interfaces.tangent_pattern import TangentPattern
from particle_sim.damage.steps import mesh_parts, silent
from particle_sim.errors import InputError
from particle_sim.particle.elasticity import Elasticity
from particle_sim.particle.particle import Particle
from particle_sim.particle.run import ParticleRun
from particle_sim.particle.solve_stress import solve_stress
from particle_sim.particle.state_file import StateFile, fingerprint
from particle_sim.progress import shows_progress
from particle_sim.units import Array

STIFFNESS = 50.0
"""Least K0 h/E: the boundaries then add at most a fiftieth to the compliance of a cell."""

CELLS = 4.0
"""Least cohesive length E G/t_m^2 over the cells' size h, for the softening zone to be resolved."""


@arguments_checked
@shows_progress
def open_grain_boundaries(
    run: ParticleRun,
    law: CohesiveLaw,
    *,
    checkpoint: str | FilePath | None = None,
    progress: Callable[[str], None] | None = None,
) -> BoundaryOpening:
    """Opening of all boundaries between a body's regions at the stored times of a ``run``.

    Equilibrium div sigma = 0 of every grain with the chemical strain of the run's sodium, and
    cohesion t(d) of ``law`` on every facet between two regions (coatings count too). The body
    starts whole at its stress-free filling; the sodium goes straight from there to the first stored
    time and on from each to the next, in steps short enough that damage grows gradually. Damage
    never heals. A jump that no step length removes is a pop-in. Boundaries do not hinder the
    sodium.

    Small strain, quasi-static, no friction. The run's mesh needs regions with nodes in common
    (``shapes.polycrystal``), E G/t_m^2 >= 4 h and K0 h/E >= 50 with h the longest edge of the cells
    along the boundaries, E the Young's modulus at half filling or C11 of a crystal. Strength and
    energy of the boundaries of sodium cathodes are not measured: say where yours come from.

    ``progress``, such as ``print`` or ``ps.progress_bar``, is told what the run will take before it
    begins, and each time that is done. ``checkpoint`` names a file for the steps that are done;
    given again after an interruption the run goes on from there to the same bits. A finished run
    removes it.

    >>> from particle_sim.damage.example import example_grains
    >>> law = CohesiveLaw(strength=0.6e9, energy=0.8, stiffness=2e21)
    >>> run = solve_stress(example_grains(), lambda x: np.full(len(x), 0.5))
    >>> open_grain_boundaries(run, law).cracked_share  # even sodium pulls no two apart
    array([0.])

    Raises :class:`InputError` for a mesh without such regions, cells or a stiffness beyond these
    bounds, with what it would take, and a run that needs more memory than there is;
    :class:`ConvergenceError` where no step is found.
    """
    theta, tell = _path_of_sodium(run), progress or silent
    body = _checked(run, law, len(theta) - 1, tell)
    mesh = body.elasticity
    held = mesh.supports.fixed
    nowhere = np.zeros(mesh.size)

    def load_at(place: float) -> Load:
        stiffness, forces = _grains(mesh, _between(theta, place))
        return Load(stiffness=stiffness, forces=forces, held=held, prescribed=nowhere)

    cohesion = _cohesion(body, law, run.length)
    path = Path(cohesion=cohesion, load_at=load_at, loads=len(theta) - 1, tell=tell)
    return _opened(path, law, run, theta[1:], checkpoint)[0]


@arguments_checked
@shows_progress
def pull_apart(
    particle: Particle,
    law: CohesiveLaw,
    elongations: Array,
    *,
    sides: tuple[str, str],
    axis: int,
    checkpoint: str | FilePath | None = None,
    progress: Callable[[str], None] | None = None,
) -> BoundaryOpening:
    """A tensile test of a body of grains: two flat ``sides`` are drawn apart along ``axis``.

    Their displacement along the axis is 0 and each of ``elongations`` [m] in turn; all else is
    free. The grains of ``particle`` are stress-free at the start; sodium stays as it is.
    ``traction`` of the result is the mean pull [Pa]. ``law``, ``checkpoint`` and ``progress`` are
    as in :func:`open_grain_boundaries`.

    >>> import particle_sim as ps
    >>> mesh = ps.shapes.rectangle((20e-9, 5e-9), cells=(4, 1))
    >>> half = (mesh.points[mesh.cells, 0].mean(axis=1) > 10e-9).astype(np.intp)
    >>> grains = ps.Particle(material=ps.load_material("nvp"), mesh=replace(mesh, regions=half))
    >>> law = CohesiveLaw(strength=0.6e9, energy=0.8, stiffness=2e21)
    >>> found = pull_apart(grains, law, np.array([1e-9, 4e-9]), sides=("left", "right"), axis=0)
    >>> [float(round(share, 6)) for share in found.cracked_share]
    [0.0, 1.0]

    Raises :class:`InputError` for an axis that the body does not have, elongations that are not
    finite or none, and as :func:`open_grain_boundaries` does.
    """
    rest = particle.material.stress_free_site_fraction
    run = solve_stress(particle, lambda x: np.full(len(x), rest))
    tell = progress or silent
    body = _checked(run, law, len(elongations), tell)
    space, d = body.elasticity.space, body.dimension
    if axis not in range(d) or not np.all(np.isfinite(elongations)) or len(elongations) == 0:
        raise InputError(
            f"The body is to be pulled along axis {axis} by {str(elongations)[:60]}; give an axis "
            f"from 0 to {d - 1} and a row of finite elongations [m]."
        )
    held = body.elasticity.supports.by_symmetry.copy()
    low, high = (space.boundary_dofs(name) * d + axis for name in sides)
    held[low] = held[high] = True
    distances = np.concatenate([[0.0], elongations]) / run.length
    stiffness, forces = _grains(body.elasticity, run.site_fraction[0])

    def load_at(place: float) -> Load:
        prescribed = np.zeros(len(held))
        prescribed[high] = _between(distances, place)
        return Load(stiffness=stiffness, forces=forces, held=held, prescribed=prescribed)

    cohesion = _cohesion(body, law, run.length)
    path = Path(cohesion=cohesion, load_at=load_at, loads=len(elongations), tell=tell)
    theta = np.broadcast_to(run.site_fraction[0], (len(elongations), run.site_fraction.shape[1]))
    found, states = _opened(path, law, run, theta, checkpoint)
    pulls = np.array([_internal(path, state)[high].sum() for state in states])
    modulus, area = body.elasticity.regions.reference_modulus, space.boundary(sides[1]).area
    time = np.arange(1.0, len(states) + 1)
    return replace(found, time=time, traction=pulls * modulus / area)


def _internal(path: Path, state: Settled) -> Array:
    """Forces (m,) with which grains and boundaries resist; the supports hold what is left."""
    load, moved = path.load_at(0.0), state.displacement
    cohesion = replace(path.cohesion, largest=state.largest)
    return np.asarray(load.stiffness @ moved + cohesion.forces(moved) - load.forces)


def _checked(
    run: ParticleRun, law: CohesiveLaw, loads: int, tell: Callable[[str], None]
) -> SplitBody:
    """The body split along its boundaries; :class:`InputError` where its cells are too large."""
    whole, length = run.elasticity, run.length
    tell(str(check_forecast(whole, loads)))
    body = SplitBody.of(whole, run.particle.mechanics, length)
    sizes = length * whole.space.mesh.cell_sizes[np.unique(body.facets.cells)]
    size, modulus = float(sizes.max()), whole.regions.reference_modulus
    zone = law.cohesive_length(modulus)
    if zone < CELLS * size:
        finer = (CELLS * size / zone) ** body.dimension * len(whole.space.mesh.cells)
        raise InputError(
            f"The boundaries' cohesive length E G/t^2 is {zone:.3g} m and cells along them reach "
            f"{size:.3g} m; use cells of at most {zone / CELLS:.3g} m there (about "
            f"{finer:.2g} cells if all are refined, instead of {len(whole.space.mesh.cells)})."
        )
    least = STIFFNESS * modulus / float(sizes.min())
    if law.stiffness < least:
        raise InputError(
            f"The boundaries' stiffness is {law.stiffness:.3g} Pa/m; give at least {least:.3g} "
            "Pa/m (50 E/h), so that boundaries that hold add nothing to the compliance."
        )
    return body


def _grains(mesh: Elasticity, theta: Array) -> tuple[sparse.csr_array, Array]:
    """Stiffness (m, m) of the grains and forces (m,) of their misfit and surroundings, scaled."""
    points = mesh.at_points(theta[None])
    constant = mesh.regions.has_constant_stiffness
    stiffness = mesh.constant_stiffness if constant else mesh.stiffness(points[0])
    return stiffness, mesh.load(points)[0]


def _cohesion(body: SplitBody, law: CohesiveLaw, length: float) -> Cohesion:
    """Boundaries that nothing has opened yet."""
    modulus = body.elasticity.regions.reference_modulus
    largest = np.zeros(body.facets.weights.shape)
    return Cohesion(
        pattern=TangentPattern(body=body), law=scaled(law, length, modulus), largest=largest
    )


def _between(values: Array, place: float) -> Array:
    """Row ``place`` of a table whose rows are joined by straight lines."""
    first = min(int(place), len(values) - 2)
    return np.asarray(values[first] + (place - first) * (values[first + 1] - values[first]))


def _opened(
    path: Path, law: CohesiveLaw, run: ParticleRun, theta: Array, checkpoint: str | FilePath | None
) -> tuple[BoundaryOpening, list[Settled]]:
    """The states along a path, at the fillings ``theta`` of its loads, in SI units and scaled."""
    states, jumps = path.follow(_file_of(checkpoint, path, law, theta))
    body, length = path.cohesion.body, run.length
    mesh, facets = body.elasticity, body.facets
    unit = mesh.regions.reference_modulus * length**mesh.symmetry.power
    displacement = np.stack([state.displacement for state in states])
    largest = np.stack([state.largest for state in states])
    openings = [body.openings(each) for each in displacement]
    cohesions = [replace(path.cohesion, largest=each) for each in largest]
    stored = [c.stored(u) for c, u in zip(cohesions, displacement, strict=True)]
    opening = BoundaryOpening(
        law=law,
        body=body,
        length=length,
        time=run.time,
        grains=facets.regions,
        positions=facets.points * length,
        areas=facets.weights * length ** (mesh.symmetry.power - 1),
        normal_opening=np.stack([normal for normal, _ in openings]) * length,
        shear_opening=np.stack([np.linalg.norm(s, axis=2) for _, s in openings]) * length,
        largest=largest * length,
        strain_energy=unit * mesh.strain_energy(theta, displacement),
        stored=unit * np.array(stored),
        dissipated=unit * np.array([state.dissipated for state in states]),
        displacement=displacement,
        pop_ins=tuple(replace(jump, dissipated=unit * jump.dissipated) for jump in jumps),
    )
    return opening, states


def _file_of(
    checkpoint: str | FilePath | None, path: Path, law: CohesiveLaw, theta: Array
) -> StateFile | None:
    """Known by mesh, law, sodium and the loads; halfway too, where stiffness may have changed."""
    if checkpoint is None:
        return None
    mesh, loads = path.cohesion.body.elasticity.space.mesh, []
    for place in np.arange(1, 2 * path.loads + 1) / 2:
        load = path.load_at(float(place))
        loads += [load.stiffness.data, load.forces, load.held, load.prescribed]
    mark = fingerprint(*mesh_parts(mesh), law, np.asarray(theta), *loads)
    return StateFile(path=FilePath(checkpoint), fingerprint=mark)


def _path_of_sodium(run: ParticleRun) -> Array:
    """The stress-free filling, then theta at the stored times (t + 1, n)."""
    rest = np.full(run.site_fraction.shape[1], run.particle.material.stress_free_site_fraction)
    return np.concatenate([rest[None], run.site_fraction])
