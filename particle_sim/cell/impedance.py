"""Impedance of a cell at rest: PyBaMM's own model, linearised and solved per frequency.

Of a single-particle half cell this is, per electrode area, with a = 3 eps/R, thickness L and
s = sqrt(i w R^2/D),

    Z = R_film + 1/(1/R_metal + i w C_dl) + 1/(a L) / (i w C_dl + 1/(R_ct + Z_D)),
    R_ct = R T/(F j0(theta)),   R_metal = R T/(F i_metal),
    Z_D = -(dU/dtheta) R/(F D c_max) tanh(s)/(s - tanh(s))

(a sphere's finite-space Warburg element; Jacobsen & West, Electrochim. Acta 40 (1995) 255).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from particle_sim.cell.balance import rest_state
from particle_sim.cell.half_cell import Cell
from particle_sim.cell.parameters import pybamm_parameters
from particle_sim.cell.pybamm_module import import_pybamm
from particle_sim.cell.solve import cell_options
from particle_sim.checks import arguments_checked
from particle_sim.constants import FARADAY, GAS_CONSTANT, REFERENCE_TEMPERATURE
from particle_sim.errors import ConvergenceError, InputError, one_line
from particle_sim.shown import shown, span
from particle_sim.units import Array

DOUBLE_LAYER = 0.2
"""Capacity of an electrode's surface [F/m2]; assumed, amid the 10 to 40 uF/cm2 of Bard & Faulkner,
Electrochemical Methods, 2nd ed. (2001), section 1.2.3."""

RADIAL_POINTS = 200
"""Per particle: a wave of the highest frequency dies out in a hundredth of the radius."""

SMOOTH = 1e-9
"""Of filling between two places of the potential's table, which a smooth curve then joins."""

SLOWEST, FASTEST = 1e-9, 1e9
"""Frequencies that are taken [Hz]"""


@shown
@dataclass(frozen=True, kw_only=True)
class Impedance:
    """A spectrum; ``impedance`` [ohm m2 of electrode] is complex (n,), capacitive below 0."""

    cell: Cell
    state_of_charge: float
    site_fraction: float
    """Of the positive electrode at rest"""
    temperature: float
    frequency: Array
    """[Hz] (n,)"""
    impedance: NDArray[np.complex128]

    @property
    def in_brief(self) -> dict[str, str]:
        """Of which cell, at which charge, between which frequencies, how large."""
        order = np.argsort(self.frequency)
        return {
            "spectrum": f"of {self.cell.material.title}, {self.cell.model.value}",
            "state of charge": f"{self.state_of_charge:.4g}",
            "frequencies": f"{len(self.frequency)} from {span(self.frequency[order])} Hz",
            "real part": f"{span(self.impedance.real[order])} ohm m2",
            "temperature": f"{self.temperature:.5g} K",
        }

    @property
    def characteristic_frequencies(self) -> tuple[float, ...]:
        """Where -Im Z has a local maximum [Hz], 1/(2 pi R C) of an arc, from fast to slow.

        None where the frequencies asked for show no apex.
        """
        order = np.argsort(-self.frequency)
        height = -self.impedance.imag[order]
        apex = (height[1:-1] > height[:-2]) & (height[1:-1] >= height[2:])
        return tuple(self.frequency[order][1:-1][apex].tolist())

    def to_dataset(self) -> xr.Dataset:
        """Nyquist and Bode data against the frequency, with units in attrs."""
        columns = {
            "real": (self.impedance.real, "ohm m2"),
            "imaginary": (self.impedance.imag, "ohm m2"),
            "modulus": (np.abs(self.impedance), "ohm m2"),
            "phase": (np.degrees(np.angle(self.impedance)), "degree"),
        }
        return xr.Dataset(
            {n: ("frequency", values, {"units": unit}) for n, (values, unit) in columns.items()},
            coords={"frequency": ("frequency", self.frequency, {"units": "Hz"})},
            attrs={"title": self.cell.material.title, "state_of_charge": self.state_of_charge},
        )


