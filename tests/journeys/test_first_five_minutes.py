"""Somebody who knows batteries but not this command finds the way from nothing to a report."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import Outcome, RunCommand

from particle_sim import __version__
from particle_sim.cli.complete import complete_material
from particle_sim.cli.main import app
from particle_sim.cli.verb import Aim
from particle_sim.cli.verbs import VERBS
from particle_sim.cli.welcome import TRY_FIRST, next_step
from particle_sim.materials.system import system_names

HEAVY = ("numpy", "scipy", "pybamm", "matplotlib", "xarray", "pint", "jinja2", "basix", "netgen")
"""Packages that take longer to import than a newcomer waits; typer itself may load others."""

FRESH = "from particle_sim.cli.main import main; sys.argv = ['particle-sim']; main()"


def registered() -> set[str]:
    """Names of the verbs of the command line."""
    verbs = [(verb.name, verb.callback) for verb in app.registered_commands]
    return {name or getattr(callback, "__name__", "") for name, callback in verbs}


def imported(code: str, **environment: str) -> tuple[str, set[str]]:
    """What a fresh process prints for ``code``, and the heavy packages it has loaded at its end."""
    tell = f"print('LOADED', *(name for name in {HEAVY} if name in sys.modules))"
    script = f"import sys\ntry:\n    {code}\nexcept SystemExit:\n    pass\n{tell}"
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, **environment},
    )
    out, _, loaded = done.stdout.rpartition("LOADED")
    return out, set(loaded.split())


# --- the first page -----------------------------------------------------------------------------


def test_the_command_alone_says_what_it_can_do(run: RunCommand) -> None:
    outcome = run()
    assert (outcome.code, outcome.err) == (0, "")
    for aim in Aim:
        assert f"\n{aim.value}\n" in outcome.out
    for name, verb in VERBS.items():
        assert re.search(rf"^  {name} +{re.escape(verb.says)}$", outcome.out, re.MULTILINE)
    assert all(f"\n  {command}\n" in outcome.out for command in TRY_FIRST)
    assert max(map(len, outcome.out.splitlines())) <= 80


def tabular(text: str) -> list[str]:
    """Lines of a table, which a terminal that breaks them spoils; sentences it may break."""
    return [
        line
        for line in text.splitlines()
        if re.search(r"[\u2500-\u257f]|\S {2,}\S.*\S {2,}\S", line)
    ]


RATES_OF = Path(__file__).parents[2] / "examples" / "he_o3_slow_rates.csv"


@pytest.mark.parametrize(
    "command",
    [
        "show materials --simulable",
        "show material he_o3_li2024",
        "evidence he_o3_li2024",
        "diffraction nvp --states 4 --out lines",
        "migration nafeo2",
        "design Na3V1.9Al0.1(PO4)3 --like nvp --name mine",
        f"rate he_o3_li2024 --predict 3C,5C,10C --data {RATES_OF} --out rates",
    ],
)
def test_tables_fit_eighty_columns(
    command: str, run: RunCommand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    outcome = run(*command.split())
    assert outcome.code == 0, outcome.err
    assert [line for line in tabular(outcome.out) if len(line) > 80] == []


def test_a_table_that_is_too_wide_is_noticed() -> None:
    wide = "  ".join(f"{number:>9}" for number in range(8))
    assert tabular(f"A sentence of words.\n{wide}\n") == [wide]


def test_every_verb_is_on_the_first_page_and_has_an_example() -> None:
    assert set(VERBS) == registered()
    for name, verb in VERBS.items():
        assert verb.example.startswith(f"particle-sim {name}")


def test_the_first_page_loads_nothing_heavy() -> None:
    out, loaded = imported(FRESH)
    assert "Try first" in out
    assert loaded == set()


def test_the_check_for_heavy_packages_notices() -> None:
    assert imported("import numpy")[1] == {"numpy"}


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_and_version(option: str, run: RunCommand) -> None:
    outcome = run(option)
    assert (outcome.code, outcome.err) == (0, "")
    assert ("compare" if option == "--help" else __version__) in outcome.out


# --- a wrong command says what to do next ---------------------------------------------------------

RATES = "c_rate [1/h],capacity [mAh/g]\n0.1,100\n1,90\n"
SHOW_ALL = '"particle-sim show materials"'

WRONG: dict[str, tuple[str, ...]] = {
    "compar nvp he_v": ("did you mean 'compare'?", '"particle-sim" alone'),
    "--c-rate 1": ("--c-rate", '"particle-sim" alone'),
    "compare": ("baseline", '"particle-sim compare nvp he_v"'),
    "compare nvp": ("candidate", '"particle-sim compare nvp he_v"'),
    "compare nvp he_vv": ("did you mean he_v", SHOW_ALL),
    "compare nvp mine.toml": ("mine.toml", '"particle-sim new material mine"'),
    "compare nvp he_v --cell mine.toml": ("mine.toml", '"particle-sim new cell mine"'),
    "life nvp --cell=own/mine.toml": ("own/mine.toml", '"particle-sim new cell mine"'),
    "life nvp --constants mine.toml": ("mine.toml", '"particle-sim life --help"'),
    "fit rates.csv --material mine.toml": ("mine.toml", '"particle-sim new material mine"'),
    "compare nvp he_v --c-rat 2": ("--c-rate", '"particle-sim compare --help"'),
    "compare nvp he_v --c-rate fast": ("--c-rate", '"particle-sim compare --help"'),
    "compare nvp he_v --c-rate -1": ("must lie between", '"particle-sim compare --help"'),
    "compare nvp he_v --physics fick": ("solid-solution", '"particle-sim compare --help"'),
    "compare nvp he_v --set nvp.diffusivty=1": (
        "diffusivity or diffusivity_fall?",
        '"particle-sim show material nvp"',
    ),
    "compare nvp he_v --set nvp.diffusivity=1": ("m^2/s", '"particle-sim show material nvp"'),
    "compare nvp he_v --set lfp.diffusivity=1": ("lfp", '"particle-sim compare --help"'),
    "compare nvp he_v --radius big": ("big", '"particle-sim compare --help"'),
    "compare nvp he_v --at half": ("0.1,0.5,0.9", '"particle-sim compare --help"'),
    "compare nvp he_v --out rates.csv": ("is a file", "--out results/again"),
    "compare nvp fe3o4": ("composition only", '"particle-sim show material fe3o4"'),
    "compare nvp@nope he_v": ("na1_to_na4", '"particle-sim compare --help"'),
    "show nvp": ("nvp", '"particle-sim show material nvp"'),
    "show materialz": ("materials?", '"particle-sim show material nvp"'),
    "show material": ("needs a name", SHOW_ALL),
    "show material nvpp": ("did you mean nvp", SHOW_ALL),
    "show materials --carrier Mg": ("Na", '"particle-sim show --help"'),
    "show material nvp --study nowhere": ("nowhere", '"particle-sim show --help"'),
    "check mine.toml": ("mine.toml", '"particle-sim new material mine"'),
    "check rates.csv": ("not valid TOML", '"particle-sim check --help"'),
    "check broken.toml": ("material.title is missing", '"particle-sim check broken.toml"'),
    "design NaNiO2": ("--like", '"particle-sim design --help"'),
    "design NaNiO2 --like nvpp": ("did you mean nvp", SHOW_ALL),
    "design Na(NiO2 --like nvp": ("brackets", '"particle-sim design --help"'),
    "run nvp_vs_hev": ("did you mean nvp_vs_he_v", '"particle-sim run nvp_vs_he_v"'),
    "run mine.toml": ("no such scenario", '"particle-sim new scenario mine"'),
    "run metric.toml": ("did you mean peak_hoop_stress", '"particle-sim check metric.toml"'),
    "run nvp_vs_he_v --yes": ("leave it out", '"particle-sim run --help"'),
    "cell nvpp": ("did you mean nvp", SHOW_ALL),
    "cell he_v --model DFM": ("did you mean DFN?", '"particle-sim cell --help"'),
    "cell he_v --c-rate 0": ("positive", '"particle-sim cell --help"'),
    "cell nvp --full --cell sodium_half_cell": (
        "--cell is sodium_half_cell, a half cell, and --full asks for a full one",
        "sodium_full_cell",
    ),
    "life nvp lfp --cell lithium_half_cell": ("serves one carrier", "name no cell"),
    "rate nvpp": ("did you mean nvp", SHOW_ALL),
    "rate nvp --rates fast": ("0.1,1,10", '"particle-sim rate --help"'),
    "fit rates.csv": ("--material", '"particle-sim fit --help"'),
    "fit rates.csv --material nvpp": ("did you mean nvp", SHOW_ALL),
    "fit rates.csv --material nvp --hold-out fast": ("5C,10C", '"particle-sim fit --help"'),
    "plot nowhere --figure size_map": ("nowhere", '"particle-sim plot --help"'),
    "export he_v --format csv": ("bpx", '"particle-sim export --help"'),
    "new materil mine": ("did you mean material", '"particle-sim new --help"'),
    "new material nvp": ("shipped", '"particle-sim new material my_nvp"'),
    "new material 1x": ("letters", '"particle-sim new material my_material"'),
    "new metric class": ("Python", '"particle-sim new metric my_metric"'),
}

FILES = {
    "rates.csv": RATES,
    "broken.toml": '[material]\nname = "broken"\nformula = "NaO"\nfamily = "O3"\ncarrier = "Na"\n',
    "metric.toml": (
        '[sweep]\nquestion = "?"\nfunction = "particle_metrics"\nsampling = "random"\nsamples = 2\n'
        '[function]\nmaterial = "nvp"\nmetrics = ["peak_hoop_stres"]\n[axes.diffusivity]\n'
    ),
}


def assert_helped(outcome: Outcome, *fragments: str) -> None:
    """Exit code 2, one sentence that fits a screen, no traceback, and every fragment in it."""
    assert outcome.code == 2, outcome
    assert len(outcome.err.splitlines()) == len(outcome.errors) == 1, outcome.err
    assert "Traceback" not in outcome.err
    line = outcome.errors[0]
    assert len(line) < 600
    assert line.endswith((".", "?"))
    for fragment in fragments:
        assert fragment.lower() in line.lower(), f"{fragment!r} is not in: {line}"


@pytest.mark.parametrize("command", WRONG)
def test_a_wrong_command_says_what_to_do_next(
    command: str, run: RunCommand, tmp_path: Path
) -> None:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    before = set(tmp_path.rglob("*"))
    assert_helped(run(*command.split()), *WRONG[command])
    assert set(tmp_path.rglob("*")) == before


def test_a_sentence_without_a_next_step_is_noticed() -> None:
    """What a command would print that leaves its reader alone."""
    with pytest.raises(AssertionError, match="particle-sim compare"):
        assert_helped(Outcome(2, "", "Error: c_rate is -1.\n"), '"particle-sim compare --help"')


@pytest.mark.parametrize(
    ("problem", "step"),
    [
        (
            "A Dask scheduler needs the package distributed; install particle-sim[cluster].",
            'Run: pip install "particle-sim[cluster]".',
        ),
        ("x.msh cannot be read without meshio; run pip install meshio.", ""),
    ],
)
def test_a_missing_extra_is_a_command_to_type(problem: str, step: str) -> None:
    assert next_step(problem, ["run", "sweep_nvp_he_v"]) == step


def test_many_problems_share_one_next_step(run: RunCommand, tmp_path: Path) -> None:
    """The step comes once, behind the last problem, and all problems stay."""
    path = tmp_path / "empty.toml"
    path.write_text("[material]\n", encoding="utf-8")
    outcome = run("check", "empty.toml")
    assert outcome.code == 2
    assert len(outcome.errors) > 3
    assert outcome.err.count("particle-sim check") == 1
    assert outcome.errors[-1].endswith('run "particle-sim check empty.toml".')


# --- completion ---------------------------------------------------------------------------------


def test_names_and_own_files_complete(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "nvp_mine.toml").touch()
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "other.toml").touch()
    assert complete_material("") == [*system_names(), "nvp_mine.toml"]
    assert complete_material("nvp") == ["nvp", "nvp_mine.toml"]
    assert complete_material(f"sub{os.sep}") == [str(Path("sub", "other.toml"))]
    assert complete_material(f"nowhere{os.sep}x") == []


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("compare nv", {"nvp", "nvmp"}),
        ("compare nvp ./he", {"./he_mine.toml"}),
        ("compare nvp he_v", {"he_v"}),
        ("show material he_m", {"he_mine.toml"}),
        ("cell he_v", {"he_v"}),
        ("rate nvp he_v", {"he_v"}),
        ("export he_v", {"he_v"}),
        ("new m", {"material", "metric"}),
        ("compar", {"compare"}),
    ],
)
def test_bash_completes(
    words: str, expected: set[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "he_mine.toml").touch()
    out, loaded = imported(
        FRESH,
        _PARTICLE_SIM_COMPLETE="complete_bash",
        COMP_WORDS=f"particle-sim {words}",
        COMP_CWORD=str(len(words.split())),
    )
    assert set(out.split()) == expected
    assert loaded == set()
