"""Hundreds of full cells at once: PyBaMM's single-particle full cell, without PyBaMM.

At constant current both electrodes' surface fluxes are constant, so that neither knows of the
other: each goes through :mod:`particle_sim.batch` by itself, and the voltage along the run is

    V = U_p(theta_p) - eta_p - U_n(theta_n) - eta_n - i R_film,

theta at the surfaces. How much carrier there is and where it is at rest: :mod:`~particle_sim.cell.
balance`. The negative electrode's particles may have another radius than its set's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from particle_sim.batch.advance import BatchRun, Spheres, advance
from particle_sim.cell.balance import carrier_of
from particle_sim.cell.design import CellDesign
from particle_sim.cell.full_cell import full_cell
from particle_sim.cell.half_cell import END_MARGIN, Cell, half_cell
from particle_sim.cell.negative import NegativeElectrode
from particle_sim.cell.negative_tables import NegativeTables, negative_tables
from particle_sim.cell.voltage import half_cell_voltage
from particle_sim.constants import FARADAY, REFERENCE_TEMPERATURE
from particle_sim.materials.material import Material
from particle_sim.studies.half_cell_batch import MATERIAL_NAMES, spheres_of
from particle_sim.transport.kinetics import overpotential
from particle_sim.transport.laws import SOLID_SOLUTION, Law
from particle_sim.transport.table import GRID, tabulated
from particle_sim.units import Array

DESIGN_NAMES = (
    "active_loading",
    "film_resistance",
    "negative_to_positive_ratio",
    "negative_initial_sodium",
    "first_cycle_loss",
    "negative_particle_radius",
)
"""Properties of the design that may differ from cell to cell."""
_OUTPUT = 500
_HALVINGS = 50


@dataclass(frozen=True, kw_only=True)
class FullCellBatch:
    """Discharges of n full cells, per mass of positive material."""

    capacity: Array
    """[A h/kg] (n,); 0 where the electrodes cannot hold the carrier"""
    energy: Array
    """[W h/kg] (n,)"""


def full_cell_batch(
    material: Material,
    design: CellDesign,
    *,
    c_rate: float,
    values: Mapping[str, Array],
    law: Law = SOLID_SOLUTION,
) -> FullCellBatch:
    """Discharge n full cells with hard carbon from rest at the upper cut-off to the lower one.

    ``values``: drawn magnitudes (n,) in SI units by property name, of the material or the design.
    Isothermal, SPM; the voltage is looked at ``_OUTPUT`` times, which leaves 1e-3 of the capacity.
    What ``values`` holds besides ``MATERIAL_NAMES`` and ``DESIGN_NAMES`` keeps its central value.

    Raises :class:`InputError` where :func:`~particle_sim.cell.full_cell.full_cell` does.
    """
    cell = full_cell(material, design=design, law=law)
    assert cell.negative is not None
    count = len(next(iter(values.values())))
    tables = negative_tables(cell.negative, design.value("salt_concentration"))
    drawn = _drawn(cell, tables, values, count)
    start, ratio = _start(cell, cell.negative, drawn, tables)
    possible = np.flatnonzero(np.isfinite(start))
    capacity, energy = np.zeros(count), np.zeros(count)
    if len(possible):
        own = {name: column[possible] for name, column in drawn.items()}
        found = _discharged(cell, tables, own, (start[possible], ratio[possible]), c_rate)
        capacity[possible], energy[possible] = found
    return FullCellBatch(capacity=capacity, energy=energy)


def _drawn(
    cell: Cell, tables: NegativeTables, values: Mapping[str, Array], count: int
) -> dict[str, Array]:
    central = {name: cell.material.value(name) for name in MATERIAL_NAMES}
    own = cell.design.properties
    central |= {name: own[name].magnitude for name in DESIGN_NAMES if name in own}
    central = {"first_cycle_loss": 0.0, "negative_particle_radius": tables.radius, **central}
    return {
        name: np.asarray(values.get(name, np.full(count, value)), dtype=float)
        for name, value in central.items()
    }


def _start(
    cell: Cell, negative: NegativeElectrode, drawn: Mapping[str, Array], tables: NegativeTables
) -> tuple[Array, Array]:
    """Fillings (n,) of the positive electrode at rest, nan where there is no cell, and N/P."""
    ratio = drawn["negative_to_positive_ratio"]
    total = carrier_of(cell.material, drawn["negative_initial_sodium"], drawn["first_cycle_loss"])
    emptiest, fullest = (negative.potential.site_fraction[end] for end in (0, -1))
    low = np.maximum(END_MARGIN, total - ratio * fullest)
    high = np.minimum(1 - END_MARGIN, total - ratio * emptiest)
    exists = low < high
    upper = cell.voltage_limits[1]
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        own = cell.material.potential(middle, REFERENCE_TEMPERATURE)
        over = own - negative.potential((total - middle) / ratio) > upper
        low, high = np.where(over, middle, low), np.where(over, high, middle)
    return np.where(exists, 0.5 * (low + high), np.nan), ratio


def _discharged(
    cell: Cell,
    tables: NegativeTables,
    drawn: Mapping[str, Array],
    state: tuple[Array, Array],
    c_rate: float,
) -> tuple[Array, Array]:
    start, ratio = state
    material = cell.material
    specific = c_rate * drawn["one_c_current"]
    window = drawn["maximum_concentration"] * FARADAY / (3600 * drawn["density"])
    pace = specific / (3600 * window)
    total = carrier_of(material, drawn["negative_initial_sodium"], drawn["first_cycle_loss"])
    resting = spheres_of(material, drawn, 0.0, cell.law.in_sphere(material, REFERENCE_TEMPERATURE))
    positive = replace(resting, initial_site_fraction=start)
    negative = _carbon(cell, tables, drawn, (total - start) / ratio)
    runs = _filled(positive, pace), _filled(negative, -pace / ratio)
    time = np.minimum(runs[0].time_end, runs[1].time_end)[:, None] * np.linspace(0, 1, _OUTPUT)
    surfaces = [_at(run, time) for run in runs]
    voltage = half_cell_voltage(half_cell(material))
    current = (specific * drawn["density"] * drawn["particle_radius"] / 3)[:, None]
    volt = voltage.at_rest(surfaces[0])
    volt -= voltage.kinetic(surfaces[0], current, drawn["exchange_current_density"][:, None])
    volt -= _of_carbon(negative, pace / ratio, tables, surfaces[1])
    volt -= (specific * drawn["active_loading"] * drawn["film_resistance"])[:, None]
    return _until(volt, specific[:, None] * time / 3600, cell.voltage_limits[0])


def _carbon(
    cell: Cell, tables: NegativeTables, drawn: Mapping[str, Array], start: Array
) -> Spheres:
    assert cell.negative is not None
    ones = np.ones_like(start)
    values = np.interp(GRID, tables.filling, tables.diffusivity)
    half = float(np.interp(0.5, tables.filling, tables.diffusivity))
    return Spheres(
        radius=drawn["negative_particle_radius"],
        diffusivity=half * ones,
        maximum_concentration=cell.negative.maximum_concentration * ones,
        initial_site_fraction=np.clip(start, 0.0, 1.0),
        shape=tabulated(values / half),
    )


def _filled(spheres: Spheres, pace: Array) -> BatchRun:
    """Spheres whose mean filling changes by ``pace`` (n,) [1/s] until a surface ends it."""
    flux = -pace * spheres.maximum_concentration * spheres.radius / 3
    knots = np.stack([np.zeros_like(pace), 2 / np.abs(pace)], axis=1)
    return advance(spheres, knots, np.stack([flux] * 2, axis=1), output=_OUTPUT)


def _at(run: BatchRun, time: Array) -> Array:
    """Surface fillings (n, k) at times (n, k)."""
    rows = zip(time, run.time, run.surface_site_fraction, strict=True)
    return np.array([np.interp(wanted, t, surface) for wanted, t, surface in rows])


def _of_carbon(spheres: Spheres, pace: Array, tables: NegativeTables, surface: Array) -> Array:
    """U_n + eta_n [V] (n, k) of an electrode that empties by ``pace``."""
    flux = pace * spheres.maximum_concentration * spheres.radius / 3
    exchange = tables.exchange_at(surface)
    eta = overpotential(FARADAY * flux[:, None], exchange, REFERENCE_TEMPERATURE)
    return np.asarray(tables.at_rest(surface) + eta)


def _until(volt: Array, capacity: Array, lower: float) -> tuple[Array, Array]:
    """Capacity and energy (n,) where the voltage first falls to ``lower``, else at the end."""
    below: NDArray[np.bool_] = volt <= lower
    index = np.where(below.any(axis=1), below.argmax(axis=1), volt.shape[1] - 1)
    rows, before = np.arange(len(volt)), np.maximum(index - 1, 0)
    high, low = volt[rows, before], volt[rows, index]
    part = np.clip((high - lower) / np.where(high > low, high - low, 1.0), 0, 1)
    end = capacity[rows, before] + part * (capacity[rows, index] - capacity[rows, before])
    end = np.where(index > 0, end, 0.0)
    steps = np.minimum(capacity, end[:, None])
    held = np.maximum(volt, lower)
    energy = np.sum(0.5 * (held[:, 1:] + held[:, :-1]) * np.diff(steps, axis=1), axis=1)
    return end, energy
