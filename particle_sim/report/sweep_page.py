"""Write the page of a sweep into its folder: what came out, a picture, tables, all or nothing."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from particle_sim.figures.save import draw_with_data
from particle_sim.figures.sweep_results import (
    correlations,
    in_words,
    result_names,
    sweep_results,
)
from particle_sim.files import write_file
from particle_sim.outputs import new_folder
from particle_sim.report.pages import caption_of
from particle_sim.report.words_page import words_page
from particle_sim.units import told

PAGE_FOLDER, PAGE_FILE = "report", "report.html"
FIGURE, RESULTS_FILE, SAMPLES_FILE = "sweep_results", "results.csv", "samples.csv"
FIGURES = {FIGURE: lambda tree: sweep_results(tree.to_dataset())}
MOST_ROWS = 10_000
"""Samples up to which a table of all of them is written; the store has them always."""
SHARES = (0.05, 0.5, 0.95)
MOST_LINES = 6


def write_sweep_page(
    data: xr.Dataset, folder: Path, question: str, said: Sequence[str], command: str
) -> Path:
    """The page of a computed sweep, in ``folder/report``; ``said`` are sentences on its order.

    Raises :class:`InputError` as :func:`particle_sim.outputs.new_folder` does.
    """
    names = result_names(data)
    found = [(name, *_quantiles(data[name])) for name in names]
    shown = [_told(*each) for each in found]
    pairs = [[name, key, f"{rho:.4g}"] for name in names
             for key, rho in correlations(data, name).items()]  # fmt: skip
    samples = int(data["status"].size)
    first, *others = [*said, *_lines(shown)]
    tables = [RESULTS_FILE, *([SAMPLES_FILE] if samples <= MOST_ROWS else [])]
    with new_folder(folder / PAGE_FOLDER, command=command) as work:
        header = ("result", "unit", "5 %", "median", "95 %")
        rows = [[name, unit, *(f"{x:.3g}" for x in values)] for name, values, unit in found]
        write_file(work / RESULTS_FILE, _csv(header, rows))
        if samples <= MOST_ROWS:
            write_file(work / SAMPLES_FILE, _samples(data))
        picture = sweep_results(data)
        draw_with_data(picture, work / FIGURE, _csv(("result", "input", "rank correlation"), pairs))
        page = words_page(
            "Sweep",
            f"{question} {samples} samples.",
            first.rstrip(".") + ".",
            [("", text) for text in others[:MOST_LINES]],
            captions={FIGURE: caption_of(sweep_results)},
            words=f"Varied: {', '.join(_varied(data))}.\n\n{_aligned([header, *shown])}",
            data=tables,
            command=command,
            folder=work,
        )
        write_file(work / PAGE_FILE, page)
    return folder / PAGE_FOLDER / PAGE_FILE


def _quantiles(result: xr.DataArray) -> tuple[list[float], str]:
    """5, 50 and 95 % of a result, and their unit; SI."""
    return [float(x) for x in np.nanquantile(result.values, SHARES)], str(result.attrs["units"])


def _told(name: str, values: Sequence[float], unit: str) -> list[str]:
    """A result in words, its unit and its numbers as they are told."""
    texts, shown = told(values, unit)
    return [in_words(name), shown or "1", *texts]


def _lines(rows: Iterable[Sequence[str]]) -> Iterable[str]:
    for name, unit, low, middle, high in rows:
        shown = "" if unit == "1" else f" {unit}"
        yield f"{name}: median {middle}{shown}, 5 to 95 % of the samples {low} to {high}"


def _aligned(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        for row in rows
    )


def _varied(data: xr.Dataset) -> list[str]:
    return [in_words(str(name)) for name in data.coords if name != "sample"]


def _samples(data: xr.Dataset) -> str:
    """Every input, result and status, a row for each sample; SI."""
    names = [*(name for name in data.coords if name != "sample"), *data.data_vars]
    columns = [data[name].broadcast_like(data["status"]).values.ravel() for name in names]
    header = [f"{name} [{data[name].attrs.get('units', '1')}]" for name in names]
    return _csv(header, zip(*(map(_shown, column) for column in columns), strict=True))


def _shown(value: Any) -> str:
    return f"{value:.9g}" if isinstance(value, float | np.floating) else str(value)


def _csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([header, *rows])
    return text.getvalue()
