"""Capacity against C-rate, one PyBaMM discharge a point."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr

from particle_sim.cell.discharges import Discharge, discharge_capacities
from particle_sim.cell.half_cell import Cell
from particle_sim.materials.material import Material
from particle_sim.units import Array

UNIFORM = 1e-5
"""(R^2/D)/t below which the surface stands less than 1e-6 of the window off the mean."""


def capacity_curve(cells: Sequence[Cell], rates: Array) -> xr.DataArray:
    """Capacities (model, c_rate) [A h/kg] of one cell under several models.

    See :func:`discharge_capacities`.
    """
    runs = [Discharge(c_rate=float(rate)) for rate in rates]
    return xr.DataArray(
        [discharge_capacities(cell, runs) for cell in cells],
        dims=("model", "c_rate"),
        coords={"model": [cell.model.value for cell in cells], "c_rate": rates},
        attrs={"units": "mA h/g", "long_name": f"discharge capacity, {cells[0].design.title}"},
    )


def window_capacity(cell: Cell) -> float:
    """Capacity at rest between the cut-offs, Q (theta(V_low) - theta(V_high)) [A h/kg].

    What an infinitely slow discharge of a half cell gives.
    """
    low, high = cell.voltage_limits
    span = cell.rest_filling(low) - cell.rest_filling(high)
    return cell.material.specific_capacity * span


def uniform_share(material: Material, radius: Array, diffusivity: Array, c_rate: Array) -> Array:
    """min(1, g/``UNIFORM``) of every point, by which its diffusivity may be lowered.

    At g = (R^2/D)/t below ``UNIFORM`` a particle is uniform to rounding and steps are wasted on
    it; with D lowered to that g the capacity changes by less than 1e-6 of the window, and stress,
    proportional to g there, by 1/share.
    """
    scale = (radius / material.value("particle_radius")) ** 2
    speed = material.value("diffusivity") / diffusivity
    return np.asarray(
        np.minimum(1.0, group_per_c_rate(material) * scale * speed * c_rate / UNIFORM)
    )


def group_per_c_rate(material: Material) -> float:
    """(R^2/D)/t at 1C, t = c_max F/(rho I_1C) the time 1C takes for the whole window.

    Far below 1 the particle is uniform; from about 10 on diffusion decides the capacity. D is the
    magnitude of a diffusivity that varies with filling.
    """
    seconds = 3600 * material.specific_capacity / material.value("one_c_current")
    diffusion = material.value("particle_radius") ** 2 / material.value("diffusivity")
    return float(np.divide(diffusion, seconds))
