"""What a model may be wrong by at rates it has not seen, and the likelihood that allows for it.

    Q_i = f(I_i; x) + delta(I_i) + e_i,     e_i ~ N(0, n_i^2)
    cov(delta_i, delta_j) = (s Q_max)^2 min(u_i, u_j),     u_i = log10(2 I_i/I_min)

delta is a Wiener process in log rate that starts at half the lowest rate: nothing where the slow
capacity defines the window, and wider the farther a rate lies outside the data. A discrepancy is
confounded with the parameters and resolved by its prior only (Kennedy & O'Hagan, J. R. Stat. Soc.
B 63 (2001) 425, doi:10.1111/1467-9868.00294; Brynjarsdottir & O'Hagan, Inverse Problems 30 (2014)
114007, doi:10.1088/0266-5611/30/11/114007), so that s is learned from many series.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from particle_sim.units import Array


@dataclass(frozen=True, kw_only=True)
class Scatter:
    """How capacities (m,) at currents (m,) may differ from a model's."""

    current: Array
    scale: float
    """Q_max: what discrepancy, and a noise that nobody states, are shares of [A h/kg]"""
    origin: float
    """Current where the discrepancy begins: half the lowest rate of a test [A/kg]"""
    stated: Array | None = None
    """Standard deviations (m,) [A h/kg]; None for a noise that is a share of the scale"""

    @cached_property
    def _noise(self) -> Array:
        """Standard deviation of every datum for a noise of 1 (m,)."""
        return np.full(len(self.current), self.scale) if self.stated is None else self.stated

    @cached_property
    def _modes(self) -> tuple[Array, Array]:
        """Discrepancy over noise in independent directions: variances (m,) and rows (m, m)."""
        shared = self.scale**2 * np.minimum.outer(*[self.log_rate(self.current)] * 2)
        variance, vectors = np.linalg.eigh(shared / np.multiply.outer(self._noise, self._noise))
        return np.maximum(variance, 0.0), vectors.T

    def log_rate(self, current: Array) -> Array:
        """u (k,) of currents (k,); 0 up to the origin."""
        return np.maximum(np.log10(np.asarray(current) / self.origin), 0.0)

    def log_density(self, misfit: Array, discrepancy: Array, noise: Array) -> Array:
        """ln p (n,) of data minus model (n, m), constants and all.

        ``discrepancy`` s and ``noise`` (n,) are shares of the scale; where the noise is stated,
        1 takes it as it is.
        """
        variance, rows = self._modes
        spread = (discrepancy**2)[:, None] * variance + (noise**2)[:, None]
        along = (misfit / self._noise) @ rows.T
        constant = len(self.current) * np.log(2 * np.pi) + 2 * np.log(self._noise).sum()
        return np.asarray(-0.5 * ((along**2 / spread + np.log(spread)).sum(axis=1) + constant))

    def beyond(
        self, current: Array, misfit: Array, discrepancy: Array, noise: Array
    ) -> tuple[Array, Array]:
        """Mean (n, k) and covariance (n, k, k) of delta at ``current`` (k,), given the data.

        With delta = c^T K^-1 (y - f) and its covariance C - c^T K^-1 c.
        """
        ours, theirs = self.log_rate(self.current), self.log_rate(current)
        across = np.minimum.outer(theirs, ours) * self.scale**2 / self._noise
        variance, rows = self._modes
        square = (discrepancy**2)[:, None]
        inverse = square / (square * variance + (noise**2)[:, None])
        turned = across @ rows.T
        mean = np.einsum("kd,nd,nd->nk", turned, inverse, (misfit / self._noise) @ rows.T)
        prior = self.scale**2 * np.minimum.outer(theirs, theirs)
        known = np.einsum("kd,nd,ld->nkl", turned, inverse, turned)
        return mean, square[..., None] * (prior - known)
