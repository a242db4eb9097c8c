"""What is computed for a page or a picture, in this process or in a worker: plain data in and out.

Every function is pure and can be pickled; its answer is packed, so that nothing else has to be.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import BrokenExecutor, Executor, Future
from contextlib import ExitStack
from functools import partial
from typing import Any

from particle_sim.errors import ConvergenceError, InputError
from particle_sim.learn import site
from particle_sim.learn.controls import (
    NUMBER,
    Choice,
    Slider,
    keywords,
    read_state,
    start_state,
)
from particle_sim.learn.history import film
from particle_sim.learn.lesson import Scene, load_lesson
from particle_sim.learn.packed import HTML, Packed, pack, pack_json
from particle_sim.learn.rate_tests import Asked
from particle_sim.learn.shipped import PAIR, shipped_pair, shipped_titles
from particle_sim.learn.turns import Wanted
from particle_sim.workers import worker_pool

ROLES = ("baseline", "candidate")
Query = dict[str, str]


class Workers(Executor):
    """``count`` processes, and others where one of them dies.

    They are started by the thread that asks for them first, and end with it.
    """

    def __init__(self, count: int) -> None:
        self._count = count
        self._renew()
        for _ in range(count):
            self.submit(shipped_titles)  # a process each, which has read what it needs

    def submit(self, work: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Compute in one of the processes."""
        try:
            return self._pool.submit(work, *args, **kwargs)
        except BrokenExecutor:
            self._renew()
            return self._pool.submit(work, *args, **kwargs)

    def _renew(self) -> None:
        self._open = ExitStack()
        self._pool = self._open.enter_context(worker_pool(self._count))


def page(make: Any, *args: Any, **options: Any) -> Packed:
    """The page that a function of :mod:`site` makes."""
    return pack(make(*args, **options), HTML)


def playground_page(names: tuple[str, str], links: site.Links, asked: Asked) -> Packed:
    """The playground of two materials, or of the usual ones where a link names others."""
    problems: tuple[str, ...] = ()
    try:
        scene = shipped_pair(*names, asked)
    except InputError as error:
        problems = (*error.problems, f"Shown instead: {' and '.join(PAIR)}.")
        names, scene = PAIR, shipped_pair(*PAIR, asked)
    titles = shipped_titles()
    plain = [(name, title) for name, title in titles.items() if "@" not in name]
    text = site.playground_page(
        scene,
        (titles[names[0]], titles[names[1]]),
        dict(zip(ROLES, names, strict=True)),
        links,
        source="/api/playground",
        materials=sorted(plain, key=lambda pair: pair[1].lower()),
        problems=problems,
    )
    return pack(text, HTML)


def lesson_picture(name: str, query: Query) -> Packed:
    """A state of a lesson."""
    return pack_json(drawn(load_lesson(name).scene, query))


def playground_picture(names: tuple[str, str], query: Query, asked: Asked) -> Packed:
    """A state of the playground."""
    return pack_json(drawn(shipped_pair(*names, asked), query))


def lesson_history(name: str, query: Query) -> Packed:
    """Every picture along a lesson's history, and a sentence for what cannot be."""
    scene = load_lesson(name).scene
    state, problems = read_state(tuple(scene.controls), query)
    state.pop(scene.history, None)
    return pack_json({"film": film(scene, state, site.picture_data), "problems": problems})


def drawn(scene: Scene, query: Query) -> dict[str, Any]:
    """The picture of a state, and a sentence for everything in it that cannot be."""
    controls = tuple(scene.controls)
    state, problems = read_state(controls, query)
    try:
        picture = scene.draw(**keywords(controls, state))
    except (ConvergenceError, InputError) as error:
        start, _ = read_state(controls, {})
        picture = scene.draw(**keywords(controls, start))
        problems = (*problems, f"{error} Shown instead: where the sliders started.")
    return {"picture": site.picture_data(picture), "problems": problems}


def setting_key(query: Query) -> tuple[tuple[str, float | str], ...]:
    """Settings in one order, a number as a number: ``1e-06`` and ``0.000001`` ask for the same.

    >>> setting_key({"b": "0.000001", "a": "x"}) == setting_key({"a": "x", "b": "1e-06"})
    True
    """
    return tuple(
        sorted((n, float(text) if NUMBER.fullmatch(text) else text) for n, text in query.items())
    )


def lesson_moves(name: str) -> list[Wanted]:
    """Where a lesson starts and each control moved once, with the history there."""
    scene = load_lesson(name).scene
    found = []
    for query in _one_move(scene):
        found.append(lesson_wanted(name, query))
        if scene.history:
            found.append(history_wanted(name, query))
    return found


def playground_moves(names: tuple[str, str], asked: Asked) -> list[Wanted]:
    """How sure the playground's answer is at each C-rate, the first where it starts.

    Everything else in one phase the page computes itself.
    """
    controls = shipped_pair(*names, asked).controls
    (rate,) = (c for c in controls if isinstance(c, Slider) and c.name == "c_rate")
    values = dict.fromkeys([rate.start, *rate.values])
    return [playground_wanted(names, {"c_rate": str(value)}, asked) for value in values]


def _one_move(scene: Scene) -> Iterator[Query]:
    controls = tuple(scene.controls)
    start = {name: str(value) for name, value in start_state(controls).items()}
    yield start
    for control in controls:
        if control.name != scene.history:  # along it the page needs no server
            values = tuple(control.options) if isinstance(control, Choice) else control.values
            yield from ({**start, control.name: str(value)} for value in values)


def lesson_wanted(name: str, query: Query) -> Wanted:
    """Key and work of a lesson's picture."""
    return ("lesson", name, setting_key(query)), partial(lesson_picture, name, query)


def history_wanted(name: str, query: Query) -> Wanted:
    """Key and work of a lesson's history; where along it the page stands does not matter."""
    along = load_lesson(name).scene.history
    rest = {key: text for key, text in query.items() if key != along}
    return ("history", name, setting_key(rest)), partial(lesson_history, name, rest)


def playground_wanted(names: tuple[str, str], query: Query, asked: Asked) -> Wanted:
    """Key and work of a playground's picture."""
    return (
        ("playground", names, setting_key(query)),
        partial(playground_picture, names, query, asked),
    )
