"""A body whose regions share no nodes, and the facets across which cohesion holds them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy import sparse

from particle_sim.fem.body_mesh import BodyMesh, Symmetry
from particle_sim.fem.space import Space
from particle_sim.metrics.region_facets import RegionFacets, region_facets
from particle_sim.particle.elasticity import Elasticity
from particle_sim.particle.mechanics import MechanicalBoundary
from particle_sim.particle.surroundings import surroundings_of
from particle_sim.units import Array


def split_mesh(mesh: BodyMesh) -> BodyMesh:
    """The mesh with every point once per region it belongs to, in the same order within each.

    Facets between regions become bare without a name; all else keeps its name.
    """
    count = int(mesh.regions.max()) + 1
    keys = mesh.cells * count + mesh.regions[:, None]
    unique, cells = np.unique(keys, return_inverse=True)
    boundaries = {}
    for name, vertices in mesh.boundaries.items():
        owner = mesh.regions[mesh.boundary(name)[:, 0]]
        boundaries[name] = np.searchsorted(unique, vertices * count + owner[:, None])
    return BodyMesh.trusted(
        points=mesh.points[unique // count],
        cells=np.asarray(cells).reshape(mesh.cells.shape),
        symmetry=mesh.symmetry,
        regions=mesh.regions,
        boundaries=boundaries,
        notes=mesh.notes,
    )


@dataclass(frozen=True, kw_only=True)
class SplitBody:
    """Elasticity on the split mesh, and its facets between regions; scaled like the elasticity.

    The displacement jumps by B u from the first region of a facet into the second.
    """

    elasticity: Elasticity
    facets: RegionFacets

    @staticmethod
    def of(whole: Elasticity, mechanics: MechanicalBoundary, length: float) -> SplitBody:
        """Split a discretised body; it keeps its sodium, whose field goes on across facets."""
        mesh = split_mesh(whole.space.mesh)
        space = Space(mesh=mesh, order=whole.space.order, degree=whole.space.degree)
        regions = replace(whole.regions, mesh=mesh)
        outside = surroundings_of(
            space, whole.motions, mechanics, regions.reference_modulus, length
        )
        return SplitBody(
            elasticity=replace(whole, regions=regions, space=space, surroundings=outside),
            facets=region_facets(whole.space),
        )

    @property
    def dimension(self) -> int:
        return self.elasticity.space.mesh.dimension

    @cached_property
    def normals(self) -> Array:
        """In the mesh's own axes (f, q, d), from the first region into the second."""
        is_meridian = self.elasticity.symmetry is Symmetry.AXISYMMETRIC
        keep = [0, 2] if is_meridian else list(range(self.dimension))
        return np.asarray(self.facets.normals[..., keep])

    @cached_property
    def jump(self) -> sparse.csr_array:
        """B (f q d, m): the jump at every point of the facets, component by component."""
        space, facets, d = self.elasticity.space, self.facets, self.dimension
        f, q, i = facets.shapes.shape[1:]
        rows = np.arange(f * q * d).reshape(f, q, 1, d)
        entries = []
        for side, sign in ((0, -1.0), (1, 1.0)):
            dofs = space.cell_dofs[facets.cells[:, side]]
            columns = dofs[:, None, :, None] * d + np.arange(d)
            shape = (f, q, i, d)
            values = np.broadcast_to(sign * facets.shapes[side][..., None], shape)
            entries.append(
                [np.broadcast_to(each, shape).ravel() for each in (values, rows, columns)]
            )
        values, rows, columns = np.concatenate(entries, axis=1)
        size = (f * q * d, self.elasticity.size)
        near = np.abs(values) > 1e-14
        places = rows[near].astype(np.intp), columns[near].astype(np.intp)
        return sparse.csr_array((values[near], places), shape=size)

    def openings(self, displacement: Array) -> tuple[Array, Array]:
        """Normal opening (f, q) and shear jump (f, q, d) of a displacement (m,)."""
        jump = (self.jump @ displacement).reshape(self.normals.shape)
        normal = np.sum(jump * self.normals, axis=2)
        return normal, jump - normal[..., None] * self.normals
