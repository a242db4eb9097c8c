"""``particle-sim plot``: draw a figure again from stored results."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from particle_sim.errors import InputError, closest


def plot(
    folder: Annotated[Path, typer.Argument(help="A folder that compare wrote.")],
    figure: Annotated[str, typer.Argument(help="Figure name, or all.")],
    out: Annotated[Path | None, typer.Option(help="Where to; default: the same folder.")] = None,
) -> None:
    """Redraw without solving."""
    from particle_sim import figures
    from particle_sim.report.folder import draw_figure, open_folder

    if figure not in ("all", *figures.FIGURES):
        raise InputError(f'There is no figure "{figure}"; {closest(figure, figures.FIGURES)}')
    tree = open_folder(folder)
    target = out or folder
    try:
        target.mkdir(parents=True, exist_ok=True)
        for name in figures.FIGURES if figure == "all" else (figure,):
            for path in draw_figure(tree, name, target):
                print(path)
    except OSError as error:
        raise InputError(
            f"{target} cannot be written ({error.strerror}); choose another folder with --out."
        ) from None
