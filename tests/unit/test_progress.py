"""Does a long call from Python show a bar to whoever watches, and nothing to a log?"""

from __future__ import annotations

import ast
import io
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import particle_sim as ps
from particle_sim import progress
from particle_sim.progress import shows_progress

DOCS = Path(__file__).parents[2] / "docs" / "api"
PACKAGE = Path(ps.__file__).parent


@shows_progress
def count(to: int, *, seen: list[Any] | None = None, progress: Any = None) -> int:
    """Counts to three at most; waits, where asked, until each number was seen."""
    for number in range(1, to + 1):
        if number > 3:
            raise ValueError(number)
        if progress is not None:
            progress(f"<b>{number}</b> [dim]", number / to)
        while seen is not None and f"<b>{number}</b>" not in str(seen):
            time.sleep(0.001)
    return to


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What a notebook is told to show, one place on its page."""
    told: list[dict[str, Any]] = []
    publisher = SimpleNamespace(publish=lambda **what: told.append(what))
    shell = SimpleNamespace(kernel="there is one", display_pub=publisher)
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    monkeypatch.setattr(progress, "PERIOD", 0.01)
    return told


def screen(patch: pytest.MonkeyPatch) -> io.StringIO:
    """Standard error of somebody at a terminal."""
    found = io.StringIO()
    patch.setattr(found, "isatty", lambda: True)
    patch.setattr(sys, "stderr", found)
    patch.setenv("TERM", "xterm")
    return found


def test_a_notebook_shows_one_bar_that_moves_and_goes(page: list[dict[str, Any]]) -> None:
    assert count(3, seen=page, progress=ps.progress_bar) == 3
    assert [state["update"] for state in page] == [False, *[True] * (len(page) - 1)]
    assert len({state["transient"]["display_id"] for state in page}) == 1
    shown = "".join(state["data"]["text/html"] for state in page)
    assert re.search(r'<progress max="1" value="0.667".*</progress> 67 %, 0 s: &lt;b&gt;2', shown)
    assert "<b>" not in shown
    assert page[-1]["data"] == {"text/html": "", "text/plain": ""}


def test_a_bar_goes_with_a_call_that_fails(page: list[dict[str, Any]]) -> None:
    with pytest.raises(ValueError, match="4"):
        count(5, seen=page, progress=ps.progress_bar)
    assert page[-1]["data"] == {"text/html": "", "text/plain": ""}
    states = len(page)
    time.sleep(0.05)
    assert len(page) == states


def test_a_quick_call_leaves_a_page_alone(
    page: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "PERIOD", 60.0)
    count(1, progress=ps.progress_bar)
    assert page == []


def test_a_terminal_shows_a_bar_on_standard_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    terminal = screen(monkeypatch)
    count(2, progress=ps.progress_bar)
    assert "<b>2</b> [dim]" in terminal.getvalue()
    assert "100%" in terminal.getvalue()
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("asked", [{}, {"progress": ps.progress_bar}])
def test_nothing_is_written_to_a_log_nor_unasked(
    asked: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    count(3, **asked)
    assert capsys.readouterr() == ("", "")


def test_a_function_of_ones_own_is_called_as_it_is(page: list[dict[str, Any]]) -> None:
    told: list[Any] = []
    count(2, progress=lambda *what: told.append(what))
    assert told == [("<b>1</b> [dim]", 0.5), ("<b>2</b> [dim]", 1.0)]
    assert page == []


def test_a_step_without_a_share_has_a_bar_without_a_value(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = screen(monkeypatch)
    with progress.terminal_bar() as show:
        show(*progress.in_words("1 of many"))
    assert "1 of many" in terminal.getvalue()
    assert "%" not in terminal.getvalue()


def test_what_a_call_prints_goes_where_it_is_sent(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As in a script whose output goes to a file, its errors to the screen."""
    terminal = screen(monkeypatch)
    with progress.terminal_bar():
        print("inside")
    assert capsys.readouterr().out == "inside\n"
    assert "inside" not in terminal.getvalue()


# --- every function that says how far it is ---------------------------------------------------


def told_but_not_shown(source: str) -> Iterator[str]:
    """Public functions that take ``progress`` and would leave ``ps.progress_bar`` without a bar."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            names = [each.arg for each in [*node.args.args, *node.args.kwonlyargs]]
            if "progress" in names and "shows_progress" not in map(
                ast.unparse, node.decorator_list
            ):
                yield node.name


def test_every_function_of_the_reference_that_takes_progress_shows_it() -> None:
    pages = "\n".join(page.read_text("utf-8") for page in DOCS.glob("*.md"))
    modules = set(re.findall(r"automodule:: particle_sim\.(\S+)", pages))
    paths = [PACKAGE / f"{module.replace('.', '/')}.py" for module in modules]
    sources = {str(path): path.read_text("utf-8") for path in paths if path.is_file()}
    assert sum("@shows_progress" in source for source in sources.values()) > 5
    assert {name: list(told_but_not_shown(source)) for name, source in sources.items()} == {
        name: [] for name in sources
    }


def test_a_function_without_its_bar_is_noticed() -> None:
    assert list(told_but_not_shown("def run(*, progress=None): ...")) == ["run"]
    assert list(told_but_not_shown("@shows_progress\ndef run(*, progress=None): ...")) == []
