"""What leaves the lessons and comes back: links, figures, data, command lines, and wrong links."""

from __future__ import annotations

import csv
import io
import shlex
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from browser import OpenPage, Server, Watched, commit, movable, pictures, settled, slide
from command_line import RunCommand
from PIL import Image

from particle_sim.learn.lesson import lesson_names
from particle_sim.materials.load import load_record
from particle_sim.studies.choices import PhysicsChoice
from particle_sim.studies.settings import Comparison

pytest_plugins = ["browser_fixtures"]

LEAST_BYTES = 10_000
"""Of a picture with curves in it."""
SAME_STATE = 6e-3
"""Relative; numbers on a command line and on a slider have three digits or four."""


def saved(watched: Watched, button: str) -> bytes:
    """The file that a button gives."""
    with watched.page.expect_download() as download:
        watched.page.click(f"#{button}")
    return Path(download.value.path()).read_bytes()


def table(content: bytes) -> list[dict[str, str]]:
    """A downloaded table by its header."""
    return list(csv.DictReader(io.StringIO(content.decode("utf-8"))))


# --- links and files -----------------------------------------------------------------------------


def test_a_copied_link_shows_the_same_state(open_page: OpenPage, server: Server) -> None:
    watched = open_page(
        f"{server.address}/lesson/l1_diffusion_in_a_sphere",
        permissions=["clipboard-read", "clipboard-write"],
    )
    page = watched.page
    commit(page)
    for name, last in movable(page):
        slide(page, name, last - 2)
    page.click("#copy-link")
    page.wait_for_selector("#said:has-text('The link is copied.')")
    link = page.evaluate("navigator.clipboard.readText()")
    assert link == page.url
    other = open_page(link)
    commit(other.page)
    for name, last in movable(page):
        assert other.page.input_value(f"#c-{name}") == str(last - 2)
    assert saved(other, "save-data") == saved(watched, "save-data")
    page.click("#reset")
    settled(page)
    assert "?" not in page.url
    assert saved(other, "save-data") != saved(watched, "save-data")


def test_data_are_those_of_the_picture(open_page: OpenPage, server: Server) -> None:
    watched = open_page(f"{server.address}/playground?c_rate=3.15")
    settled(watched.page)
    rows = table(saved(watched, "save-data"))
    assert list(rows[0]) == ["picture", "curve", "x", "x in", "y", "y in"]
    assert rows == expected_rows(watched.page.evaluate("picture"))
    units = {row["y in"] for row in rows if row["picture"].startswith("Voltage")}
    assert units == {"voltage [V]"}


def expected_rows(picture: dict[str, Any]) -> list[dict[str, str]]:
    """The table of a picture, worked out here a second time."""
    rows = []
    for panel in picture["panels"]:
        ball = panel["kind"] == "ball"
        lines = panel.get("lines") or [
            {"label": "along the radius", "x": panel["radius"], "y": panel["values"]}
        ]
        axes = ("r/R [1]", panel["label"]) if ball else (panel["x_label"], panel["y_label"])
        rows += [
            (panel["title"], line["label"], x, axes[0], y, axes[1])
            for line in lines
            for x, y in zip(line["x"], line["y"], strict=True)
        ]
    rows += [("numbers", n["label"], None, "", n["value"], n["unit"]) for n in picture["numbers"]]
    names = ("picture", "curve", "x", "x in", "y", "y in")
    return [dict(zip(names, map(as_text, row), strict=True)) for row in rows]


def as_text(value: object) -> str:
    """As JavaScript writes it."""
    if isinstance(value, float):
        return as_javascript(value)
    return "" if value is None else str(value)


def as_javascript(value: float) -> str:
    """A number as ECMA-262 (Number::toString) writes it: plain from 1e-6 to 1e21."""
    if value == 0:
        return "0"
    if value == int(value) and abs(value) < 1e21:
        return str(int(value))
    if 1e-6 <= abs(value) < 1e-4:
        return f"{value:.12f}".rstrip("0")
    return repr(value).replace("e-0", "e-").replace("e+0", "e+")


def test_the_figure_is_a_picture_of_everything(open_page: OpenPage, server: Server) -> None:
    watched = open_page(f"{server.address}/playground?physics=solid-solution")
    settled(watched.page)
    content = saved(watched, "save-figure")
    image = Image.open(io.BytesIO(content))
    assert image.format == "PNG"
    assert image.width >= 1280
    assert 0.3 < image.height / image.width < 2
    assert len(content) > LEAST_BYTES
    colours = image.convert("RGB").getcolors(maxcolors=image.width * image.height) or []
    assert {(213, 94, 0), (0, 114, 178)} <= {colour for _, colour in colours}


# --- the command line ----------------------------------------------------------------------------


SCALES = {
    "particle_radius": 1e-6,
    "diffusivity": 1.0,
    "volume_change": 1e-2,
    "youngs_modulus": 1e9,
}


