"""The rate study in words and as a table, from the stored tree."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping

import numpy as np
import xarray as xr

from particle_sim.units import readable

TELLS_NOTHING = 0.95
"""Share of draws that reach a point from which on it says next to nothing."""

COLUMNS = (
    "material",
    "what",
    "label",
    "c_rate [1/h]",
    "capacity [mA h/g]",
    "low [mA h/g]",
    "high [mA h/g]",
    "pass_share [1]",
    "source",
    "place",
)


def summary(tree: xr.DataTree) -> str:
    """What is the same for all, a sentence per material on its print, then every printed point."""
    names = list(tree.attrs["materials"])
    same = ", ".join(np.atleast_1d(tree.attrs.get("same_for_all", [])))
    blocks = cautions_of(tree)
    blocks += [f"Not printed of all, and therefore the same for all: {same}."] if same else []
    blocks += [sentence(tree.children[name]) for name in names]
    blocks += [_learned_sentence(tree.children[name]) for name in names]
    if "sizes" in tree.attrs:
        blocks += ["\n".join(_size_lines(tree.children[name])) for name in names]
    blocks += ["\n".join(_point_lines(tree.children[name])) for name in names]
    return "\n\n".join(block for block in blocks if block) + "\n"


def cautions_of(tree: xr.DataTree) -> list[str]:
    """Which cells are the user's, where some are."""
    return [text for text in np.atleast_1d(tree.attrs.get("cautions", "none")) if text != "none"]


def sentence(node: xr.DataTree) -> str:
    """What the print at the highest rate says about a material's inputs."""
    table = node.children["printed"].to_dataset()
    title = node.attrs["title"]
    usable = _usable(table)
    if not usable.size:
        return f"{title}: no rate test of a half cell is in print, so nothing holds the band back."
    index = int(usable[np.argmax(table.c_rate.values[usable])])
    row = {str(name): table[name].values[index] for name in table.data_vars}
    unit = " of the low-rate capacity" if row["relative"] else " mAh/g"
    inside = "inside" if row["low"] <= row["printed"] <= row["high"] else "outside"
    start = (
        f"{title}: printed {row['printed']:.3g}{unit} at {row['c_rate']:.3g}C lies {inside} the "
        f"5-95 % band ({row['low']:.3g} to {row['high']:.3g}); "
    )
    stand_in = (
        f" The law {node.attrs['law_title']} stands in for its moving phase boundary."
        if node.attrs["two_phase"]
        else ""
    )
    return start + _consequence(row) + stand_in


def _usable(table: xr.Dataset) -> np.typing.NDArray[np.intp]:
    if "c_rate" not in table or not table.sizes.get("point", 0):
        return np.zeros(0, dtype=np.intp)
    return np.flatnonzero(np.isfinite(table.pass_share.values))


def _consequence(row: Mapping[str, float]) -> str:
    share = row["reach_share"]
    if share == 0:
        return (
            "no combination of plausible inputs reaches it: a range, the cell design or the "
            "model is wrong for it."
        )
    reached = f"{100 * share:.0f} % of the draws reach it"
    if share >= TELLS_NOTHING:
        return f"{reached}, so it says next to nothing about D/R^2."
    return (
        f"{reached}, none with D/R^2 below {row['slowest']:.2g} 1/s (drawn from "
        f"{row['slowest_drawn']:.2g} 1/s on)."
    )


def _learned_sentence(node: xr.DataTree) -> str:
    """What measured rates leave of the band, at the fastest of them and at the band's end."""
    if "learned" not in node.children:
        return ""
    table, band = node.children["learned"].to_dataset(), node.children["band"].to_dataset()
    rates = table.c_rate.values
    places = {int(np.abs(rates - table.attrs["fastest"]).argmin()), len(rates) - 1}
    labels = "; ".join(np.atleast_1d(table.attrs["learned_from"]))
    told = "; ".join(
        f"{_span(table, place)} mAh/g at {rates[place]:.3g}C, where the ranges alone allow "
        f"{_span(band, place)}"
        for place in sorted(places)
    )
    return (
        f"{node.attrs['title']}, learned from print ({labels}): {told} (5-95 %). The models' error "
        "at rates not measured is in it." + f" {table.attrs['note']}".rstrip()
    )


def _span(table: xr.Dataset, place: int) -> str:
    low, _, high = (readable(value) for value in table.quantiles.values[:, place])
    return f"{low} to {high}"


