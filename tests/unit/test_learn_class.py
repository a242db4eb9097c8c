"""A class on one machine: where it is found, what it is not told, and who may know."""

from __future__ import annotations

import asyncio
import io
import json
import re
import threading
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from particle_sim.errors import InputError
from particle_sim.learn import classroom, moves, site
from particle_sim.learn.classroom import Classroom, class_address, opened
from particle_sim.learn.guard import Rate
from particle_sim.learn.lesson import lesson_names, load_lesson
from particle_sim.learn.packed import Packed, pack
from particle_sim.learn.questions import questions
from particle_sim.learn.shipped import PAIR
from particle_sim.learn.teaching import PLAN, TEACHING
from particle_sim.learn.text import rich
from particle_sim.learn.turns import Wanted

httpx = pytest.importorskip("httpx")
pytest.importorskip("starlette")

from particle_sim.learn import server  # noqa: E402

ROOM = Classroom(address="http://192.168.1.7:8765/", token="known-to-one")
NAMES = tuple(name for name in lesson_names() if name.startswith(("l2", "l6", "l7")))
"""Lessons whose questions are quickly computed; every lesson goes through the same pages."""
PAGES = ["/", "/sheet", "/join", "/playground", *(f"/lesson/{name}" for name in NAMES)]
DOCS = Path(__file__).parents[2] / "docs" / "teaching.md"


class Client:
    """A student's browser without a window."""

    def __init__(self, room: Classroom | None) -> None:
        app = server.application(host="192.168.1.7", room=room)
        app.app.state.opened = {*NAMES, PAIR}  # type: ignore[attr-defined]  # nothing in advance
        self.transport = httpx.ASGITransport(app)

    def get(self, target: str, **headers: str) -> Any:
        """The answer to one request."""

        async def ask() -> Any:
            base = "http://192.168.1.7:8765"
            async with httpx.AsyncClient(transport=self.transport, base_url=base) as own:
                return await own.get(target, headers=headers)

        return asyncio.run(ask())


@pytest.fixture(scope="module", autouse=True)
def few_lessons() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(site, "lesson_names", lambda: NAMES)
        yield


@pytest.fixture(scope="module")
def room() -> Client:
    return Client(ROOM)


@pytest.fixture(scope="module")
def alone() -> Client:
    return Client(None)


# --- what a class is not told --------------------------------------------------------------------


def told(page: str, name: str) -> list[str]:
    """What of a lesson's answers stands in a page."""
    lesson, asked = load_lesson(name), questions(name)
    setup = json.loads(page.split('id="asked">')[1].split("</script>")[0])
    flat, known = unescape(page), list[str]()
    data = json.dumps(setup, ensure_ascii=False)
    secrets = {
        "answer": 'data-answer="',
        "why": lesson.explanation[0],
        "reveal": asked["reveal"],
        "curve": json.dumps(asked["sketch"]["y"])[1:80],
        **{f"feedback {i}": text for i, text in enumerate(asked["feedback"])},
        **{f"slip {i}": text for i, (_, text) in enumerate(asked["exercise"]["slips"])},
        **{f"set {i}": each["solution"] for i, each in enumerate(asked["exercise"]["sets"])},
    }
    for what, text in secrets.items():
        written = json.dumps(text, ensure_ascii=False)[1:-1]
        if unescape(text) in flat or rich(text) in page or written in data:
            known.append(what)
    for holder in (setup, setup["sketch"], setup["exercise"], *setup["exercise"]["sets"]):
        known += {"answer", "solution", "y", "slips", "feedback"} & holder.keys()
    return known


@pytest.mark.parametrize("name", NAMES)
def test_a_class_does_not_get_the_answers_with_the_page(
    room: Client, alone: Client, name: str
) -> None:
    assert told(room.get(f"/lesson/{name}").text, name) == []
    open_page = told(alone.get(f"/lesson/{name}").text, name)
    assert {"answer", "why", "reveal", "curve", "feedback 0", "set 0", "solution"} <= {*open_page}


