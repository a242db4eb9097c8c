"""Does the test on a full cell's retention see the sodium that films take?"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from particle_sim.claims import kinds_full_cell
from particle_sim.claims.kinds_full_cell import ALONE, BESIDES
from particle_sim.damage.sodium_films import SodiumFilms
from particle_sim.life import full_cell
from tests.unit.test_claims import UNDECIDED, claim
from tests.unit.test_claims_life import ask

TEST = {"c_rate": 1.0, "presodiated": 0.0}
PRINTED = {
    "kept": 80.0, "kept_elsewhere": 75.0, "cycles": 100.0, "fresh": 100.0, "half_kept": 90.0,
    "half_cycles": 200.0,
}  # fmt: skip


def found(monkeypatch: pytest.MonkeyPatch, carbon_film: float) -> Any:
    """The answer with one film on the carbon in all draws."""

    def films(count: int, _seed: int) -> SodiumFilms:
        return SodiumFilms(
            carbon_film=np.full(count, carbon_film),
            carbon_capacity=np.full(count, 300.0),
            crack_film=np.zeros(count),
        )

    monkeypatch.setattr(full_cell, "draw_films", films)
    monkeypatch.setattr(kinds_full_cell, "MOST", 5)
    monkeypatch.setattr(kinds_full_cell, "RUNS", 100)
    asked = claim("full_cell_retention", ["he_o3_li2024"], TEST, PRINTED)
    return ask(asked, samples=20)


def test_without_films_what_the_half_cell_lost_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = found(monkeypatch, 0.0)
    assert answer.verdict is UNDECIDED, "films and cracks are not all"
    assert answer.share == 1.0  # numbers of an answer have five digits
    assert answer.numbers[f"kept {ALONE}, median"][0] == pytest.approx(1.0, abs=1e-5)
    assert answer.numbers[f"kept {BESIDES}, median"][0] == pytest.approx(0.9**0.5, abs=1e-5)
    assert not any(f"half-life {ALONE}" in name for name in answer.numbers), "there is no fade"
    name = f"half-life {BESIDES} over that of the printed 80.0 %"
    assert answer.numbers[name][0] == pytest.approx(np.log(0.8) / np.log(0.9**0.5), rel=1e-3)


def test_a_thick_film_takes_more_than_the_print(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = found(monkeypatch, 8.0)
    assert answer.share == 0.0
    assert answer.verdict is UNDECIDED, "a measurement is not contradicted"