def _size_lines(node: xr.DataTree) -> Iterator[str]:
    if "sizes" not in node.children:
        yield (
            f"{node.attrs['title']} stays at one size: particles of two phases fill one by one and "
            "do not share a current by diffusion."
        )
        return
    table = node.children["sizes"].to_dataset()
    yield (
        f"{node.attrs['title']} with many sizes: capacity (of one size), and share of the volume "
        f"whose surface tension passes {readable(table.attrs['stress'] / 1e6)} MPa on charge"
    )
    for i, rate in enumerate(table.c_rate.values):
        many, one, share = (
            float(table[name].values[i])
            for name in ("capacity", "capacity_of_one_size", "share_above")
        )
        yield f"  {rate:>6.3g}C  {many:>6.4g} mAh/g ({one:.4g}), {share:.0%}"


def _point_lines(node: xr.DataTree) -> Iterator[str]:
    table = node.children["printed"].to_dataset()
    if not table.sizes.get("point", 0):
        return
    yield node.attrs["title"]
    for label in dict.fromkeys(table.series.values):
        chosen = np.flatnonzero(table.series.values == label)
        whole = table.series_pass_share.values[chosen[0]]
        share = f", {100 * whole:.0f} % of the draws pass all of it" if np.isfinite(whole) else ""
        yield f"  {label} ({table.source.values[chosen[0]]}{share})"
        for i in chosen:
            yield f"    {_point(node, table, int(i))}"


def _point(node: xr.DataTree, table: xr.Dataset, i: int) -> str:
    printed, rate = table.printed.values[i], table.c_rate.values[i]
    line = f"{rate:>6.3g}C  {printed:>6.4g}"
    if not np.isfinite(table.pass_share.values[i]):
        return line + _curve_value(node, str(table.cell.values[i]), float(rate))
    low, high = table.low.values[i], table.high.values[i]
    share = 100 * table.pass_share.values[i]
    return f"{line}   band {readable(low)} to {readable(high)}, {share:.0f} % of the draws pass"


def _curve_value(node: xr.DataTree, kind: str, rate: float) -> str:
    """The first model's capacity at a rate, between two rates straight in log(rate)."""
    curves = node.children["curves"].to_dataset()
    if kind not in curves or not curves.c_rate.values[0] <= rate <= curves.c_rate.values[-1]:
        return ""
    line = curves[kind].isel(model=0)
    value = np.interp(np.log(rate), np.log(line.c_rate.values), line.values)
    return f"   {kind} cell, {line.model.item()}: {value:.4g}"


def rate_csv(tree: xr.DataTree) -> str:
    """Every curve, quantile, loss and printed point, one a line."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for name in tree.attrs["materials"]:
        for row in _csv_rows(tree.children[name]):
            writer.writerow([name, *row])
    return text.getvalue()


def _csv_rows(node: xr.DataTree) -> Iterator[list[object]]:
    for kind, curve in node.children["curves"].data_vars.items():
        for model in curve.model.values:
            for rate, value in zip(curve.c_rate.values, curve.sel(model=model).values, strict=True):
                yield [f"{kind} cell", model, f"{rate:g}", f"{value:.4f}", "", "", "", "", ""]
    losses = node.children["losses"].to_dataset()["parts"]
    for part in losses.resistance.values:
        for rate, value in zip(
            losses.c_rate.values, losses.sel(resistance=part).values, strict=True
        ):
            yield ["lost", part, f"{rate:g}", f"{value:.4f}", "", "", "", "", ""]
    if "sizes" in node.children:
        sizes = node.children["sizes"].to_dataset()
        for rate, value in zip(sizes.c_rate.values, sizes.capacity.values, strict=True):
            yield ["half cell", "many sizes", f"{rate:g}", f"{value:.4f}", "", "", "", "", ""]
    yield from _band_rows(node)
    printed = node.children["printed"].to_dataset()
    for i in range(printed.sizes.get("point", 0)):
        row = {name: printed[name].values[i] for name in printed.data_vars}
        what = f"printed, {row['cell']} cell" + (", share kept" if row["relative"] else "")
        yield [
            what,
            row["series"],
            f"{row['c_rate']:.6g}",
            f"{row['printed']:g}",
            f"{row['low']:.4f}",
            f"{row['high']:.4f}",
            f"{row['pass_share']:.3f}",
            row["source"],
            row["place"],
        ]


def _band_rows(node: xr.DataTree) -> Iterator[list[object]]:
    for name, label in (("band", "SPM half cell"), ("learned", "learned from print")):
        if name in node.children:
            band = node.children[name].to_dataset()
            for i, rate in enumerate(band.c_rate.values):
                low, middle, high = (f"{value:.4f}" for value in band.quantiles.values[:, i])
                yield ["band", label, f"{rate:g}", middle, low, high, "", "", ""]
