"""``particle-sim learn`` in a browser: what a student sees, moves and answers."""

from __future__ import annotations

import math
import re
import statistics
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from browser import (
    DRAWN,
    SIZES,
    OpenPage,
    Server,
    commit,
    findings,
    movable,
    photograph,
    pictures,
    settled,
    slide,
)
from matplotlib import colormaps

from particle_sim.learn.lesson import lesson_names, load_lesson

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytest_plugins = ["browser_fixtures"]

LESSON, KNOBS = "l1_diffusion_in_a_sphere", "l3_the_knobs"
MOVES = 6
GROWTH = 150.0
"""Memory that a class of students may cost the server [MB]."""


# --- every page in every window ------------------------------------------------------------------


CROWDED = """() => [...document.querySelectorAll("#panels .shape")].flatMap((place) => {
  if (!place.offsetParent) return [];
  const rim = place.querySelector(".nsewdrag").getBoundingClientRect(), found = [];
  const boxes = (name) => [...place.querySelectorAll(name)].map((t) => t.getBoundingClientRect());
  const within = (p, b) =>
    p.x > b.left + 1 && p.x < b.right - 1 && p.y > b.top + 2 && p.y < b.bottom - 2;
  const labels = boxes(".annotation-text-g");
  for (const curve of place.querySelectorAll(".js-line")) {
    const long = curve.getTotalLength(), turn = curve.getScreenCTM();
    for (let k = 0; k <= 300; k += 1) {
      const p = curve.getPointAtLength(long * k / 300).matrixTransform(turn);
      if (within(p, rim) && labels.some((b) => within(p, b))) found.push("label on a curve");
    }
  }
  for (const name of [".xtick text", ".ytick text", ".annotation-text-g"]) {
    const all = boxes(name);
    all.forEach((a, i) => all.slice(i + 1).forEach((b) => {
      const beside = a.right < b.left + 1 || b.right < a.left + 1;
      const apart = beside || a.bottom < b.top + 3 || b.bottom < a.top + 3;
      if (!apart) found.push(`${name} overlap`);
    }));
    if (name !== ".annotation-text-g" && all.length > 9) found.push(`${all.length} of ${name}`);
  }
  const title = place.closest("figure").querySelector("figcaption").textContent;
  return [...new Set(found)].map((what) => `${title}: ${what}`);
})"""
"""Labels that lie on a curve or on each other, and ticks that are too many or overlap."""


def ends(page: Page, selector: str) -> tuple[float, float]:
    """Top and bottom of an element in the window [px]."""
    box = page.locator(selector).bounding_box()
    assert box is not None
    return box["y"], box["y"] + box["height"]


def first_screen(page: Page, size: str) -> None:
    """Title and question; on a wide window also the axes to draw on and the button below them."""
    wanted = ["h1", ".lead"] + (["#sketch-canvas", "#commit"] if size == "desktop" else [])
    for selector in wanted:
        top, bottom = ends(page, selector)
        assert (selector, top >= 0, bottom <= SIZES[size][1]) == (selector, True, True)


def in_sight(page: Page, size: str) -> None:
    """The picture stays: beside the exercise on a wide window, above the last slider on a phone."""
    last = "#exercise" if size == "desktop" else "#controls .control >> nth=-1"
    page.locator(last).scroll_into_view_if_needed()
    page.wait_for_timeout(50)
    top, bottom = ends(page, "#picture")
    assert top >= -1
    assert bottom <= SIZES[size][1]
    if size == "phone":
        assert ends(page, last)[1] > bottom


@pytest.mark.parametrize("name", lesson_names())
def test_a_lesson_opens_its_picture_after_the_prediction(
    open_page: OpenPage, server: Server, name: str
) -> None:
    for size in ("phone", "desktop"):
        watched = open_page(f"{server.address}/lesson/{name}", size)
        page = watched.page
        first_screen(page, size)
        assert page.is_hidden("#scene")
        assert page.is_hidden("#explained")
        assert page.is_hidden("#exercise")
        page.click("#commit")
        assert page.inner_text("#prediction-said") == "Choose one of the answers first."
        assert page.is_hidden("#scene")
        photograph(page, f"{name}_{size}_before")
        commit(page)
        assert page.inner_text("#verdict") == "Right."
        assert page.is_visible("#scene")
        assert page.inner_text("#sentences")
        photograph(page, f"{name}_{size}")
        assert page.evaluate(CROWDED) == []
        in_sight(page, size)
        assert watched.problems() == []
    width, height = SIZES["projector"]
    page.set_viewport_size({"width": width, "height": height})
    photograph(page, f"{name}_projector")
    assert watched.problems() == []


