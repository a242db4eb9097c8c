"""The first lines of a comparison say what its table holds, and nothing that is not so."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from particle_sim.claims.headline import headline, ratio_text
from particle_sim.claims.law_table import Bracket, Factor, Interval, LawTable, row
from particle_sim.materials.load import load_record
from particle_sim.studies.choices import PhysicsChoice
from particle_sim.studies.result import MaterialResult
from particle_sim.studies.settings import Comparison
from particle_sim.transport.laws import SOLID_SOLUTION, law_of

SETTINGS = Comparison(baseline="nvp", candidate="he_v")
SPREAD = np.linspace(0.9, 1.1, 101)


def result(name: str, **overrides: str) -> MaterialResult:
    record = load_record(name, overrides=overrides)
    material = record.material
    law = law_of(PhysicsChoice.DECLARED.value, material)
    known = SimpleNamespace(title=material.title, record=record, material=material, law=law)
    return cast(MaterialResult, known)


def table(ratio: float, bracket: Bracket | None = None) -> LawTable:
    narrow, wide = Interval(low=2.9, median=3.0, high=3.1), Interval(low=0.1, median=5, high=200)
    rows = tuple(row("law", kind, ratio * SPREAD, np.ones(101)) for kind in ("equal", "plausible"))
    return LawTable(
        rows=rows,
        factors=(
            Factor(name="volume change", factor=narrow),
            Factor(name="diffusivity", factor=wide),
            Factor(name="rest", factor=Interval(low=1.0, median=1.0, high=1.0)),
        ),
        brackets=(bracket, None),
    )


def said(ratio: float, bracket: Bracket | None = None, **overrides: str) -> Any:
    return headline(SETTINGS, result("nvp", **overrides), result("he_v"), table(ratio, bracket))


@pytest.mark.parametrize(
    ("ratio", "words"),
    [
        (4.0, "NVP is stressed 4 times as much as HE-V; 5 to 95 % of the draws: 3.6 to 4.4"),
        (0.25, "HE-V is stressed 4 times as much as NVP; 5 to 95 % of the draws: 3.7 to 4.4"),
        (1.0, "neither NVP nor HE-V is stressed more in 95 % of the draws: the ratio is 1 ("),
    ],
)
def test_the_answer_names_who_is_stressed_more(ratio: float, words: str) -> None:
    assert words in said(ratio).answer
    assert said(ratio).answer.endswith("(peak von Mises stress, charge at 1C).")


def test_what_is_printed_of_neither_is_said_of_no_chosen_number() -> None:
    assert "what decides is diffusivity, printed of neither." in said(4.0).decides
    chosen = said(4.0, diffusivity="1e-16 m^2/s").decides
    assert "what decides is diffusivity." in chosen


def test_at_one_diffusivity_the_largest_factor_is_named() -> None:
    """Not that of the diffusivity, which is one there."""
    assert "the ratio comes from volume change (a factor of 3 (2.9 to 3.1))" in said(4.0).decides


@pytest.mark.parametrize(
    ("name", "ratio", "rests"),
    [
        ("nvp@na1_to_na4", 4.0, "NVP's volume change is a relative's, not measured on it."),
        ("nvp@na1_to_na4", 1.0, ""),
        ("nvp", 4.0, ""),
    ],
)
def test_an_answer_says_when_it_rests_on_a_number_of_another(
    name: str, ratio: float, rests: str
) -> None:
    found = headline(SETTINGS, result(name), result("he_v"), table(ratio)).rests
    assert found == rests


def test_a_number_of_the_users_rests_on_nobody() -> None:
    chosen = result("nvp@na1_to_na4", volume_change="5 %")
    assert headline(SETTINGS, chosen, result("he_v"), table(4.0)).rests == ""


def test_a_boundary_is_a_bracket_with_its_branch() -> None:
    found = boundary(relief_share=0.75)
    words = said(4.0, found).phases
    assert words.startswith("NVP counts as reacting in two phases.")
    assert "puts up to 1,600 MPa on it if it holds its misfit" in words
    assert "and none if it relieves it, which costs no more energy than coherency in 75 %" in words
    assert words.endswith("an incoherent boundary has the least energy in 89 %.")


def boundary(relief_share: float) -> Bracket:
    return Bracket(
        relieved=Interval(low=0, median=0, high=0),
        upper=Interval(low=1e9, median=1.6e9, high=2e9),
        least="incoherent",
        least_share=0.89,
        relief_share=relief_share,
        safe_share=0.8,
    )


def test_a_material_counts_as_what_it_was_run_as() -> None:
    """Under a law the user chose, whatever its file says."""
    solid = cast(Any, result("nvp"))
    solid.law = SOLID_SOLUTION
    words = headline(SETTINGS, solid, result("he_v"), table(4.0, boundary(0.5))).phases
    assert words.startswith("NVP counts as a solid solution. If it parted,")


def test_a_ratio_just_above_one_is_not_said_to_be_one() -> None:
    assert ratio_text(Interval(low=1.02, median=1.04, high=1.07)) == "1.04 (1.02 to 1.07)"
    assert ratio_text(Interval(low=1.0, median=1.0, high=1.0)) == "1"


def test_what_the_ratio_comes_from_may_be_the_size() -> None:
    """The factor furthest from 1, below it or above."""
    one, small = Interval(low=1.0, median=1.0, high=1.0), Interval(low=0.05, median=0.1, high=0.2)
    volume = Interval(low=2.9, median=3.0, high=3.1)
    found = replace(
        table(4.0),
        factors=(
            Factor(name="volume change", factor=volume),
            Factor(name="size", factor=small),
            Factor(name="diffusivity", factor=Interval(low=0.1, median=20, high=200)),
            Factor(name="rest", factor=one),
        ),
    )
    words = headline(SETTINGS, result("nvp"), result("he_v"), found).decides
    assert "the ratio comes from size (a factor of 0.1 (0.05 to 0.2))" in words


def test_what_leaves_it_open_is_named_where_neither_is_stressed_more() -> None:
    """The widest factor besides diffusivity, and not the one whose median is furthest from 1."""
    open_, near = (
        Interval(low=0.08, median=1.0, high=12),
        Interval(low=0.76, median=0.79, high=0.83),
    )
    found = replace(
        table(1.0),
        factors=(
            Factor(name="volume change", factor=open_),
            Factor(name="diffusivity", factor=Interval(low=0.01, median=1, high=100)),
            Factor(name="capacity", factor=near),
        ),
    )
    words = headline(SETTINGS, result("nvp"), result("he_v"), found).decides
    assert words.startswith("At one diffusivity what leaves it open is volume change")


def test_the_side_that_is_stressed_more_is_named_on_either_side() -> None:
    assert "HE-V is stressed more in 100 % of the draws" in said(0.25).decides
    assert "NVP is stressed more in 100 % of the draws" in said(4.0).decides
