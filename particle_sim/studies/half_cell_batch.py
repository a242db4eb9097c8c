"""Thousands of half cells at once: PyBaMM's single-particle half cell, without PyBaMM.

At constant current the surface flux is constant, so that the surface filling moves one way and the
cell voltage is a function of it,

    V = U(theta_s) -+ (2 R T/F) [asinh(j/(2 j0)) + asinh(i/(2 i_metal))] -+ i R_film,
    j0 = 2 j_half sqrt(theta_s (1 - theta_s)),   i = c_rate one_c_current loading,
    j = N F,   N = c_rate one_c_current density R/(3 F),

minus on discharge. The cut-off is therefore one surface filling per cell, found before any
diffusion is solved, and the particles go through :mod:`particle_sim.particle.batch`.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from particle_sim.cell.balance import rest_state
from particle_sim.cell.design import CELL_CATALOGUE, CellDesign
from particle_sim.cell.half_cell import Cell, half_cell
from particle_sim.cell.parameters import potential_table
from particle_sim.constants import FARADAY, GAS_CONSTANT, REFERENCE_TEMPERATURE
from particle_sim.errors import InputError, closest
from particle_sim.materials.catalogue import CATALOGUE
from particle_sim.materials.material import Material
from particle_sim.particle.batch.advance import TOLERANCE, BatchEnd, Engine, Spheres, advance
from particle_sim.studies.choices import Direction
from particle_sim.units import Array

MATERIAL_NAMES = (
    "density",
    "diffusivity",
    "exchange_current_density",
    "maximum_concentration",
    "one_c_current",
    "particle_radius",
    "poisson_ratio",
    "volume_change",
    "youngs_modulus",
)
"""Properties of the material that may differ from cell to cell."""
DESIGN_NAMES = (
    "active_loading",
    "electrode_area",
    "film_resistance",
    "metal_exchange_current_density",
)
"""Properties of the design that may. The area cancels from everything per active mass."""

SCAN = 65
"""Surface fillings at which the voltage is looked at before the cut-off is closed in on."""
LONGEST = 1.5
"""Time after which a run is given up, over the time that the whole window would take."""
ASYMPTOTE_REACH, ASYMPTOTE_POINTS = 6e-3, 601
"""Where PyBaMM's asymptotes are above 1e-15 V, and points that keep them within 1e-6 V."""
_HALVINGS = 24


class HalfCellEnd(enum.IntEnum):
    """Why a half cell stopped; the values stand in ``end``."""

    TIME = 0
    EMPTY = 1
    FULL = 2
    LOWER_VOLTAGE = 3
    UPPER_VOLTAGE = 4


@dataclass(frozen=True, kw_only=True)
class HalfCellBatch:
    """Results of n half cells; (n, k) at k equal parts of each run. Peaks are at least 0."""

    capacity: Array
    """Until the end [A h/kg of active mass] (n,)"""
    end: NDArray[np.int64]
    """:class:`HalfCellEnd` codes (n,)"""
    mean_site_fraction_end: Array
    surface_site_fraction_end: Array
    time_end: Array
    """[s]"""
    peak_inhomogeneity: Array
    """max - min of the site fraction"""
    peak_hoop_stress: Array
    """[Pa]"""
    peak_tension: Array
    """First principal stress at the surface [Pa]"""
    peak_hydrostatic: Array
    """[Pa]"""
    voltage: Array
    """[V] (n, k); (n, 0) when no output was asked for"""
    capacity_grid: Array
    """[A h/kg] (n, k)"""
    mean_site_fraction: Array
    surface_site_fraction: Array


@dataclass(frozen=True, kw_only=True)
class _Kinetics:
    """What turns a surface filling into a voltage, one value per cell (n,)."""

    potential: tuple[Array, Array]
    sign: float
    """+1 on discharge, when overpotentials lower the voltage"""
    exchange: Array
    current: Array
    """Per true particle surface, magnitude [A/m2]"""
    drop: Array
    """Of the metal and the film, magnitude [V]"""

    def voltage(self, filling: Array, cells: slice | NDArray[np.intp] = slice(None)) -> Array:
        """[V] of cells at fillings (n, k), or (1, k) for all."""
        own = self.exchange[cells, None] * 2 * np.sqrt(np.maximum(filling * (1 - filling), 1e-300))
        overpotential = 2 * THERMAL_VOLTAGE * np.arcsinh(self.current[cells, None] / (2 * own))
        rest = np.interp(filling, *self.potential)
        return np.asarray(rest - self.sign * (overpotential + self.drop[cells, None]))


THERMAL_VOLTAGE = GAS_CONSTANT * REFERENCE_TEMPERATURE / FARADAY
"""R T/F at 298.15 K [V]."""


