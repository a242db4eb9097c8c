"""What to measure next so that an asked capacity is known better."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from particle_sim.inference.groups import GROUPS, UNKNOWN_DECADES
from particle_sim.inference.joint import Prediction
from particle_sim.inference.next_datum import Datum, Draws, expected_widths
from particle_sim.materials.material import Material
from particle_sim.materials.property import Property
from particle_sim.units import Array

PULSE, RADIUS, FILM = 0.1, 0.1, 0.1
"""Decades to which a pulse gives D/R^2, micrographs R and impedance the resistance (assumed)."""
USUAL = (0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.0, 3.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0)
"""[1/h] Rates that are usually run."""
MOST_RATES = 4
_SAME = 0.1
"""Relative difference below which a rate is one that is asked or measured."""


@dataclass(frozen=True, kw_only=True)
class Worth:
    """5 to 95 % widths of the asked capacities [A h/kg]."""

    today: Array
    """(k,)"""
    names: tuple[str, ...]
    """Of d measurements"""
    widths: Array
    """Expected after each (d, k)"""


def rates_to_measure(measured: Array, asked: Array) -> Array:
    """Rates (r,) [1/h] that may be measured next, given those that are and those asked for.

    The fastest measured one again, then at most ``MOST_RATES`` usual ones up to the fastest asked.

    >>> rates_to_measure(np.array([0.1, 1.0]), np.array([5.0])).tolist()
    [1.0, 2.0, 3.0]
    """
    fastest, taken = float(measured.max()), np.concatenate([measured, asked])
    new = [
        rate
        for rate in USUAL
        if fastest < rate < asked.max() and (np.abs(rate / taken - 1) > _SAME).all()
    ]
    return np.array([fastest, *new[-MOST_RATES:]])


def worth_measuring(
    material: Material,
    members: Mapping[str, Prediction],
    groups: Mapping[str, Array],
    weights: Mapping[str, float],
    rates: Array,
    *,
    seed: int = 1,
) -> Worth:
    """How narrow asked capacities would get with one datum more.

    ``members`` of the mixture expect the k asked capacities, then those at ``rates`` (r,) [1/h] of
    :func:`rates_to_measure`; ``groups`` (n, 4) are the log10 groups of the draws of those that know
    them. Tried are the rates and what other instruments say of the groups: R through the material
    file's range of D, as D/R^2. Members are weighed by the datum too.
    """
    mean = np.concatenate([members[name].mean for name in weights])
    covariance = np.concatenate([members[name].covariance for name in weights])
    noise = np.concatenate([members[name].noise for name in weights])
    window = np.concatenate([members[name].window for name in weights])
    counts = {name: len(members[name].mean) for name in weights}
    share = np.concatenate([np.full(counts[name], w / counts[name]) for name, w in weights.items()])
    none = {name: np.full((count, len(GROUPS)), np.nan) for name, count in counts.items()}
    known = np.concatenate([groups.get(name, none[name]) for name in weights])
    asked = mean.shape[1] - len(rates)
    variance = np.diagonal(covariance, axis1=1, axis2=2)
    data = [*_at_rates(rates, asked, mean, covariance, noise), *_by_instruments(material, known)]
    today, widths = expected_widths(
        Draws(mean=mean[:, :asked], variance=variance[:, :asked], most=window, weight=share),
        data,
        np.random.default_rng(seed),
    )
    return Worth(today=today, names=tuple(each.name for each in data), widths=widths)


def _at_rates(
    rates: Array, asked: int, mean: Array, covariance: Array, noise: Array
) -> Iterator[Datum]:
    for place, rate in enumerate(rates, start=asked):
        square = covariance[:, place, place] + noise**2
        yield Datum(
            name=f"capacity at {rate:.3g}C" + (" again" if place == asked else ""),
            mean=mean[:, place],
            deviation=np.sqrt(square),
            gain=covariance[:, :asked, place] / square[:, None],
        )


def _by_instruments(material: Material, groups: Array) -> Iterator[Datum]:
    known = dict(zip(GROUPS, groups.T, strict=True))
    even = np.ones(len(groups))
    yield Datum(
        name=f"D/R² of a GITT pulse to {PULSE:g} decade",
        mean=known["diffusion_rate"],
        deviation=PULSE * even,
    )
    yield Datum(
        name=f"radius from micrographs to {RADIUS:g} decade",
        mean=known["diffusion_rate"],
        deviation=np.hypot(_decades(material["diffusivity"]), 2 * RADIUS) * even,
    )
    yield Datum(
        name=f"film resistance from impedance to {FILM:g} decade",
        mean=known["series_resistance"],
        deviation=FILM * even,
    )


def _decades(belief: Property) -> float:
    """Standard deviation of log10 of a property."""
    if belief.plausible is None:
        return UNKNOWN_DECADES
    low, high = np.log10(belief.quantile(np.array([0.1587, 0.8413])))
    return float(high - low) / 2
