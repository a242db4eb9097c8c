"""What a full cell is made of: balance, thickness, limits, energy, electrolytes, refusals."""

from __future__ import annotations

import dataclasses
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import particle_sim as ps
from particle_sim.cell.balance import (
    cyclable_carrier,
    negative_thickness,
    positive_capacity,
    rest_state,
)
from particle_sim.cell.design import CellDesign, load_cell_design, with_values
from particle_sim.cell.electrolyte import electrolyte_names, load_electrolyte
from particle_sim.cell.full_cell import full_cell
from particle_sim.cell.half_cell import Cell
from particle_sim.cell.negative import hard_carbon, load_negative
from particle_sim.cell.parameters import pybamm_parameters
from particle_sim.cell.pybamm_module import import_pybamm
from particle_sim.cell.run import CellEnd, CellRun
from particle_sim.cell.solve import _end
from particle_sim.constants import FARADAY, GAS_CONSTANT, REFERENCE_TEMPERATURE
from particle_sim.errors import InputError

HE_V = ps.load_material("he_v")
FULL = load_cell_design("sodium_full_cell")
HALF = load_cell_design("sodium_half_cell")
ELECTROLYTES = Path(load_electrolyte("napf6_ec_pc").path).parent


def cell_with(**values: float) -> Cell:
    return full_cell(HE_V, design=with_values(FULL, **values))


def given(cell: Cell) -> Any:
    pybamm = import_pybamm()
    rest = rest_state(cell, 3.0)
    values = pybamm_parameters(
        cell, pybamm, filling=rest.positive, temperature=REFERENCE_TEMPERATURE
    )
    return pybamm.ParameterValues(values)


# balance


@pytest.mark.parametrize("ratio", [1.0, 1.1, 1.3])
def test_pybamm_counts_the_same_capacities(ratio: float) -> None:
    """PyBaMM's own Q = F A L eps c_max / 3600 of both electrodes has the ratio N/P."""
    pybamm = import_pybamm()
    cell = cell_with(negative_to_positive_ratio=ratio)
    param, values = pybamm.LithiumIonParameters(), given(cell)
    negative, positive = (values.evaluate(side.prim.Q_init) for side in (param.n, param.p))
    assert negative / positive == pytest.approx(ratio, rel=1e-9)
    assert positive == pytest.approx(positive_capacity(cell), rel=1e-9)


def test_negative_thickness_by_hand() -> None:
    """N/P of 20210 mol/m3 x 0.5 in 12.55 um against 14540 mol/m3 x 0.489."""
    cell = full_cell(HE_V)
    assert cell.negative is not None
    positive = 0.02 / (HE_V.value("density") * 0.5)
    expected = 1.1 * positive * 0.5 * HE_V.maximum_concentration / (0.489 * 14540)
    assert negative_thickness(cell, cell.negative) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("extra", [-0.1, 0.0, 0.3455])
@pytest.mark.parametrize("voltage", [3.3, 3.5, 3.7])
def test_rest_satisfies_both_equations(extra: float, voltage: float) -> None:
    cell = cell_with(negative_initial_sodium=extra)
    rest = rest_state(cell, voltage)
    assert cell.negative is not None
    assert rest.negative is not None
    made = (3.2 - HE_V.stoichiometry_min) / (HE_V.stoichiometry_max - HE_V.stoichiometry_min)
    assert rest.positive + 1.1 * rest.negative == pytest.approx(made + extra, abs=1e-9)
    upper = float(HE_V.potential(np.array(rest.positive)))
    lower = float(cell.negative.potential(np.array(rest.negative)))
    assert upper - lower == pytest.approx(voltage, abs=1e-6)


def test_rest_against_metal_has_no_negative_filling() -> None:
    rest = rest_state(ps.half_cell(HE_V), 3.0)
    assert rest.negative is None
    assert float(HE_V.potential(np.array(rest.positive))) == pytest.approx(3.0, abs=1e-6)


def test_cyclable_carrier_counts_pre_sodiation() -> None:
    presodiated = full_cell(HE_V, design=load_cell_design("sodium_full_cell_presodiated"))
    assert cyclable_carrier(presodiated) == pytest.approx(1.0, abs=2e-3)
    assert cyclable_carrier(full_cell(HE_V)) == pytest.approx(0.6545, abs=2e-3)


