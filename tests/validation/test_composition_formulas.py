"""Is every formula of the five papers read, or refused for a reason that stands here?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from particle_sim.composition.formula import parse_formula
from particle_sim.composition.report import CompositionReport, analyse, sentences
from particle_sim.errors import InputError

DATA = Path(__file__).parent / "data" / "formulas.json"
SYSTEMS: list[dict[str, Any]] = json.loads(DATA.read_text(encoding="utf-8"))

NO_FORMULA = {
    "mgconicuzn_lina_o_se": "it holds more than one formula; give one of them.",
    "na3vm_po4_3": "M is not an element; write the elements it stands for.",
    "lixmps3_se": "M is not an element; write the elements it stands for.",
    "fes_c_yolk_shell": "joins two materials",
    "fe_mos2_monolayer": '"doped" says no amounts',
    "he_pba_selenide": "it holds an explanation with =",
}

LETTER_NOT_PRINTED = {
    "he_pba",
    "me_pba_minus_cu",
    "pba_naxfe_fe_cn6",
    "he_lixmps3_se",
    "li_heo_f",
    "argyrodite_series_se",
    "heo_crmnfeconi_3o4mx",
    "heo_la_crmnfeconi_o3mx",
}
"""The papers leave x free; the formula is read once it is given."""

STRUCTURE_WORDS = [
    ("NASICON", "nasicon"),
    ("Prussian", "prussian_blue"),
    ("rock-salt", "disordered_rock_salt"),
    ("oxyfluoride polyanion", "fluorophosphate"),
    ("fluorophosphate", "fluorophosphate"),
    ("pyrophosphate", "mixed_phosphate"),
    ("argyrodite", "argyrodite"),
    ("garnet", "garnet"),
    ("spinel", "spinel"),
    ("phosphorus trisulfide", "thiophosphate"),
    ("layered", "layered"),
    ("phosphate (structure", "olivine"),
]


def structure_of(system: dict[str, Any]) -> str:
    return next((key for word, key in STRUCTURE_WORDS if word in system["family"]), "generic")


def letters(system: dict[str, Any]) -> dict[str, float]:
    if system["id"] in LETTER_NOT_PRINTED:
        return {"x": 0.5}
    return {"x": system["x"]} if "x" in system else {}


READABLE = [system for system in SYSTEMS if system["id"] not in NO_FORMULA]
REPORTS: dict[str, CompositionReport] = {}


def report_of(system: dict[str, Any]) -> CompositionReport:
    if system["id"] not in REPORTS:
        REPORTS[system["id"]] = analyse(
            system["formula"],
            structure=structure_of(system),
            carrier=system["carrier"],
            variables=letters(system),
        )
    return REPORTS[system["id"]]


def test_all_systems_are_here() -> None:
    assert len(SYSTEMS) == 138
    assert len({system["id"] for system in SYSTEMS}) == 138
    assert len(READABLE) == 132


@pytest.mark.parametrize("system", READABLE, ids=lambda system: str(system["id"]))
def test_formula_is_read_and_analysed(system: dict[str, Any]) -> None:
    report = report_of(system)
    assert all(amount > 0 for amount in report.formula.amounts.values())
    assert 0.02 < report.molar_mass < 1.0
    assert len(sentences(report)) >= 2


@pytest.mark.parametrize("name", NO_FORMULA)
def test_what_is_no_formula_is_said(name: str) -> None:
    (text,) = (system["formula"] for system in SYSTEMS if system["id"] == name)
    with pytest.raises(InputError) as caught:
        parse_formula(text)
    (problem,) = caught.value.problems
    assert NO_FORMULA[name] in problem


@pytest.mark.parametrize("name", sorted(LETTER_NOT_PRINTED))
def test_a_free_letter_is_asked_for(name: str) -> None:
    (text,) = (system["formula"] for system in SYSTEMS if system["id"] == name)
    with pytest.raises(InputError, match="is free; write a number in its place"):
        parse_formula(text)


NOT_NEUTRAL = {
    "he_hcf": 0.11,  # 1.41 Na+ + 1.35 M2+ + Fe2+ - 6 CN-
    "he_ssmbt": 8.0,  # Sn2+ Sb3+ Mn2+ Bi3+ against one Te2-: an alloy, not a salt
    "cumnfesnges": 7.0,  # Cu+ Mn2+ Fe2+ Sn2+ Ge2+ against one S2-
    "covmnfeznps3": 7.0,  # five M2+ and P3+ against three S2-
}
"""Excess charge of the formulas that no assignment of states makes neutral."""


def test_charges_balance_but_for_those_listed() -> None:
    left = {
        system["id"]: round(balance.excess, 3)
        for system in READABLE
        if (balance := report_of(system).balance) is not None and balance.excess
    }
    assert sum(report_of(system).balance is not None for system in READABLE) == 129
    assert left == pytest.approx(NOT_NEUTRAL)
