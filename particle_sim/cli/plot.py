"""``particle-sim plot``: draw the figures of a stored result again."""

from __future__ import annotations

import enum
from pathlib import Path
from typing import Annotated, Any

import typer

from particle_sim.cli.complete import complete_figure
from particle_sim.cli.options import ForceOption, JsonOption, OutOption
from particle_sim.cli.told import print_json
from particle_sim.cli.verb import Aim, verb
from particle_sim.errors import InputError

WIDTHS = (20.0, 500.0)
FONT_SIZES = (3.0, 40.0)


class Format(enum.Enum):
    """What can be written."""

    PNG = "png"
    SVG = "svg"
    PDF = "pdf"


class ThemeName(enum.Enum):
    """Colours of the page; :class:`particle_sim.figures.finish.Theme` for what it does."""

    LIGHT = "light"
    DARK = "dark"
    PRINT = "print"


@verb(
    Aim.SEE,
    6,
    "the figures of a stored result again, for paper or screen",
    "plot results/nvp_vs_he_v --figure size_map --width 85mm --format pdf",
)
def plot(
    folder: Annotated[Path, typer.Argument(help="A folder that a verb wrote.")],
    figure: Annotated[
        list[str] | None,
        typer.Option(
            "--figure",
            metavar="NAME",
            help="Only this one. Repeatable; default: all.",
            autocompletion=complete_figure,
        ),
    ] = None,
    listed: Annotated[bool, typer.Option("--list", help="Only name the figures.")] = False,
    width: Annotated[
        str | None, typer.Option(metavar="MM", help="Millimetres: 85mm, 180mm, or any number.")
    ] = None,
    formats: Annotated[
        list[Format] | None, typer.Option("--format", help="Repeatable; default: png and svg.")
    ] = None,
    font_size: Annotated[
        float | None, typer.Option(help="Points of the text at the axes; default: as it fits.")
    ] = None,
    theme: Annotated[ThemeName, typer.Option(help="print: 600 dots per inch.")] = ThemeName.LIGHT,
    out: OutOption = None,
    force: ForceOption = False,
    as_json: JsonOption = False,
) -> None:
    """Redraw stored figures without solving; without --out into the same folder."""
    millimetres, points = _width(width), _font_size(font_size)
    from particle_sim.figures.finish import Finish, Theme
    from particle_sim.figures.save import FORMATS, draw_files
    from particle_sim.outputs import check_file, new_files
    from particle_sim.report.result_folder import open_result

    result = open_result(folder)
    names = _names(figure or ["all"], result)
    if listed:
        print_json(list(result.figures)) if as_json else print("\n".join(result.figures))
        return
    target = (out or result.pictures or folder) / f"{names[0]}.png"
    check_file(target)
    finish = Finish(width=millimetres, font_size=points, theme=Theme(theme.value))
    kinds = [kind.value for kind in formats or []] or FORMATS
    with new_files(target, force=force) as work:
        files = [
            target.with_name(path.name)
            for name in names
            for path in draw_files(result.draw(name, millimetres), work / name, kinds, finish)
        ]
    print_json({"files": files}) if as_json else print("\n".join(map(str, files)))


def _names(asked: list[str], result: Any) -> list[str]:
    """The figures asked for, each once; one that there is not is refused."""
    for name in asked:
        if name != "all" or not result.figures:
            result.check(name)
    return list(result.figures) if "all" in asked else list(dict.fromkeys(asked))


def _width(text: str | None) -> float | None:
    """``"85mm"`` -> 85.0.

    >>> _width("180mm"), _width("120"), _width(None)
    (180.0, 120.0, None)
    """
    if text is None:
        return None
    try:
        width = float(text.strip().removesuffix("mm"))
    except ValueError:
        width = float("nan")
    low, high = WIDTHS
    if not low <= width <= high:
        raise InputError(
            f'--width is "{text}"; give millimetres from {low:g} to {high:g}, e.g. 85mm or 180mm.'
        )
    return width


def _font_size(points: float | None) -> float | None:
    low, high = FONT_SIZES
    if points is not None and not low <= points <= high:
        raise InputError(f"--font-size is {points:g}; give points from {low:g} to {high:g}.")
    return points
