"""Do PyBaMM's options on heat, surfaces and films say on our sets what we say without PyBaMM's?"""

from __future__ import annotations

import dataclasses
import sys
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import particle_sim as ps
from particle_sim.cell.design import with_values
from particle_sim.cell.film_constants import load_film_constants
from particle_sim.cell.half_cell import Cell
from particle_sim.cell.particle_damage import NEVER_DIFFUSED
from particle_sim.cell.pybamm_module import import_pybamm
from particle_sim.cell.pybamm_options import check_options, lacking, model_with
from particle_sim.cell.pybamm_sets import parameter_set, set_cell
from particle_sim.constants import FARADAY
from particle_sim.damage.sodium_films import SodiumFilms
from particle_sim.errors import InputError
from particle_sim.units import Array

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "docs" / "_tools"))

from pybamm_options import FULL, HALF, PAGE, ROWS, outcome, told

START = "Initial concentration in positive electrode [mol.m-3]"
CAPACITY = "Cell heat capacity [J.K-1.m-3]"
WARM = 318.15
HOURS = np.array([0.0, 1.0, 4.0, 100.0])


def simulated(name: str, options: dict[str, Any], **changes: Any) -> Any:
    """A simulation of the set with ``changes`` to its entries."""
    pybamm = import_pybamm()
    values = pybamm.ParameterValues(parameter_set(name)() | changes)
    return pybamm.Simulation(model_with(name, options), parameter_values=values)


# the table of the docs


TRIED = [
    row for row in ROWS if row.for_all or {"Marcus", "x-full"} & {str(v) for v in row.half.values()}
]
"""What the sets are made for, and two that do not run; the rest where the page is written."""


@pytest.mark.parametrize("row", TRIED, ids=lambda row: row.title)
def test_the_page_tells_what_an_option_does(row: Any) -> None:
    half = outcome(HALF, row)
    full = outcome(FULL, row) if row.for_all or half != "runs" else "runs"
    if row.for_all:
        assert full == "runs"
    line, left = told(row, half, full)
    page = PAGE.read_text("utf-8").splitlines()
    assert {line, *left} <= set(page)


def test_a_missing_entry_is_named_in_one_sentence() -> None:
    with pytest.raises(InputError, match=r"The set nvp has no Positive electrode reorg.*measured"):
        check_options("nvp", {"intercalation kinetics": "Marcus"})
    with pytest.raises(InputError, match=r"refuses.*'lump' is not recognized.*leave one of them"):
        check_options("nvp", {"thermal": "lump"})
    refused: list[dict[str, Any]] = [{"dimensionality": 1}, {"particle phases": ("2", "1")}]
    for options in refused:
        with pytest.raises(InputError, match=r"PyBaMM's SPM refuses these options of the set nvp"):
            check_options("nvp", options)
    assert lacking("nvp", {"thermal": "lumped"}) == ()


# heat


def check_capacity(name: str, told: float) -> None:
    """To rounding: the same sum over the same layers."""
    solution = simulated(name, {"thermal": "lumped"}).solve([0, 1])
    found = solution["Volume-averaged effective heat capacity [J.K-1.m-3]"].entries[0]
    assert told == pytest.approx(found, rel=1e-12)


@pytest.mark.parametrize("name", [HALF, FULL])
def test_the_stacks_heat_capacity_is_pybamms(name: str) -> None:
    check_capacity(name, parameter_set(name)()[CAPACITY])


def test_a_stack_of_another_loading_holds_another_heat() -> None:
    with pytest.raises(AssertionError):
        check_capacity(HALF, parameter_set(FULL)()[CAPACITY])


def without_film(name: str) -> Cell:
    cell = set_cell(name)
    return dataclasses.replace(cell, design=with_values(cell.design, film_resistance=0.0))


def check_warm(name: str, temperature: float) -> None:
    """Voltages at the same capacity of our cell at ``WARM``, 1 mV in the mean.

    The entropic change is a straight line in T, which leaves 0.2 mV at 20 K.
    """
    cell = without_film(name)
    run = ps.solve_cell(
        dataclasses.replace(cell, radial_points=20), ps.protocols.discharge(1.0), temperature=WARM
    )
    changes = {
        "Ambient temperature [K]": temperature,
        "Initial temperature [K]": temperature,
        START: run.positive.mean_site_fraction[0] * cell.material.maximum_concentration,
        "Upper voltage cut-off [V]": 9.0,
    }
    solution = simulated(name, {}, **changes).solve(np.linspace(0, run.time[-1], 200))
    charge = np.linspace(0.05, 0.95, 50) * run.capacity[-1]
    capacity = solution["Discharge capacity [A.h]"].entries / cell.active_mass
    voltage = np.interp(charge, capacity, solution["Voltage [V]"].entries)
    apart = np.abs(voltage - np.interp(charge, run.capacity, run.voltage)).mean()
    assert apart < 1e-3, f"{apart * 1e3:.2f} mV apart"


