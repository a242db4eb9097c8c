"""What a model may be wrong by where it has seen no data, and the likelihood that allows for it.

    y_i = f(x; a_i) + delta(a_i) + e_i,     e_i ~ N(0, n_i^2),     cov(delta) = (s scale)^2 C(a, a')

A discrepancy is confounded with the parameters and resolved by its prior only (Kennedy & O'Hagan,
J. R. Stat. Soc. B 63 (2001) 425, doi:10.1111/1467-9868.00294; Brynjarsdottir & O'Hagan, Inverse
Problems 30 (2014) 114007, doi:10.1088/0266-5611/30/11/114007), so that of rates is learned from
many series. There it is a Wiener process in log rate (:class:`Growing`); along a discharge curve it
is as wide everywhere (:class:`Even`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from particle_sim.units import Array

Covariance = Callable[[Array, Array], Array]
"""Places (k,) and (l,) -> covariance (k, l) of a discrepancy of size 1."""


@dataclass(frozen=True, kw_only=True)
class Growing:
    """min(u, u') with u = log10(I/I_0), 0 up to the origin I_0: half the lowest rate of a test.

    Nothing where the slow capacity defines the window, and wider the farther a rate lies outside
    the data.

    >>> float(Growing(origin=0.5)(np.array([50.0]), np.array([5.0]))[0, 0])
    1.0
    """

    origin: float
    """[A/kg]"""

    def __call__(self, current: Array, other: Array) -> Array:
        """At currents [A/kg]."""
        both = (np.maximum(np.log10(each / self.origin), 0.0) for each in (current, other))
        return np.asarray(np.minimum.outer(*both))


@dataclass(frozen=True, kw_only=True)
class Even:
    """exp(-(Q - Q')^2/(2 length^2)): the same everywhere, smooth over ``length``.

    >>> [round(float(c), 3) for c in Even(length=10.0)(np.array([50.0]), np.array([50.0, 60.0]))[0]]
    [1.0, 0.607]
    """

    length: float

    def __call__(self, place: Array, other: Array) -> Array:
        """At places in the unit of the length."""
        return np.asarray(np.exp(-0.5 * (np.subtract.outer(place, other) / self.length) ** 2))


@dataclass(frozen=True, kw_only=True)
class Scatter:
    """How data (m,) may differ from a model's."""

    at: Array
    """Where they stand (m,): the current of a capacity, the capacity of a voltage"""
    scale: float
    """What discrepancy, and a noise that nobody states, are shares of: Q_max [A h/kg], 1 V"""
    covariance: Covariance
    stated: Array | None = None
    """Standard deviations (m,); None for a noise that is a share of the scale"""

    @cached_property
    def _noise(self) -> Array:
        """Standard deviation of every datum for a noise of 1 (m,)."""
        return np.full(len(self.at), self.scale) if self.stated is None else self.stated

    @cached_property
    def _modes(self) -> tuple[Array, Array]:
        """Discrepancy over noise in independent directions: variances (m,) and rows (m, m)."""
        shared = self.scale**2 * self.covariance(self.at, self.at)
        variance, vectors = np.linalg.eigh(shared / np.multiply.outer(self._noise, self._noise))
        return np.maximum(variance, 0.0), vectors.T

    def log_density(self, misfit: Array, discrepancy: Array, noise: Array) -> Array:
        """ln p (n,) of data minus model (n, m), constants and all.

        ``discrepancy`` s and ``noise`` (n,) are shares of the scale; where the noise is stated,
        1 takes it as it is.
        """
        along, spread = self._along(misfit, discrepancy, noise)
        constant = len(self.at) * np.log(2 * np.pi) + 2 * np.log(self._noise).sum()
        return np.asarray(-0.5 * ((along**2 / spread + np.log(spread)).sum(axis=1) + constant))

    def chi_squared(self, misfit: Array, discrepancy: Array, noise: Array) -> Array:
        """(y - f)^T K^-1 (y - f) (n,), K the covariance of discrepancy and noise."""
        along, spread = self._along(misfit, discrepancy, noise)
        return np.asarray((along**2 / spread).sum(axis=1))

    def beyond(
        self, at: Array, misfit: Array, discrepancy: Array, noise: Array
    ) -> tuple[Array, Array]:
        """Mean (n, k) and covariance (n, k, k) of delta at places (k,), given the data.

        With delta = c^T K^-1 (y - f) and its covariance C - c^T K^-1 c.
        """
        variance, rows = self._modes
        square = (discrepancy**2)[:, None]
        inverse = square / (square * variance + (noise**2)[:, None])
        turned = self.scale**2 * self.covariance(at, self.at) / self._noise @ rows.T
        mean = (inverse * (misfit / self._noise @ rows.T)) @ turned.T
        known = (turned * inverse[:, None, :]) @ turned.T
        prior = self.scale**2 * self.covariance(at, at)
        return mean, square[..., None] * (prior - known)

    def _along(self, misfit: Array, discrepancy: Array, noise: Array) -> tuple[Array, Array]:
        """Misfit over the stated noise in independent directions (n, m), and its variances."""
        variance, rows = self._modes
        spread = (discrepancy**2)[:, None] * variance + (noise**2)[:, None]
        return (misfit / self._noise) @ rows.T, spread
