"""Discharges of a single-particle half cell in closed form, thousands of parameter sets at once.

With a constant diffusivity and current the surface filling is known in time (``sphere``), and the
voltage depends on the surface filling alone. So a discharge ends where the voltage, as a function
of the surface filling, first meets the cut-off, and its capacity is the time of that filling:
no time steps. Particles of many sizes, D(theta) and two phases have such a relation too
(``forms``). Same equations, start (rest at the upper cut-off) and ends as PyBaMM's SPM.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from particle_sim.cell.half_cell import Cell
from particle_sim.cell.voltage import HalfCellVoltage, half_cell_voltage, potential_table
from particle_sim.inference.form import Form
from particle_sim.inference.gains import Gain, gain_of
from particle_sim.inference.gap import Gap
from particle_sim.inference.groups import GROUPS
from particle_sim.inference.moving_boundary import gap_in
from particle_sim.inference.sphere import rise_at
from particle_sim.materials.material import lattice_of
from particle_sim.materials.occupancy import WHOLE, Lattice
from particle_sim.transport.kinetics import overpotential, series_drop
from particle_sim.units import Array

_NODES = 960
"""Of the grid; over what is believed of NVP a capacity is within 0.03 mAh/g of 6400 nodes'."""
_BLOCK = 200
_RUN = 32
_BEYOND = 20.0
"""Slope [V] with which the potential goes on past the last filling, so that a fit finds back."""
_FULL = 1 - np.concatenate([np.linspace(2e-3, 1e-4, 39), np.logspace(-4, -9, 11)[1:]])
"""Nodes towards a full surface, where the asymptote of the potential bends, the exchange current
vanishes and the voltage falls without end; a discharge ends before."""


@dataclass(frozen=True, kw_only=True)
class Discharge:
    """What a discharge needs besides the groups: surface fillings (g,) from the start on, what
    gives a voltage there, the cut-off, and the counter electrode.
    """

    filling: Array
    voltage: HalfCellVoltage
    lower_voltage: float
    loading: float
    """[kg/m2]"""
    metal_exchange: float
    """[A/m2]"""
    lattice: Lattice = WHOLE
    gap: Gap | None = None
    """Of a material that parts"""

    @cached_property
    def at_the_nodes(self) -> tuple[Array, Array]:
        """U [V] and j0 of magnitude 1 at the fillings (g,)."""
        voltage = self.voltage
        return voltage.at_rest(self.filling), voltage.exchange(self.filling, voltage.temperature)

    @cached_property
    def in_runs(self) -> tuple[Array, Array]:
        """j0 exp(a) and j0 exp(-a) (runs, ``_RUN``), a = (U - V_c)/(2 R T/F) and j0 of magnitude 1.

        The last run is filled up with -inf and 1, which are below at any drop.
        """
        rest, exchange = self.at_the_nodes
        margin = np.exp((rest - self.lower_voltage) / self.voltage.thermal)
        spare = _RUN - len(rest) % _RUN
        return (
            np.append(exchange * margin, np.full(spare, -np.inf)).reshape(-1, _RUN),
            np.append(exchange / margin, np.ones(spare)).reshape(-1, _RUN),
        )


