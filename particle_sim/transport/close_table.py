"""Functions of the site fraction as cubics, each on an interval that was found for it.

A run through phase boundaries asks for the same functions of theta some thousand times at some
thousand points. Intervals are halved until the cubic through four points of each meets the function
between them to ``CLOSE`` of its size; kinks, and where need be jumps, end between intervals too
narrow to matter. What is read differs from the function by that, and by nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from particle_sim.units import Array

CLOSE = 1e-11
"""Largest difference from a function over its largest value: far below any step's error."""
RANGE = (-0.1, 1.1)
"""Site fractions of a table; beyond them the functions are asked."""
_FIRST, _MOST = 64, 4096
"""Intervals to begin with, and at most."""
_NARROWEST = 1e-12
"""Width of an interval that is not halved again: it holds a jump."""
_FITTED = 0.5 - 0.5 * np.cos(np.pi * (2 * np.arange(4) + 1) / 8)
_CHECKED = np.array([0.01, 0.16, 0.5, 0.84, 0.99])
"""Where in its interval a cubic is fitted (Chebyshev's points) and checked."""


@dataclass(frozen=True, kw_only=True)
class CloseTable:
    """k functions on n intervals: inner ``knots`` (n - 1,), ``starts`` (n,), ``cubics`` (k, 4, n).

    f(theta) = c_0 + t (c_1 + t (c_2 + t c_3)),   t = theta less the start of its interval.
    """

    knots: Array
    starts: Array
    cubics: Array

    def at(self, theta: Array) -> list[Array] | None:
        """All functions at some site fractions; ``None`` where one lies beyond the table."""
        low, high = np.minimum.reduce(theta, axis=None), np.maximum.reduce(theta, axis=None)
        if not (RANGE[0] <= low and high <= RANGE[1]):
            return None
        place = self.knots.searchsorted(theta, side="right")
        rest = theta - self.starts[place]
        found = []
        for c0, c1, c2, c3 in self.cubics:
            value = c3[place]
            for lower in (c2, c1, c0):
                value *= rest
                value += lower[place]
            found.append(value)
        return found


def close_table(functions: Callable[[Array], Array]) -> CloseTable | None:
    """A table of functions (m,) -> (m, k); ``None`` where ``_MOST`` intervals do not meet them."""
    edges = np.linspace(*RANGE, _FIRST + 1)
    starts, widths = edges[:-1], np.diff(edges)
    size: Array | None = None
    done: list[tuple[float, Array]] = []
    while len(starts):
        values, seen = _looked(functions, starts, widths)
        if size is None:
            size = np.maximum(np.abs(values).max(axis=(0, 1)), 1e-300)
        cubics = np.einsum("pf,nfk->nkp", _FROM_VALUES, values)
        off = np.abs(np.einsum("cp,nkp->nck", _POWERS, cubics) - seen) / size
        met = (off.max(axis=(1, 2)) <= CLOSE) | (widths <= _NARROWEST)
        if not np.isfinite(values).all() or len(done) + len(starts) > _MOST:
            return None
        kept = cubics[met] / widths[met, None, None] ** np.arange(4)
        done += zip(starts[met], kept, strict=True)
        halves = 0.5 * widths[~met]
        starts = np.concatenate([starts[~met], starts[~met] + halves])
        widths = np.concatenate([halves, halves])
    done.sort(key=lambda each: each[0])
    begins, every = (np.array(each) for each in zip(*done, strict=True))
    cubics = np.ascontiguousarray(every.transpose(1, 2, 0))
    return CloseTable(knots=begins[1:], starts=begins, cubics=cubics)


def _looked(
    functions: Callable[[Array], Array], starts: Array, widths: Array
) -> tuple[Array, Array]:
    """Values (n, 4, k) where cubics are fitted, (n, 5, k) where they are checked."""
    points = starts[:, None] + widths[:, None] * np.concatenate([_FITTED, _CHECKED])
    values = functions(points.ravel()).reshape(*points.shape, -1)
    return values[:, :4], values[:, 4:]


_FROM_VALUES: Array = np.asarray(np.linalg.inv(np.vander(_FITTED, 4, increasing=True)), float)
_POWERS: Array = np.vander(_CHECKED, 4, increasing=True)
