"""Tests on half cells at a rate: capacity kept, tension, polarisation.

They run the single-particle half cell of every draw. It has diffusion in the particle, the
reaction, the metal and a series film, and no electrolyte: at high rates and thick electrodes it
keeps more than a real cell, so a claim of a high rate is tested generously.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from particle_sim.claims.question import (
    GROWTH,
    MEASURED,
    NO_LIFE,
    Evidence,
    Flags,
    Numbers,
    Question,
    Runs,
    every,
)
from particle_sim.claims.readings import crack_driving
from particle_sim.errors import InputError
from particle_sim.materials.material import Material
from particle_sim.materials.property import Distribution, PlausibleRange
from particle_sim.plausible.draws import MaterialDraws, diffusion_rate, named_inputs
from particle_sim.plausible.streams import evenly
from particle_sim.studies.choices import Direction
from particle_sim.units import Array

CURVE_POINTS = 40
REPEATS = 4
"""Times each draw is used again, with another diffusivity, where only a few fit the print."""
FEWEST_ACCEPTED = 20
"""Draws of each material that must agree with the print before two may be compared."""


def keeps_capacity(question: Question) -> Evidence:
    """Q(rate)/Q(window) is at least the printed share less ``tolerance``."""
    kept, printed = _share_at_rate(question, question.draws[0]), _printed_share(question)
    return _rate_evidence(question, kept >= printed - question.number("tolerance"), kept, printed)


def loses_capacity(question: Question) -> Evidence:
    """Q(rate)/Q(window) is at most the printed share plus ``tolerance``."""
    kept, printed = _share_at_rate(question, question.draws[0]), _printed_share(question)
    return _rate_evidence(question, kept <= printed + question.number("tolerance"), kept, printed)


def keeps_more(question: Question) -> Evidence:
    """Q(rate)/Q(window) of the first material is above that of the second.

    Draws in which neither delivers anything compare nothing and are not counted.
    """
    kept = [_share_at_rate(question, each) for each in question.draws]
    found = _medians(question, kept[0] > kept[1], "share kept by", "1", kept)
    return replace(found, counted=np.asarray((kept[0] > 0) | (kept[1] > 0)))


def holds_at_rate(question: Question) -> Evidence:
    """K = 1.12 sigma sqrt(pi a) stays below the toughness on charge at the printed rate.

    As a solid solution, which stresses a material that reacts in two phases too little.
    """
    driving = _driving(question, question.draws[:1])
    return replace(_crack_evidence(question, driving[0] < 1, driving), cannot_support=NO_LIFE)


def cracks_at_rate(question: Question) -> Evidence:
    """K = 1.12 sigma sqrt(pi a) reaches the toughness on charge at the printed rate."""
    driving = _driving(question, question.draws[:1])
    return replace(_crack_evidence(question, driving[0] >= 1, driving), cannot_contradict=GROWTH)


def fewer_cracks_at_rate(question: Question) -> Evidence:
    """K over K_IC of the first material is below that of the second at the printed rate."""
    driving = _driving(question, question.draws)
    return _crack_evidence(question, driving[0] < driving[1], driving)


def low_polarisation(question: Question) -> Evidence:
    """The mean of |V - U(mean filling)| along a discharge stays below ``polarisation_below``."""
    gap = _polarisation(question, question.draws[0])
    below = gap < question.number("polarisation_below")
    return _medians(question, below, "polarisation of", "V", [gap])


def narrower_gap(question: Question) -> Evidence:
    """The mean of |V - U(mean filling)| of the first material is below that of the second."""
    gaps = [_polarisation(question, each) for each in question.draws]
    return _medians(question, gaps[0] < gaps[1], "polarisation of", "V", gaps)


def rate_orders_diffusivity(question: Question) -> Evidence:
    """D/R^2 of the first material is above the second's, judged by their printed capacities.

    Both get one prior: D log-uniform over the union of their ranges, all else from the first's
    ranges. Draws whose share kept at the rate lies within ``tolerance`` of the print are accepted
    (approximate Bayesian computation); the k-th accepted draw of one is held against that of the
    other. What the files assume about the order of D does not enter.
    """
    either = _union(*(each.material for each in question.draws))
    kinetics = question.draws[0].values["exchange_current_density"]
    rows = np.tile(np.arange(len(kinetics)), REPEATS)
    accepted = []
    for each, role in zip(question.draws, ("first", "second"), strict=True):
        again = each.having(exchange_current_density=kinetics).kept(rows)
        stream = f"diffusivity that {each.material.name} may have"
        free = either.quantile(evenly(stream, len(rows), question.seed), 0.0)
        drawn = again.having(diffusivity=free)
        wanted = question.claim.printed[role] / question.claim.printed[f"{role}_low"]
        near = np.abs(_share_at_rate(question, drawn) - wanted) <= question.number("tolerance")
        accepted.append(diffusion_rate(drawn.kept(near)))
    count = min(len(values) for values in accepted)
    numbers: Numbers = {
        f"median D/R^2 of {each.material.title} that fits the print": (
            float(np.median(values)) if len(values) else float("nan"),
            "1/s",
        )
        for each, values in zip(question.draws, accepted, strict=True)
    }
    holds, counted = every(accepted[0][:count] > accepted[1][:count])
    return Evidence(
        holds=holds,
        counted=counted if count >= FEWEST_ACCEPTED else np.zeros_like(counted),
        inputs={},
        text=f"{count} draws of each material fit its printed share.",
        numbers=numbers,
    )


def _share_at_rate(question: Question, draws: MaterialDraws) -> Array:
    """Capacity over that of the draw's own window."""
    runs = _run(question, draws, Direction.DISCHARGE)
    held = draws.values["maximum_concentration"] / draws.material.maximum_concentration
    return np.asarray(runs.capacity / (held * draws.material.specific_capacity))