def test_a_warm_set_is_our_warm_cell() -> None:
    """Activation energies and the widths of the plateaus are those of ``solve_cell``."""
    check_warm("nfm_li2024", WARM)


def test_a_cold_set_is_not_our_warm_cell() -> None:
    with pytest.raises(AssertionError, match="mV apart"):
        check_warm("nfm_li2024", 298.15)


# double layer


@cache
def spectrum() -> tuple[Array, Any]:
    frequency = np.geomspace(1e-2, 1e5, 8)
    return frequency, ps.impedance(without_film(HALF), frequency)


def check_spectrum(**changes: float) -> None:
    """To 1e-6 of |Z|: the set's potential is straight between 2000 places, ours smooth."""
    pybamm, (frequency, ours) = import_pybamm(), spectrum()
    values = parameter_set(HALF)() | changes
    values[START] = ours.site_fraction * ours.cell.material.maximum_concentration
    found = pybamm.EISSimulation(
        model_with(HALF, {"surface form": "differential"}),
        parameter_values=pybamm.ParameterValues(values),
        var_pts={"x_n": 20, "x_s": 20, "x_p": 20, "r_n": 20, "r_p": 200},
    ).solve(frequency)
    area = ours.cell.design.value("electrode_area")
    apart = np.abs(np.asarray(found.impedance) * area / ours.impedance - 1).max()
    assert apart < 1e-6, f"{apart:.1e} apart"


def test_a_sets_impedance_is_ours() -> None:
    check_spectrum()


def test_another_double_layer_is_another_impedance() -> None:
    with pytest.raises(AssertionError, match="apart"):
        check_spectrum(**{"Positive electrode double-layer capacity [F.m-2]": 0.21})


# film on the hard carbon


@cache
def lost_to_the_film() -> Array:
    """Sodium [A h] in the film of the full cell at rest after ``HOURS``, by PyBaMM."""
    rest = simulated(
        FULL, {"SEI": "solvent-diffusion limited"}, **{"Current function [A]": 0.0}
    ).solve([0, 3600 * HOURS[-1]], t_interp=3600 * HOURS)
    return np.asarray(rest["Loss of capacity to negative SEI [A.h]"].entries)


def check_film(hours: Array) -> None:
    """Within 1 %, which the film that is there at the start, a hundredth, makes after 4 hours."""
    cell, given = set_cell(FULL), parameter_set(FULL)()
    area = cell.design.value("electrode_area")
    sites = (
        given["Maximum concentration in negative electrode [mol.m-3]"]
        * given["Negative electrode active material volume fraction"]
        * given["Negative electrode thickness [m]"]
        * FARADAY
        / 3600
    )
    central = SodiumFilms(
        **{name: np.array([prop.magnitude]) for name, prop in load_film_constants().items()}
    )
    carbon = np.array([sites * area / cell.active_mass])
    expected = central.on_carbon(carbon, hours[None, :])[0] * cell.active_mass
    assert lost_to_the_film() == pytest.approx(expected, rel=1e-2)


def test_the_carbons_film_is_that_of_our_full_cells() -> None:
    check_film(HOURS)


def test_a_film_that_grows_with_time_itself_is_another() -> None:
    with pytest.raises(AssertionError):
        check_film(HOURS**2)


# mechanics


def check_displacement(name: str, ours: str) -> None:
    """The surface moves as ours to 1e-6 of the way: one small linear strain in both."""
    pybamm, material = import_pybamm(), ps.load_material(ours)
    given = parameter_set(name)()
    given |= {
        START: 0.95 * given["Maximum concentration in positive electrode [mol.m-3]"],
        "Current function [A]": -given["Current function [A]"],
        "Upper voltage cut-off [V]": 9.0,
    }
    options = {"particle mechanics": "swelling only", **NEVER_DIFFUSED}
    solution = pybamm.Simulation(
        model_with(name, options), parameter_values=pybamm.ParameterValues(given)
    ).solve([0, 1800])
    found = solution["X-averaged positive particle surface displacement [m]"].entries
    radius = material.value("particle_radius")
    flux = material.value("one_c_current") * material.value("density") * radius / (3 * FARADAY)
    run = ps.solve_particle(
        ps.Particle(material=material, mesh=ps.shapes.sphere(radius=radius)),
        ps.constant_flux(flux, 1800.0, initial_site_fraction=0.95),
    )
    surface = np.argmax(run.displacement_nodes[:, 0])
    moved = run.displacement[[0, -1], surface, 0]
    assert np.abs(moved).min() > 1e-11
    assert found[[0, -1]] == pytest.approx(moved, rel=1e-6)


@pytest.mark.parametrize("name", ["nfm_li2024", "lfp"])
def test_the_surface_moves_as_that_of_our_sphere(name: str) -> None:
    """Sign and size, from the state that is free of deformation; volume straight in sodium."""
    check_displacement(name, name)


def test_the_surface_of_another_material_moves_otherwise() -> None:
    with pytest.raises(AssertionError):
        check_displacement("he_o3_li2024", "nfm_li2024")