@pytest.mark.parametrize("name", NAMES)
def test_a_choice_is_told_what_belongs_to_it(room: Client, name: str) -> None:
    asked = questions(name)
    for chosen, feedback in enumerate(asked["feedback"]):
        found = room.get(f"/api/lesson/{name}/prediction?chosen={chosen}").json()
        assert (found["answer"], found["feedback"]) == (asked["answer"], feedback)
        assert found["y"] == asked["sketch"]["y"]
        assert not any(
            other in json.dumps(found) for other in asked["feedback"] if other != feedback
        )
    wrong = room.get(f"/api/lesson/{name}/prediction?chosen={len(asked['feedback'])}")
    assert (wrong.status_code, "it can be 0 to" in wrong.json()["problems"][0]) == (404, True)


@pytest.mark.parametrize("name", NAMES)
def test_an_exercise_is_judged_by_the_students_own_numbers(room: Client, name: str) -> None:
    exercise, seed = load_lesson(name).exercise, 27
    right = exercise.answer(**exercise.numbers(seed))
    for value, sign in ((right, ""), (0.6 * right, "too small"), (-right, "the sign is wrong")):
        address = f"/api/lesson/{name}/exercise?seed={seed}&value={value:.6g}"
        found = room.get(address).json()
        assert found["wrong"] == sign
        assert (
            found["solution"]
            == questions(name)["exercise"]["sets"][seed % exercise.sets]["solution"]
        )


@pytest.mark.parametrize("query", ["seed=1&value=nan", "seed=-1&value=1", "seed=1&value=", ""])
def test_what_is_no_answer_is_told_nothing(room: Client, query: str) -> None:
    answer = room.get(f"/api/lesson/{NAMES[0]}/exercise?{query}")
    assert (answer.status_code, list(answer.json())) == (404, ["picture", "problems"])


def test_when_one_has_opened_a_lesson_the_moves_of_the_others_are_computed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    done = threading.Event()

    def work() -> Packed:
        done.set()
        return pack("", "")

    likely: list[str] = []

    def listed(name: str) -> list[Wanted]:
        likely.append(name)
        return [("likely", work)]

    monkeypatch.setattr(moves, "lesson_moves", listed)
    client = Client(ROOM)
    client.transport.app.app.state.opened.clear()
    for _ in range(2):
        assert client.get(f"/lesson/{NAMES[2]}").status_code == 200
    assert done.wait(10)
    assert likely == [NAMES[2]]


# --- the teacher's pages -------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/key", "/teacher"])
@pytest.mark.parametrize("query", ["", "?token=", "?token=guess", "?token=known-to-on", "?token=é"])
def test_the_key_is_for_who_has_the_token(room: Client, path: str, query: str) -> None:
    refused = room.get(path + query)
    assert (refused.status_code, site.TEACHER_ONLY in refused.text) == (403, True)
    given = room.get(f"{path}?token={ROOM.token}")
    assert (given.status_code, given.headers["cache-control"]) == (200, "no-store")
    assert unescape(questions(NAMES[0])["feedback"][0]) in unescape(given.text)


def test_no_page_of_a_class_holds_the_token_or_a_link_to_the_key(room: Client) -> None:
    for path in PAGES:
        answer = room.get(path)
        assert answer.status_code == 200
        assert not re.search(rf"{ROOM.token}|/key|/teacher", answer.text), path
    assert f'href="/key?token={ROOM.token}"' in room.get(f"/teacher?token={ROOM.token}").text


def test_alone_everything_is_open_and_nobody_joins(alone: Client) -> None:
    assert 'href="/teacher"' in alone.get("/").text
    assert [alone.get(path).status_code for path in ("/teacher", "/key", "/join")] == [
        200,
        200,
        404,
    ]


def test_every_lesson_has_an_aim_and_the_plan_ninety_minutes() -> None:
    assert tuple(TEACHING) == lesson_names()
    assert sum(step.minutes for step in PLAN) == 90
    text = " ".join(DOCS.read_text(encoding="utf-8").split())
    for step in PLAN:
        assert f"| {step.minutes} | {step.title} | {step.what} |" in text
    for teaching in TEACHING.values():
        assert teaching.aim in text
        assert teaching.believed in text


# --- files and pages are sent once ---------------------------------------------------------------