def test_a_label_on_a_curve_is_seen(open_page: OpenPage, server: Server) -> None:
    """The mark "now" of the first lesson, moved to where the mean filling passes it."""
    page = open_page(f"{server.address}/lesson/{LESSON}").page
    commit(page)
    assert page.evaluate(CROWDED) == []
    mean = page.evaluate("Number(picture.numbers.find((n) => n.label === 'mean filling').value)")
    page.evaluate(
        "y => Plotly.relayout(document.querySelectorAll('#panels .shape')[1],"
        " {'annotations[0].y': y, 'annotations[0].yanchor': 'middle'})",
        (mean + 0.02) / 1.04,
    )
    assert page.evaluate(CROWDED) == ["Filling against time: label on a curve"]


PICTURE_FIRST = """(() => {
  const top = (name) => document.querySelector(name).getBoundingClientRect().top;
  return top(".picture") < top(".more");
})()"""
"""Whether the picture stands above its numbers."""


def playground_in_sight(page: Page, size: str) -> None:
    """Picture and charge slider at once: on a wide window without scrolling, on a phone above."""
    assert page.locator("#panels figure:visible, #balls figure:visible").count() in (2, 8)
    if size == "phone":
        in_sight(page, size)
        page.evaluate("scrollTo(0, 0)")
    elif size == "desktop":
        assert ends(page, "#c-charge")[1] < ends(page, "#picture")[1] <= SIZES[size][1]


def test_the_charge_is_played_in_the_page(open_page: OpenPage, server: Server) -> None:
    """Scrubbed by keyboard and played to its end without one request beyond how sure it is."""
    watched = open_page(f"{server.address}/playground")
    page = watched.page
    page.wait_for_selector("#sentences:has-text('draws')")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.focus("#c-charge")
    before = page.evaluate("JSON.stringify(picture.panels)")
    page.keyboard.press("Home")
    assert page.inner_text("#o-charge") == "0 %"
    assert page.evaluate("JSON.stringify(picture.panels)") != before
    page.click("#play")
    page.wait_for_selector("#o-charge:has-text('100 %')")
    assert page.evaluate("picture.panels[6].marks[0].x") == 100
    assert asked == []
    assert watched.problems() == []


@pytest.mark.parametrize("size", SIZES)
def test_other_pages_are_whole(open_page: OpenPage, server: Server, size: str) -> None:
    for path in ("", "sheet", "key", "playground"):
        watched = open_page(f"{server.address}/{path}", size)
        if path == "playground":
            settled(watched.page)
            assert watched.page.evaluate(PICTURE_FIRST)
            playground_in_sight(watched.page, size)
        photograph(watched.page, f"{path or 'index'}_{size}")
        assert (path, watched.problems()) == (path, [])


def test_what_must_not_be_seen_is_seen(open_page: OpenPage, server: Server) -> None:
    harm = {
        "error: on purpose": "console.error('on purpose')",
        "warning: on purpose": "console.warn('on purpose')",
        "page error: on purpose": "setTimeout(() => { throw new Error('on purpose') })",
        "wider than the window": "document.body.append(Object.assign("
        "document.createElement('div'), {style: 'width:3000px;height:1px'}))",
        "leaves the site: http://localhost:1/": "new Image().src = 'http://localhost:1/'",
    }
    for sign, script in harm.items():
        watched = open_page(server.address)
        assert watched.problems() == []
        watched.page.evaluate(f"() => {{ {script} }}")
        watched.page.wait_for_timeout(100)
        assert any(sign in problem for problem in watched.problems()), watched.problems()


# --- accessibility -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["", "sheet", "key", "lesson/nowhere", f"lesson/{LESSON}", "playground"]
)
def test_a_page_is_accessible(open_page: OpenPage, server: Server, path: str) -> None:
    page = open_page(f"{server.address}/{path}", bypass_csp=True).page
    if path == "playground":
        settled(page)
    assert findings(page) == []


def test_the_sheet_is_accessible_on_a_phone(open_page: OpenPage, server: Server) -> None:
    assert findings(open_page(f"{server.address}/sheet", "phone", bypass_csp=True).page) == []


def test_a_page_that_is_not_accessible_is_found(open_page: OpenPage, server: Server) -> None:
    page = open_page(server.address, bypass_csp=True).page
    page.evaluate("() => document.querySelector('main').append(document.createElement('select'))")
    assert any(found.startswith("select-name") for found in findings(page))


# --- without a mouse -----------------------------------------------------------------------------


