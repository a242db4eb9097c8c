"""Write a fit or a titration to a folder: data, words and figures, each file whole."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import xarray as xr

from particle_sim.errors import InputError
from particle_sim.figures.fit_curve import fit_curve
from particle_sim.figures.fit_pairs import fit_pairs
from particle_sim.figures.fit_profiles import fit_profiles
from particle_sim.figures.fit_titration import fit_titration
from particle_sim.figures.save import save_figure
from particle_sim.files import written_whole
from particle_sim.inference.fit import Fit
from particle_sim.inference.titration import Titration
from particle_sim.inference.tree import fit_tree, titration_dataset
from particle_sim.inference.words import fit_lines, titration_lines

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DATA_FILE = "posterior.nc"
TITRATION_FILE = "titration.nc"
REPORT_FILE = "report.txt"


def write_fit(fit: Fit, folder: Path) -> list[Path]:
    """``posterior.nc``, ``report.txt`` and the figures of a fit; returns the paths."""
    tree = fit_tree(fit)
    drawings: dict[str, Callable[[], Figure]] = {
        "curve": lambda: fit_curve(tree),
        "pairs": lambda: fit_pairs(tree),
    }
    if fit.profiles:
        drawings["profiles"] = lambda: fit_profiles(tree)
    return _write(folder, DATA_FILE, tree, fit_lines(fit), drawings)


def write_titration(titration: Titration, folder: Path) -> list[Path]:
    """``titration.nc``, ``report.txt`` and the figure of a titration; returns the paths."""
    table = titration_dataset(titration)
    drawings: dict[str, Callable[[], Figure]] = {"titration": lambda: fit_titration(table)}
    return _write(folder, TITRATION_FILE, table, titration_lines(titration), drawings)


def _write(
    folder: Path,
    name: str,
    data: xr.DataTree | xr.Dataset,
    lines: Sequence[str],
    drawings: Mapping[str, Callable[[], Figure]],
) -> list[Path]:
    if folder.is_file():
        raise InputError(f"--out is {folder}, which is a file; give a folder.")
    paths = [folder / name, folder / REPORT_FILE]
    try:
        with written_whole(paths[0]) as part:
            data.to_netcdf(part, engine="h5netcdf")
        with written_whole(paths[1]) as part:
            part.write_text("\n".join(lines) + "\n", encoding="utf-8")
        for drawing, draw in drawings.items():
            paths += save_figure(draw(), folder / drawing)
    except OSError as error:
        raise InputError(
            f"--out is {folder}, which cannot be written ({error.strerror}); choose another folder."
        ) from None
    return paths
