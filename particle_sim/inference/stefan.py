"""A sphere that is filled at a constant current through a sharp phase boundary.

With lengths in R, times in R^2/D and v = (r/R)^3, sodium obeys

    dtheta/dt = dG/dv,     G = 3 r^2 dPhi/dr,     G = I/(3600 Q k) at the surface,

in the poor core and in the rich shell. Phi is the integral of the thermodynamic factor and flat in
the gap between the binodals, which is Stefan's condition for the boundary there (the enthalpy
formulation: Voller & Cross, Int. J. Heat Mass Transf. 24 (1981) 545): what both phases store is in
it. On the plateau that parts, with the own filling y, the factor is 1 - 2 chi y (1 - y)
(:mod:`particle_sim.transport.phase_separation`), elsewhere 1.

**Limits.** A boundary without width, that forms as soon as the surface passes the binodal; shells
only; constant self-diffusivity, one direction, no stress in the potential; one plateau that parts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import solve_banded

from particle_sim.batch.phase_boundary import binodal_filling
from particle_sim.errors import ConvergenceError
from particle_sim.units import Array

_CELLS, _STEPS = 160, 400
_PASSES = 12
_HALVINGS = 8
"""Of a step in which Newton's method does not settle."""
_CLOSE = 1e-9
"""Of a filling, where Newton's method ends."""
_FINE = 4001
"""Nodes at which a potential is turned into a filling."""
_LEAST = 0.25
"""Of a cell: how near two places of one flux may come."""


@dataclass(frozen=True, kw_only=True)
class Gap:
    """A plateau that parts: from the filling ``start`` on, ``share`` of the window wide.

    ``poor``: its own filling y in the poor phase, 1 - y in the rich one; 1/2 for no gap.
    """

    start: float
    share: float
    chi: float
    poor: float

    @property
    def ends(self) -> tuple[float, float]:
        """theta of the poor and of the rich phase."""
        return self.start + self.share * self.poor, self.start + self.share * (1 - self.poor)

    def rich(self, theta: Array) -> Array:
        """The share (...,) of the rich phase; 1/2 outside the gap."""
        low, high = self.ends
        inside = (theta > low) & (theta < high)
        return np.where(inside, (theta - low) / max(high - low, 1e-300), 0.5)

    def potential(self, theta: Array) -> tuple[Array, Array]:
        """Phi and its slope (...,), for any number."""
        y = (theta - self.start) / self.share
        below, above = np.clip(y, 0.0, self.poor), np.clip(y, 1 - self.poor, 1.0)
        on = _mixed(below, self.chi) + _mixed(above, self.chi) - _mixed(1 - self.poor, self.chi)
        slope = np.where((y > self.poor) & (y < 1 - self.poor), 0.0, 1 - 2 * self.chi * y * (1 - y))
        outside = np.minimum(y, 0.0) + np.maximum(y - 1, 0.0)
        return self.share * (on + outside), np.where((y < 0) | (y > 1), 1.0, slope)

    def filling(self, potential: Array) -> Array:
        """theta (...,) of Phi; that of the rich phase at the gap."""
        theta = np.unique(np.append(np.linspace(0, 1, _FINE), self.ends[1]))
        table = self.potential(theta)[0]
        last = np.append(np.diff(table) > 0, True)
        beyond = np.maximum(potential - table[-1], 0.0) + np.minimum(potential - table[0], 0.0)
        return np.asarray(np.interp(potential, table[last], theta[last]) + beyond)


def gap_of(start: float, share: float, chi: float) -> Gap:
    """The gap of a plateau in a regular solution; without width where chi is at most 2.

    >>> print(np.round(gap_of(0.0, 1.0, 3.0).ends, 4))
    [0.0707 0.9293]
    """
    poor = float(binodal_filling(np.array([chi]))[0]) if chi > 2 else 0.5
    return Gap(start=start, share=share, chi=chi, poor=poor)


