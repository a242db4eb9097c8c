"""What rate and voltage data can determine: groups of parameters, and what is known of them.

A single-particle half cell at a current I per active mass obeys

    theta_s = theta_0 + (I / 3600 Q) (R^2 / 3D) g(D t / R^2)
    V = U(theta_s) - (2RT/F) asinh( I / (2 k f(theta_s)) ) - I r - metal,

with f of :class:`~particle_sim.materials.functions.SquareRoot`, 1 at half filling of the window,
so D and R enter only as ``diffusion_rate`` D/R^2 [1/s], j0 and R only as ``exchange_current``
k = 3 j0/(rho R) [A/kg], the series resistance and the loading only as their product
``series_resistance`` r [ohm kg]; Q is the ``window_capacity`` [A h/kg]. The data cannot tell two
cells with equal groups apart, however good they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from particle_sim.cell.half_cell import Cell
from particle_sim.materials.property import Distribution, PlausibleRange, Property, assumed
from particle_sim.plausible.inputs import Moves
from particle_sim.plausible.space import Space, draw, space_of
from particle_sim.units import Array

GROUPS = ("diffusion_rate", "exchange_current", "series_resistance", "window_capacity")
UNITS = {
    "diffusion_rate": "1/s",
    "exchange_current": "A/kg",
    "series_resistance": "ohm*kg",
    "window_capacity": "A*h/kg",
}
MEANINGS = {
    "diffusion_rate": "D/R²",
    "exchange_current": "3 j0/(ρ R), exchange current per active mass",
    "series_resistance": "film resistance × loading",
    "window_capacity": "capacity of the whole sodium window",
}

CAPACITY_SPREAD = 0.03
"""Standard deviation of the window capacity over the material's (assumed): the sample's active
share and its electrochemical window differ a little from the paper the file was made from."""
CAPACITY_LIMIT = 0.15
"""Farthest the window capacity may lie from the material's, relative (assumed)."""
UNKNOWN_DECADES = 0.5
"""Standard deviation of log10 of a property without a plausible range (assumed)."""

_INPUTS = (
    "diffusivity",
    "particle_radius",
    "exchange_current_density",
    "film_resistance",
    "active_loading",
)
"""What the first three groups are made of."""
_SAMPLE = "window_capacity"
_DRAWS = 20_000
_SEED = 1
_LIMIT_PROBABILITY = 1e-3


@dataclass(frozen=True, kw_only=True)
class GroupPrior:
    """A normal distribution of log10 of the groups (4,), cut off at ``low`` and ``high``.

    Mean and covariance are those of draws from the plausible ranges of the properties behind the
    groups; D/R^2 and k share the radius, so they are correlated before any datum is seen.
    ``radius_mean``, ``radius_slope`` (4,) and ``radius_deviation`` give log10 R when the groups
    are known: R = mean + slope (groups - centre) +- deviation.
    """

    centre: Array
    covariance: Array
    low: Array
    high: Array
    radius_mean: float
    radius_slope: Array
    radius_deviation: float

    @cached_property
    def precision(self) -> Array:
        """Inverse of the covariance (4, 4)."""
        return np.asarray(np.linalg.inv(self.covariance), dtype=float)


def group_prior(cell: Cell) -> GroupPrior:
    """The prior that the plausible ranges of ``cell``'s material and design imply."""
    space = _space(cell)
    rows = _rows(cell, draw(space, _DRAWS, _SEED))
    edge = np.array([_LIMIT_PROBABILITY, 1 - _LIMIT_PROBABILITY])
    names = space.streams.values()
    corners = map(np.ravel, np.meshgrid(*[edge] * len(names)))
    ends = _rows(cell, space.at(dict(zip(names, corners, strict=True))))
    groups, radius = rows[:4], rows[4]
    centre, covariance = groups.mean(axis=1), np.cov(groups)
    shared = ((groups.T - centre).T @ (radius - radius.mean())) / (_DRAWS - 1)
    slope = np.linalg.solve(covariance, shared)
    low, high = ends[:4].min(axis=1), ends[:4].max(axis=1)
    capacity = np.log10(cell.material.specific_capacity)
    low[3], high[3] = capacity + np.log10([1 - CAPACITY_LIMIT, 1 + CAPACITY_LIMIT])
    return GroupPrior(
        centre=centre,
        covariance=covariance,
        low=low,
        high=high,
        radius_mean=float(radius.mean()),
        radius_slope=slope,
        radius_deviation=float(np.sqrt(max(np.var(radius) - slope @ shared, 0.0))),
    )


