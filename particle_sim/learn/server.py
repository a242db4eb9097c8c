"""The local web server behind ``particle-sim learn``."""

from __future__ import annotations

import threading
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from particle_sim.errors import ConvergenceError, InputError
from particle_sim.learn import site
from particle_sim.learn.controls import keywords, read_state
from particle_sim.learn.lesson import Scene, lesson_names, load_lesson
from particle_sim.learn.playground import playground
from particle_sim.materials.library import Selection, select
from particle_sim.materials.load import load_material

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response

ROLES = ("baseline", "candidate")
AT_ONCE = 2
"""Pictures computed at the same time; further requests wait."""
PAIR = ("nvp", "he_v")
PAIRS = 16
"""Pairs of materials whose runs are kept."""
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; connect-src 'self' data: blob:",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-cache",
}

_turn = threading.Semaphore(AT_ONCE)


def application() -> Starlette:
    """Pages, files and pictures as an ASGI application. Needs the ``learn`` extra."""
    site.require_extra()
    from starlette.applications import Starlette
    from starlette.routing import Route

    return Starlette(
        routes=[
            Route("/", _index),
            Route("/lesson/{name}", _lesson),
            Route("/playground", _playground),
            Route("/sheet", _sheet),
            Route("/key", _key),
            Route("/assets/{name}", _asset),
            Route("/api/lesson/{name}", _lesson_picture),
            Route("/api/playground", _playground_picture),
        ],
        exception_handlers={InputError: _told, 404: _nowhere},
    )


def _index(request: Request) -> Response:
    return _html(site.index_page(site.LIVE))


def _lesson(request: Request) -> Response:
    name = request.path_params["name"]
    return _html(site.lesson_page(name, site.LIVE, source=f"/api/lesson/{name}"))


def _playground(request: Request) -> Response:
    query, problems = dict(request.query_params), []
    names = {role: query.get(role, start) for role, start in zip(ROLES, PAIR, strict=True)}
    try:
        scene = _pair(*names.values())
    except InputError as error:
        problems = [*error.problems, f"Shown instead: {' and '.join(PAIR)}."]
        names = dict(zip(ROLES, PAIR, strict=True))
        scene = _pair(*PAIR)
    titles = load_material(names["baseline"]).title, load_material(names["candidate"]).title
    page = site.playground_page(
        scene,
        titles,
        names,
        site.LIVE,
        source="/api/playground",
        materials=_materials(),
        problems=problems,
    )
    return _html(page)


def _sheet(request: Request) -> Response:
    return _html(site.sheet_page(site.LIVE, key=False))


def _key(request: Request) -> Response:
    return _html(site.sheet_page(site.LIVE, key=True))


def _asset(request: Request) -> Response:
    from starlette.responses import Response

    name = request.path_params["name"]
    if name not in site.ASSETS:
        return _nowhere(request, None)
    return Response(site.asset(name), media_type=site.ASSETS[name], headers=HEADERS)


def _lesson_picture(request: Request) -> Response:
    return _picture(load_lesson(request.path_params["name"]).scene, dict(request.query_params))


def _playground_picture(request: Request) -> Response:
    query = dict(request.query_params)
    return _picture(
        _pair(*(query.pop(role, start) for role, start in zip(ROLES, PAIR, strict=True))), query
    )


def _picture(scene: Scene, query: dict[str, str]) -> Response:
    """The picture of a state, and a sentence for everything in it that cannot be."""
    from starlette.responses import JSONResponse

    controls = tuple(scene.controls)
    state, problems = read_state(controls, query)
    with _turn:
        try:
            picture = scene.draw(**keywords(controls, state))
        except (ConvergenceError, InputError) as error:
            start, _ = read_state(controls, {})
            picture = scene.draw(**keywords(controls, start))
            problems = (*problems, f"{error} Shown instead: where the sliders started.")
    content = {"picture": site.picture_data(picture), "problems": problems}
    return JSONResponse(content, headers=HEADERS)


@lru_cache(maxsize=PAIRS)
def _pair(baseline: str, candidate: str) -> Scene:
    return playground(load_material(baseline), load_material(candidate))


@lru_cache(maxsize=1)
def _materials() -> list[tuple[str, str]]:
    """Name and title of what half cells can be made of, by title."""
    systems = select(Selection(simulable=True))
    found = [(s.file.material.name, s.file.material.title) for s in systems]
    return sorted(found, key=lambda pair: pair[1].lower())


def _told(request: Request, error: Any) -> Response:
    """What somebody asked for that is not there, in one sentence."""
    return _html(site.message_page(" ".join(error.problems), site.LIVE), 404)


def _nowhere(request: Request, error: Any) -> Response:
    known = ", ".join(lesson_names())
    return _html(
        site.message_page(f"There is no page {request.url.path}. Lessons: {known}.", site.LIVE), 404
    )


def _html(text: str, status: int = 200) -> Response:
    from starlette.responses import HTMLResponse

    return HTMLResponse(text, status, headers=HEADERS)


def serve(host: str, port: int, *, open_browser: bool) -> None:
    """Serve until Ctrl-C. Raises :class:`InputError` when the address cannot be had."""
    import socket
    import webbrowser

    import uvicorn

    app = application()
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
            listener.listen()  # a browser that is quicker than the server waits, and is not refused
        except OSError as error:
            raise InputError(
                f"{host}:{port} cannot be used ({error.strerror}); try --port {port + 1}."
            ) from None
        address = f"http://{host}:{listener.getsockname()[1]}/"
        print(f"Lessons and playground: {address}  (stop with Ctrl-C)", flush=True)
        threading.Thread(target=_warm, daemon=True).start()
        if open_browser:
            webbrowser.open(address)
        config = uvicorn.Config(app, log_level="warning")
        uvicorn.Server(config).run(sockets=[listener])


def _warm() -> None:
    """What the first visitor would wait for."""
    scene = _pair(*PAIR)
    controls = tuple(scene.controls)
    with _turn:
        scene.draw(**keywords(controls, read_state(controls, {})[0]))
