"""Write a rate study to a folder: data, table, pictures and words, all or nothing."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import xarray as xr

from particle_sim.errors import InputError
from particle_sim.figures.rate_curves import rate_curves
from particle_sim.figures.rate_losses import rate_losses
from particle_sim.figures.rate_map import rate_map
from particle_sim.figures.save import save_figure
from particle_sim.studies.rate_sentences import rate_csv, summary

DATA_FILE, TABLE_FILE, SUMMARY_FILE = "rate.nc", "rate.csv", "summary.txt"
FIGURES = {"rate_curves": rate_curves, "rate_losses": rate_losses, "rate_map": rate_map}
WRITTEN = {
    DATA_FILE,
    TABLE_FILE,
    SUMMARY_FILE,
    *(f"{name}.{kind}" for name in FIGURES for kind in ("png", "svg")),
}


def write_rate_folder(tree: xr.DataTree, folder: Path) -> None:
    """Write everything into ``folder``; an earlier rate study there is replaced in one move.

    Raises :class:`InputError` when the folder cannot be written or holds something else.
    """
    check_rate_folder(folder)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".particle-sim-", dir=folder.parent) as scratch:
            work = Path(scratch) / "result"
            work.mkdir()
            _fill(tree, work)
            if folder.exists():
                shutil.move(folder, Path(scratch) / "old")
            work.rename(folder)
    except OSError as error:
        raise InputError(
            f"--out is {folder}, which cannot be written ({error.strerror}); choose another folder."
        ) from None


def check_rate_folder(folder: Path) -> None:
    """Refuse a file, the folder one is in, and a folder that holds other files."""
    if folder.is_file():
        raise InputError(f"--out is {folder}, which is a file; give a folder.")
    whole = folder.resolve()
    if whole == Path.cwd() or whole in Path.cwd().parents:
        raise InputError(f"--out is {folder}, the folder you are in; give a folder below it.")
    others = sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
    others = [name for name in others if name not in WRITTEN]
    if others:
        raise InputError(
            f"--out is {folder}, which holds other files ({others[0]}); give a new folder or an "
            "earlier rate study."
        )


def _fill(tree: xr.DataTree, work: Path) -> None:
    tree.to_netcdf(work / DATA_FILE, engine="h5netcdf")
    (work / TABLE_FILE).write_text(rate_csv(tree), encoding="utf-8")
    (work / SUMMARY_FILE).write_text(summary(tree), encoding="utf-8")
    for name, figure in FIGURES.items():
        save_figure(figure(tree), work / name)
