"""Tests on capacities at a rate, by what slower rates and other powders let one expect.

Every member of :mod:`particle_sim.inference.rate_evidence` is a branch, and all must agree. A claim
is never asked of draws that know its own datum: they know the prints up to a ``KNOWN``-th of its
rate, and the public rate tests of other cathodes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from particle_sim.claims.expected import expectation
from particle_sim.claims.measurements import POINT
from particle_sim.claims.question import (
    MEASURED,
    Branch,
    Evidence,
    Flags,
    Learned,
    Numbers,
    Question,
)
from particle_sim.errors import InputError
from particle_sim.inference.groups import GROUPS
from particle_sim.plausible.streams import generator
from particle_sim.units import Array

KNOWN = 1 / 3
"""Prints up to this share of the claim's rate are known; what is nearer repeats it."""
Points = Mapping[str, Array]
Says = Callable[[Learned, np.random.Generator], tuple[Flags, Array, Points]]
"""A member -> whether the claim holds in each draw (n,), the deciding quantity (n,), and what could
be measured besides the unknowns, by name (n,)."""
NEARER = 0.5
"""Share of the claim's rate at which one more capacity could be measured."""


def keeps_capacity(question: Question) -> Evidence:
    """Expected capacity at the rate, against the printed one, with the noise of a measurement.

    ``holds`` where a draw delivers at least the print. As expected when in every member between 5
    and 95 % of the draws do, in a wide band where their 5 to 95 % band is wider than half of the
    slow capacity; higher than expected when fewer do in every member, lower when more.
    """
    printed = _printed_share(question)

    def says(member: Learned, rng: np.random.Generator) -> tuple[Flags, Array, Points]:
        share, points = _share(question, 0, member, rng, noisy=True)
        return share >= printed, share, points

    found, values = _asked(question, _before(question), says)
    bands = np.quantile(values, [0.05, 0.5, 0.95], axis=1)
    flags = [found.holds, *(branch.holds for branch in found.branches)]
    wide = float((bands[2] - bands[0]).max())
    reach = [100 * float(each.mean()) for each in flags]
    numbers: Numbers = {
        "share kept as printed": (printed, "1"),
        "share kept, least 5 % of a member": (float(bands[0].min()), "1"),
        "share kept, middle of the members' medians": (float(np.median(bands[1])), "1"),
        "share kept, greatest 95 % of a member": (float(bands[2].max()), "1"),
        "widest band": (wide, "1"),
    }
    return replace(
        found,
        text=(
            f"{_told(question)} the print keeps {100 * printed:.0f} %; expected are "
            f"{100 * bands[0].min():.0f} to {100 * bands[2].max():.0f} %, and {min(reach):.0f} to "
            f"{max(reach):.0f} % of the draws reach the print, member by member."
        ),
        fit=expectation(list(values), printed, 1.0),
        numbers=numbers,
        cannot_contradict=MEASURED,
        cannot_support=MEASURED,
    )


def keeps_at_least(question: Question) -> Evidence:
    """The expected share of the slow capacity kept at the rate is at least ``keeps`` or the print.

    With the noise of a measurement where the share is printed.
    """
    given = question.claim.parameters
    least = given["keeps"] if "keeps" in given else _printed_share(question)

    def says(member: Learned, rng: np.random.Generator) -> tuple[Flags, Array, Points]:
        share, points = _share(question, 0, member, rng, noisy="keeps" not in given)
        return share >= least, share, points

    found, values = _asked(question, _before(question), says)
    printed = "" if "keeps" in given else MEASURED
    return replace(
        _with_medians(question, found, [values]),
        text=f"{_told(question)} {100 * least:.0f} % is asked.",
        cannot_contradict=printed,
    )


def keeps_more(question: Question) -> Evidence:
    """The share of its window that the first material delivers at the rate is above the second's.

    Both were measured in one kind of cell: film times loading, noise and discrepancy are shared
    draw by draw. Draws in which neither delivers anything compare nothing and are not counted.
    """
    kept: list[tuple[Array, Array]] = []

    def says(member: Learned, rng: np.random.Generator) -> tuple[Flags, Array, Points]:
        (first, own), (second, other) = (_share(question, k, member, rng) for k in (0, 1))
        kept.append((first, second))
        gap = np.where((first > 0) | (second > 0), first - second, np.nan)
        return first > second, gap, {**own, **other}

    found, _ = _asked(question, _before(question), says)
    shares = [np.array([pair[k] for pair in kept]) for k in (0, 1)]
    return replace(_with_medians(question, found, shares), text=f"{_told(question)}.")


