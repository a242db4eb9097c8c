"""A draft for a new formula: what the formula fixes by hand, and everything else only assumed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from particle_sim.errors import InputError
from particle_sim.materials import design
from particle_sim.materials.design import draft_material, material_text
from particle_sim.materials.lattice import LATTICE
from particle_sim.materials.load import MaterialRecord, load_record
from particle_sim.materials.schema import PropertyEntry
from particle_sim.materials.system import load_system, system_names
from particle_sim.studies.footing import level

FARADAY = 96485.33
AVOGADRO = 6.02214e23


@dataclass(frozen=True, kw_only=True)
class Case:
    """A formula, the molar mass summed by hand from atomic weights, and its carrier."""

    formula: str
    mass: float
    carrier: float


CASES: dict[str, Case] = {
    "nvp": Case(
        formula="Na3V1.5Fe0.5(PO4)3",
        mass=3 * 22.98977 + 1.5 * 50.9415 + 0.5 * 55.845 + 3 * (30.97376 + 4 * 15.999),
        carrier=3,
    ),
    "he_v": Case(
        formula="Na3.2V1.4Cr0.2Mn0.2Fe0.1Al0.1(PO4)3",
        mass=3.2 * 22.98977
        + 1.4 * 50.9415
        + 0.2 * (51.9961 + 54.93804)
        + 0.1 * (55.845 + 26.98154)
        + 3 * (30.97376 + 4 * 15.999),
        carrier=3.2,
    ),
    "hnfm": Case(
        formula="NaNi0.4Fe0.2Mn0.4O2",
        mass=22.98977 + 0.4 * 58.6934 + 0.2 * 55.845 + 0.4 * 54.93804 + 2 * 15.999,
        carrier=1,
    ),
    "ncm811": Case(
        formula="LiNi0.7Co0.1Mn0.2O2",
        mass=6.94 + 0.7 * 58.6934 + 0.1 * 58.93319 + 0.2 * 54.93804 + 2 * 15.999,
        carrier=1,
    ),
    "lfp": Case(
        formula="LiFe0.5Mn0.5PO4",
        mass=6.94 + 0.5 * (55.845 + 54.93804) + 30.97376 + 4 * 15.999,
        carrier=1,
    ),
    "nfpp_he": Case(
        formula="Na4Fe2.7Mn0.3(PO4)2P2O7",
        mass=4 * 22.98977 + 2.7 * 55.845 + 0.3 * 54.93804 + 4 * 30.97376 + 15 * 15.999,
        carrier=4,
    ),
}
"""By pattern."""

PATTERNS = [
    name
    for name in system_names()
    if (known := load_system(name)).status.simulable and not known.file.material.variables
]

EXACT = ("molar_mass", "stoichiometry_min", "stoichiometry_max", "carrier_sites")
DERIVED = (*EXACT, "capacity", "density", "maximum_concentration")
CHOSEN = ("one_c_current", "lower_voltage", "upper_voltage")
ROUNDED = 2e-6
"""Relative; a draft holds six significant digits."""


def drafted(pattern: str) -> dict[str, PropertyEntry]:
    """The properties of a draft, read back from its tables."""
    tables = draft_material("own", CASES[pattern].formula, pattern)
    return {k: PropertyEntry.model_validate(v) for k, v in tables["properties"].items()}


def from_file(tables: Mapping[str, Any], folder: Path) -> MaterialRecord:
    path = folder / "own.toml"
    path.write_text(material_text(tables), encoding="utf-8")
    return load_record(str(path))


def given(entries: Mapping[str, PropertyEntry], name: str) -> float:
    value = entries[name].value
    assert value is not None
    return value


@pytest.mark.parametrize("pattern", CASES)
def test_a_draft_loads_and_says_what_it_is(pattern: str, tmp_path: Path) -> None:
    case = CASES[pattern]
    record = from_file(draft_material("own", case.formula, pattern), tmp_path)
    known = load_system(pattern)
    assert record.material.formula == case.formula
    assert record.material.carrier == known.file.material.carrier
    assert record.file.material.baseline == [pattern]
    assert record.system.structure == known.structure
    assert record.phase_behaviour.source == "judgement"
    assert record.file.material.host == known.file.material.host
    written = draft_material("own", case.formula, pattern)["properties"]
    assert set(record.system.entries) == set(written), "every number is in the draft's own text"


def test_what_is_assumed_of_a_draft_is_made_equal(tmp_path: Path) -> None:
    """D is measured of neither, so both take one; a draft of no family keeps its own."""
    draft = from_file(draft_material("own", CASES["hnfm"].formula, "he_o3_li2024"), tmp_path)
    rival = load_record("nfm_li2024")
    (ours, theirs), _ = level((draft, rival))
    assert draft.material.value("diffusivity") != rival.material.value("diffusivity")
    assert ours.value("diffusivity") == theirs.value("diffusivity")
    tables = draft_material("own", CASES["hnfm"].formula, "he_o3_li2024")
    del tables["material"]["host"]
    (ours, theirs), _ = level((from_file(tables, tmp_path), rival))
    assert ours.value("diffusivity") != theirs.value("diffusivity")


def assert_derived_by_hand(pattern: str) -> None:
    """M summed by hand; Q = dx F / (3.6 M), density M / (N_A V), c_max dx / (N_A V)."""
    case, entries, known = CASES[pattern], drafted(pattern), load_system(pattern).entries
    dx = given(known, "stoichiometry_max") - given(known, "stoichiometry_min")
    assert given(entries, "molar_mass") == pytest.approx(case.mass, rel=1e-5)
    assert given(entries, "capacity") == pytest.approx(dx * FARADAY / (3.6 * case.mass), rel=1e-5)
    cell = given(known, "formula_unit_volume") * 1e-30
    density = case.mass * 1e-3 / (AVOGADRO * cell)
    assert given(entries, "density") == pytest.approx(density, rel=1e-5)
    sites = max(given(known, "carrier_sites"), given(entries, "stoichiometry_max"))
    assert given(entries, "carrier_sites") == pytest.approx(sites, rel=1e-5)
    concentration = dx / (AVOGADRO * cell)
    assert given(entries, "maximum_concentration") == pytest.approx(concentration, rel=1e-5)


@pytest.mark.parametrize("pattern", CASES)
def test_what_the_formula_fixes_by_hand(pattern: str) -> None:
    assert_derived_by_hand(pattern)


@pytest.mark.parametrize("pattern", CASES)
def test_the_mass_of_the_pattern_is_noticed(pattern: str, monkeypatch: pytest.MonkeyPatch) -> None:
    mass = given(load_system(pattern).entries, "molar_mass")
    monkeypatch.setattr(design, "molar_mass", lambda formula: mass * 1e-3)
    with pytest.raises(AssertionError):
        assert_derived_by_hand(pattern)


@pytest.mark.parametrize(
    ("pattern", "low", "high"),
    [
        ("nvp", 1.0, 3.639),  # Na3: the pattern takes up 0.639 more than its formula
        ("lfp", 1 - 0.94, 1.0),  # the host's usual 0.94 Li
        ("ncm811", 1 - 0.73, 1.0),
    ],
)
def test_the_window_reaches_down_from_the_carrier_of_the_formula(
    pattern: str, low: float, high: float
) -> None:
    entries = drafted(pattern)
    assert given(entries, "stoichiometry_min") == pytest.approx(low, abs=1e-4)
    assert given(entries, "stoichiometry_max") == pytest.approx(high, abs=1e-4)


@pytest.mark.parametrize("pattern", CASES)
def test_derived_numbers_give_rule_validity_and_range(pattern: str) -> None:
    entries = drafted(pattern)
    for name in DERIVED:
        entry = entries[name]
        assert entry.evidence == "derived"
        assert entry.note.startswith("Rule: ")
        assert "Valid while the structure is that of" in entry.note
        assert (entry.range is None) == (name in EXACT), name
        if entry.range is not None:
            assert entry.range[0] < given(entries, name) < entry.range[1]


def assert_no_narrower(name: str, entry: PropertyEntry, old: PropertyEntry) -> None:
    """The range reaches at least as far as the pattern's on both sides."""
    pairs = [(name, entry.range, old.range)]
    for new_plateau, plateau in zip(entry.plateaus or [], old.plateaus or [], strict=True):
        pairs.append((f"{name} at {plateau.voltage} V", new_plateau.range, plateau.range))
    if old.activation_energy is not None:
        assert entry.activation_energy is not None
        pairs.append((f"barrier of {name}", entry.activation_energy.range, None))
        pairs[-1] = (*pairs[-1][:2], old.activation_energy.range)
    for what, wide, narrow in pairs:
        if narrow is not None:
            assert wide is not None, what
            slack = ROUNDED * max(map(abs, narrow))
            assert wide[0] <= narrow[0] + slack, (what, wide, narrow)
            assert wide[1] >= narrow[1] - slack, (what, wide, narrow)