def test_files_are_kept_for_ever_under_the_name_of_their_content(room: Client) -> None:
    page = room.get(f"/lesson/{NAMES[0]}", accept_encoding="gzip")
    for address in re.findall(r'(?:src|href)="(/assets/[^"]*)"', page.text):
        assert address.startswith(f"/assets/{site.version()}/")
        answer = room.get(address, **{"Accept-Encoding": "gzip"})
        assert "immutable" in answer.headers["cache-control"]
        assert answer.headers["content-encoding"] == "gzip"
        assert answer.content == site.asset(address.rpartition("/")[2])
    for target in ("/assets/learn.css", f"/assets/{'0' * 16}/learn.css"):
        first = room.get(target)
        assert first.headers["cache-control"] == "no-cache"
        again = room.get(target, **{"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")


def test_a_page_is_rendered_once(alone: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    first = alone.get(f"/lesson/{NAMES[1]}", **{"Accept-Encoding": "gzip"})
    assert int(first.headers["content-length"]) < 15_000 < len(first.content)
    monkeypatch.setattr(site, "_render", None)
    again = alone.get(f"/lesson/{NAMES[1]}", **{"If-None-Match": first.headers["etag"]})
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")


def test_an_address_that_asks_without_end_is_slowed() -> None:
    app = server.application(room=ROOM)
    app.rate = Rate(per_second=0.0, burst=2.0)  # type: ignore[attr-defined]
    client = Client(ROOM)
    client.transport = httpx.ASGITransport(app)
    app.hosts = frozenset({"192.168.1.7"})  # type: ignore[attr-defined]
    found = [client.get("/assets/learn.css") for _ in range(3)]
    assert [answer.status_code for answer in found] == [200, 200, 429]
    assert found[2].headers["retry-after"] == "1"


# --- the address ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("own", "chosen", "others"),
    [
        (["10.3.0.5", "10.3.0.5", "127.0.1.1"], "10.3.0.5", ()),
        (["192.168.8.2", "10.8.0.6", "172.17.0.1"], "192.168.8.2", ("10.8.0.6", "172.17.0.1")),
        (["169.254.9.9", "141.20.1.1"], "141.20.1.1", ()),
    ],
)
def test_the_address_is_one_that_others_reach(
    monkeypatch: pytest.MonkeyPatch, own: list[str], chosen: str, others: tuple[str, ...]
) -> None:
    monkeypatch.setattr(classroom, "_own_addresses", lambda: iter(own))
    assert class_address() == chosen
    assert classroom.other_addresses(chosen) == others


def test_a_computer_without_a_network_has_no_class(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(classroom, "_own_addresses", lambda: iter(["127.0.0.1", "169.254.1.2"]))
    with pytest.raises(InputError, match=r"has no address on a network.* give .*--host"):
        class_address()


def test_own_addresses_are_asked_of_the_system() -> None:
    assert all(re.fullmatch(r"[\d.]+", address) for address in classroom._own_addresses())


def test_the_terminal_says_all_in_eighty_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(classroom, "_own_addresses", lambda: iter(["10.1.2.3", "10.9.9.9"]))
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="\n")
    made = opened("http://10.1.2.3:8765/", out)
    out.seek(0)
    text = out.read()
    assert max(map(len, text.splitlines())) <= 80
    assert f"http://10.1.2.3:8765/teacher?token={made.token}" in text
    assert "--host 10.9.9.9" in text
    assert made.token not in repr(made)
    assert len(made.token) >= 22, "128 bits"
    plain = io.TextIOWrapper(io.BytesIO(), encoding="ascii", newline="\n")
    opened("http://127.0.0.1:1/", plain)
    plain.seek(0)
    assert "no other one can join" in plain.read()


def test_the_code_in_the_terminal_is_the_code_of_the_address() -> None:
    segno = pytest.importorskip("segno")
    address = "http://192.168.100.200:65535/"
    wanted = [list(row) for row in segno.make(address, error="l").matrix_iter(border=2)]
    halves = {"█": (0, 0), "▀": (0, 1), "▄": (1, 0), " ": (1, 1)}
    seen: list[list[int]] = []
    for line in classroom.code(address).splitlines():
        seen += [[halves[sign][half] for sign in line] for half in (0, 1)]
    assert seen[: len(wanted)] == wanted
    assert len(wanted[0]) <= 80
    assert "<svg" in classroom.picture(address)
