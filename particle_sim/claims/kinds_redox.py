"""Tests on potentials and charges that follow from formulas, without any curve of their papers.

A formula as made puts every element on a rung of its couples (:mod:`particle_sim.materials.
redox_ladder`); the potential of a couple is the host's for every material alike, drawn once in its
range for all of a claim. Plateaus that a paper prints of its own material do not enter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from particle_sim.claims.kind import claim_kind
from particle_sim.claims.question import Branch, Evidence, Numbers, Question, every
from particle_sim.errors import InputError
from particle_sim.materials.draft import Draft
from particle_sim.materials.material import Material
from particle_sim.materials.redox_ladder import redox_ladder
from particle_sim.materials.schema import RedoxStep
from particle_sim.materials.system import load_system
from particle_sim.plausible.draws import named_inputs
from particle_sim.plausible.streams import evenly
from particle_sim.studies.choices import Direction
from particle_sim.units import Array

CURVE_POINTS = 40
SHARES = ("first_share", "second_share")


@dataclass(frozen=True, kw_only=True)
class _Ladder:
    """What a formula gives: the couples, their electrons (k,), and the carrier at both ends."""

    steps: tuple[RedoxStep, ...]
    electrons: Array
    made: float
    """Carrier as made [per formula unit]"""
    rich: float
    """Carrier with every couple reduced"""
    sites: float
    lowest: float
    """Carrier that the host keeps"""


def higher_redox_potential(question: Question) -> Evidence:
    """The mean potential of the first material's redox steps over its window exceeds the second's.

    The window is that of the printed capacity. Where the papers give the share of one element in
    the capacity, of the rest another, the means are asked of these shares as well.
    """
    means = [_mean(question, name) for name in question.names]
    return _compared(question, means, _by_shares(question), "mean redox potential of")


def higher_discharge_voltage(question: Question) -> Evidence:
    """The mean voltage on discharge of the first material is above that of the second.

    The mean of the redox steps less the mean of U(mean filling) - V along the half cell's run.
    """
    rate, losses = question.number("c_rate"), []
    for each in question.draws:
        runs = question.tools.half_cells(each, rate, Direction.DISCHARGE, CURVE_POINTS)
        losses.append(np.mean(each.material.potential(runs.mean_site_fraction) - runs.voltage, 1))
    means = [_mean(question, name) for name in question.names]
    shares = _by_shares(question)
    ours = [mean - loss for mean, loss in zip(means, losses, strict=True)]
    theirs = [mean - loss for mean, loss in zip(shares, losses, strict=True)] if shares else []
    found = _compared(question, ours, theirs, "mean voltage of")
    return replace(found, inputs={**found.inputs, **named_inputs(question.draws)})


def reaches_higher_couple(question: Question) -> Evidence:
    """The first material's capacity takes an ion of ``charge``, that of the second does not.

    The electrons from the carrier as made to the poor end of the window, against those that every
    couple up to the charge below gives, at whatever potential. The capacity fixes the width of the
    window; its rich end is drawn between the file's and the sites of the structure.
    """
    gaps = [_missing(question, name) for name in question.names]
    holds, counted = every((gaps[0] > _ROUNDING) & (gaps[1] <= _ROUNDING))
    titles = [each.material.title for each in question.draws]
    words = [
        f"{title} takes {gap.min():+.2f} to {gap.max():+.2f}"
        for title, gap in zip(titles, gaps, strict=True)
    ]
    return Evidence(
        holds=holds,
        counted=counted,
        inputs={},
        text=(
            "Electrons per formula unit beyond those of all couples up to "
            f"{question.number('charge') - 1:.0f}+: {', '.join(words)}."
        ),
        numbers={
            f"electrons of {title} beyond, {what}": (float(of(gap)), "1")
            for gap, title in zip(gaps, titles, strict=True)
            for what, of in (("least", np.min), ("largest", np.max))
        },
    )


higher_redox = claim_kind(higher_redox_potential, {}, materials=2, optional_printed=SHARES)
higher_discharge = claim_kind(
    higher_discharge_voltage, {"c_rate": "1/h"}, materials=2, optional_printed=SHARES
)
reaches_couple = claim_kind(reaches_higher_couple, {"charge": "1"}, materials=2)

_ROUNDING = 1e-6
_SHARED, _REST = "Ni", "Mn"
"""The element that a printed share is of, and that which gives the rest, in layered oxides."""


def _ladder(name: str) -> _Ladder:
    system = load_system(name)
    header = system.file.material
    bare = Draft(where=name, header=header, printed={}, host=system.host, entries={})
    rungs = redox_ladder(bare)
    if not rungs or system.host is None or bare.formula is None:
        raise InputError(f"{name}: its formula and host give no redox steps.")
    return _Ladder(
        steps=tuple(rung.step for rung in rungs),
        electrons=np.array([rung.rich - rung.poor for rung in rungs]),
        made=bare.formula.amounts.get(header.carrier, 0.0),
        rich=max(rung.rich for rung in rungs),
        sites=system.host.host.carrier_sites * bare.units,
        lowest=system.host.host.lowest_stoichiometry * bare.units,
    )


def _potential(question: Question, step: RedoxStep) -> Array:
    """Potential of a couple [V] (n,), one number of one stream for all materials."""
    low, high = step.range or (step.voltage, step.voltage)
    stream = f"couple {step.element} {step.charges}"
    return low + (high - low) * evenly(stream, question.samples, question.seed)


def _window(material: Material) -> tuple[float, float]:
    return material.value("stoichiometry_min"), material.value("stoichiometry_max")


def _mean(question: Question, name: str) -> Array:
    """Mean potential (n,) [V] of the steps over the window, filled from the highest down."""
    ladder = _ladder(name)
    poor, rich = _window(question.tools.load(name))
    potentials = np.stack([_potential(question, step) for step in ladder.steps], axis=1)
    order = np.argsort(potentials, axis=1)
    electrons = ladder.electrons[order]
    bottom = ladder.rich - np.cumsum(electrons, axis=1)
    top = bottom + electrons
    bottom[:, -1] = np.minimum(bottom[:, -1], poor)
    top[:, 0] = np.maximum(top[:, 0], rich)
    crossed = np.clip(np.minimum(top, rich) - np.maximum(bottom, poor), 0, None)
    sorted_potentials = np.take_along_axis(potentials, order, axis=1)
    return np.asarray((crossed * sorted_potentials).sum(axis=1) / crossed.sum(axis=1))


def _by_shares(question: Question) -> list[Array]:
    """Mean potentials with the printed shares of one element, or none where none are printed."""
    if SHARES[0] not in question.claim.printed:
        return []
    found = []
    for role, name in zip(SHARES, question.names, strict=True):
        ladder, (poor, rich) = _ladder(name), _window(question.tools.load(name))
        given = (rich - poor) * question.claim.printed[role] / 100
        mine = [(s, n) for s, n in zip(ladder.steps, ladder.electrons, strict=True)]
        first = sorted((pair for pair in mine if pair[0].element == _SHARED), key=_by_voltage)
        total, left = np.zeros(question.samples), given
        for step, electrons in first:
            part = min(left, float(electrons)) if step is not first[-1][0] else left
            total += part * _potential(question, step)
            left -= part
        rest = next(step for step, _ in mine if step.element == _REST)
        found.append((total + (rich - poor - given) * _potential(question, rest)) / (rich - poor))
    return found


def _by_voltage(pair: tuple[RedoxStep, float]) -> float:
    return pair[0].voltage


def _missing(question: Question, name: str) -> Array:
    """Electrons (n,) that no couple below ``charge`` gives on the way to the poor end."""
    ladder = _ladder(name)
    poor, rich = _window(question.tools.load(name))
    ends = sorted((rich, ladder.sites))
    drawn = evenly(f"rich end of {name}", question.samples, question.seed)
    low = np.maximum(ends[0] + (ends[1] - ends[0]) * drawn - (rich - poor), ladder.lowest)
    available, filled = 0.0, ladder.rich
    for k in np.argsort([step.voltage for step in ladder.steps]):
        top, filled = min(filled, ladder.made), filled - ladder.electrons[k]
        if ladder.steps[k].charges[1] < question.number("charge"):
            available += max(top - filled, 0.0)
    return np.asarray(ladder.made - low - available)


def _compared(
    question: Question, means: Sequence[Array], shares: Sequence[Array], what: str
) -> Evidence:
    holds, counted = every(means[0] > means[1])
    titles = [each.material.title for each in question.draws]
    numbers: Numbers = {}
    for title, mean in zip(titles, means, strict=True):
        numbers[f"{what} {title}, median"] = float(np.median(mean)), "V"
    gap = means[0] - means[1]
    numbers["least difference"] = float(gap.min()), "V"
    branches = []
    if shares:
        flags, all_of_them = every(shares[0] > shares[1])
        branches.append(Branch(name="with the printed shares", holds=flags, counted=all_of_them))
        numbers["least difference with the printed shares"] = (
            float((shares[0] - shares[1]).min()),
            "V",
        )
    return Evidence(
        holds=holds,
        counted=counted,
        inputs={},
        name="with the charges of the formulas",
        branches=tuple(branches),
        text=(
            f"From the formulas {titles[0]} stands {np.median(gap):.2f} V above {titles[1]} "
            f"({gap.min():.2f} to {gap.max():.2f})."
        ),
        numbers=numbers,
    )
