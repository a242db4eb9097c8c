"""Distributions of particle size by volume, and the few sizes that stand for one.

A distribution is a sum of populations, each log-normal by volume,

    dv/d ln R = sum_p v_p exp(-(ln R - ln M_p)^2 / (2 s_p^2)) / (s_p sqrt(2 pi)),   sum_p v_p = 1,

with the median radius M by volume and s, the standard deviation of ln R; s = 0 is a single size.
By number the median is M exp(-3 s^2), by surface M exp(-s^2), with the same s (Hatch & Choate,
J. Franklin Inst. 207 (1929) 369). Spheres only.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from particle_sim.errors import InputError
from particle_sim.units import Array

_FINE = 32
"""Gauss-Hermite nodes of one population: its moments in ln R are exact up to the 63rd."""
MOST_CLASSES = 24
"""Sizes that may stand for a distribution."""


class Weighting(enum.Enum):
    """What a median is the median of.

    >>> [each.name for each in Weighting]
    ['NUMBER', 'SURFACE', 'VOLUME']
    """

    NUMBER = 3
    SURFACE = 1
    VOLUME = 0


@dataclass(frozen=True, kw_only=True)
class SizeDistribution:
    """Populations of spheres (p,), each log-normal by volume; the shares sum to one.

    Raises :class:`InputError` for radii or shares that are not positive and a negative spread.
    """

    median_radius: Array
    """By volume [m]"""
    spread: Array
    """Standard deviation of ln R; 0: one size"""
    volume_share: Array

    def __post_init__(self) -> None:
        names = ("median_radius", "spread", "volume_share")
        for name in names:
            values = np.atleast_1d(np.asarray(getattr(self, name), dtype=float))
            least = 0.0 if name == "spread" else np.nextafter(0, 1)
            if values.ndim != 1 or not np.all((values >= least) & np.isfinite(values)):
                raise InputError(
                    f"The {name} of a size distribution holds {np.min(values):g}; it must be "
                    f"finite numbers (p,){'' if name == 'spread' else ' above 0'}; check it."
                )
            object.__setattr__(self, name, values)
        if len({len(getattr(self, name)) for name in names}) > 1:
            raise InputError(
                "A size distribution needs as many medians as spreads and shares; give one of "
                "each for every population."
            )
        object.__setattr__(self, "volume_share", self.volume_share / self.volume_share.sum())


def log_normal(
    median_radius: float, spread: float, weighting: Weighting = Weighting.VOLUME
) -> SizeDistribution:
    """One log-normal population; ``median_radius`` [m] by ``weighting``, ``spread`` that of ln R.

    The median by volume is that by number times exp(3 s^2), by surface times exp(s^2).

    >>> float(log_normal(1e-7, 0.5, Weighting.NUMBER).median_radius[0].round(9))
    2.12e-07

    Raises :class:`InputError` for a radius that is not positive and a negative spread.
    """
    median = median_radius * np.exp(weighting.value * spread**2)
    return SizeDistribution(
        median_radius=np.array([median]), spread=np.array([spread]), volume_share=np.ones(1)
    )


def counted(radius: Array, count: Array, spread: float = 0.0) -> SizeDistribution:
    """What a micrograph shows: ``count`` particles (m,) of each ``radius`` (m,) [m].

    Their volume goes with count R^3. ``spread``: of ln R within each entry, for a density that is
    no row of spikes; half a bin's width in ln R is usual.

    >>> counted(np.array([1e-7, 2e-7]), np.array([8.0, 1.0])).volume_share
    array([0.5, 0.5])
    """
    radius = np.asarray(radius, dtype=float)
    return SizeDistribution(
        median_radius=radius,
        spread=np.full(radius.shape, spread),
        volume_share=np.asarray(count, dtype=float) * radius**3,
    )


def size_classes(sizes: SizeDistribution, count: int) -> tuple[Array, Array]:
    """Radii [m] and volume shares (k,) of the Gauss rule in ln R, k <= ``count``.

    sum_k v_k f(ln R_k) is the mean of f by volume, exactly for polynomials up to degree
    2 ``count`` - 1: for one population the nodes of Gauss and Hermite. Rule of a sum of populations
    by Stieltjes' recurrence and the eigenvalues of Jacobi's matrix (Golub & Welsch, Math. Comp. 23
    (1969) 221). Fewer sizes than ``count`` stand for themselves.
    """
    if not 1 <= count <= MOST_CLASSES:
        raise InputError(
            f"{count} sizes cannot stand for a distribution; take 1 to {MOST_CLASSES}."
        )
    place, share = _support(sizes)
    if len(place) <= count:
        return np.exp(place), share
    middle, width = share @ place, max(np.ptp(place) / 4, 1e-300)
    x = (place - middle) / width
    before, now = np.zeros_like(x), np.ones_like(x)
    diagonal, beside, beta = np.empty(count), np.empty(count), 0.0
    for i in range(count):
        diagonal[i] = share @ (x * now**2)
        following = (x - diagonal[i]) * now - beta * before
        beta = np.sqrt(share @ following**2)
        beside[i], before, now = beta, now, following / beta
    matrix = np.diag(diagonal) + np.diag(beside[:-1], 1) + np.diag(beside[:-1], -1)
    nodes, vectors = np.linalg.eigh(matrix)
    return np.exp(middle + width * nodes), vectors[0] ** 2


def _support(sizes: SizeDistribution) -> tuple[Array, Array]:
    """ln R and shares of a discrete distribution with the same moments."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(_FINE)
    wide = sizes.spread > 0
    middle = np.log(sizes.median_radius)
    place = (middle[wide, None] + sizes.spread[wide, None] * nodes).ravel()
    share = (sizes.volume_share[wide, None] * weights / weights.sum()).ravel()
    place, index = np.unique(np.concatenate([middle[~wide], place]), return_inverse=True)
    weights = np.concatenate([sizes.volume_share[~wide], share])
    return place, np.asarray(np.bincount(index, weights), dtype=float)


def volume_below(sizes: SizeDistribution, radius: Array) -> Array:
    """Share of the volume in particles below each radius [m], any shape."""
    distance = np.log(np.asarray(radius)[..., None] / sizes.median_radius)
    with np.errstate(divide="ignore", invalid="ignore"):
        part = np.where(sizes.spread > 0, ndtr(distance / sizes.spread), distance > 0)
    return np.asarray(part @ sizes.volume_share)


def surface_per_volume(sizes: SizeDistribution) -> float:
    """<3/R> by volume [1/m] = sum_p v_p 3 exp(s_p^2/2)/M_p."""
    return float(sizes.volume_share @ (3 / sizes.median_radius * np.exp(sizes.spread**2 / 2)))


def surface_density(sizes: SizeDistribution, radius: Array) -> Array:
    """Density of the surface over R [1/m] at radii [m], which integrates to 1 over R.

    (dv/dR) (3/R) over its integral; PyBaMM's area-weighted particle-size distribution. Raises
    :class:`InputError` where a population is a single size, whose density is infinite.
    """
    if not np.all(sizes.spread > 0):
        raise InputError("A single size has no density; give every population a spread above 0.")
    r = np.asarray(radius, dtype=float)[..., None]
    bell = np.exp(-(np.log(r / sizes.median_radius) ** 2) / (2 * sizes.spread**2))
    by_volume = bell / (sizes.spread * np.sqrt(2 * np.pi) * r) * sizes.volume_share
    return np.asarray((by_volume * 3 / r).sum(axis=-1) / surface_per_volume(sizes))
