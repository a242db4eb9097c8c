"""The impedance of a single-particle half cell against its closed form."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import particle_sim as ps
from particle_sim.cell import impedance as module
from particle_sim.cell.design import with_values
from particle_sim.cell.half_cell import Cell, CellModel
from particle_sim.cell.impedance import Impedance, charge_transfer_resistance
from particle_sim.constants import FARADAY, GAS_CONSTANT

FREQUENCIES = np.logspace(-4, 5, 28)
CAPACITY = 0.2
REFERENCE = Path(__file__).parent / "data" / "spherical_impedance.json"
Complex = NDArray[np.complex128]


def cell_of(name: str, model: CellModel = CellModel.SPM) -> Cell:
    return ps.half_cell(ps.load_material(name), model=model)


def surface_response(omega: Complex | NDArray[np.float64]) -> Complex:
    """c_s over J R/D of a sphere under J e^(i w t), omega = w R^2/D."""
    s = np.sqrt(1j * np.asarray(omega))
    return np.asarray(np.tanh(s) / (s - np.tanh(s)))


def closed_form(cell: Cell, found: Impedance, capacity: float = CAPACITY) -> Complex:
    """Film, metal with its double layer, and a surface with its own before a sphere [ohm m2]."""
    material, design = cell.material, cell.design
    omega = 2 * np.pi * found.frequency
    radius, diffusivity = (material.value(n) for n in ("particle_radius", "diffusivity"))
    theta = np.array(found.site_fraction)
    charged = FARADAY * diffusivity * material.maximum_concentration
    warburg = -material.potential.slope(theta) * radius / charged
    warburg = warburg * surface_response(omega * radius**2 / diffusivity)
    transfer = GAS_CONSTANT * 298.15 / (FARADAY * material["exchange_current_density"](theta))
    metal = GAS_CONSTANT * 298.15 / (FARADAY * design.value("metal_exchange_current_density"))
    surface = 3 * design.value("active_volume_fraction") * cell.electrode_thickness / radius
    return np.asarray(
        design.value("film_resistance")
        + 1 / (1 / metal + 1j * omega * capacity)
        + 1 / surface / (1j * omega * capacity + 1 / (transfer + warburg))
    )


def agrees(
    cell: Cell, state_of_charge: float, capacity: float = CAPACITY, within: float = 1e-3
) -> bool:
    """At every frequency."""
    found = ps.impedance(cell, FREQUENCIES, state_of_charge=state_of_charge)
    expected = closed_form(cell, found, capacity)
    return bool(np.abs(found.impedance / expected - 1).max() < within)


@pytest.mark.parametrize(
    ("name", "state_of_charge"),
    [("nvp", 0.3), ("nvp", 0.6), ("he_v", 0.3), ("he_v", 0.5), ("he_o3_li2024", 0.7)],
)
def test_half_cell_is_the_closed_form(name: str, state_of_charge: float) -> None:
    assert agrees(cell_of(name), state_of_charge)


def test_between_two_plateaus_the_table_of_the_potential_is_coarse() -> None:
    """HE-V's steps meet at 0.309; the 1200 voltages of the table leave its slope 0.5 % there."""
    assert agrees(cell_of("he_v"), 0.7, within=5e-3)


def test_another_double_layer_is_noticed() -> None:
    assert not agrees(cell_of("nvp"), 0.5, capacity=1.1 * CAPACITY)


@pytest.mark.parametrize("name", ["diffusivity", "exchange_current_density", "particle_radius"])
def test_another_input_is_noticed(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    cell = cell_of("he_o3_li2024")
    other = cell.material[name].with_magnitude(1.1 * cell.material.value(name))
    changed = replace(cell, material=cell.material.replaced(**{name: other}))
    real = module.pybamm_parameters

    def wrong(_: Cell, *rest: Any, **named: Any) -> dict[str, Any]:
        return real(changed, *rest, **named)

    monkeypatch.setattr(module, "pybamm_parameters", wrong)
    assert not agrees(cell, 0.5)


def test_the_sphere_of_the_closed_form_is_an_independent_one() -> None:
    """Amplitude and phase of the surface of a sphere under J e^(i w t), from a series of it."""
    for row in json.loads(REFERENCE.read_text("utf-8"))["rows"]:
        expected = row["csurf_re"] + 1j * row["csurf_im"]
        assert surface_response(row["omega_hat"]) == pytest.approx(expected, rel=1e-9)


def test_what_fast_and_slow_leave() -> None:
    """Film alone at the top; film, metal and charge transfer and R/(5 D) of diffusion below."""
    cell = cell_of("he_v")
    found = ps.impedance(cell, [1e-5, 1e7], state_of_charge=0.5)
    film = cell.design.value("film_resistance")
    assert found.impedance[1].real == pytest.approx(film, rel=1e-4)
    metal = GAS_CONSTANT * 298.15 / (FARADAY * cell.design.value("metal_exchange_current_density"))
    transfer = charge_transfer_resistance(cell, found.site_fraction)
    material = cell.material
    slope = -material.potential.slope(np.array(found.site_fraction))
    per_volume = FARADAY * material.maximum_concentration * cell.design.value("active_loading")
    per_volume /= material.value("density")
    diffusion = slope * material.value("particle_radius") ** 2 / 15
    diffusion /= material.value("diffusivity") * per_volume
    expected = film + metal + transfer + diffusion
    assert found.impedance[0].real == pytest.approx(expected, rel=1e-3)
    assert found.impedance[0].imag * 2e-5 * np.pi == pytest.approx(-slope / per_volume, rel=1e-3)


def test_apexes_are_those_of_the_arcs() -> None:
    """1/(2 pi R C) of the metal and of the particles, where diffusion is far below both."""
    cell = cell_of("nvp")
    design = with_values(cell.design, metal_exchange_current_density=20.0)
    cell = replace(cell, design=design)
    found = ps.impedance(cell, np.logspace(-1, 5, 301), state_of_charge=0.5)
    metal = 20.0 * FARADAY / (GAS_CONSTANT * 298.15)
    exchange = float(cell.material["exchange_current_density"](np.array(0.5)))
    arcs = [rate / (2 * np.pi * CAPACITY) for rate in (metal, metal * exchange / 20.0)]
    assert found.characteristic_frequencies == pytest.approx(arcs, rel=0.1)


@pytest.mark.parametrize("model", [each for each in CellModel if each is not CellModel.MPM])
def test_full_cells_have_one_in_every_model(model: CellModel) -> None:
    """Re Z falls with the frequency to what conducts at once, and the electrolyte adds to it."""
    cell = ps.full_cell(ps.load_material("nvp"), model=model)
    found = ps.impedance(cell, np.logspace(-3, 5, 17), state_of_charge=0.5)
    assert np.all(np.diff(found.impedance.real) < 0)
    film = cell.design.value("film_resistance")
    top = found.impedance.real[-1]
    if model is CellModel.SPM:
        assert top == pytest.approx(film, rel=1e-3)
    else:
        assert top > film
