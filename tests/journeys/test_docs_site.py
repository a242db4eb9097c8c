"""The built site: it builds, its links lead somewhere, its types and answers are found."""

from __future__ import annotations

import doctest
import html
import importlib
import json
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
from links import Page, check  # noqa: E402


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


def unreadable_types(site: Path) -> list[str]:
    """What no reader would write as a type, by the page of the reference that shows it."""
    texts = {page: words(page) for page in sorted((site / "api").glob("*.html"))}
    return [f"{page.name}: {w}" for page, text in texts.items() for w in UNREADABLE if w in text]


def out_of_reach(site: Path) -> list[str]:
    """Pages with something that scrolls and no keyboard reaches, a heading without a level, or a
    list without terms.
    """
    scrolls = re.compile(r'<pre>|<div class="math|role="heading"(?! aria-level)|<dl>')
    pages = sorted(site.rglob("*.html"))
    return [page.name for page in pages if scrolls.search(page.read_text("utf-8"))]


def test_the_site_builds_and_answers(tmp_path: Path) -> None:
    """Links lead somewhere, types can be read, questions are answered, search finds; built once."""
    pytest.importorskip("sphinx", reason="needs the extra docs")
    outcome = build(DOCS, tmp_path)
    assert outcome.returncode == 0, outcome.stderr
    problems, external = check(tmp_path)
    assert all(link.startswith(("https://", "http://")) for link in external), external
    problems += unreadable_types(tmp_path) + unanswered(tmp_path) + not_found(tmp_path)
    problems += out_of_reach(tmp_path)
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


@pytest.mark.parametrize("tool", ["docstrings", "formulas", "pictures", "signatures"])
def test_examples_of_the_tools_are_right(tool: str) -> None:
    pytest.importorskip("sphinx", reason="needs the extra docs")
    found = doctest.testmod(importlib.import_module(tool))
    assert found.attempted
    assert not found.failed


# --- ten questions ------------------------------------------------------------------------------

CLICKS = 3
QUESTIONS = {
    "What does 'supported' promise?": ("how_sure.html", "more than 90 %"),
    "Is my Neware export read as it is?": ("guides/own_files.html", "Neware"),
    "Where do I put the volume change of my diffraction patterns?": (
        "guides/own_material.html",
        "volume_change",
    ),
    "What will my powder give at 5C, and how sure is that?": (
        "guides/predict.html",
        "5 to 95 % band",
    ),
    "How do I get a figure for one column, as PDF?": ("guides/results.html", "--width 85mm"),
    "How do I open a result in a notebook?": ("guides/results.html", "Jupyter"),
    "Does a second run replace what is in the folder?": ("start.html", "Only that is replaced"),
    "How do I use HE-V in PyBaMM?": ("guides/pybamm.html", 'ParameterValues("he_v")'),
    "How do I write a flux of my own?": ("add/index.html", "PhysicsTerm"),
    "Can a class work without a server?": ("teaching.html", "--export"),
}
"""What readers ask: the page that answers, and words of its answer."""
SEARCHED = {"notebook": "guides/results", "plot": "guides/results", "newar": "guides/own_files"}
"""Stems that a search must find in a heading of these pages."""


def article(page: Path) -> str:
    """What a page says, without the navigation that is on every page."""
    text = page.read_text("utf-8")
    return text[text.index("<article") : text.index("</article>")]


def words(page: Path) -> str:
    """The text of a page."""
    shown = html.unescape(re.sub(r"<[^>]+>", "", article(page)))
    return " ".join(shown.split())


def clicks(site: Path) -> dict[str, int]:
    """How many links of the text lead from the front page to a page."""
    site, found, todo = site.resolve(), {"index.html": 0}, ["index.html"]
    for name in todo:
        page = Page()
        page.feed(article(site / name))
        for link in sorted(page.links):
            place = ((site / name).parent / link.split("#")[0]).resolve()
            target = place.relative_to(site).as_posix() if place.is_relative_to(site) else ""
            if target not in found and target.endswith(".html") and place.is_file():
                found[target] = found[name] + 1
                todo.append(target)
    return found


def unanswered(site: Path) -> list[str]:
    """Questions whose page is more than three clicks away, or does not say it."""
    away = clicks(site)
    problems = []
    for question, (name, answer) in QUESTIONS.items():
        if away.get(name, CLICKS + 1) > CLICKS:
            problems.append(f"{question} {name} is more than {CLICKS} clicks away")
        elif answer not in words(site / name):
            problems.append(f"{question} {name} does not say {answer!r}")
    return problems


def not_found(site: Path) -> list[str]:
    """Words that a search does not find in a heading of their page."""
    text = (site / "searchindex.js").read_text("utf-8")
    index = json.loads(text[text.index("(") + 1 : text.rindex(")")])
    problems = []
    for stem, name in SEARCHED.items():
        places = index["titleterms"].get(stem, [])
        places = places if isinstance(places, list) else [places]
        if name not in [index["docnames"][place] for place in places]:
            problems.append(f"a search for {stem} finds no heading of {name}")
    return problems


# --- the checks themselves ----------------------------------------------------------------------


def dead(page: str) -> str:
    return page.replace('href="other.html"', 'href="gone.html"')


def without_anchor(page: str) -> str:
    return page.replace('href="other.html"', 'href="other.html#gone"')


def from_outside(page: str) -> str:
    return page.replace("<p>", '<script src="https://example.org/a.js"></script><p>')


def test_lost_answers_are_noticed(tmp_path: Path) -> None:
    """A page that only the navigation knows, an answer that is gone, a heading without its word."""
    for name, link in (("index", "a"), ("a", "b"), ("b", "how_sure"), ("how_sure", "start")):
        lost = '<nav><a href="teaching.html">x</a></nav>'
        text = f'{lost}<article><a href="{link}.html">ForwardRef</a></article>'
        (tmp_path / f"{name}.html").write_text(text, encoding="utf-8")
    (tmp_path / "start.html").write_text("<article>Only that is replaced</article>", "utf-8")
    (tmp_path / "teaching.html").write_text("<article>--export</article>", "utf-8")
    assert clicks(tmp_path) == {
        "index.html": 0, "a.html": 1, "b.html": 2, "how_sure.html": 3, "start.html": 4,
    }  # fmt: skip
    (supported,) = [p for p in unanswered(tmp_path) if "how_sure" in p]
    assert "does not say" in supported
    assert len(unanswered(tmp_path)) == len(QUESTIONS)
    index = 'Search.setIndex({"docnames": ["start", "guides/results"], "titleterms": {"plot": 1}})'
    (tmp_path / "searchindex.js").write_text(index, encoding="utf-8")
    assert len(not_found(tmp_path)) == len(SEARCHED) - 1
    (tmp_path / "api").mkdir()
    shutil.copy(tmp_path / "a.html", tmp_path / "api")
    assert unreadable_types(tmp_path) == ["a.html: ForwardRef"]
    assert not out_of_reach(tmp_path)
    for faulty in ("<pre>a long line</pre>", "<dl>\n<dd>a parameter</dd>\n</dl>"):
        (tmp_path / "b.html").write_text(faulty, encoding="utf-8")
        assert out_of_reach(tmp_path) == ["b.html"]


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
