"""Do the tests on cracks over cycles find what was put in, by every mechanism and rule?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from particle_sim.claims.answer import Answer, answer, question_of
from particle_sim.claims.expected import EXPECTED, HIGHER, LOWER
from particle_sim.claims.kinds_crack import HELD, RELIEVED
from particle_sim.claims.kinds_life import MORE, WHOLE
from particle_sim.claims.schema import Claim
from particle_sim.claims.worn import growing
from particle_sim.life.chain import CONSTANT
from particle_sim.life.loads import GradientTable, Site
from particle_sim.materials.load import load_material
from particle_sim.materials.material import Material
from tests.unit.test_claims import (
    CONTRADICTED,
    NOT_TESTABLE,
    SUPPORTED,
    UNDECIDED,
    claim,
    no_gradients,
    tools,
)

TEST = {"c_rate": 1.0, "cycles": 100.0, "limit": 0.5, "other_limit": 0.1}
FEW = {**TEST, "limit": 0.05, "other_limit": 0.01}


def ask(asked: Claim, samples: int = 400, **changed: Any) -> Answer:
    return answer(asked, tools(**changed), samples=samples)


def tough(factor: float) -> Callable[[str], Material]:
    """The library with K_IC times a factor."""

    def load(name: str) -> Material:
        material = load_material(name)
        own = material["fracture_toughness"]
        assert own.plausible is not None
        ends = replace(
            own.plausible, low=factor * own.plausible.low, high=factor * own.plausible.high
        )
        return material.replaced(
            fracture_toughness=replace(own.with_magnitude(factor * own.magnitude), plausible=ends)
        )

    return load


def torn(names: tuple[str, ...], place: int) -> dict[Site, GradientTable]:
    """Gradients that open every crack far beyond its toughness."""
    found = no_gradients(names, place)
    return {site: replace(table, intensity=table.intensity + 1e12) for site, table in found.items()}


@pytest.mark.parametrize(
    ("kind", "limits", "whole", "broken"),
    [
        ("cracks_over_cycles", TEST, CONTRADICTED, SUPPORTED),
        ("stays_whole", FEW, SUPPORTED, CONTRADICTED),
    ],
)
def test_what_no_stress_reaches_stays_whole(
    kind: str, limits: dict[str, float], whole: Any, broken: Any
) -> None:
    asked = claim(kind, ["nvp"], limits)
    assert ask(asked, load=tough(100.0)).verdict is whole
    assert ask(asked, cycle_loads=torn).verdict is broken


def test_a_boundary_that_decides_is_named() -> None:
    """So weak a particle cracks wherever a boundary holds, and only there."""
    found = ask(claim("cracks_over_cycles", ["nvp"], TEST), load=tough(0.02))
    assert found.verdict is UNDECIDED
    assert found.decided_by == f"yes {HELD}; no {RELIEVED}"


def test_what_a_boundary_holds_beyond_its_plateau_is_asked() -> None:
    """Between the plateau's part and the whole; the whole is shown, the steps being in print."""
    found = ask(claim("cracks_over_cycles", ["nfm_li2024"], TEST))
    more, whole = (
        next(each for each in found.branches if each.name == name) for name in (MORE, WHOLE)
    )
    assert (found.share or 0.0) < more.share < whole.share
    assert (more.votes, whole.votes) == (True, False)


def test_more_cycles_crack_more() -> None:
    asked = [claim("cracks_over_cycles", ["nvp"], {**TEST, "cycles": n}) for n in (1.0, 1e6)]
    first, last = (ask(each, load=tough(0.5)).share or 0.0 for each in asked)
    assert first < last


def test_a_verdict_that_turns_on_the_limit_is_open() -> None:
    """Between both limits lie all particles: at 1 none can, at 1e-6 all that crack at all."""
    limits = {**TEST, "limit": 1.0, "other_limit": 1e-6}
    found = ask(claim("cracks_over_cycles", ["nvp"], limits), load=tough(0.02))
    (turned,) = (each for each in found.branches if "at the limit of 1e-06" in each.name)
    assert found.verdict is UNDECIDED
    assert found.share == 0
    assert turned.verdict is SUPPORTED