@pytest.mark.parametrize("extra", [-0.9, 2.0])
def test_more_carrier_than_room_is_refused(extra: float) -> None:
    with pytest.raises(InputError, match="change negative_initial_sodium, first_cycle_loss or"):
        cell_with(negative_initial_sodium=extra)


# runs


@cache
def discharged(extra: float) -> CellRun:
    cell = cell_with(negative_initial_sodium=extra, lower_voltage=2.0)
    return ps.solve_cell(cell, ps.protocols.discharge(0.2))


def check_conserved(run: CellRun, ratio: float) -> None:
    """What enters the positive electrode leaves the negative one, and is the capacity."""
    assert run.negative is not None
    entered = run.positive.mean_site_fraction - run.positive.mean_site_fraction[0]
    left = run.negative.mean_site_fraction[0] - run.negative.mean_site_fraction
    assert np.allclose(entered, ratio * left, atol=1e-5), "carrier is not conserved"
    assert np.allclose(entered * HE_V.specific_capacity, run.capacity, atol=0.02)


def test_carrier_is_conserved() -> None:
    check_conserved(discharged(0.0), 1.1)


def test_conservation_notices_another_ratio() -> None:
    with pytest.raises(AssertionError, match="not conserved"):
        check_conserved(discharged(0.0), 1.15)


def test_negative_flux_carries_the_current() -> None:
    """N = I / (F a A L) with a = 3 eps / R, positive out of the negative particle."""
    run = discharged(0.0)
    cell = run.cell
    assert cell.negative is not None
    assert run.negative is not None
    radius = float(cell.negative.values["Negative particle radius [m]"])
    surface = 3 * 0.489 / radius * negative_thickness(cell, cell.negative) * 1.13e-4
    expected = run.current[0] / (FARADAY * surface)
    assert np.allclose(run.negative.surface_flux.flux, expected, rtol=1e-6)


def test_own_limits_end_the_run() -> None:
    run = discharged(0.0)
    assert run.end is CellEnd.LOWER_VOLTAGE
    assert run.voltage[-1] == pytest.approx(2.0, abs=1e-3)


def test_dataset_holds_both_electrodes_and_the_energy() -> None:
    data = discharged(0.0).to_dataset()
    assert data.energy.values[0] == 0
    assert {"negative_mean_site_fraction", "negative_surface_site_fraction"} <= set(data.data_vars)
    assert all(variable.attrs["units"] for variable in data.data_vars.values())


def test_energy_of_a_falling_line() -> None:
    """V = 3 - Q/100 gives 3 Q - Q^2/200; trapezoids are exact on a line."""
    run = discharged(0.0)
    capacity = np.linspace(0, 100, 7)
    line = dataclasses.replace(run, capacity=capacity, voltage=3 - capacity / 100)
    assert np.allclose(line.energy, 3 * capacity - capacity**2 / 200, rtol=1e-12)


@pytest.mark.parametrize(
    ("text", "current", "end"),
    [
        ("event: Maximum negative particle surface stoichiometry", -1.0, CellEnd.NEGATIVE_FULL),
        ("event: Minimum negative particle surface stoichiometry", 1.0, CellEnd.NEGATIVE_EMPTY),
        ("event: Minimum positive particle surface stoichiometry", -1.0, CellEnd.EMPTY),
        ("event: Maximum positive particle surface stoichiometry", 1.0, CellEnd.FULL),
        ("event: Minimum voltage [V]", 1.0, CellEnd.LOWER_VOLTAGE),
    ],
)
def test_the_end_names_the_electrode(text: str, current: float, end: CellEnd) -> None:
    assert _end(text, current) is end


# hard carbon


def test_hard_carbon_is_pybamms() -> None:
    """The functions are the set's own objects and its tables the installed files."""
    pybamm = import_pybamm()
    own, theirs = hard_carbon(), pybamm.ParameterValues("Chayambuka2022")
    for key, value in own.values.items():
        assert value == theirs[key]
    measured = theirs["Negative electrode OCP [V]"](pybamm.Scalar(0.3)).evaluate()
    assert float(own.potential(np.array(0.3))) == pytest.approx(np.asarray(measured).item())


def test_unknown_negative_electrode() -> None:
    with pytest.raises(InputError, match="did you mean hard_carbon"):
        load_negative("hard_carbn")


# designs and electrolytes


@pytest.mark.parametrize(
    ("carrier", "name"),
    [("Na", "sodium_half_cell"), ("Li", "lithium_half_cell"), ("K", "potassium_half_cell")],
)
def test_default_half_cell_is_of_the_carrier(carrier: str, name: str) -> None:
    material = dataclasses.replace(HE_V, carrier=carrier)
    assert ps.half_cell(material).design.name == name


