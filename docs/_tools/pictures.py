"""The pictures of the site, each from the commands that make it: ``docs/images/pictures.toml``.

``python docs/_tools/pictures.py NAME ...`` runs the commands of these pictures in an empty folder
and draws them into ``docs/images``, light and dark; without a name, of all (minutes). With ``--in
FOLDER`` results are kept there, and what is there is drawn again. What a picture is:

* ``commands`` with ``figure``: a stored figure of the folder that the last command writes, with
  the files of a ``page`` if one is named;
* ``commands`` with ``screen``: a page of that folder, in Chromium;
* ``commands`` with ``serve``: a page of the server that the last command starts, in Chromium;
* ``page`` with ``file``: what the Python blocks of a page of the site save under that name;
* ``script``: what a file of this folder draws.
"""

from __future__ import annotations

import argparse
import io
import os
import re
import runpy
import shlex
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import chdir, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from blocks import Block, blocks_of

TOOLS = Path(__file__).resolve().parent
IMAGES = TOOLS.parent / "images"
DATA = IMAGES / "pictures.toml"
LARGEST = 100_000
"""Bytes of a file."""
WIDTH = 180.0
"""Millimetres of a figure that does not say its own."""
SCREEN = (1120, 760)
THEMES = ("light", "dark")


@dataclass(frozen=True, kw_only=True)
class Picture:
    """One picture; ``title`` and ``shows`` are what stands below it."""

    name: str
    title: str
    shows: str
    commands: tuple[str, ...] = ()
    figure: str = ""
    screen: str = ""
    serve: str = ""
    page: str = ""
    file: str = ""
    script: str = ""
    width: float = WIDTH

    @property
    def files(self) -> list[str]:
        """Names in ``docs/images``, light and dark."""
        return [f"{self.name}_{theme}.png" for theme in THEMES]


def pictures() -> dict[str, Picture]:
    """Every picture by its name, in the order of the gallery."""
    entries = tomllib.loads(DATA.read_text("utf-8"))
    return {
        name: Picture(name=name, **{**entry, "commands": tuple(entry.get("commands", ()))})
        for name, entry in entries.items()
    }


def folder_of(command: str) -> str:
    """The folder that a command writes into.

    >>> folder_of("particle-sim life nvp he_v --out results/life")
    'results/life'
    """
    words = shlex.split(command)
    return words[words.index("--out") + 1]


def make(chosen: list[Picture], kept: Path | None = None) -> Iterator[Path]:
    """Run what the pictures need, what several share only once, and draw them."""
    sources: dict[tuple[str, ...], list[Picture]] = {}
    for each in chosen:
        key = (*each.commands, each.page, each.script, each.serve)
        sources.setdefault(key, []).append(each)
    for alike in sources.values():
        with _workplace(kept):
            yield from _drawn(alike)


@contextmanager
def _workplace(kept: Path | None) -> Iterator[None]:
    """An empty folder, or the one kept, with the data that the pages use."""
    with tempfile.TemporaryDirectory() as made:
        place = kept or Path(made)
        shutil.copytree(TOOLS.parents[1] / "examples", place / "examples", dirs_exist_ok=True)
        for data in TOOLS.parent.rglob("*.csv"):
            shutil.copy(data, place)
        with chdir(place):
            yield


def _drawn(alike: list[Picture]) -> Iterator[Path]:
    import particle_sim as ps

    first = alike[0]
    for block in _files(first.page) if first.commands else ():
        Path(block.file).write_text(block.body, encoding="utf-8")
    for command in first.commands if not first.serve else ():
        if "--out" not in command or not Path(folder_of(command)).exists():
            print(command, flush=True)
            words = [sys.executable, "-m", "particle_sim", *shlex.split(command)[1:]]
            subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
    saved = {} if first.commands else _saved(first)
    for each in alike:
        if each.screen:
            page = Path(folder_of(each.commands[-1]), each.screen).resolve()
            yield from _screens(each, page.as_uri())
        elif each.serve:
            yield from _served(each)
        else:
            for theme in THEMES:
                figure = (
                    saved[each.file][theme]
                    if saved
                    else ps.open(folder_of(each.commands[-1])).draw(each.figure, each.width)
                )
                yield _written(each, theme, _png(figure, theme, each.width))


