"""``particle-sim plot``: draw a figure again from stored results."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from particle_sim.cli.options import ForceOption
from particle_sim.cli.verb import Aim, verb
from particle_sim.errors import InputError, closest


@verb(Aim.SEE, 6, "draw a figure of a stored result again", "plot results/nvp_vs_he_v size_map")
def plot(
    folder: Annotated[Path, typer.Argument(help="A folder that compare or life wrote.")],
    figure: Annotated[str, typer.Argument(help="Figure name, or all.")],
    out: Annotated[Path | None, typer.Option(help="Where to; default: the same folder.")] = None,
    paper: Annotated[
        bool,
        typer.Option("--paper", help="As PDF, SVG and PNG, 85 and 180 mm wide, in FOLDER_paper."),
    ] = False,
    force: ForceOption = False,
) -> None:
    """Redraw without solving."""
    if paper:
        _for_paper(folder, figure, out, force)
        return
    from particle_sim import figures
    from particle_sim.outputs import check_file, new_files
    from particle_sim.report import life_folder
    from particle_sim.report.as_printed import asked_figures
    from particle_sim.report.folder import draw_figure, open_folder

    if (folder / life_folder.DATA_FILE).is_file():
        target = (out or folder) / f"{figure}.png"
        check_file(target)
        with new_files(target, force=force) as work:
            drawn = [path.name for path in life_folder.draw_life(folder, figure, work)]
        for file in drawn:
            print(target.with_name(file))
        return
    known = {**figures.FIGURES, **figures.ASKED_FOR}
    if figure not in ("all", *known):
        raise InputError(f'There is no figure "{figure}"; {closest(figure, known)}')
    names = list(figures.FIGURES) if figure == "all" else [figure]
    target = (out or folder) / f"{names[0]}.png"
    check_file(target)
    tree = open_folder(folder)
    names += asked_figures(tree) if figure == "all" else []
    with new_files(target, force=force) as work:
        drawn = [path.name for name in names for path in draw_figure(tree, name, work)]
    for file in drawn:
        print(target.with_name(file))


def _for_paper(folder: Path, figure: str, out: Path | None, force: bool) -> None:
    """One or all figures of a stored result, one and two columns wide."""
    from particle_sim.figures.paper import WIDTHS, draw_for_paper, narrowed
    from particle_sim.outputs import new_files
    from particle_sim.report.stored_figures import stored_figures

    tree, known = stored_figures(folder)
    if figure not in ("all", *known):
        raise InputError(f'There is no figure "{figure}"; {closest(figure, known)}')
    real = folder.resolve()
    target = out or real.with_name(f"{real.name}_paper")
    with new_files(target / "any", force=force) as work:
        drawn = [
            path.name
            for name in (known if figure == "all" else [figure])
            for label, width in WIDTHS.items()
            for path in draw_for_paper(
                known[name](narrowed(tree, width)), work / f"{name}_{label}", width
            )
        ]
    for file in drawn:
        print(target / file)
