"""One name and one meaning for an option in every verb, and what each verb prints as JSON."""

from __future__ import annotations

import inspect
import io
import json
from pathlib import Path

import pytest
from command_line import RunCommand
from typer.models import OptionInfo

from particle_sim.cli import options
from particle_sim.cli.folding import Folding, folded
from particle_sim.cli.renamed import RENAMED
from particle_sim.cli.verb import Verb
from particle_sim.cli.verbs import VERBS


def named(about: OptionInfo) -> list[str]:
    """The names that are written down; typer keeps the first where a default may be."""
    return [each for each in (about.default, *(about.param_decls or ())) if str(each)[:2] == "--"]


SHARED = {
    name: option
    for option in vars(options).values()
    for about in getattr(option, "__metadata__", ())
    if isinstance(about, OptionInfo)
    for name in named(about)
}
"""Every named option of ``cli/options.py``."""


def declared(verb: Verb[...]) -> dict[str, object]:
    """The options of a verb by name, each as the object that declares it."""
    found: dict[str, object] = {}
    for parameter, hint in inspect.get_annotations(verb.run).items():
        for about in getattr(hint, "__metadata__", ()):
            if isinstance(about, OptionInfo):
                names = named(about) or [f"--{parameter.replace('_', '-')}"]
                found |= dict.fromkeys(names, about)
    return found


@pytest.mark.parametrize("name", VERBS)
def test_a_shared_option_is_declared_once(name: str) -> None:
    """Same name, same object: the same meaning, unit and help."""
    own = declared(VERBS[name])
    for option in SHARED.keys() & own.keys():
        assert own[option] is SHARED[option].__metadata__[0], (name, option)


def test_an_option_of_its_own_by_a_shared_name_would_be_noticed() -> None:
    assert {"--cell", "--full", "--out", "--json", "--set", "--workers", "--quiet"} <= set(SHARED)
    own = declared(VERBS["compare"]) | {"--out": OptionInfo(help="another")}
    assert own["--out"] is not SHARED["--out"].__metadata__[0]


@pytest.mark.parametrize(("verb", "old"), RENAMED)
def test_an_old_name_says_the_new_one(verb: str, old: str, run: RunCommand) -> None:
    new = RENAMED[verb, old]
    told = run(verb, old, "x")
    assert told.code == 2
    (error,) = told.errors
    assert f"{verb} calls {old} now {new}; write {new} instead." in error
    assert {old, new} & declared(VERBS[verb]).keys() == {new}


def test_files_and_checks_are_one_document_each(run: RunCommand) -> None:
    made = json.loads(run("new", "scenario", "mine", "--json").out)
    assert made == {"file": "mine.toml"}
    assert json.loads(run("check", "mine.toml", "--json").out)["files"] == {
        "mine.toml": "scenario is fine"
    }
    written = json.loads(run("export", "nvp", "--file", "nvp.json", "--json").out)
    assert Path(written["file"]).is_file()
    assert Path(written["report"]).is_file()
    back = json.loads(run("import", "nvp.json", "--name", "back", "--json").out)
    assert back["missing"]
    assert Path(back["file"]).read_text("utf-8").startswith("#")
    draft = run("design", "Na3V1.9Al0.1(PO4)3", "--like", "nvp", "--name", "mine_too", "--json")
    assert json.loads(draft.out)["file"] == "mine_too.toml"


def test_a_number_set_by_the_user_moves_a_discharge(run: RunCommand) -> None:
    slow = "nvp.diffusivity=1e-19 m^2/s"
    capacity = [
        json.loads(
            run("cell", "nvp", "--protocol", "discharge", "--c-rate", "1", "--json", *more).out
        )["runs"][0]["largest capacity [mAh/g]"]
        for more in ((), ("--set", slow))
    ]
    assert capacity[1] < 0.5 * capacity[0]


# --- what is found in the library -----------------------------------------------------------------

FIVE = {"nfm_0p85", "nfm_li2024", "nfm_li_0p987", "nfm_zhou_2_3", "nnfm_o3_111"}


@pytest.mark.parametrize("verb", [("show", "material"), ("export",), ("cell",)])
def test_a_name_of_five_materials_is_asked_about(verb: tuple[str, ...], run: RunCommand) -> None:
    (error,) = run(*verb, "NFM").errors
    assert '"NFM" could be 5 materials: ' in error
    assert all(f"{name} (Na" in error for name in FIVE)


def test_materials_are_found_by_element_formula_paper_and_composition(run: RunCommand) -> None:
    def names(*asked: str) -> list[str]:
        return [row["name"] for row in json.loads(run("show", "materials", *asked, "--json").out)]

    assert {"he_o3_li2024"} <= set(names("--element", "Sn", "--element", "Mg"))
    assert names("--formula", "na3v2(po4)3")[0] == "nvp"
    assert "he_v" in names("--paper", "configurational entropy-tailored")
    (error,) = run("show", "materials", "--element", "Xx").errors
    assert 'No material holds the element "Xx"' in error


def test_the_nearest_composition_is_itself_in_any_formula_unit(run: RunCommand) -> None:
    rows = json.loads(run("show", "materials", "--near", "Na2Ni0.8Fe0.4Mn0.8O4", "--json").out)
    assert (rows[0]["name"], rows[0]["distance, at%"]) == ("nfm424", "0.0")
    far = [float(row["distance, at%"]) for row in rows]
    assert far == sorted(far)
    assert len(far) == 10


def test_the_library_fits_eighty_columns(run: RunCommand, monkeypatch: pytest.MonkeyPatch) -> None:
    """Name and status whole; a formula is broken in front of an element only."""
    monkeypatch.setenv("COLUMNS", "80")
    told = run("show", "materials").out
    assert max(map(len, told.splitlines())) <= 80
    rows = json.loads(run("show", "materials", "--json").out)
    cells = [line.split("│")[1:-1] for line in told.splitlines() if line.startswith("│")]
    assert [c[0].strip() for c in cells if c[0].strip()] == [row["name"] for row in rows]
    assert [c[2].strip() for c in cells if c[2].strip()] == [row["status"] for row in rows]
    shown = "".join(c[1].strip() for c in cells)
    assert shown.replace(" ", "") == "".join(row["formula"] for row in rows).replace(" ", "")
    broken = [c[1].strip() for c in cells if not c[0].strip()]
    assert broken
    assert all(part[0].isupper() or part[0] in "([o" for part in broken), broken


# --- a terminal -----------------------------------------------------------------------------------


def test_a_long_line_is_broken_between_words_and_a_command_is_not() -> None:
    line = (
        '  NVP: "particle-sim compare nvp he_v --c-rate 2" says it in so many words as there are.'
    )
    parts = folded(line, 50).splitlines()
    assert " ".join(part.strip() for part in parts) == line.strip()
    assert any('"particle-sim compare nvp he_v --c-rate 2"' in part for part in parts)
    assert all(len(part) <= 50 for part in parts if "particle-sim" not in part)
    assert parts[1].startswith("    ")
    assert folded("│ a row of a table that is very long │", 10).count("\n") == 0


def test_what_another_program_reads_is_never_folded() -> None:
    page = io.StringIO()
    stream = Folding(page, 20)
    print("some words that are long", file=stream)
    print("some words that are long", file=stream.whole)
    assert page.getvalue() == "some words that are\nlong\nsome words that are long\n"
