"""Any folder that a verb wrote, opened by one call."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from particle_sim import figures
from particle_sim.errors import InputError, closest
from particle_sim.figures.rate_prediction import rate_prediction
from particle_sim.figures.style import Figure
from particle_sim.figures.sweep_results import result_names
from particle_sim.files import read_json
from particle_sim.inference import answer_folder
from particle_sim.inference import folder as fits
from particle_sim.manifest import MANIFEST_FILE
from particle_sim.manifest import MOST_BYTES as MANIFEST_BYTES
from particle_sim.report import (
    cell_folder,
    claims_folder,
    cracks_folder,
    folder,
    life_folder,
    rate_folder,
    sweep_page,
)
from particle_sim.report.as_printed import asked_figures
from particle_sim.report.folder import stored_tree
from particle_sim.shown import shown
from particle_sim.sweeps.layout import DATA_FOLDER
from particle_sim.sweeps.manifest import read_manifest
from particle_sim.sweeps.result import open_sweep
from particle_sim.units import Array
from particle_sim.variables import described

ONE_COLUMN = 90.0
"""Widest column of a two-column page [mm]."""
FEW_STATES = 3

Drawings = Mapping[str, Callable[[xr.DataTree], Figure]]


class ResultKind(Enum):
    """What a folder holds, named by the verb that writes it and by its content."""

    COMPARISON = "comparison"
    RATE = "rate study"
    PREDICTION = "prediction of rates"
    FIT = "fit"
    TITRATION = "titration"
    LIFE = "life"
    CELL = "cell"
    SWEEP = "sweep"
    CLAIMS = "list of claims"
    CRACKS = "film of cracks"


@shown
@dataclass(frozen=True, kw_only=True)
class ResultFolder:
    """A stored result: its ``kind``, its ``path``, its data, its pictures, and how it was made.

    Made by :func:`particle_sim.open`, whose example shows one.
    ``tree`` is labelled data with ``units`` and ``long_name``; ``figures`` are the names that
    :meth:`draw` takes; ``manifest`` holds the command, the versions and every file's SHA-256.
    """

    kind: ResultKind
    path: Path
    tree: xr.DataTree
    manifest: Mapping[str, Any]
    drawings: Drawings = field(repr=False)
    pictures: Path | None = None
    """Where its pictures lie, if they have a folder of their own"""

    @property
    def figures(self) -> tuple[str, ...]:
        """Names of the figures, in reading order."""
        return tuple(self.drawings)

    def draw(self, name: str, width: float | None = None) -> Figure:
        """A figure again, from the stored data; :class:`InputError` for a name it has not.

        One column of a paper, a ``width`` up to ``ONE_COLUMN`` [mm], has room for the first, the
        middle and the last of the states shown.
        """
        self.check(name)
        return self.drawings[name](narrowed(self.tree, width))

    def check(self, name: str) -> None:
        """Refuse the name of a figure that the folder has not; nothing is drawn."""
        if name not in self.drawings:
            raise InputError(
                f'{self.path} has no figure "{name}"; {closest(name, self.drawings)}'
                if self.drawings
                else f"{self.path} is a {self.kind.value}, which has no figures."
            )

    @property
    def in_brief(self) -> dict[str, str]:
        """What it is, where, what is in it and what wrote it."""
        nodes = [node.path for node in self.tree.subtree if node.data_vars]
        return {
            "folder": f"of a {self.kind.value}, {self.tree.attrs['title']}, in {self.path}",
            "written by": str(self.manifest.get("command", "unknown, there is no manifest")),
            "tree": _few(nodes),
            "figures": _few(self.figures) or "none",
        }


def narrowed(tree: xr.DataTree, width: float | None) -> xr.DataTree:
    """The results with as many fractions of the capacity as ``width`` [mm] has room for."""
    if width is None or width > ONE_COLUMN:
        return tree
    chosen = tree.copy()
    if "at" in tree.attrs:
        chosen.attrs["at"] = _spread(np.unique(tree.attrs["at"]))
    panel = [node for node in chosen.subtree if node.path.startswith("/as_printed/panel/")]
    states = [node.fraction.values for node in panel]
    for node in panel:
        few = np.isin(node.fraction.values, _spread(np.unique(np.concatenate(states))))
        node.dataset = node.to_dataset().isel(fraction=few)
    return chosen


def _spread(states: Array) -> Array:
    """At most ``FEW_STATES`` of the states, the first and the last among them."""
    count = min(FEW_STATES, len(states))
    return np.asarray(states[np.linspace(0, len(states) - 1, count).round().astype(int)])


def _few(names: Sequence[str]) -> str:
    """The first four names, and how many more there are."""
    more = f" and {len(names) - 4} more" if len(names) > 4 else ""
    return ", ".join(names[:4]) + more


@dataclass(frozen=True, kw_only=True)
class _Known:
    """How a kind of folder is known: its data file, the nodes in it, and its verb."""

    kind: ResultKind
    verb: str
    file: str
    needs: tuple[str, ...] = ()
    drawings: Callable[[xr.DataTree], Drawings]


def _of_comparison(tree: xr.DataTree) -> Drawings:
    return {**figures.FIGURES, **{name: figures.ASKED_FOR[name] for name in asked_figures(tree)}}


KNOWN = (
    _Known(
        kind=ResultKind.COMPARISON,
        verb="compare",
        file=folder.DATA_FILE,
        needs=("verdict", "answer", "baseline", "candidate"),
        drawings=_of_comparison,
    ),
    _Known(
        kind=ResultKind.PREDICTION,
        verb="rate",
        file=answer_folder.DATA_FILE,
        needs=("asked", "data"),
        drawings=lambda _tree: {answer_folder.FIGURE: rate_prediction},
    ),
    _Known(
        kind=ResultKind.RATE,
        verb="rate",
        file=rate_folder.DATA_FILE,
        drawings=lambda _tree: rate_folder.FIGURES,
    ),
    _Known(
        kind=ResultKind.FIT,
        verb="fit",
        file=fits.DATA_FILE,
        needs=("posterior", "data", "band", "knowledge"),
        drawings=fits.fit_figures,
    ),
    _Known(
        kind=ResultKind.TITRATION,
        verb="fit",
        file=fits.TITRATION_FILE,
        drawings=lambda _tree: fits.TITRATION_FIGURES,
    ),
    _Known(
        kind=ResultKind.LIFE,
        verb="life",
        file=life_folder.DATA_FILE,
        needs=("cracked", "retention", "printed", "frozen"),
        drawings=lambda _tree: life_folder.FIGURES,
    ),
    _Known(
        kind=ResultKind.CELL,
        verb="cell",
        file=cell_folder.DATA_FILE,
        drawings=cell_folder.cell_figures,
    ),
    _Known(
        kind=ResultKind.CLAIMS,
        verb="claims",
        file=claims_folder.TREE_FILE,
        drawings=lambda _tree: claims_folder.FIGURES,
    ),
    _Known(
        kind=ResultKind.CRACKS,
        verb="cracks",
        file=cracks_folder.DATA_FILE,
        drawings=lambda _tree: {},
    ),
)
"""Every kind of folder with one data file; a sweep has a store instead."""


def open_result(place: Path) -> ResultFolder:
    """See :func:`particle_sim.open`."""
    if not place.is_dir():
        raise InputError(f"{place} is no folder; give one that a verb wrote with --out.")
    store = sweep_of(place)
    if store is not None:
        return _sweep(store)
    there = [known for known in KNOWN if (place / known.file).is_file()]
    if not there:
        raise InputError(_foreign(place))
    path = place / there[0].file
    tree = stored_tree(path, there[0].verb)
    for known in there:
        if set(known.needs) <= set(tree.children):
            return ResultFolder(
                kind=known.kind,
                path=place,
                tree=tree,
                manifest=_manifest(place),
                drawings=known.drawings(tree),
            )
    lost = [name for name in there[0].needs if name not in tree.children]
    raise InputError(
        f"{path} is not what {there[0].verb} writes today (it has no {' and no '.join(lost)}); "
        f"{_again(place)}"
    )


def sweep_of(place: Path) -> Path | None:
    """The folder of a sweep, where ``place`` is one or the page of one."""
    if (place / DATA_FOLDER).is_dir():
        return place
    real = place.resolve()
    is_page = real.name == sweep_page.PAGE_FOLDER and (real.parent / DATA_FOLDER).is_dir()
    return real.parent if is_page else None


def _sweep(place: Path) -> ResultFolder:
    data = open_sweep(place)
    title = f"{data.attrs['computed']} samples over {_few(list(map(str, data.coords)))}"
    tree = described(xr.DataTree(data.assign_attrs(title=title)))
    stored, page = read_manifest(place), place / sweep_page.PAGE_FOLDER
    return ResultFolder(
        kind=ResultKind.SWEEP,
        path=place,
        tree=tree,
        manifest={"command": "a sweep", **stored},
        drawings=sweep_page.FIGURES if result_names(data) else {},
        pictures=page if page.is_dir() else None,
    )


def _foreign(place: Path) -> str:
    """The sentence for a folder without data that open."""
    if "command" in _manifest(place):
        return f"{place} holds no data file that opens, only tables or pictures; {_again(place)}"
    files = ", ".join(dict.fromkeys(known.file for known in KNOWN))
    return (
        f"{place} is no result of particle-sim (it holds none of {files}, nor a sweep); give a "
        "folder that compare, rate, fit, life, cell, claims or run wrote."
    )


def _again(place: Path) -> str:
    command = _manifest(place).get("command", "")
    return f'write it again with "{command}".' if command else "write it again."


def _manifest(place: Path) -> dict[str, Any]:
    """What the manifest says; nothing where there is none that can be read."""
    try:
        found = read_json(place / MANIFEST_FILE, MANIFEST_BYTES)
    except InputError:
        return {}
    return found if isinstance(found, dict) else {}
