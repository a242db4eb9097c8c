"""Full cells of a life in words: what is kept, what takes it, and how that stands to the print."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import xarray as xr

from particle_sim.life.phrases import between, percent, rate_text

TIMES = 1000.0
"""Ratio of half-lives beyond which it tells no more."""
NOT_FITTED = (
    "No constant of the films is fitted to a retention; their ranges were written by people who "
    "knew these."
)


def full_line(tree: xr.DataTree) -> str:
    """Nothing without full cells."""
    if "full_cell" not in tree.children:
        return ""
    table = tree["full_cell"].to_dataset()
    titles = dict(zip(tree.attrs["materials"], tree.attrs["titles"], strict=True))
    parts = [_kept(table.sel(material=name), title) for name, title in titles.items()]
    prints = list(_prints(table, titles))
    told = [*parts, *prints, *([NOT_FITTED] if prints else [])]
    return f"With hard carbon, cracks and films alone. {' '.join(told)}"


def _kept(own: xr.Dataset, title: str) -> str:
    last = own.retention.isel(cycle=-1)
    low, high = float(last.sel(quantile=0.05).min()), float(last.sel(quantile=0.95).max())
    middle = last.sel(quantile=0.5).values
    film = own.carbon_film.values
    taken = ", ".join(
        f"{part!s} {percent(max(float(own.taken.sel(part=part)), 0.0))}" for part in own.part.values
    )
    return (
        f"{title} keeps {between(middle)} ({between([low, high])}; {int(own.draws)} draws); "
        f"the film on the carbon takes {film[1]:.2g} ({film[0]:.2g} to {film[2]:.2g}) mA h/g. "
        f"Taken by each alone, median, if boundaries hold: {taken}."
    )


def _prints(table: xr.Dataset, titles: dict[str, str]) -> Iterator[str]:
    for place in range(table.sizes.get("print", 0)):
        row = table.isel(print=place)
        kept = [float(row[f"print_{name}"]) for name in ("low", "middle", "high")]
        said = (
            f"In print, {titles[str(row.print_material.values)]} keeps "
            f"{percent(float(row.print_kept))} over {float(row.print_cycles):.0f} cycles at "
            f"{rate_text(float(row.print_rate))}; films and cracks alone leave {percent(kept[1])} "
            f"({between([kept[0], kept[2]])}), a half-life {_off(float(row.print_miss))}"
        )
        half = float(row.print_half)
        if half < 1:
            said += (
                ". With what its half cell lost at that rate, if evenly (its cracks then count "
                f"twice), {percent(kept[1] * half)}"
                f", {_off(float(row.print_miss_with_half))}; the half cell alone "
                f"{percent(half)}, {_off(float(row.print_miss_half_alone))}"
            )
        yield f"{said}."


def _off(miss: float) -> str:
    ratio = float(np.exp(miss))
    return f"{ratio:.2g} times off" if ratio < TIMES else f"more than {TIMES:.0f} times off"
