"""A stage's residual and tangent at some unknowns, as cell matrices and assembled."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import sparse

from particle_sim.fem.body_mesh import Integers
from particle_sim.fem.sparse_pattern import SparsePattern
from particle_sim.flux import SurfaceResponse
from particle_sim.particle.coupling import Coupling
from particle_sim.particle.open_surfaces import Borders
from particle_sim.units import Array


@dataclass(frozen=True, kw_only=True)
class Linearised:
    """Residual and tangent blocks of one stage; t sodium unknowns, m displacements, g globals.

    residual (t + m,), columns (t, g), rows (g, t), corner (g, g). The tangent is made when it
    is asked for: the last of a stage's is not.
    """

    packed: Array
    overall: Array
    residual: Array
    overall_residual: Array
    pattern: SparsePattern
    make_blocks: Callable[[], Array]
    held_dofs: Integers
    coupling: Coupling | None
    borders: Borders
    held: Mapping[str, float]
    """Unbalanced sodium at held surfaces, before their rows were replaced"""
    length: float
    """Length of the stage, scaled"""
    diffusivity: Array
    """Scaled diffusivity A at the quadrature points (e, q)"""
    mobility: Array | None
    """Scaled mobility B there; ``None`` where no term has one"""
    is_linear: bool
    """Whether the tangent is the same everywhere"""

    @property
    def columns(self) -> Array:
        return self.borders.columns

    @property
    def rows(self) -> Array:
        return self.borders.rows

    @property
    def corner(self) -> Array:
        return self.borders.corner

    @property
    def outflow(self) -> float:
        """Sodium leaving per scaled time, through all surfaces with a flux."""
        return sum(self.borders.flows.values(), self.borders.drift)

    @property
    def answers(self) -> Mapping[str, SurfaceResponse]:
        """What the surfaces with an unknown potential answered"""
        return self.borders.answers

    @cached_property
    def blocks(self) -> Array:
        """The sodium's tangent by cell (e, a, a)."""
        return self.make_blocks()

    @cached_property
    def tangent(self) -> sparse.csr_array:
        """Of the sodium (t, t)."""
        return identity_rows(self.pattern.assemble(self.blocks), self.held_dofs)

    @cached_property
    def bordered(self) -> sparse.csr_array:
        """The same with the global unknowns (t + g, t + g)."""
        if self.columns.shape[1] == 0:
            return self.tangent
        blocks = [
            [self.tangent, sparse.csr_array(self.columns)],
            [sparse.csr_array(self.rows), sparse.csr_array(self.corner)],
        ]
        return sparse.csr_array(sparse.block_array(blocks, format="csr"))


@dataclass(frozen=True, kw_only=True)
class Drift:
    """What time alone adds to a stage's residual during a step."""

    residual: Array | float
    overall_residual: Array | float
    outflow: float

    def times(self, weight: float) -> Drift:
        """A part of it."""
        if self is NO_DRIFT:
            return self
        return Drift(
            residual=weight * self.residual,
            overall_residual=weight * self.overall_residual,
            outflow=weight * self.outflow,
        )


NO_DRIFT = Drift(residual=0.0, overall_residual=0.0, outflow=0.0)


def identity_rows(matrix: sparse.csr_array, dofs: Integers) -> sparse.csr_array:
    """The matrix with some rows turned into those of the identity."""
    if len(dofs) == 0:
        return matrix
    keep = np.ones(matrix.shape[0])
    keep[dofs] = 0.0
    return sparse.csr_array(sparse.diags_array(keep) @ matrix + sparse.diags_array(1 - keep))


def even_shift(linearised: Linearised, n: int, left: Array, by_theta: Array) -> Array:
    """Of theta and of the potentials (1 + g,), which brings what is ``left`` of the totals to 0."""
    by_voltage = np.vstack([linearised.columns[:n].sum(axis=0), linearised.corner])
    return np.linalg.solve(np.column_stack([by_theta, by_voltage]), left)
