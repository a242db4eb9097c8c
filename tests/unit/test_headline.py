"""The first lines of a comparison say what its table holds, and nothing that is not so."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from particle_sim.claims.headline import headline
from particle_sim.claims.law_table import Bracket, Factor, Interval, LawTable, row
from particle_sim.materials.load import load_record
from particle_sim.studies.result import MaterialResult
from particle_sim.studies.settings import Comparison

SETTINGS = Comparison(baseline="nvp", candidate="he_v")
SPREAD = np.linspace(0.9, 1.1, 101)


def result(name: str, **overrides: str) -> MaterialResult:
    record = load_record(name, overrides=overrides)
    known = SimpleNamespace(title=record.material.title, record=record, material=record.material)
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
    assert "the diffusivity, printed of neither, decides how much" in said(4.0).decides
    chosen = said(4.0, diffusivity="1e-16 m^2/s").decides
    assert "the diffusivity decides how much" in chosen


def test_at_one_diffusivity_the_largest_factor_is_named() -> None:
    """Not that of the diffusivity, which is one there."""
    assert "the ratio comes from volume change (a factor of 3 (2.9 to 3.1))" in said(4.0).decides


def test_a_boundary_is_a_bracket_with_its_branch() -> None:
    nothing, much = Interval(low=0, median=0, high=0), Interval(low=1e9, median=1.6e9, high=2e9)
    found = Bracket(
        relieved=nothing, upper=much, least="incoherent", least_share=0.89, safe_share=0.8
    )
    words = said(4.0, found).phases
    assert "0 MPa where it is relieved and up to 1600 MPa where it is held" in words
    assert "an incoherent boundary has the least energy in 89% of the draws" in words
