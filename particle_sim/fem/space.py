"""Continuous Lagrange elements of order 1 to 5 on lines, triangles, tetrahedra, from basix.

Hands out what a weak form needs: shape functions, physical gradients and weights that contain the
volume element (4 pi r^2, 2 pi r or 1), in cells and on named boundaries. Cells are read with
ascending vertices, so that dofs on shared edges and faces agree for every order; on a line dofs
are numbered outwards, so that matrices are banded.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import basix
import numpy as np

from particle_sim.errors import InputError
from particle_sim.fem.body_mesh import BodyMesh, Integers
from particle_sim.units import Array

_CELLS = {1: basix.CellType.interval, 2: basix.CellType.triangle, 3: basix.CellType.tetrahedron}
_FACETS = {2: basix.CellType.interval, 3: basix.CellType.triangle}


@dataclass(frozen=True, kw_only=True)
class FacetPoints:
    """Quadrature on one named boundary: f facets, q points each, i dofs of the owning cell.

    cells (f,), dofs (f, i), values (f, q, i), gradients (f, q, i, d), weights (f, q) with the
    surface element, normals (f, q, d) outwards, points (f, q, d).
    """

    cells: Integers
    dofs: Integers
    values: Array
    gradients: Array
    weights: Array
    normals: Array
    points: Array

    @property
    def area(self) -> float:
        """Surface of the boundary."""
        return float(self.weights.sum())


@dataclass(frozen=True, kw_only=True)
class Space:
    """Lagrange space on a body mesh; e cells, q points per cell, i dofs per cell, n dofs, d axes.

    ``degree``: polynomials of this degree are integrated exactly on straight cells.
    """

    mesh: BodyMesh
    order: int
    degree: int

    def __post_init__(self) -> None:
        if not 1 <= self.order <= 5:
            raise InputError(f"The element order is {self.order}; it must be 1, 2, 3, 4 or 5.")

    def __getstate__(self) -> dict[str, object]:
        """Only the defining fields: tables are rebuilt, and basix objects cannot be pickled."""
        return {"mesh": self.mesh, "order": self.order, "degree": self.degree}

    def of_order(self, order: int) -> Space:
        """A space of another order with the same quadrature."""
        return Space(mesh=self.mesh, order=order, degree=self.degree)

    @cached_property
    def _element(self) -> Any:
        return _lagrange(self.mesh.dimension, self.order)

    @cached_property
    def _geometry(self) -> Any:
        return _lagrange(self.mesh.dimension, 2 if self.mesh.is_curved else 1)

    @cached_property
    def _rule(self) -> tuple[Array, Array]:
        points, weights = basix.make_quadrature(_CELLS[self.mesh.dimension], self.degree)
        return np.asarray(points), np.asarray(weights)

    def tabulate(self, reference: Array) -> tuple[Array, Array]:
        """Shape functions (p, i) and reference gradients (p, i, d) at reference points (p, d)."""
        return _tabulate(self._element, reference)

    @property
    def rule_weights(self) -> Array:
        """Quadrature weights on the reference cell (q,)."""
        return self._rule[1]

    @cached_property
    def values(self) -> Array:
        """Shape functions at the quadrature points (q, i)."""
        return self.tabulate(self._rule[0])[0]

    @cached_property
    def cell_dofs(self) -> Integers:
        """Global numbers of every cell's dofs (e, i): vertices first, then edges, faces, inside."""
        return self._numbering[0]

    @property
    def dimension(self) -> int:
        """Number of dofs n."""
        return self._numbering[1]

    @cached_property
    def _numbering(self) -> tuple[Integers, int]:
        d = self.mesh.dimension
        if d == 1:
            outward = np.argsort(np.argsort(self.local_points[:, 0]))
            first = self.order * np.arange(len(self.mesh.cells))[:, None]
            return (first + outward).astype(np.intp), self.order * len(self.mesh.cells) + 1
        cells = self.mesh.ordered_cells[:, : d + 1]
        topology = basix.topology(_CELLS[d])
        dofs = np.zeros((len(cells), self._element.dim), dtype=np.intp)
        start = 0
        for level in range(d + 1):
            places = self._element.entity_dofs[level]
            per = len(places[0])
            if per == 0:
                continue
            every = np.stack([cells[:, entity] for entity in topology[level]], axis=1)
            unique, code = np.unique(every.reshape(-1, level + 1), axis=0, return_inverse=True)
            number = np.asarray(code).reshape(len(cells), -1)
            for k, local in enumerate(places):
                dofs[:, local] = start + per * number[:, k, None] + np.arange(per)
            start += per * len(unique)
        return dofs, start

    @cached_property
    def nodes(self) -> Array:
        """Position of every dof (n, d)."""
        shapes, _ = _tabulate(self._geometry, np.asarray(self._element.points))
        positions = np.einsum("ig,egd->eid", shapes, self._corners)
        nodes = np.empty((self.dimension, self.mesh.dimension))
        nodes[self.cell_dofs.ravel()] = positions.reshape(-1, self.mesh.dimension)
        return nodes

    @cached_property
    def _corners(self) -> Array:
        return self.mesh.points[self.mesh.ordered_cells]

    def map(self, cells: Integers, reference: Array) -> tuple[Array, Array]:
        """Positions (c, p, d) and Jacobians dx/dX (c, p, d, d) of reference points (p, d)."""
        shapes, slopes = _tabulate(self._geometry, reference)
        corners = self._corners[cells]
        points = np.einsum("pg,cga->cpa", shapes, corners)
        return points, np.einsum("pgb,cga->cpab", slopes, corners)

    def map_each(self, cells: Integers, reference: Array) -> tuple[Array, Array]:
        """Position (c, d) and Jacobian (c, d, d) of one reference point (c, d) in each cell."""
        shapes, slopes = _tabulate(self._geometry, reference)
        corners = self._corners[cells]
        points = np.einsum("cg,cga->ca", shapes, corners)
        return points, np.einsum("cgb,cga->cab", slopes, corners)

    @cached_property
    def _mapped(self) -> tuple[Array, Array, Array]:
        points, jacobian = self.map(np.arange(len(self.mesh.cells)), self._rule[0])
        weights = (
            self._rule[1] * np.abs(np.linalg.det(jacobian)) * self.mesh.symmetry.around(points)
        )
        if not self.mesh.is_curved:
            jacobian = jacobian[:, :1]
        return points, np.asarray(weights), np.asarray(np.linalg.inv(jacobian))

    @property
    def points(self) -> Array:
        """Quadrature points (e, q, d)."""
        return self._mapped[0]

    @property
    def weights(self) -> Array:
        """Quadrature weights with the volume element (e, q); they sum to the volume."""
        return self._mapped[1]

    @property
    def inverse_jacobians(self) -> Array:
        """dX/dx at the quadrature points (e, q, d, d), of straight cells once (e, 1, d, d)."""
        return self._mapped[2]

    @cached_property
    def slopes(self) -> Array:
        """Gradients of the shape functions on the reference cell (q, i, d); they sum to zero."""
        slopes = self.tabulate(self._rule[0])[1]
        return np.asarray(slopes - slopes.mean(axis=1, keepdims=True))

    @property
    def gradients(self) -> Array:
        """Gradients of the shape functions at the quadrature points (e, q, i, d): large, made anew
        each time."""
        return self.gradients_in(slice(None))

    def gradients_in(self, part: slice | Integers) -> Array:
        """Those of some cells."""
        return np.asarray(np.matmul(self.slopes[None], self.inverse_jacobians[part]))

    def gradients_at(self, cells: Integers, reference: Array) -> Array:
        """Physical gradients (c, p, i, d) in chosen cells at common reference points (p, d)."""
        _, slopes = self.tabulate(reference)
        _, jacobian = self.map(cells, reference)
        return np.asarray(np.matmul(slopes[None], np.linalg.inv(jacobian)))

    def shapes_at(self, cells: Integers, reference: Array) -> tuple[Array, Array, Array]:
        """Shape functions (c, p, i), gradients (c, p, i, d), positions (c, p, d) in cells (c,).

        ``reference`` (c, p, d): points of their own in each cell.
        """
        count, per, d = reference.shape
        flat = reference.reshape(-1, d)
        values, slopes = self.tabulate(flat)
        points, jacobian = self.map_each(np.repeat(cells, per), flat)
        gradients = np.matmul(slopes, np.linalg.inv(jacobian))
        return (
            values.reshape(count, per, -1),
            gradients.reshape(count, per, -1, d),
            points.reshape(count, per, d),
        )

    @cached_property
    def local_points(self) -> Array:
        """Reference positions of a cell's dofs (i, d)."""
        return np.asarray(self._element.points)

    @cached_property
    def volumes(self) -> Array:
        """Integral of every shape function (n,); they sum to the volume."""
        loads = self.weights @ self.values
        volumes = np.bincount(self.cell_dofs.ravel(), loads.ravel(), self.dimension)
        return np.asarray(volumes, dtype=float)

    @cached_property
    def volume(self) -> float:
        """Of the whole mesh."""
        return float(self.volumes.sum())

    def boundary_dofs(self, name: str) -> Integers:
        """Dofs on a named boundary, each once."""
        facets, d = self.mesh.boundary(name), self.mesh.dimension
        closure = self._element.entity_closure_dofs[d - 1]
        if d == 1:  # basix numbers the ends of a line by themselves, not by what is opposite
            closure = closure[::-1]
        dofs = [self.cell_dofs[cell][closure[local]] for cell, local in facets]
        return np.unique(np.concatenate(dofs))

    def boundary(self, name: str) -> FacetPoints:
        """Quadrature points, shape functions and normals on a named boundary."""
        if name not in self._boundaries:
            self._boundaries[name] = self._boundary(name)
        return self._boundaries[name]

    @cached_property
    def _boundaries(self) -> dict[str, FacetPoints]:
        """Those met so far."""
        return {}

    def _boundary(self, name: str) -> FacetPoints:
        d, facets = self.mesh.dimension, self.mesh.boundary(name)
        point = (np.zeros((1, 0)), np.ones(1))
        rule = point if d == 1 else basix.make_quadrature(_FACETS[d], self.degree)
        parts = [
            self._facet_points(facets[facets[:, 1] == local, 0], local, rule)
            for local in range(d + 1)
            if np.any(facets[:, 1] == local)
        ]
        names = ("cells", "dofs", "values", "gradients", "weights", "normals", "points")
        return FacetPoints(**{n: np.concatenate([getattr(p, n) for p in parts]) for n in names})

    def _facet_points(self, cells: Integers, local: int, rule: tuple[Any, Any]) -> FacetPoints:
        d = self.mesh.dimension
        corners = np.concatenate([np.zeros((1, d)), np.eye(d)])
        inside = np.delete(np.arange(d + 1), local)
        frame = corners[inside[1:]] - corners[inside[0]]
        reference = corners[inside[0]] + np.asarray(rule[0]).reshape(len(rule[1]), d - 1) @ frame
        values, slopes = self.tabulate(reference)
        points, jacobian = self.map(cells, reference)
        inverse = np.linalg.inv(jacobian)
        outward = inverse.transpose(0, 1, 3, 2) @ _outward(local, d)
        length = np.linalg.norm(outward, axis=2)
        # Nanson: dA = det(J) |J^-T n_ref| dA_ref, with n_ref scaled by the reference facet
        area = np.asarray(rule[1]) * np.abs(np.linalg.det(jacobian)) * length
        return FacetPoints(
            cells=cells,
            dofs=self.cell_dofs[cells],
            values=np.broadcast_to(values, (len(cells), *values.shape)),
            gradients=np.matmul(slopes[None], inverse),
            weights=area * self.mesh.symmetry.around(points),
            normals=outward / length[..., None],
            points=points,
        )


def _lagrange(dimension: int, order: int) -> Any:
    return basix.create_element(
        basix.ElementFamily.P, _CELLS[dimension], order, basix.LagrangeVariant.gll_warped
    )


def _tabulate(element: Any, reference: Array) -> tuple[Array, Array]:
    table = np.asarray(element.tabulate(1, np.ascontiguousarray(reference)))[..., 0]
    return table[0], np.ascontiguousarray(np.moveaxis(table[1:], 0, 2))


def _outward(local: int, dimension: int) -> Array:
    """Outward normal of the reference facet opposite a vertex, as long as the map needs it."""
    if local == 0:
        return np.ones(dimension)
    normal = np.zeros(dimension)
    normal[local - 1] = -1.0
    return normal
