"""Solvers of an elastic problem, chosen by its dimension and size: band, sparse LU, iterations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from particle_sim.fem.banded import BandedFactors, BandedPattern
from particle_sim.fem.body_mesh import Integers
from particle_sim.fem.conjugate_gradients import History
from particle_sim.fem.dissection import Factors, factorise
from particle_sim.fem.elastic_solver import assembled_elastic_solver
from particle_sim.fem.space import Space
from particle_sim.particle.iterative import IterativeElastic
from particle_sim.units import Array

DIRECT_LIMIT = {2: 400_000, 3: 12_000}
"""Most displacement dofs for a direct solve, by dimension; beyond it iterations are faster."""


class ElasticFactors(Protocol):
    """A solver of K u = f with K fixed, dofs of symmetry planes and pins at zero."""

    @property
    def method(self) -> str:
        """What it does, in words."""

    def solve(self, loads: Array) -> Array:
        """Displacements (m, k) of loads (m, k)."""

    def precondition(self, residual: Array) -> Array:
        """A cheap approximation to K^-1 residual (m,), linear in it."""

    def follow(self, load: Array, tolerance: float, past: History) -> tuple[Array, History]:
        """Displacement (m,) of a load after many like it: to a residual ``tolerance`` times the
        load, starting from ``past`` solutions, which it adds to.
        """


@dataclass(frozen=True, kw_only=True)
class ElasticProblem:
    """K (m, m) and what its solution needs to know.

    ``fixed`` (m,) are zero, ``held`` those of them that symmetry holds, ``motions`` (m, r) the
    rigid motions that the others pin; the last ``globals_count`` unknowns belong to no node.
    """

    stiffness: sparse.csr_array
    space: Space
    globals_count: int
    fixed: NDArray[np.bool_]
    held: NDArray[np.bool_]
    motions: Array


def elastic_solver(problem: ElasticProblem) -> ElasticFactors:
    """The solver that suits the problem."""
    space, fixed = problem.space, problem.fixed
    d = space.mesh.dimension
    if d == 1:
        return band_elastic(problem)
    if len(fixed) > DIRECT_LIMIT[d] and space.order <= 2:
        return IterativeElastic(
            inner=assembled_elastic_solver(
                problem.stiffness, space.cell_dofs, space.nodes, problem.held
            ),
            pins=np.flatnonzero(fixed & ~problem.held),
            motions=problem.motions,
        )
    free = np.flatnonzero(~fixed)
    nodes = np.repeat(space.nodes, d, axis=0)[free]
    factors = factorise(problem.stiffness[free][:, free], nodes)
    return DirectElastic(factors=factors, free=free)


@dataclass(frozen=True, kw_only=True)
class DirectElastic:
    """Sparse LU of the free dofs."""

    factors: Factors
    free: Integers

    @property
    def method(self) -> str:
        return self.factors.method

    def solve(self, loads: Array) -> Array:
        result = np.zeros(loads.shape)
        result[self.free] = self.factors.solve(loads[self.free])
        return result

    def precondition(self, residual: Array) -> Array:
        result = np.zeros(residual.shape)
        result[self.free] = self.factors.precondition(residual[self.free])
        return result

    def follow(self, load: Array, tolerance: float, past: History) -> tuple[Array, History]:
        return self.precondition(load), past


@dataclass(frozen=True, kw_only=True)
class BandElastic:
    """Band LU of a line."""

    factors: BandedFactors
    fixed: NDArray[np.bool_]

    @property
    def method(self) -> str:
        return "banded LU"

    def solve(self, loads: Array) -> Array:
        return self.factors.solve(np.where(self.fixed[:, None], 0.0, loads))

    def precondition(self, residual: Array) -> Array:
        return self.factors.solve(np.where(self.fixed, 0.0, residual))

    def follow(self, load: Array, tolerance: float, past: History) -> tuple[Array, History]:
        return self.precondition(load), past


def band_elastic(problem: ElasticProblem) -> BandElastic:
    """Dofs of a line are numbered outwards, so that its stiffness is banded already."""
    size, m = len(problem.fixed), problem.globals_count
    pattern = BandedPattern(cell_dofs=problem.space.cell_dofs, dimension=size - m, border=m)
    banded = pattern.banded(problem.stiffness, np.arange(size))
    for place in np.flatnonzero(problem.fixed):
        banded.make_identity_row(int(place))
    return BandElastic(factors=banded.factorise(), fixed=problem.fixed)
