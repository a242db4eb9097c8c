"""From a formula to a draft file, and what a mistake in a file of the library's kind says."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import tomli_w
from command_line import MATERIALS, Outcome, RunCommand

from particle_sim.materials.load import load_record

FORMULA = "Na3V1.4Cr0.2Mn0.2Fe0.2(PO4)3"


def assert_refused(outcome: Outcome, *fragments: str) -> None:
    """Exit code 2 and one line on standard error, which holds every fragment."""
    assert outcome.code == 2, outcome
    assert len(outcome.err.splitlines()) == 1, outcome.err
    (line,) = outcome.errors
    for fragment in fragments:
        assert fragment in line, f"{fragment!r} is not in: {line}"
    assert len(line) < 600, "a sentence, not a page"


# --- design -------------------------------------------------------------------------------------


def test_design_reports_the_formula_and_writes_a_draft(run: RunCommand, tmp_path: Path) -> None:
    outcome = run("design", FORMULA, "--like", "nvp", "--name", "he_mine")
    assert (outcome.code, outcome.err) == (0, "")
    for fragment in (
        f"Composition of {FORMULA}",
        "In words:",
        "Trends people design by",
        "not used",
        "Next: replace its assumed numbers",
    ):
        assert fragment in outcome.out
    path = tmp_path / "he_mine.toml"
    assert load_record(str(path)).material.formula == FORMULA
    checked = run("check", path)
    assert (checked.code, checked.err) == (0, "")
    assert checked.out == "he_mine.toml: material is fine, 1 reading(s)\n"
    assert list(tmp_path.iterdir()) == [path]


def test_every_number_of_a_draft_is_derived_or_assumed(run: RunCommand) -> None:
    run("design", FORMULA, "--like", "nvp", "--name", "he_mine")
    shown = json.loads(run("show", "material", "he_mine.toml", "--json").out)
    assert {row["evidence"] for row in shown["properties"]} == {"derived", "assumed"}


def test_an_existing_file_is_not_overwritten(run: RunCommand, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text("precious", encoding="utf-8")
    outcome = run("design", FORMULA, "--like", "nvp", "--name", "mine")
    assert_refused(
        outcome, "mine.toml exists already, with other content; give another name, or --force"
    )
    assert path.read_text("utf-8") == "precious"


REFUSED: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "name with a blank": ((FORMULA, "--like", "nvp", "--name", "my own"), ('--name is "my own"',)),
    "name with a path": ((FORMULA, "--like", "nvp", "--name", "../own"), ("use letters",)),
    "name of a number": ((FORMULA, "--like", "nvp", "--name", "3own"), ('--name is "3own"',)),
    "too little carrier": (
        ("Na0.2FeO2", "--like", "hnfm"),
        ("holds 0.2 Na", "choose another pattern or another formula"),
    ),
    "open bracket": (("Na3V2(PO4", "--like", "nvp"), ('"Na3V2(PO4"', "balance the brackets")),
    "hostile formula": (('__import__("os")', "--like", "nvp"), ("no capital letter",)),
    "pattern that cannot be simulated": (
        (FORMULA, "--like", "si_anode"),
        ("si_anode cannot be the pattern of a design", "incomplete (missing: "),
    ),
    "unknown pattern": ((FORMULA, "--like", "nvpp"), ('no material "nvpp"', "did you mean nvp")),
    "name of the pattern": (
        (FORMULA, "--like", "nvp", "--name", "nvp"),
        ('--name is "nvp"', "choose another name"),
    ),
    "another ending": ((FORMULA, "--like", "nvp", "--file", "own.txt"), (".toml",)),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_designed_leaves_nothing_behind(
    case: str, run: RunCommand, tmp_path: Path
) -> None:
    arguments, fragments = REFUSED[case]
    outcome = run("design", *arguments)
    assert_refused(outcome, *fragments)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("amount", ["2.9", "3.2", "3.5", "3.64", "4"])
def test_carrier_beside_that_of_the_pattern(amount: str, run: RunCommand) -> None:
    """The stress-free filling may fall on a corner of the pattern's volume table."""
    outcome = run("design", f"Na{amount}V2(PO4)3", "--like", "nvp")
    assert (outcome.code, outcome.err) == (0, "")


