"""How long thirty students wait who move a slider at once, beside a server that shares nothing.

    python benchmarks/lesson_class.py            some minutes on two cores
    python benchmarks/lesson_class.py --quick    one lesson
    python benchmarks/lesson_class.py --record lesson_class    for docs/benchmarks.md

Each student moves one control, drawn from a seed, of the page that all of them have open, and
waits for the picture. *Naive* is a server that computes every question by itself in a thread of its
own, as many at once as there are cores. *Class* is that of ``learn --class``: before anything is
computed in advance (fresh), asked the same once more (again), and other moves after the likely
ones have been computed in advance (settled). Nine of ten students wait less than the seconds told.
A move is the processor time of one, of thirty made one after the other: the mean and the slowest.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import json
import multiprocessing
import os
import random
import statistics
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qsl, urlencode

from records import keep, markdown, record_of

from particle_sim.learn import listen, moves, server
from particle_sim.learn.classroom import Classroom
from particle_sim.learn.controls import Choice, start_state
from particle_sim.learn.lesson import Scene, lesson_names, load_lesson
from particle_sim.learn.rate_tests import Asked
from particle_sim.learn.shipped import PAIR, shipped_pair
from particle_sim.learn.turns import Turns

STUDENTS = 30
CORES = os.cpu_count() or 2
HEADER = ["page", "a move [CPU ms]", "naive [s]", "fresh [s]", "again [s]", "settled [s]"]
PLAYGROUND = "playground"


def scene_of(page: str) -> Scene:
    """What a page shows."""
    return shipped_pair(*PAIR) if page == PLAYGROUND else load_lesson(page).scene


def path(page: str) -> str:
    """Where a page asks for its pictures."""
    return "/api/playground" if page == PLAYGROUND else f"/api/lesson/{page}"


def one_moves(page: str, seed: int) -> list[str]:
    """The address each student asks for: one control moved, along no history."""
    draw, scene = random.Random(seed), scene_of(page)
    controls = [control for control in scene.controls if control.name != scene.history]
    start = start_state(tuple(scene.controls))
    found = []
    for _ in range(STUDENTS):
        control = draw.choice(controls)
        values = list(control.options) if isinstance(control, Choice) else control.values
        query = {**start, control.name: draw.choice(values)}
        found.append(f"{path(page)}?{urlencode(query)}")
    return found


async def student(port: int, address: str, view: int) -> float:
    """Seconds until the whole picture is there."""
    began = time.perf_counter()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = f"GET {address} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-View: {view}\r\n"
    writer.write(f"{head}Accept-Encoding: gzip\r\nConnection: close\r\n\r\n".encode())
    answer = await reader.read()
    writer.close()
    head_end = answer.index(b"\r\n\r\n")
    if b" 200 " not in answer[:20]:
        raise RuntimeError(answer[: head_end + 200].decode("latin-1"))
    body = answer[head_end + 4 :]
    json.loads(gzip.decompress(body) if b"content-encoding: gzip" in answer[:head_end] else body)
    return time.perf_counter() - began


async def at_once(port: int, addresses: Sequence[str]) -> list[float]:
    """All students together."""
    waits = [student(port, address, number) for number, address in enumerate(addresses)]
    return list(await asyncio.gather(*waits))


def told(waits: Sequence[float]) -> float:
    """Nine of ten wait less [s]."""
    return statistics.quantiles(waits, n=10, method="inclusive")[-1]


@contextmanager
def a_class() -> Iterator[tuple[int, Turns]]:
    """The server of ``learn --class`` in a thread of this process; its port, and its work."""
    pool, room = moves.Workers(CORES), Classroom(address="http://127.0.0.1/")
    app = server.application(room=room, pool=pool, at_once=CORES)
    app.app.state.turns.patience = 300.0  # type: ignore[attr-defined]
    app.rate = None  # type: ignore[attr-defined]  # all students have one address here
    with listen.listener("127.0.0.1", 0) as own:
        threading.Thread(target=listen.run, args=(app, own), daemon=True).start()
        yield own.getsockname()[1], app.app.state.turns  # type: ignore[attr-defined]


def naive_server(port: Any) -> None:
    """Every question by itself; ``port`` is told where."""
    from starlette.applications import Starlette
    from starlette.responses import JSONResponse
    from starlette.routing import Route

    cores = threading.Semaphore(CORES)

    def picture(request: Any) -> JSONResponse:
        query = dict(request.query_params)
        name = request.path_params.get("name", PLAYGROUND)
        with cores:
            return JSONResponse(moves.drawn(scene_of(name), query))

    routes = [Route("/api/lesson/{name}", picture), Route("/api/playground", picture)]
    for name in (*lesson_names(), PLAYGROUND):
        moves.drawn(scene_of(name), {})
    with listen.listener("127.0.0.1", 0) as own:
        port.send(own.getsockname()[1])
        listen.run(Starlette(routes=routes), own)


@contextmanager
def naive() -> Iterator[int]:
    """The server beside which a class is measured; its port."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=naive_server, args=(there,), daemon=True)
    process.start()
    try:
        yield here.recv()
    finally:
        process.kill()


def settle(turns: Turns, page: str) -> None:
    """Wait until every likely move of a page has been computed."""
    own = moves.playground_moves(PAIR, Asked()) if page == PLAYGROUND else moves.lesson_moves(page)
    turns.expect(own)
    while not turns.idle:
        time.sleep(0.5)


def work_of(page: str, addresses: Sequence[str]) -> list[float]:
    """Processor time of each move in this process [ms]."""
    scene, found = scene_of(page), []
    moves.drawn(scene, {})
    for address in addresses:
        query = dict(parse_qsl(address.partition("?")[2]))
        began = time.process_time()
        moves.drawn(scene, query)
        found.append(1e3 * (time.process_time() - began))
    return found


def row(page: str, other: int, own: int, turns: Turns) -> list[str]:
    """What a page costs and how long its students wait."""
    addresses = one_moves(page, seed=3)
    waits = [at_once(other, addresses), *[at_once(own, addresses) for _ in range(2)]]
    seconds = [told(asyncio.run(wait)) for wait in waits]
    work = work_of(page, addresses)
    settle(turns, page)
    seconds.append(told(asyncio.run(at_once(own, one_moves(page, seed=4)))))
    cost = f"{statistics.mean(work):.0f}, at most {max(work):.0f}"
    return [page, cost, *(f"{second:.2f}" for second in seconds)]


def main() -> None:
    """Print a table: page, work, and the seconds of the naive server and of the class."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--pages", nargs="*", default=[*lesson_names(), PLAYGROUND])
    parser.add_argument("--record", metavar="NAME")
    given = parser.parse_args()
    pages = ["l7_when_does_it_crack"] if given.quick else given.pages
    load, table = f"{os.getloadavg()[0]:.1f}", [HEADER]
    print(markdown(table), flush=True)
    with naive() as other, a_class() as (own, turns):
        asyncio.run(at_once(own, [path(page) for page in pages]))  # workers have started
        for page in pages:
            table.append(row(page, other, own, turns))
            print(markdown([HEADER, table[-1]]).splitlines()[-1], flush=True)
        if given.record:
            keep(given.record, record_of({"waits": table}, {"load": load}, ["numpy", "starlette"]))
    os._exit(0)  # the server's thread goes on


if __name__ == "__main__":
    main()
