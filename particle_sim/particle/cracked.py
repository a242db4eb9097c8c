"""What cracks do to the sodium: flux that they hold up, and faces that electrolyte wets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields

import numpy as np

from particle_sim.errors import InputError
from particle_sim.fem.body_mesh import BodyMesh
from particle_sim.fem.space import FacetPoints, Space
from particle_sim.particle.cracks import Cracks
from particle_sim.particle.particle import Particle
from particle_sim.particle.surface.condition import SurfaceCondition
from particle_sim.transport.coefficients import potentials_of
from particle_sim.transport.term import Potential
from particle_sim.units import Array


def check_cracks(
    particle: Particle, cracks: Cracks, surfaces: Mapping[str, SurfaceCondition]
) -> None:
    """Refuse cracks where the particle's mesh, law or surface cannot hold them."""
    mesh = particle.mesh
    if not isinstance(mesh, BodyMesh) or mesh.dimension == 1:
        raise InputError(
            "A radial particle has no room for cracks, which its symmetry would repeat all "
            "around; use a section or a body."
        )
    if len(cracks.transmission) != len(mesh.cells):
        raise InputError(
            f"The cracks are given in {len(cracks.transmission)} cells but the mesh has "
            f"{len(mesh.cells)}; make them on the particle's own mesh."
        )
    if Potential.STRESS in potentials_of(particle.physics):
        raise InputError(
            "A term lets stress move the sodium, but the stress here is that of the uncracked "
            "body; leave that term or the cracks out."
        )
    held = [n for n, each in surfaces.items() if each.held_site_fraction is not None]
    if held and cracks.wetted.any():
        raise InputError(
            f'The concentration is held on "{held[0]}", but inside a wetted crack it cannot be; '
            "use surface.LinearExchange with a large coefficient."
        )


def wetted_surfaces(space: Space, wetted: Array, names: tuple[str, ...]) -> dict[str, FacetPoints]:
    """Points of each open boundary; the first goes on along the wetted faces of cracks.

    ``wetted``: scaled crack face per volume in every cell of the space (e,). Points that are
    joined are facets of one point each.
    """
    found = {name: space.boundary(name) for name in names}
    if wetted.any():
        found[names[0]] = _joined(found[names[0]], _inside(space, wetted))
    return found


def _inside(space: Space, wetted: Array) -> FacetPoints:
    """Quadrature points of wetted cells, weighted by the faces that they hold."""
    cells = np.flatnonzero(wetted)
    weights = space.weights[cells] * wetted[cells, None]
    points = space.points[cells]
    return FacetPoints(
        cells=cells,
        dofs=space.cell_dofs[cells],
        values=np.broadcast_to(space.values, (len(cells), *space.values.shape)),
        gradients=np.broadcast_to(
            space.gradients_in(cells), (*weights.shape, *space.slopes.shape[1:])
        ),
        weights=weights,
        normals=np.zeros_like(points),
        points=points,
    )


def _joined(*parts: FacetPoints) -> FacetPoints:
    """All points of some facets, as facets of one point each."""
    single = [_one_by_one(part) for part in parts]
    names = [each.name for each in fields(FacetPoints)]
    return FacetPoints(**{n: np.concatenate([getattr(p, n) for p in single]) for n in names})


def _one_by_one(facets: FacetPoints) -> FacetPoints:
    per = facets.weights.shape[1]
    return FacetPoints(
        cells=np.repeat(facets.cells, per),
        dofs=np.repeat(facets.dofs, per, axis=0),
        values=_single(facets.values),
        gradients=_single(facets.gradients),
        weights=_single(facets.weights),
        normals=_single(facets.normals),
        points=_single(facets.points),
    )


def _single(values: Array) -> Array:
    """Values (f, q, ...) as (f q, 1, ...)."""
    return values.reshape(-1, 1, *values.shape[2:])
