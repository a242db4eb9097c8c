"""Does the tool for margins tell a comparison on the edge from one near its bound?"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "docs" / "_tools"))

import margins

EDGE, NEAR, FAR = ("test_a", "a.py:1"), ("test_a", "a.py:2"), ("test_b", "b.py:1")


def test_what_moves_by_a_part_of_its_distance_may_turn_over() -> None:
    here = {EDGE: (0.89, 0.0089, 0.01), NEAR: (0.98, 3.56, 3.5), FAR: (0.01, 1e-4, 0.01)}
    old = {EDGE: (0.93, 0.0093, 0.01), NEAR: (0.98 + 1e-8, 3.56, 3.5), FAR: (0.05, 5e-4, 0.01)}
    assert margins.thin(here, old) == [(pytest.approx(1.75), EDGE)]
    assert margins.thin(here, here) == []


@pytest.mark.parametrize(
    ("sign", "left", "right", "closeness"),
    [
        ("<", 0.5, 2.0, 0.25),
        (">", 3.0, 2.0, 2 / 3),
        ("<=", np.array([0.1, 0.9]), 1.0, 0.9),
        ("<", -2.0, -1.0, 0.5),
        ("<", 0.0, 1.0, 0.0),
    ],
)
def test_closeness_is_one_at_the_bound(
    monkeypatch: pytest.MonkeyPatch, sign: str, left: object, right: object, closeness: float
) -> None:
    seen: dict[str, dict[str, tuple[float, float, float]]] = {}
    monkeypatch.setattr(margins, "_seen", seen)
    margins.note(sign, left, right)
    (found,) = next(iter(seen.values())).values()
    assert found[0] == pytest.approx(closeness)


@pytest.mark.parametrize(("sign", "left"), [("==", 1.0), ("<", 3), ("in", "a"), ("<", "b")])
def test_counts_texts_and_equalities_have_no_margin(
    monkeypatch: pytest.MonkeyPatch, sign: str, left: object
) -> None:
    seen: dict[str, object] = {}
    monkeypatch.setattr(margins, "_seen", seen)
    margins.note(sign, left, left)
    assert seen == {}
