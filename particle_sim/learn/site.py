"""Pages of the lessons and the playground as HTML text, for the server and for a folder alike."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import resources
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from particle_sim.errors import InputError
from particle_sim.learn.controls import Control, Slider, Value, start_state
from particle_sim.learn.history import film
from particle_sim.learn.lesson import Lesson, Scene, lesson_names, load_lesson
from particle_sim.learn.packed import Packed, pack
from particle_sim.learn.picture import Picture, as_json
from particle_sim.learn.questions import ANSWER_DIGITS, questions, withheld
from particle_sim.learn.teaching import PLAN, TEACHING
from particle_sim.learn.text import display_math, raised, rich

HERO = "l2_from_sodium_to_stress"
NEEDED = ("plotly", "latex2mathml", "starlette", "uvicorn")


@dataclass(frozen=True, kw_only=True)
class Links:
    """Where pages and files are, as written into a page."""

    home: str
    playground: str
    sheet: str
    key: str
    assets: str
    lesson: str
    """With {name} in it"""
    slide: str = ""
    """With {name} in it; a server has none"""
    teacher: str = ""
    join: str = ""
    """How a class finds the lessons"""
    versioned: bool = False
    """Whether the addresses of the files hold their content's name, and stay good for ever"""
    withheld: bool = False
    """Whether the answers stay with the server until the reader has given one"""


LIVE = Links(
    home="/",
    playground="/playground",
    sheet="/sheet",
    key="/key",
    assets="/assets",
    lesson="/lesson/{name}",
    teacher="/teacher",
    versioned=True,
)
CLASS = replace(LIVE, key="", teacher="", join="/join", withheld=True)
TEACHER_ONLY = (
    "This page is for the teacher; its address stands in the terminal of particle-sim learn."
)


def require_extra() -> None:
    """Raises :class:`InputError` where the ``learn`` extra is not installed."""
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        raise InputError(
            f"The lessons need {', '.join(missing)}, which "
            f"{'is' if len(missing) == 1 else 'are'} not installed; run: "
            'pip install "particle-sim[learn]"'
        )


def asset(name: str) -> bytes:
    """A file of the pages; Plotly's comes out of its Python package. ``KeyError`` if unknown."""
    if name == "plotly.min.js":
        import plotly

        return (Path(plotly.__file__).parent / "package_data" / name).read_bytes()
    if name not in ASSETS:
        raise KeyError(name)
    return resources.files("particle_sim.learn").joinpath("assets", name).read_bytes()


def packed_asset(name: str) -> Packed:
    """The file as it is sent. ``KeyError`` if unknown."""
    return pack(asset(name), ASSETS[name])


@lru_cache(maxsize=1)
def version() -> str:
    """Name of the content of all files together."""
    found = hashlib.sha256()
    for name in ASSETS:
        found.update(asset(name))
    return found.hexdigest()[:16]


ASSETS = {
    "learn.css": "text/css",
    "store.js": "text/javascript",
    "draw.js": "text/javascript",
    "save.js": "text/javascript",
    "panel.js": "text/javascript",
    "ask.js": "text/javascript",
    "learn.js": "text/javascript",
    "play.js": "text/javascript",
    "kernel.js": "text/javascript",
    "library.js": "text/javascript",
    "pair.js": "text/javascript",
    "sketch.js": "text/javascript",
    "lesson.js": "text/javascript",
    "home.js": "text/javascript",
    "plotly.min.js": "text/javascript",
}


def picture_data(picture: Picture) -> dict[str, Any]:
    """What the page draws."""
    data = as_json(picture)
    return {**data, "sentences": [rich(sentence) for sentence in data["sentences"]]}


def index_page(links: Links) -> str:
    """Table of contents."""
    lessons = _listed(links)
    return _render(
        "index.html",
        links,
        title="Why do battery particles crack?",
        lessons=lessons,
        minutes=sum(lesson["minutes"] for lesson in lessons),
        hero=_script_data(hero()),
    )


def lesson_page(name: str, links: Links, *, source: str = "", states: str = "") -> str:
    """One lesson; its picture comes from the address ``source`` or the script ``states``.

    Raises :class:`InputError` for an unknown name.
    """
    lesson, names = load_lesson(name), lesson_names()
    listed, at = _listed(links), names.index(name)
    asked = questions(name)
    return _render(
        "lesson.html",
        links,
        title=lesson.title,
        lesson=lesson,
        number=at + 1,
        count=len(names),
        asked=asked,
        data=_script_data(withheld(asked) if links.withheld else asked),
        previous=listed[at - 1] if at else None,
        following=listed[at + 1] if at + 1 < len(names) else None,
        veiled=True,
        states=states,
        setup=_setup(lesson.scene, source, exported=bool(states)),
    )


def explanation(name: str) -> str:
    """What unfolds after the prediction, as HTML."""
    text: str = _environment().get_template("why.html").render(lesson=load_lesson(name))
    return text


