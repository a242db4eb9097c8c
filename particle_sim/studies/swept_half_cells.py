"""Many half cells under a swept voltage: PyBaMM's single-particle half cell, without PyBaMM.

The voltage is given, so that the current is what is looked for. In every step of backward Euler
the sphere leaves theta_s = free - response q at its surface, q = N R/(D c_max), and

    V(t) = U(theta_s) - S (theta_s - <theta>) - eta(j, j0(theta_s)) - eta(i, i_metal) - i R_film

(:mod:`particle_sim.cell.voltage`) falls with theta_s: one number per cell and step, between its
bounds by halving.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from particle_sim.batch.advance import Spheres, shapes_of
from particle_sim.batch.mesh import RadialElements, graded_elements
from particle_sim.batch.numpy_step import Factors, diffusivity
from particle_sim.cell.half_cell import half_cell
from particle_sim.constants import FARADAY, REFERENCE_TEMPERATURE
from particle_sim.errors import InputError
from particle_sim.plausible.draws import MaterialDraws
from particle_sim.studies.half_cell_batch import (
    DESIGN_NAMES,
    MATERIAL_NAMES,
    Cells,
    cells_of,
    drawn_of,
    spheres_of,
)
from particle_sim.transport.kinetics import series_drop
from particle_sim.transport.laws import SOLID_SOLUTION
from particle_sim.units import Array

ELEMENTS, SURFACE = 12, 5e-3
"""Of the radius, and the outermost one's share of it"""
STEP = 1e-3
"""Of the voltage [V]; what a peak's place may be off by"""
_HALVINGS = 46
"""Of the surface filling, to 1e-14: between plateaus U falls by a volt over 1e-10."""


@dataclass(frozen=True, kw_only=True)
class Sweeps:
    """n half cells swept up and down; the current is anodic positive [A/kg] (n, m)."""

    voltage: Array
    """[V] (m,), up and then down"""
    current: Array
    turn: int
    """First place of the downward branch"""

    def peak(self, *, anodic: bool) -> tuple[Array, Array]:
        """(Voltage [V], |current| [A/kg]) of the largest current of a branch (n,).

        nan where it is the branch's first or last: the peak lies outside the window.
        """
        part = slice(0, self.turn) if anodic else slice(self.turn, None)
        current = self.current[:, part] * (1 if anodic else -1)
        top = np.argmax(current, axis=1)
        inside = (top > 0) & (top < current.shape[1] - 1)
        height = np.where(inside, current.max(axis=1), np.nan)
        return np.where(inside, self.voltage[part][top], np.nan), height


def swept_half_cells(draws: MaterialDraws, scan_rate: float, window: tuple[float, float]) -> Sweeps:
    """One half cell a draw, from rest at the lower end of ``window`` [V] up and down again.

    ``scan_rate`` [V/s]. Isothermal solid solutions of one particle size in steps of 1 mV, without
    a double layer. First order in time: a peak comes up to 1 mV late, and 1 % low where it is 50 mV
    wide.
    Raises :class:`InputError` for a window or scan rate that is none.
    """
    low, high = window
    if not (0 < scan_rate < np.inf and -np.inf < low < high < np.inf):
        raise InputError(
            f"The sweep goes from {low:g} to {high:g} V at {scan_rate:g} V/s; give a lower end, a "
            "higher one and a positive rate."
        )
    material, kelvin = draws.material, REFERENCE_TEMPERATURE
    cell = half_cell(material)
    felt = {n: v for n, v in draws.values.items() if n in (*MATERIAL_NAMES, *DESIGN_NAMES)}
    count = len(draws.values["diffusivity"])
    drawn = drawn_of(cell, felt, count)
    carried = SOLID_SOLUTION.in_sphere(material, kelvin)
    rest = cells_of(
        cell,
        drawn,
        np.zeros(count),
        spheres_of(material, drawn, 0.5, carried),
        kelvin,
    )
    start = float(np.interp(low, rest.cell.potential[::-1], rest.cell.filling[::-1]))
    spheres = spheres_of(material, drawn, start, carried)
    steps = round((high - low) / STEP)
    up = np.linspace(low, high, steps + 1)
    voltage = np.concatenate([up, up[-2::-1]])
    march = _March(spheres, rest, drawn, (high - low) / steps / scan_rate)
    current = [np.zeros(count), *(march.advance(each) for each in voltage[1:])]
    return Sweeps(voltage=voltage, current=np.stack(current, axis=1), turn=steps + 1)


class _March:
    """Spheres and the equal steps they take."""

    def __init__(
        self, spheres: Spheres, cells: Cells, drawn: dict[str, Array], seconds: float
    ) -> None:
        self.elements: RadialElements = graded_elements(SURFACE, 1.0, ELEMENTS)
        self.shapes, self.cells = shapes_of(spheres), cells
        self.drift = np.asarray(spheres.drift)
        self.length = seconds * spheres.diffusivity / spheres.radius**2
        per_flux = spheres.diffusivity * spheres.maximum_concentration / spheres.radius
        self.density = FARADAY * per_flux
        """Of current per q, of particle surface [A/m2]"""
        self.specific = self.density * 3 / (drawn["density"] * spheres.radius)
        self.loading = drawn["active_loading"]
        self.series = drawn["metal_exchange_current_density"], drawn["film_resistance"]
        nodes = len(self.elements.nodes)
        self.theta = np.repeat(spheres.initial_site_fraction[None], nodes, axis=0)

    def advance(self, voltage: float) -> Array:
        """One step to ``voltage``; the anodic current per mass (n,)."""
        d, integral = diffusivity(self.shapes, self.theta, self.drift)
        factors = Factors(self.elements, 1 / self.length, d)
        right = -self.elements.whole_stiffness @ integral
        vertex, response = factors.eliminate(right)
        free = self.theta[-1] + vertex[-1] * response
        flux = self._flux(voltage, free, response)
        vertex[-1] -= flux
        change = factors.substitute(right, vertex)
        change += -3 * self.length * flux - self.elements.volumes @ change
        self.theta = self.theta + change
        return self.specific * flux

    def _flux(self, voltage: float, free: Array, response: Array) -> Array:
        """q at which the cell has the ``voltage``."""
        mean = self.elements.volumes @ self.theta
        low, high = np.zeros_like(free), np.ones_like(free)
        for _ in range(_HALVINGS):
            middle = 0.5 * (low + high)
            flux = (free - middle) / response
            over = self._voltage(middle, mean - 3 * self.length * flux, flux) > voltage
            low, high = np.where(over, middle, low), np.where(over, high, middle)
        return np.asarray((free - 0.5 * (low + high)) / response)

    def _voltage(self, surface: Array, mean: Array, flux: Array) -> Array:
        cells, areal = self.cells, self.specific * flux * self.loading
        rest = cells.cell.at_rest(surface) - cells.stress * (surface - mean)
        with np.errstate(divide="ignore", invalid="ignore"):
            kinetic = cells.cell.kinetic(surface, -self.density * flux, cells.half)
        return np.asarray(
            rest - kinetic - series_drop(-areal, *self.series, cells.cell.temperature)
        )