def test_magnesium_has_no_half_cell() -> None:
    with pytest.raises(InputError, match="no cell design for Mg is shipped, only for Na, Li, K"):
        ps.half_cell(dataclasses.replace(HE_V, carrier="Mg"))


def test_lithium_has_no_hard_carbon() -> None:
    with pytest.raises(InputError, match="known for Na only; use half_cell"):
        full_cell(dataclasses.replace(HE_V, carrier="Li"))


@pytest.mark.parametrize(
    ("make", "design", "fragment"),
    [
        (ps.half_cell, FULL, 'a half cell needs a design with kind = "half"'),
        (full_cell, HALF, 'a full cell needs a design with kind = "full"'),
        (ps.half_cell, load_cell_design("lithium_half_cell"), "choose an electrolyte for Na"),
    ],
)
def test_wrong_designs_are_refused(make: Any, design: CellDesign, fragment: str) -> None:
    with pytest.raises(InputError, match=fragment):
        make(HE_V, design=design)


def test_sodium_half_cell_has_its_numbers() -> None:
    """One design, whether a number stands in the cell's file or in its electrolyte's."""
    numbers = {
        "salt_concentration": 1000.0,
        "electrolyte_conductivity": 0.883,
        "electrolyte_diffusivity": 1e-10,
        "transference_number": 0.45,
        "thermodynamic_factor": 1.0,
        "film_resistance": 60e-4,
    }
    assert {name: HALF.value(name) for name in numbers} == pytest.approx(numbers)


def test_own_numbers_are_checked() -> None:
    assert with_values(FULL, film_resistance=0.0).value("film_resistance") == 0
    with pytest.raises(InputError, match="did you mean porosity"):
        with_values(FULL, porositty=0.3)
    with pytest.raises(InputError, match=r"porosity is 1\.5 1; it must lie between 0 and 1"):
        with_values(FULL, porosity=1.5)


@pytest.mark.parametrize("name", electrolyte_names())
def test_every_electrolyte_loads(name: str) -> None:
    electrolyte = load_electrolyte(name)
    assert electrolyte.name == name
    for prop in electrolyte.properties.values():
        at_rest = prop.function(np.array(electrolyte.value("salt_concentration")))
        assert float(at_rest) == pytest.approx(prop.magnitude, rel=1e-9)


def check_table(name: str, prop: str, reference: str, tolerance: float) -> None:
    """Our table against the function of PyBaMM's set, from 0.2 to 2 M."""
    pybamm = import_pybamm()
    key = {
        "electrolyte_conductivity": "Electrolyte conductivity [S.m-1]",
        "electrolyte_diffusivity": "Electrolyte diffusivity [m2.s-1]",
    }[prop]
    function = pybamm.ParameterValues(reference)[key]
    for concentration in (200.0, 420.0, 1000.0, 1350.0, 2000.0):
        theirs = np.asarray(function(pybamm.Scalar(concentration), None).evaluate()).item()
        ours = float(load_electrolyte(name).properties[prop].function(np.array(concentration)))
        assert abs(ours / theirs - 1) <= tolerance, f"{ours} against {theirs}"


@pytest.mark.parametrize(
    ("name", "prop", "reference", "tolerance"),
    [
        ("napf6_ec_pc", "electrolyte_conductivity", "Chayambuka2022", 1e-9),
        ("lipf6_ec_emc", "electrolyte_conductivity", "Chen2020", 5e-3),
        ("lipf6_ec_emc", "electrolyte_diffusivity", "Chen2020", 5e-3),
    ],
)
def test_electrolyte_tables_are_the_sources(
    name: str, prop: str, reference: str, tolerance: float
) -> None:
    check_table(name, prop, reference, tolerance)


def test_table_check_notices_another_electrolyte() -> None:
    with pytest.raises(AssertionError, match="against"):
        check_table("lipf6_ec_emc", "electrolyte_conductivity", "Chayambuka2022", 5e-3)