# --- the library on a terminal ------------------------------------------------------------------


def test_the_table_as_json(run: RunCommand) -> None:
    """Filters and order reach the rows that are printed."""
    outcome = run("show", "materials", "--role", "cathode", "--simulable", "--sort", "family",
                  "--json")  # fmt: skip
    rows = json.loads(outcome.out)
    assert {row["status"] for row in rows} == {"simulable"}
    assert {row["role"] for row in rows} == {"cathode"}
    families = [row["family"].lower() for row in rows]
    assert families == sorted(families)


def test_an_empty_table_can_be_sorted(run: RunCommand) -> None:
    outcome = run("show", "materials", "no such text", "--sort", "family", "--json")
    assert (outcome.code, json.loads(outcome.out)) == (0, [])


@pytest.mark.parametrize(
    ("arguments", "fragments"),
    [
        (("--carrier", "Mg"), ('No material has the carrier "Mg"', "choose from")),
        (("--role", "cathodee"), ("did you mean cathode",)),
        (("--family", "O3 layerd oxide"), ("did you mean O3 layered oxide",)),
        (("--sort", "famly"), ('no column "famly"', "did you mean family?")),
    ],
)
def test_an_unknown_filter_or_column(
    arguments: tuple[str, ...], fragments: tuple[str, ...], run: RunCommand
) -> None:
    assert_refused(run("show", "materials", *arguments), *fragments)


@pytest.mark.parametrize("order", [("nvp", "si_anode"), ("si_anode", "nvp")])
def test_an_anode_without_numbers_is_not_compared(order: tuple[str, str], run: RunCommand) -> None:
    outcome = run("compare", *order)
    assert_refused(outcome, "si_anode cannot be simulated: it is incomplete (missing: ")
    assert_refused(run("compare", "nvp", "fe3o4"), "fe3o4", "composition only")


# --- broken copies of the library's files -------------------------------------------------------

Tables = dict[str, Any]


def header(**changes: object) -> Callable[[Tables], None]:
    """Other entries of [material]."""
    return lambda tables: tables["material"].update(changes)


def first(kind: str, **changes: object) -> Callable[[Tables], None]:
    """Other entries of the first printed fact of a kind."""
    return lambda tables: tables["printed"][kind][0].update(changes)


def no_host(tables: Tables) -> None:
    del tables["material"]["host"]


def unknown_kind(tables: Tables) -> None:
    tables["printed"]["voltage_windows"] = tables["printed"].pop("voltage_window")


def cited(tables: Tables) -> None:
    tables["properties"]["density"]["source"] = "jian2042"


def mentioned(tables: Tables) -> None:
    tables["material"]["named_in"][0]["source"] = "jian2042"


def no_variables(tables: Tables) -> None:
    del tables["material"]["variables"]


def written_in_volts(tables: Tables) -> None:
    tables["properties"] = {
        "capacity": {"value": 131.0, "unit": "V", "evidence": "assumed", "source": "judgement"}
    }


def hardly_any_mass(tables: Tables) -> None:
    tables["material"]["formula"] = "Na0.00001"
    del tables["printed"]["capacity"]


def rate_of_nothing(tables: Tables) -> None:
    stated = {"stated": "0.00001C", "mA_g_at_rate": 1e308}
    tables["printed"]["one_C"] = [{**stated, "source": "jian2024", "place": "Table 1"}]