@pytest.mark.parametrize("pattern", CASES)
def test_all_else_is_assumed_with_a_range_at_least_as_wide(pattern: str) -> None:
    entries, known = drafted(pattern), load_system(pattern).entries
    assert set(entries) == set(known) - set(LATTICE)
    for name in set(entries) - set(DERIVED):
        entry = entries[name]
        assert entry.evidence == "assumed", name
        assert entry.source == "judgement"
        assert entry.note.startswith("As "), name
        beliefs = [plateau.range for plateau in entry.plateaus or []] or [entry.range]
        assert all((ends is None) == (name in CHOSEN) for ends in beliefs), name
        assert_no_narrower(name, entry, known[name])


@pytest.mark.parametrize("name", PATTERNS)
def test_no_pattern_loses_width(name: str) -> None:
    known = load_system(name)
    tables = draft_material("own", known.file.material.formula, name)["properties"]
    for prop in set(tables) - set(DERIVED):
        assert_no_narrower(prop, PropertyEntry.model_validate(tables[prop]), known.entries[prop])


def test_a_narrower_range_is_noticed() -> None:
    known = load_system("nvp").entries["diffusivity"]
    with pytest.raises(AssertionError):
        assert_no_narrower("diffusivity", known.model_copy(update={"range": (2e-17, 1e-14)}), known)