def playground_page(
    scene: Scene,
    names: tuple[str, str],
    fixed: Mapping[str, str],
    links: Links,
    *,
    source: str = "",
    states: str = "",
    materials: Sequence[tuple[str, str]] = (),
    problems: Sequence[str] = (),
) -> str:
    """Two materials; ``fixed`` names them in every address."""
    roles = (("baseline", "Baseline"), ("candidate", "Held against it"))
    return _render(
        "playground.html",
        links,
        title=f"Playground: {' and '.join(names)}",
        names=names,
        materials=materials,
        roles=[(role, label, fixed.get(role, "")) for role, label in roles],
        veiled=False,
        states=states,
        setup=_setup(scene, source, exported=bool(states), fixed=fixed, problems=problems),
    )


def message_page(text: str, links: Links, *, title: str) -> str:
    """A page that says one thing."""
    return _render("message.html", links, title=title, text=text)


def join_page(links: Links, address: str, code: str) -> str:
    """For the projector: how to get here."""
    return _render("join.html", links, title="Join in", address=address, code=Markup(code))


def teacher_page(links: Links) -> str:
    """Plan of a lesson of 90 minutes; of each short lesson its aim and what students believe."""
    lessons = [
        {
            **each,
            "teaching": TEACHING[each["name"]],
            "asked": questions(each["name"]),
        }
        for each in _listed(links)
    ]
    return _render("teacher.html", links, title="For the teacher", lessons=lessons, plan=PLAN)


def sheet_page(links: Links, *, key: bool) -> str:
    """Exercises of all lessons for printing, with answers to every set of numbers if ``key``."""
    lessons = [
        {
            **vars(load_lesson(name)),
            "asked": questions(name),
            "simulated": _simulated(name) if key else "",
        }
        for name in lesson_names()
    ]
    title = "Answer key" if key else "Exercise sheet"
    return _render("sheet.html", links, title=title, lessons=lessons, key=key)


@lru_cache(maxsize=64)
def _simulated(name: str) -> str:
    """The exercise's number from the simulation, for the printed set of numbers."""
    return f"{load_lesson(name).exercise.simulated():.{ANSWER_DIGITS}g}"


@lru_cache(maxsize=1)
def hero() -> dict[str, Any]:
    """A particle that fills and strains, for the first page: the second lesson's history."""
    scene = load_lesson(HERO).scene
    film_of = film(scene, start_state(tuple(scene.controls)), as_json)
    return {"frames": [_balls(frame) for frame in film_of["frames"]]}


def _balls(frame: dict[str, Any]) -> list[dict[str, Any]]:
    return [panel for panel in frame["panels"] if panel["kind"] == "ball"]


def _listed(links: Links) -> list[dict[str, Any]]:
    found = []
    for name in lesson_names():
        lesson: Lesson = load_lesson(name)
        slide = links.slide.format(name=name)
        found.append(
            {**vars(lesson), "name": name, "link": links.lesson.format(name=name), "slide": slide}
        )
    return found


def _setup(
    scene: Scene,
    source: str,
    *,
    exported: bool,
    fixed: Mapping[str, str] | None = None,
    problems: Sequence[str] = (),
) -> Markup:
    """Controls for the page's script."""
    fixed_states = exported and not scene.charges
    controls = [
        _control(control, fixed_states and control.name != scene.history)
        for control in scene.controls
    ]
    setup = {
        "controls": controls,
        "history": scene.history,
        "charges": scene.charges,
        "source": source,
        "fixed": dict(fixed or {}),
        "problems": list(problems),
    }
    return _script_data(setup)


def _script_data(data: Any) -> Markup:
    """JSON inside a script: ``<`` is escaped, so that nothing in it ends the script."""
    return Markup(json.dumps(data).replace("<", "\\u003c"))


def _control(control: Control, exported: bool) -> dict[str, Any]:
    common = {
        "name": control.name,
        "label": control.label,
        "start": control.start,
        "group": control.group,
    }
    if isinstance(control, Slider):
        values: tuple[Value, ...] = control.exported_values if exported else control.values
        return {
            **common,
            "values": values,
            "unit": control.unit,
            "logarithmic": control.logarithmic,
            "plausible": control.plausible,
        }
    keys = control.exported_values if exported else tuple(control.options)
    return {**common, "values": keys, "titles": [control.options[key] for key in keys]}


@lru_cache(maxsize=1)
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        loader=jinja2.PackageLoader("particle_sim.learn", "pages"),
    )
    environment.filters["raised"] = raised
    environment.filters["rich"] = lambda text: Markup(rich(text))
    environment.filters["display"] = lambda latex: Markup(display_math(latex))
    return environment


def _render(page: str, links: Links, **content: Any) -> str:
    assets = f"{links.assets}/{version()}" if links.versioned else links.assets
    return (
        _environment()
        .get_template(page)
        .render(links=links, home=links.home, assets=assets, **content)
    )
