"""Is the shipped ledger what the code gives now, complete, and free of answers typed by hand?"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from particle_sim.claims.answer import Answer, answer
from particle_sim.claims.interval import Verdict, share_interval
from particle_sim.claims.ledger import Entry, read_ledger
from particle_sim.claims.page import claims_page
from particle_sim.claims.question import Tools
from particle_sim.claims.tools import simulations
from particle_sim.inference.rate_evidence import PARTICLES
from particle_sim.materials.catalogue import CATALOGUE
from particle_sim.materials.load import load_material

ROOT = Path(__file__).parents[2]
CHEAP = ("C1", "C15a", "C25", "C26a", "C50a")
LAST_CLAIM = 69
ANY_DRAW = 2
"""Draws on the edge that rounding may move between machines."""
ANY_PARTICLE = 25
"""Particles of a posterior that a last digit may move elsewhere: three deviations of a share."""


@pytest.fixture(scope="module")
def ledger() -> dict[str, Entry]:
    return {entry.claim.id: entry for entry in read_ledger()}


@pytest.fixture(scope="module")
def tools() -> Tools:
    """The simulations as ``particle-sim claims`` shares them between its claims."""
    return simulations()


def same(stored: Answer, fresh: Answer) -> bool:
    if (stored.verdict, stored.because) != (fresh.verdict, fresh.because):
        return False
    if stored.share is None or fresh.share is None:
        return stored.share == fresh.share
    if abs(stored.draws - fresh.draws) > ANY_DRAW:
        return False
    most = ANY_PARTICLE if stored.draws == PARTICLES else ANY_DRAW
    return abs(stored.share - fresh.share) * max(fresh.draws, 1) <= most + 0.5


@pytest.mark.parametrize("name", CHEAP)
def test_the_ledger_is_what_comes_out(ledger: Mapping[str, Entry], tools: Tools, name: str) -> None:
    entry = ledger[name]
    fresh = answer(entry.claim, tools)
    assert same(entry.answer, fresh), f"{entry.answer.sentence}\n{fresh.sentence}"


def test_the_check_notices_other_draws(ledger: Mapping[str, Entry], tools: Tools) -> None:
    entry = ledger["C1"]
    assert not same(entry.answer, answer(entry.claim, tools, seed=2))


def test_nothing_changed_since_the_ledger_was_written(ledger: Mapping[str, Entry]) -> None:
    stale = [name for name, entry in ledger.items() if entry.stale]
    assert not stale, "run particle-sim claims"


def test_the_page_is_the_ledger(ledger: Mapping[str, Entry]) -> None:
    page = (ROOT / "docs" / "claims.md").read_text(encoding="utf-8")
    assert page == claims_page(list(ledger.values())), (
        "run particle-sim claims --markdown > docs/claims.md"
    )


def test_every_claim_has_an_answer(ledger: Mapping[str, Entry]) -> None:
    numbers = {int(re.sub(r"\D", "", name)) for name in ledger}
    assert numbers == set(range(1, LAST_CLAIM + 1))


def test_verdicts_follow_from_shares(ledger: Mapping[str, Entry]) -> None:
    for entry in ledger.values():
        found = entry.answer
        if found.share is None:
            continue
        low, high = share_interval(round(found.share * found.draws), found.draws)
        assert found.interval == (pytest.approx(low, abs=1e-3), pytest.approx(high, abs=1e-3))
        assert found.verdict is not Verdict.SUPPORTED or low >= 0.9
        assert found.verdict is not Verdict.CONTRADICTED or high <= 0.1


def test_no_branch_that_votes_contradicts_an_answer(ledger: Mapping[str, Entry]) -> None:
    for entry in ledger.values():
        found = entry.answer
        if found.verdict in (Verdict.SUPPORTED, Verdict.CONTRADICTED):
            assert all(each.verdict is found.verdict for each in found.branches if each.votes)


def test_what_was_put_in_is_not_counted(ledger: Mapping[str, Entry]) -> None:
    for name in ("C49a", "C50a", "C50b", "C53a", "C54", "C55a", "C64a"):
        assert ledger[name].answer.label in ("arithmetic", "tautology")
        assert not ledger[name].answer.settled


def test_what_nvp_or_nfm_pass_as_well_is_not_settled(ledger: Mapping[str, Entry]) -> None:
    for name in ("C6b", "C8a"):
        assert not ledger[name].answer.settled, name


def test_a_retention_is_not_settled_by_cracks_alone(ledger: Mapping[str, Entry]) -> None:
    for name in ("C15b", "C17b", "C19b"):
        assert not ledger[name].answer.settled, name


def test_what_is_called_assumed_is_not_measured(ledger: Mapping[str, Entry]) -> None:
    for entry in ledger.values():
        test = entry.claim.file.test
        for name in test.assumes if test else []:
            assert name in CATALOGUE
            first = load_material(entry.claim.file.claim.materials[0])
            assert first[name].evidence.value in ("assumed", "proxy"), (entry.claim.id, name)


@pytest.mark.parametrize("name", ["C39", "C40", "C49a", "C55a"])
def test_inputs_are_not_answers(ledger: Mapping[str, Entry], name: str) -> None:
    found = ledger[name].answer
    assert (found.verdict, found.because) == (Verdict.NOT_TESTABLE, "assumed")


def test_extraction_empties_the_surface(ledger: Mapping[str, Entry]) -> None:
    """Sodium that leaves through the surface stays behind inside, whatever the inputs: during a
    charge at constant current the profile falls towards the surface (Crank, 6.45)."""
    assert ledger["C2b"].answer.verdict is Verdict.CONTRADICTED
    assert ledger["C2b"].answer.share == 0
    (back,) = (each for each in ledger["C2b"].answer.branches if each.name == "on discharge")
    assert (back.verdict, back.share) == (Verdict.SUPPORTED, 1)