@pytest.mark.parametrize("key", SCALES)
def test_the_command_line_means_the_same_state(
    open_page: OpenPage,
    server: Server,
    run: RunCommand,
    monkeypatch: pytest.MonkeyPatch,
    key: str,
) -> None:
    page = open_page(f"{server.address}/playground?c_rate=3.15&physics=solid-solution").page
    settled(page)
    for role, position in (("a", 11), ("b", 30)):
        slide(page, f"{role}_{key}", position)
    asked: list[Comparison] = []
    monkeypatch.setattr(
        "particle_sim.cli.comparison.run_comparison",
        lambda settings, *a, **k: asked.append(settings),
    )
    monkeypatch.setattr("particle_sim.cli.comparison.tell_comparison", lambda *_: None)
    program, *arguments = shlex.split(page.inner_text("#command-text"))
    assert program == "particle-sim"
    outcome = run(*arguments)
    assert (outcome.code, outcome.err) == (0, "")
    settings = asked[0]
    assert (settings.baseline, settings.candidate, settings.c_rate) == ("nvp", "he_v", 3.15)
    assert settings.physics is PhysicsChoice.SOLID_SOLUTION
    state = {name: value[0] for name, value in parse_qs(urlsplit(page.url).query).items()}
    for role, name in (("a", "nvp"), ("b", "he_v")):
        material = load_record(name, overrides=settings.overrides[name]).material
        given = float(state[f"{role}_{key}"]) * SCALES[key]
        assert abs(material[key].magnitude) == pytest.approx(given, rel=SAME_STATE)


# --- what cannot be ------------------------------------------------------------------------------

WRONG = ["radius=abc", "radius=inf", "radius=1e300", "radius=-1", "radius=", "supply=both"]
UNKNOWN = ["radios=1", "constructor=1", "toString=2"]


@pytest.mark.parametrize("query", WRONG + UNKNOWN)
def test_a_wrong_value_in_a_link_is_named_and_replaced(
    open_page: OpenPage, server: Server, query: str
) -> None:
    watched = open_page(f"{server.address}/lesson/l1_diffusion_in_a_sphere?{query}")
    commit(watched.page)
    said = watched.page.inner_text("#problems")
    assert said.startswith(f"The link sets {query.partition('=')[0]}")
    if query in WRONG:
        assert "Shown instead:" in said
    assert watched.page.evaluate("controls.every((c) => state[c.name] === c.start)")
    assert watched.page.inner_text("#sentences")
    assert watched.problems() == []


def test_a_value_between_positions_is_told(open_page: OpenPage, server: Server) -> None:
    page = open_page(f"{server.address}/playground?physics=solid-solution&c_rate=3").page
    settled(page)
    told = "The link sets c_rate to 3; the nearest position of the slider is shown: 3.15 C."
    assert page.inner_text("#problems") == told
    assert page.inner_text("#o-c_rate") == "3.15 C"
    assert "--c-rate 3.15 " in page.inner_text("#command-text")


@pytest.mark.parametrize(
    ("query", "sign"),
    [
        ("baseline=nvpp", "not in the list"),
        ("baseline=nvp&candidate=nvp", "two different"),
        ("baseline=%3C/script%3E%3Cimg%20src=x%20onerror=alert(1)%3E", "Shown instead"),
        ("baseline=", "Shown instead"),
        ("candidate=nvp", "two different"),
    ],
)
def test_materials_that_cannot_be_compared_are_named(
    open_page: OpenPage, server: Server, query: str, sign: str
) -> None:
    watched = open_page(f"{server.address}/playground?physics=solid-solution&{query}")
    settled(watched.page)
    assert sign in watched.page.inner_text("#problems")
    assert watched.page.inner_text("#sentences")
    assert watched.page.input_value("select[name=baseline]") == "nvp"
    assert watched.page.input_value("select[name=candidate]") == "he_v"
    assert watched.problems() == []


@pytest.mark.parametrize("path", ["lesson/nowhere", "nowhere", "assets/nowhere.js", "lesson/"])
def test_an_unknown_page_has_a_way_home(open_page: OpenPage, server: Server, path: str) -> None:
    page = open_page(f"{server.address}/{path}").page
    assert page.inner_text("h1") == "Not here"
    assert path.removeprefix("lesson/") in page.inner_text("main")
    page.click("main a")
    page.wait_for_url(f"{server.address}/")
    assert page.locator(".lessons li").count() == len(lesson_names())


def test_a_server_that_is_gone_is_told_at_the_slider_and_comes_back(
    open_page: OpenPage, server: Server
) -> None:
    page = open_page(f"{server.address}/playground?physics=declared").page
    settled(page)
    page.context.set_offline(True)
    page.evaluate(
        "() => { const c = document.getElementById('c-c_rate'); c.value = 0;"
        " c.dispatchEvent(new Event('input')); }"
    )
    page.wait_for_selector(".control:has(#c-c_rate) #lost:has-text('does not answer')")
    before = pictures(page)
    page.context.set_offline(False)
    settled(page, before)
    assert page.evaluate("state.c_rate === controls.find((c) => c.name === 'c_rate').values[0]")
    assert page.locator("#lost").count() == 0
