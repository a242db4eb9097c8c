"""What one measurement would settle: against a closed form, and in every way a claim is asked."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import ndtr, ndtri

from particle_sim.claims.interval import Verdict
from particle_sim.claims.measurements import FIXES, MEASUREMENTS, POINT, WAYS, WITHIN
from particle_sim.claims.missing import worth_in_words
from particle_sim.claims.question import Branch
from particle_sim.claims.worth import worth_of

RNG = np.random.default_rng(3)
COUNT = 4000
FIRST, OTHER = RNG.standard_normal((2, COUNT))
X = np.exp(FIRST)
INPUTS = {"diffusivity of A": X, "exchange_current_density of A": np.exp(OTHER)}
ALL = np.ones(COUNT, dtype=bool)
WAY = Branch(name="one way", holds=FIRST > 0, counted=ALL)
BOTH = frozenset({Verdict.SUPPORTED, Verdict.CONTRADICTED})


def expected(factor: float) -> float:
    """ln x normal, the claim x > 1: the share of readings whose posterior is 90 % on one side."""
    square = (np.log(factor) / ndtri(0.95)) ** 2
    known = 1 / (1 + square)
    return float(2 * ndtr(-ndtri(0.9) * np.sqrt(known * square) / (known * np.sqrt(1 + square))))


def off(factor: float) -> float:
    found = worth_of([WAY], INPUTS, BOTH, (), 1)["diffusivity of A"]
    return abs(found - expected(factor))


def test_the_share_is_that_of_a_normal_belief() -> None:
    assert off(WITHIN["diffusivity"]) < 0.09  # 2.6 standard errors of 200 readings


def test_another_precision_is_noticed() -> None:
    assert off(3.0) > 0.12


def test_an_input_that_decides_nothing_is_not_named() -> None:
    assert list(worth_of([WAY], INPUTS, BOTH, (), 1)) == ["diffusivity of A"]


def test_every_way_must_agree() -> None:
    against = replace(WAY, name="another", holds=FIRST < 0)
    assert worth_of([WAY, against], INPUTS, BOTH, (), 1) == {}
    same = replace(WAY, name="another")
    (one,) = worth_of([WAY], INPUTS, BOTH, (), 1).values()
    (both,) = worth_of([WAY, same], INPUTS, BOTH, (), 1).values()
    assert both == pytest.approx(one, abs=0.1)


def test_a_verdict_that_cannot_stand_settles_nothing() -> None:
    whole = worth_of([WAY], INPUTS, BOTH, (), 1)["diffusivity of A"]
    half = [worth_of([WAY], INPUTS, frozenset({v}), (), 1)["diffusivity of A"] for v in BOTH]
    assert sum(half) == pytest.approx(whole)
    assert worth_of([WAY], INPUTS, frozenset(), (), 1) == {}


def test_draws_of_their_own_are_read_on_one_scale() -> None:
    """One input, drawn wider in one way: only a reading near nothing leaves it open."""
    name = f"{POINT}2C of A"
    ways = [
        replace(WAY, holds=x > 0, measurable={name: x})
        for x in (FIRST, 3 * RNG.standard_normal(COUNT))
    ]
    assert worth_of(ways, {}, BOTH, (), 1)[name] > 0.8


def test_a_mechanism_that_differs_is_told_by_what_tells_it() -> None:
    yes, open_, no = (replace(WAY, name=n, holds=h) for n, h in
                      (("if", ALL), ("or", WAY.holds), ("not", ~ALL)))  # fmt: skip
    found = worth_of([yes, open_, no], {}, BOTH, ("boundary",), 1)
    assert found == {"boundary": pytest.approx(2 / 3)}
    assert worth_in_words("boundary", 2 / 3).endswith(
        "(TEM of a half-charged particle): in 67 % of the cases"
    )


def test_every_input_has_a_precision_and_words() -> None:
    assert {*FIXES.values()} <= {*WITHIN} <= {*MEASUREMENTS}
    assert {*WAYS} <= {*MEASUREMENTS}
    assert worth_in_words(f"{POINT}2C of A", 0.5).startswith("capacity at 2C of A within a factor")
