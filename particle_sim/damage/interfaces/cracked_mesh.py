"""A body's mesh torn along its broken boundaries: sharp cracks for sodium and stress."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from particle_sim.checks import arguments_checked
from particle_sim.damage.interfaces.opening import BoundaryOpening
from particle_sim.errors import InputError
from particle_sim.fem.body_mesh import BodyMesh, Integers

DRY = "dry_crack"
"""Boundary of crack faces that electrolyte does not reach; nothing passes them."""


@arguments_checked
def cracked_mesh(mesh: BodyMesh, opening: BoundaryOpening, index: int, *, wetted: bool) -> BodyMesh:
    """``mesh`` of the body that was opened, its nodes doubled where a facet is broken.

    A facet is broken where D = 1 at all of its points at time ``index`` of ``opening``.
    ``solve_particle`` on the result gives the sodium around sharp cracks and the stress of the
    cracked body, faces free (they may overlap where they would be pressed together). ``wetted``:
    cracks that reach a surface of the body join that surface, and sodium passes them as it; all
    others, and dry ones, are the boundary ``dry_crack``. Points lie twice where faces are closed,
    so that the result is for solving, not for reading as a file.

    >>> from particle_sim.damage.example import example_grains
    >>> from particle_sim.damage.interfaces import CohesiveLaw, pull_apart
    >>> grains, law = example_grains(), CohesiveLaw(strength=0.6e9, energy=0.8, stiffness=2e21)
    >>> found = pull_apart(grains, law, np.array([1e-9]), sides=("left", "right"), axis=0)
    >>> cracked_mesh(grains.mesh, found, 0, wetted=True)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    particle_sim.errors.InputError: No facet is broken at index 0 of the opening; ...

    Raises :class:`InputError` for another body's mesh, where a grain falls out, and where nothing
    is broken.
    """
    if len(mesh.cells) != len(opening.body.elasticity.space.mesh.cells):
        raise InputError(
            f"The mesh has {len(mesh.cells)} cells and the opened body "
            f"{len(opening.body.elasticity.space.mesh.cells)}; give the mesh of its particle."
        )
    torn = _torn(mesh, opening, index)
    if not torn.any():
        raise InputError(
            f"No facet is broken at index {index} of the opening; take a later one, or keep the "
            "mesh as it is."
        )
    count = len(np.unique(_pieces_without(mesh, torn)))
    if count > 1:
        raise InputError(
            f"The broken boundaries cut the body into {count} pieces; a piece that nothing holds "
            "has no place: take an earlier index."
        )
    number = _numbers(mesh, torn)
    keys = mesh.cells * (int(number.max()) + 1) + number
    unique, cells = np.unique(keys, return_inverse=True)
    cells = np.asarray(cells).reshape(mesh.cells.shape)
    return BodyMesh.trusted(
        points=mesh.points[unique // (int(number.max()) + 1)],
        cells=cells,
        symmetry=mesh.symmetry,
        regions=mesh.regions,
        boundaries=_boundaries(mesh, cells, torn, wetted=wetted),
        notes=mesh.notes,
    )


def _torn(mesh: BodyMesh, opening: BoundaryOpening, index: int) -> NDArray[np.bool_]:
    """Which facets of the mesh are broken."""
    broken = opening.broken[index].all(axis=1)
    pairs = np.sort(opening.body.facets.cells[broken], axis=1)
    width = len(mesh.cells)
    owners = np.sort(mesh.facets.owners, axis=1)
    return np.isin(owners[:, 0] * width + owners[:, 1], pairs[:, 0] * width + pairs[:, 1])


def _pieces_without(mesh: BodyMesh, torn: NDArray[np.bool_]) -> Integers:
    inner = mesh.facets.owners[(mesh.facets.counts == 2) & ~torn]
    links = sparse.coo_array((np.ones(len(inner)), inner.T), shape=(len(mesh.cells),) * 2)
    return np.asarray(connected_components(links, directed=False)[1], dtype=np.intp)


def _numbers(mesh: BodyMesh, torn: NDArray[np.bool_]) -> Integers:
    """Which copy of its points every cell uses (e, g): one per fan of cells that hang together."""
    per = mesh.cells.shape[1]
    inner = mesh.facets.owners[(mesh.facets.counts == 2) & ~torn]
    first, second = mesh.cells[inner[:, 0]], mesh.cells[inner[:, 1]]
    facet, i, j = np.nonzero(first[:, :, None] == second[:, None, :])
    ends = inner[facet, 0] * per + i, inner[facet, 1] * per + j
    links = sparse.coo_array((np.ones(len(facet)), ends), shape=(mesh.cells.size,) * 2)
    return np.asarray(connected_components(links, directed=False)[1]).reshape(mesh.cells.shape)


def _boundaries(
    mesh: BodyMesh, cells: Integers, torn: NDArray[np.bool_], *, wetted: bool
) -> dict[str, Integers]:
    """Named facets of the torn mesh: those of old, and both faces of every crack."""
    facets = mesh.facets

    def moved(vertices: Integers, owner: Integers) -> Integers:
        place = np.argmax(mesh.cells[owner][:, None] == vertices[:, :, None], axis=2)
        return np.take_along_axis(cells[owner], place, axis=1)

    found = {
        name: moved(vertices, mesh.boundary(name)[:, 0])
        for name, vertices in mesh.boundaries.items()
    }
    faces = [moved(facets.vertices[torn], facets.owners[torn, side]) for side in (0, 1)]
    crack = _cracks(facets.vertices[torn])
    left = np.ones(len(crack), dtype=bool)
    for name in mesh.surfaces if wetted else ():
        meets = np.isin(facets.vertices[torn], mesh.boundaries[name]).any(axis=1)
        joined = left & np.isin(crack, crack[meets])
        found[name] = np.concatenate([found[name], *(face[joined] for face in faces)])
        left &= ~joined
    if left.any():
        found[DRY] = np.concatenate([face[left] for face in faces])
    return found


def _cracks(vertices: Integers) -> Integers:
    """Number of the crack that each torn facet (f, d) belongs to: joined through vertices."""
    facets = np.repeat(np.arange(len(vertices)), vertices.shape[1])
    links = sparse.coo_array((np.ones(vertices.size), (facets, vertices.ravel())))
    together = sparse.csr_array(links @ links.T)
    return np.asarray(connected_components(together, directed=False)[1], dtype=np.intp)
