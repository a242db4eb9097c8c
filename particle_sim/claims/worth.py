"""What one measurement would settle, before anybody makes it.

Let draw j be the truth, and x its input. A measurement that knows x within a factor f in nine of
ten cases reads ln y = ln x_j + t z, with t = ln f/1.645 and z normal, and leaves the draws of every
way in which the claim is asked the weights

    w_i ~ exp(-(ln y - ln x_i)^2/2 t^2).

The claim is settled by that reading where its weighted share is at least 90 % in every way, or at
most 10 % in every way; the share of readings that settle it is what the measurement is worth
(preposterior analysis: Raiffa & Schlaifer, Applied Statistical Decision Theory, 1961, ch. 4).
Nothing is solved again. Where n draws are too few for the factor, the measurement is taken as
coarse as they can tell, ``TOLD``/n of their deviation, and settles less; readings that still leave
fewer than ``FEWEST_LEFT`` independent draws settle nothing. A way that does not know the input
keeps its share.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from particle_sim.claims.interval import SUPPORTED_FROM, Verdict, verdict_of
from particle_sim.claims.measurements import WAYS, WITHIN, measurement_of
from particle_sim.claims.question import Branch
from particle_sim.units import Array

READINGS = 200
"""Hypothetical readings of each measurement: a share is known to 3.5 %."""
TOLD = 40.0
FEWEST_LEFT = 10.0
SHOWN = 0.05
"""Share of the readings from which a measurement is named."""
MOST_NAMED = 4
_NINE_OF_TEN = 1.645


def worth_of(
    voters: Sequence[Branch],
    inputs: Mapping[str, Array],
    possible: frozenset[Verdict],
    named: Sequence[str],
    seed: int,
) -> dict[str, float]:
    """The share of readings that would settle a claim, by what is measured, the largest first.

    ``voters``: the ways in which it is asked; ``inputs``: drawn values of those that bring none of
    their own; ``possible``: verdicts that may stand; ``named``: measurements of the claim's file,
    of which one may tell the ways apart (``WAYS``).

    >>> x = np.random.default_rng(1).lognormal(0.0, 1.0, 4000)
    >>> way = Branch(name="", holds=x > 1, counted=np.ones(4000, dtype=bool))
    >>> both = frozenset({Verdict.SUPPORTED, Verdict.CONTRADICTED})
    >>> found = worth_of([way], {"diffusivity of A": x, "density of A": x[::-1]}, both, (), 1)
    >>> list(found), bool(abs(found["diffusivity of A"] - 0.753) < 0.1)
    (['diffusivity of A'], True)
    """
    asked = [each for each in voters if each.draws]
    found = {}
    for name in dict.fromkeys(name for each in asked for name in _of(each, inputs)):
        measured = measurement_of(name)
        known = [_of(each, inputs).get(name) for each in asked]
        if measured and any(values is not None and np.ptp(values) > 0 for values in known):
            rng = np.random.default_rng(seed)
            found[name] = _settled(asked, known, WITHIN[measured], possible, rng)
    ways = [way for way in named if way in WAYS and all(each.measurable is None for each in asked)]
    if ways and len(asked) > 1:
        verdicts = [verdict_of(each.successes, each.draws) in possible for each in asked]
        found[ways[-1]] = float(np.mean(verdicts))
    ranked = sorted(found.items(), key=lambda each: -each[1])
    return {name: share for name, share in ranked[:MOST_NAMED] if share >= SHOWN}


def _of(voter: Branch, inputs: Mapping[str, Array]) -> Mapping[str, Array]:
    return inputs if voter.measurable is None else voter.measurable


def _settled(
    asked: Sequence[Branch],
    known: Sequence[Array | None],
    factor: float,
    possible: frozenset[Verdict],
    rng: np.random.Generator,
) -> float:
    """The share of ``READINGS`` after which every way has one verdict that may stand."""
    places = _places(known, factor)
    pairs = list(zip(places, asked, strict=True))
    truths = [place[each.counted] for place, each in pairs if place is not None]
    drawn = [rng.choice(truth, READINGS // len(truths) + 1) for truth in truths]
    reading = rng.permutation(np.concatenate(drawn))[:READINGS]
    reading = reading + rng.standard_normal(READINGS)
    for_it, against = np.ones(READINGS, dtype=bool), np.ones(READINGS, dtype=bool)
    for place, each in pairs:
        share = np.full(READINGS, each.successes / each.draws)
        if place is not None:
            share = _shares(each, place, reading)
        for_it &= share >= SUPPORTED_FROM
        against &= share <= 1 - SUPPORTED_FROM
    may = (Verdict.SUPPORTED in possible) * for_it.mean()
    return float(may + (Verdict.CONTRADICTED in possible) * against.mean())


def _places(known: Sequence[Array | None], factor: float) -> list[Array | None]:
    """The input of every way (n,) over the deviation of its measurement, one for all ways.

    That of the logarithm where the input has one, else of the middle of its size.
    """
    every = [values for values in known if values is not None]
    if all((values > 0).all() for values in every):
        told = [None if values is None else np.log(values) for values in known]
        deviation = float(np.log(factor)) / _NINE_OF_TEN
    else:
        told = list(known)
        deviation = (factor - 1) * float(np.median(np.abs(np.concatenate(every)))) / _NINE_OF_TEN
    coarse = [TOLD / len(values) * float(values.std()) for values in told if values is not None]
    return [None if values is None else values / max(deviation, *coarse) for values in told]


def _shares(voter: Branch, place: Array, reading: Array) -> Array:
    """The weighted share (r,) in which the claim holds after each reading; nan where few count."""
    weight = np.exp(-0.5 * (reading[:, None] - place[voter.counted]) ** 2)
    total = weight.sum(axis=1)
    left = total**2 / np.maximum((weight**2).sum(axis=1), 1e-300)
    holds = weight @ voter.holds[voter.counted].astype(float)
    return np.where(left >= FEWEST_LEFT, holds / np.maximum(total, 1e-300), np.nan)
