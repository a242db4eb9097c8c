"""What the documentation shows works: blocks run, their output is theirs, links lead somewhere.

A block that is not run says so and why, in one line above it; see ``docs/_tools/blocks.py``.
"""

from __future__ import annotations

import json
import re
import shlex
import shutil
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import typer.main
from command_line import RunCommand

import particle_sim as ps
from particle_sim.cli.main import app
from particle_sim.cli.verbs import VERBS

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ROOT / "docs" / "_tools"
sys.path[:0] = [str(TOOLS), str(ROOT / "benchmarks")]

from blocks import (  # noqa: E402
    DOCS,
    REASONS,
    Block,
    blocks_of,
    commands_of,
    missing_elsewhere,
    pages,
)
from page import PAGE as BENCHMARKS  # noqa: E402
from page import TEXT, all_records, page  # noqa: E402
from verbs_page import PAGE as COMMANDS  # noqa: E402
from verbs_page import page as commands_page  # noqa: E402
from verification_page import PAGE, TESTS, differences, page_of, rows_on, twin_names  # noqa: E402

NAMES = [page.relative_to(DOCS).as_posix() for page in pages()]

MOST_SKIPPED = {
    "benchmarks.md": 10,
    "guides/cluster.md": 2,
    "inference.md": 1,
    "notebooks/index.md": 1,
    "paths/teacher.md": 4,
    "prediction.md": 1,
    "start.md": 1,
    "sweeps.md": 5,
    "teaching.md": 1,
    "verification.md": 1,
}
"""Blocks that a page may show without running them; none on all others."""


def blocks(name: str) -> list[Block]:
    return blocks_of((DOCS / name).read_text("utf-8"), name)


def play(found: list[Block], run: RunCommand, capsys: pytest.CaptureFixture[str]) -> None:
    """Run a page's blocks in order, in the present folder."""
    namespace: dict[str, Any] = {"__name__": "page"}
    printed = ""
    for block in found:
        place = f"{block.page}, line {block.line}"
        if block.is_output:
            show(block, printed, place)
        elif block.skipped or block.elsewhere:
            continue
        elif block.file:
            Path(block.file).parent.mkdir(parents=True, exist_ok=True)
            Path(block.file).write_text(block.body, encoding="utf-8")
        elif block.language == "python":
            capsys.readouterr()
            exec(compile(block.body, place, "exec"), namespace)
            printed = capsys.readouterr().out
        elif block.language == "bash":
            printed = "".join(command(line, run, place) for line in commands_of(block.body))


def command(line: str, run: RunCommand, place: str) -> str:
    """What a ``particle-sim`` command prints; it must succeed."""
    program, *arguments = shlex.split(line)
    assert program == "particle-sim", f"{place}: {line} is not run; say why in a comment above it"
    target = arguments.pop() if ">" in arguments else ""
    outcome = run(*[word for word in arguments if word != ">"])
    assert outcome.code == 0, f"{place}: {line}\n{outcome.err}"
    if target:
        Path(target).write_text(outcome.out, encoding="utf-8")
    return outcome.out + outcome.err


def show(block: Block, printed: str, place: str) -> None:
    """Every line of an output block is printed, whatever its width."""
    whole = " ".join(printed.split())
    for line in block.body.splitlines():
        for part in line.split("..."):
            assert " ".join(part.split()) in whole, f"{place}: {part!r} is not printed:\n{printed}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The shipped examples beside an empty folder of results, as in a checkout."""
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    for data in DOCS.rglob("*.csv"):
        shutil.copy(data, tmp_path)
    return tmp_path


RUNNING = [name for name in NAMES if any(b.language or b.file for b in blocks(name))]


