"""What the plausible inputs allow at each rate, and what each printed point says about them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from particle_sim.cell.design import CellDesign
from particle_sim.materials.material import Material
from particle_sim.plausible.inputs import Moves
from particle_sim.plausible.space import draw, space_of
from particle_sim.studies.half_cell_batch import half_cell_batch
from particle_sim.studies.rate_curves import uniform_share
from particle_sim.studies.rate_data import RateSeries
from particle_sim.units import Array

QUANTILES = (0.05, 0.5, 0.95)
PASSES_WITHIN = 0.05
"""Relative distance to a printed capacity within which a draw passes it."""

Batch = Callable[..., Any]
"""A function like :func:`half_cell_batch.half_cell_batch`."""


@dataclass(frozen=True, kw_only=True)
class PointVerdict:
    """What the band says about one printed point."""

    series: str
    c_rate: float
    printed: float
    """[A h/kg]"""
    low: float
    """5 % quantile [A h/kg]"""
    high: float
    """95 % quantile [A h/kg]"""
    pass_share: float
    """Share of the draws within ``PASSES_WITHIN`` of the print."""
    reach_share: float
    """Share of the draws that give the print or more, less ``PASSES_WITHIN``."""
    slowest: float
    """Smallest D/R^2 among the draws that reach it [1/s]; nan when none does."""
    slowest_drawn: float
    """Smallest D/R^2 drawn at all [1/s]."""

    @property
    def inside(self) -> bool:
        """Whether the print lies between the 5 and 95 % quantiles."""
        return self.low <= self.printed <= self.high


def rate_band(
    material: Material,
    design: CellDesign,
    rates: Array,
    *,
    samples: int,
    seed: int,
    batch: Batch = half_cell_batch,
) -> xr.Dataset:
    """Capacity (sample, c_rate) [A h/kg] of the draws as SPM half cells, and its quantiles.

    Drawn is all that moves sodium, each input by itself: nothing is known of how they go together.
    A draw keeps its values at every rate.
    """
    varied = space_of(material, design.properties, frozenset({Moves.SODIUM}))
    values = draw(varied, samples, seed)
    capacity = capacities(material, design, rates, values, samples, batch)
    units = {
        name: (material.properties.get(name) or design.properties[name]).unit for name in values
    }
    return xr.Dataset(
        {
            "capacity": (("sample", "c_rate"), capacity, {"units": "mA h/g"}),
            "quantiles": (
                ("quantile", "c_rate"),
                np.quantile(capacity, QUANTILES, axis=0),
                {"units": "mA h/g"},
            ),
            **{name: ("sample", drawn, {"units": units[name]}) for name, drawn in values.items()},
        },
        coords={"c_rate": rates, "quantile": list(QUANTILES)},
        attrs={"model": "SPM half cell", "samples": samples, "seed": seed},
    )


def capacities(
    material: Material,
    design: CellDesign,
    rates: Array,
    values: Mapping[str, Array],
    samples: int,
    batch: Batch,
) -> Array:
    """Capacity (sample, c_rate) [A h/kg]: every draw at every rate in one batch."""
    c_rate = np.tile(rates, samples)
    each = {name: np.repeat(drawn, len(rates)) for name, drawn in values.items()}
    radius, diffusivity = (
        each.get(name, np.full_like(c_rate, material.value(name)))
        for name in ("particle_radius", "diffusivity")
    )
    share = uniform_share(material, radius, diffusivity, c_rate)
    result = batch(
        material, design, c_rate=c_rate, values={**each, "diffusivity": share * diffusivity}
    )
    return np.asarray(result.capacity).reshape(samples, len(rates))


def point_verdicts(material: Material, band: xr.Dataset, series: RateSeries) -> list[PointVerdict]:
    """What the draws say about each point of a printed series; its rates must be in ``band``.

    A relative series is read as a share of each draw's own capacity at the band's lowest rate;
    its quantiles are shares then too.
    """
    rates = band.c_rate.values
    speed = _diffusion_rate(material, band)
    verdicts = []
    for rate, printed in zip(series.c_rate, series.capacity, strict=True):
        drawn = band.capacity.values[:, int(np.argmin(np.abs(rates - rate)))]
        if series.relative:
            drawn = drawn / band.capacity.values[:, 0]
        reach = drawn >= (1 - PASSES_WITHIN) * printed
        low, high = np.quantile(drawn, (QUANTILES[0], QUANTILES[-1]))
        verdicts.append(
            PointVerdict(
                series=series.label,
                c_rate=float(rate),
                printed=float(printed),
                low=float(low),
                high=float(high),
                pass_share=float(np.mean(np.abs(drawn - printed) <= PASSES_WITHIN * printed)),
                reach_share=float(np.mean(reach)),
                slowest=float(speed[reach].min()) if reach.any() else float("nan"),
                slowest_drawn=float(speed.min()),
            )
        )
    return verdicts


def series_pass_share(band: xr.Dataset, series: RateSeries) -> float:
    """Share of the draws within ``PASSES_WITHIN`` of every point of a series at once."""
    rates = band.c_rate.values
    columns = [int(np.argmin(np.abs(rates - rate))) for rate in series.c_rate]
    drawn = band.capacity.values[:, columns]
    if series.relative:
        drawn = drawn / band.capacity.values[:, :1]
    off = np.abs(drawn - series.capacity) <= PASSES_WITHIN * series.capacity
    return float(np.mean(off.all(axis=1)))


def _diffusion_rate(material: Material, band: xr.Dataset) -> Array:
    """D/R^2 of every draw [1/s]; the central value of what was not drawn."""
    count = band.sizes["sample"]
    of = {
        name: band[name].values if name in band else np.full(count, material.value(name))
        for name in ("diffusivity", "particle_radius")
    }
    return np.asarray(of["diffusivity"] / of["particle_radius"] ** 2)
