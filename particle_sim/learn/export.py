"""The lessons as a folder: pages with computed states, which open from a disk or any web space."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from particle_sim.files import write_file
from particle_sim.learn import site
from particle_sim.learn.charge_data import library
from particle_sim.learn.controls import Control, State, keywords, start_state
from particle_sim.learn.history import film, other_controls
from particle_sim.learn.lesson import Scene, lesson_names, load_lesson
from particle_sim.learn.playground import PHYSICS, playground
from particle_sim.learn.rate_tests import Asked
from particle_sim.learn.shipped import PAIR, shipped_titles
from particle_sim.learn.slides import slide
from particle_sim.materials.load import load_record
from particle_sim.outputs import new_folder
from particle_sim.studies.footing import level_pair
from particle_sim.transport.laws import SOLID_SOLUTION

ROLES = ("baseline", "candidate")
COMMAND = "particle-sim learn --export"
LINKS = site.Links(
    home="index.html",
    playground="playground.html",
    sheet="sheet.html",
    key="key.html",
    assets="assets",
    lesson="{name}.html",
    slide="slides/{name}.png",
)


def export_site(folder: Path, *, force: bool = False, asked: Asked | None = None) -> int:
    """Write every page; returns their number. An earlier export is replaced, nothing else is.

    ``asked``: the rate tests that narrow the playground's draws.
    Raises :class:`InputError` when ``folder`` holds anything that an export did not write, and is
    not forced (:func:`particle_sim.outputs.new_folder`).
    """
    with new_folder(folder, command=COMMAND, force=force, option="--export") as work:
        for name in site.ASSETS:
            write_file(work / "assets" / name, site.asset(name))
        pages = dict(_pages(work, asked or Asked()))
        for name, text in pages.items():
            write_file(work / name, text)
        _slides(work / "slides")
    return len(pages)


def _pages(folder: Path, asked: Asked) -> Iterator[tuple[str, str]]:
    for name in lesson_names():
        states = _states(folder, name, load_lesson(name).scene)
        yield f"{name}.html", site.lesson_page(name, LINKS, states=states)
    yield LINKS.playground, _playground(folder, asked)
    yield LINKS.sheet, site.sheet_page(LINKS, key=False)
    yield LINKS.key, site.sheet_page(LINKS, key=True)
    yield LINKS.home, site.index_page(LINKS)


def _playground(folder: Path, asked: Asked) -> str:
    """A page of any two materials, which computes what is in one phase by itself.

    What has a boundary is worked out beforehand for one pair, where its sliders start.
    """
    records = [load_record(name) for name in sorted(shipped_titles()) if "@" not in name]
    pair = level_pair(*PAIR)
    scene = playground(*pair, asked.of(*PAIR))
    start = keywords(tuple(scene.controls), start_state(tuple(scene.controls)))
    known = {
        ",".join([*PAIR, physics]): scene.draw(**{**start, "physics": physics}).runs
        for physics in PHYSICS
        if physics != SOLID_SOLUTION.typed
    }
    states = _script(
        folder, "playground", particleSimLibrary=library(records), particleSimStates=known
    )
    return site.playground_page(
        scene,
        (pair[0].title, pair[1].title),
        dict(zip(ROLES, PAIR, strict=True)),
        LINKS,
        states=states,
        materials=sorted(
            ((record.material.name, record.material.title) for record in records),
            key=lambda named: named[1].lower(),
        ),
    )


def _slides(folder: Path) -> None:
    """The start of every lesson as a picture for the projector."""
    for name in lesson_names():
        lesson = load_lesson(name)
        controls = tuple(lesson.scene.controls)
        picture = lesson.scene.draw(**keywords(controls, start_state(controls)))
        buffer = BytesIO()
        slide(lesson.title, picture).savefig(buffer, format="png", dpi=150, metadata={})
        write_file(folder / f"{name}.png", buffer.getvalue())


def _states(folder: Path, name: str, scene: Scene) -> str:
    """A script with the picture of every exported state; its path from the page."""
    controls = tuple(scene.controls)
    found: dict[str, Any] = {}
    for key, state in exported_states(other_controls(scene)):
        whole = start_state(controls) | state
        found[key] = (
            film(scene, whole, site.picture_data)
            if scene.history
            else site.picture_data(scene.draw(**keywords(controls, whole)))
        )
    return _script(folder, name, particleSimStates=found)


def _script(folder: Path, name: str, **variables: Any) -> str:
    """A script that sets variables of the page; its path from the page."""
    lines = [
        f"window.{variable} = {json.dumps(value, separators=(',', ':'))};\n"
        for variable, value in variables.items()
    ]
    write_file(folder / "data" / f"{name}.js", "".join(lines))
    return f"data/{name}.js"


def exported_states(controls: tuple[Control, ...]) -> Iterator[tuple[str, State]]:
    """Positions as ``"0,3"``, and the state they mean, over all exported positions."""
    values = [control.exported_values for control in controls]
    for index in itertools.product(*(range(len(v)) for v in values)):
        state = {c.name: v[i] for c, v, i in zip(controls, values, index, strict=True)}
        yield ",".join(map(str, index)), state
