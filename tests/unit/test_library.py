"""How far each material is known, and the library as a table."""

from __future__ import annotations

from pathlib import Path

import pytest
import tomli_w

from particle_sim.errors import InputError
from particle_sim.materials.catalogue import CATALOGUE
from particle_sim.materials.library import (
    Selection,
    evidence_counts,
    library_rows,
    select,
    sorted_rows,
)
from particle_sim.materials.load import load_record, material_names
from particle_sim.materials.status import StatusKind
from particle_sim.materials.system import System, load_system, system_names

LEAST_SIMULABLE = 45
"""Materials of the library that a comparison must be able to run."""

SYSTEMS = {name: load_system(name) for name in system_names()}


def written(folder: Path, **tables: object) -> System:
    """A file of your own with these tables, loaded."""
    header = {"name": "own", "title": "own", "formula": "NaFeO2", "family": "layered"}
    path = folder / "own.toml"
    content = {"material": {**header, "carrier": "Na"}, **tables}
    path.write_text(tomli_w.dumps(content), encoding="utf-8")
    return load_system(str(path))


# --- status -------------------------------------------------------------------------------------


def test_a_formula_alone_is_composition_only(tmp_path: Path) -> None:
    status = written(tmp_path).status
    assert status.kind is StatusKind.COMPOSITION_ONLY
    assert not status.simulable
    assert "molar_mass" not in status.missing
    assert status.sentence == "composition only"


@pytest.mark.parametrize(
    ("extra", "missing"),
    [
        ({"capacity_mAh_g": 110}, {"capacity"}),
        ({"text": "about a hundred"}, set()),
    ],
)
def test_a_printed_number_without_a_host_is_incomplete(
    extra: dict[str, object], missing: set[str], tmp_path: Path
) -> None:
    """Every needed property but the molar mass is missing, less what the number gives."""
    status = written(
        tmp_path, printed={"capacity": [{"source": "jian2024", "place": "Table 1", **extra}]}
    ).status
    required = {name for name, kind in CATALOGUE.items() if kind.required}
    assert set(status.missing) == required - {"molar_mass"} - missing
    if missing:
        assert status.kind is StatusKind.INCOMPLETE
        assert status.sentence.startswith("incomplete (missing: formula unit volume, density, ")
    else:
        assert status.kind is StatusKind.COMPOSITION_ONLY


def test_a_host_makes_a_formula_simulable(tmp_path: Path) -> None:
    header = {"name": "own", "title": "own", "formula": "NaFeO2", "family": "layered"}
    system = written(tmp_path, material={**header, "carrier": "Na", "host": "sodium_layered_o3"})
    assert system.status.simulable
    assert system.status.missing == ()
    assert system.status.sentence == "simulable"


@pytest.mark.parametrize("name", SYSTEMS)
def test_the_status_says_what_can_be_done(name: str) -> None:
    """Simulable materials build; the others say what is missing in one sentence."""
    system = SYSTEMS[name]
    needed = {prop for prop, kind in CATALOGUE.items() if kind.required}
    assert set(system.status.missing) == needed - set(system.entries)
    if system.status.simulable:
        assert set(load_record(name).material.properties) >= needed
        return
    with pytest.raises(InputError) as caught:
        load_record(name)
    (problem,) = caught.value.problems
    assert problem.startswith(f"{name} cannot be simulated: it is {system.status.kind.value}")


def test_enough_of_the_library_is_simulable() -> None:
    simulable = [name for name, system in SYSTEMS.items() if system.status.simulable]
    assert len(simulable) >= LEAST_SIMULABLE
    assert simulable == material_names()


def prints_capacity(system: System) -> bool:
    facts = system.file.printed.get("capacity", [])
    return any(fact.number("capacity_mAh_g") is not None for fact in facts)


CATHODES = [n for n, s in SYSTEMS.items() if s.file.material.role == "cathode"]


@pytest.mark.parametrize("name", [n for n in CATHODES if prints_capacity(SYSTEMS[n])])
def test_a_cathode_with_a_printed_capacity_is_simulable(name: str) -> None:
    assert SYSTEMS[name].status.simulable


