"""A plateau on which sodium parts into a poor and a rich phase.

With the plateau's own filling y the thermodynamic factor is 1 - 2 chi y (1 - y) outside the gap
(:mod:`particle_sim.transport.phase_separation`), and 1 beside the plateau. Phi, its integral, is
flat in the gap, which is Stefan's condition for a boundary there (the enthalpy formulation: Voller
& Cross, Int. J. Heat Mass Transf. 24 (1981) 545).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from particle_sim.batch.phase_boundary import binodal_filling
from particle_sim.units import Array

_FINE = 4001
"""Nodes at which a potential is turned into a filling."""


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


def _mixed(y: Array | float, chi: float) -> Array | float:
    """The integral of 1 - 2 chi y (1 - y)."""
    return y * (1 - chi * y * (1 - 2 / 3 * y))
