"""What a material's own printed and public rates leave of the capacities that are plausible.

Each way to read the prints of the material's own tests is learned from as measured rates are
(:mod:`particle_sim.inference.rate_prediction`); the draws of all ways count alike. Where nothing of
its own is in print, each public test of the same composition is a way. So the band holds what the
models may be wrong by at other rates, and spans readings that contradict each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product

import numpy as np
import xarray as xr

from particle_sim.cell.half_cell import half_cell
from particle_sim.inference.rate_evidence import tests_of
from particle_sim.inference.rate_prediction import SHARES, asked_of, drawn, learned_rates
from particle_sim.materials.load import MaterialRecord
from particle_sim.studies.rate_data import RateSeries, public_series
from particle_sim.units import Array

FEWEST = 2
"""Rates from which a capacity is known to fall with the rate at all."""
PARTICLES = 400


def learned_band(record: MaterialRecord, rates: Array, seed: int = 1) -> xr.Dataset | None:
    """Quantiles (quantile, c_rate) [A h/kg] of the capacity at ``rates`` (k,) [1/h].

    Half cells at 25 degrees, one phase. ``None`` where no way holds ``FEWEST`` rates.
    """
    material = record.material
    one_c = material.value("one_c_current")
    found = ways(record)
    if not found:
        return None
    cell = half_cell(material)
    rows, weights = [], []
    for way in found:
        capacity = np.concatenate([series.capacity for series in way])
        learned = learned_rates(
            cell,
            np.concatenate([series.c_rate for series in way]) * one_c,
            capacity,
            whole=float(capacity.max()),
            particles=PARTICLES,
            seed=seed,
        )
        members = asked_of(learned, rates * one_c).members
        for each, weight in drawn(members, learned.weights, seed, noisy=False):
            rows.append(each)
            weights.append(np.full(len(each), weight / len(each)))
    quantiles = np.quantile(
        np.concatenate(rows),
        SHARES,
        axis=0,
        weights=np.concatenate(weights),
        method="inverted_cdf",
    )
    labels = dict.fromkeys(series.label for way in found for series in way)
    return xr.Dataset(
        {"quantiles": (("quantile", "c_rate"), quantiles, {"units": "mA h/g"})},
        coords={"c_rate": rates, "quantile": list(SHARES)},
        attrs={"learned_from": list(labels)},
    )


def ways(record: MaterialRecord) -> list[Sequence[RateSeries]]:
    """Ways to read what is measured of a material, each as the series of all its tests."""
    one_c = record.material.value("one_c_current")
    own = tests_of(record.system, one_c)
    public = [(series,) for series in public_series(record.material.name, one_c)]
    return _telling(product(*own)) or _telling(public)


def _telling(found: Iterable[Sequence[RateSeries]]) -> list[Sequence[RateSeries]]:
    """Those with at least ``FEWEST`` rates."""
    return [
        way
        for way in found
        if len({float(rate) for series in way for rate in series.c_rate}) >= FEWEST
    ]
