"""Write a fit or a titration to a folder: data, words and figures, each file whole."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import xarray as xr

from particle_sim.figures.fit_curve import fit_curve
from particle_sim.figures.fit_pairs import fit_pairs
from particle_sim.figures.fit_profiles import fit_profiles
from particle_sim.figures.fit_titration import fit_titration
from particle_sim.figures.save import draw_files
from particle_sim.figures.style import Figure
from particle_sim.files import write_file
from particle_sim.inference.fit import Fit
from particle_sim.inference.page import Page, write_page
from particle_sim.inference.titration import Titration
from particle_sim.inference.titration_tables import titration_texts
from particle_sim.inference.titration_words import titration_lines
from particle_sim.inference.tree import fit_tree, titration_dataset
from particle_sim.inference.words import fit_lines
from particle_sim.outputs import FROM_PYTHON, new_folder, write_netcdf

DATA_FILE = "posterior.nc"
TITRATION_FILE = "titration.nc"
REPORT_FILE = "report.txt"
TITRATION_FIGURES: Mapping[str, Callable[[xr.DataTree], Figure]] = {
    "titration": lambda data: fit_titration(data.to_dataset())
}


def write_fit(
    fit: Fit,
    folder: Path,
    command: str = FROM_PYTHON,
    *,
    force: bool = False,
    page: Page | None = None,
) -> list[Path]:
    """``posterior.nc``, ``report.txt`` and the figures of a fit, and its ``page``; returns the
    paths.

    An earlier fit in ``folder`` is replaced; anything else is an :class:`InputError`, unless it
    is forced (:func:`particle_sim.outputs.new_folder`).
    """
    tree = fit_tree(fit)
    with new_folder(folder, command=command, force=force) as work:
        lines = fit_lines(fit)
        names = _fill(work, DATA_FILE, tree, lines, fit_figures(tree))
        names += write_page(work, lines, page)
    return [folder / name for name in names]


def fit_figures(tree: xr.DataTree) -> dict[str, Callable[[xr.DataTree], Figure]]:
    """What can be drawn of a stored fit, by name."""
    drawn: dict[str, Callable[[xr.DataTree], Figure]] = {"curve": fit_curve, "pairs": fit_pairs}
    return drawn | ({"profiles": fit_profiles} if "profile" in tree.children else {})


def write_titration(
    titration: Titration,
    folder: Path,
    command: str = FROM_PYTHON,
    *,
    force: bool = False,
    page: Page | None = None,
) -> list[Path]:
    """``titration.nc``, ``report.txt``, the figure and the tables of a titration, as
    :func:`write_fit`.
    """
    table = xr.DataTree(titration_dataset(titration))
    with new_folder(folder, command=command, force=force) as work:
        lines = titration_lines(titration)
        names = _fill(work, TITRATION_FILE, table, lines, TITRATION_FIGURES)
        for name, text in titration_texts(titration).items():
            write_file(work / name, text)
            names.append(name)
        names += write_page(work, lines, page)
    return [folder / name for name in names]


def _fill(
    work: Path,
    name: str,
    data: xr.DataTree,
    lines: Sequence[str],
    drawings: Mapping[str, Callable[[xr.DataTree], Figure]],
) -> list[str]:
    """Write everything into ``work``; the names of the files."""
    write_netcdf(data, work / name)
    write_file(work / REPORT_FILE, "\n".join(lines) + "\n")
    drawn = [path for key, draw in drawings.items() for path in draw_files(draw(data), work / key)]
    return [name, REPORT_FILE, *(path.name for path in drawn)]
