"""Fields from one bisection of a base mesh to another: exact where it is finer, else projected."""

from __future__ import annotations

from dataclasses import dataclass

import basix
import numpy as np
from scipy import sparse
from scipy.sparse.linalg import cg

from particle_sim.fem.bisection import Bisection
from particle_sim.fem.body_mesh import Integers
from particle_sim.fem.space import Space
from particle_sim.fem.sparse_pattern import SparsePattern, scatter
from particle_sim.units import Array

EXTRA = 4
"""Degree of the volume element in a curved cell of an axisymmetric section."""


@dataclass(frozen=True, kw_only=True)
class Nested:
    """A Lagrange space on the mesh of a bisection."""

    cells: Bisection
    space: Space

    def at(self, field: Array, owners: Integers, placed: Array) -> Array:
        """A field (n, ...) in cells (c,) at points (c, p, 2) of their base cells (c, p, ...)."""
        local = field[self.space.cell_dofs[owners]]
        return np.asarray(np.einsum("cpi,ci...->cp...", self.shapes(owners, placed), local))

    def shapes(self, owners: Integers, placed: Array) -> Array:
        """Shape functions of cells (c,) at points (c, p, 2) given in the base cell (c, p, i)."""
        corners = self.cells.ordered_corners[owners]
        frame = (corners[:, 1:] - corners[:, :1]).transpose(0, 2, 1)
        local = np.linalg.solve(frame, (placed - corners[:, :1]).transpose(0, 2, 1))
        values, _ = self.space.tabulate(np.asarray(local.transpose(0, 2, 1).reshape(-1, 2), float))
        return values.reshape(*placed.shape[:2], -1)


def embedded(field: Array, old: Nested, new: Nested) -> Array:
    """Values (m, ...) at the dofs of ``new`` of a field (n, ...) of ``old``.

    The same function, if every new cell lies in one old cell and the order is no lower.
    """
    corners = new.cells.ordered_corners
    reference = new.space.local_points
    placed = corners[:, :1] + np.einsum("pa,cab->cpb", reference, corners[:, 1:] - corners[:, :1])
    values = old.at(field, old.cells.holding(new.cells.starts), placed)
    result = np.empty((new.space.dimension, *field.shape[1:]))
    result[new.space.cell_dofs] = values
    return result


def projected(field: Array, old: Nested, new: Nested) -> Array:
    """The field (m,) of ``new`` nearest to a field (n,) of ``old`` in the mean square.

    M f_new = int f v dV, summed over the finer of both meshes everywhere and hence exact: f stays
    where the new mesh is finer, and its integral stays everywhere, as 1 is in both spaces.
    """
    degree = 2 * new.space.order + EXTRA
    exact = Space(mesh=new.space.mesh, order=new.space.order, degree=degree)
    pattern = SparsePattern(
        rows=exact.cell_dofs, columns=exact.cell_dofs, shape=(exact.dimension,) * 2
    )
    mass = pattern.assemble(np.einsum("eq,qi,qj->eij", exact.weights, exact.values, exact.values))
    loads = _loads(field, old, new)
    scale = 1 / np.sqrt(mass.diagonal())
    even = sparse.diags_array(scale) @ mass @ sparse.diags_array(scale)
    found, missed = cg(even, scale * loads, rtol=1e-14, atol=0.0, maxiter=400)
    if missed:
        raise np.linalg.LinAlgError("the projection onto another mesh did not converge")
    return np.asarray(scale * found)


def _loads(field: Array, old: Nested, new: Nested) -> Array:
    """int f v dV (m,) of a field (n,) of ``old`` for every shape function v of ``new``."""
    starts = np.union1d(old.cells.starts, new.cells.starts)
    before, after = old.cells.holding(starts), new.cells.holding(starts)
    is_old_finer = old.cells.levels[before] >= new.cells.levels[after]
    corners = np.where(
        is_old_finer[:, None, None],
        old.cells.ordered_corners[before],
        new.cells.ordered_corners[after],
    )
    degree = old.space.order + new.space.order + EXTRA
    rule, rule_weights = map(np.asarray, basix.make_quadrature(basix.CellType.triangle, degree))
    frame = corners[:, 1:] - corners[:, :1]
    placed = corners[:, :1] + np.einsum("pa,cab->cpb", rule, frame)
    roots = np.repeat(old.cells.roots[before], len(rule_weights))
    base = Space(mesh=old.cells.base, order=1, degree=1)
    points, jacobian = base.map_each(roots, placed.reshape(-1, 2))
    volume = np.abs(np.linalg.det(jacobian)) * base.mesh.symmetry.around(points)
    weights = volume.reshape(placed.shape[:2]) * rule_weights
    weights *= np.abs(np.linalg.det(frame))[:, None]
    values = weights * old.at(field, before, placed)
    loads = np.einsum("cp,cpi->ci", values, new.shapes(after, placed))
    return scatter(new.space.cell_dofs[after], loads, new.space.dimension)