@arguments_checked
def impedance(
    cell: Cell,
    frequency: Array,
    *,
    state_of_charge: float = 0.5,
    temperature: float | None = None,
    double_layer: float = DOUBLE_LAYER,
) -> Impedance:
    """Impedance [ohm m2 of electrode] at ``frequency`` (n,) [Hz] of a cell at rest.

    ``state_of_charge`` is 0 at rest at the lower cut-off and 1 at the upper one, in between by
    charge; ``temperature`` [K], else 298.15. Both electrodes' surfaces have ``double_layer``
    [F/m2], assumed; inductance, dispersion of time constants and slow films are not in the model,
    so that an arc is a half circle and a measured one is flatter. Of the SPM, SPMe or DFN of the
    cell (half or full). The electrolyte's resistance is in SPMe and DFN only.

    >>> import particle_sim as ps
    >>> cell = ps.half_cell(ps.load_material("nvp"))
    >>> found = ps.impedance(cell, [1e-2, 1e5])
    >>> bool(found.impedance[0].real > found.impedance[1].real)
    True

    Raises :class:`InputError` for frequencies or a state of charge that are not allowed.
    """
    kelvin = REFERENCE_TEMPERATURE if temperature is None else temperature
    hertz = _checked(np.atleast_1d(np.asarray(frequency, dtype=float)), state_of_charge)
    if not 0 < double_layer < np.inf:
        raise InputError(
            f"The double layer's capacity is {double_layer:g} F/m^2; it must be positive and "
            "finite."
        )
    filling = filling_at(cell, state_of_charge, kelvin)
    found = _ohms(cell, hertz, (filling, kelvin), double_layer)
    return Impedance(
        cell=cell,
        state_of_charge=state_of_charge,
        site_fraction=filling,
        temperature=kelvin,
        frequency=hertz,
        impedance=found * cell.design.value("electrode_area"),
    )


def _ohms(
    cell: Cell, frequency: Array, start: tuple[float, float], double_layer: float
) -> NDArray[np.complex128]:
    """PyBaMM's spectrum [ohm]; ``start``: positive filling and temperature."""
    pybamm = import_pybamm()
    values = pybamm_parameters(
        cell, pybamm, filling=start[0], temperature=start[1], least_step=SMOOTH
    )
    for side in ("Positive", "Negative"):
        values[f"{side} electrode double-layer capacity [F.m-2]"] = double_layer
    model = getattr(pybamm.lithium_ion, cell.model.value)(
        {**cell_options(cell), "surface form": "differential"}
    )
    simulation = pybamm.EISSimulation(
        model,
        parameter_values=pybamm.ParameterValues(values),
        var_pts={"x_n": 20, "x_s": 20, "x_p": 20, "r_n": RADIAL_POINTS, "r_p": RADIAL_POINTS},
    )
    try:
        return np.asarray(simulation.solve(frequency).impedance, dtype=np.complex128)
    except (pybamm.SolverError, ValueError, ArithmeticError) as error:
        raise ConvergenceError(
            f"PyBaMM could not linearise {cell.material.title} ({one_line(str(error), 200)}).",
            last_state=None,
            residuals=(),
        ) from None


def filling_at(cell: Cell, state_of_charge: float, temperature: float) -> float:
    """Positive filling at rest, by charge between those of both cut-offs."""
    empty, full = (rest_state(cell, limit, temperature).positive for limit in cell.voltage_limits)
    return empty + state_of_charge * (full - empty)


def charge_transfer_resistance(
    cell: Cell, site_fraction: float, temperature: float = REFERENCE_TEMPERATURE
) -> float:
    """R T/(F j0(theta) a L) of the positive electrode [ohm m2 of electrode], a = 3 eps/R."""
    material = cell.material
    surface = (
        3
        * cell.design.value("active_volume_fraction")
        * cell.electrode_thickness
        / material.value("particle_radius")
    )
    exchange = float(material["exchange_current_density"](np.array(site_fraction), temperature))
    return GAS_CONSTANT * temperature / (FARADAY * exchange * surface)


def _checked(frequency: Array, state_of_charge: float) -> Array:
    inside = frequency.ndim == 1 and len(frequency) > 0
    if not inside or not np.all((frequency >= SLOWEST) & (frequency <= FASTEST)):
        raise InputError(
            f"The frequencies must be numbers (n,) from {SLOWEST:g} to {FASTEST:g} Hz; check them."
        )
    if not 0 <= state_of_charge <= 1:
        raise InputError(f"The state of charge is {state_of_charge:g}; it must lie in 0 to 1.")
    return frequency
