"""Sodium in a cracked body: cracks that hold it up, and cracks that electrolyte has entered.

A damage field d (0 intact, 1 broken, straight within cells) scales the flux by

    g(d) = (1 - d)^2 (1 - k) + k,

k what is left across a broken cell. Faces of a crack that electrolyte reaches pass sodium as the
surface does: an area of 2 gamma(d) per volume is added to it,

    gamma(d) = (w(d)/l + l |grad d|^2)/c_w,

whose integral across a crack is 1 per area of the crack. A crack is what has d > 0.9; reached is
what hangs together with the surface; the rest is vacuum. Cells that are broken at every corner hold
no face: in them w/(c_w l) is what the mesh adds, 1 + h/(c_w l) in place of 1.

Valid where l is small against the distance of cracks and against what sodium diffuses (pieces wider
than 20 l); a crack seals only where whole cells are broken, as a phase field leaves it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import csgraph

from particle_sim.checks import arguments_checked
from particle_sim.damage.field.solid import CrackDensity
from particle_sim.errors import InputError
from particle_sim.fem.body_mesh import BodyMesh, Integers
from particle_sim.fem.simplices import EDGES
from particle_sim.particle.cracks import Cracks
from particle_sim.units import Array, dimensionless, positive

CRACKED = 0.9
"""Damage above which a vertex belongs to a crack."""

RESIDUAL = 1e-6
"""Share of the flux that is left in a broken cell."""


@arguments_checked
def cracks(
    mesh: BodyMesh,
    damage: Array,
    *,
    length_scale: float,
    density: CrackDensity = CrackDensity.AT1,
    wetted: bool = False,
    surfaces: Sequence[str] = (),
    residual: float = RESIDUAL,
) -> Cracks:
    """What a damage field (p,) at the mesh's points does to sodium, for ``Particle.cracks``.

    ``length_scale`` l [m] and ``density`` are those of the phase field; ``wetted``: electrolyte
    fills the cracks that reach one of ``surfaces`` (default: every real surface); ``residual``:
    share of the flux that is left in a broken cell. Cell means of g and 2 gamma, exact for the
    straight field. Raises :class:`InputError` for a field outside 0..1 or of another mesh, a
    residual that is not between, and where l is below half a cracked cell's size.

    >>> import particle_sim as ps
    >>> mesh = ps.shapes.rectangle((1e-6, 1e-7), cells=(200, 20))
    >>> x = mesh.points[:, 0]
    >>> broken = np.maximum(np.abs(x - 0.5e-6) - 5.01e-9, 0.0)
    >>> damage = np.maximum(1 - broken / (2 * 20e-9), 0.0) ** 2
    >>> found = cracks(mesh, damage, length_scale=20e-9, wetted=True)
    >>> round(wetted_area(mesh, found) / 1e-7, 2)  # two faces
    2.0
    """
    _check(mesh, damage, length_scale, residual)
    local = damage[mesh.vertices]
    square = _mean_product(1 - local)
    faces = np.zeros(len(local))
    if wetted:
        reached = reached_by_electrolyte(mesh, damage, surfaces)
        faces = np.where(reached, 2 * crack_density(mesh, damage, length_scale, density), 0.0)
    return Cracks(transmission=square * (1 - residual) + residual, wetted=faces)


def crack_density(mesh: BodyMesh, damage: Array, length_scale: float, shape: CrackDensity) -> Array:
    """gamma in every cell (e,) [1/m]; 0 in cells that are broken at every corner."""
    local = damage[mesh.vertices]
    density = local.mean(axis=1) if shape is CrackDensity.AT1 else _mean_product(local)
    corners = mesh.points[mesh.vertices]
    edges = corners[:, 1:] - corners[:, :1]
    slopes = np.linalg.solve(edges, (local[:, 1:] - local[:, :1])[..., None])[..., 0]
    squared = (slopes**2).sum(axis=1)
    gamma = (density / length_scale + length_scale * squared) / shape.normalisation
    return np.where(local.min(axis=1) > 1 - 1e-6, 0.0, gamma)


def reached_by_electrolyte(
    mesh: BodyMesh, damage: Array, surfaces: Sequence[str] = ()
) -> NDArray[np.bool_]:
    """Cells (e,) around cracks that hang together with a surface.

    Vertices with d > 0.9 form cracks along edges of the mesh. Each damaged vertex belongs to the
    crack that is nearest along damaged edges, each cell to that of its most damaged vertex.
    """
    length = len(mesh.points)
    number = _cracks_of(mesh, damage)
    outer = [mesh.boundaries[n].ravel() for n in tuple(surfaces) or mesh.surfaces]
    met = np.unique(number[np.unique(np.concatenate(outer))])
    sources = np.flatnonzero(number >= 0)
    reached = np.zeros(length, dtype=bool)
    if len(sources) and np.any(met >= 0):
        _, _, nearest = csgraph.dijkstra(
            _graph(mesh, damage > 0.0),
            directed=False,
            indices=sources,
            return_predecessors=True,
            min_only=True,
        )
        known = nearest >= 0
        reached[known] = np.isin(number[nearest[known]], met[met >= 0])
    worst = np.argmax(damage[mesh.vertices], axis=1)
    place = np.take_along_axis(mesh.vertices, worst[:, None], axis=1)[:, 0]
    return np.asarray(reached[place] & (damage[place] > 0.0))


def wetted_area(mesh: BodyMesh, found: Cracks) -> float:
    """Crack face of ``mesh`` that electrolyte reaches [m2] (per metre in plane strain).

    int of ``found.wetted``, 2 gamma of :func:`cracks`, by straight cells.

    >>> import particle_sim as ps
    >>> mesh = ps.shapes.rectangle((1e-6, 1e-7), cells=(20, 2))
    >>> whole = cracks(mesh, np.zeros(len(mesh.points)), length_scale=2e-8, wetted=True)
    >>> wetted_area(mesh, whole)
    0.0

    Raises nothing.
    """
    corners = mesh.points[mesh.vertices]
    determinant = np.abs(np.linalg.det(corners[:, 1:] - corners[:, :1]))
    around = mesh.symmetry.around(corners.mean(axis=1))
    return float(found.wetted @ (determinant * around) / math.factorial(mesh.dimension))


def wetted_rate_factor(cracks: int) -> dimensionless:
    """mean - surface of a slab over that of the intact one, 1/(m + 1)^2, at the same total current.

    m full wetted planes, equally spaced and parallel to the faces, share the current: the flux is
    J/(m + 1), the half width L/(m + 1), and mean - surface = J L/(3 D) falls by both; so does the
    time of diffusion. At constant D, without stress.

    >>> [wetted_rate_factor(m) for m in range(3)]
    [1.0, 0.25, 0.1111111111111111]
    """
    return 1 / _checked_count(cracks) ** 2


def reachable_share(cracks: int) -> dimensionless:
    """Share of a slab's sodium outside m dry planes that cut it: 2/(m + 1), 1 for one or none.

    The planes are equally spaced and parallel to both open faces; one in the middle lies where
    nothing passes anyway. The outer pieces' steady mean - surface is J w/(3 D), w their width.

    >>> [reachable_share(m) for m in range(4)]
    [1.0, 1.0, 0.6666666666666666, 0.5]
    """
    return min(1.0, 2 / _checked_count(cracks))


def _checked_count(cracks: int) -> int:
    if cracks < 0:
        raise InputError(f"The slab has {cracks} cracks; give 0 or more.")
    return cracks + 1


def _check(mesh: BodyMesh, damage: Array, length_scale: float, residual: float) -> None:
    if damage.shape != (len(mesh.points),) or not np.all((damage >= 0) & (damage <= 1)):
        raise InputError(
            f"The damage has shape {damage.shape}; give one number from 0 to 1 for each of the "
            f"mesh's {len(mesh.points)} points."
        )
    positive("The length_scale", length_scale, "m")
    if not 0 < residual < 1:
        raise InputError(f"The residual is {residual:g}; it must be above 0 and below 1.")
    size = float(mesh.cell_sizes[damage[mesh.vertices].max(axis=1) > 0.01].max(initial=0.0))
    if size > 2 * length_scale:
        raise InputError(
            f"Cells of up to {size:.3g} m hold damage of length scale {length_scale:.3g} m; use "
            f"cells of at most {length_scale / 4:.3g} m there."
        )


def _mean_product(local: Array) -> Array:
    """Mean of the square of a straight field over cells, from its corners (e, d + 1)."""
    corners = local.shape[1]
    total = (local**2).sum(axis=1) + local.sum(axis=1) ** 2
    return np.asarray(total / (corners * (corners + 1)))


def _graph(mesh: BodyMesh, kept: NDArray[np.bool_]) -> sparse.csr_array:
    """Edges between kept vertices with their lengths (p, p)."""
    ends = np.array(EDGES[mesh.dimension])
    pairs = np.unique(np.sort(mesh.vertices[:, ends].reshape(-1, 2), axis=1), axis=0)
    pairs = pairs[kept[pairs].all(axis=1)]
    lengths = np.linalg.norm(mesh.points[pairs[:, 0]] - mesh.points[pairs[:, 1]], axis=1)
    count = len(mesh.points)
    return sparse.csr_array((lengths, (pairs[:, 0], pairs[:, 1])), shape=(count, count))


def _cracks_of(mesh: BodyMesh, damage: Array) -> Integers:
    """Number of the crack that each point belongs to (p,); -1 outside."""
    _, number = csgraph.connected_components(_graph(mesh, damage > CRACKED), directed=False)
    return np.where(damage > CRACKED, number, -1).astype(np.intp)