def rate_orders_diffusivity(question: Question) -> Evidence:
    """D of the first material is above the second's, in particles of one size, by their rate tests.

    From all printed rates of both, with one set of beliefs for both, by forms in which D means the
    same in both; log10 D is its mean from half a lattice to a full one. The readings of a list that
    contradicts itself are those that give the printed capacity at the rate.
    """
    prints = {
        name: (question.rate(draws.material), question.claim.printed[role])
        for name, draws, role in zip(
            question.names, question.draws, ("first", "second"), strict=True
        )
    }
    gaps: list[Array] = []

    def says(member: Learned, _: np.random.Generator) -> tuple[Flags, Array, Points]:
        first, second = (_mean_diffusion(member, name) for name in question.names)
        gaps.append(first - second)
        return first > second, first - second, {}

    alike = [each for each in _learned(question, np.inf, prints) if each.is_one_diffusivity]
    found, values = _asked(question, tuple(alike), says)
    low, middle, high = (float(np.quantile(values, q)) for q in (0.05, 0.5, 0.95))
    numbers: Numbers = {
        "log10 of the ratio of D, 5 %": (low, "1"),
        "log10 of the ratio of D, median": (middle, "1"),
        "log10 of the ratio of D, 95 %": (high, "1"),
    }
    return replace(found, text="Learned from all printed rates of both.", numbers=numbers)


def _asked(question: Question, learned: tuple[Learned, ...], says: Says) -> tuple[Evidence, Array]:
    """The first member as evidence with the others as branches, and the quantity (members, n)."""
    branches, values = [], []
    for member in learned:
        rng = generator(question.seed, f"{question.claim.id} {member.label}")
        holds, value, points = says(member, rng)
        unknowns = {name: 10**each for name, each in _inputs(question, member).items()}
        counted = np.isfinite(value)
        branches.append(
            Branch(
                name=f"with {member.label}",
                holds=holds,
                counted=counted,
                measurable={**unknowns, **points},
            )
        )
        values.append(value)
    first = branches[0]
    evidence = Evidence(
        holds=first.holds,
        counted=first.counted,
        inputs=_inputs(question, learned[0]),
        follows=values[0],
        text="",
        name=first.name,
        branches=tuple(branches[1:]),
        measurable=first.measurable,
    )
    return evidence, np.array(values)


def _before(question: Question) -> tuple[Learned, ...]:
    """What is learned from the prints up to a third of the claim's rate."""
    slowest = min(question.rate(draws.material) for draws in question.draws)
    prints = {}
    if "at_rate" in question.claim.printed:
        material = question.draws[0].material
        prints[question.names[0]] = question.rate(material), question.claim.printed["at_rate"]
    return _learned(question, KNOWN * slowest, prints)


def _learned(
    question: Question, up_to: float, prints: Mapping[str, tuple[float, float]]
) -> tuple[Learned, ...]:
    return question.tools.learned(question.names, up_to, tuple(sorted(prints.items())))


def _share(
    question: Question,
    which: int,
    member: Learned,
    rng: np.random.Generator,
    *,
    noisy: bool = False,
) -> tuple[Array, Points]:
    """Capacity at the rate over the printed slow one, or else over the window's (n,).

    And the capacity that the same draws have at a rate that could be measured.
    """
    name, material = question.names[which], question.draws[which].material
    rates = np.array([NEARER, 1.0]) * question.rate(material)
    point, capacity = member.capacities(name, rates, rng, noisy=noisy).T
    points = {f"{POINT}{rates[0]:.3g}C of {material.title}": point}
    printed = question.claim.printed
    if which == 0 and "at_rate" in printed:
        return capacity / printed.get("low_rate", material.specific_capacity), points
    return capacity / 10 ** member.column(name, "window_capacity"), points


def _printed_share(question: Question) -> float:
    """What the paper says is kept: a printed percentage, or a ratio of capacities."""
    printed = question.claim.printed
    if "kept" in printed:
        return printed["kept"] / 100
    if "at_rate" in printed:
        whole = printed.get("low_rate", question.draws[0].material.specific_capacity)
        return printed["at_rate"] / whole
    raise InputError(
        f"{question.claim.path.name}: the test needs printed.kept or printed.at_rate; give one."
    )


def _mean_diffusion(member: Learned, name: str) -> Array:
    """Mean of log10 D/R^2 from half a lattice to a full one: half of the fall below its start."""
    rate = member.column(name, "diffusion_rate")
    if member.has(name, "diffusivity_fall"):
        return np.asarray(rate - member.column(name, "diffusivity_fall") / 2)
    return rate


def _inputs(question: Question, member: Learned) -> dict[str, Array]:
    """The unknowns of every material by a name that says whose they are."""
    return {
        f"{name} of {draws.material.title}": member.column(whose, name)
        for whose, draws in zip(question.names, question.draws, strict=True)
        for name in (*GROUPS, "size_spread", "diffusivity_fall")
        if member.has(whose, name)
    }


def _with_medians(question: Question, found: Evidence, shares: list[Array]) -> Evidence:
    """The evidence with the median and the 5 and 95 % of each material's share kept."""
    numbers: Numbers = {}
    for draws, values in zip(question.draws, shares, strict=False):
        for words, part in (("5 %", 0.05), ("median", 0.5), ("95 %", 0.95)):
            share = float(np.quantile(values, part))
            numbers[f"share kept by {draws.material.title}, {words} of all members"] = share, "1"
    return replace(found, numbers=numbers)


def _told(question: Question) -> str:
    rate = question.rate(question.draws[0].material)
    return f"From prints up to {KNOWN * rate:.2g}C and public rate tests: at {rate:.3g}C"
