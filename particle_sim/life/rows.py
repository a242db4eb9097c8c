"""Printed retentions beside the model and beside rules without physics, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import xarray as xr

from particle_sim.life.against_print import Label
from particle_sim.life.phrases import between, percent
from particle_sim.life.printed_table import MEASURED
from particle_sim.units import Array

FAR = np.log(1000.0)
"""|ln(half-life ratio)| beyond which a number tells no more."""


def print_line(tree: xr.DataTree) -> str:
    """What the calibration found, and how the predictions of these materials do."""
    said, printed = _fixed(tree), "printed" in tree.children
    if not printed:
        return f"{said} Nothing in print of these materials, in this window, is held against it."
    table = tree["printed"].to_dataset()
    labels = table.of_label.values
    if Label.OWN.value in labels:
        said = "Cracks grow by your own constants, as drawn: nothing is calibrated."
    others = table.isel(row=np.flatnonzero(labels != Label.CALIBRATED.value))
    if not others.sizes["row"]:
        return f"{said} No other retention of these materials is in print."
    best = others.null_miss.min("null_rule")
    closer = others["miss"] < best
    some, every = int(closer.any("variant").sum()), int(closer.all("variant").sum())
    count = "the one" if others.sizes["row"] == 1 else f"{others.sizes['row']}"
    came = (
        "none comes closer than all three rules without physics in any variant of the model"
        if not some
        else f"{some} comes closer than all three rules without physics in some of the model's "
        f"variants, {every or 'none'} in all"
    )
    other = "" if Label.OWN.value in labels else " other"
    return (
        f"{said} Of {count}{other} held against it, {_told(labels)}, {came}.{_beyond(tree, others)}"
        f"{_expected(table)}"
    )


def own_line(tree: xr.DataTree) -> str:
    """Your own retention beside the model and the rules without physics; empty without one."""
    if "printed" not in tree.children:
        return ""
    table = tree["printed"].to_dataset()
    places = np.flatnonzero(table.of_note.values == MEASURED)
    if not places.size:
        return ""
    row = table.isel(row=places[0])
    titles = dict(zip(tree.attrs["materials"], tree.attrs["titles"], strict=True))
    return (
        f"{_what(row, titles)}: {100 * float(row.of_observed):.3g} % kept, as measured. "
        f"Cracks leave {between(row.said.sel(quantile=0.5))} by the median of the draws, "
        f"rules without physics {between(row.null)}. The model: {row_verdict(row)}."
    )


def _fixed(tree: xr.DataTree) -> str:
    """What the calibration rests on."""
    attrs, share = tree["frozen"].attrs, tree["frozen"]["share"].values
    return (
        f"One retention in print, of {attrs['title']} at {attrs['c_rate']:g}C "
        f"({100 * attrs['retention']:.1f} % after {attrs['cycles']:.0f} cycles), fixes the "
        f"constant of growth; cracks alone explain it in {between(share)} of the plausible draws."
    )


def _expected(table: xr.Dataset) -> str:
    """How many lie where other retentions in print alone put them."""
    low, _, high = table.in_print.values.T
    known = np.isfinite(low)
    if not known.any():
        return ""
    inside = int(np.sum((low < table.of_observed) & (table.of_observed < high)))
    return (
        f" Retentions in print hardly depend on the cycles they took: from the others alone, "
        f"without any model, {inside} of {int(known.sum())} lie in their 5 to 95 % band."
    )


def _told(labels: Array) -> str:
    """How the others stand to the constant."""
    if Label.OWN.value in labels:
        return "in print or measured"
    if Label.SEEN.value not in labels:
        return "predicted with it"
    some = "some of which" if Label.PREDICTED.value in labels else "which"
    return (
        f"{some} count as calibrated too, because earlier versions of the model were held against "
        "them"
    )


def _beyond(tree: xr.DataTree, others: xr.Dataset) -> str:
    """Of whom every printed retention is below what 95 % of the draws give in any variant."""
    titles = dict(zip(tree.attrs["materials"], tree.attrs["titles"], strict=True))
    lowest = others.said.sel(quantile=0.05).min("variant")
    below = np.asarray(others.of_observed < lowest)
    names = others.of_material.values
    found = [titles.get(name, name) for name in dict.fromkeys(names) if below[names == name].all()]
    if not found:
        return ""
    return (
        f" {' and '.join(found)} fades more in print than cracks let it in 95 % of these draws, "
        "whatever the variant: by this model something else takes the capacity, such as films, "
        "electrolyte or the other electrode, which is not in it."
    )


def printed_rows(tree: xr.DataTree) -> Iterator[dict[str, Any]]:
    """A row per datum: what it is, its label, what each variant and each rule says, the verdict."""
    if "printed" not in tree.children:
        return
    table = tree["printed"].to_dataset()
    titles = dict(zip(tree.attrs["materials"], tree.attrs["titles"], strict=True))
    for place in range(table.sizes["row"]):
        row = table.isel(row=place)
        yield {
            "key": str(row.row.values),
            "what": _what(row, titles),
            "observed": f"{100 * float(row.of_observed):.3g} %",
            "known": "measured" if row.of_note == MEASURED else "in print",
            "label": str(row.of_label.values),
            "said": [
                f"{_band(values)} [{_off(float(off))}]"
                for values, off in zip(row.said.values, row["miss"].values, strict=True)
            ],
            "delivering": between(row.delivering),
            "in_print": _band(row.in_print.values) if np.isfinite(row.in_print[0]) else "",
            "null": [
                f"{percent(value)} [{_off(off)}]"
                for value, off in zip(row.null.values, row.null_miss.values, strict=True)
            ],
            "verdict": row_verdict(row),
            "place": str(row.of_place.values),
            "note": str(row.of_note.values),
            "constants": str(row.of_constants.values),
        }


def _what(row: xr.Dataset, titles: Mapping[str, str]) -> str:
    since, cycles = float(row.of_since), float(row.of_cycles)
    span = f"cycles {since:.0f} to {since + cycles:.0f}" if since else f"{cycles:.0f} cycles"
    name = str(row.of_material.values)
    title = str(row.of_title.values) or titles.get(name, name)
    return f"{title} at {float(row.of_c_rate):g}C, {span}"


def _band(values: Array) -> str:
    low, middle, high = (float(value) for value in values)
    return f"{percent(middle)} ({between([low, high])})"


def _off(miss: float) -> str:
    return "no fade" if np.isinf(miss) else f"{miss:.2f}" if miss < FAR else f"above {FAR:.1f}"


def row_verdict(row: xr.Dataset) -> str:
    """Which rules without physics the model beats, and with which variants."""
    if str(row.of_label.values) == Label.CALIBRATED.value:
        return "calibrated: says nothing of the model"
    closer = row["miss"].values[:, None] < row.null_miss.values
    names = [str(variant) for variant in row.variant.values]
    all_three = [name for name, beats in zip(names, closer.all(axis=1), strict=True) if beats]
    if len(all_three) == len(names):
        return "closer than all three rules"
    if all_three:
        return f"closer than all three rules where {' and '.join(all_three)}"
    rules = [str(rule)[:2] for rule in row.null_rule.values]
    some = [rule for rule, beats in zip(rules, closer.any(axis=0), strict=True) if beats]
    if some:
        return f"closer than {' and '.join(some)} alone: it adds little"
    return "beats none of the three rules: it adds nothing here"


def record_rows(tree: xr.DataTree) -> Iterator[dict[str, Any]]:
    """Recorded predictions of other materials: a row a test and hash, what each variant said."""
    if "record" not in tree.children:
        return
    table = tree["record"].to_dataset()
    tests = list(zip(table["row"].values, table.constants.values, strict=True))
    for row, constants in dict.fromkeys(tests):
        own = table.isel(
            entry=[place for place, test in enumerate(tests) if test == (row, constants)]
        )
        yield {
            "row": str(row),
            "observed": f"{100 * float(own.observed[0]):.3g} %",
            "said": dict(
                zip(map(str, own.variant.values), map(_band, own.said.values), strict=True)
            ),
            "label": str(own.label.values[0]),
            "constants": str(constants),
        }