@pytest.mark.usefixtures("known_particles", "one_picture", "few_draws")
@pytest.mark.parametrize("name", RUNNING)
def test_blocks_run(
    name: str, run: RunCommand, capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    play(blocks(name), run, capsys)


SABOTAGE: dict[str, tuple[str, str]] = {
    "python that raises": ("```python\n1 / 0\n```\n", "division"),
    "command that fails": ("```bash\nparticle-sim show material nvpp\n```\n", "nvp"),
    "verb that is none": ("```bash\nparticle-sim compere nvp he_v\n```\n", "compere"),
    "another program": ("```bash\nrm notes.txt\n```\n", "is not run"),
    "output that is not printed": (
        "```python\nprint(1 + 1)\n```\n\n<!-- output -->\n```text\n3\n```\n",
        "is not printed",
    ),
    "file with a mistake": (
        "```{code-block} toml\n:caption: own.toml\n\n[materal]\n```\n\n"
        "```bash\nparticle-sim check own.toml\n```\n",
        "own.toml",
    ),
}


@pytest.mark.parametrize("case", SABOTAGE)
def test_a_broken_block_is_noticed(
    case: str, run: RunCommand, capsys: pytest.CaptureFixture[str]
) -> None:
    text, fragment = SABOTAGE[case]
    with pytest.raises((AssertionError, ZeroDivisionError), match=fragment):
        play(blocks_of(text, "page.md"), run, capsys)


def test_what_another_page_runs_is_there() -> None:
    assert not [line for name in NAMES for line in missing_elsewhere(blocks(name))]


@pytest.mark.parametrize("mark", ["run on start.md", "output on start.md"])
def test_a_line_that_the_other_page_lost_is_noticed(mark: str) -> None:
    text = f"<!-- {mark} -->\n```bash\nparticle-sim compare nvp nvp --out results/none\n```\n"
    assert missing_elsewhere(blocks_of(text, "page.md"))


@pytest.mark.parametrize("name", NAMES)
def test_few_blocks_are_not_run(name: str) -> None:
    skipped = [block.skipped for block in blocks(name) if block.skipped]
    for reason in skipped:
        assert reason.startswith(REASONS), f"{name}: {reason!r}; choose from {REASONS}"
    assert len(skipped) <= MOST_SKIPPED.get(name, 0), f"{name} leaves out {skipped}"


@pytest.mark.parametrize("name", NAMES)
def test_every_fence_is_read(name: str) -> None:
    """No fence escapes the reader, and each says what it holds."""
    text = (DOCS / name).read_text("utf-8")
    known = {"python", "bash", "toml", "text", "csv", "bibtex"}
    assert {block.language for block in blocks(name)} <= known, name
    assert len(re.findall(r"^```", text, re.MULTILINE)) % 2 == 0, name


def test_public_names_are_on_the_page() -> None:
    text = (DOCS / "api" / "index.md").read_text("utf-8")
    missing = [
        name
        for name in ps.__all__
        if f"particle_sim.{name}\n" not in text and f"`ps.{name}`" not in text
    ]
    assert not missing, f"docs/api/index.md leaves out {missing}"


def test_every_page_is_in_a_table_of_contents() -> None:
    listed = {"index.md"}
    for name in NAMES:
        for body in re.findall(
            r"^```\{toctree\}\n(.*?)^```", (DOCS / name).read_text("utf-8"), re.M | re.S
        ):
            entries = [line for line in body.split() if not line.startswith(":")]
            listed |= {((DOCS / name).parent / f"{e}.md").resolve().relative_to(DOCS).as_posix()
                       for e in entries if ((DOCS / name).parent / f"{e}.md").exists()}  # fmt: skip
    assert set(NAMES) <= listed


NOTEBOOKS = sorted((DOCS / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_holds_no_results_and_can_be_found(path: Path) -> None:
    """The site's build runs it (myst-nb) and fails where a cell does."""
    cells = json.loads(path.read_text("utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert code
    assert not any(cell["outputs"] or cell["execution_count"] for cell in code)
    index = (path.parent / "index.md").read_text("utf-8")
    assert f"]({path.name})" in index
    assert f"{{download}}`{path.name}`" in index
    assert f"\n{path.stem}\n" in index


def test_commands_in_sentences_exist() -> None:
    """A command between single backquotes is not run, but its verb exists."""
    verbs = set(getattr(typer.main.get_command(app), "commands", {}))
    texts = [page.read_text("utf-8") for page in pages()]
    shown = {verb for text in texts for verb in re.findall(r"`particle-sim ([a-z][a-z-]*)", text)}
    assert shown
    assert shown <= verbs, shown - verbs


# --- the page on verification -------------------------------------------------------------------


def test_the_verification_page_has_every_test() -> None:
    """Written by docs/_tools/verification_page.py, which CI runs with --check."""
    rows = rows_on(PAGE.read_text("utf-8"))
    there = {(row.file, row.name.split("[")[0]) for row in rows if row.name}
    written = {
        (path.name, name)
        for path in TESTS.glob("test_*.py")
        for name in re.findall(r"^def (test_\w+)", path.read_text("utf-8"), re.MULTILINE)
    }
    assert there == written - twin_names(), "run python docs/_tools/verification_page.py"
    assert page_of(rows) == PAGE.read_text("utf-8"), "the page was edited by hand"


@pytest.mark.parametrize("change", [{"cases": 99}, {"twins": 99}, {"observed": 1.0}])
def test_a_page_that_differs_from_the_run_is_noticed(change: dict[str, Any]) -> None:
    rows = rows_on(PAGE.read_text("utf-8"))
    assert differences(rows, rows) == []
    place = next(i for i, row in enumerate(rows) if row.sign == "<=" and 1e-9 < row.observed < 0.1)
    changed = [*rows[:place], replace(rows[place], **change), *rows[place + 1 :]]
    assert len(differences(rows, changed)) == 1
    assert len(differences(rows, rows[1:])) == 1


# --- the page on commands -----------------------------------------------------------------------


def test_the_page_on_commands_is_the_code() -> None:
    written = commands_page()
    assert COMMANDS.read_text("utf-8") == written, "run python docs/_tools/verbs_page.py"
    for name, verb in VERBS.items():
        assert f"\n### {name}\n" in written
        assert f"`{verb.example}`" in written


# --- the page on benchmarks ---------------------------------------------------------------------


def test_the_benchmarks_page_is_its_records() -> None:
    written = page(TEXT.read_text("utf-8"), all_records())
    assert written == BENCHMARKS.read_text("utf-8"), "run python benchmarks/page.py"


def test_another_record_makes_another_page() -> None:
    text, records = TEXT.read_text("utf-8"), all_records()
    name, record = next(iter(records.items()))
    other = replace(record, date="1999-01-01")
    assert page(text, {**records, name: other}) != BENCHMARKS.read_text("utf-8")


@pytest.mark.parametrize("spoil", [lambda r: {}, lambda r: {**r, "new": next(iter(r.values()))}])
def test_places_and_records_must_agree(spoil: Callable[[Any], Any]) -> None:
    with pytest.raises(LookupError, match="wants: "):
        page(TEXT.read_text("utf-8"), spoil(all_records()))