def filled(
    gap: Gap, start: float, pace: Array, *, cells: int = _CELLS, steps: int = _STEPS
) -> tuple[Array, Array]:
    """Gain of the mean filling (k,), and the surface's filling (n, k) at every pace (n,).

    ``pace``: I/(3600 Q k), what the mean gains in one R^2/D, from an even filling ``start`` on. By
    implicit Euler steps over cells of equal volume; the cell that the boundary is in knows its
    place. A mean filling at a given surface is off by 5e-4 without a gap, and by up to 5e-3 from
    :func:`~particle_sim.batch.two_phase.advance_two_phase` for a boundary without width (chi 2.5 to
    4, pace 1e-3 to 3). A boundary of lambda/R = 0.01, which a surface holds back, leaves up to 0.04
    more sodium in the sphere.

    Raises :class:`ConvergenceError` where a step does not settle.

    >>> gain, surface = filled(gap_of(0.0, 1.0, 3.0), 0.0, np.array([1e-3, 1.0]))
    >>> [round(float(np.interp(1.0, row, gain)), 1) for row in surface]
    [1.0, 0.4]
    """
    gain = (1 - start) * (np.arange(1, steps + 1) / steps) ** 1.5
    theta = np.full((len(pace), cells), start)
    surface = np.empty((len(pace), steps))
    for at, gained in enumerate(np.diff(gain, prepend=0.0)):
        theta = _stepped(gap, theta, gained / pace, gained)
        rise = pace / 3 * (1 / _places(gap, theta)[:, -1] - 1)
        surface[:, at] = gap.filling(gap.potential(theta[:, -1])[0] + rise)
    return gain, surface


def _places(gap: Gap, theta: Array) -> Array:
    """r (n, c) at which each cell's Phi stands: its boundary, or its middle by volume."""
    cells = theta.shape[1]
    volume = np.arange(1, cells + 1) - gap.rich(theta)
    return np.asarray(np.cbrt(np.maximum(volume, _LEAST) / cells))


def _stepped(gap: Gap, theta: Array, time: Array, gained: float, halved: int = 0) -> Array:
    """Fillings (n, c) when the mean has gained ``gained`` in the times (n,), in parts if need be."""
    made, left = _newton(gap, theta, time, gained)
    if left < _CLOSE:
        return made
    if halved == _HALVINGS:
        raise ConvergenceError(
            f"A sphere did not fill through the gap {gap}; choose another form of the particles.",
            last_state=theta,
            residuals=(left,),
        )
    for _ in range(2):
        theta = _stepped(gap, theta, time / 2, gained / 2, halved + 1)
    return theta


def _newton(gap: Gap, theta: Array, time: Array, gained: float) -> tuple[Array, float]:
    """Fillings (n, c) after an implicit step, and the largest last change."""
    cells, places = theta.shape[1], _places(gap, theta)
    least = _LEAST / (3 * cells * places[:, 1:] ** 4)
    apart = np.maximum(np.diff(-1 / places, axis=1), least)
    through = 3 * cells * time[:, None] / apart
    known = theta.copy()
    known[:, -1] += cells * gained
    last = np.inf
    for _ in range(_PASSES):
        potential, slope = gap.potential(theta)
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
    """The change (n, c), all spheres as one band matrix."""
    none = np.zeros((len(left), 1))
    outward = np.concatenate([through, none], axis=1)
    inward = np.concatenate([none, through], axis=1)
    band = np.stack(
        [
            np.concatenate([none, -through * slope[:, 1:]], axis=1).ravel(),
            (1 + slope * (outward + inward)).ravel(),
            np.concatenate([-through * slope[:, :-1], none], axis=1).ravel(),
        ]
    )
    return np.asarray(solve_banded((1, 1), band, left.ravel())).reshape(left.shape)


def _mixed(y: Array | float, chi: float) -> Array | float:
    """The integral of 1 - 2 chi y (1 - y)."""
    return y * (1 - chi * y * (1 - 2 / 3 * y))
