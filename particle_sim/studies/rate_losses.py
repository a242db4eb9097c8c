"""Where the capacity goes: each resistance's part of the loss at a rate.

A resistance is switched off by making its conductance ``REMOVED`` times larger (a fast particle's
less, see ``FASTEST``). With v(S) the
capacity when the set S is off, the part of resistance i is its Shapley value over the four,

    part_i = sum_S |S|! (3 - |S|)! / 4! (v(S + i) - v(S)),     sum_i part_i = v(all) - v(none),

so no order of removal is preferred and the parts add up to the loss exactly. A part is negative
where removing a resistance costs capacity. (Shapley, in Contributions to
the Theory of Games II, 1953.)
"""

from __future__ import annotations

import enum
import itertools
import math
from collections.abc import Callable, Sequence

import numpy as np
import xarray as xr

from particle_sim.cell.discharges import Discharge, discharge_capacities
from particle_sim.cell.half_cell import Cell
from particle_sim.materials.material import Material
from particle_sim.studies.rate_curves import group_per_c_rate
from particle_sim.units import Array

REMOVED = 1e6
"""Factor on the conductance of what is switched off; at 1e6 its loss is far below the solver's."""

FASTEST = 1e-8
"""(R^2/D)/t at 1C below which no particle is made faster: at 100C its loss is below 1e-6 of the
window already, and far below it the solver's own error grows (4 % at 1e-13)."""


class Resistance(enum.Enum):
    """What stands in the way of sodium and charge in a half cell."""

    DIFFUSION = "diffusion in the particle"
    KINETICS = "charge transfer"
    ELECTROLYTE = "electrolyte"
    SERIES = "film, contacts and electrode"


Solve = Callable[[Cell, Sequence[Discharge]], Array]
"""A function like :func:`cell.discharges.discharge_capacities`."""


def without(material: Material, off: frozenset[Resistance]) -> dict[str, float]:
    """By what properties of a half cell are multiplied to switch some resistances off."""
    factors: dict[str, float] = {}
    if Resistance.DIFFUSION in off:
        factors["diffusivity"] = min(REMOVED, max(1.0, group_per_c_rate(material) / FASTEST))
    if Resistance.KINETICS in off:
        factors["exchange_current_density"] = REMOVED
        factors["metal_exchange_current_density"] = REMOVED
    if Resistance.ELECTROLYTE in off:
        factors["electrolyte_conductivity"] = factors["electrolyte_diffusivity"] = REMOVED
    if Resistance.SERIES in off:
        factors |= {"electrode_conductivity": REMOVED, "film_resistance": 0.0}
    return factors


SETS = [
    frozenset(chosen)
    for size in range(len(Resistance) + 1)
    for chosen in itertools.combinations(Resistance, size)
]
"""Every choice of resistances to switch off, none of them first."""


def loss_table(cell: Cell, rates: Array, *, solve: Solve = discharge_capacities) -> xr.Dataset:
    """``parts`` (resistance, c_rate) and ``delivered`` (c_rate) [A h/kg] of a half cell.

    16 discharges a rate.
    """
    factors = [without(cell.material, off) for off in SETS]
    runs = [Discharge(c_rate=rate, factors=each) for rate in rates.tolist() for each in factors]
    values = solve(cell, runs).reshape(len(rates), len(SETS))
    name = f"capacity lost, Shapley value, {cell.model.value} half cell"
    units = {"units": "mA h/g"}
    return xr.Dataset(
        {
            "parts": (
                ("resistance", "c_rate"),
                _shapley_weights() @ values.T,
                {**units, "long_name": name},
            ),
            "delivered": ("c_rate", values[:, 0], units),
        },
        coords={"resistance": [member.value for member in Resistance], "c_rate": rates},
    )


def _shapley_weights() -> Array:
    """What every v(S) counts in the part of each resistance (resistance, set)."""
    count, weights = len(Resistance), np.empty((len(Resistance), len(SETS)))
    for (row, member), (column, off) in itertools.product(enumerate(Resistance), enumerate(SETS)):
        others = len(off - {member})
        share = math.factorial(others) * math.factorial(count - others - 1) / math.factorial(count)
        weights[row, column] = share if member in off else -share
    return weights