@pytest.mark.parametrize("pattern", CASES)
def test_nothing_is_shifted_by_entropy(pattern: str) -> None:
    """Diffusivity, barrier, moduli, radius and potential are the pattern's to the digit."""
    entries, known = drafted(pattern), load_system(pattern).entries
    for name in set(entries) - {*DERIVED, "volume_change"}:
        entry, old = entries[name], known[name]
        assert entry.value == (None if old.value is None else pytest.approx(old.value, rel=ROUNDED))
        voltages = [plateau.voltage for plateau in entry.plateaus or []]
        assert voltages == [plateau.voltage for plateau in old.plateaus or []]
        if old.activation_energy is not None:
            assert entry.activation_energy is not None
            assert entry.activation_energy.value == old.activation_energy.value


def test_two_formulas_of_unlike_entropy_get_the_same_diffusivity() -> None:
    simple, complex_ = (
        draft_material("own", formula, "hnfm")["properties"]["diffusivity"]
        for formula in ("NaFeO2", "NaNi0.2Fe0.2Mn0.2Cu0.2Ti0.2O2")
    )
    assert simple == complex_


@pytest.mark.parametrize("pattern", CASES)
def test_the_volume_change_keeps_its_size(pattern: str, tmp_path: Path) -> None:
    """From end to end as the pattern's, and zero at the carrier of the new formula."""
    record = from_file(draft_material("own", CASES[pattern].formula, pattern), tmp_path)
    old = load_record(pattern).material["volume_change"]
    assert record.material["volume_change"].magnitude == pytest.approx(old.magnitude, rel=0.02)
    entry = record.system.entries["volume_change"]
    assert entry.filling is not None
    assert entry.values is not None
    rest = record.material.stress_free_site_fraction
    nearest = min(range(len(entry.filling)), key=lambda n: abs(entry.filling[n] - rest))
    assert entry.filling[nearest] == pytest.approx(rest, abs=1e-5)
    assert entry.values[nearest] == pytest.approx(0, abs=1e-4)


@pytest.mark.parametrize("name", PATTERNS)
def test_every_simulable_material_can_be_its_own_pattern(name: str, tmp_path: Path) -> None:
    """Its window and capacity come back."""
    known = load_system(name)
    record = from_file(draft_material("own", known.file.material.formula, name), tmp_path)
    for prop in ("stoichiometry_min", "stoichiometry_max", "capacity"):
        found, expected = given(record.system.entries, prop), given(known.entries, prop)
        assert found == pytest.approx(expected, rel=0.01, abs=1e-4), prop


@pytest.mark.parametrize(
    ("formula", "pattern", "fragments"),
    [
        ("Na0.2FeO2", "hnfm", ("holds 0.2 Na", "hnfm", "0.528", "choose another pattern")),
        ("LiFePO4", "nvp", ("holds 0 Na", "choose another pattern")),
        ("Na3V2(PO4", "nvp", ('"Na3V2(PO4"', "balance the brackets")),
        ("NaXx0.5O2", "hnfm", ("Xx is not an element",)),
        ("NaFeO2", "si_anode", ("si_anode cannot be the pattern", "incomplete (missing: ")),
        ("NaFeO2", "fe3o4", ("fe3o4 cannot be the pattern", "composition only", "--simulable")),
        ("NaFeO2", "hnfmm", ('no material "hnfmm"', "did you mean hnfm")),
    ],
)
def test_what_cannot_be_drafted_is_one_sentence(
    formula: str, pattern: str, fragments: tuple[str, ...]
) -> None:
    with pytest.raises(InputError) as caught:
        draft_material("own", formula, pattern)
    (problem,) = caught.value.problems
    for fragment in fragments:
        assert fragment in problem


def test_the_text_is_the_tables() -> None:
    import tomllib

    tables = draft_material("own", CASES["nvp"].formula, "nvp")
    assert tomllib.loads(material_text(tables)) == tables