def discharge_of(cell: Cell) -> Discharge:
    """The potential on a grid that is even in voltage and in filling, from the rest filling up."""
    lower, upper = cell.voltage_limits
    filling, potential = potential_table(cell)
    start = cell.rest_filling(upper)
    window = cell.material.stoichiometry_min, cell.material.stoichiometry_max
    even = np.linspace(0, 1, _NODES // 2)
    nodes = np.concatenate(
        [
            start + (filling[-1] - start) * even,
            np.interp(potential[0] + (potential[-1] - potential[0]) * even, potential[::-1],
                      filling[::-1]),
            _FULL[filling[-1] > _FULL],
        ]
    )  # fmt: skip
    nodes = np.unique(np.minimum(nodes[nodes >= start], _FULL[-1]))
    return Discharge(
        filling=nodes,
        voltage=half_cell_voltage(cell),
        lower_voltage=lower,
        loading=cell.design.value("active_loading"),
        metal_exchange=cell.design.value("metal_exchange_current_density"),
        lattice=lattice_of(cell.material.properties, window),
        gap=gap_in(cell.material),
    )


def capacities(
    discharge: Discharge, vectors: Array, current: Array, form: Form = Form.ONE_SIZE
) -> Array:
    """Capacity [A h/kg] (n, m) of log10 groups, and of the form's shape, (n, 4 or 5).

    At currents (m,) [A/kg].
    """
    gain = gain_of(form, float(discharge.filling[0]), discharge.lattice, discharge.gap)
    blocks = [
        _capacities(discharge, vectors[first : first + _BLOCK], current, gain)
        for first in range(0, len(vectors), _BLOCK)
    ]
    return np.concatenate(blocks)


def voltages(discharge: Discharge, groups: Array, current: float, capacity: Array) -> Array:
    """Voltage [V] (n, k) of log10 groups (n, 4) at one current [A/kg] and capacities (k,) [A h/kg].

    Past the end of the sodium window the potential goes on falling, by ``_BEYOND`` per filling.
    """
    rate, exchange, resistance, window = (10.0**groups).T[:, :, None]
    per_rise = current / (3600 * window) / (3 * rate)
    surface = discharge.filling[0] + per_rise * rise_at(3600 * capacity / current * rate)
    last = discharge.filling[-1]
    within = np.minimum(surface, last)
    kinetic = discharge.voltage.kinetic(within, current, exchange)
    voltage = discharge.voltage.at_rest(within) - kinetic
    voltage -= _series_drop(discharge, current, resistance)
    return np.asarray(voltage - _BEYOND * np.maximum(surface - last, 0))


def _capacities(discharge: Discharge, vectors: Array, current: Array, gain: Gain) -> Array:
    rate, exchange, resistance, window = (10.0 ** vectors[:, : len(GROUPS)]).T[:, :, None]
    end = _first_crossing(discharge, current, exchange, resistance)
    pace = current / (3600 * window) / rate
    gained = gain(end - discharge.filling[0], pace, vectors[:, len(GROUPS) :])
    return np.where(end > discharge.filling[0], gained * window, 0.0)


def _first_crossing(
    discharge: Discharge, current: Array, exchange: Array, resistance: Array
) -> Array:
    """Filling (n, m) at which the voltage first falls to the cut-off; the last one if never."""
    filling, limit = discharge.filling, discharge.lower_voltage
    rest, own = discharge.at_the_nodes
    drop = _series_drop(discharge, current, resistance)
    index = np.minimum(_first_below(discharge, current / exchange, drop), len(filling) - 1)
    before = np.maximum(index - 1, 0)
    kelvin = discharge.voltage.temperature
    high, low = (
        rest[at] - overpotential(current, exchange * own[at], kelvin) - drop
        for at in (before, index)
    )
    part = np.clip((high - limit) / np.where(high > low, high - low, 1.0), 0, 1)
    return np.asarray(filling[before] + part * (filling[index] - filling[before]))


def _first_below(discharge: Discharge, share: Array, drop: Array) -> NDArray[np.intp]:
    """Number (n, m) of the first filling at which the voltage is at most the cut-off V_c:

        i/(2 k j0(theta)) >= sinh(a(theta) - d),   a = (U(theta) - V_c)/b,   d = drop/b,

    b = 2 R T/F, with the ``share`` i/k (n, m). As 2 sinh(a - d) = exp(a - d) - exp(d - a),

        j0 exp(a) - j0 exp(-a) exp(2 d) <= i exp(d)/k,

    where no filling of a set needs a function of its own. Runs of fillings whose least first and
    largest second term stay above are left out; past the last filling every voltage is below.
    """
    rising, falling = discharge.in_runs
    with np.errstate(over="ignore"):  # a drop of many volts: below, whatever the filling
        lost = np.exp(drop / discharge.voltage.thermal)
        reached, lifted = (
            each.reshape(-1, 1) for each in np.broadcast_arrays(share * lost, lost**2)
        )
        may_be = rising.min(axis=1) - falling.max(axis=1) * lifted <= reached
        index = np.empty(len(reached), dtype=np.intp)
        rest = np.arange(len(reached))
        while len(rest):
            run = may_be[rest].argmax(axis=1)
            below = rising[run] - falling[run] * lifted[rest] <= reached[rest]
            here = below.any(axis=1)
            index[rest[here]] = (run * _RUN + below.argmax(axis=1))[here]
            rest, run = rest[~here], run[~here]
            may_be[rest, run] = False
    return index.reshape(np.broadcast_shapes(share.shape, drop.shape))


def _series_drop(discharge: Discharge, current: Array | float, resistance: Array) -> Array:
    """Of the metal and the films [V]."""
    return series_drop(
        current * discharge.loading,
        discharge.metal_exchange,
        resistance / discharge.loading,
        discharge.voltage.temperature,
    )
