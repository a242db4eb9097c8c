"""The web server behind ``particle-sim learn``, for one reader or for a class."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
import webbrowser
from collections.abc import Awaitable, Callable, Hashable, Iterable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any

from particle_sim.errors import InputError
from particle_sim.learn import judge, moves, site
from particle_sim.learn.classroom import Classroom, opened, picture
from particle_sim.learn.guard import Guard, Rate, is_api
from particle_sim.learn.lesson import lesson_names, load_lesson
from particle_sim.learn.packed import FOR_EVER, Packed, respond
from particle_sim.learn.rate_tests import Asked
from particle_sim.learn.shipped import PAIR, shipped_pair, shipped_titles
from particle_sim.learn.turns import Asker, LaterError, StaleError, Turns, Wanted

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import ASGIApp

HOST = "127.0.0.1"
PATIENCE = 30.0
"""Longest wait for a page or a picture [s]."""
AT_ONCE, MOST_PROCESSES = 2, 8
CLASS_WAITING, CLASS_OF_ONE = 128, 64
"""Pieces of work that wait in a class: in all, and of one address (a class may share one)."""
BUSY = 503
VIEW = "x-view"
"""Header by which a page names itself, so that its newest move counts."""
Answer = Callable[["Request"], Awaitable["Response"]]


def application(
    *,
    host: str = HOST,
    asked: Asked | None = None,
    room: Classroom | None = None,
    pool: Executor | None = None,
    at_once: int = AT_ONCE,
    ahead: Iterable[Wanted] = (),
) -> ASGIApp:
    """Pages, files and pictures as an ASGI application. Needs the ``learn`` extra.

    ``asked``: the rate tests that narrow the playground's draws; ``room``: for a class, which the
    answers are withheld from; ``pool``: where ``at_once`` pieces of work are computed; ``ahead``:
    what is computed before anybody asks.
    """
    site.require_extra()
    from starlette.applications import Starlette

    app = Starlette(
        routes=_routes(),
        exception_handlers={
            InputError: _told,
            LaterError: _later,
            StaleError: _stale,
            404: _nowhere,
        },
    )
    pool = pool or ThreadPoolExecutor(at_once, thread_name_prefix="particle-sim learn")
    bounds = {"waiting": CLASS_WAITING, "of_one": CLASS_OF_ONE} if room else {}
    app.state.turns = Turns(pool, patience=PATIENCE, at_once=at_once, **bounds)
    app.state.turns.expect(ahead)
    app.state.asked = asked or Asked()
    app.state.room, app.state.opened = room, set()
    app.state.links = site.CLASS if room else site.LIVE
    return Guard(app, host, Rate() if room else None)


def _routes() -> list[Any]:
    from starlette.routing import Route

    return [
        Route("/", _page(lambda links: partial(site.index_page, links))),
        Route("/lesson/{name}", _lesson),
        Route("/playground", _playground),
        Route("/sheet", _page(lambda links: partial(site.sheet_page, links, key=False))),
        Route("/key", _guarded(lambda links: partial(site.sheet_page, links, key=True))),
        Route("/teacher", _guarded(lambda links: partial(site.teacher_page, links))),
        Route("/join", _join),
        Route("/assets/{name}", _asset),
        Route("/assets/{version}/{name}", _asset),
        Route("/api/lesson/{name}", _lesson_picture),
        Route("/api/lesson/{name}/history", _lesson_history),
        Route("/api/lesson/{name}/prediction", _prediction),
        Route("/api/lesson/{name}/exercise", _exercise),
        Route("/api/playground", _playground_picture),
    ]


def _page(make: Callable[[site.Links], partial[str]]) -> Answer:
    """What answers a request with the page that is made for it."""

    async def answer(request: Request) -> Response:
        links: site.Links = request.app.state.links
        key = ("page", request.url.path, links)
        return await _take(request, (key, partial(moves.page, make(links))))

    return answer


def _guarded(make: Callable[[site.Links], partial[str]]) -> Answer:
    """The same for the teacher's eyes: in a class only with the token of the terminal."""

    async def answer(request: Request) -> Response:
        room: Classroom | None = request.app.state.room
        if room is None:
            return await _page(make)(request)
        if not room.knows(request.query_params.get("token", "")):
            return _sentence(request, site.TEACHER_ONLY, 403, "For the teacher")
        key = ("page", request.url.path, room)
        return await _take(
            request, (key, partial(moves.page, make(room.links(site.CLASS)))), keep="no-store"
        )

    return answer


async def _take(request: Request, wanted: Wanted, *, keep: str = "no-cache") -> Response:
    turns: Turns = request.app.state.turns
    return respond(request, await turns.take(*wanted, _asker(request)), keep=keep)


def _asker(request: Request) -> Asker:
    address = request.client.host if request.client else ""
    view = request.headers.get(VIEW, "")[:40]
    return Asker(address=address, view=f"{view} {request.url.path}" if view else "")


def _names(query: dict[str, str]) -> tuple[str, str]:
    """What a link says of the two materials, taken out of it."""
    baseline, candidate = (
        query.pop(role, start) for role, start in zip(moves.ROLES, PAIR, strict=True)
    )
    return baseline, candidate


async def _lesson(request: Request) -> Response:
    name, links = request.path_params["name"], request.app.state.links
    load_lesson(name)
    page = await _take(request, _lesson_wanted(name, links))
    await _expect(request, name, partial(moves.lesson_moves, name))
    return page


async def _playground(request: Request) -> Response:
    names = _names(dict(request.query_params))
    if not set(names) <= shipped_titles().keys():
        names = ("", "")  # every text that is no name has one answer
    links, asked = request.app.state.links, request.app.state.asked
    page = await _take(request, _playground_wanted(names, links, asked))
    if names[0] != names[1]:
        await _expect(request, names, partial(moves.playground_moves, names, asked))
    return page