def tab_to(page: Page, target: str) -> None:
    """Press Tab until the element with this id has the focus."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == target:
            return
    pytest.fail(f"Tab does not reach {target}")


def test_a_lesson_works_from_the_keyboard(open_page: OpenPage, server: Server) -> None:
    page = open_page(f"{server.address}/lesson/{LESSON}").page
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == "prediction":
            break
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    settled(page)
    assert page.evaluate("document.activeElement.id") == "reveal"
    before, position = pictures(page), int(page.input_value("#c-radius"))
    tab_to(page, "c-radius")
    page.keyboard.press("ArrowRight")
    settled(page, before)
    assert int(page.input_value("#c-radius")) == position + 1
    assert "radius=" in page.url
    assert page.get_attribute("#c-radius", "aria-valuetext") == page.inner_text("#o-radius")
    tab_to(page, "answer")
    page.keyboard.type("1e9")
    page.keyboard.press("Enter")
    assert "too large" in page.inner_text("#exercise-said")
    tab_to(page, "hint-button")
    page.keyboard.press("Space")
    assert page.is_visible("#hint")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.is_visible("#solution")


# --- the exercise --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", lesson_names())
def test_an_exercise_judges_answers_and_the_open_page_is_accessible(
    open_page: OpenPage, server: Server, name: str
) -> None:
    page = open_page(f"{server.address}/lesson/{name}?seed=0", bypass_csp=True).page
    commit(page)

    def answer(text: str) -> str:
        page.fill("#answer", text)
        page.click("#exercise button[type=submit]")
        return page.inner_text("#exercise-said")

    right = page.get_attribute("#exercise", "data-answer") or ""
    exercise = load_lesson(name).exercise
    for side in (-1, 1):
        off = side * exercise.tolerance
        assert answer(f"{exercise.answer() * (1 + 0.5 * off):.9g}") == "Right."
        assert answer(f"{exercise.answer() * (1 + 1.5 * off):.9g}").startswith("Not yet")
    page.evaluate("localStorage.clear()")
    page.reload()
    commit(page)
    assert page.is_disabled("#solution-button")
    assert answer("a lot").startswith("Write a number")
    assert answer("").startswith("Write a number")
    assert page.is_disabled("#solution-button")
    assert "too large" in answer(f"{2.2 * float(right):g}")
    assert "too small" in answer(f"{0.6 * float(right):g}")
    assert answer(right) == "Right."
    assert answer(right.replace(".", ",")) == "Right."
    assert page.is_hidden("#hint")
    page.click("#hint-button")
    assert page.is_visible("#hint")
    assert page.get_attribute("#hint-button", "aria-expanded") == "true"
    assert page.is_hidden("#solution")
    page.click("#solution-button")
    assert page.inner_text("#solution-text")
    assert findings(page) == []


# --- what is drawn -------------------------------------------------------------------------------

MAPS = {"sodium": "viridis", "stress": "PuOr_r", "magnitude": "magma_r"}
SHADE = 8
"""Of 255: between the page's stops and matplotlib's map, at most 6, and rounding."""
DRAWN_PAGES = [*(f"lesson/{name}" for name in lesson_names()), "playground"]


def colour(ball: dict[str, Any], value: float) -> Any:
    """Red, green and blue that the map of a cut particle gives a value."""
    share = np.clip((value - ball["low"]) / (ball["high"] - ball["low"]), 0, 1)
    return 255 * np.array(colormaps[MAPS[ball["quantity"]]](share)[:3])


def check_ball(seen: dict[str, Any], ball: dict[str, Any]) -> None:
    """Pixels from the centre to the rim, the colour bar and its ends, against the data."""
    size, reach = seen["size"], 0.49 * seen["size"] * ball["size"]
    for line in ("middle", "upright"):
        pixels = np.array(seen[line]).reshape(size, 4)
        for step in range(size):
            r = math.hypot(step + 0.5 - size / 2, 0.5) / reach
            if r < 0.97:
                near = np.interp([r - 0.003, r, r + 0.003], ball["radius"], ball["values"])
                expected = [colour(ball, value) for value in near]
                low, high = np.min(expected, axis=0) - SHADE, np.max(expected, axis=0) + SHADE
                drawn = pixels[step, :3]
                assert ((low <= drawn) & (drawn <= high)).all(), (ball["title"], line, r)
            elif r > 1.01:
                assert pixels[step, 3] == 0
    stops = np.array(re.findall(r"rgb\((\d+), (\d+), (\d+)\)", seen["bar"]), dtype=float)
    assert "linear-gradient(90deg" in seen["bar"]
    for share, stop in zip(np.linspace(0, 1, len(stops)), stops, strict=True):
        value = ball["low"] + share * (ball["high"] - ball["low"])
        assert np.abs(stop - colour(ball, value)).max() <= SHADE
    assert (seen["low"], seen["high"]) == pytest.approx((ball["low"], ball["high"]), rel=5e-3)
    centre, surface = re.findall(r"(?:centre|surface) (\S+?)(?=,|$)", seen["told"])
    ends = (ball["values"][0], ball["values"][-1])
    assert (float(centre), float(surface)) == pytest.approx(ends, rel=5e-3)


def check_panel(seen: dict[str, Any], panel: dict[str, Any]) -> None:
    """Titles, kinds and ranges of both axes, and every curve, against the data."""
    assert seen["title"] == panel["title"]
    x, y = seen["axes"]
    assert (x["text"], y["text"]) == (panel["x_label"], panel["y_label"])
    assert x["type"] == ("log" if panel["log_x"] else "linear")
    assert y["type"] == ("log" if panel["log_y"] else "linear")
    if panel["y_range"]:
        ends = np.log10(panel["y_range"]) if panel["log_y"] else panel["y_range"]
        assert y["range"] == pytest.approx(list(ends))
    for drawn, line in zip(seen["lines"], panel["lines"], strict=True):
        assert (drawn["name"], drawn["x"], drawn["y"]) == (line["label"], line["x"], line["y"])
        assert drawn["line"]["color"] == line["colour"]
        assert drawn["mode"] == ("markers" if line["kind"] == "points" else "lines")
        assert drawn["line"]["dash"] == ("dash" if line["kind"] == "closed form" else "solid")


@pytest.mark.parametrize("path", DRAWN_PAGES)
def test_the_page_draws_what_the_server_computed(
    open_page: OpenPage, server: Server, path: str
) -> None:
    page = open_page(f"{server.address}/{path}").page
    if path == "playground":
        settled(page)
    else:
        commit(page)
    panels = (
        page.evaluate("picture.panels")  # made in the page; its numbers: test_learn_kernel.py
        if path == "playground"
        else page.request.get(f"{server.address}/api/{path}").json()["picture"]["panels"]
    )
    seen = page.evaluate(DRAWN)
    balls = [panel for panel in panels if panel["kind"] == "ball"]
    for drawn, ball in zip(seen["balls"], balls, strict=True):
        assert drawn["title"] == ball["title"]
        check_ball(drawn, ball)
    curves = [panel for panel in panels if panel["kind"] == "panel"]
    for drawn, panel in zip(seen["panels"], curves, strict=True):
        check_panel(drawn, panel)


# --- many moves, many tabs, and how long a move takes --------------------------------------------

DRAG = """async ([name, moves]) => {
  const slider = document.getElementById(`c-${name}`);
  for (let i = 0; i < moves; i += 1) {
    slider.value = (7 * i) % (Number(slider.max) + 1);
    slider.dispatchEvent(new Event("input"));
    await new Promise((done) => setTimeout(done, 5));
  }
}"""

STATE = "Object.fromEntries(controls.map((c) => [c.name, String(state[c.name])]))"


def test_many_moves_and_tabs_leave_server_and_picture_right(
    open_page: OpenPage, server: Server
) -> None:
    address = f"{server.address}/lesson/{KNOBS}"
    watched = open_page(address)
    page = watched.page
    commit(page)
    start = server.memory()
    page.evaluate(DRAG, ["diffusivity", 200])
    settled(page)
    tabs = [page.context.new_page() for _ in range(10)]
    for i, tab in enumerate(tabs):
        tab.goto(f"{address}?c_rate={1 + i}", wait_until="commit")
    for tab in tabs:
        settled(tab)  # the first tab's prediction opens the others
        tab.evaluate(DRAG, ["diffusivity", 5])
    for tab in (page, *tabs):
        settled(tab)
        answer = tab.request.get(f"{server.address}/api/lesson/{KNOBS}", params=tab.evaluate(STATE))
        assert tab.evaluate("picture") == answer.json()["picture"]
    assert server.process.poll() is None
    growth = server.memory() - start
    print(f"\nmemory: {start:.0f} MB, and {growth:.0f} MB more for {1 + len(tabs)} tabs")
    assert growth < GROWTH
    assert watched.problems() == []


@pytest.mark.parametrize("physics", ["solid-solution", "declared"])
def test_how_long_a_move_takes(open_page: OpenPage, server: Server, physics: str) -> None:
    """Printed, not judged: it depends on the machine."""
    page = open_page(f"{server.address}/playground?physics={physics}").page
    settled(page)
    taken = []
    for i in range(MOVES):
        slide(page, "b_diffusivity", (11 * i + 3) % 41)
        taken.append(float(page.get_attribute("body", "data-redraw") or "nan"))
    tenth = statistics.quantiles(taken, n=10)[-1]
    print(f"\n{physics}: median {statistics.median(taken):.0f} ms, 9 of 10 below {tenth:.0f} ms")
    assert len(taken) == MOVES
    assert {name for name, _ in movable(page)} >= {"c_rate", "a_diffusivity", "b_diffusivity"}
