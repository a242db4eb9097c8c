"""Do the laws of growth and loss do what their formulas say, and refuse what they cannot carry?"""

from __future__ import annotations

import math

import numpy as np
import pytest

from particle_sim.damage.active_loss import (
    ActiveLoss,
    active_fraction,
    collapse,
    cycles_to,
    knee,
    stress_driven,
)
from particle_sim.damage.momentary_growth import momentary_growth, tension_integral
from particle_sim.errors import InputError
from particle_sim.metrics.fracture import paris_crack_length
from particle_sim.units import Array

RATE, EDGE = 3.9e-19, 1.12
LOSS = ActiveLoss(initial=0.5, first_loss=3e-5, exponent=2.0)


def grown(stress: list[float], exponent: float = 2.2) -> Array:
    time = 3600.0 * np.arange(len(stress))
    return momentary_growth(
        time, np.array(stress), 2e-8, rate=RATE, geometry=EDGE, exponent=exponent
    )


def check_crossing(from_stress: float) -> None:
    """From -1 to 2 in 3 s: int_0^2 s^m ds = 2^(m + 1)/(m + 1)."""
    found = tension_integral(np.array([0.0, 3.0]), np.array([from_stress, 2.0]), 2.2)
    assert found[-1] == pytest.approx(2**3.2 / 3.2, rel=1e-12)


def test_only_tension_is_felt_and_to_the_crossing() -> None:
    check_crossing(-1.0)


def test_a_crossing_at_the_interval_s_start_is_noticed() -> None:
    with pytest.raises(AssertionError):
        check_crossing(0.0)


def test_a_constant_stress_is_the_closed_form() -> None:
    known = paris_crack_length(
        1e8, 2e-8, np.array([7200.0]), rate=RATE, geometry=EDGE, exponent=2.2
    )
    assert grown([1e8, 1e8, 1e8])[-1] == pytest.approx(known[0], rel=1e-12)


def test_a_stress_that_is_nearly_level_is_as_good() -> None:
    assert grown([1e8, 1e8 * (1 + 1e-7)])[-1] == pytest.approx(grown([1e8, 1e8])[-1], rel=1e-6)


def test_no_tension_no_growth() -> None:
    assert grown([0.0, -1e9, -1e9]) == pytest.approx([2e-8] * 3, rel=1e-12)


def test_a_crack_runs_away_in_the_end() -> None:
    assert grown([1e10, 1e10])[-1] == math.inf


@pytest.mark.parametrize("exponent", [0.0, 2.0, 5.0])
def test_the_loss_satisfies_its_own_law(exponent: float) -> None:
    """d eps/dN = -k (eps_0/eps)^m by central differences, their error some 1e-6."""
    loss = ActiveLoss(initial=0.5, first_loss=3e-5, exponent=exponent)
    cycles = 0.6 * collapse(loss)
    eps = active_fraction(loss, cycles + np.array([-1.0, 0.0, 1.0]))
    assert (eps[2] - eps[0]) / 2 == pytest.approx(-3e-5 * (0.5 / eps[1]) ** exponent, rel=1e-5)


def test_after_the_collapse_nothing_is_left() -> None:
    assert active_fraction(LOSS, np.array([0.0, collapse(LOSS), 2 * collapse(LOSS)])) == (
        pytest.approx([0.5, 0.0, 0.0])
    )
    assert cycles_to(LOSS, 0.0) == pytest.approx(collapse(LOSS))
    assert cycles_to(LOSS, 1.0) == 0.0


def test_at_the_knee_a_cycle_takes_twice_the_first() -> None:
    eps = active_fraction(LOSS, knee(LOSS) + np.array([-0.5, 0.5]))
    assert eps[0] - eps[1] == pytest.approx(2 * LOSS.first_loss, rel=1e-6)
    assert knee(ActiveLoss(initial=0.5, first_loss=3e-5, exponent=0.0)) == math.inf


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"initial": 1.5}, "initial is 1.5; it must be above 0 and at most 1"),
        ({"first_loss": 0.6}, "first_loss is 0.6; it must lie in 0 to initial"),
        ({"exponent": -1.0}, "exponent is -1; it must be finite and not negative"),
    ],
)
def test_no_law_of_loss(fields: dict[str, float], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        ActiveLoss(**{"initial": 0.5, "first_loss": 3e-5, "exponent": 2.0, **fields})


def test_what_the_laws_cannot_carry() -> None:
    with pytest.raises(InputError, match="compression loses nothing"):
        stress_driven(
            initial=0.5,
            proportional=1e-7,
            exponent=2.0,
            stress=-1e7,
            critical_stress=1e8,
            time_under_tension=1800.0,
        )
    with pytest.raises(InputError, match="exponent other than 2"):
        grown([1e8, 1e8], exponent=2.0)
    with pytest.raises(InputError, match=r"share left is 1\.2"):
        cycles_to(LOSS, 1.2)
