"""A body run as ParaView and VTK see it: points, cells of type 5, 10, 22 or 24, and fields.

Points are the nodes of straight or second-order cells, once per region they belong to, so that
jumps between regions stay visible. Fields of higher order are read at those nodes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from particle_sim.errors import InputError
from particle_sim.fem.simplices import EDGES, Integers, Symmetry
from particle_sim.fem.space import Space
from particle_sim.particle.run import ParticleRun
from particle_sim.units import Array

_VTK_EDGES = {2: ((0, 1), (1, 2), (0, 2)), 3: ((0, 1), (1, 2), (0, 2), (0, 3), (1, 3), (2, 3))}
"""Vertex pairs of VTK's second-order cells, in the order of its midpoints."""

CELL_TYPES = {(2, 1): 5, (3, 1): 10, (2, 2): 22, (3, 2): 24}
"""VTK_TRIANGLE, TETRA, QUADRATIC_TRIANGLE and QUADRATIC_TETRA, by dimension and order."""

TENSOR = ("XX", "YY", "ZZ", "XY", "YZ", "XZ")
"""Components of a symmetric tensor in ParaView's order."""

_FROM_VOIGT = [0, 1, 2, 5, 3, 4]


@dataclass(frozen=True, kw_only=True)
class Grid:
    """points (p, 3) [m]; cells (e, i) in VTK's order; cell_type: VTK's number; regions (e,).

    Meridian sections lie in the plane y = 0 with r along x, plane sections in z = 0.
    """

    run: ParticleRun
    points: Array
    cells: Integers
    cell_type: int
    regions: Integers
    source: tuple[Integers, Integers]
    """Cell of the run's mesh, and node of the exported cell in it, that each point is (p,)."""
    order: int

    def fields(self, index: int) -> dict[str, Array]:
        """Fields at the points (p, ...) at a stored time, in SI units given in their names.

        The stress has the components of :data:`TENSOR`; in a meridian section x, y and z are r,
        hoop and z. Regions without sodium have nan for it.
        """
        run = self.run
        theta = self._at_points(run.site_fraction_at_points[index])
        return {
            "concentration [mol m^-3]": theta * run.particle.material.maximum_concentration,
            "site fraction [1]": theta,
            "displacement [m]": self._displacement(index),
            "stress [Pa]": self._at_points(run.stress[index])[:, _FROM_VOIGT],
            "von Mises stress [Pa]": self._at_points(run.von_mises_stress[index]),
            "hydrostatic stress [Pa]": self._at_points(run.hydrostatic_stress[index]),
            "first principal stress [Pa]": self._at_points(run.first_principal_stress[index]),
        }

    def _at_points(self, values: Array) -> Array:
        """Values at the run's points (q, ...) read at the grid's (p, ...)."""
        cell, node = self.source
        space = self.run.elasticity.space.of_order(self.run.elasticity.sodium.order)
        shapes = _shapes(space, self.order)[node]
        return np.asarray(
            np.einsum("pi,pi...->p...", shapes, values[self.run.points.cell_points[cell]])
        )

    def of_vertices(self, values: Array) -> Array:
        """Values at the vertices of the run's mesh (v,), straight within cells, at the points."""
        cell, node = self.source
        space = self.run.elasticity.space.of_order(1)
        if np.shape(values) != (space.dimension,):
            raise InputError(
                f"The field to export has the shape {np.shape(values)}; give one number for each "
                f"of the mesh's {space.dimension:,} vertices."
            )
        shapes = _shapes(space, self.order)[node]
        return np.asarray(np.einsum("pi,pi->p", shapes, values[space.cell_dofs[cell]]))

    def _displacement(self, index: int) -> Array:
        cell, node = self.source
        space, symmetry = self.run.elasticity.space, self.run.mesh.symmetry
        dofs = self.run.displacement[index][space.cell_dofs[cell]]
        moved = np.einsum("pi,pid->pd", _shapes(space, self.order)[node], dofs)
        return in_space(symmetry, moved)


def grid_of(run: ParticleRun) -> Grid:
    """The cells of a run's mesh; second-order if the mesh or the fields are.

    Raises :class:`InputError` for a radial run.
    """
    space, mesh = run.elasticity.space, run.elasticity.space.mesh
    if mesh.dimension == 1:
        raise InputError(
            f"The run is {mesh.symmetry.value}, which has no cells to export; use a section or a "
            "body, or the run's to_dataset()."
        )
    order = 2 if mesh.is_curved or run.elasticity.sodium.order > 1 else 1
    nodal = space.of_order(order)
    count = int(mesh.regions.max()) + 1
    keys = nodal.cell_dofs * count + mesh.regions[:, None]
    unique, first, code = np.unique(keys, return_index=True, return_inverse=True)
    cell_points = np.asarray(code).reshape(keys.shape).astype(np.intp)
    cell, node = np.divmod(first, keys.shape[1])
    return Grid(
        run=run,
        points=in_space(mesh.symmetry, nodal.nodes[unique // count] * run.length),
        cells=vtk_cells(nodal, cell_points, order),
        cell_type=CELL_TYPES[mesh.dimension, order],
        regions=mesh.regions,
        source=(cell.astype(np.intp), node.astype(np.intp)),
        order=order,
    )


def _shapes(space: Space, order: int) -> Array:
    """Shape functions of a space at the nodes of an exported cell (nodes, i)."""
    return space.tabulate(space.of_order(order).local_points)[0]


def in_space(symmetry: Symmetry, values: Array) -> Array:
    """Coordinates or vectors (p, d) as (p, 3)."""
    axes = {Symmetry.SOLID: [0, 1, 2], Symmetry.PLANE: [0, 1], Symmetry.AXISYMMETRIC: [0, 2]}
    whole = np.zeros((len(values), 3))
    whole[:, axes[symmetry]] = values
    return whole


def vtk_cells(space: Space, cells: Integers, order: int) -> Integers:
    """Cells with VTK's orientation (positive volume) and order of midpoints."""
    d = space.mesh.dimension
    corners = space.mesh.points[space.mesh.ordered_cells[:, : d + 1]]
    inverted = np.linalg.det(corners[:, 1:] - corners[:, :1]) < 0
    number = {frozenset(pair): d + 1 + k for k, pair in enumerate(EDGES[d])}
    result = np.empty_like(cells)
    for flip, mine in ((False, ~inverted), (True, inverted)):
        vertices = [1, 0, *range(2, d + 1)] if flip else list(range(d + 1))
        edges = [number[frozenset((vertices[a], vertices[b]))] for a, b in _VTK_EDGES[d]]
        result[mine] = cells[mine][:, vertices + (edges if order == 2 else [])]
    return result
