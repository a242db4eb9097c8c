"""The voltage of a half cell whose particle's surface holds theta: one definition for all cells.

    V = U(theta) - eta(j, j0(theta)) - eta(i, i_metal) - i R_film,     eta of transport.kinetics

with j the current per true particle surface, i per electrode area, both positive on discharge.
PyBaMM is given the same U, j0, metal and film as parameters and adds its asymptotes to U.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from particle_sim.cell.half_cell import Cell
from particle_sim.constants import FARADAY, GAS_CONSTANT, REFERENCE_TEMPERATURE
from particle_sim.materials.potential import PlateauPotential, TabulatedPotential
from particle_sim.materials.property import Property
from particle_sim.transport.kinetics import overpotential
from particle_sim.units import Array

ASYMPTOTE_REACH, ASYMPTOTE_POINTS = 6e-3, 601
"""Where PyBaMM's asymptotes are above 1e-15 V, and points that keep them within 1e-6 V."""

_TABLE_POINTS = 1200
_MARGIN = 0.5
_PARTS = 50
"""Of each piece of a smooth table, within which its curve is taken for straight."""


@dataclass(frozen=True, kw_only=True)
class HalfCellVoltage:
    """U at fillings (g,) from 0 to 1, and j0(theta) of magnitude 1."""

    filling: Array
    potential: Array
    exchange: Property
    temperature: float

    @property
    def thermal(self) -> float:
        """2 R T/F [V]"""
        return 2 * GAS_CONSTANT * self.temperature / FARADAY

    def at_rest(self, theta: Array) -> Array:
        """U(theta) with PyBaMM's asymptotes [V]."""
        return np.interp(theta, self.filling, self.potential)

    def kinetic(self, theta: Array, current: Array | float, half: Array | float) -> Array:
        """eta(``current``, ``half`` j0(theta)) [V]; ``half`` is j0 at half filling, same unit."""
        return overpotential(
            current, half * self.exchange(theta, self.temperature), self.temperature
        )


def half_cell_voltage(cell: Cell, temperature: float = REFERENCE_TEMPERATURE) -> HalfCellVoltage:
    """The measured potential continued straight to both ends of the window, and the kinetics."""
    theta, voltage = potential_table(cell, temperature)
    first, last = (
        voltage[i] + (at - theta[i]) * (voltage[i] - voltage[j]) / (theta[i] - theta[j])
        for at, i, j in ((-1.0, 0, 1), (2.0, -1, -2))
    )
    outer = np.concatenate([[-1.0], theta, [2.0]])
    ends = np.linspace(0, ASYMPTOTE_REACH, ASYMPTOTE_POINTS)
    inside = theta[(theta > 0) & (theta < 1)]
    filling = np.unique(np.concatenate([ends, inside, 1 - ends]))
    straight = np.interp(filling, outer, np.concatenate([[first], voltage, [last]]))
    return HalfCellVoltage(
        filling=filling,
        potential=straight + asymptotes(filling),
        exchange=cell.material["exchange_current_density"].with_magnitude(1.0),
        temperature=temperature,
    )


def potential_table(cell: Cell, temperature: float = REFERENCE_TEMPERATURE) -> tuple[Array, Array]:
    """The measured potential as (theta, U), theta increasing, reaching past both cut-offs."""
    lower, upper = (cell.material.value(name) for name in ("lower_voltage", "upper_voltage"))
    return _table(cell.material.potential, lower - _MARGIN, upper + _MARGIN, temperature)


def sloped_table(table: tuple[Array, Array], least: float) -> tuple[Array, Array]:
    """The places of ``table`` at least ``least`` of filling apart, its ends among them.

    The voltage of a sweep is given: between two plateaus a filling that PyBaMM knows to its
    tolerance must still have one, so that its potential may not fall as steeply as a plateau ends.
    """
    theta, voltage = table
    kept = [0]
    for place in range(1, len(theta) - 1):
        if theta[place] - theta[kept[-1]] >= least and theta[-1] - theta[place] >= least:
            kept.append(place)
    kept.append(len(theta) - 1)
    return theta[kept], voltage[kept]


def sloped_filling(cell: Cell, voltage: float, temperature: float, least: float) -> float:
    """Filling at rest at ``voltage`` on the smooth curve that PyBaMM makes of that table."""
    from scipy.interpolate import PchipInterpolator

    theta, potential = sloped_table(potential_table(cell, temperature), least)
    parts = np.linspace(theta[:-1], theta[1:], _PARTS, endpoint=False, axis=1).ravel()
    fine = np.unique(np.concatenate([parts, theta[-1:]]))
    curve = PchipInterpolator(theta, potential)(fine) + asymptotes(fine)
    return float(np.interp(voltage, curve[::-1], fine[::-1]))


@lru_cache(maxsize=32)
def _table(
    potential: PlateauPotential | TabulatedPotential, low: float, high: float, temperature: float
) -> tuple[Array, Array]:
    """Inverting plateaus takes milliseconds, as long as hundreds of batched cells."""
    by_voltage = np.linspace(high, low, _TABLE_POINTS)
    by_filling = potential(np.linspace(1e-6, 1 - 1e-6, _TABLE_POINTS), temperature)
    inside = by_filling[(by_filling > low) & (by_filling < high)]
    voltage = np.unique(np.concatenate([by_voltage, inside]))[::-1]
    theta = potential.filling(voltage, temperature)
    keep = np.concatenate([[True], np.diff(theta) > 1e-10])
    table = theta[keep], voltage[keep]
    for values in table:
        values.flags.writeable = False
    return table


def asymptotes(filling: Array) -> Array:
    """What PyBaMM adds to every potential [V]: 1 mV at 1e-3 from both ends, 1 V at the ends.

    a ln(1 + exp(-b (theta - c))) - a ln(1 + exp(-b (1 - theta - c))), a = 205.06 V, b = 6910.2,
    c = -7.7e-4 (PyBaMM 26.10, ``lithium_ion_parameters.U_asymptotes``).
    """
    height, steepness, shift = 205.0568621937484, 6910.192179565431, -7.7e-4
    empty = np.logaddexp(0.0, -steepness * (filling - shift))
    full = np.logaddexp(0.0, -steepness * (1 - filling - shift))
    return np.asarray(height * (empty - full))
