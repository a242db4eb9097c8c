"""A negative electrode as tables over its filling, for batches that call no PyBaMM."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from particle_sim.cell.negative import NegativeElectrode
from particle_sim.cell.pybamm_module import import_pybamm
from particle_sim.cell.voltage import asymptotes
from particle_sim.constants import FARADAY, REFERENCE_TEMPERATURE
from particle_sim.units import Array

_POINTS = 1025
SALT = "Initial concentration in electrolyte [mol.m-3]"


@dataclass(frozen=True, kw_only=True)
class NegativeTables:
    """Even fillings (g,) from 0 to 1 and what the electrode has there, at 298.15 K."""

    filling: Array
    potential: Array
    """U [V] with PyBaMM's asymptotes, straight beyond the measured points"""
    diffusivity: Array
    """[m2/s]"""
    exchange: Array
    """j0 in the salt's initial concentration [A/m2]"""
    radius: float
    """[m]"""

    def at_rest(self, theta: Array) -> Array:
        """U(theta) [V]."""
        return np.interp(theta, self.filling, self.potential)

    def exchange_at(self, theta: Array) -> Array:
        """j0(theta) [A/m2]."""
        return np.interp(theta, self.filling, self.exchange)


def negative_tables(negative: NegativeElectrode, salt: float) -> NegativeTables:
    """The tables of ``negative`` in ``salt`` [mol/m3], read from PyBaMM's set."""
    pybamm = import_pybamm()
    filling = np.linspace(0.0, 1.0, _POINTS)
    inside = np.clip(filling, 1 / _POINTS / 2, 1 - 1 / _POINTS / 2)
    c_max, kelvin = negative.maximum_concentration, pybamm.Scalar(REFERENCE_TEMPERATURE)
    values = pybamm.ParameterValues({**negative.values, SALT: salt})

    def over(name: str, *arguments: Any) -> Array:
        given = negative.values[name]
        if not callable(given):
            return np.full(_POINTS, float(given))
        symbol = values.process_symbol(given(*arguments, kelvin))
        return np.asarray(symbol.evaluate()).ravel()

    concentration = pybamm.Vector(inside * c_max)
    return NegativeTables(
        filling=filling,
        potential=_straight(negative, filling) + asymptotes(filling),
        diffusivity=over("Negative particle diffusivity [m2.s-1]", pybamm.Vector(inside)),
        exchange=over(
            "Negative electrode exchange-current density [A.m-2]",
            pybamm.Scalar(salt),
            concentration,
            pybamm.Scalar(c_max),
        ),
        radius=float(negative.values["Negative particle radius [m]"]),
    )


def _straight(negative: NegativeElectrode, filling: Array) -> Array:
    """U between the measured points and, on its last pieces, beyond them."""
    theta, volt = np.array(negative.potential.site_fraction), np.array(negative.potential.voltage)
    ends = [
        volt[i] + (at - theta[i]) * (volt[i] - volt[j]) / (theta[i] - theta[j])
        for at, i, j in ((-1.0, 0, 1), (2.0, -1, -2))
    ]
    x = np.concatenate([[-1.0], theta, [2.0]])
    return np.asarray(np.interp(filling, x, np.concatenate([ends[:1], volt, ends[1:]])))


def volumetric_capacity(negative: NegativeElectrode) -> float:
    """Capacity of the filling that its potential is known over, per volume [A h/m3]."""
    ends = negative.potential.site_fraction
    return float(negative.maximum_concentration * FARADAY / 3600 * (ends[-1] - ends[0]))
