"""Predicted rates in words and as plain data, from the stored tree."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import xarray as xr

from particle_sim.units import readable

BANDS = {
    "capacity": "capacity",
    "measurement": "a measurement",
    "before": "before the data",
    "rival": "without physics",
}
RIVAL = "the curve without physics (Tian et al. 2019)"
COLUMN = 18
"""Characters of a median with its range; the table fits a terminal of 80."""
HARDLY = 0.9
"""Share of a width above which a measurement hardly narrows it."""


def answer_lines(tree: xr.DataTree) -> list[str]:
    """The answer, how far to believe it, and what to measure next."""
    data = tree["data"].to_dataset()
    rates = f"{data.c_rate.values[0]:.3g}C to {data.c_rate.values[-1]:.3g}C"
    count = data.sizes["c_rate"]
    told = f"{count} rates, {rates}" if count > 1 else f"one rate, {data.c_rate.values[0]:.3g}C"
    lines = [f"{tree.attrs['title']}, learned from {tree.attrs['data']} ({told}).", ""]
    lines += _table(tree["asked"].to_dataset())
    lines += ["", *_record(tree), "", *_next(tree["next"].to_dataset())]
    notes = list(np.atleast_1d(tree.attrs["notes"]))
    return [*lines, *(["", *notes] if notes else [])]


def expected_headline(tree: xr.DataTree) -> str:
    """The capacity to be expected at the fastest rate asked for, and from what it was learned."""
    asked, measured = tree["asked"].to_dataset(), tree["data"].to_dataset().c_rate.values
    at = int(np.argmax(asked.c_rate.values))
    low, middle, high = (readable(value) for value in asked.capacity.values[:, at])
    return (
        f"At {asked.c_rate.values[at]:.4g}C {tree.attrs['title']} should give {middle} mAh/g "
        f"(5 to 95 %: {low} to {high}), as learned from {measured.size} "
        f"rate{'s' if measured.size > 1 else ''} up to {measured.max():.3g}C "
        f"in {tree.attrs['data']}."
    )


def expected_lines(tree: xr.DataTree) -> list[tuple[str, str]]:
    """Each rate asked for, with the capacity to be expected and what was plausible before."""
    asked = tree["asked"].to_dataset()
    return [
        (
            f"{rate:.4g}C",
            f"{_cell(asked.capacity.values[:, i])} mAh/g; before the data "
            f"{_cell(asked.before.values[:, i])}",
        )
        for i, rate in enumerate(asked.c_rate.values)
    ]


def answer_data(tree: xr.DataTree) -> dict[str, Any]:
    """The same as numbers and texts, for JSON; capacities in mA h/g."""
    asked, after = tree["asked"].to_dataset(), tree["next"].to_dataset()
    public = tree["public"].to_dataset()
    return {
        **{key: tree.attrs[key] for key in ("material", "data", "seed")},
        "one_c_current_mA_g": tree.attrs["one_c_current"],
        "unit": "mA h/g",
        "rates": [
            {
                "c_rate": float(rate),
                **{name: _three(asked[name].values[:, i]) for name in BANDS},
                "public": {
                    str(judged): {
                        str(name): _finite(public[name].values[i, j]) for name in public.data_vars
                    }
                    for j, judged in enumerate(public.judged.values)
                },
            }
            for i, rate in enumerate(asked.c_rate.values)
        ],
        "next": [
            {"measurement": str(name), "expected_width": after.width.values[i].tolist()}
            for i, name in enumerate(after.datum.values)
        ],
        "width_today": after.today.values.tolist(),
        "notes": [str(note) for note in np.atleast_1d(tree.attrs["notes"])],
    }


def _three(values: np.ndarray) -> dict[str, float]:
    return dict(zip(("low", "median", "high"), map(float, values), strict=True))


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _table(asked: xr.Dataset) -> Iterator[str]:
    yield "  rate  " + "".join(f"{title:<{COLUMN}}" for title in BANDS.values()).rstrip()
    for i, rate in enumerate(asked.c_rate.values):
        cells = (_cell(asked[name].values[:, i], to="-") for name in BANDS)
        row = "".join(f"{cell:<{COLUMN - 1}} " for cell in cells)
        yield f"{f'{rate:.4g}C':>6}  " + row.rstrip()
    yield "mAh/g, median (5 to 95 %). Without physics: a measurement, by Tian et al."


def _cell(values: np.ndarray, *, to: str = " to ") -> str:
    low, middle, high = (readable(value) for value in values)
    return f"{middle} ({low}{to}{high})"


def _record(tree: xr.DataTree) -> Iterator[str]:
    """What the method scored on public series, and whether the rival is the better one."""
    public, data = tree["public"].to_dataset(), tree["data"].to_dataset()
    fastest, alike = float(data.c_rate.values[-1]), dict[str, list[int]]()
    for i, row in enumerate(public.log_score.values):
        alike.setdefault(str(row.tolist()), []).append(i)
    for rows in alike.values():
        i, scores = rows[0], public.log_score.values[rows[0]]
        rates = public.c_rate.values[rows]
        times = dict.fromkeys(f"{round(rates[k] / fastest, 1):g}" for k in (0, -1))
        named = " and ".join(f"{rate:.4g}C" for rate in rates)
        beyond = f"{named}, {' to '.join(times)} times the fastest measured rate"
        count = int(public["count"].values[i, 0])
        if not count:
            yield f"{beyond}: no public series was asked as far, so no record backs this band."
            continue
        ours, theirs = (
            f"{public.coverage.values[i, j]:.0%} inside the 90 % band, median error "
            f"{public.error.values[i, j]:.1%} of the capacity, log score {scores[j]:.2f}"
            for j in (0, 1)
        )
        yield f"{beyond}: of {count} public capacities asked as far, {ours} ({RIVAL}: {theirs})."
        if scores[1] > scores[0]:
            yield f"There {RIVAL} predicts better; where the two differ, trust it more."


def _next(after: xr.Dataset) -> Iterator[str]:
    """Widths by measurement, that which helps most at the fastest rate first."""
    rates = [f"{rate:.4g}C" for rate in after.c_rate.values]
    order = np.argsort(after.width.values[:, -1])
    best, today = int(order[0]), float(after.today.values[-1])
    left = float(after.width.values[best, -1])
    if left > HARDLY * today:
        yield (
            f"Measure next: {rates[-1]} itself. Nothing below is expected to narrow its "
            f"{_width(today)} mAh/g between 5 and 95 % by a tenth."
        )
    else:
        yield (
            f"Measure next: {after.datum.values[best]}. It is expected to leave {_width(left)} of "
            f"the {_width(today)} mAh/g between 5 and 95 % at {rates[-1]}."
        )
    yield "Width left [mAh/g] at"
    yield "".join(f"{rate:>7}" for rate in rates)
    rows = [("today", after.today.values)]
    rows += [(f"with {after.datum.values[i]}", after.width.values[i]) for i in order]
    for name, widths in rows:
        yield "".join(f"{_width(float(width)):>7}" for width in widths) + f"  {name}"


def _width(value: float) -> str:
    return f"{value:.0f}" if value >= 10 else f"{value:.1f}"
