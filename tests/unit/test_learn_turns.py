"""Work for the pages: done once for all who ask, fairly, the newest move first, and bounded."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest

from particle_sim.learn.packed import Packed, pack
from particle_sim.learn.turns import Asker, Kept, LaterError, StaleError, Turns


def packed(name: str) -> Packed:
    return pack(name, "text/plain")


@contextmanager
def turns(at_once: int = 1, **bounds: Any) -> Iterator[Turns]:
    """Turns in threads; a test has to let go of whatever it holds up."""
    with ThreadPoolExecutor(at_once) as pool:
        yield Turns(pool, patience=bounds.pop("patience", 10.0), at_once=at_once, **bounds)


class Held:
    """A piece of work that goes on until it is let go, and a record of what was computed."""

    def __init__(self) -> None:
        self.go, self.done = threading.Event(), list[str]()

    def work(self, name: str, *, held: bool = False) -> Callable[[], Packed]:
        """What computes ``name``."""

        def compute() -> Packed:
            if held:
                assert self.go.wait(10)
            self.done.append(name)
            return packed(name)

        return compute


async def asked(own: Turns, held: Held, *questions: tuple[str, Asker]) -> list[Any]:
    """Ask while the only place is taken, then let go; the answers, and what was refused."""
    first = asyncio.create_task(own.take("first", held.work("first", held=True)))
    await asyncio.sleep(0)
    tasks = []
    for name, asker in questions:
        tasks.append(asyncio.create_task(own.take(name, held.work(name), asker)))
        await asyncio.sleep(0)
    held.go.set()
    return await asyncio.gather(first, *tasks, return_exceptions=True)


def test_those_who_ask_the_same_share_one_computation_and_later_ones_its_answer() -> None:
    held = Held()
    with turns() as own:
        found = asyncio.run(asked(own, held, *[("b", Asker(address=str(i))) for i in range(5)]))
        assert [answer.tag for answer in found[1:]] == [packed("b").tag] * 5
        asyncio.run(own.take("b", held.work("b")))
    assert held.done == ["first", "b"]


def test_who_asks_much_keeps_nobody_waiting() -> None:
    held, greedy, other = Held(), Asker(address="greedy"), Asker(address="other")
    questions = [*[(f"g{i}", greedy) for i in range(4)], ("o0", other), ("o1", other)]
    with turns() as own:
        asyncio.run(asked(own, held, *questions))
    assert held.done == ["first", "g0", "o0", "g1", "o1", "g2", "g3"]


def test_of_one_view_the_newest_move_is_computed() -> None:
    held, view = Held(), Asker(address="a", view="lesson")
    other = Asker(address="a", view="another")
    with turns() as own:
        found = asyncio.run(
            asked(own, held, ("m1", view), ("m2", view), ("m2", other), ("m3", view))
        )
        assert own._desk.views == {}
    assert [type(answer) for answer in found[1:]] == [StaleError, StaleError, Packed, Packed]
    assert held.done == ["first", "m2", "m3"], "what another view wants is computed"


@pytest.mark.parametrize("bounds", [{"waiting": 2}, {"of_one": 2}])
def test_too_many_are_told(bounds: dict[str, int]) -> None:
    held, one = Held(), Asker(address="one")
    with turns(**bounds) as own:
        found = asyncio.run(asked(own, held, *[(name, one) for name in "abc"], ("a", one)))
    assert [type(answer) for answer in found[1:]] == [Packed, Packed, LaterError, Packed]
    assert str(found[3]) == "Too many pictures are asked for at once; try again."


def test_who_waits_too_long_is_told_begun_work_is_finished_and_the_rest_dropped() -> None:
    held = Held()

    async def impatient(own: Turns) -> list[Any]:
        first = own.take("first", held.work("first", held=True))
        told = await asyncio.gather(first, own.take("b", held.work("b")), return_exceptions=True)
        held.go.set()
        own.patience = 10.0
        return [*told, await own.take("c", held.work("c"))]

    with turns(patience=0.05) as own:
        *told, last = asyncio.run(impatient(own))
    assert [str(error) for error in told] == [
        "This takes longer than 0.05 s to compute; try again in a while."
    ] * 2
    assert (held.done, last.tag) == (["first", "c"], packed("c").tag)


def test_what_is_likely_is_computed_when_nobody_waits() -> None:
    held = Held()
    with turns() as own:
        own.expect([("slow", held.work("slow", held=True)), ("x", held.work("x"))])
        own.expect([("b", held.work("b"))])
        found = asyncio.run(asked(own, held, ("b", Asker(address="a"))))
    assert held.done == ["slow", "first", "b", "x"]
    assert len(found) == 2


def test_long_questions_with_short_answers_fit_the_memory_too() -> None:
    kept = Kept(20_000)
    for number in range(50):
        kept.put(("judged", f"{number:01000d}"), packed("right"))
    assert kept.get(("judged", f"{49:01000d}")) is not None
    assert kept.size <= 20_000
    assert 5 < sum(kept.get(("judged", f"{n:01000d}")) is not None for n in range(50)) < 20


def test_a_place_stays_free_of_what_is_only_likely() -> None:
    held = Held()
    with turns(at_once=2) as own:
        own.expect([(name, held.work(name, held=True)) for name in "ab"])
        assert asyncio.run(own.take("now", held.work("now"))).tag == packed("now").tag
        assert held.done == ["now"]
        held.go.set()


def test_a_lost_worker_costs_one_answer() -> None:
    class Dying(ThreadPoolExecutor):
        """The first piece of work ends its worker."""

        dead = False

        def submit(self, work: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
            if self.dead:
                return super().submit(work, *args, **kwargs)
            self.dead, lost = True, Future[Any]()
            lost.set_exception(BrokenExecutor())
            return lost

    held = Held()
    with Dying(1) as pool:
        own = Turns(pool, patience=10.0, at_once=1)
        with pytest.raises(LaterError, match="A computation was lost; try again"):
            asyncio.run(own.take("a", held.work("a")))
        assert asyncio.run(own.take("a", held.work("a"))).tag == packed("a").tag
