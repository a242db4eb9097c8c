"""The sweep half of ``particle-sim run``: engine, progress, summary."""

from __future__ import annotations

import json
import math
import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import xarray as xr

from particle_sim.cli.options import typed
from particle_sim.cli.progress import Show, reporting
from particle_sim.cli.told import print_json
from particle_sim.errors import InputError
from particle_sim.studies.choices import EvidenceChoice
from particle_sim.sweeps.engines import Dask, Engine, Processes, Serial
from particle_sim.sweeps.work import Progress
from particle_sim.units import told

INTERRUPTED = 130
"""Exit code after Ctrl-C, as shells have it."""
QUANTILES = {"5 %": 0.05, "median": 0.5, "95 %": 0.95}


def run_sweep(
    path: Path,
    folder: Path,
    *,
    workers: int | None,
    scheduler: str | None,
    confirmed: bool,
    evidence: EvidenceChoice | None = None,
    data: Sequence[str] | None = None,
    as_json: bool = False,
    quiet: bool = False,
) -> None:
    """Run or continue the sweep of a file in ``folder``, and print what came out.

    Rate tests narrow it where ``evidence`` or ``data`` says so: the file states what it varies.
    """
    from particle_sim.cli.sweep_evidence import narrowed_axes
    from particle_sim.studies.sweep_catalogue import FUNCTIONS
    from particle_sim.sweeps.plan import MOST_CONFIRMED, MOST_SAMPLES
    from particle_sim.sweeps.scenario import load_sweep
    from particle_sim.sweeps.sweep import sweep

    asked = load_sweep(path, FUNCTIONS)
    axes, says = narrowed_axes(asked, evidence, data)
    if not as_json:
        print("\n".join([asked.question, *says]))
    try:
        with reporting(enabled=not (quiet or as_json)) as bar:
            found = sweep(
                asked.function,
                axes,
                sampling=asked.sampling,
                samples=asked.samples,
                seed=asked.seed,
                store=folder,
                engine=_engine(workers, scheduler),
                most=MOST_CONFIRMED if confirmed else MOST_SAMPLES,
                progress=_counting(bar.show),
            )
    except KeyboardInterrupt:
        _stopped(folder)
    page = _page(found, folder, asked.question)
    if as_json:
        print_json({"question": asked.question, "evidence": says, **_data(found, folder)})
    else:
        _tell(found, folder)
        if page is not None:
            print(f"Report: {page}")


def _page(data: xr.Dataset, folder: Path, question: str) -> Path | None:
    """The page of a sweep that has results."""
    from particle_sim.figures.sweep_results import result_names
    from particle_sim.report.sweep_page import write_sweep_page

    if not result_names(data):
        return None
    return write_sweep_page(data, folder, question, list(_orders(data)), typed())


def _stopped(folder: Path) -> NoReturn:
    """How far it came; what is stored stays."""
    from particle_sim.sweeps.result import open_sweep

    stored = 0
    with suppress(InputError):  # it may not have come as far as a store
        stored = int(np.count_nonzero(open_sweep(folder).status.values))
    print(
        f"Stopped: {stored} samples are stored in {folder}; run the same command to go on.",
        file=sys.stderr,
    )
    sys.exit(INTERRUPTED)


def _engine(workers: int | None, scheduler: str | None) -> Engine:
    if scheduler is not None:
        return Dask(scheduler)
    count = workers or os.cpu_count() or 1
    return Serial() if count == 1 else Processes(count)


def _counting(show: Show) -> Progress:
    """Tells samples, how many a second since the first answer, and failures."""
    since, first = math.nan, 0

    def report(finished: int, samples: int, failed: int) -> None:
        nonlocal since, first
        if math.isnan(since):
            since, first = time.monotonic(), finished
        rate = (finished - first) / max(time.monotonic() - since, 1e-3)
        text = f"{finished} of {samples}, {rate:.3g}/s"
        show(f"{text}, {failed} failed" if failed else text, finished / samples)

    return report


def _tell(data: xr.Dataset, folder: Path) -> None:
    from particle_sim.cli.tables import print_table
    from particle_sim.sweeps.result import failures_of

    print_table(f"{data.attrs['computed']} samples", list(map(_in_words, _quantiles(data))))
    for sentence in _orders(data):
        print(sentence)
    failed = failures_of(data)
    if failed:
        first = failed[0]
        print(f"{data.attrs['failed']} failed, e.g. sample {first.sample}: {first.error}")
    for repair in json.loads(data.attrs.get("repairs", "[]")):
        print(f"Damaged: {repair}.")
    print(f"Data: {folder}")


def _data(data: xr.Dataset, folder: Path) -> dict[str, Any]:
    """What :func:`_tell` tells, as data."""
    from particle_sim.sweeps.result import failures_of

    return {
        "samples": data.attrs["computed"],
        "results": list(_quantiles(data)),
        "orders": list(_orders(data)),
        "failed": data.attrs["failed"],
        "failures": [{"sample": each.sample, "error": each.error} for each in failures_of(data)],
        "damaged": json.loads(data.attrs.get("repairs", "[]")),
        "folder": folder,
    }


def _quantiles(data: xr.Dataset) -> Iterator[dict[str, Any]]:
    """A row for every result that some sample has."""
    for name, variable in data.data_vars.items():
        if name != "status" and np.isfinite(variable.values).any():
            found = {
                label: float(np.nanquantile(variable.values, share))
                for label, share in QUANTILES.items()
            }
            yield {"result": str(name), **found, "unit": str(variable.attrs["units"])}


def _in_words(row: dict[str, Any]) -> dict[str, str]:
    """A row as it is read: in words, and in the unit that pages have."""
    from particle_sim.figures.sweep_results import in_words

    texts, unit = told([row[label] for label in QUANTILES], row["unit"])
    numbers = dict(zip(QUANTILES, texts, strict=True))
    return {"result": in_words(row["result"]), **numbers, "unit": unit or "1"}


def _orders(data: xr.Dataset) -> Iterator[str]:
    """Of a sweep over two materials: in how many samples the second has less of each result, in
    the order in which the file asks for them.
    """
    from particle_sim.claims.interval import share_interval
    from particle_sim.figures.sweep_results import in_words
    from particle_sim.materials.system import title_of

    function = json.loads(data.attrs["content"])["function"]
    materials = function.get("materials", []) if isinstance(function, dict) else []
    if len(materials) != 2:
        return
    first, second = materials
    higher, lower = map(title_of, materials)
    results = [str(name).removeprefix(f"{first}.") for name in data.data_vars]
    asked = {name: place for place, name in enumerate(function.get("metrics", []))}
    for result in sorted(results, key=lambda name: asked.get(name, len(asked))):
        if not {f"{first}.{result}", f"{second}.{result}"} <= set(map(str, data.data_vars)):
            continue
        one, other = (data[f"{material}.{result}"].values for material in materials)
        total = int(np.sum(np.isfinite(one) & np.isfinite(other)))
        if total:
            less = int(np.sum(other < one))
            low, high = share_interval(less, total)
            share = f"{less / total:.1%} of {total} samples (95 % interval {low:.1%} to {high:.1%})"
            words = in_words(result)
            yield f"{words[:1].upper()}{words[1:]} is lower in {lower} than in {higher} in {share}."
