"""Shares of draws with their uncertainty, and what they mean for a claim."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from particle_sim.claims.question import Flags
from particle_sim.plausible.sensitivity import strongest
from particle_sim.units import Array

SUPPORTED_FROM = 0.9
"""Share of plausible draws from which a claim counts as supported; contradicted below 1 - this."""
CONFIDENCE = 0.95
WEAKEST = 0.1
"""Rank correlation below which no input is said to decide."""
FEWEST_EACH = 10
"""Draws in which a claim holds, and in which it fails, below which no region is looked for."""
FEWEST = 0.1
"""Share of the draws on either side of a split, at least."""


class Verdict(enum.Enum):
    """What is known of a claim."""

    SUPPORTED = "supported"
    CONTRADICTED = "contradicted"
    UNDECIDED = "undecided"
    NOT_TESTABLE = "not testable"


def share_interval(successes: int, draws: int) -> tuple[float, float]:
    """Clopper-Pearson 95 % interval of ``successes`` of ``draws`` (Biometrika 26 (1934) 404).

    low = B(0.025; k, n - k + 1), high = B(0.975; k + 1, n - k), with B the quantile of the beta
    distribution; 0 for k = 0 and 1 for k = n. It covers the truth at least as often as it says.

    >>> [round(end, 3) for end in share_interval(188, 200)]
    [0.898, 0.969]

    Raises nothing.
    """
    from scipy.special import betaincinv

    tail = (1 - CONFIDENCE) / 2
    low = 0.0 if successes == 0 else float(betaincinv(successes, draws - successes + 1, tail))
    high = 1.0
    if successes < draws:
        high = float(betaincinv(successes + 1, draws - successes, 1 - tail))
    return low, high


def verdict_of(successes: int, draws: int) -> Verdict:
    """What ``successes`` of ``draws`` say of a sentence.

    Supported when the whole interval of :func:`share_interval` lies at or above 90 %, contradicted
    at or below 10 %, undecided else.

    >>> [verdict_of(successes, 200).value for successes in (198, 188, 2)]
    ['supported', 'undecided', 'contradicted']

    Raises nothing.
    """
    low, high = share_interval(successes, draws)
    if low >= SUPPORTED_FROM:
        return Verdict.SUPPORTED
    if high <= 1 - SUPPORTED_FROM:
        return Verdict.CONTRADICTED
    return Verdict.UNDECIDED


@dataclass(frozen=True, kw_only=True)
class Region:
    """Where a claim fails: the input whose rank follows the answer most closely, split in two."""

    name: str
    correlation: float
    """Spearman's rho of the input with holding (1) or failing (0)"""
    split: float
    """Value at which the two shares differ most"""
    below: float
    """Share of the draws below the split in which the claim holds"""
    above: float


def region_of(holds: Flags, counted: Flags, inputs: Mapping[str, Array]) -> Region | None:
    """The deciding input, ``None`` when the claim nearly always or never holds, or none decides.

    The split is the decile of the input at which the shares on both sides differ most.
    """
    answer = holds[counted].astype(float)
    if min(answer.sum(), answer.size - answer.sum()) < FEWEST_EACH:
        return None
    kept = {name: values[counted] for name, values in inputs.items() if np.ptp(values) > 0}
    if not kept:
        return None
    name, correlation = strongest(kept, answer)
    if abs(correlation) < WEAKEST:
        return None
    values = kept[name]
    splits = np.quantile(values, np.linspace(FEWEST, 1 - FEWEST, 17))
    sides = [(answer[values <= split], answer[values > split]) for split in splits]
    shares = [(float(a.mean()), float(b.mean())) for a, b in sides if b.size]
    place = int(np.argmax([abs(above - below) for below, above in shares]))
    below, above = shares[place]
    return Region(
        name=name, correlation=correlation, split=float(splits[place]), below=below, above=above
    )