def log_prior(prior: GroupPrior, groups: Array) -> Array:
    """Log density (n,) of log10 groups (n, 4), up to a constant; -inf outside the limits."""
    off = groups - prior.centre
    distance = np.einsum("ni,ij,nj->n", off, prior.precision, off)
    inside = np.all((groups >= prior.low) & (groups <= prior.high), axis=1)
    return np.where(inside, -0.5 * distance, -np.inf)


def draw_groups(prior: GroupPrior, count: int, rng: np.random.Generator) -> Array:
    """``count`` draws (count, 4) of the log10 groups from the prior, limits kept."""
    kept = np.empty((0, len(GROUPS)))
    while len(kept) < count:
        more = rng.multivariate_normal(prior.centre, prior.covariance, size=2 * count)
        inside = np.all((more >= prior.low) & (more <= prior.high), axis=1)
        kept = np.concatenate([kept, more[inside]])
    return kept[:count]


def draw_radius(prior: GroupPrior, groups: Array, rng: np.random.Generator) -> Array:
    """log10 of the radius [m] at every draw (n, 4) of the groups: what the prior leaves open."""
    mean = prior.radius_mean + (groups - prior.centre) @ prior.radius_slope
    return np.asarray(mean + prior.radius_deviation * rng.standard_normal(len(groups)))


def central_groups(cell: Cell) -> Array:
    """log10 (4,) of the groups at the central values of the material and the design."""
    material, design = cell.material, cell.design
    radius = material.value("particle_radius")
    exchange = material.value("exchange_current_density")
    return np.log10(
        [
            material.value("diffusivity") / radius**2,
            3 * exchange / (material.value("density") * radius),
            design.value("film_resistance") * design.value("active_loading"),
            material.specific_capacity,
        ]
    )


def _space(cell: Cell) -> Space:
    """What moves the sodium in a half cell; how much of it there is, as the sample's spread."""
    known = {**cell.design.properties, **cell.material.properties}
    unknown = {
        name: _around(known[name].magnitude, UNKNOWN_DECADES)
        for name in _INPUTS
        if known[name].plausible is None
    }
    space = space_of(cell.material, cell.design.properties, frozenset({Moves.SODIUM}))
    sample = _around(cell.material.specific_capacity, float(np.log10(1 + CAPACITY_SPREAD)))
    return space.believing({**unknown, _SAMPLE: sample})


def _around(centre: float, decades: float) -> Property:
    """A log-normal belief, cut off so far out that no draw gets there."""
    reach = 10 ** (6 * decades)
    plausible = PlausibleRange(
        low=centre / reach,
        high=centre * reach,
        distribution=Distribution.LOG_NORMAL,
        decades=decades,
    )
    return replace(assumed("prior", centre, "1"), plausible=plausible)


def _rows(cell: Cell, values: Mapping[str, Array]) -> Array:
    """log10 of the four groups and of the radius (5, n) at drawn values (n,)."""
    diffusivity, radius, exchange, film, loading, capacity = (
        np.log10(values[name]) for name in (*_INPUTS, _SAMPLE)
    )
    density = np.log10(cell.material.value("density"))
    return np.array(
        [
            diffusivity - 2 * radius,
            np.log10(3) + exchange - density - radius,
            film + loading,
            capacity,
            radius,
        ]
    )
