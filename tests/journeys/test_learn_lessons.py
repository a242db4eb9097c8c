"""What a student does in a lesson: sketch, predict, scrub, compute; and pages dark and in print."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from browser import SIZES, OpenPage, Server, commit, findings, settled

from particle_sim.learn.lesson import lesson_names, load_lesson
from particle_sim.learn.text import held

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytest_plugins = ["browser_fixtures"]

FIRST = "l1_diffusion_in_a_sphere"
MISFIT = "l6_two_phases_and_misfit"
INSIDE = (56, 14, 12, 46)
"""Left, right, top and bottom margins of the sketch's axes [px]."""
STROKES = 24


def draw(page: Page, values: list[float], low: float, high: float) -> None:
    """One stroke of the mouse through the values, even from the left edge to the right."""
    page.locator("#sketch-canvas").scroll_into_view_if_needed()
    box = page.locator("#sketch-canvas").bounding_box()
    assert box is not None
    left, right, top, bottom = INSIDE
    wide, tall = box["width"] - left - right, box["height"] - top - bottom
    for i, value in enumerate(values):
        x = box["x"] + left + wide * i / (len(values) - 1)
        page.mouse.move(x, box["y"] + top + tall * (1 - (value - low) / (high - low)))
        if i == 0:
            page.mouse.down()
    page.mouse.up()


