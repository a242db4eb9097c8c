"""Lagrange finite elements of order 1 to 4 and above on a radial mesh, tabulated by basix.

The one place that knows elements. It hands out what a weak form needs at quadrature points:
shape functions, their radial derivatives, positions, and weights that already contain the
volume element (4 pi r^2, 2 pi r or 1).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import basix
import numpy as np
from numpy.typing import NDArray

from particle_sim.errors import InputError
from particle_sim.fem.mesh import Mesh
from particle_sim.units import Array

Integers = NDArray[np.intp]


@dataclass(frozen=True, kw_only=True)
class Space:
    """Continuous Lagrange space of a given order; dofs are numbered from the centre outwards.

    Shapes: e cells, q quadrature points per cell, i dofs per cell, n dofs in all.
    """

    mesh: Mesh
    order: int
    quadrature_points: int

    def __post_init__(self) -> None:
        if not 1 <= self.order <= 5:
            raise InputError(f"The element order is {self.order}; it must be 1, 2, 3, 4 or 5.")

    def __getstate__(self) -> dict[str, object]:
        """Only the defining fields: tables are rebuilt, and basix objects cannot be pickled."""
        return {
            "mesh": self.mesh,
            "order": self.order,
            "quadrature_points": self.quadrature_points,
        }

    @cached_property
    def _element(self) -> basix.finite_element.FiniteElement:
        return basix.create_element(
            basix.ElementFamily.P,
            basix.CellType.interval,
            self.order,
            basix.LagrangeVariant.gll_warped,
        )

    @cached_property
    def _outward(self) -> Integers:
        """Positions of basix's dofs (vertices first) in outward order."""
        return np.argsort(np.asarray(self._element.points)[:, 0]).astype(np.intp)

    @cached_property
    def _rule(self) -> tuple[Array, Array]:
        points, weights = basix.make_quadrature(
            basix.CellType.interval, 2 * self.quadrature_points - 2
        )
        return np.asarray(points), np.asarray(weights)

    def tabulate(self, reference: Array) -> tuple[Array, Array]:
        """Shape functions and reference derivatives at points of [0, 1]; each (points, i)."""
        table = np.asarray(self._element.tabulate(1, reference.reshape(-1, 1)))
        table = table[:, :, self._outward, 0]
        return np.ascontiguousarray(table[0]), np.ascontiguousarray(table[1])

    @cached_property
    def values(self) -> Array:
        """Shape functions at the quadrature points, (q, i)."""
        return self.tabulate(self._rule[0])[0]

    @cached_property
    def reference_gradients(self) -> Array:
        """Derivatives on the unit cell, (q, i); divide by the cell size for d/dr."""
        return self.tabulate(self._rule[0])[1]

    @cached_property
    def cell_dofs(self) -> Integers:
        """Global numbers of every cell's dofs, (e, i)."""
        cells = len(self.mesh.vertices) - 1
        return (np.arange(cells)[:, None] * self.order + np.arange(self.order + 1)).astype(np.intp)

    @property
    def dimension(self) -> int:
        """Number of dofs."""
        return (len(self.mesh.vertices) - 1) * self.order + 1

    @cached_property
    def nodes(self) -> Array:
        """Radius of every dof [m], (n,)."""
        inside = np.sort(np.asarray(self._element.points)[:, 0])
        radius = self.mesh.vertices[:-1, None] + self.mesh.cell_sizes[:, None] * inside
        return np.append(radius[:, :-1].ravel(), self.mesh.outer)

    @cached_property
    def radius(self) -> Array:
        """Radius of every quadrature point [m], (e, q)."""
        points = self._rule[0][:, 0]
        return self.mesh.vertices[:-1, None] + self.mesh.cell_sizes[:, None] * points

    @cached_property
    def weights(self) -> Array:
        """Quadrature weight times volume element, (e, q); they sum to the volume."""
        coordinates = self.mesh.coordinates
        element = coordinates.surface_factor * self.radius**coordinates.value
        return self._rule[1] * self.mesh.cell_sizes[:, None] * element

    def locate(self, radius: Array) -> tuple[Integers, Array]:
        """The cell that holds each radius and the position inside it, in [0, 1]."""
        vertices = self.mesh.vertices
        cell = np.clip(np.searchsorted(vertices, radius, side="right") - 1, 0, len(vertices) - 2)
        return cell, (radius - vertices[cell]) / self.mesh.cell_sizes[cell]
