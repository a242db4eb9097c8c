"""Write predicted rates to a folder: data, words and a figure, all or nothing."""

from __future__ import annotations

from pathlib import Path

import xarray as xr

from particle_sim.figures.rate_prediction import rate_prediction
from particle_sim.figures.save import draw_files
from particle_sim.files import write_file
from particle_sim.inference.answer_words import answer_lines
from particle_sim.inference.page import Page, write_page
from particle_sim.outputs import FROM_PYTHON, new_folder, write_netcdf

DATA_FILE, REPORT_FILE, FIGURE = "results.nc", "report.txt", "rate_prediction"


def write_answer(
    tree: xr.DataTree,
    folder: Path,
    command: str = FROM_PYTHON,
    *,
    force: bool = False,
    page: Page | None = None,
) -> None:
    """Write everything into ``folder``; earlier predictions there are replaced in one move.

    Raises :class:`InputError` when the folder cannot be written, or holds something else and is
    not forced (:func:`particle_sim.outputs.new_folder`).
    """
    with new_folder(folder, command=command, force=force) as work:
        write_netcdf(tree, work / DATA_FILE)
        lines = answer_lines(tree)
        write_file(work / REPORT_FILE, "\n".join(lines) + "\n")
        draw_files(rate_prediction(tree), work / FIGURE)
        write_page(work, lines, page)
