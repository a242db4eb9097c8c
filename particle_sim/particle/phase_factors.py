"""A preconditioner of Cahn-Hilliard steps on meshes too large for their LU.

The step couples sodium and potential, [[M + h K_A, h K_B], [-k K, M]]. Its Schur complement in
the sodium, M + h K_A + h k K_B M^-1 K, is close to W M^-1 W with W = M + sqrt(h k) K_sqrt(B):
symmetric, positive and half the size. For constant mobility the closeness does not depend on h or
the mesh (Boyanova, Do-Quang & Neytcheva, Comput. Methods Appl. Math. 12 (2012) 1).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from particle_sim.fem.dissection import Dissection, Factors
from particle_sim.units import Array

LEAST_MOBILITY = 0.01
"""Smallest mobility in W, over the largest: pure phases hardly conduct but must stay regular."""


@dataclass(frozen=True, kw_only=True)
class PhaseFactors:
    """Factors of M and W, applied as one approximate inverse; V is bordered where there is one.

    ``length`` is h; ``tangent`` (2n, 2n) gives the blocks h K_B and -k K; columns (2n, g),
    rows (g, 2n), corner (g, g).
    """

    length: float
    mass: sparse.csr_array
    mass_factors: Factors
    smoothing_factors: Factors
    upper: sparse.csr_array
    lower: sparse.csr_array
    columns: Array
    rows: Array
    corner: Array

    @property
    def kind(self) -> str:
        return "Schur"

    @property
    def method(self) -> str:
        """What it does, in words."""
        size = 2 * self.mass.shape[0]
        return f"Schur complement of the phase field by sparse LU, {size:,} unknowns"

    def precondition(self, right_side: Array) -> Array:
        """Approximate solution, linear in the right-hand side (2n + g,)."""
        size = 2 * self.mass.shape[0]
        x = self._inner(right_side[:size])
        g = self.columns.shape[1]
        if g == 0:
            return x
        response = np.stack([self._inner(column) for column in self.columns.T], axis=1)
        y = np.linalg.solve(self.corner - self.rows @ response, right_side[size:] - self.rows @ x)
        return np.concatenate([x - response @ y, y])

    def _inner(self, right_side: Array) -> Array:
        n = self.mass.shape[0]
        settled = self.mass_factors.precondition(right_side[n:])
        force = right_side[:n] - self.upper @ settled
        theta = self.smoothing_factors.precondition(
            self.mass @ self.smoothing_factors.precondition(force)
        )
        return np.concatenate([theta, settled - self.mass_factors.precondition(self.lower @ theta)])


def smoothing_matrix(
    mass: sparse.csr_array, stiff: sparse.csr_array, scale: float
) -> sparse.csr_array:
    """W = M + scale K_sqrt(B)."""
    return sparse.csr_array(mass + scale * stiff)


def root_mobility(mobility: Array) -> Array:
    """sqrt(B), kept away from zero."""
    largest = float(mobility.max())
    return np.asarray(np.sqrt(np.maximum(mobility, LEAST_MOBILITY * largest)))


def factors_of(dissection: Dissection, matrix: sparse.csr_array) -> Factors:
    """Factors of a scalar matrix with the pattern of ``dissection``."""
    return dissection.factorise(matrix)