BROKEN: dict[str, tuple[str, Callable[[Tables], None], tuple[str, ...]]] = {
    "unknown host": (
        "hnfm",
        header(host="sodium_layered_o2"),
        ('material.host is "sodium_layered_o2"', "did you mean sodium_layered_", "_o3"),
    ),
    "host of another carrier": (
        "hnfm",
        header(carrier="Li"),
        ('material.carrier is "Li"', "the host sodium_layered_o3 holds Na"),
    ),
    "unknown structure": (
        "hnfm",
        header(structure="layered_o4"),
        ('material.structure is "layered_o4"', "did you mean layered_o3"),
    ),
    "unknown kind of printed fact": (
        "hnfm",
        unknown_kind,
        ("printed.voltage_windows is not a known kind", "did you mean voltage_window?"),
    ),
    "unknown source of a fact": (
        "hnfm",
        first("phase", source="jian2042"),
        ('printed.phase.source is "jian2042"', "did you mean jian2024"),
    ),
    "unknown source of a mention": (
        "hnfm",
        mentioned,
        ('material.named_in.source is "jian2042"', "did you mean jian2024"),
    ),
    "unknown source of a property": (
        "nvp",
        cited,
        ('properties.density.source is "jian2042"', "did you mean jian2024"),
    ),
    "unknown source of a fact nobody simulates": (
        "si_anode",
        first("plateau", source="anodes_he_2052"),
        ('printed.plateau.source is "anodes_he_2052"', "did you mean anodes_he_2025"),
    ),
    "unknown source of a mention nobody simulates": (
        "si_anode",
        mentioned,
        ('material.named_in.source is "jian2042"', "did you mean jian2024"),
    ),
    "unknown baseline": (
        "hnfm",
        header(baseline=["nnfm_o3_112"]),
        ('material.baseline names "nnfm_o3_112"', "did you mean nnfm_o3_111"),
    ),
    "its own baseline": (
        "hnfm",
        header(baseline=["hnfm"]),
        ("material.baseline goes in a circle, hnfm -> hnfm",),
    ),
    "open bracket in a file": (
        "hnfm",
        header(formula="NaMg0.08(Cu0.12O2"),
        ('material.formula: Formula "NaMg0.08(Cu0.12O2"', "balance the brackets"),
    ),
    "formula that is code": (
        "hnfm",
        header(formula='__import__("os").system("touch here")'),
        ("material.formula: Formula ", "no capital letter"),
    ),
    "formula of 400 digits": (
        "hnfm",
        header(formula="Na" + "9" * 400 + "O2"),
        ("material.formula: Formula ", "at most"),
    ),
    "variable without a value": (
        "mts15",
        no_variables,
        ("material.formula: ", "the amount x of Mn is free", "write a number in its place"),
    ),
    "variable that makes an amount negative": (
        "mts15",
        header(variables={"x": 0.4}),
        ("material.formula: ", "the amount of Sn is -0.35"),
    ),
    "capacity below zero": (
        "hnfm",
        first("capacity", capacity_mAh_g=-131),
        ("the capacity is -131 mAh/g; it must be positive",),
    ),
    "capacity of zero": (
        "hnfm",
        first("capacity", capacity_mAh_g=0),
        ("the capacity is 0 mAh/g; it must be positive",),
    ),
    "capacity without room": (
        "hnfm",
        first("capacity", capacity_mAh_g=400),
        ("400 mAh/g is 1.61 Na per formula unit", "room for 1 only"),
    ),
    "capacity in quotes": (
        "hnfm",
        first("capacity", capacity_mAh_g="131"),
        ("printed.capacity.0.capacity_mAh_g is '131'", "number"),
    ),
    "capacity of 400 digits": (
        "hnfm",
        first("capacity", capacity_mAh_g=10**400),
        ("printed.capacity.0.capacity_mAh_g is ", "finite number"),
    ),
    "capacity in volts": (
        "hnfm",
        written_in_volts,
        ('properties.capacity: the unit "V" has the wrong dimension',),
    ),
    "1C beyond all bounds": ("hnfm", rate_of_nothing, ("one_c_current",)),
    "molar mass that rounds to nothing": ("hnfm", hardly_any_mass, ("capacity",)),
    "source as long as a page": ("hnfm", first("phase", source="x" * 3000), ("printed.phase",)),
    "source over two lines": ("hnfm", first("phase", source="a\nb"), ("printed.phase.source",)),
}