def half_cell_batch(
    material: Material,
    design: CellDesign | None = None,
    *,
    c_rate: Array,
    values: Mapping[str, Array] | None = None,
    direction: Direction = Direction.DISCHARGE,
    output: int = 0,
    tolerance: float = TOLERANCE,
    engine: Engine = Engine.AUTOMATIC,
) -> HalfCellBatch:
    """Charge or discharge n half cells at constant current from rest to their cut-off.

    ``c_rate`` (n,) [1/h] of the material's printed 1C. ``values``: drawn magnitudes (n,) in SI
    units by property name, of the material or the design; what is not given keeps its central
    value. Every cell starts from rest at the opposite cut-off, as :func:`solve_cell` does.
    ``output`` = k asks for curves at k equal parts of each run. 298.15 K, one particle size,
    Fickian diffusion with the material's D(theta), stress of a free sphere with constant modulus.

    A cell whose voltage is past the cut-off at once has capacity 0. Raises :class:`InputError`
    for an unknown name, a wrong number of values, or one that is not allowed.
    """
    rates = _rates(material, c_rate)
    cell = half_cell(material, design=design)
    drawn = _drawn(cell, values or {}, len(rates))
    discharge = direction is Direction.DISCHARGE
    lower, upper = cell.voltage_limits
    start = rest_state(cell, upper if discharge else lower).positive
    specific = rates * drawn["one_c_current"]
    kinetics = _kinetics(cell, drawn, specific, discharge)
    stop = _cut_off(kinetics, start, lower if discharge else upper, 1.0 if discharge else 0.0)
    flux = specific * drawn["density"] * drawn["particle_radius"] / (3 * FARADAY)
    flux = -flux if discharge else flux
    hours = drawn["maximum_concentration"] * FARADAY / (3600 * drawn["density"]) / specific
    knots = np.stack([np.zeros_like(hours), LONGEST * 3600 * hours], axis=1)
    run = advance(
        _spheres(material, drawn, start),
        knots,
        np.stack([flux, flux], axis=1),
        limits=(0.0, stop) if discharge else (stop, 1.0),
        tolerance=tolerance,
        output=output,
        engine=engine,
    )
    surface = run.surface_site_fraction
    return HalfCellBatch(
        capacity=specific * run.time_end / 3600,
        end=_ends(run.end, stop, discharge),
        mean_site_fraction_end=run.mean_site_fraction_end,
        surface_site_fraction_end=run.surface_site_fraction_end,
        time_end=run.time_end,
        peak_inhomogeneity=run.peak_inhomogeneity,
        peak_hoop_stress=run.peak_hoop_stress,
        peak_tension=run.peak_tension,
        peak_hydrostatic=run.peak_hydrostatic_stress,
        voltage=kinetics.voltage(surface),
        capacity_grid=specific[:, None] * run.time / 3600,
        mean_site_fraction=run.mean_site_fraction,
        surface_site_fraction=surface,
    )


def _rates(material: Material, c_rate: Array) -> Array:
    rates = np.atleast_1d(np.asarray(c_rate, dtype=float))
    if rates.ndim != 1 or not np.all((rates > 0) & np.isfinite(rates)):
        raise InputError(f"{material.name}: c_rate must be positive numbers (n,); check it.")
    return rates


def _drawn(cell: Cell, values: Mapping[str, Array], count: int) -> dict[str, Array]:
    """Every property as (n,): drawn where given, else the central value."""
    known = (*MATERIAL_NAMES, *DESIGN_NAMES)
    where = cell.material.name
    problems = [
        f"{where}: {name} cannot be drawn for a half cell; {closest(name, known)}"
        for name in values
        if name not in known
    ]
    if problems:
        raise InputError(*problems)
    drawn = {name: np.full(count, cell.material.value(name)) for name in MATERIAL_NAMES}
    drawn |= {name: np.full(count, cell.design.value(name)) for name in DESIGN_NAMES}
    for name, given in values.items():
        array = np.asarray(given, dtype=float)
        if array.shape != (count,):
            raise InputError(
                f"{where}: {name} has the shape {array.shape}; give one value for each of the "
                f"{count} c_rates."
            )
        drawn[name] = _checked(where, name, array, float(drawn[name][0]))
    return drawn


def _checked(where: str, name: str, array: Array, centre: float) -> Array:
    """A volume change keeps the sign of the central value, because peaks are of one sign."""
    kind = CATALOGUE.get(name) or CELL_CATALOGUE[name]
    for value in (array.min(), array.max()):
        reason = kind.problem(float(value)) if np.isfinite(value) else "it must be finite"
        if reason is None and name == "volume_change" and value * centre <= 0:
            reason = "it must have the sign of the central value"
        if reason is not None:
            raise InputError(f"{where}: {name} holds {value:g} {kind.unit}; {reason}.")
    return array