# --- the sketch ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("drawn", "word"), [("computed", "Very close"), ("mirrored", "Another")])
def test_a_sketch_is_laid_under_the_computed_curve(
    open_page: OpenPage, server: Server, drawn: str, word: str
) -> None:
    watched = open_page(f"{server.address}/lesson/{FIRST}")
    page = watched.page
    asked: dict[str, Any] = page.evaluate("asked.sketch")
    low, high = asked["y_range"]
    curve = asked["y"][:: len(asked["y"]) // STROKES]
    draw(page, curve if drawn == "computed" else [low + high - y for y in curve], low, high)
    assert page.evaluate("board.whole()")
    page.check("#prediction input[value='0']")
    page.click("#commit")
    settled(page)
    assert page.inner_text("#sketch-said").startswith(word)
    told = page.inner_text(f"#prediction label >> nth={page.evaluate('asked.answer')}").strip()
    assert page.inner_text("#verdict") == f"Not quite. The answer: {told}"
    assert page.inner_text("#feedback")
    assert watched.problems() == []


def test_a_sketch_needs_no_mouse_and_all_is_kept(open_page: OpenPage, server: Server) -> None:
    page = open_page(f"{server.address}/lesson/{FIRST}").page
    page.focus("#sketch-tools summary")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    for _ in range(7):
        page.keyboard.press("ArrowUp")
        page.keyboard.press("Tab")
    sketched = page.evaluate("board.values()")
    assert min(sketched) == max(sketched) == pytest.approx(0.525)
    page.check("#prediction input[value='1']")
    page.click("#commit")
    settled(page)
    page.reload()
    settled(page)
    assert page.is_checked("#prediction input[value='1']")
    assert page.evaluate("board.values()") == sketched
    page.click("header a >> nth=0")
    page.wait_for_selector(f".card[data-name={FIRST}] .done:text-is('predicted')")
    page.click("#progress-clear")
    page.wait_for_selector("#progress", state="hidden")


# --- own numbers ---------------------------------------------------------------------------------


def test_a_student_has_own_numbers_and_keeps_the_answer(
    open_page: OpenPage, server: Server
) -> None:
    exercise = load_lesson(MISFIT).exercise
    page = open_page(f"{server.address}/lesson/{MISFIT}?seed=7").page
    commit(page)
    numbers = exercise.numbers(7)
    assert numbers != exercise.numbers(0)
    assert held(f"E = {numbers['modulus']:g} GPa") in page.inner_text("#exercise-question")
    assert "seed 7, set 8 of 20" in page.inner_text("#seed")
    own, other = exercise.answer(**numbers), exercise.answer()
    for text, right in ((f"{1e3 * own:.0f} MPa", True), (f"{other:.3f}", False)):
        page.fill("#answer", text)
        page.click("#exercise button[type=submit]")
        assert (page.inner_text("#exercise-said") == "Right.") is right
    assert "seed=7" in page.url
    page.goto(f"{server.address}/lesson/{MISFIT}")
    settled(page)
    assert page.input_value("#answer") == f"{other:.3f}"
    assert "seed 7" in page.inner_text("#seed")


# --- the history ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [FIRST, MISFIT])
def test_a_history_is_scrubbed_and_played_without_the_server(
    open_page: OpenPage, server: Server, name: str
) -> None:
    page = open_page(f"{server.address}/lesson/{name}", bypass_csp=True).page
    with page.expect_response(lambda answer: answer.url.split("?")[0].endswith("/history")):
        commit(page)
    page.wait_for_function("films.size === 1")
    slider, last = (
        f"#c-{load_lesson(name).scene.history}",
        page.evaluate("playable().values.length - 1"),
    )
    position = last // 3
    control = page.evaluate("playable()")
    query = {control["name"]: str(control["values"][position])}
    alone = page.request.get(f"{server.address}/api/lesson/{name}", params=query).json()
    page.context.set_offline(True)
    taken = []
    for place in (*range(0, last, 4), position):
        page.evaluate(
            "([id, to]) => { const s = document.querySelector(id); s.value = to;"
            " s.dispatchEvent(new Event('input')); }",
            [slider, place],
        )
        taken.append(float(page.get_attribute("body", "data-redraw") or "nan"))
    assert page.evaluate("picture") == alone["picture"]
    page.evaluate("move(playable(), playable().values[playable().values.length - 3])")
    page.click("#play")
    page.wait_for_function("place(playable()) === playable().values.length - 1 && !playing")
    assert page.is_hidden("#problems")
    print(f"\n{name}: a scrubbed picture takes up to {max(taken):.0f} ms")


def test_the_first_page_moves_unless_the_reader_wants_no_motion(
    open_page: OpenPage, server: Server
) -> None:
    seen = "document.querySelector('.hero canvas').toDataURL()"
    for wish, label in (("reduce", "▶ Play"), ("no-preference", "❚❚ Pause")):
        page = open_page(server.address, reduced_motion=wish).page
        assert page.inner_text("#hero-play") == label
        before = page.evaluate(seen)
        page.wait_for_timeout(400)
        assert (page.evaluate(seen) == before) is (wish == "reduce")


# --- dark, print ---------------------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES)
def test_a_dark_page_is_whole_and_accessible(
    open_page: OpenPage, server: Server, size: str
) -> None:
    for path in ("", f"lesson/{FIRST}") if size != "projector" else ("",):
        watched = open_page(f"{server.address}/{path}", size, bypass_csp=True, color_scheme="dark")
        if path.startswith("lesson"):
            commit(watched.page)
        assert (path, watched.problems()) == (path, [])
        if size == "phone":
            assert findings(watched.page) == []
        ground = watched.page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert max(map(int, ground[4:-1].split(","))) < 64


def test_a_printed_sheet_has_room_and_no_scrollbar(open_page: OpenPage, server: Server) -> None:
    page = open_page(f"{server.address}/sheet").page
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 690, "height": 1010})  # A4 within margins of 14 mm
    heights = page.eval_on_selector_all(".sheet", "all => all.map(s => s.offsetHeight)")
    assert len(heights) == len(lesson_names())
    assert max(heights) < 1010
    rooms = page.eval_on_selector_all(".work", "all => all.map(s => s.offsetHeight)")
    assert min(rooms) > 6 * 37.8  # 6 cm
    barred = page.evaluate(
        "[...document.querySelectorAll('main *')].filter(e => e.scrollWidth > e.clientWidth + 1"
        " && ['auto', 'scroll'].includes(getComputedStyle(e).overflowX)).map(e => e.outerHTML)"
    )
    assert barred == []
    content = page.pdf(format="A4")
    assert content.count(b"/Type /Page\n") == len(lesson_names())
