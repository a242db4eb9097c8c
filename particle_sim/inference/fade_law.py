r"""What one may expect of a retention from those in print, by the cycles and the rate alone.

Of the fade f per cycle of every half cell i and test j,

    ln f_ij = m + a_i + b_N ln N_ij + b_C ln C_ij + e_ij,   a_i ~ N(0, s^2),   e_ij ~ N(0, t^2),

m, b_N and b_C flat and integrated out, s and t log-uniform in ``SPREADS`` and summed over (Lindley
& Smith, J. R. Stat. Soc. B 34 (1972) 1). It knows no material and no cause. b_N = 0 and b_C = -1
would be a fade per hour, b_N = b_C = 0 one per cycle; b_N = -1 says that what is printed is the
same retention, however many cycles it took. A model that does no better than this law has found
nothing but what gets printed.

**Limits.** Abstracts and reviews print what they chose: which cycle a test ends at is part of the
choice, and a slow fade is followed for longer. Cells of one paper count as independent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.special import ndtr, ndtri, softmax

from particle_sim.damage.fade import Fade
from particle_sim.damage.printed_fade import (
    PrintedFade,
    load_retention,
    printed_of,
    retention_names,
)
from particle_sim.materials.system import load_system, system_names
from particle_sim.plausible.streams import evenly, generator
from particle_sim.units import Array

SPREADS = np.geomspace(0.05, 3.0, 25)
"""Deviations of ln f that s and t are summed over."""


@cache
def fades_in_print() -> tuple[PrintedFade, ...]:
    """Half cells of sodium cathodes: of the library's materials, and of other public papers.

    Of a test that is printed in stretches, the first.

    >>> {row.name for row in fades_in_print()} >= {"nfm_li2024", "he_v", "c_nvpf_2024"}
    True
    """
    own = (row for name in system_names() if _sodium_cathode(name) for row in printed_of(name))
    public = (row for name in retention_names() for row in load_retention(name))
    first: dict[tuple[str, float, float | str], PrintedFade] = {}
    for row in (*own, *public):
        if not row.full_cell:
            stretch = "stretch" if row.span else row.fade.cycles
            first.setdefault((row.name, row.fade.c_rate, stretch), row)
    return tuple(first.values())


def _sodium_cathode(name: str) -> bool:
    material = load_system(name).file.material
    return material.role == "cathode" and material.carrier == "Na"


@dataclass(frozen=True, kw_only=True)
class ExpectedFade:
    """ln f of one test [ln(1/cycle)], a sum of normals: weights, means, variances (k,)."""

    weight: Array
    mean: Array
    variance: Array

    def density(self, log_fade: float) -> float:
        """p(ln f)"""
        distance = (log_fade - self.mean) ** 2 / self.variance
        return float(self.weight @ (np.exp(-distance / 2) / np.sqrt(2 * np.pi * self.variance)))

    def below(self, log_fade: float) -> float:
        """P(ln f <= log_fade)"""
        return float(self.weight @ ndtr((log_fade - self.mean) / np.sqrt(self.variance)))

    def retentions(self, cycles: float, count: int, seed: int) -> Array:
        """Drawn retentions exp(-f N) after ``cycles`` (count,)."""
        start = generator(seed, "fades in print").random()
        node = np.searchsorted(np.cumsum(self.weight), (np.arange(count) + start) / count)
        node = np.minimum(node, len(self.weight) - 1)
        step = ndtri(np.maximum(evenly("fade in print", count, seed), 0.5 / count))
        fade = np.exp(self.mean[node] + np.sqrt(self.variance[node]) * step)
        return np.asarray(np.exp(-cycles * fade))


@dataclass(frozen=True, kw_only=True)
class FadeLaw:
    """The law learned from ``rows``.

    >>> law = FadeLaw(rows=fades_in_print())
    >>> (cycles, _), (rate, _) = law.slopes()
    >>> -1.2 < cycles < -0.6, -0.4 < rate < 0.4
    (True, True)
    >>> known = law.expected("he_o3_li2024", Fade(retention=1, cycles=500, c_rate=5))
    >>> other = law.expected("unheard of", Fade(retention=1, cycles=500, c_rate=5))
    >>> bool(known.weight @ known.variance < other.weight @ other.variance)
    True

    Raises nothing.
    """

    rows: Sequence[PrintedFade]

    def expected(self, name: str, test: Fade) -> ExpectedFade:
        """What the rows let one expect of a cell of the file ``name`` in ``test``.

        Its cycles and C-rate are read, not its retention. A row of that test must not be among
        ``rows`` (:meth:`without`).
        """
        found = self._least_squares()
        own = np.array([row.name == name for row in self.rows])
        asked = _regressors(test)
        shared = found.spread[0][:, None] ** 2 * own
        reach = np.einsum("kij,kj->ki", found.inverse, shared)
        left = asked - reach @ self._regressors
        mean = found.slopes @ asked + np.einsum("ki,ki->k", reach, found.residual)
        variance = np.sum(found.spread**2, axis=0) - np.einsum("ki,ki->k", reach, shared)
        variance += np.einsum("ki,kij,kj->k", left, found.scatter, left)
        return ExpectedFade(weight=found.weight, mean=mean, variance=variance)

    def of_others(self, test: Fade, name: str) -> ExpectedFade:
        """What all other rows let one expect of a test that may be among them, of its own cell."""
        others = FadeLaw(rows=[row for row in self.rows if row.fade != test])
        own = [row.name for row in self.rows if row.fade == test]
        return others.expected(next(iter(own), name), test)

    def without(self, name: str, test: Fade) -> FadeLaw:
        """The law that has not seen ``name`` at this rate: fewer cycles there are the same test.

        >>> law = FadeLaw(rows=fades_in_print())
        >>> rest = law.without("he_v", Fade(retention=1, cycles=10000, c_rate=50))
        >>> any(row.name == "he_v" for row in rest.rows)
        False
        """
        kept = [
            row
            for row in self.rows
            if not (row.name == name and np.isclose(row.fade.c_rate, test.c_rate))
        ]
        return FadeLaw(rows=kept)

    def slopes(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """b_N and b_C, each with its standard deviation."""
        found = self._least_squares()
        mean = found.weight @ found.slopes
        inner = np.diagonal(found.scatter, axis1=1, axis2=2)
        deviation = np.sqrt(found.weight @ (inner + found.slopes**2) - mean**2)
        return (float(mean[1]), float(deviation[1])), (float(mean[2]), float(deviation[2]))

    @property
    def _regressors(self) -> Array:
        return np.array([_regressors(row.fade) for row in self.rows])

    def _least_squares(self) -> _LeastSquares:
        names = np.array([row.name for row in self.rows])
        alike = (names[:, None] == names).astype(float)
        seen = np.log([row.fade.per_cycle for row in self.rows])
        given = self._regressors
        spread = np.array([each.ravel() for each in np.meshgrid(SPREADS, SPREADS)])
        s, t = spread[:, :, None, None] ** 2
        covariance = s * alike + t * np.eye(len(seen))
        inverse = np.linalg.inv(covariance)
        information = given.T @ inverse @ given
        scatter = np.linalg.inv(information)
        slopes = np.einsum("kij,kj->ki", scatter, (given.T @ inverse) @ seen)
        residual = seen - slopes @ given.T
        evidence = np.einsum("ki,kij,kj->k", residual, inverse, residual)
        evidence += np.linalg.slogdet(covariance)[1] + np.linalg.slogdet(information)[1]
        return _LeastSquares(
            spread=spread,
            inverse=inverse,
            scatter=np.asarray(scatter),
            slopes=slopes,
            residual=residual,
            evidence=-evidence / 2,
        )


@dataclass(frozen=True, kw_only=True)
class _LeastSquares:
    """Generalised least squares at every pair of spreads (k,)."""

    spread: Array
    """s and t (2, k)"""
    inverse: Array
    """Of the covariance of the rows (k, n, n)"""
    scatter: Array
    """Covariance of the slopes (k, 3, 3)"""
    slopes: Array
    """m, b_N, b_C (k, 3)"""
    residual: Array
    """(k, n)"""
    evidence: Array
    """ln p(rows | s, t) + (n - 3)/2 ln 2 pi, slopes integrated out (k,)"""

    @property
    def weight(self) -> Array:
        """p(s, t | rows) (k,)"""
        return np.asarray(softmax(self.evidence))


def _regressors(test: Fade) -> Array:
    return np.array([1.0, np.log(test.cycles), np.log(test.c_rate)])
