"""A class in a browser: joining, predicting without the answers in the page, and a lost server."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from browser import OpenPage, findings, photograph, pictures, settled, slide

from particle_sim.learn.classroom import Classroom
from particle_sim.learn.lesson import load_lesson

pytest.importorskip("uvicorn")

from particle_sim.learn import listen, server

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytest_plugins = ["browser_fixtures"]

LESSON = "l7_when_does_it_crack"
TOKEN = "for-one"
WRONG = 0


class Room:
    """The server of a class in threads of this process, which can go and come back."""

    def __init__(self) -> None:
        self._ready, self._servers = threading.Event(), list[listen.Server]()
        self._listening = listen.listener("127.0.0.1", 0)
        self.port = int(self._listening.getsockname()[1])
        self.address = f"http://127.0.0.1:{self.port}"
        self._pool = ThreadPoolExecutor(2)
        self.come()

    def come(self) -> None:
        """Serve, as before."""
        known, ready = self._servers, self._ready
        ready.clear()

        class Known(listen.Server):
            async def main_loop(self) -> None:
                known.append(self)
                ready.set()
                await super().main_loop()

        room = Classroom(address=f"{self.address}/", token=TOKEN)
        app = server.application(room=room, pool=self._pool)
        app.app.state.opened.add(LESSON)  # type: ignore[attr-defined]  # nothing in advance
        if self._listening.fileno() < 0:
            self._listening = listen.listener("127.0.0.1", self.port)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(listen, "Server", Known)
            self._thread = threading.Thread(target=listen.run, args=(app, self._listening))
            self._thread.start()
            assert ready.wait(30)

    def go(self) -> None:
        """End, with every connection."""
        self._servers[-1].should_exit = True
        self._thread.join(30)
        self._listening.close()


@pytest.fixture(scope="module")
def room() -> Iterator[Room]:
    found = Room()
    yield found
    found.go()


def predict(page: Page, chosen: int) -> None:
    """Choose, draw nothing, and open."""
    page.check(f"#prediction input[value='{chosen}']")
    page.click("#commit")
    page.click("#commit")
    settled(page)


def test_a_student_learns_what_is_right_after_an_own_answer(
    open_page: OpenPage, room: Room
) -> None:
    lesson = load_lesson(LESSON)
    watched = open_page(f"{room.address}/lesson/{LESSON}?seed=3")
    page = watched.page
    assert page.get_attribute("#prediction", "data-answer") is None
    assert page.evaluate("asked.sketch.y === undefined && asked.withheld")
    assert [page.inner_html(place) for place in ("#told", "#why", "#look-at")] == [""] * 3
    predict(page, WRONG)
    right = lesson.prediction.options[lesson.prediction.answer()]
    assert page.inner_text("#verdict") == f"Not quite. The answer: {right}"
    assert "GPa" in page.inner_text("#feedback")
    assert page.inner_text("#why h2") == "Why"
    assert page.evaluate("document.activeElement.id") == "reveal"
    own = lesson.exercise.answer(**lesson.exercise.numbers(3))
    page.click("#hint-button")
    assert page.is_disabled("#solution-button")
    for value, sign in ((2.2 * own, "Not yet: too large. "), (own, "Right.")):
        page.fill("#answer", f"{value:.5g}")
        page.click("#exercise button[type=submit]")
        page.wait_for_selector(f"#exercise-said:has-text('{sign}')")
    page.click("#solution-button")
    assert page.inner_text("#solution-text")
    photograph(page, "class_lesson_desktop")
    page.reload()
    settled(page)
    assert page.inner_text("#verdict").startswith("Not quite")
    assert page.inner_text("#exercise-said") == "Right."
    assert watched.problems() == []


def test_a_server_that_goes_is_told_at_the_slider_and_comes_back_without_reload(
    open_page: OpenPage, room: Room
) -> None:
    page = open_page(f"{room.address}/lesson/{LESSON}", "phone").page
    predict(page, WRONG)
    page.evaluate("window.same = true")
    slide(page, "flaw", 20)
    before = pictures(page)
    room.go()
    page.fill("#c-flaw", "30")
    page.wait_for_selector(".control:has(#c-flaw) #lost:has-text('does not answer')")
    photograph(page, "class_lost_phone")
    assert page.get_attribute("#scene", "aria-busy") == "true"
    room.come()
    settled(page, before)
    assert page.locator("#lost").count() == 0
    assert page.evaluate("window.same && place(controls.find((c) => c.name === 'flaw'))") == 30


@pytest.mark.parametrize(("size", "scheme"), [("desktop", "dark"), ("phone", "light")])
def test_pages_of_a_class_are_whole_and_accessible(
    open_page: OpenPage, room: Room, size: str, scheme: str
) -> None:
    for path in ("join", f"teacher?token={TOKEN}", ""):
        address = f"{room.address}/{path}"
        watched = open_page(address, size, bypass_csp=True, color_scheme=scheme)
        photograph(watched.page, f"class_{path[:7] or 'index'}_{size}_{scheme}")
        assert (path, watched.problems(), findings(watched.page)) == (path, [], [])
    assert watched.page.locator("main a:has-text('How to join in')").count() == 1
