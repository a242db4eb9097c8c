"""The page of a life: one self-contained file, from its tree and its pictures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from particle_sim.life.phrases import between, percent, rate_text, times
from particle_sim.life.rows import printed_rows, record_rows
from particle_sim.life.words import (
    LIMITS,
    answer,
    carried_by,
    effect_rows,
    names_of,
    rests,
    verdict,
)
from particle_sim.report.branches import branch_text
from particle_sim.report.pages import picture, render, verdict_line


def subtitle(tree: xr.DataTree) -> str:
    """The test, in words."""
    cut_offs = np.reshape(tree.attrs["cut_offs"], (-1, 2))
    windows = list(dict.fromkeys(f"{low:g} to {high:g} V" for low, high in cut_offs))
    return (
        f"{tree.attrs['cycles']} cycles at {rate_text(tree.attrs['c_rate'])}, "
        f"{' and '.join(windows)}, half cells, {tree.attrs['samples']} draws of what is not known"
    )


def life_page(tree: xr.DataTree, captions: Mapping[str, str], command: str, folder: Path) -> str:
    """The page as text; pictures are read from ``folder``."""
    printed = list(printed_rows(tree))
    table = tree["printed"].to_dataset() if printed else None
    cautions = [text for text in np.atleast_1d(tree.attrs["cautions"]) if text != "none"]
    pictures = {name: picture(folder, name, caption) for name, caption in captions.items()}
    return render(
        "life.html",
        title=f"Life of {tree.attrs['title']}",
        subtitle=subtitle(tree),
        answer=answer(tree),
        rests=rests(tree),
        lines=[verdict_line(name, said) for name, said in verdict(tree)],
        cautions=cautions,
        hero=pictures["life_cracked"],
        pictures=pictures,
        flaw_free=list(_flaw_free(tree)),
        rate=rate_text(tree.attrs["c_rate"]),
        effects=list(effect_rows(tree)),
        carried=list(carried_by(tree)),
        frozen=_frozen(tree),
        printed=printed,
        variants=[] if table is None else [str(each) for each in table.variant.values],
        nulls=[] if table is None else [str(each) for each in table.null_rule.values],
        record=list(record_rows(tree)),
        titles=[title for _, title in names_of(tree)],
        mechanisms=list(_mechanisms(tree)),
        limits=LIMITS,
        command=command,
        samples=tree.attrs["samples"],
        seed=tree.attrs["seed"],
    )


def _flaw_free(tree: xr.DataTree) -> Iterator[list[str]]:
    table = tree["flaw_free"].to_dataset()
    for name, title in names_of(tree):
        for end in table.end.values:
            own = table.sel(material=name, end=end)
            yield [
                title,
                str(end),
                f"{percent(float(own.none_grows))} of the draws",
                f"{percent(float(own.none_runs))} of the draws",
                times(own.largest_ratio),
            ]


def _frozen(tree: xr.DataTree) -> dict[str, Any]:
    frozen = tree["frozen"]
    attrs = frozen.attrs
    return {
        "material": attrs["material"],
        "c_rate": f"{attrs['c_rate']:g}",
        "retention": f"{100 * attrs['retention']:g} %",
        "cycles": f"{attrs['cycles']:.0f}",
        "hash": attrs["hash"],
        "samples": attrs["samples"],
        "shares": between(frozen["share"].values),
    }


def _mechanisms(tree: xr.DataTree) -> Iterator[dict[str, Any]]:
    """A row for every branch, with the whole misfit and with half of it."""
    table = tree["mechanisms"].to_dataset()
    for part in table.part.values:
        for mechanism in table.mechanism.values:
            cells = []
            for name, _ in names_of(tree):
                own = table.sel(material=name, part=part)
                tension, energy = (
                    float(own[key].sel(mechanism=mechanism)) for key in ("tension", "energy")
                )
                known = not np.isnan(energy)
                least = float(own.energy.min())
                cells.append(branch_text(tension, energy, least) if known else "does not apply")
            whose = "" if part == 1 else ", half the misfit"
            yield {"name": f"{mechanism}{whose}", "cells": cells}
