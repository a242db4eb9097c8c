"""Claims about rates: what is known, what is asked, and what a measurement is then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from test_claims import CONTRADICTED, SUPPORTED, UNDECIDED, ask, claim

import particle_sim as ps
from particle_sim.claims.answer import Answer
from particle_sim.claims.expected import EXPECTED, HIGHER, LOWER, WIDE
from particle_sim.claims.interval import Verdict
from particle_sim.claims.question import Prints
from particle_sim.units import Array

DRAWS = 1000
EVEN = (np.arange(DRAWS) + 0.5) / DRAWS
MIXED = np.random.default_rng(1).permutation(EVEN)


@dataclass(frozen=True, kw_only=True)
class Member:
    """Cells that keep these shares (n,) of their window, with these unknowns."""

    label: str = "made up"
    is_one_diffusivity: bool = True
    kept: Mapping[str, Array]
    unknowns: Mapping[str, Array] = field(default_factory=dict)

    def has(self, material: str, name: str) -> bool:
        return name == "window_capacity" or f"{name} of {material}" in self.unknowns

    def column(self, material: str, name: str) -> Array:
        if name == "window_capacity":
            return np.full(DRAWS, np.log10(ps.load_material(material).specific_capacity))
        return np.asarray(self.unknowns[f"{name} of {material}"])

    def capacities(
        self, material: str, c_rate: Array, rng: np.random.Generator, *, noisy: bool = False
    ) -> Array:
        whole = ps.load_material(material).specific_capacity
        return np.asarray(np.outer(self.kept[material], np.full(len(c_rate), whole)))


def answered(asked: Any, *members: Member) -> Answer:
    return ask(asked, learned=lambda *_: members)


def measured(kept: float, *members: Array) -> Answer:
    printed = {"at_rate": kept * ps.load_material("nvp").specific_capacity}
    asked = claim("keeps_capacity", ["nvp"], {"c_rate": 1.0}, printed)
    return answered(asked, *(Member(kept={"nvp": each}) for each in members))


@pytest.mark.parametrize(
    ("kept", "low", "high", "fit"),
    [
        (0.5, 0.0, 1.0, WIDE),
        (0.5, 0.3, 0.8, EXPECTED),
        (0.5, 0.0, 0.49, HIGHER),
        (0.5, 0.51, 1.0, LOWER),
        (0.97, 0.0, 1.0, HIGHER),
        (0.03, 0.0, 1.0, LOWER),
    ],
)
def test_a_measured_capacity_is_held_on_both_sides(
    kept: float, low: float, high: float, fit: str
) -> None:
    found = measured(kept, low + (high - low) * EVEN)
    assert (found.verdict, found.fit) == (UNDECIDED, fit)
    assert found.share == pytest.approx(np.clip((high - kept) / (high - low), 0, 1), abs=0.002)
    assert not found.settled_by
    wide, _ = found.numbers["widest band"]
    assert wide == pytest.approx(0.9 * (high - low), abs=0.002)


def test_members_that_differ_say_nothing() -> None:
    found = measured(0.5, 0.3 + 0.5 * EVEN, 0.49 * EVEN)
    assert (found.verdict, found.fit) == (UNDECIDED, "")


def test_only_slower_prints_are_known() -> None:
    """The claim's own datum stays out, and chooses among the readings of its list."""
    told = []

    def learned(names: tuple[str, ...], up_to: float, prints: Prints) -> tuple[Member, ...]:
        told.append((names, up_to, prints))
        return (Member(kept={"nvp": EVEN}),)

    printed = {"at_rate": 80.0, "low_rate": 155.2}
    ask(claim("keeps_capacity", ["nvp"], {"c_rate": 6.0}, printed), learned=learned)
    ask(claim("keeps_at_least", ["nvp"], {"current": 300.0, "keeps": 0.5}), learned=learned)
    assert told[0] == (("nvp",), pytest.approx(2.0), (("nvp", (6.0, 80.0)),))
    assert told[1] == (("nvp",), pytest.approx(1.0), ())  # 300 A/kg over 100 mA/g


@pytest.mark.parametrize(("keeps", "verdict"), [(0.02, SUPPORTED), (0.98, CONTRADICTED)])
def test_keeps_at_least(keeps: float, verdict: Verdict) -> None:
    member = Member(kept={"nvp": EVEN})
    found = answered(claim("keeps_at_least", ["nvp"], {"c_rate": 1.0, "keeps": keeps}), member)
    assert found.verdict is verdict
    assert found.share == pytest.approx(1 - keeps, abs=0.002)
    asked = claim("keeps_at_least", ["nvp"], {"c_rate": 1.0}, {"kept": 100 * keeps})
    assert answered(asked, member).verdict is (UNDECIDED if verdict is CONTRADICTED else verdict)


def more(first: Array, second: Array) -> Answer:
    asked = claim("keeps_more", ["he_v", "nvp"], {"c_rate": 1.0})
    return answered(asked, Member(kept={"he_v": first, "nvp": second}))


def test_keeps_more_compares_draw_by_draw() -> None:
    """Two materials of one cell whose shares are equally spread, one always above the other."""
    assert more(0.5 + 0.5 * EVEN, 0.4 + 0.5 * EVEN).verdict is SUPPORTED
    assert more(0.4 + 0.5 * EVEN, 0.5 + 0.5 * EVEN).verdict is CONTRADICTED
    assert more(0.5 + 0.5 * EVEN, 0.4 + 0.5 * MIXED).verdict is UNDECIDED
    found = more(np.where(EVEN < 0.5, 0, EVEN), np.where(EVEN < 0.5, 0, EVEN / 2))
    assert (found.verdict, found.draws) == (SUPPORTED, DRAWS / 2)  # nothing against nothing


def test_one_member_against_leaves_a_claim_open() -> None:
    asked = claim("keeps_more", ["he_v", "nvp"], {"c_rate": 1.0})
    one = Member(label="one", kept={"he_v": 0.5 + 0.5 * EVEN, "nvp": 0.4 * EVEN})
    other = Member(label="other", kept={"he_v": EVEN, "nvp": MIXED})
    found = answered(asked, one, other)
    assert found.verdict is UNDECIDED
    assert "with one" in found.decided_by
    assert "with other" in found.decided_by


def ordered(fall: float) -> Answer:
    unknowns = {
        "diffusion_rate of he_v": -3 + MIXED,
        "diffusion_rate of nvp": -5 + EVEN,
        "diffusivity_fall of he_v": np.full(DRAWS, fall),
        "diffusivity_fall of nvp": np.zeros(DRAWS),
    }
    printed = {"first": 100.0, "second": 50.0}
    asked = claim("rate_orders_diffusivity", ["he_v", "nvp"], {"c_rate": 1.0}, printed)
    return answered(asked, Member(kept={}, unknowns=unknowns))


def test_rates_order_the_diffusivities() -> None:
    """Two decades between D of half a lattice; a fall of f takes f/2 off the mean of log10 D."""
    found = ordered(0.0)
    assert found.verdict is SUPPORTED
    assert found.numbers["log10 of the ratio of D, median"][0] == pytest.approx(2, abs=0.05)
    assert ordered(4.0).verdict is UNDECIDED
    assert ordered(8.0).verdict is CONTRADICTED
