"""Write a comparison to a folder: data, figures, page and manifest, all or nothing."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from pathlib import Path
from typing import Any

import xarray as xr

from particle_sim import figures
from particle_sim.claims.compare import ComparisonResult
from particle_sim.errors import InputError, closest
from particle_sim.figures.save import draw_with_data
from particle_sim.figures.style import ROLES
from particle_sim.files import check_regular, read_json, write_file
from particle_sim.inputs import hash_of
from particle_sim.manifest import MANIFEST_FILE, sha256
from particle_sim.manifest import MOST_BYTES as MANIFEST_BYTES
from particle_sim.outputs import new_folder, write_netcdf
from particle_sim.report.as_printed import asked_figures
from particle_sim.report.bodies import how_it_ran, write_bodies
from particle_sim.report.methods import methods_text, references
from particle_sim.report.page import render_page
from particle_sim.report.tree import to_tree
from particle_sim.studies.result import MaterialResult

DATA_FILE = "results.nc"
PAGE_FILE = "report.html"
METHODS_FILE, REFERENCES_FILE = "methods.txt", "references.bib"
MOST_BYTES = 2**36
"""Of the data of a comparison."""


def write_folder(
    result: ComparisonResult,
    folder: Path,
    command: str,
    progress: Callable[[str], None] | None = None,
    *,
    force: bool = False,
) -> xr.DataTree:
    """Write everything into ``folder``; an earlier result there is replaced in one move.

    Raises :class:`InputError` when the folder cannot be written, or holds something else and is
    not forced (:func:`particle_sim.outputs.new_folder`).
    """
    report = progress or (lambda _text: None)
    with new_folder(folder, command=command, details=_details(result), force=force) as work:
        tree = to_tree(result)
        report("writing data")
        write_netcdf(tree, work / DATA_FILE, _compression(tree))
        for name in (*figures.FIGURES, *asked_figures(tree)):
            report(f"drawing {name}")
            draw_figure(tree, name, work)
        report("drawing bodies")
        write_bodies(result, work)
        write_file(work / METHODS_FILE, methods_text(result) + "\n")
        write_file(work / REFERENCES_FILE, references(result))
        write_file(work / PAGE_FILE, render_page(result, tree, command, work))
    return tree


def draw_figure(tree: xr.DataTree, name: str, folder: Path) -> list[Path]:
    """Draw one figure as PNG and SVG, with its numbers as CSV."""
    known = {**figures.FIGURES, **figures.ASKED_FOR}
    if name not in known:
        raise InputError(f'There is no figure "{name}"; {closest(name, known)}')
    if name in figures.ASKED_FOR and name not in asked_figures(tree):
        raise InputError(
            f"The stored comparison has nothing to draw for {name}; run compare with --as-printed."
        )
    figure = known[name]
    drawn = figure(tree)
    return draw_with_data(drawn, folder / name, figure.table(tree) if figure.table else None)


def open_folder(folder: Path) -> xr.DataTree:
    """Stored results of an earlier run, as they were written: the manifest's hash says so.

    Raises :class:`InputError` for a folder without results, and for changed or damaged ones.
    """
    path = folder / DATA_FILE
    if not path.is_file():
        raise InputError(f"{folder} holds no {DATA_FILE}; give a folder that compare wrote.")
    loaded = stored_tree(path, "compare")
    if "verdict" not in loaded.children:
        raise InputError(f"{path} holds no comparison; run compare again.")
    return loaded


def stored_tree(path: Path, verb: str) -> xr.DataTree:
    """The data of a folder that ``verb`` wrote, if they are as it wrote them."""
    check_regular(path, MOST_BYTES)
    _check_unchanged(path, verb)
    try:
        with xr.open_datatree(path, engine="h5netcdf") as tree:
            return tree.load()
    except Exception as error:  # over damaged files HDF5 and xarray raise whatever they meet
        raise InputError(f"{path} cannot be read ({error}); run {verb} again.") from None


def _check_unchanged(path: Path, verb: str) -> None:
    """Refuse data that are not those the manifest beside them lists, where there is one."""
    manifest = path.with_name(MANIFEST_FILE)
    if not manifest.exists():
        return
    try:
        listed = read_json(manifest, MANIFEST_BYTES)
        stored = listed["files"][path.name]
    except (InputError, KeyError, TypeError):
        raise InputError(f"{manifest} is damaged; run {verb} again.") from None
    if stored != sha256(path):
        raise InputError(
            f"{path} is damaged or was changed: its SHA-256 is not the one in {MANIFEST_FILE}; run "
            f"{verb} again."
        )


def _compression(tree: xr.DataTree) -> dict[str, Any]:
    return {
        node.path: {
            name: {"zlib": True, "complevel": 3}
            for name, variable in node.data_vars.items()
            if variable.ndim > 1
        }
        for node in tree.subtree
    }


def _details(result: ComparisonResult) -> dict[str, Any]:
    """What the manifest says beside command, versions and files."""
    settings = result.settings
    overrides = {name: dict(values) for name, values in settings.overrides.items()}
    given = {**vars(settings), "overrides": overrides}.items()
    return {
        "settings": {name: v.value if isinstance(v, Enum) else v for name, v in given},
        "materials": {
            role: _material_entry(material)
            for role, material in zip(ROLES, result.materials, strict=True)
        },
        "verdict": {f.kind: f.answer.verdict.value for f in result.findings},
        "seconds": round(result.seconds, 3),
    }


def _file_entry(path: Path | None) -> dict[str, str] | None:
    return None if path is None else {"file": path.name, "sha256": hash_of(path)}


def _material_entry(material: MaterialResult) -> dict[str, Any]:
    return {
        "name": material.name,
        "file": material.record.path.name,
        "sha256": hash_of(material.record.path),
        "host": _file_entry(material.record.host_path),
        "tables": [_file_entry(path) for path in material.record.system.tables],
        "reading": material.material.reading,
        "law": material.particle.particle.law,
        "cell_design": _file_entry(material.cell.cell.design.path),
        "cell_end": material.cell.end.value,
        "runs": {
            law: {
                **how_it_ran(run),
                "steps": run.cost.steps,
                "linear_solves": run.cost.linear_solves,
                "warnings": list(run.warnings),
            }
            for law, run in material.runs.items()
        },
    }