def test_lithium_exchange_current_is_the_sources() -> None:
    pybamm = import_pybamm()
    function = pybamm.ParameterValues("Xu2019")[
        "Exchange-current density for lithium metal electrode [A.m-2]"
    ]
    theirs = function(pybamm.Scalar(1000.0), pybamm.Scalar(1 / 1.3e-5), None)
    theirs = pybamm.ParameterValues({}).process_symbol(theirs).evaluate()
    ours = load_cell_design("lithium_half_cell").value("metal_exchange_current_density")
    assert ours == pytest.approx(np.asarray(theirs).item(), rel=2e-3)


def nernst_einstein(name: str) -> float:
    """2 t (1 - t) R T sigma / (F^2 c): the diffusivity of a salt that is fully dissociated."""
    value = load_electrolyte(name).value
    mobile = GAS_CONSTANT * REFERENCE_TEMPERATURE * value("electrolyte_conductivity")
    share = 2 * value("transference_number") * (1 - value("transference_number"))
    return share * mobile / (FARADAY**2 * value("salt_concentration"))


@pytest.mark.parametrize("name", ["napf6_ec_pc", "naclo4_ec_pc"])
def test_salt_diffusivity_fits_the_conductivity(name: str) -> None:
    assert load_electrolyte(name).value("electrolyte_diffusivity") == pytest.approx(
        nernst_einstein(name), rel=0.2
    )


def test_the_published_diffusivity_does_not() -> None:
    """Chayambuka2022's table gives a fifth of Nernst-Einstein at 1 M."""
    pybamm = import_pybamm()
    function = pybamm.ParameterValues("Chayambuka2022")["Electrolyte diffusivity [m2.s-1]"]
    published = np.asarray(function(pybamm.Scalar(1000.0), None).evaluate()).item()
    assert nernst_einstein("napf6_ec_pc") / published > 4


BROKEN = {
    "unknown electrolyte key": ("carrier =", "carier =", "carier is not a known key"),
    "falling concentration": ("[150.0, 500.0", "[500.0, 150.0", "it must increase strictly"),
    "short table": ("0.861, 0.76]", "0.861]", "no complete table"),
    "table not allowed": (
        'value = 0.45\nunit = "1"',
        'form = "table"\nunit = "1"',
        'has the form "table"; use constant',
    ),
    "negative conductivity": ("[0.404, 0.72", "[-0.404, 0.72", "it must be positive"),
    "no salt": ('value = 1.0\nunit = "mol/L"', 'unit = "mol/L"', "salt_concentration is missing"),
    "salt beyond the table": (
        'value = 1.0\nunit = "mol/L"',
        'value = 3.0\nunit = "mol/L"',
        "must cover the salt's concentration 3000",
    ),
    "salt in grams": (
        'value = 1.0\nunit = "mol/L"',
        'value = 1.0\nunit = "g/L"',
        "salt_concentration: the unit",
    ),
    "odd concentration unit": (
        "concentration = [150",
        'concentration_unit = "K"\nconcentration = [150',
        "concentration_unit: the unit",
    ),
    "unknown source": ('source = "chayambuka2022"', 'source = "chayambuka22"', "did you mean"),
    "wrong unit": ('unit = "m^2/s"', 'unit = "m/s"', "wrong dimension"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_broken_electrolyte_file(case: str, tmp_path: Path) -> None:
    old, new, fragment = BROKEN[case]
    text = (ELECTROLYTES / "napf6_ec_pc.toml").read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "mine.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError, match=r"mine\.toml: ") as caught:
        load_electrolyte(str(path))
    assert fragment in str(caught.value)


def test_unknown_electrolyte() -> None:
    with pytest.raises(InputError, match="did you mean napf6_ec_pc"):
        load_electrolyte("napf6_ecpc")


def test_own_electrolyte_beside_the_cell(tmp_path: Path) -> None:
    """A cell's file overrules its electrolyte's numbers."""
    salt = (ELECTROLYTES / "naclo4_ec_pc.toml").read_text(encoding="utf-8")
    (tmp_path / "salt.toml").write_text(salt, encoding="utf-8")
    cell = HALF.path.read_text(encoding="utf-8").replace("napf6_ec_pc", "salt.toml")
    cell += (
        '\n[properties.electrolyte_conductivity]\nvalue = 0.7\nunit = "S/m"\n'
        'evidence = "assumed"\nsource = "user"\n'
    )
    (tmp_path / "cell.toml").write_text(cell, encoding="utf-8")
    design = load_cell_design(str(tmp_path / "cell.toml"))
    assert design.electrolyte.name == "naclo4_ec_pc"
    assert design.value("electrolyte_conductivity") == 0.7
    assert design.value("transference_number") == 0.4
