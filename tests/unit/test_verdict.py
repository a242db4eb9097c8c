"""What a verdict does with its test's result; runs, files and draws are stand-ins."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from particle_sim.materials.schema import ClaimEntry
from particle_sim.studies import claim_tests, verdict
from particle_sim.studies.choices import StressMeasure
from particle_sim.studies.claim_tests import CLAIM_TESTS, Case, Outcome
from particle_sim.studies.verdict_types import Finding, Status
from particle_sim.transport.laws import COHERENT, SOLID_SOLUTION, TWO_PHASE

CLAIM = ClaimEntry.model_validate(
    {"kind": "heterogeneous", "text": "It is.", "source": "user", "place": "here"}
)


def material(title: str, law: Any, runs: Mapping[str, Any]) -> Any:
    """A result at 90 % whose fields are ``runs`` of its own law and of a coherent boundary."""
    return SimpleNamespace(
        title=title,
        never_moved=False,
        law=law,
        runs=runs,
        particle=runs["own"],
        index=lambda *_: 0,
        filling=lambda fraction: 1 - fraction,
        material=SimpleNamespace(stoichiometry=lambda filling: filling, carrier="Na"),
        record=SimpleNamespace(citation=str),
    )


def case(baseline: Any, candidate: Any) -> Case:
    settings = SimpleNamespace(uniform_below=0.1, stress=StressMeasure.FIRST_PRINCIPAL)
    draws = tuple(
        SimpleNamespace(material=each, values={"diffusivity": np.ones(2)})
        for each in (baseline, candidate)
    )
    return Case(
        settings=cast(Any, settings),
        baseline=baseline,
        candidate=candidate,
        pair=cast(Any, draws),
        single=cast(Any, draws),
    )


@pytest.fixture
def fields_are_their_spread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claim_tests, "inhomogeneity_history", np.atleast_1d)


@pytest.mark.usefixtures("fields_are_their_spread")
@pytest.mark.parametrize(
    ("own", "coherent", "differs"),
    [(0.5, 0.05, True), (0.05, 0.5, True), (0.5, 0.2, False), (0.05, 0.02, False)],
)
def test_a_coherent_boundary_on_the_other_side_of_the_limit_differs(
    own: float, coherent: float, differs: bool
) -> None:
    both = material("A", TWO_PHASE, {"own": own, COHERENT.name: coherent})
    test = CLAIM_TESTS["heterogeneous"](case(both, both))
    assert not isinstance(test, str)
    assert test.coherent_differs is differs
    assert test.numbers["coherent_inhomogeneity"] == (coherent, "1")


def pulled(stress: float) -> Any:
    return SimpleNamespace(stress=np.array([[[stress, 0.0, 0.0]]]))


@pytest.mark.parametrize(
    ("own", "coherent", "differs"), [(3e8, 1e8, True), (3e8, 2.5e8, False), (1e8, 3e8, True)]
)
def test_a_coherent_peak_on_the_other_side_of_the_candidates_differs(
    own: float, coherent: float, differs: bool
) -> None:
    low = material("A", TWO_PHASE, {"own": pulled(own), COHERENT.name: pulled(coherent)})
    test = CLAIM_TESTS["lower_stress"](case(low, material("B", TWO_PHASE, {"own": pulled(2e8)})))
    assert not isinstance(test, str)
    assert test.coherent_differs is differs
    assert test.numbers["ratio"] == (pytest.approx(own / 2e8), "1")


def test_a_draw_is_less_stressed_where_the_candidates_number_is_smaller() -> None:
    low, high = (material(n, TWO_PHASE, {"own": pulled(2e8)}) for n in "AB")
    low.maps = high.maps = {TWO_PHASE.name: None}
    asked = case(low, high)
    for draws, stress in zip(asked.pair, ([3e8, 3e8, 3e8], [1e8, 5e8, 2e8]), strict=True):
        draws.stress = lambda *_, found=stress: np.array(found)
    test = CLAIM_TESTS["lower_stress"](asked)
    assert not isinstance(test, str)
    assert test.outcome(False).holds.tolist() == [True, False, True]


@pytest.mark.usefixtures("fields_are_their_spread")
@pytest.mark.parametrize(
    ("kind", "holds"), [("uniform", [True, False, False]), ("heterogeneous", [False, True, True])]
)
def test_a_draw_whose_chi_separates_is_not_uniform(kind: str, holds: list[bool]) -> None:
    even = material("A", SOLID_SOLUTION, {"own": 0.01})
    even.maps = {SOLID_SOLUTION.name: None}
    asked = case(even, even)
    for draws in asked.single:
        draws.values["regular_solution_parameter"] = np.array([1.0, 1.0, 3.0])
        draws.spread = lambda _: np.array([0.01, 0.5, 0.01])
        draws.read = lambda *_: np.array([0.9, 0.9, 0.5])
    test = CLAIM_TESTS[kind](asked)
    assert not isinstance(test, str)
    assert test.outcome(False).holds.tolist() == holds
    assert test.outcome(False).counted.tolist() == [True, True, False]


def judged(monkeypatch: pytest.MonkeyPatch, share: float, **more: Any) -> Finding:
    """The finding on a test that holds in ``share`` of a hundred draws."""
    plain = material("A", SimpleNamespace(separates=False), {"own": None})
    holds = np.arange(100) < round(100 * share)
    test = claim_tests.Test(
        subject=plain,
        text="So it is.",
        numbers={},
        outcome=lambda _: Outcome(holds=holds, counted=np.ones(100, dtype=bool)),
        inputs={"flaw_size": np.arange(100.0)},
        **more,
    )
    monkeypatch.setattr(verdict, "CLAIM_TESTS", {CLAIM.kind: lambda _: test})
    return verdict._finding(case(plain, plain), CLAIM)


@pytest.mark.parametrize(
    ("share", "status"),
    [
        (1.0, Status.SUPPORTED),
        (0.9, Status.SUPPORTED),
        (0.89, Status.UNDECIDED),
        (0.11, Status.UNDECIDED),
        (0.1, Status.CONTRADICTED),
        (0.0, Status.CONTRADICTED),
    ],
)
def test_nine_tenths_support_and_one_tenth_contradicts(
    monkeypatch: pytest.MonkeyPatch, share: float, status: Status
) -> None:
    found = judged(monkeypatch, share)
    assert found.status is status
    assert found.numbers["share"] == (pytest.approx(share), "1")
    assert found.numbers["draws"] == (100.0, "1")
    assert ("flaw size" in found.decided_by) == (0 < share < 1)


@pytest.mark.parametrize("share", [1.0, 0.0])
def test_what_a_coherent_boundary_turns_round_is_undecided(
    monkeypatch: pytest.MonkeyPatch, share: float
) -> None:
    found = judged(monkeypatch, share, coherent_differs=True)
    assert found.status is Status.UNDECIDED
    assert "coherent" in found.decided_by


def test_what_is_not_modelled_cannot_contradict(monkeypatch: pytest.MonkeyPatch) -> None:
    found = judged(monkeypatch, 0.0, cannot_contradict="growth")
    assert (found.status, found.decided_by) == (Status.UNDECIDED, "growth")
    assert judged(monkeypatch, 1.0, cannot_contradict="growth").status is Status.SUPPORTED


@pytest.mark.usefixtures("fields_are_their_spread")
def test_nothing_is_judged_where_no_sodium_moved() -> None:
    both = material("A", TWO_PHASE, {"own": 0.5, COHERENT.name: 0.5})
    both.never_moved = True
    given = case(both, both)
    given.settings.c_rate = 200.0
    found = verdict._finding(given, CLAIM)
    assert found.status is Status.NOT_TESTED
    assert "At 200C the current alone takes A beyond a voltage limit" in found.sentence
    assert found.numbers == {}
