"""What a linear solver sees of a tangent: its action, its preconditioner, or one whole matrix.

In sections in which phases part an LU of the whole costs less than iterations on one of a part.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import LinearOperator

from particle_sim.fem.dissection import Factors
from particle_sim.fem.space import Space
from particle_sim.particle.iterative import DiffusionIterations
from particle_sim.particle.linearised import Linearised
from particle_sim.particle.phase_factors import PhaseFactors
from particle_sim.units import Array


def whole_tangent(linearised: Linearised) -> sparse.csr_array:
    """The bordered tangent, with the displacement (m,) last where stress acts back."""
    coupling = linearised.coupling
    if coupling is None:
        return linearised.bordered
    n, g = coupling.push.shape[0], linearised.columns.shape[1]
    fixed = coupling.elasticity.supports.fixed
    free = sparse.diags_array((~fixed).astype(float))
    push = coupling.push @ free
    on_phi = sparse.block_array(
        [[0 * push], [coupling.scale * push], [sparse.csr_array((g, len(fixed)))]]
    )
    by_theta = sparse.hstack([-push.T, sparse.csr_array((len(fixed), n + g))])
    stiff = free @ coupling.elasticity.constant_stiffness @ free
    held = sparse.diags_array(fixed.astype(float))
    rows = [[linearised.bordered, on_phi], [by_theta, stiff + held]]
    return sparse.csr_array(sparse.block_array(rows, format="csr"))


def _has_displacement(linearised: Linearised, matrix: sparse.csr_array) -> bool:
    """Whether the displacement is among the unknowns of a matrix."""
    every = len(linearised.residual) + len(linearised.overall_residual)
    return linearised.coupling is not None and bool(matrix.shape[0] == every)


def places(linearised: Linearised, matrix: sparse.csr_array, space: Space, fields: int) -> Array:
    """Where each unknown sits (N, d); those of the whole body have no place (nan)."""
    d = space.mesh.dimension
    parts = [space.nodes] * fields
    parts.append(np.full((linearised.columns.shape[1], d), np.nan))
    if linearised.coupling is not None and _has_displacement(linearised, matrix):
        elasticity = linearised.coupling.elasticity
        nodal = np.repeat(elasticity.space.nodes, d, axis=0)
        parts += [nodal, np.full((elasticity.size - len(nodal), d), np.nan)]
    return np.concatenate(parts)


def operators(
    linearised: Linearised,
    matrix: sparse.csr_array,
    factors: Factors | PhaseFactors | DiffusionIterations,
) -> tuple[Callable[[Array], Array], Callable[[Array], Array]]:
    """The tangent's action and its preconditioner, displacement included where it is coupled."""
    coupling, t = linearised.coupling, matrix.shape[0]
    if coupling is None or _has_displacement(linearised, matrix):
        return matrix.__matmul__, factors.precondition
    n = coupling.push.shape[0]
    elastic, fixed = coupling.elasticity.solver, coupling.elasticity.supports.fixed

    def apply(x: Array) -> Array:
        first = matrix @ x[:t]
        on_phi, equilibrium = coupling.apply(x[:n], x[t:])
        first[n : 2 * n] += on_phi
        return np.concatenate([first, equilibrium])

    def precondition(x: Array) -> Array:
        sodium = factors.precondition(x[:t])
        force = np.where(fixed, 0.0, x[t:] + coupling.push.T @ sodium[:n])
        return np.concatenate([sodium, np.where(fixed, x[t:], elastic.precondition(force))])

    return apply, precondition


def operator(size: int, function: Callable[[Array], Array]) -> Any:
    """A square linear operator for SciPy's solvers."""
    make: Any = LinearOperator
    return make((size, size), matvec=function, dtype=float)
