"""Damage of a skin that shrinks at once while the rest holds it (DM13).

Equibiaxial stress sigma = E Omega dc / (3 (1 - nu)) at the surface; AT1 without a split damages
where sigma^2 (1 - nu) / E reaches 3 G_c / (16 l).
"""

from __future__ import annotations

import numpy as np
import pytest
from plates import solid_of
from reference import assert_close, load
from scipy.special import erfc

import particle_sim as ps
from particle_sim.damage.field import (
    CrackBody,
    CrackLoad,
    CrackRun,
    LengthScale,
    Split,
    crack,
    strength,
)

CASE = load("DM13")
INPUTS = CASE["inputs"]


def quenched(drops: np.ndarray, depth: float, volume: float = 1.0) -> CrackRun:
    """A slab 4 l wide and 12 l deep whose sides stay apart; the time is the drop [mol/m3].

    ``depth`` over l is that of the diffused skin, sqrt(D t); l / h = 5.
    """
    length = INPUTS["l"]
    mesh = ps.shapes.rectangle((4 * length, 12 * length), cells=(20, 60))
    strain = volume * INPUTS["Omega"] / 3

    def shrinks(p: np.ndarray, drop: float) -> np.ndarray:
        return -strain * drop * erfc((12 * length - p[:, 1]) / (2 * depth * length))

    def held(p: np.ndarray, _: float) -> np.ndarray:
        return np.stack([0 * p[:, 0], np.full(len(p), np.nan)], axis=1)

    load_ = CrackLoad(strain=shrinks, displacement={"left": held, "right": held})
    solid = solid_of(INPUTS, toughness=INPUTS["Gc"], split=Split.NONE)
    body = CrackBody(mesh=mesh, solid=solid)
    return crack(body, load_, drops, meaning=LengthScale.MATERIAL)


def onset(depth: float, volume: float = 1.0) -> float:
    """The drop at which damage starts [mol/m3], to 0.5 %."""
    drops = CASE["dc_onset"] * np.arange(0.96, 1.05, 0.005)
    run = quenched(drops, depth, volume)
    damaged = run.damage.max(axis=1) > 1e-6
    assert damaged[-1], "nothing is damaged"
    return float(drops[np.argmax(damaged)])


def check_onset(volume: float = 1.0) -> None:
    """Of a skin many cells deep, at the free face, and there alone."""
    expected = CASE["dc_onset"]
    assert_close("onset", onset(10.0, volume), expected, scale=expected, tolerance=0.02)


def test_onset_of_damage() -> None:
    """DM13: the onset in closed form and on a mesh, by 2 %."""
    solid = solid_of(INPUTS, toughness=INPUTS["Gc"], split=Split.NONE)
    expected = CASE["sigma_onset"]
    found = strength(solid, (1.0, 1.0, 0.0))
    assert_close("strength", found, expected, scale=expected, tolerance=1e-6)
    check_onset()


def test_sabotage_onset() -> None:
    with pytest.raises(AssertionError, match=r"onset: .* exceeds"):
        check_onset(volume=1.03)


def check_rows(volume: float = 1.0) -> None:
    """Statement (4): none of the rows below onset is damaged, the one beyond it is."""
    drops = np.array([row["surface_concentration_drop"] for row in CASE["rows"]])
    run = quenched(drops, 2.0, volume)
    found = (run.damage.max(axis=1) > 1e-6).tolist()
    expected = [row["damages_AT1"] for row in CASE["rows"]]
    assert found == expected, "other rows are damaged"


def check_band(depth: float = 2.0) -> None:
    """Statement (1): damage starts as a band along the whole face, and leaves the rest alone."""
    run = quenched(np.array([CASE["rows"][-1]["surface_concentration_drop"]]), depth)
    height, damage = run.body.vertices[:, 1], run.damage[-1]
    assert damage[height > 11.99 * INPUTS["l"]].min() > 0, "a part of the face is whole"
    assert damage[height < 8 * INPUTS["l"]].max() == 0, "damage is no band"


def test_below_onset_nothing_and_beyond_a_band() -> None:
    """DM13's statements (1) and (4)."""
    check_rows()
    check_band()


def test_sabotage_rows() -> None:
    """A seventh less shrinkage leaves the last row whole."""
    with pytest.raises(AssertionError, match="other rows"):
        check_rows(volume=0.85)


def test_sabotage_band() -> None:
    """A slab that shrinks all through is damaged all through."""
    with pytest.raises(AssertionError, match="no band"):
        check_band(depth=1e3)