def test_agglomerates_are_asked_beside_the_particle() -> None:
    sizes = {"agglomerate_least": 5e-7, "agglomerate_most": 2.5e-6}
    bare = ask(claim("cracks_over_cycles", ["nvp"], TEST))
    found = ask(claim("cracks_over_cycles", ["nvp"], {**TEST, **sizes}))
    own = [each for each in found.branches if "agglomerates" not in each.name]
    dense = [each for each in found.branches if "agglomerates" in each.name]
    assert found.share == bare.share
    assert tuple(own) == bare.branches
    assert {each.name.partition(",")[0] for each in dense} == {HELD, RELIEVED}
    assert max(each.share for each in dense) > (bare.share or 0.0)


def test_the_order_of_a_pair() -> None:
    seen = {**TEST, "limit": 0.01, "other_limit": 0.001}
    for kind in ("cracks_less_over_cycles", "fades_less_by_cracks"):
        right = ask(claim(kind, ["he_v", "nvp"], seen))
        wrong = ask(claim(kind, ["nvp", "he_v"], seen))
        assert (right.verdict, wrong.verdict) == (SUPPORTED, CONTRADICTED)
        silent = [each for each in right.branches if "both stay one phase" in each.name]
        assert not any(each.votes for each in silent)


def test_where_nothing_cracks_there_is_no_order() -> None:
    asked = claim("cracks_less_over_cycles", ["he_v", "nvp"], {**TEST, "limit": 0.01})
    found = ask(asked, load=tough(100.0))
    assert (found.verdict, found.share) == (NOT_TESTABLE, None)


def test_a_pair_shares_its_growth() -> None:
    asked = claim("fades_less_by_cracks", ["he_v", "nvp"], TEST)
    question = question_of(asked, tools(), 50, 1)
    first, second = (growing(question, place).values for place in (0, 1))
    for name in (*CONSTANT.values(), "contact_lost", "flaw_spread"):
        assert np.array_equal(first[name], second[name])
        assert np.ptp(first[name]) > 0


def kept(percent: float) -> Claim:
    printed = {"kept": percent, "cycles": 100.0}
    return claim("cracks_leave", ["he_v"], {"c_rate": 1.0}, printed)


def test_cracks_that_are_none_take_nothing() -> None:
    assert ask(kept(99.9), load=tough(100.0)).verdict is SUPPORTED
    assert ask(kept(100.1), load=tough(100.0)).verdict is CONTRADICTED


@pytest.mark.parametrize(("percent", "fit"), [(99.5, EXPECTED), (50.0, "")])
def test_a_lower_print_than_cracks_leave_is_open(percent: float, fit: str) -> None:
    """What else takes capacity is not modelled: only a print within the band is expected."""
    printed = {"kept": percent, "cycles": 100.0}
    asked = claim("keeps_over_cycles", ["he_v"], {"c_rate": 1.0}, printed)
    found = ask(asked, load=tough(100.0))
    assert (found.fit, found.verdict) == (fit, UNDECIDED)
    assert ("nothing else is modelled" in found.sentence) == (fit == "")


@pytest.mark.parametrize(("percent", "fit"), [(99.99, HIGHER), (85.0, EXPECTED), (1.0, LOWER)])
def test_a_retention_is_held_against_those_in_print(percent: float, fit: str) -> None:
    printed = {"kept": percent, "cycles": 10000.0}
    found = ask(claim("keeps_as_in_print", ["he_v"], {"c_rate": 50.0}, printed))
    assert (found.fit.removesuffix(" in a wide band"), found.verdict) == (fit, UNDECIDED)
    assert "0 of them of HE-V" in found.sentence
    assert found.branches
    assert not any(each.votes for each in found.branches)


@pytest.mark.parametrize(("percent", "fit"), [(40.2, EXPECTED), (20.0, LOWER)])
def test_a_known_retention_predicts_itself(percent: float, fit: str) -> None:
    """The same material, rate and cycles as the constant was set by: 40.2 %, no band around it."""
    printed = {"kept": percent, "cycles": 200.0, "known_kept": 40.2, "known_cycles": 200.0}
    rates = {"c_rate": 3.0, "known_rate": 3.0}
    asked = claim("keeps_over_cycles", ["nfm_li2024", "nfm_li2024"], rates, printed)
    found = ask(asked, samples=4500)
    assert found.fit == fit
    assert found.draws >= 20
    medians = [value for name, (value, _) in found.numbers.items() if "median" in name]
    assert medians
    assert medians == pytest.approx([0.402] * len(medians), abs=0.005)
