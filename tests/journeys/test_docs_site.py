"""The built site: it builds, its links lead somewhere, its types can be read."""

from __future__ import annotations

import doctest
import html
import importlib
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "docs" / "_tools")]

from blocks import DOCS  # noqa: E402
from links import check  # noqa: E402


def build(source: Path, out: Path) -> subprocess.CompletedProcess[str]:
    """``sphinx-build -W`` in a process of its own."""
    arguments = ["-W", "-q", "-b", "html", str(source), str(out)]
    return subprocess.run(
        [sys.executable, "-m", "sphinx", *arguments], capture_output=True, text=True, check=False
    )


def small_site(folder: Path, text: str) -> Path:
    """A source folder with our configuration and one page."""
    folder.mkdir()
    for name in ("_tools", "_static"):
        shutil.copytree(DOCS / name, folder / name)
    shutil.copy(DOCS / "conf.py", folder)
    (folder / "index.md").write_text(text, encoding="utf-8")
    return folder


UNREADABLE = ("ForwardRef", "ndarray[tuple", "<factory", "<function", "MinLen(", "Metadata(")


def article(page: Path) -> str:
    """What a page says, without the navigation that is on every page."""
    text = page.read_text("utf-8")
    return text[text.index("<article") : text.index("</article>")]


def words(page: Path) -> str:
    """The text of a page."""
    shown = html.unescape(re.sub(r"<[^>]+>", "", article(page)))
    return " ".join(shown.split())


def unreadable_types(site: Path) -> list[str]:
    """What no reader would write as a type, by the page of the reference that shows it."""
    texts = {page: words(page) for page in sorted((site / "api").glob("*.html"))}
    return [f"{page.name}: {w}" for page, text in texts.items() for w in UNREADABLE if w in text]


def test_the_site_builds(tmp_path: Path) -> None:
    """Links lead somewhere and types can be read; built once."""
    pytest.importorskip("sphinx", reason="needs the extra docs")
    outcome = build(DOCS, tmp_path)
    assert outcome.returncode == 0, outcome.stderr
    problems, external = check(tmp_path)
    assert all(link.startswith(("https://", "http://")) for link in external), external
    problems += unreadable_types(tmp_path)
    assert not problems, "\n".join(problems)


BROKEN_PAGES: dict[str, tuple[str, str]] = {
    "page that is not there": ("# Page\n\n[text](nowhere.md)\n", "nowhere"),
    "heading that is not there": ("# Page\n\n[text](#no-such-heading)\n", "no-such-heading"),
    "name that is not there": (
        "# Page\n\n```{eval-rst}\n.. autofunction:: particle_sim.no_such_name\n```\n",
        "no_such_name",
    ),
}


@pytest.mark.parametrize("case", BROKEN_PAGES)
def test_a_broken_page_does_not_build(case: str, tmp_path: Path) -> None:
    pytest.importorskip("sphinx", reason="needs the extra docs")
    text, fragment = BROKEN_PAGES[case]
    outcome = build(small_site(tmp_path / "source", text), tmp_path / "site")
    assert outcome.returncode != 0
    assert fragment in outcome.stderr


@pytest.mark.parametrize("tool", ["formulas", "signatures"])
def test_examples_of_the_tools_are_right(tool: str) -> None:
    pytest.importorskip("sphinx", reason="needs the extra docs")
    found = doctest.testmod(importlib.import_module(tool))
    assert found.attempted
    assert not found.failed


# --- the checks themselves ----------------------------------------------------------------------


def dead(page: str) -> str:
    return page.replace('href="other.html"', 'href="gone.html"')


def without_anchor(page: str) -> str:
    return page.replace('href="other.html"', 'href="other.html#gone"')


def from_outside(page: str) -> str:
    return page.replace("<p>", '<script src="https://example.org/a.js"></script><p>')


def test_a_type_that_nobody_would_write_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "api").mkdir()
    (tmp_path / "api" / "a.html").write_text("<article>ForwardRef</article>", encoding="utf-8")
    assert unreadable_types(tmp_path) == ["a.html: ForwardRef"]


def test_a_sound_site_has_no_problems(tmp_path: Path) -> None:
    assert check(site(tmp_path, str)) == ([], ["https://example.org/"])


@pytest.mark.parametrize("spoil", [dead, without_anchor, from_outside])
def test_a_dead_or_foreign_link_is_noticed(spoil: Callable[[str], str], tmp_path: Path) -> None:
    problems, _ = check(site(tmp_path, spoil))
    assert len(problems) == 1


def site(folder: Path, spoil: Callable[[str], str]) -> Path:
    """Two pages, the first of them spoiled."""
    first = '<p><a href="other.html">a</a> <a href="https://example.org/">b</a></p>'
    (folder / "index.html").write_text(spoil(first), encoding="utf-8")
    (folder / "other.html").write_text('<p id="here"><a href="#here">c</a></p>', encoding="utf-8")
    return folder
