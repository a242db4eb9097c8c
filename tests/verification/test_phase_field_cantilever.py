"""A double cantilever, opened: a crack that is stable in its own plane.

One arm above a plane of symmetry, with a side groove as such tests have: beyond the damage of a
crack in the plane the solid is tougher.
"""

from __future__ import annotations

import numpy as np
import pytest
from plates import line, mirrored, solid_of
from reference import Inputs, assert_close, load

from particle_sim.damage.field import (
    CrackBody,
    CrackLoad,
    CrackRun,
    LengthScale,
    Split,
    crack,
    notch,
)
from particle_sim.units import Array

GROOVE = 4.0
"""Toughness beside the groove over that in it, which is as wide as the damage of a crack, 4 l."""


def cantilever(inputs: Inputs, opening: float, expected: float) -> tuple[CrackRun, float]:
    """One arm of a double cantilever above the plane of its crack, opened in five steps.

    A slit, and a notch of 3 l that ends 2.5 l short of ``expected``. Also how long the crack is at
    the start: half of what the notch costs beyond its length is the damage around its tip.
    """
    size, length, arm = inputs["h"], inputs["l"], inputs["arm_height"]
    tip = size * np.round((expected - 2.5 * length) / size)
    cut = tip - 3 * length
    x = line(0.0, expected + 3 * arm, (cut - 3 * length, tip + 7 * length), size, 1.3)
    y = line(0.0, arm - size / 2, (0.0, 3 * length), size, 1.3)
    mesh = mirrored(x, y, size).with_boundary("faces", "symmetry_y", lambda p: p[:, 0] < cut)
    height = mesh.points[mesh.vertices].mean(axis=1)[:, 1]
    costs = inputs["Gc"] * np.where(height > 2 * length, GROOVE, 1.0)
    solid = solid_of(inputs, toughness=inputs["Gc"], split=Split.NONE)
    body = CrackBody(mesh=mesh, solid=solid, cell_toughness=costs)

    def opened(p: Array, t: float) -> Array:
        return np.stack([np.full(len(p), np.nan), 0 * p[:, 0] + t / 2], axis=1)

    def held(p: Array, t: float) -> Array:
        return np.stack([0 * p[:, 0], np.full(len(p), np.nan)], axis=1)

    flaw = notch(body, (cut, 1e-3 * size), (tip, 1e-3 * size))
    load_ = CrackLoad(displacement={"left": opened, "right": held})
    times = np.array([0.92, 0.94, 0.96, 0.98, 1.0]) * opening
    start = tip + (2 * body.crack_size(flaw) - 3 * length) / 2
    return crack(body, load_, times, meaning=LengthScale.NUMERICAL, flaw=flaw), start


def check_cantilever(row: int, toughness: float = 1.0) -> None:
    """Its length by the energy of the crack, which grows in its plane."""
    case = load("DM05")
    inputs, given = case["inputs"], case["dcb"][row]
    length, expected = inputs["l"], given["crack_root_corrected"]
    spoilt = {**inputs, "Gc": toughness * inputs["Gc"]}
    run, start = cantilever(spoilt, given["opening"], expected)
    grown = 2 * (run.crack_size[-1] - run.body.crack_size(run.flaw))
    found = start + grown
    assert_close("crack", found, expected, scale=expected, tolerance=0.03)
    assert grown > length, "the crack has not grown"
    broken = run.body.vertices[run.damage[-1] > 0.9]
    assert broken[:, 1].max() < 0.5 * length, "the crack has left its plane"
    assert abs(found - broken[:, 0].max()) < 1.5 * length, "its tip is elsewhere"


@pytest.mark.parametrize("row", [1, pytest.param(2, marks=pytest.mark.longest)])
def test_double_cantilever(row: int) -> None:
    """DM05: G = 3 E' h^3 delta^2 / (16 (a + 0.6728 h)^4), where a is above 3 h.

    G = G_c bends the arms with sqrt(3 E' G_c / h) of tension at the crack, which is
    sqrt(8 l / h) = 0.89 of the strength here: without a groove they break off at the tip.
    """
    check_cantilever(row)


def test_sabotage_double_cantilever() -> None:
    with pytest.raises(AssertionError, match=r"crack: .* exceeds"):
        check_cantilever(1, toughness=1.25)
