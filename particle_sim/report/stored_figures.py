"""The figures of a folder that a verb wrote, by name, with the tree they draw."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import xarray as xr

from particle_sim import figures
from particle_sim.figures.style import Figure
from particle_sim.report import life_folder
from particle_sim.report.as_printed import asked_figures
from particle_sim.report.folder import open_folder, stored_tree


def stored_figures(
    folder: Path,
) -> tuple[xr.DataTree, Mapping[str, Callable[[xr.DataTree], Figure]]]:
    """Of a comparison or a life.

    Raises :class:`InputError` for a folder without results, and for changed or damaged ones.
    """
    if (folder / life_folder.DATA_FILE).is_file():
        return stored_tree(folder / life_folder.DATA_FILE, "life"), life_folder.FIGURES
    tree = open_folder(folder)
    return tree, {
        **figures.FIGURES,
        **{name: figures.ASKED_FOR[name] for name in asked_figures(tree)},
    }