def test_no_anode_is_taken_for_an_intercalation_cathode() -> None:
    """The spinel titanate is the one anode that takes lithium into a host and nothing else."""
    simulable = {n: s.file.material.role for n, s in SYSTEMS.items() if s.status.simulable}
    assert {name for name, role in simulable.items() if role != "cathode"} == {"li4ti5o12"}


# --- the table ----------------------------------------------------------------------------------


def names(selection: Selection) -> set[str]:
    return {system.file.material.name for system in select(selection)}


def test_no_filter_takes_everything() -> None:
    assert names(Selection()) == set(SYSTEMS)


FILTERS: dict[str, tuple[Selection, str, str]] = {
    "carrier": (Selection(carrier="K"), "kfemn_pba", "nvp"),
    "carrier in lower case": (Selection(carrier="li"), "lfp", "nvp"),
    "family": (Selection(family="o3 layered"), "hnfm", "lfp"),
    "role": (Selection(role="anode"), "si_anode", "nvp"),
    "simulable": (Selection(simulable=True), "nvp", "si_anode"),
    "high-entropy": (Selection(high_entropy=True), "hnfm", "nvp"),
    "text": (Selection(text="Na3V2"), "nvp", "hnfm"),
    "an alias": (Selection(text="NNR"), "onnr", "hnfm"),
    "two at once": (Selection(role="cathode", carrier="Li"), "lfp", "si_anode"),
}


@pytest.mark.parametrize("case", FILTERS)
def test_a_filter_keeps_what_it_names(case: str) -> None:
    selection, kept, dropped = FILTERS[case]
    chosen = names(selection)
    assert kept in chosen
    assert dropped not in chosen


def test_filters_agree_with_the_files() -> None:
    """Each filter chooses exactly the files that say so."""
    headers = {name: system.file.material for name, system in SYSTEMS.items()}
    assert names(Selection(role="anode")) == {n for n, h in headers.items() if h.role == "anode"}
    assert names(Selection(high_entropy=True)) == {
        n for n, h in headers.items() if h.high_entropy is True
    }
    assert names(Selection(simulable=True, role="cathode")) == {
        n for n in CATHODES if SYSTEMS[n].status.simulable
    }


@pytest.mark.parametrize(
    ("selection", "fragments"),
    [
        (Selection(carrier="Mg"), ('No material has the carrier "Mg"', "choose from")),
        (Selection(role="cathod0"), ('the role "cathod0"', "did you mean cathode?")),
        (Selection(family="O3 layerd oxide"), ("O3 layerd oxide", "did you mean O3 layered oxide")),
    ],
)
def test_an_unknown_filter_is_one_sentence(
    selection: Selection, fragments: tuple[str, ...]
) -> None:
    with pytest.raises(InputError) as caught:
        select(selection)
    (problem,) = caught.value.problems
    for fragment in fragments:
        assert fragment in problem


def test_rows_count_the_evidence() -> None:
    """The groups add up to all properties in use; a material that is not simulable has none."""
    for system, row in zip(SYSTEMS.values(), library_rows(SYSTEMS.values()), strict=True):
        groups = [row[key] for key in ("measured", "derived", "stand-ins", "assumed")]
        if not system.status.simulable:
            assert groups == [""] * 4
            assert row["known"] == ""
            continue
        assert sum(map(int, groups)) == len(system.entries)
        assert row["known"] == f"{int(groups[0]) + int(groups[1])} of {len(system.entries)}"
        assert int(groups[0]) == (
            evidence_counts(system)["measured"] + evidence_counts(system)["digitised"]
        )


def test_sorting_by_words_and_by_numbers() -> None:
    rows = library_rows(SYSTEMS.values())
    families = [row["family"].lower() for row in sorted_rows(rows, "family")]
    assert families == sorted(families)
    printed = [int(row["printed numbers"]) for row in sorted_rows(rows, "printed numbers")]
    assert printed == sorted(printed, reverse=True)
    assert rows == library_rows(SYSTEMS.values()), "sorting leaves its argument alone"


def test_an_unknown_column_is_one_sentence() -> None:
    rows = library_rows([SYSTEMS["nvp"]])
    with pytest.raises(InputError, match='no column "famly"; did you mean family'):
        sorted_rows(rows, "famly")


def test_sorting_an_empty_list() -> None:
    assert sorted_rows([], "family") == []
