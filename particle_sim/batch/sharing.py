"""Surfaces of several sizes of particle at one potential, and that potential in closed form.

With q = N R/(D c_max), pace D/R^2 and volume shares v, all sizes i of an electrode obey

    V = U(theta_i) - S_i (theta_i - <theta>_i) + (2 R T/F) asinh(z_i),   z_i = r_i q_i/f(theta_i),
    sum_i v_i pace_i q_i = Q,

with theta_i at the surface, j0 = half f(theta), r = F D c_max/(2 R half) and d<theta>/dt = -3 Q for
all together. Where the fillings are given this is sum_i b_i sinh(v - u_i) = Q in units of 2 R T/F:

    v = ln(B/A)/2 + asinh(Q/sqrt(A B)),   A = sum_i b_i e^-u_i,   B = sum_i b_i e^u_i.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from particle_sim.units import Array

WithSlope = Callable[[Array], tuple[Array, Array]]
"""theta -> (f, df/dtheta)"""


@dataclass(frozen=True, kw_only=True)
class Sharing:
    """Surfaces that share; the ``count`` sizes of an electrode are side by side (b,)."""

    count: int
    rest: WithSlope
    """U(theta) [V]"""
    exchange: WithSlope
    """f(theta), 1 at half filling"""
    thermal: float
    """2 R T/F [V]"""
    pace: Array
    """D/R^2 [1/s]"""
    weight: Array
    """v pace [1/s]"""
    outflow: Array
    """Q [1/s], positive out"""
    resistance: Array
    """r"""
    stress: Array
    """S [V]"""
    stop: Array
    """V past which the electrode stops: below it where Q fills, above it where Q empties"""

    def part(self, which: NDArray[np.intp]) -> Sharing:
        """Some of the electrodes."""
        parts = {
            field.name: value[which]
            for field in fields(self)
            if isinstance(value := getattr(self, field.name), np.ndarray)
        }
        return Sharing(**{**vars(self), **parts})

    def together(self, values: Any, what: np.ufunc) -> Any:
        """``what`` over the sizes of each electrode, for all of its sizes."""
        reduced = what.reduce(values.reshape(-1, self.count), axis=1)
        return np.asarray(reduced).repeat(self.count)

    def voltage(self, surface: Array, mean: Array) -> Array:
        """V [V] of every electrode at fillings (b,), for all of its sizes."""
        rest = self.rest(surface)[0] - self.stress * (surface - mean)
        with np.errstate(divide="ignore"):
            level = np.log(self.weight * self.exchange(surface)[0] / self.resistance)
        low, high = (
            np.logaddexp.reduce(
                (level + sign * rest / self.thermal).reshape(-1, self.count), axis=1
            )
            for sign in (-1, 1)
        )
        with np.errstate(over="ignore"):
            force = np.arcsinh(self.outflow[:: self.count] * np.exp(-0.5 * (low + high)))
        return np.asarray(self.thermal * (0.5 * (high - low) + force)).repeat(self.count)
