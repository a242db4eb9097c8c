"""What PyBaMM is told about a cell, and where a cell's own numbers come from."""

from __future__ import annotations

import dataclasses
import math
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import particle_sim as ps
from particle_sim.cell.bpx_export import _porous
from particle_sim.cell.design import load_cell_design, with_values
from particle_sim.cell.electrolyte import load_electrolyte
from particle_sim.cell.half_cell import END_MARGIN
from particle_sim.cell.parameters import pybamm_parameters
from particle_sim.cell.voltage import potential_table
from particle_sim.constants import REFERENCE_TEMPERATURE
from particle_sim.errors import InputError

HE_V = ps.load_material("he_v")
CELL = ps.half_cell(HE_V)
NO_PYBAMM = SimpleNamespace(Interpolant=lambda x, y, at, name: np.interp(at, x, y))


def told(filling: float = 0.2) -> dict[str, Any]:
    return pybamm_parameters(CELL, NO_PYBAMM, filling=filling, temperature=REFERENCE_TEMPERATURE)


def test_exchange_current_is_the_materials_at_half_filling() -> None:
    """j0 = j_half sqrt(c_e/c_e0) sqrt(y (1 - y)/(y_h (1 - y_h))), Na1.306 to Na4.2 on 4.2 sites."""
    exchange = told()["Positive electrode exchange-current density [A.m-2]"]
    half, salt = HE_V.value("exchange_current_density"), CELL.design.value("salt_concentration")
    assert exchange(salt, 0.5, 1.0, None) == pytest.approx(half)
    assert exchange(4 * salt, 0.5, 1.0, None) == pytest.approx(2 * half)
    y, y_half = ((1.306 + part * 2.894) / 4.2 for part in (0.1, 0.5))
    share = math.sqrt(y * (1 - y) / (y_half * (1 - y_half)))
    assert exchange(salt, 0.1, 1.0, None) == pytest.approx(half * share)


def test_the_metal_exchanges_with_the_root_of_the_salt() -> None:
    exchange = told()["Exchange-current density for lithium metal electrode [A.m-2]"]
    salt = CELL.design.value("salt_concentration")
    own = CELL.design.value("metal_exchange_current_density")
    assert exchange(salt, None, None) == pytest.approx(own)
    assert exchange(4 * salt, None, None) == pytest.approx(2 * own)


def test_resistance_concentration_and_pores_are_those_of_the_cell() -> None:
    """60 ohm cm2 over 1.13 cm2; a filling of 0.2; Bruggeman's 3/2 in every porous layer."""
    given = told(0.2)
    assert given["Contact resistance [Ohm]"] == pytest.approx(
        CELL.design.value("film_resistance") / CELL.design.value("electrode_area")
    )
    assert given["Initial concentration in positive electrode [mol.m-3]"] == pytest.approx(
        0.2 * HE_V.maximum_concentration
    )
    exponents = {value for name, value in given.items() if "Bruggeman" in name}
    assert exponents == {1.5}
    assert given["Lower voltage cut-off [V]"] < given["Upper voltage cut-off [V]"]


def test_the_potential_reaches_half_a_volt_past_both_cut_offs() -> None:
    filling, voltage = potential_table(CELL)
    lower, upper = CELL.voltage_limits
    assert np.all(np.diff(filling) > 0)
    assert np.all(np.diff(voltage) < 0)
    assert voltage[-1] < lower < upper < voltage[0]
    inside = (filling > 1e-3) & (filling < 1 - 1e-3)
    assert HE_V.potential(filling[inside]) == pytest.approx(voltage[inside], abs=1e-6)


@pytest.mark.parametrize(("voltage", "filling"), [(9.0, END_MARGIN), (0.0, 1 - END_MARGIN)])
def test_a_rest_beyond_the_window_stays_inside_it(voltage: float, filling: float) -> None:
    assert CELL.rest_filling(voltage) == filling


def test_cut_offs_are_the_designs_own_or_the_materials() -> None:
    own = (HE_V.value("lower_voltage"), HE_V.value("upper_voltage"))
    assert CELL.voltage_limits == own
    full = with_values(load_cell_design("sodium_full_cell"), lower_voltage=1.75)
    assert dataclasses.replace(CELL, design=full).voltage_limits == (1.75, own[1])


def test_a_table_is_read_at_the_salts_concentration() -> None:
    """The fits at 1 mol/L: 1.297 - 2.51 + 3.329 S/m, and 0.8794 - 3.972 + 4.862 1e-10 m2/s."""
    electrolyte = load_electrolyte("lipf6_ec_emc")
    conductivity = 0.1297 - 2.51 + 3.329
    assert electrolyte.value("electrolyte_conductivity") == pytest.approx(conductivity, rel=1e-3)
    diffusivity = 0.8794e-10 - 3.972e-10 + 4.862e-10
    assert electrolyte.value("electrolyte_diffusivity") == pytest.approx(diffusivity, rel=1e-3)


def test_a_table_is_in_si_units(tmp_path: Path) -> None:
    text = Path(load_electrolyte("lipf6_ec_emc").path).read_text("utf-8")
    start = text.index("[properties.electrolyte_conductivity]")
    head, tail = text[:start], text[start:].replace('unit = "S/m"', 'unit = "mS/cm"', 1)
    path = tmp_path / "weak.toml"
    path.write_text(head + tail, "utf-8")
    function = load_electrolyte(str(path)).properties["electrolyte_conductivity"].function
    assert float(function(np.array(1000.0))) == pytest.approx(0.09487, rel=1e-3)


CELLS = Path(load_cell_design("lithium_half_cell").path)


def cell_file(folder: Path, old: str, new: str) -> str:
    text = CELLS.read_text("utf-8")
    assert old in text
    path = folder / "own.toml"
    path.write_text(text.replace(old, new, 1), "utf-8")
    return str(path)


def test_a_number_in_the_cells_file_wins_over_the_electrolytes(tmp_path: Path) -> None:
    own = """[properties.transference_number]
value = 0.4
unit = "1"
evidence = "assumed"
source = "judgement"

[properties.porosity]"""
    path = cell_file(tmp_path, "[properties.porosity]", own)
    design = load_cell_design(path)
    assert design.electrolyte.value("transference_number") != 0.4
    assert design.value("transference_number") == 0.4


def test_solid_and_pores_fill_the_electrode_at_most(tmp_path: Path) -> None:
    active = load_cell_design("lithium_half_cell").value("active_volume_fraction")
    head, name, tail = CELLS.read_text("utf-8").partition("[properties.porosity]")
    tail = re.sub(r"value = .*", f"value = {1.01 - active:.3f}", tail, count=1)
    tail = re.sub(r"range = .*", "range = [0.1, 0.9]", tail, count=1)
    path = tmp_path / "full.toml"
    path.write_text(head + name + tail, "utf-8")
    with pytest.raises(InputError, match="together they must not exceed 1"):
        load_cell_design(str(path))


def test_transport_efficiency_of_bpx_is_bruggemans() -> None:
    """eps^b, 0.25^1.5 = 0.125."""
    layer = "Separator"
    known = {"thickness [m]": 1e-5, "porosity": 0.25, "Bruggeman coefficient (electrolyte)": 1.5}
    found = _porous({f"{layer} {name}": value for name, value in known.items()}, layer)
    assert found["Transport efficiency"] == pytest.approx(0.125)