def _run(question: Question, draws: MaterialDraws, direction: Direction, output: int = 0) -> Runs:
    return question.tools.half_cells(draws, _rate(question, draws.material), direction, output)


def _rate(question: Question, material: Material) -> float:
    """The claim's C-rate [1/h], or its specific current over the material's 1C."""
    given = question.claim.parameters
    if "current" in given:
        return given["current"] / material.value("one_c_current")
    if "c_rate" in given:
        return given["c_rate"]
    raise InputError(
        f"{question.claim.path.name}: test.parameters holds neither c_rate nor current; give one."
    )


def _rate_of(question: Question) -> float:
    """The C-rate of the material the claim is about [1/h]."""
    return _rate(question, question.draws[0].material)


def _printed_share(question: Question) -> float:
    """What the paper says is kept: a printed percentage, a ratio, or the claim's own number."""
    printed, given = question.claim.printed, question.claim.parameters
    if "kept" in printed:
        return printed["kept"] / 100
    if "at_rate" in printed:
        whole = printed.get("low_rate", question.draws[0].material.specific_capacity)
        return printed["at_rate"] / whole
    if "keeps" in given:
        return given["keeps"]
    raise InputError(
        f"{question.claim.path.name}: the test needs printed.kept, printed.at_rate or "
        "parameters.keeps; give one."
    )


def _rate_evidence(question: Question, holds: Flags, kept: Array, printed: float) -> Evidence:
    flags, counted = every(holds)
    low, middle, high = (float(np.quantile(kept, q)) for q in (0.05, 0.5, 0.95))
    return Evidence(
        holds=flags,
        counted=counted,
        inputs=named_inputs(question.draws[:1]),
        text=(
            f"On discharge at {_rate_of(question):.3g}C the print keeps "
            f"{100 * printed:.0f} % of the window and the draws {100 * low:.0f} to "
            f"{100 * high:.0f} % (5 to 95 % of them)."
        ),
        cannot_contradict=MEASURED,
        numbers={
            "share kept as printed": (printed, "1"),
            "share kept, 5 % of the draws below": (low, "1"),
            "share kept, median": (middle, "1"),
            "share kept, 95 % of the draws below": (high, "1"),
        },
    )


def _driving(question: Question, draws: Sequence[MaterialDraws]) -> list[Array]:
    return [
        crack_driving(each, _run(question, each, Direction.CHARGE).peak_tension) for each in draws
    ]


def _crack_evidence(question: Question, holds: Flags, driving: list[Array]) -> Evidence:
    found = _medians(question, holds, "K over K_IC of", "1", driving)
    return replace(found, text=f"As solid solutions, on charge at {_rate_of(question):.3g}C.")


def _medians(
    question: Question, holds: Flags, what: str, unit: str, values: list[Array]
) -> Evidence:
    """Evidence that counts every draw and tells the median of each material."""
    flags, counted = every(holds)
    return Evidence(
        holds=flags,
        counted=counted,
        inputs=named_inputs(question.draws),
        text=f"On discharge at {_rate_of(question):.3g}C.",
        numbers={
            f"median {what} {each.material.title}": (float(np.median(value)), unit)
            for each, value in zip(question.draws, values, strict=False)
        },
    )


def _polarisation(question: Question, draws: MaterialDraws) -> Array:
    """Mean over the discharge of |V - U(mean filling)| [V]."""
    runs = _run(question, draws, Direction.DISCHARGE, CURVE_POINTS)
    rest = draws.material.potential(runs.mean_site_fraction)
    return np.asarray(np.abs(runs.voltage - rest).mean(axis=1))


def _union(first: Material, second: Material) -> PlausibleRange:
    """Log-uniform over every diffusivity that either file holds for plausible [m2/s]."""
    ranges = [material["diffusivity"].plausible for material in (first, second)]
    known = [each for each in ranges if each is not None]
    if not known:
        raise InputError(
            f"{first.name} and {second.name}: neither gives a range of diffusivity; add one."
        )
    return PlausibleRange(
        low=min(each.low for each in known),
        high=max(each.high for each in known),
        distribution=Distribution.LOG_UNIFORM,
    )
