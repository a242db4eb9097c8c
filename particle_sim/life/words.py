"""The answer and the verdict of a life in sentences, from its tree alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import xarray as xr

from particle_sim.life.full_words import full_line
from particle_sim.life.phrases import between, percent, rate_text, times
from particle_sim.life.rows import own_line, print_line
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
    "Cations that move and dissolution are not in it, nor films in half cells, which have sodium "
    "without end; in full cells (--full) films take sodium and add no resistance.",
    "Constants of growth are those of other ceramics; no sodium cathode has been measured.",
)
"""Of the model, as the page says them."""
ENDS = {
    "relieved": "if boundaries between phases are relieved",
    "held": "if they hold their misfit",
}
"""Both ends of what a boundary may do, in words, the second as a continuation of the first."""
FADES = 1e-3
"""Least loss, in one draw of twenty, of which it is told what carries it."""
ALIKE = 0.9
"""Share of draws from which two materials that are alike in them are called so, and no more."""


def names_of(tree: xr.DataTree) -> list[tuple[str, str]]:
    """(name in the tree, title) of the materials."""
    return list(zip(tree.attrs["materials"], tree.attrs["titles"], strict=True))


def answer(tree: xr.DataTree) -> str:
    """What cycling cracks, mean of the draws, and which of two has fewer cracks, at either end of
    what a boundary between phases may do, or once where both agree: one sentence of a few lines."""
    mean = tree["cracked"]["mean"].isel(cycle=-1)
    titles = [title for _, title in names_of(tree)]

    def said(end: str, particles: str) -> str:
        shares = [between(mean.sel(material=name, end=end)) for name, _ in names_of(tree)]
        if len(shares) == 2 and shares[0] == shares[1]:
            return f"{shares[0]} of the particles of both"
        first = f"{shares[0]} of {titles[0]}'s{particles}"
        return first if len(shares) == 1 else f"{first} and {shares[1]} of {titles[1]}'s"

    test = f"{tree.attrs['cycles']} cycles at {rate_text(tree.attrs['c_rate'])} crack"
    (relieved, fewer), (hold, less) = ((said(end, " particles"), _fewer(tree, end)) for end in ENDS)
    if (relieved, fewer) == (hold, less):
        return f"{test} {hold}, whatever boundaries between phases do{fewer}."
    return f"{test} {relieved} {ENDS['relieved']}{fewer}, {said('held', '')} {ENDS['held']}{less}."


def rests(tree: xr.DataTree) -> str:
    """Whose volume change is not its own, under the answer; empty where each is known."""
    told = str(tree.attrs.get("rests", "none"))
    return "" if told == "none" else told


def _fewer(tree: xr.DataTree, end: str) -> str:
    """In how many draws which of two has fewer cracks; nothing of one."""
    if "order" not in tree.children:
        return ""
    own = tree["order"].to_dataset().sel(end=end)
    (_, first), (_, second) = names_of(tree)
    if own.tie.min() >= ALIKE:
        return f" (alike in {between(own.tie)} of the draws)"
    return (
        f" ({second} has fewer cracks in {between(own.fewer)} of the draws, {first} in "
        f"{between(own.more)})"
    )


def _capital(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}"


def verdict(tree: xr.DataTree) -> list[tuple[str, str]]:
    """Six lines, each with a word for what it is about; one more of full cells, and of your own
    data, which come first.
    """
    lines = [
        ("your data", own_line(tree)),
        ("flaw-free", _flaw_free(tree)),
        ("avoided", _avoided(tree)),
        ("cracked", _cracked(tree)),
        ("order", _order(tree)),
        ("capacity", _capacity(tree)),
        ("full cell", full_line(tree)),
        ("in print", print_line(tree)),
    ]
    return [(name, text) for name, text in lines if text]


def _by_end(said: Callable[[str], str]) -> str:
    """What is said of either end of the bracket, or once where both agree."""
    relieved, hold = (said(end) for end in ENDS)
    if relieved == hold:
        return f"{hold}, whatever boundaries do"
    return f"if boundaries are relieved, {relieved}; if they hold, {hold}"


def _flaw_free(tree: xr.DataTree) -> str:
    table = tree["flaw_free"].to_dataset()

    def share(name: str) -> Callable[[str], str]:
        return lambda end: percent(float(table.none_grows.sel(material=name, end=end)))

    shares = ". ".join(f"{title}: {_by_end(share(name))}" for name, title in names_of(tree))
    radii = ", ".join(
        f"{title} {times(table.griffith_over_radius.sel(material=name))}"
        for name, title in names_of(tree)
    )
    said = (
        "Share of draws in which no flaw of any size grows (K stays below K_th at every depth). "
        f"{shares}. Griffith's radius, below which no coherent boundary pays for a cut, over the "
        f"particles' radius: {radii}"
    )
    if "griffith_ratio" in table:
        (_, first), (_, second) = names_of(tree)
        said += f"; {second}'s is {times(table.griffith_ratio)} times {first}'s"
    return f"{said}."


def _avoided(tree: xr.DataTree) -> str:
    table, rate = tree["flaw_free"].to_dataset(), rate_text(tree.attrs["c_rate"])
    radii = np.atleast_1d(tree.attrs["radii"])

    def safe(name: str, radius: float) -> Callable[[str], str]:
        def said(end: str) -> str:
            own = table.sel(material=name, end=end)
            return (
                f"{_sizes(float(own.safe_radius))} at {rate}, and {_rates(float(own.safe_rate))} "
                f"at its own {radius * 1e6:.2g} µm"
            )

        return said

    parts = ". ".join(
        f"{title}: {_by_end(safe(name, radius))}"
        for (name, title), radius in zip(names_of(tree), radii, strict=True)
    )
    return f"In nine draws of ten no flaw grows. {parts}."


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

    def said(name: str) -> Callable[[str], str]:
        own = table.sel(material=name)
        return lambda end: (
            f"{between(own['mean'].sel(end=end))}"
            f"{_tail(float(own.share.sel(end=end, quantile=0.95).max()))}"
        )

    parts = ". ".join(f"{title}: {_by_end(said(name))}" for name, title in names_of(tree))
    rules = len(tree.attrs["rules"]) > 1
    ranges = " A range is from one rule of growth to the other." if rules else ""
    return f"Particles that cycling cracks, mean of the draws. {parts}.{ranges}"


def _tail(share: float) -> str:
    return f" (in one draw of twenty {percent(share)} or more)" if share > 1e-3 else ""


def _order(tree: xr.DataTree) -> str:
    if "order" not in tree.children:
        return ""
    table = tree["order"].to_dataset()
    (_, first), (_, second) = names_of(tree)

    def said(end: str) -> str:
        own = table.sel(end=end)
        return (
            f"{second} has the fewer cracks in {between(own.fewer)} of the draws, {first} in "
            f"{between(own.more)}, and they are alike in {between(own.tie)}"
        )

    return f"{_capital(_by_end(said))} (within a particle in a thousand)."


def _capacity(tree: xr.DataTree) -> str:
    table = tree["retention"].to_dataset()
    last = table.retention.isel(cycle=-1)

    def kept(name: str) -> Callable[[str], str]:
        def said(end: str) -> str:
            own = last.sel(material=name, end=end)
            texts: dict[str, list[str]] = {}
            for place, rate in enumerate(own.c_rate.values):
                text = _kept(own.isel(c_rate=place))
                texts.setdefault(text, []).append(rate_text(float(rate)))
            return " and ".join(f"{text} at {' and '.join(r)}" for text, r in texts.items())

        return said

    parts = " ".join(
        f"{title} keeps: {_by_end(kept(name))}; {_knee(table.sel(material=name))}."
        for name, title in names_of(tree)
    )
    return f"By cracks alone: median, and in brackets 5 to 95 % of the draws. {parts}"


def _kept(last: xr.DataArray) -> str:
    if np.isnan(last.values).all():
        return "nothing that could fade"
    low, high = float(last.sel(quantile=0.05).min()), float(last.sel(quantile=0.95).max())
    middle, band = between(last.sel(quantile=0.5).values), between([low, high])
    return middle if band == middle else f"{middle} ({band})"


def _knee(own: xr.Dataset) -> str:
    share, where = own.knee_share.values, own.knee.values
    if not share.max():
        return "no draw has a knee"
    known = where[np.isfinite(where)]
    low, high = f"{known.min():.0f}", f"{known.max():.0f}"
    place = low if low == high else f"{low} to {high}"
    return f"{between(share)} of the draws have a knee, near cycle {place}"


def carried_by(tree: xr.DataTree) -> Iterator[tuple[str, str]]:
    """Material, and the inputs whose rank the capacity kept follows most, held boundary; none where
    hardly a draw fades."""
    table = tree["influence"]["rho"].sel(end="held")
    least = tree["retention"]["retention"].sel(end="held", quantile=0.05).isel(cycle=-1, c_rate=0)
    for name, title in names_of(tree):
        if not float(least.sel(material=name).min()) < 1 - FADES:
            yield title, "nothing, as hardly a draw fades"
            continue
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
    """From the least to the most, where the draws deliver anything.

    >>> _points(np.array([-0.01, 0.0])), _points(np.array([-0.01, np.nan]))
    ('-1 to none', 'nothing delivered')
    """
    if np.any(np.isnan(change)):
        return "nothing delivered"
    low, high = (_point(float(value)) for value in (np.min(change), np.max(change)))
    return low if low == high else f"{low} to {high}"


def _point(value: float) -> str:
    return "none" if abs(value) < 5e-6 else f"{100 * value:+.2g}"
