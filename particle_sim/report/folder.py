"""Write a comparison to a folder: data, figures, page and manifest, all or nothing."""

from __future__ import annotations

import hashlib
import json
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Any

import xarray as xr

from particle_sim import figures
from particle_sim.errors import InputError, closest
from particle_sim.figures.save import save_figure
from particle_sim.files import check_regular, read_json
from particle_sim.report.bodies import body_files, write_bodies
from particle_sim.report.page import render_page
from particle_sim.report.tree import to_tree
from particle_sim.studies.result import ComparisonResult, MaterialResult

DATA_FILE = "results.nc"
MANIFEST_FILE = "manifest.json"
PAGE_FILE = "report.html"
MOST_BYTES = 2**36
"""Of the data of a comparison."""
WRITTEN = {
    DATA_FILE,
    MANIFEST_FILE,
    PAGE_FILE,
    *(f"{name}.{kind}" for name in figures.FIGURES for kind in ("png", "svg")),
    *body_files(["baseline", "candidate"]),
}
PACKAGES = ("particle-sim", "pybamm", "numpy", "scipy", "fenics-basix", "matplotlib", "xarray")


def write_folder(
    result: ComparisonResult,
    folder: Path,
    command: str,
    progress: Callable[[str], None] | None = None,
) -> xr.DataTree:
    """Write everything into ``folder``; an earlier result there is replaced in one move.

    Raises :class:`InputError` when the folder cannot be written or holds something else.
    """
    report = progress or (lambda _text: None)
    check_folder(folder)
    tree = to_tree(result)
    try:
        _replace(folder, tree, result, command, report)
    except OSError as error:
        raise InputError(
            f"--out is {folder}, which cannot be written ({error.strerror}); choose another folder."
        ) from None
    return tree


def _replace(
    folder: Path,
    tree: xr.DataTree,
    result: ComparisonResult,
    command: str,
    report: Callable[[str], None],
) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".particle-sim-", dir=folder.parent) as scratch:
        work = Path(scratch) / "result"
        work.mkdir()
        report("writing data")
        _compressed(tree, work / DATA_FILE)
        for name in figures.FIGURES:
            report(f"drawing {name}")
            draw_figure(tree, name, work)
        report("drawing bodies")
        write_bodies(result, work)
        (work / PAGE_FILE).write_text(render_page(result, tree, command, work), encoding="utf-8")
        manifest = _manifest(result, command, work)
        (work / MANIFEST_FILE).write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
        if folder.exists():
            shutil.move(folder, Path(scratch) / "old")
        work.rename(folder)


def check_folder(folder: Path) -> None:
    """Refuse a folder that is not ours to replace, or that cannot be written."""
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
            "earlier result."
        )
    existing = next(path for path in whole.parents if path.exists())
    try:
        with tempfile.TemporaryDirectory(prefix=".particle-sim-", dir=existing):
            pass
    except OSError as error:
        raise InputError(
            f"--out is {folder}, which cannot be written ({error.strerror}); choose another folder."
        ) from None


def draw_figure(tree: xr.DataTree, name: str, folder: Path) -> list[Path]:
    """Draw one figure as PNG and SVG beside the data."""
    if name not in figures.FIGURES:
        raise InputError(f'There is no figure "{name}"; {closest(name, figures.FIGURES)}')
    drawn = figures.FIGURES[name](tree)
    return save_figure(drawn, folder / name)


def open_folder(folder: Path) -> xr.DataTree:
    """Stored results of an earlier run, as they were written: the manifest's hash says so.

    Raises :class:`InputError` for a folder without results, and for changed or damaged ones.
    """
    path = folder / DATA_FILE
    if not path.is_file():
        raise InputError(f"{folder} holds no {DATA_FILE}; give a folder that compare wrote.")
    check_regular(path, MOST_BYTES)
    _check_unchanged(path)
    try:
        with xr.open_datatree(path, engine="h5netcdf") as tree:
            loaded = tree.load()
    except Exception as error:  # over damaged files HDF5 and xarray raise whatever they meet
        raise InputError(f"{path} cannot be read ({error}); run compare again.") from None
    if "verdict" not in loaded.children:
        raise InputError(f"{path} holds no comparison; run compare again.")
    return loaded


def _check_unchanged(path: Path) -> None:
    """Refuse data that are not those the manifest beside them lists, where there is one."""
    manifest = path.with_name(MANIFEST_FILE)
    if not manifest.exists():
        return
    try:
        listed = read_json(manifest)
        stored = listed["files"][DATA_FILE]
    except (InputError, KeyError, TypeError):
        raise InputError(f"{manifest} is damaged; run compare again.") from None
    if stored != _sha256(path):
        raise InputError(
            f"{path} is damaged or was changed: its SHA-256 is not the one in {MANIFEST_FILE}; run "
            "compare again."
        )


def _compressed(tree: xr.DataTree, path: Path) -> None:
    encoding = {
        node.path: {
            name: {"zlib": True, "complevel": 3}
            for name, variable in node.data_vars.items()
            if variable.ndim > 1
        }
        for node in tree.subtree
    }
    tree.to_netcdf(path, engine="h5netcdf", encoding=encoding)


def _manifest(result: ComparisonResult, command: str, folder: Path) -> dict[str, Any]:
    settings = result.settings
    return {
        "command": command,
        "settings": {
            "baseline": settings.baseline,
            "candidate": settings.candidate,
            "c_rate": settings.c_rate,
            "direction": settings.direction.value,
            "at": list(settings.at),
            "physics": settings.physics.value,
            "stress": settings.stress.value,
            "strain": settings.strain.value,
            "uniform_below": settings.uniform_below,
            "overrides": {name: dict(values) for name, values in settings.overrides.items()},
            "shape": settings.shape.value,
            "grains": settings.grains,
            "cells_per_radius": settings.cells_per_radius,
            "samples": settings.samples,
            "seed": settings.seed,
        },
        "materials": {
            role: _material_entry(material)
            for role, material in zip(("baseline", "candidate"), result.materials, strict=True)
        },
        "verdict": {f.kind: f.status.value for f in result.findings},
        "versions": {"python": platform.python_version(), **_versions()},
        "platform": platform.platform(),
        "seconds": round(result.seconds, 3),
        "files": {path.name: _sha256(path) for path in sorted(folder.iterdir())},
    }


def _file_entry(path: Path | None) -> dict[str, str] | None:
    return None if path is None else {"file": path.name, "sha256": _sha256(path)}


def _material_entry(material: MaterialResult) -> dict[str, Any]:
    return {
        "name": material.name,
        "file": material.record.path.name,
        "sha256": _sha256(material.record.path),
        "host": _file_entry(material.record.host_path),
        "reading": material.material.reading,
        "law": material.particle.particle.law,
        "cell_design": _file_entry(material.cell.cell.design.path),
        "cell_end": material.cell.end.value,
        "runs": {
            law: {
                "end": run.end.value,
                "sodium_balance": run.balances.sodium,
                "equilibrium_balance": run.balances.equilibrium,
                "steps": run.cost.steps,
                "newton_iterations": run.cost.newton_iterations,
                "warnings": list(run.warnings),
            }
            for law, run in material.runs.items()
        },
    }


def _versions() -> dict[str, str]:
    found = {}
    for name in PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "not installed" if name not in sys.modules else "unknown"
    return found


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
