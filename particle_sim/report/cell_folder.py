"""Write what was measured of a cell to a folder: tables, numbers and a picture, all or nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from particle_sim.cell.impedance import Impedance
from particle_sim.cell.run import CellRun
from particle_sim.cell.voltammogram import voltammogram
from particle_sim.figures.cell_history import cell_history
from particle_sim.figures.nyquist import nyquist
from particle_sim.figures.save import draw_files
from particle_sim.figures.style import Figure
from particle_sim.figures.voltammogram import voltammogram as draw_voltammogram
from particle_sim.files import write_file
from particle_sim.outputs import FROM_PYTHON, new_folder, write_netcdf
from particle_sim.protocols.step import SWEEPS
from particle_sim.report.words_page import words_page

DATA_FILE, SUMMARY_FILE, PAGE_FILE = "cell.nc", "summary.json", "report.html"
SPECTRUM, SWEPT = "impedance", "sweep_"


def write_cell_runs(
    runs: Sequence[CellRun],
    summary: Mapping[str, Any],
    folder: Path,
    command: str = FROM_PYTHON,
    *,
    force: bool = False,
) -> None:
    """A table per run, its numbers and its picture; sweeps have a voltammogram besides."""
    tables = {f"run_{number}": run_table(run) for number, run in enumerate(runs, 1)}
    curves = {}
    if all(step.mode in SWEEPS for run in runs for step in run.protocol.steps):
        curves = {f"{SWEPT}{number}": swept_curve(run) for number, run in enumerate(runs, 1)}
    _write(tables, curves, summary, folder, command, force)


def write_impedance(
    found: Impedance,
    summary: Mapping[str, Any],
    folder: Path,
    command: str = FROM_PYTHON,
    *,
    force: bool = False,
) -> None:
    """The spectrum as a table, its numbers and its picture."""
    _write({SPECTRUM: found.to_dataset()}, {}, summary, folder, command, force)


def cell_figures(tree: xr.DataTree) -> dict[str, Callable[[xr.DataTree], Figure]]:
    """What can be drawn of a stored cell, by name."""
    if SPECTRUM in tree.children:
        return {"nyquist": lambda data: nyquist(data[SPECTRUM].to_dataset())}
    swept = [name for name in tree.children if name.startswith(SWEPT)]
    if swept:
        return {
            "voltammogram": lambda data: draw_voltammogram(
                [data[name].to_dataset() for name in swept]
            )
        }
    return {name: partial(_history, name=name) for name in tree.children}


def _history(data: xr.DataTree, name: str) -> Figure:
    return cell_history(data[name].to_dataset())


def run_table(run: CellRun) -> xr.Dataset:
    """Everything against time, with the current per active mass and the number of the step."""
    table = run.to_dataset()
    table["specific_current"] = "time", run.current / run.cell.active_mass, {"units": "mA/g"}
    table["step"] = "time", run.step + 1, {"units": "1"}
    return table.assign_attrs(title=run.cell.material.title, reference=reference_of(run))


def swept_curve(run: CellRun) -> xr.Dataset:
    """The last cycle of a sweep as it is drawn: anodic current positive [mA/g]."""
    found = voltammogram(run)
    last = run.step >= len(run.protocol.steps) - len(SWEEPS)
    peaks = [(each.voltage, each.current) for each in (found.anodic, found.cathodic) if each]
    return xr.Dataset(
        {
            "voltage": ("time", run.voltage[last], {"units": "V"}),
            "current": (
                "time",
                -run.current[last] / run.cell.active_mass,
                {"units": "mA/g", "long_name": "current per active mass, anodic positive"},
            ),
        },
        {"time": ("time", run.time[last], {"units": "s"})},
        {
            "title": run.cell.material.title,
            "scan_rate": run.protocol.steps[-1].scan_rate,
            "reference": reference_of(run),
            "peaks": np.ravel(peaks),
        },
    )


def reference_of(run: CellRun) -> str:
    """What the voltage of the cell is against."""
    negative = run.cell.negative
    return run.cell.material.carrier if negative is None else negative.title.lower()


def _write(
    tables: Mapping[str, xr.Dataset],
    curves: Mapping[str, xr.Dataset],
    summary: Mapping[str, Any],
    folder: Path,
    command: str,
    force: bool,
) -> None:
    title = {"title": str(next(iter(tables.values())).attrs["title"])}
    tree = xr.DataTree.from_dict({"/": xr.Dataset(attrs=title), **tables, **curves})
    with new_folder(folder, command=command, force=force) as work:
        write_netcdf(tree, work / DATA_FILE)
        for name, table in tables.items():
            write_file(work / f"{name}.csv", _csv(table))
        write_file(work / SUMMARY_FILE, json.dumps(summary, indent=2) + "\n")
        figures = cell_figures(tree)
        for name, draw in figures.items():
            draw_files(draw(tree), work / name)
        write_file(work / PAGE_FILE, _page(tables, summary, list(figures), command, work))


def _page(
    tables: Mapping[str, xr.Dataset],
    summary: Mapping[str, Any],
    figures: Sequence[str],
    command: str,
    folder: Path,
) -> str:
    """A line for every run, with its numbers as they stand in the summary."""
    runs = [dict(run) for run in summary.get("runs", [])] or [dict(summary)]
    return words_page(
        f"Cell of {summary['material']}",
        f"{summary['model']}, cell design {summary['design']}, "
        + (f"{len(runs)} runs" if len(runs) > 1 else "one run"),
        first_fact(runs[-1]),
        [(f"run {number}", facts_text(run)) for number, run in enumerate(runs, 1)],
        captions=dict.fromkeys(figures, "What the cell does."),
        words=json.dumps(summary, indent=2),
        data=[*(f"{name}.csv" for name in tables), SUMMARY_FILE],
        command=command,
        folder=folder,
    )


def first_fact(run: Mapping[str, Any]) -> str:
    """Protocol and end of a run, or its first facts."""
    if "protocol" in run and "end" in run:
        return f"{run['protocol']}: {run['end']}"
    return facts_text(dict(list(run.items())[:4])) + "."


def facts_text(run: Mapping[str, Any]) -> str:
    """Plain facts of a run in a line; numbers with four digits.

    >>> facts_text({"end": "full", "time [h]": 1.23456, "peaks": [1, 2]})
    'end: full, time [h]: 1.235'
    """
    plain = {name: value for name, value in run.items() if isinstance(value, str | int | float)}
    return ", ".join(
        f"{name}: {f'{value:.4g}' if isinstance(value, float) else str(value).rstrip('.')}"
        for name, value in plain.items()
    )


def _csv(table: xr.Dataset) -> str:
    """A column per variable with its unit in the header, the coordinate first."""
    (along,) = table.sizes
    columns = [table[along], *table.data_vars.values()]
    lines = [",".join(f"{column.name} [{column.attrs['units']}]" for column in columns)]
    rows = np.stack([column.values for column in columns], axis=1)
    lines += [",".join(f"{value:.9g}" for value in row) for row in rows]
    return "\n".join(lines) + "\n"
