"""How much carrier a cell holds and where it is at rest.

Counted in units of the positive electrode's window Q_p, the negative electrode holds r = N/P. The
carrier in the cell is what the positive electrode was made with plus what the negative electrode
brought, less what films took in the first cycle, and stays:

    theta_p + r theta_n = theta_made + negative_initial_sodium - first_cycle_loss,
    U_p(theta_p) - U_n(theta_n) = V                              at rest.

``theta_made`` is the material's stress-free filling: its composition as synthesised. Against
metal, which holds any amount, U_p(theta_p) = V alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq

from particle_sim.cell.half_cell import END_MARGIN, Cell
from particle_sim.cell.negative import NegativeElectrode
from particle_sim.constants import FARADAY, REFERENCE_TEMPERATURE
from particle_sim.errors import InputError
from particle_sim.materials.material import Material
from particle_sim.units import Array

LONGEST = 1.5
"""Time after which a run is given up, over the time that the whole window would take."""


@dataclass(frozen=True, kw_only=True)
class RestState:
    """Site fractions at rest; a half cell's counter electrode has none."""

    positive: float
    negative: float | None


def positive_capacity(cell: Cell) -> float:
    """Capacity of the positive electrode's window [A h]."""
    return cell.material.specific_capacity * cell.active_mass


def cyclable_carrier(cell: Cell) -> float:
    """Carrier in a full cell, in units of the positive electrode's window."""
    lost = cell.design.properties.get("first_cycle_loss")
    brought = cell.design.value("negative_initial_sodium")
    return float(carrier_of(cell.material, brought, 0.0 if lost is None else lost.magnitude))


def carrier_of(material: Material, brought: Array | float, lost: Array | float) -> Array | float:
    """As made, ``brought`` by the negative electrode and ``lost`` to films, per positive window."""
    return material.stress_free_site_fraction + brought - lost


def longest_run(cell: Cell, current: float) -> float:
    """Time [s] after which a run at a current [A] is given up."""
    return LONGEST * 3600 * positive_capacity(cell) / abs(current)


def negative_thickness(cell: Cell, negative: NegativeElectrode) -> float:
    """N/P times the positive areal capacity over F c_max eps of the negative electrode [m]."""
    areal = positive_capacity(cell) * 3600 / cell.design.value("electrode_area")
    per_metre = FARADAY * negative.maximum_concentration * negative.active_volume_fraction
    return cell.design.value("negative_to_positive_ratio") * areal / per_metre


def negative_filling(cell: Cell, positive_filling: float) -> float:
    """theta_n that belongs to ``positive_filling`` by the carrier balance."""
    left = cyclable_carrier(cell) - positive_filling
    return left / cell.design.value("negative_to_positive_ratio")


def rest_state(cell: Cell, voltage: float, temperature: float = REFERENCE_TEMPERATURE) -> RestState:
    """Fillings in equilibrium at the cell's ``voltage``, kept inside both electrodes' windows.

    Raises :class:`InputError` when the cell holds more or less carrier than its electrodes can
    take.
    """
    if cell.negative is None:
        return RestState(positive=cell.rest_filling(voltage, temperature), negative=None)
    low, high = _positive_range(cell, cell.negative)
    given = (cell, cell.negative, voltage, temperature)
    ends = [_excess(filling, *given) for filling in (low, high)]
    if ends[0] <= 0:
        filling = low
    elif ends[1] >= 0:
        filling = high
    else:
        filling = float(brentq(_excess, low, high, args=given))
    return RestState(positive=filling, negative=negative_filling(cell, filling))


def _positive_range(cell: Cell, negative: NegativeElectrode) -> tuple[float, float]:
    """Positive fillings at which the negative filling lies on its measured potential."""
    emptiest, fullest = (negative.potential.site_fraction[end] for end in (0, -1))
    total = cyclable_carrier(cell)
    ratio = cell.design.value("negative_to_positive_ratio")
    low = max(END_MARGIN, total - ratio * fullest)
    high = min(1 - END_MARGIN, total - ratio * emptiest)
    if low < high:
        return low, high
    raise InputError(
        f"{cell.design.name}: with {cell.material.name} the cell holds {total:.3g} times the "
        f"positive electrode's capacity, while its electrodes can hold up to {1 + ratio:.3g}; "
        "change negative_initial_sodium, first_cycle_loss or negative_to_positive_ratio."
    )


def _excess(
    positive_filling: float,
    cell: Cell,
    negative: NegativeElectrode,
    voltage: float,
    temperature: float,
) -> float:
    """U_p - U_n - V, falling with the positive filling."""
    opposite = negative_filling(cell, positive_filling)
    upper = cell.material.potential(np.array(positive_filling), temperature)
    return float(upper - negative.potential(np.array(opposite))) - voltage
