"""The local web server behind ``particle-sim learn``."""

from __future__ import annotations

import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from particle_sim.errors import ConvergenceError, InputError
from particle_sim.learn import site
from particle_sim.learn.controls import Value, keywords, read_state
from particle_sim.learn.guard import Guard, is_api
from particle_sim.learn.history import Film, film
from particle_sim.learn.lesson import Scene, lesson_names, load_lesson
from particle_sim.learn.rate_tests import Asked
from particle_sim.learn.shipped import PAIR, shipped_pair, shipped_titles
from particle_sim.learn.turns import LaterError, Turns

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import ASGIApp

HOST = "127.0.0.1"
ROLES = ("baseline", "candidate")
PATIENCE = 30.0
"""Longest wait for a page or a picture [s]."""
FILMS = 32
"""Histories that are kept: a class asks for the same ones."""
PIECE = 65_536
"""Bytes of a file handed on at once, so that a slow reader costs no memory."""


def application(*, host: str = HOST, asked: Asked | None = None) -> ASGIApp:
    """Pages, files and pictures as an ASGI application. Needs the ``learn`` extra.

    ``asked``: the rate tests that narrow the playground's draws.
    """
    site.require_extra()
    from starlette.applications import Starlette
    from starlette.routing import Route

    app = Starlette(
        routes=[
            Route("/", _page(lambda _: site.index_page(site.LIVE))),
            Route("/lesson/{name}", _page(_lesson)),
            Route("/playground", _page(_playground)),
            Route("/sheet", _page(lambda _: site.sheet_page(site.LIVE, key=False))),
            Route("/key", _page(lambda _: site.sheet_page(site.LIVE, key=True))),
            Route("/assets/{name}", _asset),
            Route("/api/lesson/{name}", _lesson_picture),
            Route("/api/lesson/{name}/history", _lesson_history),
            Route("/api/playground", _playground_picture),
        ],
        exception_handlers={InputError: _told, LaterError: _later, 404: _nowhere},
    )
    app.state.turns = Turns(patience=PATIENCE)
    app.state.asked = asked
    return Guard(app, host)


def _page(make: Callable[[Request], str]) -> Callable[[Request], Awaitable[Response]]:
    """What answers a request with the page that is made for it."""

    async def answer(request: Request) -> Response:
        turns: Turns = request.app.state.turns
        return _html(await turns.take(lambda: make(request)))

    return answer


def _lesson(request: Request) -> str:
    name = request.path_params["name"]
    return site.lesson_page(name, site.LIVE, source=f"/api/lesson/{name}")


def _names(query: dict[str, str]) -> tuple[str, str]:
    """What a link says of the two materials, taken out of it."""
    baseline, candidate = (query.pop(role, start) for role, start in zip(ROLES, PAIR, strict=True))
    return baseline, candidate


def _playground(request: Request) -> str:
    names = _names(dict(request.query_params))
    problems: tuple[str, ...] = ()
    asked: Asked | None = request.app.state.asked
    try:
        scene = shipped_pair(*names, asked)
    except InputError as error:
        problems = (*error.problems, f"Shown instead: {' and '.join(PAIR)}.")
        names, scene = PAIR, shipped_pair(*PAIR, asked)
    titles = shipped_titles()
    plain = [(name, title) for name, title in titles.items() if "@" not in name]
    return site.playground_page(
        scene,
        (titles[names[0]], titles[names[1]]),
        dict(zip(ROLES, names, strict=True)),
        site.LIVE,
        source="/api/playground",
        materials=sorted(plain, key=lambda pair: pair[1].lower()),
        problems=problems,
    )


async def _asset(request: Request) -> Response:
    from starlette.responses import StreamingResponse

    name = request.path_params["name"]
    if name not in site.ASSETS:
        return await _nowhere(request, None)
    content = site.asset(name)
    length = {"Content-Length": str(len(content))}
    return StreamingResponse(_pieces(content), media_type=site.ASSETS[name], headers=length)


async def _pieces(content: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(content), PIECE):
        yield content[start : start + PIECE]


async def _lesson_picture(request: Request) -> Response:
    scene = load_lesson(request.path_params["name"]).scene
    return await _picture(request, lambda: scene, dict(request.query_params))


async def _lesson_history(request: Request) -> Response:
    from starlette.responses import JSONResponse

    turns: Turns = request.app.state.turns
    name, query = request.path_params["name"], dict(request.query_params)
    return JSONResponse(await turns.take(lambda: _filmed(name, query)))


async def _playground_picture(request: Request) -> Response:
    query = dict(request.query_params)
    names = _names(query)
    return await _picture(request, lambda: shipped_pair(*names, request.app.state.asked), query)


async def _picture(request: Request, scene: Callable[[], Scene], query: dict[str, str]) -> Response:
    from starlette.responses import JSONResponse

    turns: Turns = request.app.state.turns
    return JSONResponse(await turns.take(lambda: _drawn(scene(), query)))


def _drawn(scene: Scene, query: dict[str, str]) -> dict[str, Any]:
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


def _filmed(name: str, query: dict[str, str]) -> dict[str, Any]:
    """Every picture along a lesson's history, and a sentence for what cannot be."""
    scene = load_lesson(name).scene
    state, problems = read_state(tuple(scene.controls), query)
    state.pop(scene.history, None)
    return {"film": _film(name, tuple(state.items())), "problems": problems}


@lru_cache(maxsize=FILMS)
def _film(name: str, state: tuple[tuple[str, Value], ...]) -> Film:
    return film(load_lesson(name).scene, dict(state), site.picture_data)


async def _told(request: Request, error: Any) -> Response:
    """What somebody asked for that is not there, in one sentence."""
    return _sentence(request, " ".join(error.problems), 404, "Not here")


async def _later(request: Request, error: Any) -> Response:
    return _sentence(request, str(error), 503, "Not yet")


async def _nowhere(request: Request, error: Any) -> Response:
    known = ", ".join(lesson_names())
    sentence = f"There is no page {request.scope['path']}. Lessons: {known}."
    return _sentence(request, sentence, 404, "Not here")


def _sentence(request: Request, text: str, status: int, title: str) -> Response:
    from starlette.responses import JSONResponse

    if is_api(request.scope["path"]):
        return JSONResponse({"picture": None, "problems": [text]}, status)
    return _html(site.message_page(text, site.LIVE, title=title), status)


def _html(text: str, status: int = 200) -> Response:
    from starlette.responses import HTMLResponse

    return HTMLResponse(text, status)


def serve(host: str, port: int, *, open_browser: bool, asked: Asked | None = None) -> None:
    """Serve until Ctrl-C. Raises :class:`InputError` when the address cannot be had."""
    import webbrowser

    app = application(host=host, asked=asked)
    from particle_sim.learn.listen import is_open, listener, run

    with listener(host, port) as listening:
        name = f"[{host}]" if ":" in host else host
        address = f"http://{name}:{listening.getsockname()[1]}/"
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


def _warm(asked: Asked | None) -> None:
    """What the first visitor would wait for."""
    _drawn(shipped_pair(*PAIR, asked), {})
