"""``particle-sim plot``: draw a figure again from stored results."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def plot(
    folder: Annotated[Path, typer.Argument(help="A folder that compare wrote.")],
    figure: Annotated[str, typer.Argument(help="Figure name, or all.")],
    out: Annotated[Path | None, typer.Option(help="Where to; default: the same folder.")] = None,
) -> None:
    """Redraw without solving."""
    from particle_sim import figures
    from particle_sim.report.folder import draw_figure, open_folder

    tree = open_folder(folder)
    target = out or folder
    target.mkdir(parents=True, exist_ok=True)
    for name in figures.FIGURES if figure == "all" else (figure,):
        for path in draw_figure(tree, name, target):
            print(path)
