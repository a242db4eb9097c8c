"""A coherent two-phase sphere at rest: where its sodium lies, one-sided, and what that costs.

Free energy of one plateau, y its filling, over R T s c_max, in a free sphere of radius 1:

    F = int [y ln y + (1-y) ln(1-y) + chi y (1-y)] dV
        + B/2 [int y^2 dV - sum_l c_l (2l+1)/(4 pi) q_l^2],   q_l = int y r^l P_l(cos) dV,

B as in :mod:`particle_sim.transport.one_sided` (Cahn, Acta Metall. 9 (1961) 795). Elastic energy
depends on y and its multipole moments alone, so that at rest
y = G(mu + B sum_l c_l (2l+1)/(4 pi) q_l r^l P_l), a function of one variable: gradient energy is
left out (R >> lambda), and where chi - B/2 > 2 the boundary is sharp.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.polynomial.legendre import leggauss
from scipy.optimize import brentq
from scipy.special import eval_legendre

from particle_sim.errors import ConvergenceError
from particle_sim.units import Array

MOMENTS = 12
"""Highest multipole l; a linear composition, l = 1, makes nine tenths of what elasticity gives
back."""
POINTS = 60
"""Gauss points along the radius and over the angle."""
SETTLED = 1e-6
"""Root mean square change of y at which the field is found."""
MOST_ROUNDS = 5000
RAMP = 0.01
"""Half width in m over B of a sharp boundary: a few hundredths of R, as far apart as the points."""
_START = 0.02
_WIDEST = 80.0


@dataclass(frozen=True, kw_only=True)
class CoherentField:
    """y of a sphere of radius 1 as a function of m = mu + B sum_l c_l (2l+1)/(4 pi) q_l r^l P_l."""

    level: float
    """mu"""
    slopes: Array
    """B c_l (2l+1)/(4 pi) q_l (l,)"""
    filling_of: Callable[[Array], Array]
    energy: float
    """Elastic energy over E e^2 V/(1 - nu), e the plateau's linear strain"""

    def potential(self, axial: Array, radius: Array) -> Array:
        """m at cos(angle) r = ``axial`` and r = ``radius`` (n,) each."""
        reach = np.maximum(radius, 1e-12)
        cosine = np.clip(axial / reach, -1, 1)
        parts = [a * reach**n * eval_legendre(n, cosine) for n, a in enumerate(self.slopes)]
        return np.asarray(self.level + np.sum(parts, axis=0))

    def filling(self, axial: Array, radius: Array) -> Array:
        """y there."""
        return self.filling_of(self.potential(axial, radius))


def projections(poisson_ratio: float) -> Array:
    """c_l (l,), l to MOMENTS: 2l + 3 for l = 0 and 1, which strain without stress; less beyond.

    From the tractions of grad phi, lap phi = (1 + nu) e y/(1 - nu), freed by Love's solutions r^l
    Y_l (A. E. H. Love, Mathematical Theory of Elasticity, sections 172 and 173).
    """
    nu = poisson_ratio
    shear = 1 / (2 * (1 + nu))  # over E
    lame = nu / ((1 + nu) * (1 - 2 * nu))
    trace = 3 * lame + 2 * shear
    found = [3.0, 5.0]
    for order in range(2, MOMENTS + 1):
        source = -(1 + nu) / (1 - nu) / (2 * order + 1)
        mix = (
            -2
            * (order * lame + (3 * order + 1) * shear)
            / ((order + 3) * lame + (order + 5) * shear)
        )
        volume = 2 * order + mix * (order + 3)
        normal = [
            2 * shear * order * (order - 1),
            lame * volume + 2 * shear * (order + 1) * (order + mix),
        ]
        along = [2 * shear * (order - 1), shear * (2 * order + mix)]
        outside = 2 * shear * source * (order + 2) * np.array([-(order + 1.0), 1.0])
        amplitude = np.linalg.solve([normal, along], outside)[1]
        found.append(float(trace * volume * amplitude * (1 - nu) / 2))
    return np.array(found)


def coherent_field(
    interaction: float, coherency: float, filling: float, poisson_ratio: float
) -> CoherentField:
    """The one-sided equilibrium at the mean ``filling``, once separated; even where none is left.

    ``interaction`` chi, ``coherency`` B > 0. Iterates y -> G(m[y]), along which F falls. Raises
    :class:`ConvergenceError` where it does not settle.
    """
    radius, cosine, weights, modes = _grid()
    factors = projections(poisson_ratio) * (2 * np.arange(MOMENTS + 1) + 1) / (4 * np.pi)
    of = local_filling(interaction, coherency)
    field = np.where(radius[:, None] * cosine > _height(filling), 1 - _START, _START)
    whole = weights.sum()
    for _ in range(MOST_ROUNDS):
        moments = np.tensordot(modes, weights * field, 2)
        slopes = coherency * factors * moments
        push = np.tensordot(slopes, modes, 1)

        def excess(level: float, push: Array = push) -> float:
            return float((weights * of(level + push)).sum() / whole - filling)

        level = brentq(excess, -_WIDEST, _WIDEST)
        before, field = field, of(level + push)
        if np.sqrt((weights * (field - before) ** 2).sum() / whole) < SETTLED:
            moments = np.tensordot(modes, weights * field, 2)
            energy = (weights * field**2).sum() - factors @ moments**2
            return CoherentField(
                level=float(level), slopes=slopes, filling_of=of, energy=float(energy / whole)
            )
    raise ConvergenceError(
        f"No coherent field was found for chi {interaction:g}, B {coherency:g} and the filling "
        f"{filling:g} in {MOST_ROUNDS} rounds; take another filling.",
        last_state=field,
        residuals=(),
    )


def local_filling(interaction: float, coherency: float) -> Callable[[Array], Array]:
    """G(m): y with ln(y/(1-y)) + chi (1 - 2y) + B y = m, by the common tangent where there are
    three."""
    tail = np.logspace(-12, -3, 400)
    y = np.concatenate([tail, np.linspace(1e-3, 1 - 1e-3, 6001)[1:-1], 1 - tail[::-1]])
    left, ramp = interaction - coherency / 2, 0.0 * y
    if left > 2:
        spinodal = 0.5 - 0.5 * np.sqrt(1 - 2 / left)
        low = brentq(lambda x: np.log(x / (1 - x)) + left * (1 - 2 * x), 1e-12, spinodal)
        y = np.concatenate([y[y < low], [low, 1 - low], y[y > 1 - low]])
        ramp = RAMP * coherency * np.sign(y - 0.5)
    m = np.log(y / (1 - y)) + interaction * (1 - 2 * y) + coherency * y + ramp
    return lambda value: np.interp(value, m, y)


def _height(share: float) -> float:
    """z/R of the plane that has ``share`` of a sphere above it."""
    return float(brentq(lambda h: (1 - h) ** 2 * (2 + h) / 4 - share, -1, 1))


@cache
def _grid() -> tuple[Array, Array, Array, Array]:
    nodes, weights = leggauss(POINTS)
    radius = (nodes + 1) / 2
    volume = 2 * np.pi * (weights / 2 * radius**2)[:, None] * weights
    modes = [radius[:, None] ** n * eval_legendre(n, nodes) for n in range(MOMENTS + 1)]
    return radius, nodes, volume, np.array(modes)
