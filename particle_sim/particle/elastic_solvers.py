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
from particle_sim.fem.elastic_solver import elastic_solver as cell_by_cell_solver
from particle_sim.fem.matrix_free import ElasticCells
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

    def product(self, displacements: Array) -> Array:
        """K u (m, k) of displacements (m, k)."""

    def precondition(self, residual: Array) -> Array:
        """A cheap approximation to K^-1 residual (m,), linear in it."""

    def follow(self, load: Array, tolerance: float, past: History) -> tuple[Array, History]:
        """Displacement (m,) of a load after many like it: to a residual ``tolerance`` times the
        load, starting from ``past`` solutions, which it adds to.
        """


@dataclass(frozen=True, kw_only=True)
class ElasticProblem:
    """K (m, m), or the cells that it is the sum of, and what its solution needs to know.

    ``fixed`` (m,) are zero, ``held`` those of them that symmetry holds, ``motions`` (m, r) the
    rigid motions that the others pin; the last ``globals_count`` unknowns belong to no node.
    """

    stiffness: sparse.csr_array | ElasticCells
    space: Space
    globals_count: int
    fixed: NDArray[np.bool_]
    held: NDArray[np.bool_]
    motions: Array


def is_iterative(space: Space, unknowns: int) -> bool:
    """Whether iterations on two levels are faster than an LU."""
    d = space.mesh.dimension
    return d > 1 and unknowns > DIRECT_LIMIT[d] and space.order <= 2


def elastic_solver(problem: ElasticProblem) -> ElasticFactors:
    """The solver that suits the problem."""
    space, stiffness, fixed = problem.space, problem.stiffness, problem.fixed
    pins = np.flatnonzero(fixed & ~problem.held)
    if isinstance(stiffness, ElasticCells):
        free_of_matrix = cell_by_cell_solver(stiffness, problem.held)
        return IterativeElastic(inner=free_of_matrix, pins=pins, motions=problem.motions)
    if space.mesh.dimension == 1:
        return band_elastic(problem, stiffness)
    if is_iterative(space, len(fixed)):
        inner = assembled_elastic_solver(stiffness, space.cell_dofs, space.nodes, problem.held)
        return IterativeElastic(inner=inner, pins=pins, motions=problem.motions)
    free = np.flatnonzero(~fixed)
    nodes = np.repeat(space.nodes, space.mesh.dimension, axis=0)[free]
    factors = factorise(stiffness[free][:, free], nodes)
    return DirectElastic(stiffness=stiffness, factors=factors, free=free)


@dataclass(frozen=True, kw_only=True)
class DirectElastic:
    """Sparse LU of the free dofs."""

    stiffness: sparse.csr_array
    factors: Factors
    free: Integers

    @property
    def method(self) -> str:
        return self.factors.method

    def solve(self, loads: Array) -> Array:
        result = np.zeros(loads.shape)
        result[self.free] = self.factors.solve(loads[self.free])
        return result

    def product(self, displacements: Array) -> Array:
        return np.asarray(self.stiffness @ displacements)

    def precondition(self, residual: Array) -> Array:
        result = np.zeros(residual.shape)
        result[self.free] = self.factors.precondition(residual[self.free])
        return result

    def follow(self, load: Array, tolerance: float, past: History) -> tuple[Array, History]:
        return self.precondition(load), past


@dataclass(frozen=True, kw_only=True)
class BandElastic:
    """Band LU of a line."""

    stiffness: sparse.csr_array
    factors: BandedFactors
    fixed: NDArray[np.bool_]

    @property
    def method(self) -> str:
        return "banded LU"

    def solve(self, loads: Array) -> Array:
        return self.factors.solve(np.where(self.fixed[:, None], 0.0, loads))

    def product(self, displacements: Array) -> Array:
        return np.asarray(self.stiffness @ displacements)

    def precondition(self, residual: Array) -> Array:
        return self.factors.solve(np.where(self.fixed, 0.0, residual))

    def follow(self, load: Array, tolerance: float, past: History) -> tuple[Array, History]:
        return self.precondition(load), past


def band_elastic(problem: ElasticProblem, stiffness: sparse.csr_array) -> BandElastic:
    """Dofs of a line are numbered outwards, so that its stiffness is banded already."""
    size, m = len(problem.fixed), problem.globals_count
    pattern = BandedPattern(cell_dofs=problem.space.cell_dofs, dimension=size - m, border=m)
    banded = pattern.banded(stiffness, np.arange(size))
    for place in np.flatnonzero(problem.fixed):
        banded.make_identity_row(int(place))
    return BandElastic(stiffness=stiffness, factors=banded.factorise(), fixed=problem.fixed)
