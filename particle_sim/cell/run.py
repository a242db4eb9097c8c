"""The result of a cell solve: voltage, capacity, fillings, surface flux, and why it ended."""

from __future__ import annotations

import enum
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from particle_sim.cell.half_cell import Cell
from particle_sim.flux import SurfaceFlux
from particle_sim.protocols.step import Protocol
from particle_sim.shown import shown, span
from particle_sim.units import Array


class CellEnd(enum.Enum):
    """Why a cell run ended."""

    LOWER_VOLTAGE = "Reached the lower voltage limit."
    UPPER_VOLTAGE = "Reached the upper voltage limit."
    CURRENT = "The current fell to the cut-off."
    TIME = "Reached the end of the protocol."
    EMPTY = "The particle surface ran empty of sodium."
    FULL = "The particle surface filled up with sodium."
    NEGATIVE_EMPTY = "The negative electrode's particle surface ran empty."
    NEGATIVE_FULL = "The negative electrode's particle surface filled up; metal would plate."


@shown
@dataclass(frozen=True, kw_only=True)
class ElectrodeRun:
    """Fillings of one electrode's particle (t,) and the flux through its surface."""

    mean_site_fraction: Array
    surface_site_fraction: Array
    surface_flux: SurfaceFlux

    @property
    def in_brief(self) -> dict[str, str]:
        """How full the particle is, from first to last, and what passes its surface."""
        flux = self.surface_flux.flux
        return {
            "mean filling": span(self.mean_site_fraction),
            "filling at the surface": span(self.surface_site_fraction),
            "surface flux": f"{span(flux)} mol/(m2 s), positive out of the particle",
        }


@shown
@dataclass(frozen=True, kw_only=True)
class CellRun:
    """A cell run. ``capacity`` [A h/kg] equals mAh/g of positive active material, from 0."""

    cell: Cell
    protocol: Protocol
    time: Array
    current: Array
    """[A], positive on discharge"""
    voltage: Array
    """Of the cell [V]: against the carrier's metal, or the negative electrode"""
    capacity: Array
    step: NDArray[np.intp]
    """Number of the protocol step at each time"""
    positive: ElectrodeRun
    end: CellEnd
    negative: ElectrodeRun | None = None
    """A half cell has none."""

    @property
    def in_brief(self) -> dict[str, str]:
        """What was run, how it ended, and the charge that passed."""
        filling = self.positive.mean_site_fraction
        return {
            "run": f"{self.protocol.name} of {self.cell.material.title}, {self.cell.model.value}",
            "capacity": f"{self.capacity[-1]:.4g} mA h/g",
            "end": self.end.value.rstrip("."),
            "voltage": f"{span(self.voltage)} V",
            "mean filling": span(filling),
            "times": f"{len(self.time)} from {span(self.time)} s",
        }

    @property
    def energy(self) -> Array:
        """Integral of V dQ [W h/kg of positive active material] from the start, by trapezoids."""
        steps = 0.5 * (self.voltage[1:] + self.voltage[:-1]) * np.diff(self.capacity)
        return np.concatenate([[0.0], np.cumsum(steps)])

    def to_dataset(self) -> xr.Dataset:
        """Everything against time, with units in attrs."""
        columns = {
            "current": (self.current, "A"),
            "voltage": (self.voltage, "V"),
            "capacity": (self.capacity, "mA h/g"),
            "energy": (self.energy, "W h/kg"),
            "mean_site_fraction": (self.positive.mean_site_fraction, "1"),
            "surface_site_fraction": (self.positive.surface_site_fraction, "1"),
        }
        if self.negative is not None:
            columns |= {
                "negative_mean_site_fraction": (self.negative.mean_site_fraction, "1"),
                "negative_surface_site_fraction": (self.negative.surface_site_fraction, "1"),
            }
        return xr.Dataset(
            {name: ("time", values, {"units": unit}) for name, (values, unit) in columns.items()},
            coords={"time": ("time", self.time, {"units": "s"})},
            attrs={"end": self.end.value, "protocol": self.protocol.name},
        )


STEEPEST = 1e5
"""Cap of |dQ/dV| [mA h/(g V)], where the voltage stands still."""


def differential_capacity(run: CellRun, points: int = 240) -> tuple[Array, Array]:
    """(Q, |dQ/dV| [mA h/(g V)]) of a run with one current, on an even grid of the capacity.

    Slope of the voltage across two grid steps, inverted; at most ``STEEPEST``. Nothing (0,) of a
    run that moved no charge.
    """
    if run.capacity[-1] == run.capacity[0]:
        return np.zeros(0), np.zeros(0)
    grid = np.linspace(run.capacity[0], run.capacity[-1], points)
    voltage = np.interp(grid, run.capacity, run.voltage)
    slope = np.abs(np.gradient(voltage, grid))
    return grid, 1 / np.maximum(slope, 1 / STEEPEST)