@pytest.mark.parametrize("verb", [("show", "material"), ("check",), ("compare", "nvp")])
@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_copy_is_one_sentence(
    case: str, verb: tuple[str, ...], run: RunCommand, tmp_path: Path
) -> None:
    name, change, fragments = BROKEN[case]
    tables = tomllib.loads((MATERIALS / f"{name}.toml").read_text("utf-8"))
    change(tables)
    path = tmp_path / f"{name}.toml"
    path.write_text(tomli_w.dumps(tables), encoding="utf-8")
    assert_refused(run(*verb, path), f"{name}.toml: ", *fragments)
    assert list(tmp_path.iterdir()) == [path]


def test_a_host_that_is_gone_leaves_a_material_to_look_at(run: RunCommand, tmp_path: Path) -> None:
    """Its facts can be shown, but it cannot be compared."""
    tables = tomllib.loads((MATERIALS / "hnfm.toml").read_text("utf-8"))
    no_host(tables)
    path = tmp_path / "hnfm.toml"
    path.write_text(tomli_w.dumps(tables), encoding="utf-8")
    assert run("check", path).out == "hnfm.toml: material is fine, incomplete\n"
    assert "131 mAh/g" in run("show", "material", path).out.replace("\n", " ")
    assert_refused(run("compare", "nvp", path), "hnfm cannot be simulated", "incomplete (missing: ")


# --- folders of files ---------------------------------------------------------------------------


def member(folder: Path, stem: str, name: str, baseline: list[str]) -> Path:
    """A copy of a library file under another name and with other baselines."""
    tables = tomllib.loads((MATERIALS / "hnfm.toml").read_text("utf-8"))
    tables["material"].update(name=name, baseline=baseline)
    path = folder / f"{stem}.toml"
    path.write_text(tomli_w.dumps(tables), encoding="utf-8")
    return path


def test_baselines_in_a_circle(run: RunCommand, tmp_path: Path) -> None:
    one, other = (member(tmp_path, a, a, [b]) for a, b in (("one", "other"), ("other", "one")))
    assert_refused(run("check", one), "one.toml: ", "goes in a circle, one -> other -> one")
    assert_refused(run("show", "material", other), "goes in a circle, other -> one -> other")
    assert_refused(run("compare", "nvp", one), "goes in a circle, one -> other -> one")
    both = run("check", tmp_path)
    assert both.code == 2
    assert [line.split(":")[1] for line in both.errors] == [" one.toml", " other.toml"]


def test_a_chain_of_baselines_is_no_circle(run: RunCommand, tmp_path: Path) -> None:
    member(tmp_path, "one", "one", ["other"])
    member(tmp_path, "other", "other", ["hnfm"])
    assert run("check", tmp_path).code == 0


def test_two_files_of_one_name(run: RunCommand, tmp_path: Path) -> None:
    member(tmp_path, "one", "same", [])
    member(tmp_path, "other", "same", [])
    assert_refused(run("check", tmp_path), '2 files call their material "same"')


@pytest.mark.parametrize(
    "text", ["material = 3\n", "[material]\nbaseline = 3\n", '[material]\nbaseline = [["one"]]\n']
)
def test_a_strange_baseline_file_is_not_read_for_a_circle(
    text: str, run: RunCommand, tmp_path: Path
) -> None:
    """The neighbour is wrong, not the file that is checked."""
    path = member(tmp_path, "one", "one", ["other"])
    (tmp_path / "other.toml").write_text(text, encoding="utf-8")
    outcome = run("check", path)
    assert (outcome.code, outcome.err) == (0, "")
