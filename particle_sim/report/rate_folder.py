"""Write a rate study to a folder: data, table, pictures and words, all or nothing."""

from __future__ import annotations

from pathlib import Path

import xarray as xr

from particle_sim.figures.rate_curves import rate_curves
from particle_sim.figures.rate_losses import rate_losses
from particle_sim.figures.rate_map import rate_map
from particle_sim.figures.save import draw_files
from particle_sim.files import write_file
from particle_sim.outputs import FROM_PYTHON, new_folder, write_netcdf
from particle_sim.studies.rate_sentences import rate_csv, summary

DATA_FILE, TABLE_FILE, SUMMARY_FILE = "rate.nc", "rate.csv", "summary.txt"
FIGURES = {"rate_curves": rate_curves, "rate_losses": rate_losses, "rate_map": rate_map}


def write_rate_folder(
    tree: xr.DataTree, folder: Path, command: str = FROM_PYTHON, *, force: bool = False
) -> None:
    """Write everything into ``folder``; an earlier rate study there is replaced in one move.

    Raises :class:`InputError` when the folder cannot be written, or holds something else and is
    not forced (:func:`particle_sim.outputs.new_folder`).
    """
    with new_folder(folder, command=command, force=force) as work:
        write_netcdf(tree, work / DATA_FILE)
        write_file(work / TABLE_FILE, rate_csv(tree))
        write_file(work / SUMMARY_FILE, summary(tree))
        for name, figure in FIGURES.items():
            draw_files(figure(tree), work / name)