async def _expect(request: Request, page: Hashable, likely: Callable[[], list[Wanted]]) -> None:
    """In a class, what the others will ask for once one of them has opened a page."""
    state = request.app.state
    if state.room is not None and page not in state.opened:
        state.opened.add(page)
        state.turns.expect(await asyncio.to_thread(likely))


async def _join(request: Request) -> Response:
    room: Classroom | None = request.app.state.room
    if room is None:
        return await _nowhere(request, None)
    links: site.Links = request.app.state.links
    return respond(request, moves.page(site.join_page, links, room.address, picture(room.address)))


async def _asset(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in site.ASSETS:
        return await _nowhere(request, None)
    turns: Turns = request.app.state.turns
    packed: Packed = await turns.take(("asset", name), partial(site.packed_asset, name))
    named = request.path_params.get("version") == site.version()
    return respond(request, packed, keep=FOR_EVER if named else "no-cache")


async def _lesson_picture(request: Request) -> Response:
    name = request.path_params["name"]
    load_lesson(name)
    return await _take(request, moves.lesson_wanted(name, dict(request.query_params)))


async def _lesson_history(request: Request) -> Response:
    name = request.path_params["name"]
    return await _take(request, moves.history_wanted(name, dict(request.query_params)))


async def _playground_picture(request: Request) -> Response:
    query = dict(request.query_params)
    names, asked = _names(query), request.app.state.asked
    if not set(names) <= shipped_titles().keys():
        shipped_pair(*names, asked)  # says so
    return await _take(request, moves.playground_wanted(names, query, asked))


async def _prediction(request: Request) -> Response:
    name, chosen = request.path_params["name"], request.query_params.get("chosen", "")
    load_lesson(name)
    return await _take(request, (("told", name, chosen), partial(judge.predicted, name, chosen)))


async def _exercise(request: Request) -> Response:
    name = request.path_params["name"]
    seed, value = (request.query_params.get(key, "") for key in ("seed", "value"))
    load_lesson(name)
    work = partial(judge.computed, name, seed, value)
    return await _take(request, (("judged", name, seed, value), work))


async def _told(request: Request, error: Any) -> Response:
    """What somebody asked for that is not there, in one sentence."""
    return _sentence(request, " ".join(error.problems), 404, "Not here")


async def _later(request: Request, error: Any) -> Response:
    return _sentence(request, str(error), BUSY, "Not yet")


async def _stale(request: Request, error: Any) -> Response:
    """Nothing, and no error: the page has asked for something else since."""
    from starlette.responses import Response

    return Response(status_code=204)


async def _nowhere(request: Request, error: Any) -> Response:
    known = ", ".join(lesson_names())
    sentence = f"There is no page {request.scope['path']}. Lessons: {known}."
    return _sentence(request, sentence, 404, "Not here")


def _sentence(request: Request, text: str, status: int, title: str) -> Response:
    from starlette.responses import HTMLResponse, JSONResponse

    if is_api(request.scope["path"]):
        return JSONResponse({"picture": None, "problems": [text]}, status)
    links = request.app.state.links
    again = {"Refresh": "3"} if status == BUSY else {}
    return HTMLResponse(site.message_page(text, links, title=title), status, headers=again)


def serve(
    host: str,
    port: int,
    *,
    open_browser: bool,
    asked: Asked | None = None,
    classroom: bool = False,
) -> None:
    """Serve until Ctrl-C. Raises :class:`InputError` when the address cannot be had."""
    site.require_extra()
    from particle_sim.learn.listen import is_open, listener, run

    asked = asked or Asked()
    with listener(host, port) as listening:
        name = f"[{host}]" if ":" in host else host
        address = f"http://{name}:{listening.getsockname()[1]}/"
        if classroom:
            app, address = _class(host, address, asked), f"{address}join"
        else:
            app = application(host=host, asked=asked)
            print(f"Lessons and playground: {address}  (stop with Ctrl-C)", flush=True)
            if is_open(listening):
                print(
                    f"Note: --host {host} opens the lessons to everybody on its network.",
                    file=sys.stderr,
                )
            threading.Thread(target=_warm, args=[asked], daemon=True).start()
        if open_browser:
            webbrowser.open(address)
        run(app, listening)


def _class(host: str, address: str, asked: Asked) -> ASGIApp:
    """The pages for a class, computed in processes, likely moves before they are made."""
    room = opened(address, sys.stdout)
    processes = min(max(AT_ONCE, os.cpu_count() or 1), MOST_PROCESSES)
    return application(
        host=host,
        asked=asked,
        room=room,
        pool=moves.Workers(processes),
        at_once=processes,
        ahead=_first_pages(site.CLASS, asked),
    )


def _first_pages(links: site.Links, asked: Asked) -> Iterator[Wanted]:
    """What everybody opens."""
    yield ("page", "/", links), partial(moves.page, partial(site.index_page, links))
    for name in site.ASSETS:
        yield ("asset", name), partial(site.packed_asset, name)
    yield _playground_wanted(PAIR, links, asked)
    yield moves.playground_moves(PAIR, asked)[0]


def _lesson_wanted(name: str, links: site.Links) -> Wanted:
    made = partial(site.lesson_page, name, links, source=f"/api/lesson/{name}")
    return ("page", name, links), partial(moves.page, made)


def _playground_wanted(names: tuple[str, str], links: site.Links, asked: Asked) -> Wanted:
    work = partial(moves.playground_page, names, links, asked)
    return ("page", "playground", names, links), work


def _warm(asked: Asked) -> None:
    """What the first visitor would wait for."""
    moves.drawn(shipped_pair(*PAIR, asked), {})