def _kinetics(
    cell: Cell, drawn: Mapping[str, Array], specific: Array, discharge: bool
) -> _Kinetics:
    areal = specific * drawn["active_loading"]
    metal = np.arcsinh(areal / (2 * drawn["metal_exchange_current_density"]))
    return _Kinetics(
        potential=_whole_potential(*potential_table(cell)),
        sign=1.0 if discharge else -1.0,
        exchange=drawn["exchange_current_density"],
        current=specific * drawn["density"] * drawn["particle_radius"] / 3,
        drop=2 * THERMAL_VOLTAGE * metal + areal * drawn["film_resistance"],
    )


def _whole_potential(theta: Array, voltage: Array) -> tuple[Array, Array]:
    """The table continued straight to both ends of the window, PyBaMM's asymptotes added."""
    first, last = (
        voltage[i] + (at - theta[i]) * (voltage[i] - voltage[j]) / (theta[i] - theta[j])
        for at, i, j in ((-1.0, 0, 1), (2.0, -1, -2))
    )
    outer = np.concatenate([[-1.0], theta, [2.0]])
    ends = np.linspace(0, ASYMPTOTE_REACH, ASYMPTOTE_POINTS)
    inside = theta[(theta > 0) & (theta < 1)]
    filling = np.unique(np.concatenate([ends, inside, 1 - ends]))
    straight = np.interp(filling, outer, np.concatenate([[first], voltage, [last]]))
    return filling, straight + _asymptotes(filling)


def _asymptotes(filling: Array) -> Array:
    """What PyBaMM adds to every potential [V]: 1 mV at 1e-3 from both ends, 1 V at the ends.

    a ln(1 + exp(-b (theta - c))) - a ln(1 + exp(-b (1 - theta - c))), a = 205.06 V, b = 6910.2,
    c = -7.7e-4 (PyBaMM 26.10, ``lithium_ion_parameters.U_asymptotes``).
    """
    height, steepness, shift = 205.0568621937484, 6910.192179565431, -7.7e-4
    empty = np.logaddexp(0.0, -steepness * (filling - shift))
    full = np.logaddexp(0.0, -steepness * (1 - filling - shift))
    return np.asarray(height * (empty - full))


def _cut_off(kinetics: _Kinetics, start: float, limit: float, last: float) -> Array:
    """First surface filling from ``start`` towards ``last`` with the voltage past ``limit`` (n,).

    ``last`` where the voltage never gets there.
    """
    count = len(kinetics.current)
    stop = np.full(count, last)
    part = np.linspace(0, 1, SCAN)
    scanned = start + (last - start) * part
    for first in range(0, count, 4096):
        cells = np.arange(first, min(first + 4096, count))
        past = kinetics.sign * (kinetics.voltage(scanned[None], cells) - limit) <= 0
        found = past.any(axis=1)
        index = np.argmax(past, axis=1)
        high = scanned[index]
        low = scanned[np.maximum(index - 1, 0)]
        for _ in range(_HALVINGS):
            middle = 0.5 * (low + high)
            over = kinetics.sign * (kinetics.voltage(middle[:, None], cells)[:, 0] - limit) <= 0
            low, high = np.where(over, low, middle), np.where(over, middle, high)
        stop[cells] = np.where(found, high, last)
    return stop


def _spheres(material: Material, drawn: Mapping[str, Array], start: float) -> Spheres:
    count = len(drawn["diffusivity"])
    diffusivity = material["diffusivity"]
    return Spheres(
        radius=drawn["particle_radius"],
        diffusivity=drawn["diffusivity"],
        maximum_concentration=drawn["maximum_concentration"],
        initial_site_fraction=np.full(count, start),
        shape=diffusivity.with_magnitude(1.0),
        strain=material["chemical_strain"],
        strain_scale=drawn["volume_change"] / material.value("volume_change"),
        youngs_modulus=drawn["youngs_modulus"],
        poisson_ratio=drawn["poisson_ratio"],
    )


def _ends(end: NDArray[np.int64], stop: Array, discharge: bool) -> NDArray[np.int64]:
    """The cut-off filling stands for the voltage, unless it is the end of the window."""
    surface, voltage, last = (
        (BatchEnd.FULL, HalfCellEnd.LOWER_VOLTAGE, 1.0)
        if discharge
        else (BatchEnd.EMPTY, HalfCellEnd.UPPER_VOLTAGE, 0.0)
    )
    return np.where((end == surface) & (stop != last), int(voltage), end)
