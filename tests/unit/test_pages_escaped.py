"""A material file may hold any text; pages show it as text."""

from __future__ import annotations

import dataclasses
import json
from html.parser import HTMLParser
from pathlib import Path

import pytest
import xarray as xr

from particle_sim.claims.compare import ComparisonResult
from particle_sim.figures import FIGURES
from particle_sim.learn import site
from particle_sim.learn.controls import Slider
from particle_sim.learn.lesson import Scene
from particle_sim.learn.picture import Number, Panel, Picture
from particle_sim.report.page import render_page
from particle_sim.studies.result import MaterialResult

HOSTILE = [
    "</title><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "<svg/onload=alert(1)>",
    "{{7*7}}{% raw %}",
    "<!-- ' \" & -->",
]


class Tags(HTMLParser):
    """Every tag with its attributes' names."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, ...]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, *(name for name, _ in attrs)))


def tags(page: str) -> list[tuple[str, ...]]:
    parser = Tags()
    parser.feed(page)
    return parser.found


def renamed(material: MaterialResult, text: str) -> MaterialResult:
    """The same result of a material whose file says something else of itself."""
    own = dataclasses.replace(material.record.material, title=text, formula=text)
    return dataclasses.replace(material, record=dataclasses.replace(material.record, material=own))


@pytest.mark.parametrize("text", HOSTILE)
def test_a_report_shows_a_title_as_text(
    comparison: ComparisonResult, tmp_path: Path, text: str
) -> None:
    for name in FIGURES:
        (tmp_path / f"{name}.png").write_bytes(b"")
    other = dataclasses.replace(
        comparison,
        baseline=renamed(comparison.baseline, text),
        candidate=renamed(comparison.candidate, text),
    )
    plain, hostile = (
        render_page(result, xr.DataTree(), command, tmp_path)
        for result, command in ((comparison, "compare"), (other, text))
    )
    assert tags(hostile) == tags(plain)
    assert "49" not in hostile.split("</h1>")[0].split("<h1>")[1]


@pytest.mark.parametrize("text", HOSTILE)
def test_lesson_pages_show_texts_as_text(text: str) -> None:
    control = Slider(name="x", label=text, low=1.0, high=2.0, start=1.0, unit=text, group=text)
    scene = Scene(controls=[control], draw=lambda **_: Picture(panels=[]))
    pages = [
        site.playground_page(
            scene, (said, said), {"baseline": said}, site.LIVE,
            materials=[(said, said)], problems=[said],
        )
        for said in ("plain", text)
    ]  # fmt: skip
    assert tags(pages[1]) == tags(pages[0])
    setup = pages[1].split('id="setup">')[1].split("</script>")[0]
    assert json.loads(setup)["problems"] == [text]
    said = [site.message_page(words, site.LIVE, title=words) for words in ("plain", text)]
    assert tags(said[1]) == tags(said[0])


@pytest.mark.parametrize("text", HOSTILE)
def test_a_picture_sends_its_sentences_as_text(text: str) -> None:
    """Sentences are the only part that the page takes as HTML, because of their formulas."""
    picture = Picture(
        panels=[Panel(title=text, x_label=text, y_label=text, lines=[])],
        sentences=[text],
        numbers=[Number(label=text, value=1.0)],
        command=text,
    )
    sent = site.picture_data(picture)
    assert tags(sent["sentences"][0]) == []
    assert (sent["command"], sent["panels"][0]["title"]) == (text, text)


def test_the_check_sees_a_page_that_does_not_escape() -> None:
    assert tags(f"<p>{HOSTILE[1]}</p>") != tags("<p>plain</p>")
