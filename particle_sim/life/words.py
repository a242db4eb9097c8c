"""The answer and the verdict of a life in sentences, from its tree alone."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import xarray as xr

from particle_sim.life.phrases import between, percent, rate_text, times
from particle_sim.life.rows import print_line
from particle_sim.units import Array

LIMITS = (
    "Every cycle is like the first: the stress is the fresh particle's, whatever has cracked.",
    "Cracks are followed in a half-plane to 0.3 of the radius, within some 20 % of a sphere's "
    "stress intensity; a crack that deep counts as through.",
    "What plastic flow leaves behind when a boundary has passed (residual stress) is not in it.",
    "Arrest is normal: a crack that leaves the tension stops, and the particle is cracked but "
    "whole. Only cracks that are through are counted.",
    "A flaw is at most a tenth of the radius deep at the median of a powder; particles made with "
    "one of 0.3 of the radius are left out of what cycling cracks.",
    "Films on new surface, cations that move, dissolution and lost sodium are not in it; a half "
    "cell has sodium without end.",
    "Constants of growth are those of other ceramics; no sodium cathode has been measured.",
)
"""Of the model, as the page says them."""


def names_of(tree: xr.DataTree) -> list[tuple[str, str]]:
    """(name in the tree, title) of the materials."""
    return list(zip(tree.attrs["materials"], tree.attrs["titles"], strict=True))


def answer(tree: xr.DataTree) -> str:
    """One sentence: what cycling has cracked, and which of two has fewer cracks."""
    mean = tree["cracked"]["mean"].isel(cycle=-1)
    shares = " and ".join(
        f"{between(mean.sel(material=name))} of the particles of {title}"
        for name, title in names_of(tree)
    )
    said = (
        f"After {tree.attrs['cycles']} cycles at {rate_text(tree.attrs['c_rate'])}, cycling has "
        f"cracked {shares}, by what a boundary between phases does"
    )
    if "order" not in tree.children:
        return f"{said}."
    order = tree["order"]
    (_, first), (_, second) = names_of(tree)
    less, more = (np.asarray(order[name]) for name in ("fewer", "more"))
    if not less.any() and not more.any():
        return f"{said}; in no joint draw can the two be told apart."
    return (
        f"{said}; {second} has the fewer cracks in {between(less)} of the joint draws, {first} in "
        f"{between(more)}."
    )


def verdict(tree: xr.DataTree) -> list[tuple[str, str]]:
    """Six lines, each with a word for what it is about."""
    lines = [
        ("flaw-free", _flaw_free(tree)),
        ("avoided", _avoided(tree)),
        ("cracked", _cracked(tree)),
        ("order", _order(tree)),
        ("capacity", _capacity(tree)),
        ("in print", print_line(tree)),
    ]
    return [(name, text) for name, text in lines if text]


def _flaw_free(tree: xr.DataTree) -> str:
    table = tree["flaw_free"].to_dataset()
    shares = " and ".join(
        f"in {between(table.none_grows.sel(material=name))} of the draws of {title}"
        for name, title in names_of(tree)
    )
    radii = " and ".join(
        f"{times(table.griffith_over_radius.sel(material=name))} radii of {title}"
        for name, title in names_of(tree)
    )
    said = (
        f"No flaw of any size grows {shares}: the largest K of any depth stays below K_th, from a "
        "boundary that holds its misfit to one that lets go of it. Griffith's radius, below which "
        f"no coherent boundary pays for a cut, is {radii}"
    )
    if "griffith_ratio" in table:
        (_, first), (_, second) = names_of(tree)
        said += f"; {second}'s is {times(table.griffith_ratio)} times {first}'s"
    return f"{said}."


def _avoided(tree: xr.DataTree) -> str:
    table, rate = tree["flaw_free"].to_dataset(), rate_text(tree.attrs["c_rate"])
    parts = []
    for name, title in names_of(tree):
        own = table.sel(material=name)
        ends = {
            f"{_sizes(float(own.safe_radius.sel(end=end)))}, and at the central radius "
            f"{_rates(float(own.safe_rate.sel(end=end)))}": str(end)
            for end in table.end.values
        }
        if len(ends) == 1:
            said = f"{next(iter(ends))}, whatever a boundary does"
        else:
            said = "; ".join(f"{_at(end)}, {text}" for text, end in ends.items())
        parts.append(f"{title}: {said}.")
    return f"In nine draws of ten no flaw grows at {rate}: {' '.join(parts)}"


def _sizes(radius: float) -> str:
    if not radius:
        return "at no radius from 0.05 µm"
    if np.isinf(radius):
        return "at any radius to 5 µm"
    return f"up to a radius of {radius * 1e6:.2g} µm"


def _rates(rate: float) -> str:
    if not rate:
        return "at no rate from C/10"
    return "at any rate to 100C" if np.isinf(rate) else f"up to {rate:.2g}C"


def _cracked(tree: xr.DataTree) -> str:
    table = tree["cracked"].to_dataset().isel(cycle=-1)
    parts = []
    for name, title in names_of(tree):
        own = table.sel(material=name)
        ends = "; ".join(
            f"{_at(end)}, {between(own['mean'].sel(end=end))} of the particles"
            f"{_tail(float(own.share.sel(end=end, quantile=0.95).max()))}"
            for end in table.end.values
        )
        parts.append(f"{title}: {ends}.")
    return " ".join(parts)


def _tail(share: float) -> str:
    return f", in one draw of twenty {percent(share)} or more" if share > 1e-3 else ""


def _at(end: str) -> str:
    return f"with the boundary {end}"


def _order(tree: xr.DataTree) -> str:
    if "order" not in tree.children:
        return ""
    table = tree["order"].to_dataset()
    (_, first), (_, second) = names_of(tree)
    said = "; ".join(
        f"{_at(end)}, {second} has the fewer cracks in {between(table.fewer.sel(end=end))} "
        f"of the joint draws, {first} in {between(table.more.sel(end=end))}, and "
        f"{between(table.tie.sel(end=end))} are ties"
        for end in table.end.values
    )
    return f"{said[0].upper()}{said[1:]} (within a particle in a thousand)."


def _capacity(tree: xr.DataTree) -> str:
    table = tree["retention"].to_dataset()
    last = table.retention.isel(cycle=-1)
    parts = []
    for name, title in names_of(tree):
        rates = " and ".join(
            f"{_kept(last.sel(material=name).isel(c_rate=place))} at {rate_text(float(rate))}"
            for place, rate in enumerate(last.c_rate.values)
        )
        parts.append(f"{title} keeps {rates}; {_knee(table.sel(material=name))}.")
    return (
        " ".join(parts)
        + " Medians, and in brackets from the lowest 5 % to the highest 95 % of the draws."
    )


def _kept(last: xr.DataArray) -> str:
    if np.isnan(last.values).all():
        return "nothing that could fade"
    low, high = float(last.sel(quantile=0.05).min()), float(last.sel(quantile=0.95).max())
    return f"{between(last.sel(quantile=0.5).values)} ({between([low, high])})"


def _knee(own: xr.Dataset) -> str:
    share, where = own.knee_share.values, own.knee.values
    if not share.max():
        return "no draw has a knee"
    known = where[np.isfinite(where)]
    low, high = f"{known.min():.0f}", f"{known.max():.0f}"
    place = low if low == high else f"{low} to {high}"
    return f"{between(share)} of the draws have a knee, near cycle {place}"


def carried_by(tree: xr.DataTree) -> Iterator[tuple[str, str]]:
    """Material, and the inputs whose rank the capacity kept follows most, held boundary."""
    table = tree["influence"]["rho"].sel(end="held")
    for name, title in names_of(tree):
        rho = table.sel(material=name).mean("rule", skipna=True)
        order = np.argsort(-np.nan_to_num(np.abs(np.asarray(rho))))[:5]
        yield (
            title,
            ", ".join(
                f"{str(rho.property.values[place]).replace('_', ' ')} ({float(rho[place]):+.2f})"
                for place in order
            ),
        )


def effect_rows(tree: xr.DataTree) -> Iterator[list[str]]:
    """Material, boundary, effect, and what it changes at both rates, in points of percent."""
    table = tree["effects"]["change"]
    for name, title in names_of(tree):
        for end in table.end.values:
            for effect in table.effect.values:
                own = table.sel(material=name, end=end, effect=effect)
                cells = [_points(np.asarray(own.isel(c_rate=place))) for place in range(2)]
                yield [title, f"boundary {end}", str(effect), *cells]


def _points(change: Array) -> str:
    low, high = (_point(float(value)) for value in (np.min(change), np.max(change)))
    return low if low == high else f"{low} to {high}"


def _point(value: float) -> str:
    return "none" if abs(value) < 5e-6 else f"{100 * value:+.2g}"