def _saved(picture: Picture) -> dict[str, dict[str, Any]]:
    """Figures by the name under which a page or a script saves them, once for each theme."""
    import copy

    from matplotlib.figure import Figure

    found: dict[str, dict[str, Any]] = {}

    def keep(figure: Any, name: str, **_: Any) -> None:
        found[name] = {theme: copy.deepcopy(figure) for theme in THEMES}

    Figure.savefig, usual = keep, Figure.savefig  # type: ignore[method-assign, assignment]
    try:
        if picture.script:
            runpy.run_path(str(TOOLS / picture.script), run_name="__main__")
        else:
            _play(picture.page)
    finally:
        Figure.savefig = usual  # type: ignore[method-assign]
    return found


def _files(page: str) -> list[Block]:
    """The blocks of a page that are files."""
    return [block for block in _blocks(page) if block.file] if page else []


def _blocks(page: str) -> list[Block]:
    return blocks_of((TOOLS.parent / page).read_text("utf-8"), page)


def _play(page: str) -> None:
    """The Python blocks of a page, in order."""
    namespace: dict[str, Any] = {"__name__": "page"}
    for block in _blocks(page):
        if block.language == "python" and not block.file:
            exec(compile(block.body, f"{page}, line {block.line}", "exec"), namespace)


def _png(figure: Any, theme: str, width: float) -> bytes:
    from particle_sim.figures.finish import Finish, Theme
    from particle_sim.figures.save import draw_files

    finish = Finish(width=width, theme=Theme(theme))
    return draw_files(figure, Path(f"picture_{theme}"), ["png"], finish)[0].read_bytes()


def _served(picture: Picture) -> Iterator[Path]:
    words = [*shlex.split(picture.commands[-1])[1:], "--no-browser", "--port", "0"]
    with subprocess.Popen(
        [sys.executable, "-u", "-m", "particle_sim", *words], stdout=subprocess.PIPE, text=True
    ) as server:
        try:
            told = iter(server.stdout or ())
            address = next(found[0] for line in told if (found := re.search(r"http://\S+/", line)))
            yield from _screens(picture, address + picture.serve)
        finally:
            server.terminate()


def _screens(picture: Picture, address: str) -> Iterator[Path]:
    from playwright.sync_api import sync_playwright

    program = os.environ.get("CHROMIUM", shutil.which("chromium"))
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=program, args=["--no-sandbox"])
        for theme in THEMES:
            seen = browser.new_page(
                viewport=dict(zip(("width", "height"), SCREEN, strict=True)),
                color_scheme="dark" if theme == "dark" else "light",
            )
            seen.goto(address, wait_until="networkidle")
            yield _written(picture, theme, seen.screenshot())
        browser.close()


def _written(picture: Picture, theme: str, image: bytes) -> Path:
    path = IMAGES / f"{picture.name}_{theme}.png"
    path.write_bytes(small(image))
    return path


def small(image: bytes) -> bytes:
    """A PNG of at most ``LARGEST`` bytes: 256 colours, the nearest or else alike ones, and fewer
    pixels before colours so few that a colour bar shows steps.
    """
    from PIL import Image

    whole = Image.open(io.BytesIO(image)).convert("RGB")
    for scale in (1.0, 0.85, 0.7, 0.6, 0.5):
        size = (round(whole.width * scale), round(whole.height * scale))
        scaled = whole.resize(size, Image.Resampling.LANCZOS)
        for method in (Image.Quantize.MEDIANCUT, Image.Quantize.FASTOCTREE):
            written = io.BytesIO()
            few = scaled.quantize(256, method, dither=Image.Dither.NONE)
            few.save(written, "png", optimize=True)
            if written.tell() <= LARGEST:
                return written.getvalue()
    raise ValueError("a picture does not become small enough")


def main() -> None:
    """Draw the pictures named, or all."""
    known = pictures()
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(known)}")
    asked.add_argument("--in", dest="kept", type=Path, help="Folder for the results, kept.")
    given = asked.parse_args()
    if unknown := set(given.names) - set(known):
        asked.error(f"there is no picture {', '.join(sorted(unknown))}")
    chosen = [known[name] for name in given.names or known]
    for path in make(chosen, given.kept and given.kept.resolve()):
        print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB", flush=True)


if __name__ == "__main__":
    main()
