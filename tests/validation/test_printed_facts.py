"""Does every material file hold exactly the numbers its papers print?

``data/printed_numbers.json`` lists, material by material, the numbers of the five papers as they
were transcribed from their texts, independently of the material files.
"""

from __future__ import annotations

import copy
import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from particle_sim.materials.load import load_record, material_names
from particle_sim.materials.page import library_page
from particle_sim.materials.system import load_system, system_names
from particle_sim.resources import shipped_folder

CATALOGUE: dict[str, dict[str, Any]] = json.loads(
    (Path(__file__).parent / "data" / "printed_numbers.json").read_text("utf-8")
)
FOLDER = shipped_folder("parameters") / "materials"
PAPERS = {"zhang2025_hev", "li2024_o3", "jian2024", "review_he_2025", "anodes_he_2025"}
ELSEWHERE = {"gao2016_mnti", "kumakura2016", "mncr2020", "yabuuchi2012_o3", "zhou2016_namv"}
COMPARED_INSTEAD = {"me_pba_minus_cu"}
"""Named by its paper beside the material whose baseline it is; a baseline cannot be mutual."""

CARRIER_ADDED = {("li4ti5o12", "carrier"): "Li"}
"""Its paper names it without saying for which ion; its formula does."""

TAKEN_OVER = {
    "capacity": ("capacity", "capacity_mAh_g", 1.0),
    "one_c_current": ("one_C", "mA_g", 1.0),
    "lower_voltage": ("voltage_window", "lo_V", 1.0),
    "upper_voltage": ("voltage_window", "hi_V", 1.0),
    "volume_change": ("volume_change", "pct", 100.0),
}
"""Property, kind of fact, key, and how many of the fact's unit make one SI unit."""


def file_of(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / f"{name}.toml").read_text("utf-8"))


def numbers_of(fact: dict[str, Any]) -> dict[str, Any]:
    """The numbers of a fact, and lists made of numbers."""
    return {
        key: value
        for key, value in fact.items()
        if (isinstance(value, int | float) and not isinstance(value, bool))
        or (isinstance(value, list) and value and all(isinstance(v, int | float) for v in value))
    }


def printed_in(data: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    found = {
        kind: [numbers_of(fact) for fact in facts if fact["source"] in PAPERS]
        for kind, facts in data.get("printed", {}).items()
    }
    return {kind: facts for kind, facts in found.items() if any(facts)}


def expected(name: str) -> dict[str, list[dict[str, Any]]]:
    printed = CATALOGUE[name]["printed"]
    return {kind: facts for kind, facts in printed.items() if any(facts)}


def test_every_system_of_the_papers_has_its_file_and_no_other() -> None:
    assert system_names() == sorted(CATALOGUE)
    assert len(CATALOGUE) == 138


@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_numbers_are_those_the_papers_print(name: str) -> None:
    assert printed_in(file_of(name)) == expected(name)


def test_one_altered_digit_would_be_noticed() -> None:
    data = file_of("hnfm")
    spoilt = copy.deepcopy(data)
    spoilt["printed"]["capacity"][0]["capacity_mAh_g"] += 1
    assert printed_in(data) == expected("hnfm")
    assert printed_in(spoilt) != expected("hnfm")


@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_identity_is_the_papers(name: str) -> None:
    header, listed = file_of(name)["material"], CATALOGUE[name]
    assert header["name"] == name
    for key in ("formula", "role", "carrier"):
        assert header[key] == CARRIER_ADDED.get((name, key), listed[key])
    if "x" in listed:
        assert header["variables"] == {"x": listed["x"]}
    assert header.get("high_entropy") == listed.get("high_entropy")
    if name not in COMPARED_INSTEAD:
        assert header.get("baseline", []) == listed["baseline"]


@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_every_fact_names_a_paper_and_a_place(name: str) -> None:
    """One of the five papers, or the one in which a voltage or capacity they leave out stands."""
    for facts in file_of(name).get("printed", {}).values():
        for fact in facts:
            assert fact["source"] in PAPERS | ELSEWHERE
            assert fact["place"].strip()


@pytest.mark.parametrize("name", material_names())
def test_what_a_simulation_calls_measured_is_printed_or_cited_elsewhere(name: str) -> None:
    material = load_record(name).material
    facts = CATALOGUE[name]["printed"]
    for key, entry in load_system(name).entries.items():
        if entry.evidence != "measured" or key not in TAKEN_OVER or entry.source not in PAPERS:
            continue
        kind, word, factor = TAKEN_OVER[key]
        listed = [fact[word] for fact in facts.get(kind, []) if word in fact]
        if key == "one_c_current":
            listed += [
                fact["mA_g_at_rate"] for fact in facts.get(kind, []) if "mA_g_at_rate" in fact
            ]
        value = material.value(key) * factor
        exact = [number for number in listed if value == pytest.approx(number, rel=1e-9)]
        multiple = key == "one_c_current" and "Printed as" in entry.note
        from_window = key.endswith("voltage") and "Window of the capacity" in entry.note
        assert exact or multiple or from_window, (key, value, listed)


def test_the_page_of_materials_is_that_of_the_files() -> None:
    page = Path(__file__).parents[2] / "docs" / "materials.md"
    systems = [load_system(name) for name in system_names()]
    assert page.read_text("utf-8") == library_page(systems)


def test_the_readme_counts_the_library_right() -> None:
    readme = " ".join((Path(__file__).parents[2] / "README.md").read_text("utf-8").split())
    assert f"{len(system_names())} of them" in readme
    roles = [load_system(name).file.material.role for name in material_names()]
    assert f"{roles.count('cathode')} cathodes can be simulated" in readme
    assert roles.count("cathode") + roles.count("anode") == len(roles)
