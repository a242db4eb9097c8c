"""Every picture of the site has commands that make it, and these parse; a tool draws them."""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path

import pytest
import typer.main

from particle_sim.cli.main import app

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "docs" / "_tools")]

from blocks import DOCS, blocks_of, pages  # noqa: E402
from pictures import IMAGES, LARGEST, TOOLS, Picture, pictures  # noqa: E402

OF_THE_README = {"polycrystals.png"}
WITHOUT = {"guides/cite.md", "guides/cluster.md", "guides/own_files.md", "guides/pybamm.md",
           "guides/pybamm_options.md", "guides/sweep.md", "guides/wear.md",
           "theory/quantities.md"}  # fmt: skip
"""Pages of guides and theory on which no picture would help, or whose commands draw none."""
SHOWN = re.compile(r"^```\{picture\} (\w+)$", re.MULTILINE)


def commands_are_known(picture: Picture) -> None:
    """Raise where a command of a picture is none that ``particle-sim`` takes."""
    verbs = getattr(typer.main.get_command(app), "commands", {})
    for command in picture.commands:
        program, verb, *words = shlex.split(command)
        assert program == "particle-sim"
        verbs[verb].make_context(verb, words)


@pytest.mark.parametrize("name", pictures())
def test_a_picture_has_its_files_and_what_makes_them(name: str) -> None:
    picture = pictures()[name]
    for file in picture.files:
        assert 0 < (IMAGES / file).stat().st_size <= LARGEST, file
    commands_are_known(picture)
    code = ""
    if picture.script:
        code = (TOOLS / picture.script).read_text("utf-8")
    elif picture.page and not picture.commands:
        code = "".join(b.body for b in blocks_of((DOCS / picture.page).read_text("utf-8")))
        assert f"{{picture}} {name}" in (DOCS / picture.page).read_text("utf-8")
    saved = re.findall(r'savefig\(f?"([^"]+)"', code)
    patterns = [re.sub(r"\\\{\w+\\\}", r"\\w+", re.escape(each)) for each in saved]
    assert not picture.file or any(re.fullmatch(each, picture.file) for each in patterns)


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("particle-sim compere nvp he_v", "compere"),
        ("particle-sim life nvp --sample 3", "No such option"),
    ],
)
def test_a_command_that_is_none_is_noticed(command: str, said: str) -> None:
    with pytest.raises(Exception, match=said):
        commands_are_known(Picture(name="x", title="", shows="", commands=(command,)))


def test_no_file_is_without_its_commands() -> None:
    known = {file for picture in pictures().values() for file in picture.files}
    assert {path.name for path in IMAGES.glob("*.png")} == known | OF_THE_README


def test_the_readme_shows_what_its_command_draws() -> None:
    readme, drawn = (ROOT / "README.md").read_text("utf-8"), pictures()["particle_fields"]
    assert f"(docs/images/{drawn.files[0]})" in readme
    assert f"The picture above is `{drawn.figure}.png` of this command" in readme
    assert drawn.commands[0] in readme


def test_a_page_of_physics_shows_some() -> None:
    for page in pages():
        name = page.relative_to(DOCS).as_posix()
        if name.startswith(("guides/", "theory/", "paths/")) and name not in WITHOUT:
            assert SHOWN.search(page.read_text("utf-8")), f"{name} shows no picture"
