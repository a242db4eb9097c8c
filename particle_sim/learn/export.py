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
from particle_sim.learn.controls import Control, State, keywords, start_state
from particle_sim.learn.history import film, other_controls
from particle_sim.learn.lesson import Scene, lesson_names, load_lesson
from particle_sim.learn.playground import playground
from particle_sim.learn.rate_tests import Asked
from particle_sim.learn.slides import slide
from particle_sim.outputs import new_folder
from particle_sim.studies.footing import level_pair

PAIR = ("nvp", "he_v")
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
    materials = level_pair(*PAIR)
    scene = playground(*materials, asked.of(*PAIR))
    titles = materials[0].title, materials[1].title
    states = _states(folder, "playground", scene)
    fixed: dict[str, str] = {}
    yield LINKS.playground, site.playground_page(scene, titles, fixed, LINKS, states=states)
    yield LINKS.sheet, site.sheet_page(LINKS, key=False)
    yield LINKS.key, site.sheet_page(LINKS, key=True)
    yield LINKS.home, site.index_page(LINKS)


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
    script = f"window.particleSimStates = {json.dumps(found, separators=(',', ':'))};\n"
    write_file(folder / "data" / f"{name}.js", script)
    return f"data/{name}.js"


def exported_states(controls: tuple[Control, ...]) -> Iterator[tuple[str, State]]:
    """Positions as ``"0,3"``, and the state they mean, over all exported positions."""
    values = [control.exported_values for control in controls]
    for index in itertools.product(*(range(len(v)) for v in values)):
        state = {c.name: v[i] for c, v, i in zip(controls, values, index, strict=True)}
        yield ",".join(map(str, index)), state
