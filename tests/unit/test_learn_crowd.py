"""Thirty students and a real server: each computation once, few at a time, everybody answered."""

from __future__ import annotations

import gzip
import http.client
import json
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from particle_sim.learn.packed import Packed, pack_json

pytest.importorskip("uvicorn")

from particle_sim.learn import listen, moves, server
from particle_sim.learn.classroom import Classroom

STUDENTS, MOVES, AT_ONCE = 30, 4, 2
KEPT = 64_000
"""Bytes of questions and answers that may stay: room for a whole class, so that none is lost."""
LESSON = "l3_the_knobs"


class Desk:
    """In place of a lesson's physics: counts what is computed, and how much of it at once."""

    def __init__(self) -> None:
        self.computed: Counter[str] = Counter()
        self.running = self.most = 0
        self._lock = threading.Lock()

    def picture(self, name: str, query: dict[str, str]) -> Packed:
        """A picture that takes a moment and says what was asked."""
        with self._lock:
            self.computed[json.dumps(query)] += 1
            self.running += 1
            self.most = max(self.most, self.running)
        time.sleep(0.002)
        with self._lock:
            self.running -= 1
        return pack_json({"picture": query, "problems": [], "room": "x" * 50})


def student(port: int, number: int) -> list[dict[str, str]]:
    """Moves as a page sends them; a third are those of everybody. What was answered."""
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    found = []
    for move in range(MOVES):
        value = str(1 + move if move % 2 else 10 + number // 3 + 20 * move)
        headers = {"X-View": f"student{number}", "Accept-Encoding": "gzip"}
        client.request("GET", f"/api/lesson/{LESSON}?c_rate={value}", headers=headers)
        answer = client.getresponse()
        content = json.loads(gzip.decompress(answer.read()))
        assert (answer.status, content["picture"]) == (200, {"c_rate": value})
        found.append(content["picture"])
    client.close()
    return found


def a_class(monkeypatch: pytest.MonkeyPatch) -> tuple[Desk, int]:
    """Thirty students at once; what was computed, and the bytes kept of it."""
    desk = Desk()
    monkeypatch.setattr(moves, "lesson_picture", desk.picture)
    stop: list[listen.Server] = []
    started = threading.Event()

    class Known(listen.Server):
        async def main_loop(self) -> None:
            stop.append(self)
            started.set()
            await super().main_loop()

    monkeypatch.setattr(listen, "Server", Known)
    room = Classroom(address="http://127.0.0.1/")
    with listen.listener("127.0.0.1", 0) as own, ThreadPoolExecutor(AT_ONCE) as pool:
        app = server.application(room=room, pool=pool, at_once=AT_ONCE)
        kept = app.app.state.turns.kept  # type: ignore[attr-defined]
        kept.most = KEPT
        thread = threading.Thread(target=listen.run, args=(app, own))
        thread.start()
        assert started.wait(10)
        with ThreadPoolExecutor(STUDENTS) as students:
            answers = list(students.map(partial(student, own.getsockname()[1]), range(STUDENTS)))
        stop[0].should_exit = True
        thread.join(10)
    assert [len(each) for each in answers] == [MOVES] * STUDENTS
    return desk, kept.size


def test_a_class_is_answered_and_nothing_is_computed_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    desk, kept = a_class(monkeypatch)
    assert len(desk.computed) == 10 * MOVES / 2 + MOVES / 2
    assert set(desk.computed.values()) == {1}
    assert desk.most <= AT_ONCE
    assert 0 < kept <= KEPT


def test_the_count_sees_answers_that_are_not_shared(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every question with a key of its own, as without sharing."""
    monkeypatch.setattr(
        moves,
        "lesson_wanted",
        lambda name, query: (object(), lambda: moves.lesson_picture(name, query)),
    )
    desk, _ = a_class(monkeypatch)
    assert sum(desk.computed.values()) == STUDENTS * MOVES
    assert max(desk.computed.values()) > 1
