"""Thousands of half cells at once: PyBaMM's single-particle half cell, without PyBaMM.

At constant current the surface flux is constant, so that the surface filling moves one way and the
cell voltage is a function of it (:mod:`particle_sim.cell.voltage`), with

    i = c_rate one_c_current loading,   j = N F,   N = c_rate one_c_current density R/(3 F).

The cut-off is therefore one surface filling per cell, found before any diffusion is solved, and
the particles go through :mod:`particle_sim.batch` with the diffusivity that the law of transport
comes down to. Where stress acts on the sodium, the voltage takes the mean filling too; the cut-off
is then looked for along a run to the end of the sodium.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from particle_sim.batch.accuracy import ERROR
from particle_sim.batch.advance import BatchEnd, BatchRun, Engine, Spheres, advance
from particle_sim.cell.balance import LONGEST, rest_state
from particle_sim.cell.design import CELL_CATALOGUE, CellDesign
from particle_sim.cell.half_cell import Cell, half_cell
from particle_sim.cell.voltage import HalfCellVoltage, half_cell_voltage
from particle_sim.constants import FARADAY, GAS_CONSTANT, REFERENCE_TEMPERATURE
from particle_sim.errors import InputError, closest, refuse
from particle_sim.materials.catalogue import CATALOGUE
from particle_sim.materials.material import Material
from particle_sim.studies.choices import Direction
from particle_sim.studies.drawn_falls import FALL as FALL
from particle_sim.studies.drawn_falls import Bent, bent, joined
from particle_sim.transport.kinetics import series_drop
from particle_sim.transport.laws import SOLID_SOLUTION, Law
from particle_sim.transport.sphere import SphereTransport
from particle_sim.transport.table import table_of
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
"""Properties of the material that may differ from cell to cell, and :data:`FALL` besides."""
DESIGN_NAMES = (
    "active_loading",
    "electrode_area",
    "film_resistance",
    "metal_exchange_current_density",
)
"""Properties of the design that may. The area cancels from everything per active mass."""

SCAN = 65
"""Surface fillings at which the voltage is looked at before the cut-off is closed in on."""
PATH = 513
"""Places along a run at which the voltage is looked at where it takes the mean filling too."""
_HALVINGS = 24


class HalfCellEnd(enum.IntEnum):
    """Why a half cell stopped; the values stand in ``end``."""

    TIME = 0
    EMPTY = 1
    FULL = 2
    LOWER_VOLTAGE = 3
    UPPER_VOLTAGE = 4


@dataclass(frozen=True, kw_only=True)
class HalfCellBatch(BatchRun):
    """Results of n half cells; (n, k) at k equal parts of each run, (n, 0) without an output.

    What it shares with :class:`BatchRun` means the same; ``end`` holds :class:`HalfCellEnd` codes.
    """

    capacity: Array
    """Until the end [A h/kg of active mass] (n,)"""
    voltage: Array
    """[V] (n, k)"""
    capacity_grid: Array
    """[A h/kg] (n, k)"""


@dataclass(frozen=True, kw_only=True)
class Cells:
    """What turns a surface filling into a voltage, one value per cell (n,)."""

    cell: HalfCellVoltage
    half: Array
    """Exchange current at half filling [A/m2]"""
    current: Array
    """Per true particle surface [A/m2], positive on discharge"""
    drop: Array
    """Of the metal and the film [V]"""

    stress: Array
    """R T k/F, which stress takes off the potential per filling between surface and mean [V]"""

    def voltage(
        self, filling: Array, mean: Array, cells: slice | NDArray[np.intp] = slice(None)
    ) -> Array:
        """[V] of cells at surface and mean fillings (n, k), or (1, k) for all."""
        current, half = self.current[cells, None], self.half[cells, None]
        drop = self.cell.kinetic(filling, current, half) + self.drop[cells, None]
        shift = self.stress[cells, None] * (filling - mean)
        return np.asarray(self.cell.at_rest(filling) - shift - drop)


def half_cell_batch(
    material: Material,
    design: CellDesign | None = None,
    *,
    c_rate: Array,
    values: Mapping[str, Array] | None = None,
    direction: Direction = Direction.DISCHARGE,
    law: Law = SOLID_SOLUTION,
    temperature: float = REFERENCE_TEMPERATURE,
    output: int = 0,
    error: float = ERROR,
    engine: Engine = Engine.AUTOMATIC,
) -> HalfCellBatch:
    """Charge or discharge n half cells at constant current from rest to their cut-off.

    ``c_rate`` (n,) [1/h] of the material's printed 1C. ``values``: drawn magnitudes (n,) in SI
    units by property name, of the material or the design; what is not given keeps its central
    value. Every cell starts from rest at the opposite cut-off, as :func:`solve_cell` does.
    ``output`` = k asks for curves at k equal parts of each run. Isothermal, one particle size,
    stress of a free sphere with constant modulus. Drawn values scale the ``law``'s diffusivity: D
    as a whole, elasticity, strain and c_max its drift; a drawn ``diffusivity_fall`` bends it
    (:mod:`particle_sim.studies.drawn_falls`), without stress drift.

    A cell whose voltage is past the cut-off at once has capacity 0. Raises :class:`InputError`
    for an unknown name, a wrong number of values, one that is not allowed, or a law that comes
    down to no diffusivity.
    """
    rates, given = rates_of(material, c_rate), dict(values or {})
    cell = half_cell(material, design=design)
    falls = given.pop(FALL, None)
    drawn = drawn_of(cell, given, len(rates))
    solve = partial(
        _alike,
        cell,
        direction=direction,
        temperature=temperature,
        output=output,
        advanced=partial(advance, error=error, engine=engine),
    )
    if falls is None:
        return solve(rates, drawn, law.in_sphere(material, temperature))
    falls = _one_for_each(material.name, FALL, falls, len(rates))
    return joined(
        (each.rows, solve(rates[each.rows], each.part(drawn), each.carried, own=each))
        for each in bent(material, law, temperature, falls)
    )


def _alike(
    cell: Cell,
    rates: Array,
    drawn: Mapping[str, Array],
    carried: SphereTransport,
    *,
    own: Bent | None = None,
    direction: Direction,
    temperature: float,
    output: int,
    advanced: Callable[..., BatchRun],
) -> HalfCellBatch:
    """Half cells that share the tables of a diffusivity."""
    discharge = direction is Direction.DISCHARGE
    lower, upper = cell.voltage_limits
    start = rest_state(cell, upper if discharge else lower, temperature).positive
    specific = rates * drawn["one_c_current"]
    spheres = spheres_of(cell.material, drawn, start, carried)
    cells = cells_of(cell, drawn, specific if discharge else -specific, spheres, temperature)
    spheres = spheres if own is None else own.spheres(spheres)
    flux = -cells.current / FARADAY
    hours = drawn["maximum_concentration"] * FARADAY / (3600 * drawn["density"]) / specific
    knots = np.stack([np.zeros_like(hours), LONGEST * 3600 * hours], axis=1)
    last = 1.0 if discharge else 0.0
    solve = partial(advanced, spheres, knots, np.stack([flux] * 2, axis=1))
    path = start + (last - start) * np.linspace(0, 1, SCAN)[None]
    mean = path
    if cells.stress.any():
        whole = solve(output=PATH)
        path, mean = whole.surface_site_fraction, whole.mean_site_fraction
    stop = cut_off_filling(cells, path, mean, (lower if discharge else upper, last))
    run = solve(limits=(0.0, stop) if discharge else (stop, 1.0), output=output)
    return _in_cells(run, cells, specific, _ends(run.end, stop, discharge))


def _in_cells(
    run: BatchRun, cells: Cells, specific: Array, end: NDArray[np.int64]
) -> HalfCellBatch:
    return HalfCellBatch(
        **{**vars(run), "end": end},
        capacity=specific * run.time_end / 3600,
        voltage=cells.voltage(run.surface_site_fraction, run.mean_site_fraction),
        capacity_grid=specific[:, None] * run.time / 3600,
    )


def rates_of(material: Material, c_rate: Array) -> Array:
    """Checked C-rates (n,)."""
    rates = np.atleast_1d(np.asarray(c_rate, dtype=float))
    if rates.ndim != 1 or not np.all((rates > 0) & np.isfinite(rates)):
        raise InputError(f"{material.name}: c_rate must be positive numbers (n,); check it.")
    return rates


def drawn_of(cell: Cell, values: Mapping[str, Array], count: int) -> dict[str, Array]:
    """Every property as (n,): drawn where given, else the central value."""
    known = (*MATERIAL_NAMES, *DESIGN_NAMES)
    where = cell.material.name
    problems = [
        f"{where}: {name} cannot be drawn for a half cell; {closest(name, known)}"
        for name in values
        if name not in known
    ]
    refuse(problems)
    drawn = {name: np.full(count, cell.material.value(name)) for name in MATERIAL_NAMES}
    drawn |= {name: np.full(count, cell.design.value(name)) for name in DESIGN_NAMES}
    for name, given in values.items():
        array = _one_for_each(where, name, given, count)
        drawn[name] = _checked(where, name, array, float(drawn[name][0]))
    return drawn


def _one_for_each(where: str, name: str, given: Array, count: int) -> Array:
    array = np.asarray(given, dtype=float)
    if array.shape != (count,):
        raise InputError(
            f"{where}: {name} has the shape {array.shape}; give one value for each of the "
            f"{count} c_rates."
        )
    return array


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


def cells_of(
    cell: Cell,
    drawn: Mapping[str, Array],
    specific: Array,
    spheres: Spheres,
    temperature: float,
) -> Cells:
    """``specific`` [A/kg], positive on discharge."""
    areal, metal = specific * drawn["active_loading"], drawn["metal_exchange_current_density"]
    return Cells(
        cell=half_cell_voltage(cell, temperature),
        half=drawn["exchange_current_density"],
        current=specific * drawn["density"] * drawn["particle_radius"] / 3,
        drop=series_drop(areal, metal, drawn["film_resistance"], temperature),
        stress=GAS_CONSTANT * temperature / FARADAY * np.asarray(spheres.drift),
    )


def cut_off_filling(cells: Cells, path: Array, mean: Array, limit: tuple[float, float]) -> Array:
    """First surface filling along ``path`` (n, k), or (1, k), with the voltage past a limit (n,).

    ``limit``: the voltage, and the surface filling to answer where it never gets there. Between
    two places of the path the mean filling goes straight.
    """
    voltage, last = limit
    count = len(cells.current)
    stop = np.full(count, last)
    sign = np.sign(cells.current[0])
    for first in range(0, count, 4096):
        some = np.arange(first, min(first + 4096, count))
        own = [each if len(each) == 1 else each[some] for each in (path, mean)]
        past = sign * (cells.voltage(own[0], own[1], some) - voltage) <= 0
        found, index = past.any(axis=1), np.argmax(past, axis=1)
        rows = np.arange(len(some)) if len(own[0]) > 1 else np.zeros_like(some)
        before = np.maximum(index - 1, 0)
        ends = [(each[rows, before], each[rows, index]) for each in own]
        low, high = np.zeros(len(some)), np.ones(len(some))
        for _ in range(_HALVINGS):
            middle = 0.5 * (low + high)
            surface, whole = ((a + middle * (b - a))[:, None] for a, b in ends)
            over = sign * (cells.voltage(surface, whole, some)[:, 0] - voltage) <= 0
            low, high = np.where(over, low, middle), np.where(over, middle, high)
        left, right = ends[0]
        stop[some] = np.where(found, left + high * (right - left), last)
    return stop


def spheres_of(
    material: Material, drawn: Mapping[str, Array], start: float, carried: SphereTransport
) -> Spheres:
    """Particles of uniform filling ``start`` with the drawn properties (n,)."""
    part = {name: values / material.value(name) for name, values in drawn.items() if name in _OWN}
    stretch = material["volume_change"].stretch(drawn["volume_change"])
    stiffness = part["youngs_modulus"] * (1 - material.value("poisson_ratio"))
    return Spheres(
        radius=drawn["particle_radius"],
        diffusivity=carried.scale * part["diffusivity"],
        maximum_concentration=drawn["maximum_concentration"],
        initial_site_fraction=np.full(len(stretch), start),
        shape=carried.shape,
        mobile=carried.mobile,
        drift=carried.drift
        * stretch**2
        * stiffness
        / (1 - drawn["poisson_ratio"])
        / part["maximum_concentration"],
        strain=table_of(material["chemical_strain"]),
        strain_scale=stretch,
        youngs_modulus=drawn["youngs_modulus"],
        poisson_ratio=drawn["poisson_ratio"],
    )


_OWN = ("diffusivity", "maximum_concentration", "youngs_modulus")
"""Properties whose share of the central value a drawn sphere is scaled by."""


def _ends(end: NDArray[np.int64], stop: Array, discharge: bool) -> NDArray[np.int64]:
    """The cut-off filling stands for the voltage, unless it is the end of the window."""
    surface, voltage, last = (
        (BatchEnd.FULL, HalfCellEnd.LOWER_VOLTAGE, 1.0)
        if discharge
        else (BatchEnd.EMPTY, HalfCellEnd.UPPER_VOLTAGE, 0.0)
    )
    return np.where((end == surface) & (stop != last), int(voltage), end)
