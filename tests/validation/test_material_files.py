"""Do the shipped material files say what the papers print, and where every number comes from?

Expected values are those printed by Zhang et al. (Energy Environ. Sci., 2025, d5ee00877h) for the
NASICON pair and by Li et al. (J. Mater. Chem. A, 2024, d4ta05924g) for the layered pair.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import periodictable
import pytest

from particle_sim.constants import FARADAY
from particle_sim.errors import InputError
from particle_sim.materials.document import read_toml, validated
from particle_sim.materials.lattice import LATTICE
from particle_sim.materials.load import load_material, load_record, material_names
from particle_sim.materials.potential import PlateauPotential
from particle_sim.materials.schema import Belief, MaterialFile, PropertyEntry
from particle_sim.materials.system import load_system
from particle_sim.resources import shipped_folder

PARAMETERS = shipped_folder("parameters")
NAMES = material_names()
READINGS = [
    (name, reading)
    for name in NAMES
    for reading in (
        load_record(name).file.material.default_reading.name,
        *load_record(name).file.readings,
    )
]

NASICON, LAYERED = "zhang2025_hev", "li2024_o3"

PRINTED_CONSTANTS = [
    ("nvp", "capacity", 155.2, "mA*h/g", NASICON),
    ("he_v", "capacity", 170.0, "mA*h/g", NASICON),
    ("nfm_li2024", "capacity", 136.0, "mA*h/g", LAYERED),
    ("he_o3_li2024", "capacity", 117.0, "mA*h/g", LAYERED),
    ("nvp", "one_c_current", 100.0, "mA/g", NASICON),
    ("he_v", "one_c_current", 100.0, "mA/g", NASICON),
    ("nfm_li2024", "one_c_current", 120.0, "mA/g", LAYERED),
    ("he_o3_li2024", "one_c_current", 120.0, "mA/g", LAYERED),
    ("he_v", "lower_voltage", 1.5, "V", NASICON),
    ("he_v", "upper_voltage", 4.1, "V", NASICON),
    ("nfm_li2024", "lower_voltage", 2.0, "V", LAYERED),
    ("nfm_li2024", "upper_voltage", 4.0, "V", LAYERED),
    ("he_o3_li2024", "lower_voltage", 2.0, "V", LAYERED),
    ("he_o3_li2024", "upper_voltage", 4.0, "V", LAYERED),
]

PRINTED_VOLUME_CHANGES = [
    ("nvp", 8.26, NASICON),
    ("he_v", 2.2, NASICON),
    ("nfm_li2024", 5.3, LAYERED),
    ("he_o3_li2024", 2.6, LAYERED),
]

SWELL_ON_EXTRACTION = {"pba_naxfe_fe_cn6", "li4ti5o12"}
"""Sodium-rich Prussian whites (Kareis et al., J. Am. Chem. Soc. 134, 2012: +15 % by the cells), and
lithium titanate, whose cell shrinks by some 0.2 % on insertion."""

DEFINING = {
    "capacity",
    "one_c_current",
    "lower_voltage",
    "upper_voltage",
    "stoichiometry_min",
    "stoichiometry_max",
}
"""What defines the window and the C-rate; a range on these would be another experiment."""


def _file(name: str) -> MaterialFile:
    path = PARAMETERS / "materials" / f"{name}.toml"
    return validated(MaterialFile, read_toml(path), path.name)


def _entries(name: str) -> list[tuple[str, PropertyEntry]]:
    """Every property a simulation uses, derived and standing-in ones and readings included."""
    file = _file(name)
    found = list(load_system(name).entries.items())
    for key, reading in file.readings.items():
        found += [(f"{key}.{label}", entry) for label, entry in reading.properties.items()]
    return found


def _beliefs(name: str) -> Iterator[tuple[str, Belief]]:
    for key, entry in _entries(name):
        yield key, entry
        for number, plateau in enumerate(entry.plateaus or []):
            yield f"{key}.plateaus.{number}", plateau
        if entry.activation_energy is not None:
            yield f"{key}.activation_energy", entry.activation_energy


def _cited(name: str) -> set[str]:
    claims = {claim.source for claim in _file(name).claims}
    phases = load_system(name).phase_behaviour
    assert phases is not None
    return {b.source for _, b in _beliefs(name)} | claims | {phases.source}


@pytest.mark.parametrize(("name", "key", "value", "unit", "source"), PRINTED_CONSTANTS)
def test_printed_constants_are_unaltered(
    name: str, key: str, value: float, unit: str, source: str
) -> None:
    entry = _file(name).properties[key]
    assert (entry.value, entry.unit) == (value, unit)
    assert (entry.evidence, entry.source) == ("measured", source)
    assert entry.place


@pytest.mark.parametrize(("name", "percent", "source"), PRINTED_VOLUME_CHANGES)
def test_printed_volume_changes_are_unaltered(name: str, percent: float, source: str) -> None:
    entry = _file(name).properties["volume_change"]
    values = entry.values or []
    assert entry.unit == "%"
    assert math.isclose(max(values) - min(values), percent, abs_tol=1e-9)
    assert (entry.evidence, entry.source) == ("measured", source)


@pytest.mark.parametrize("name", NAMES)
def test_sodium_extraction_shrinks_the_cell_from_its_stress_free_state(name: str) -> None:
    material = load_material(name)
    places = np.array([0.0, material.stress_free_site_fraction, 1.0])
    empty, rest, full = material["chemical_strain"](places)
    assert empty > full if name in SWELL_ON_EXTRACTION else empty < 0
    assert abs(rest) < 2e-4  # the window's printed digits move the knee by less than 0.1 % strain


def test_he_v_plateaus_are_the_printed_ones() -> None:
    plateaus = _file("he_v").properties["open_circuit_potential"].plateaus or []
    assert [plateau.voltage for plateau in plateaus] == [4.03, 3.43, 1.67]
    assert {(plateau.evidence, plateau.source) for plateau in plateaus} == {("measured", NASICON)}


def test_he_v_plateaus_hold_one_sodium_each_but_the_last_reached() -> None:
    material = load_material("he_v")
    window = material.stoichiometry_max - material.stoichiometry_min
    sodium = [step.share * window for step in material.steps]
    assert sodium[1:] == pytest.approx([1.0, 1.0], abs=1e-3)
    missing = 3 - 170.0 / 176.2 * 3  # of 3 Na, as printed
    assert sodium[0] == pytest.approx(1 - missing, abs=2e-3)


def test_three_sodium_of_he_v_weigh_the_printed_theoretical_capacity() -> None:
    molar_mass = periodictable.formula(_file("he_v").material.formula).mass  # g/mol
    assert 3 * FARADAY / (3.6 * molar_mass) == pytest.approx(176.2, abs=0.1)


@pytest.mark.parametrize(("name", "barrier"), [("nfm_li2024", 0.604), ("he_o3_li2024", 0.497)])
def test_printed_migration_barriers_are_unaltered(name: str, barrier: float) -> None:
    energy = _file(name).properties["diffusivity"].activation_energy
    assert energy is not None
    assert (energy.value, energy.unit, energy.source) == (barrier, "eV", LAYERED)


def test_the_other_nfm_is_a_reading_of_its_own() -> None:
    entry = _file("nfm_li2024").readings["other_nfm"].properties["volume_change"]
    assert entry.values == [-7.9, 0.0]
    assert (entry.evidence, entry.source) == ("proxy", "jian2024")


@pytest.mark.parametrize(
    ("name", "a", "c"), [("nfm_li2024", 0.038, 0.046), ("he_o3_li2024", 0.020, 0.041)]
)
def test_lattice_maxima_reading_follows_from_the_printed_a_and_c(
    name: str, a: float, c: float
) -> None:
    entry = _file(name).readings["lattice_maxima"].properties["volume_change"]
    volume = (1 - a) ** 2 * (1 + c) - 1
    assert (entry.values or [0.0])[0] == pytest.approx(100 * volume, abs=0.01)


@pytest.mark.parametrize("name", NAMES)
def test_every_number_has_source_evidence_and_a_place_or_a_reason(name: str) -> None:
    bare = [
        key
        for key, belief in _beliefs(name)
        if not (belief.source and belief.evidence)
        or not (belief.place or belief.note or belief.source == "atomic_weights")
    ]
    assert bare == []


@pytest.mark.parametrize("name", NAMES)
def test_assumed_numbers_explain_themselves(name: str) -> None:
    silent = [key for key, b in _beliefs(name) if b.evidence == "assumed" and not b.note]
    assert silent == []


@pytest.mark.parametrize("name", NAMES)
def test_judgement_is_never_called_more_than_assumed(name: str) -> None:
    wrong = [
        key for key, b in _beliefs(name) if b.source == "judgement" and b.evidence != "assumed"
    ]
    assert wrong == []


@pytest.mark.parametrize("name", NAMES)
def test_every_uncertain_number_has_a_range(name: str) -> None:
    without = [
        key
        for key, belief in _beliefs(name)
        if belief.range is None
        and belief.evidence != "derived"
        and key.rpartition(".")[2] not in DEFINING
        and not key.endswith("open_circuit_potential")  # its plateaus carry the ranges
    ]
    assert without == []


@pytest.mark.parametrize("name", NAMES)
def test_ranges_contain_their_values(name: str) -> None:
    for key, belief in _beliefs(name):
        if belief.range is None:
            continue
        low, high = belief.range
        assert low < high, key
        value = getattr(belief, "value", None)
        if value is None:
            value = getattr(belief, "voltage", None)
        values = getattr(belief, "values", None)
        if values:
            value = max(values) - min(values)
        if values and key.rpartition(".")[2] in LATTICE:
            value = sum(values) / len(values)
        assert value is not None, key
        assert low <= value <= high, key
        if belief.distribution.startswith("log"):
            assert low > 0, key
        if belief.distribution == "log-normal":
            assert belief.decades, key


def test_every_citation_key_exists_and_none_is_idle() -> None:
    shared = set(tomllib.loads((PARAMETERS / "sources.toml").read_text("utf-8"))["sources"])
    for name in NAMES:
        assert _cited(name) <= shared | set(_file(name).sources), name
    used = set().union(*(_source_keys(read_toml(path)) for path in PARAMETERS.rglob("*.toml")))
    assert shared <= used


def _source_keys(data: object) -> set[str]:
    """Values of every ``source`` key in nested TOML data."""
    if isinstance(data, list):
        return set().union(*(_source_keys(item) for item in data))
    if not isinstance(data, dict):
        return set()
    own = {data["source"]} if isinstance(data.get("source"), str) else set()
    return own.union(*(_source_keys(item) for item in data.values()))


@pytest.mark.parametrize(("name", "reading"), READINGS)
def test_every_reading_loads_and_closes(name: str, reading: str) -> None:
    material = load_material(name, reading=reading)
    assert material.reading == reading
    assert material.specific_capacity == pytest.approx(material.value("capacity"), rel=0.01)


@pytest.mark.parametrize(("name", "reading"), READINGS)
def test_cut_offs_enclose_the_window(name: str, reading: str) -> None:
    material = load_material(name, reading=reading)
    assert isinstance(material.potential, PlateauPotential)
    ends = np.array([material.value("lower_voltage"), material.value("upper_voltage")])
    full, empty = material.potential.filling(ends)
    assert full - empty >= 0.99


@pytest.mark.parametrize("name", NAMES)
def test_phase_behaviour_agrees_with_the_interaction_parameter(name: str) -> None:
    material = load_material(name)
    chi = material["regular_solution_parameter"]
    assert (chi.magnitude > 2) == material.two_phase
    if material.two_phase:
        assert chi.plausible is not None
        assert chi.plausible.low > 2


@pytest.mark.parametrize("name", NAMES)
def test_claims_belong_to_a_pair_and_quote_a_place(name: str) -> None:
    file = _file(name)
    if not file.claims:
        return
    assert set(file.material.baseline) <= set(NAMES)
    assert {"lower_stress", "cracks", "no_cracks"} <= {claim.kind for claim in file.claims}
    assert all(claim.text and claim.place for claim in file.claims)
    fields = [c for c in file.claims if c.kind in {"uniform", "heterogeneous", "surface_retained"}]
    assert all(claim.at == 0.9 for claim in fields)


@pytest.mark.parametrize("name", ["nvp", "he_v", "nfm_li2024", "he_o3_li2024"])
def test_a_density_that_does_not_close_is_refused(name: str, tmp_path: Path) -> None:
    original = (PARAMETERS / "materials" / f"{name}.toml").read_text("utf-8")
    density = _file(name).properties["density"].value
    line = f"[properties.density]\nvalue = {density}"
    assert original.count(line) == 1
    copy = tmp_path / f"{name}.toml"

    copy.write_text(original, "utf-8")
    load_material(str(copy))

    spoilt = f"[properties.density]\nvalue = {(density or 0.0) * 1.05}"
    copy.write_text(original.replace(line, spoilt), "utf-8")
    with pytest.raises(InputError, match=r"properties\.density"):
        load_material(str(copy))
