"""The lessons as a folder: pages with computed states, which open from a disk or any web space."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from particle_sim.errors import InputError
from particle_sim.files import written_whole
from particle_sim.learn import site
from particle_sim.learn.controls import Control, State, keywords, start_state
from particle_sim.learn.lesson import Scene, lesson_names, load_lesson
from particle_sim.learn.playground import playground
from particle_sim.learn.slides import slide
from particle_sim.materials.load import load_material

PAIR = ("nvp", "he_v")
MARK = "particle_sim_lessons.txt"
"""File that lists what an export wrote."""
LINKS = site.Links(
    home="index.html",
    playground="playground.html",
    sheet="sheet.html",
    key="key.html",
    assets="assets",
    lesson="{name}.html",
    slide="slides/{name}.png",
)


def export_site(folder: Path) -> int:
    """Write every page; returns their number. An earlier export is replaced, nothing else is.

    Raises :class:`InputError` when ``folder`` holds anything that an export did not write.
    """
    _cleared(folder)
    (folder / MARK).write_text("Written by particle-sim learn --export.\n", encoding="utf-8")
    for name in site.ASSETS:
        (folder / "assets" / name).write_bytes(site.asset(name))
    pages = dict(_pages(folder))
    for name, text in pages.items():
        _write(folder / name, text)
    _slides(folder / "slides")
    files = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.*"))
    _write(folder / MARK, "\n".join(["Written by particle-sim learn --export:", *files, ""]))
    return len(pages)


def _cleared(folder: Path) -> None:
    """The folder with its own folders, and without what an earlier export left."""
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder} is a file; give a folder.")
    mark = folder / MARK
    own = {MARK, *(mark.read_text("utf-8").splitlines()[1:] if mark.is_file() else [])}
    here = [path for path in sorted(folder.rglob("*")) if not path.is_dir()]
    for path in here:
        name = path.relative_to(folder).as_posix()
        if name not in own:
            raise InputError(f"{folder} holds {name}, which is no export; choose a new folder.")
    for path in here:  # only what was found inside, whatever the list says
        path.unlink()
    for name in ("assets", "data", "slides"):
        (folder / name).mkdir(parents=True, exist_ok=True)


def _pages(folder: Path) -> Iterator[tuple[str, str]]:
    for name in lesson_names():
        states = _states(folder, name, load_lesson(name).scene)
        yield f"{name}.html", site.lesson_page(name, LINKS, states=states)
    materials = [load_material(name) for name in PAIR]
    scene = playground(*materials)
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
        slide(lesson.title, picture).savefig(folder / f"{name}.png", dpi=150, metadata={})


def _states(folder: Path, name: str, scene: Scene) -> str:
    """A script with the picture of every exported state; its path from the page."""
    controls = tuple(scene.controls)
    found: dict[str, Any] = {
        key: site.picture_data(scene.draw(**keywords(controls, state)))
        for key, state in exported_states(controls)
    }
    _write(folder / "data" / f"{name}.js", f"window.particleSimStates = {json.dumps(found)};\n")
    return f"data/{name}.js"


def exported_states(controls: tuple[Control, ...]) -> Iterator[tuple[str, State]]:
    """Positions as ``"0,3"``, and the state they mean, over all exported positions."""
    values = [control.exported_values for control in controls]
    for index in itertools.product(*(range(len(v)) for v in values)):
        state = {c.name: v[i] for c, v, i in zip(controls, values, index, strict=True)}
        yield ",".join(map(str, index)), state


def _write(path: Path, text: str) -> None:
    with written_whole(path) as part:
        part.write_text(text, encoding="utf-8")
