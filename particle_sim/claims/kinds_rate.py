"""Tests on half cells at a rate: capacity kept, tension, polarisation.

They run the single-particle half cell of every draw. It has diffusion in the particle, the
reaction, the metal and a series film, and no electrolyte: at high rates and thick electrodes it
keeps more than a real cell. A measured capacity is held against the draws on both sides.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from particle_sim.claims.interval import share_interval
from particle_sim.claims.question import (
    CONSISTENT,
    MEASURED,
    TOO_HIGH,
    TOO_LOW,
    Evidence,
    Flags,
    Numbers,
    Question,
    Runs,
    every,
)
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
INNER_RATES = {"half_c": 0.5, "one_c": 1.0, "three_c": 3.0}
"""C-rates [1/h] at which the model of an inversion must fit as well, by their names in a file."""
FAR = 0.95
"""Share of the draws on one side of a measured number from which they do not reach it."""
FEWEST_ACCEPTED = 20
"""Draws of each material that must agree with the print before two may be compared."""


def keeps_capacity(question: Question) -> Evidence:
    """Q(rate)/Q(window) agrees with the printed share to ``tolerance``, above and below."""
    kept, printed = _share_at_rate(question, question.draws[0]), _printed_share(question)
    off = kept - printed
    flags, counted = every(np.abs(off) <= question.number("tolerance"))
    too_low, too_high = off < -question.number("tolerance"), off > question.number("tolerance")
    fit = CONSISTENT
    for side, name in ((too_low, TOO_LOW), (too_high, TOO_HIGH)):
        fit = name if share_interval(int(side.sum()), side.size)[0] >= FAR else fit
    low, middle, high = (float(np.quantile(kept, q)) for q in (0.05, 0.5, 0.95))
    numbers: Numbers = {
        "share kept as printed": (printed, "1"),
        "share kept, 5 % of the draws below": (low, "1"),
        "share kept, median": (middle, "1"),
        "share kept, 95 % of the draws below": (high, "1"),
        "draws that keep less": (float(too_low.mean()), "1"),
        "draws that keep more": (float(too_high.mean()), "1"),
    }
    return Evidence(
        holds=flags,
        counted=counted,
        inputs=named_inputs(question.draws[:1]),
        text=(
            f"On discharge at {_rate_of(question):.3g}C the print keeps "
            f"{100 * printed:.0f} % of the window and the draws {100 * low:.0f} to "
            f"{100 * high:.0f} % (5 to 95 % of them): {100 * too_low.mean():.0f} % keep less, "
            f"{100 * too_high.mean():.0f} % more."
        ),
        fit=fit,
        follows=kept,
        cannot_contradict=MEASURED,
        numbers=numbers,
    )


def keeps_at_least(question: Question) -> Evidence:
    """Q(rate)/Q(window) is at least ``keeps``, or the printed share."""
    kept, given = _share_at_rate(question, question.draws[0]), question.claim.parameters
    least = given["keeps"] if "keeps" in given else _printed_share(question)
    found = _medians(question, kept >= least, "share kept by", "1", [kept])
    printed = "" if "keeps" in given else MEASURED
    return replace(found, follows=kept, cannot_contradict=printed)


def keeps_more(question: Question) -> Evidence:
    """Q(rate)/Q(window) of the first material is above that of the second.

    Draws in which neither delivers anything compare nothing and are not counted.
    """
    kept = [_share_at_rate(question, each) for each in question.draws]
    found = _medians(question, kept[0] > kept[1], "share kept by", "1", kept)
    return replace(found, counted=np.asarray((kept[0] > 0) | (kept[1] > 0)))


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
    other. What the files assume about the order of D does not enter. It supports nothing where the
    best draw misses the printed shares at 0.5, 1, 3C and the rate by more than ``misfit``.
    """
    either = _union(*(each.material for each in question.draws))
    kinetics = question.draws[0].values["exchange_current_density"]
    rows = np.tile(np.arange(len(kinetics)), REPEATS)
    accepted, missed = [], []
    for each, role in zip(question.draws, ("first", "second"), strict=True):
        again = each.having(exchange_current_density=kinetics).kept(rows)
        stream = f"diffusivity that {each.material.name} may have"
        free = either.quantile(evenly(stream, len(rows), question.seed), 0.0)
        drawn = again.having(diffusivity=free)
        wanted = question.claim.printed[role] / question.claim.printed[f"{role}_low"]
        off = _share_at_rate(question, drawn) - wanted
        accepted.append(diffusion_rate(drawn.kept(np.abs(off) <= question.number("tolerance"))))
        missed.append(_misfit(question, drawn, role, off))
    count = min(len(values) for values in accepted)
    titles = [each.material.title for each in question.draws]
    numbers: Numbers = {}
    for title, values, miss in zip(titles, accepted, missed, strict=True):
        middle = float(np.median(values)) if len(values) else float("nan")
        numbers[f"median D/R^2 of {title} that fits the print"] = (middle, "1/s")
        numbers[f"least misfit of one sphere to the rates of {title}"] = (miss, "1")
    holds, counted = every(accepted[0][:count] > accepted[1][:count])
    return Evidence(
        holds=holds,
        counted=counted if count >= FEWEST_ACCEPTED else np.zeros_like(counted),
        inputs={},
        text=f"{count} draws of each material fit its printed share.",
        numbers=numbers,
        cannot_support=_rejected(titles, missed, question.number("misfit")),
    )


def _misfit(question: Question, draws: MaterialDraws, role: str, at_rate: Array) -> float:
    """Root mean square over the printed rates of the best draw's share kept, less the print."""
    low = question.claim.printed[f"{role}_low"]
    few = draws.kept(np.arange(len(at_rate) // REPEATS))
    off = [at_rate[: len(at_rate) // REPEATS]]
    for name, c_rate in INNER_RATES.items():
        runs = question.tools.half_cells(few, c_rate, Direction.DISCHARGE, 0)
        off.append(runs.capacity / _held(few) - question.claim.printed[f"{role}_{name}"] / low)
    return float(np.sqrt(np.mean(np.square(off), axis=0)).min())


def _rejected(titles: list[str], missed: list[float], limit: float) -> str:
    """Why an inversion says nothing, where its model misses what it inverts."""
    worst = [
        f"{100 * miss:.0f} % of the capacity of {title}"
        for title, miss in zip(titles, missed, strict=True)
        if miss > limit
    ]
    return f"one sphere with one diffusivity misses {' and '.join(worst)}" if worst else ""


def _share_at_rate(question: Question, draws: MaterialDraws) -> Array:
    """Capacity over that of the draw's own window."""
    return np.asarray(_run(question, draws, Direction.DISCHARGE).capacity / _held(draws))


def _held(draws: MaterialDraws) -> Array:
    """Capacity of the draw's own window [A h/kg]."""
    held = draws.values["maximum_concentration"] / draws.material.maximum_concentration
    return np.asarray(held * draws.material.specific_capacity)


def _run(question: Question, draws: MaterialDraws, direction: Direction, output: int = 0) -> Runs:
    return question.tools.half_cells(draws, question.rate(draws.material), direction, output)


def _rate_of(question: Question) -> float:
    """The C-rate of the material the claim is about [1/h]."""
    return question.rate(question.draws[0].material)


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
