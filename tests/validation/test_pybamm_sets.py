"""Do our materials work as PyBaMM parameter sets, by name and without importing particle_sim?"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import particle_sim as ps
from particle_sim.cell import pybamm_sets
from particle_sim.cell.provenance import as_text, provenance_table
from particle_sim.cell.pybamm_module import import_pybamm
from particle_sim.cell.pybamm_sets import GROUP, entry_point_lines, set_names
from particle_sim.materials.load import load_record
from particle_sim.materials.property import Evidence

ROOT = Path(__file__).parents[2]
HALF, FULL, LITHIUM, POTASSIUM = "he_v", "he_v_hard_carbon", "lfp", "kfemn_pba"
BASIC_DFN = "BasicDFN"
EXTRAPOLATION = pytest.mark.filterwarnings(
    "ignore:While solving .* extrapolation occurred.*:pybamm.SolverWarning"
)
"""PyBaMM says so when the hard carbon is emptied; its own Chayambuka2022 does the same."""


def written_lines() -> list[str]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return [f'{n} = "{v}"' for n, v in settings["project"]["entry-points"][GROUP].items()]


@cache
def entry_points() -> dict[str, EntryPoint]:
    """As an installer reads them from ``pyproject.toml``."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    lines = settings["project"]["entry-points"][GROUP]
    return {n: EntryPoint(name=n, value=v, group=GROUP) for n, v in lines.items()}


@cache
def values_of(name: str) -> Any:
    return import_pybamm().ParameterValues(entry_points()[name].load()())


@cache
def discharge(name: str, model: str) -> Any:
    pybamm = import_pybamm()
    if model == BASIC_DFN:
        chosen = pybamm.sodium_ion.BasicDFN()
    else:
        options = {} if name == FULL else {"working electrode": "positive"}
        chosen = getattr(pybamm.lithium_ion, model)(options)
    simulation = pybamm.Simulation(chosen, parameter_values=values_of(name))
    return simulation.solve([0, 7200])


def test_every_simulable_material_has_its_lines() -> None:
    missing = sorted(set(entry_point_lines()) - set(written_lines()))
    stale = sorted(set(written_lines()) - set(entry_point_lines()))
    assert not missing, "add to pyproject.toml:\n" + "\n".join(missing)
    assert not stale, "remove from pyproject.toml:\n" + "\n".join(stale)


def test_sodium_materials_have_two_sets_and_others_one() -> None:
    names = set(set_names())
    assert {HALF, FULL, LITHIUM, POTASSIUM} <= names
    assert f"{LITHIUM}_hard_carbon" not in names
    assert all(name.isidentifier() for name in names)


def test_sets_are_made_when_asked_for() -> None:
    made = entry_points()[FULL].load()
    assert made.__name__ == FULL
    assert "Full cell with hard carbon of HE-V" in made.__doc__
    assert load_record("he_v").citation("zhang2025_hev") in made.__doc__


@pytest.mark.parametrize("name", ["he_vv", "__path__", "he_v_soft_carbon"])
def test_unknown_names_are_no_attributes(name: str) -> None:
    assert not hasattr(pybamm_sets, name)


@pytest.mark.parametrize(
    ("name", "model"),
    [
        (HALF, "SPM"),
        (HALF, "SPMe"),
        (HALF, "DFN"),
        (LITHIUM, "SPM"),
        (POTASSIUM, "SPM"),
        pytest.param(FULL, BASIC_DFN, marks=EXTRAPOLATION),
        pytest.param(FULL, "SPM", marks=EXTRAPOLATION),
        pytest.param(FULL, "DFN", marks=EXTRAPOLATION),
    ],
)
def test_a_set_runs_to_its_cut_off(name: str, model: str) -> None:
    solution = discharge(name, model)
    assert solution.termination == "event: Minimum voltage [V]"
    lower = values_of(name)["Lower voltage cut-off [V]"]
    assert float(solution["Voltage [V]"].entries[-1]) == pytest.approx(lower, abs=1e-3)


def check_same_model(one: Any, other: Any) -> None:
    """The same voltage at the same capacity, over the inner nine tenths."""
    charge = np.linspace(0.05, 0.95, 50) * one["Discharge capacity [A.h]"].entries[-1]
    curves = [
        np.interp(charge, run["Discharge capacity [A.h]"].entries, run["Voltage [V]"].entries)
        for run in (one, other)
    ]
    worst = float(np.abs(curves[0] - curves[1]).max())
    assert worst < 5e-3, f"{worst * 1e3:.1f} mV apart"


@EXTRAPOLATION
def test_basic_dfn_is_the_lithium_dfn() -> None:
    """Two models of PyBaMM, one set: the names mean the same in both."""
    check_same_model(discharge(FULL, BASIC_DFN), discharge(FULL, "DFN"))


@EXTRAPOLATION
def test_half_and_full_cell_are_not_the_same() -> None:
    with pytest.raises(AssertionError, match="mV apart"):
        check_same_model(discharge(FULL, "SPM"), discharge(HALF, "SPM"))


def test_a_set_gives_what_solve_cell_gives() -> None:
    """Without its film, which PyBaMM reads with the option "contact resistance" only."""
    from particle_sim.cell.design import load_cell_design, with_values

    design = with_values(load_cell_design(), film_resistance=0.0)
    run = ps.solve_cell(
        ps.half_cell(ps.load_material(HALF), design=design), ps.protocols.discharge(1.0)
    )
    solution = discharge(HALF, "SPM")
    mass = run.cell.active_mass
    capacity = float(solution["Discharge capacity [A.h]"].entries[-1]) / mass
    assert capacity == pytest.approx(run.capacity[-1], rel=2e-3)


@pytest.mark.parametrize("name", [HALF, FULL, LITHIUM])
def test_every_parameter_has_its_provenance(name: str) -> None:
    rows = {row.parameter: row for row in provenance_table(name)}
    assert set(rows) >= set(entry_points()[name].load()()) - {"chemistry", "citations"}
    known = {kind.value for kind in Evidence}
    assert all(row.evidence in known and row.source for row in rows.values())
    assert len(as_text(rows.values()).splitlines()) == len(rows) + 1


def test_provenance_is_the_files() -> None:
    rows = {row.parameter: row for row in provenance_table(FULL)}
    radius = rows["Positive particle radius [m]"]
    assert (radius.value, radius.unit, radius.our_property) == (2.5e-7, "m", "particle_radius")
    assert radius.plausible == pytest.approx((5e-8, 2e-6))
    assert (radius.evidence, radius.source) == ("assumed", "judgement")
    carbon = rows["Negative electrode OCP [V]"]
    assert (carbon.our_property, carbon.source) == ("Chayambuka2022", "chayambuka2022")
    thickness = rows["Negative electrode thickness [m]"]
    assert thickness.evidence == "derived"
    assert "negative_to_positive_ratio" in thickness.our_property
    metal = {row.parameter: row for row in provenance_table(HALF)}
    assert metal["Negative electrode OCP [V]"].our_property == "metal is the reference"
