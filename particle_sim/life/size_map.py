"""What size and what rate would avoid growth: cracks over particle radius and C-rate."""

from __future__ import annotations

import numpy as np
import xarray as xr

from particle_sim.cell.half_cell import half_cell
from particle_sim.life.asked import LifeStudy
from particle_sim.life.chain import Held, cycled, draw_powder, holding
from particle_sim.life.sides import Side, cracked_by_cycling, no_flaw_grows
from particle_sim.plausible.draws import MaterialDraws
from particle_sim.units import Array

DRAWS = 64
"""At each point of the map; the share's error is then some 6 %."""
RADII = np.geomspace(50e-9, 5e-6, 9)
RATES = np.geomspace(0.1, 100.0, 7)
SAFE = 0.9
"""Share of the draws from which a size or a rate counts as avoiding growth."""


def size_map(study: LifeStudy, sides: tuple[Side, ...]) -> xr.Dataset:
    """Means over the draws (material, end, radius, c_rate): ``cracked`` after the cycles, with the
    rules asked for acting together, and ``none_grows``."""
    rates = np.unique([*RATES, study.c_rate])
    own = [side.material.value("particle_radius") for side in sides]
    radii = np.unique([*RADII, *own])
    shape = (len(sides), len(Held), len(radii), len(rates))
    cracked, none = np.empty(shape), np.empty(shape)
    for first, side in enumerate(sides):
        drawn, cell = _drawn(study, side), half_cell(side.material)
        for third, radius in enumerate(radii):
            draws = drawn.having(particle_radius=np.full(DRAWS, radius))
            for fourth, rate in enumerate(rates):
                relieved = cycled(draws, float(rate), Held.RELIEVED, cell=cell, tables=side.tables)
                for second, powder in enumerate((relieved, holding(relieved))):
                    place = first, second, third, fourth
                    count = np.array([float(study.cycles)])
                    found = cracked_by_cycling(powder, study.rules, count)
                    cracked[place] = found.mean()
                    none[place] = no_flaw_grows(powder).mean()
    dims = ("material", "end", "radius", "c_rate")
    return xr.Dataset(
        {
            "cracked": (dims, cracked, {"units": "1"}),
            "none_grows": (dims, none, {"units": "1"}),
        },
        coords={
            "radius": ("radius", radii, {"units": "m"}),
            "c_rate": ("c_rate", rates, {"units": "1/h"}),
        },
    )


def _drawn(study: LifeStudy, side: Side) -> MaterialDraws:
    return draw_powder(side.material, DRAWS, study.seed, constants=study.growth)


def safe_below(place: Array, share: Array) -> float:
    """Up to where along ``place`` (k,), increasing, ``share`` (k,) stays at ``SAFE`` or above:
    linear in the logarithm; 0 where it is nowhere, inf where it is everywhere.

    >>> safe_below(np.array([1.0, 10.0, 100.0]), np.array([1.0, 1.0, 0.8])).__round__(2)
    31.62
    """
    bad = np.flatnonzero(share < SAFE)
    if not len(bad):
        return float("inf")
    first = int(bad[0])
    if first == 0:
        return 0.0
    low, high = share[first - 1], share[first]
    part = (low - SAFE) / (low - high)
    return float(place[first - 1] * (place[first] / place[first - 1]) ** part)
