"""A sphere that is filled at a constant current: diffusion that depends on the filling.

With lengths in R, times in R^2/D and v = (r/R)^3, sodium obeys

    dtheta/dt = dG/dv,     G = 3 r^2 dPhi/dr,     G = I/(3600 Q k) at the surface,

Phi the integral of D(theta)/D. Where Phi is flat, in the gap between two phases, a sharp boundary
moves inwards (:mod:`particle_sim.inference.gap`): what core and shell store is in it.

**Limits.** A boundary has no width and forms as soon as the surface passes the poor phase's end;
shells only, one gap; one direction, no stress in the potential.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
from scipy.linalg import get_lapack_funcs

from particle_sim.errors import ConvergenceError
from particle_sim.units import Array

_CELLS, _STEPS = 100, 250
_PASSES = 12
_HALVINGS = 8
"""Of a step in which Newton's method does not settle."""
_CLOSE = 1e-9
"""Of a filling, where Newton's method ends."""
_LEAST = 0.25
"""Of a cell: how near two places of one flux may come."""


_TRIDIAGONAL = get_lapack_funcs("gtsv", dtype=np.float64)


class Medium(Protocol):
    """What a sphere is made of."""

    def potential(self, theta: Array) -> tuple[Array, Array]:
        """Phi and its slope (...,), for any number."""
        ...

    def filling(self, potential: Array) -> Array:
        """theta (...,) of Phi; that of the rich phase at a gap."""
        ...

    def rich(self, theta: Array) -> Array:
        """The share (...,) of the rich phase; 1/2 outside every gap."""
        ...


def filled(
    medium: Medium, start: float, pace: Array, *, cells: int = _CELLS, steps: int = _STEPS
) -> tuple[Array, Array]:
    """Gain of the mean filling (k,), and the surface's filling (n, k) at every pace (n,).

    ``pace``: I/(3600 Q k), what the mean gains in one R^2/D, from an even filling ``start`` on. By
    implicit Euler steps over cells of equal volume; the cell that the boundary is in knows its
    place. A mean filling at a given surface is off by 5e-4 without a gap, and by up to 5e-3 from
    :func:`~particle_sim.batch.two_phase.advance_two_phase` for a boundary without width (chi 2.5 to
    4, pace 1e-3 to 3). A boundary of lambda/R = 0.01, which a surface holds back, leaves up to 0.04
    more sodium in the sphere.

    Raises :class:`ConvergenceError` where a step does not settle.

    >>> from particle_sim.inference.gap import gap_of
    >>> gain, surface = filled(gap_of(0.0, 1.0, 3.0), 0.0, np.array([1e-3, 1.0]))
    >>> [round(float(np.interp(1.0, row, gain)), 1) for row in surface]
    [1.0, 0.4]
    """
    gain = (1 - start) * (np.arange(1, steps + 1) / steps) ** 1.5
    theta = np.full((len(pace), cells), start)
    surface = np.empty((len(pace), steps))
    for at, gained in enumerate(np.diff(gain, prepend=0.0)):
        theta = _stepped(medium, theta, gained / pace, gained)
        rise = pace / 3 * (1 / _places(medium, theta)[:, -1] - 1)
        surface[:, at] = medium.filling(medium.potential(theta[:, -1])[0] + rise)
    return gain, surface


def _places(medium: Medium, theta: Array) -> Array:
    """r (n, c) at which each cell's Phi stands: its boundary, or its middle by volume."""
    cells = theta.shape[1]
    volume = np.arange(1, cells + 1) - medium.rich(theta)
    return np.asarray(np.cbrt(np.maximum(volume, _LEAST) / cells))


def _stepped(medium: Medium, theta: Array, time: Array, gained: float, halved: int = 0) -> Array:
    """Fillings (n, c) when the mean has ``gained`` in times (n,), in parts where need be."""
    made, left = _newton(medium, theta, time, gained)
    if left < _CLOSE:
        return made
    if halved == _HALVINGS:
        raise ConvergenceError(
            f"A sphere did not fill of {medium}; choose another form of the particles.",
            last_state=theta,
            residuals=(left,),
        )
    for _ in range(2):
        theta = _stepped(medium, theta, time / 2, gained / 2, halved + 1)
    return theta


def _newton(medium: Medium, theta: Array, time: Array, gained: float) -> tuple[Array, float]:
    """Fillings (n, c) after an implicit step, and the largest last change."""
    cells, places = theta.shape[1], _places(medium, theta)
    least = _LEAST / (3 * cells * places[:, 1:] ** 4)
    apart = np.maximum(np.diff(-1 / places, axis=1), least)
    through = 3 * cells * time[:, None] / apart
    known = theta.copy()
    known[:, -1] += cells * gained
    last = np.inf
    for _ in range(_PASSES):
        potential, slope = medium.potential(theta)
        flow = through * np.diff(potential, axis=1)
        left = theta - known
        left[:, :-1] -= flow
        left[:, 1:] += flow
        change = _solved(through, slope, left)
        theta, last = theta - change, float(np.abs(change).max())
        if last < _CLOSE:
            break
    return theta, last


def _solved(through: Array, slope: Array, left: Array) -> Array:
    """The change (n, c), all spheres as one tridiagonal matrix."""
    none = np.zeros((len(left), 1))
    outward = np.concatenate([through, none], axis=1)
    inward = np.concatenate([none, through], axis=1)
    lower, upper = -outward * slope, -inward * slope
    diagonal = 1 + slope * (outward + inward)
    *_, change, failed = _TRIDIAGONAL(
        lower.ravel()[:-1], diagonal.ravel(), upper.ravel()[1:], left.ravel()
    )
    assert failed == 0, "a diagonal that dominates its column has a solution"
    return np.asarray(change).reshape(left.shape)
