"""Do draws weighed by other prints predict what a closed form says, and do full cells use them?"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import norm

from particle_sim.claims.answer import Answer, answer
from particle_sim.claims.conditioned import DISCREPANCY, NODES, NOISE, Others, predicted
from particle_sim.claims.expected import EXPECTED, HIGHER, LOWER
from particle_sim.claims.interval import Verdict
from particle_sim.claims.kinds import NEEDS
from particle_sim.claims.question import FullCells, Tools
from particle_sim.claims.schema import Claim, claims_folder, library, load_claim
from particle_sim.claims.tools import simulations
from particle_sim.units import Array

LIBRARY, SEED = library(), 1
NOTHING = Others(rates=np.empty(0), printed=np.empty(0), drawn=np.empty((4000, 0)))


def linear(count: int, slope: float = -5.0) -> tuple[Array, Array]:
    """Capacities (n, 3) at 0.1, 1 and 10C of draws that differ in a level x ~ N(100, 10^2)."""
    level = norm.ppf((np.arange(count) + 0.5) / count, 100.0, 10.0)
    return level, level[:, None] + slope * np.arange(3)


def exact(printed: Array, slope: float, size: float) -> tuple[float, float]:
    """Mean and deviation of the third capacity given the first two, by one normal law of all."""
    along = np.log10(2 * np.array([1.0, 10.0, 100.0]))
    scale = printed.max()
    shared = 10.0**2 + (size * scale) ** 2 * np.minimum.outer(along, along)
    shared += (NOISE * scale) ** 2 * np.eye(3)
    gain = np.linalg.solve(shared[:2, :2], shared[:2, 2])
    mean = 100 + slope * np.arange(3)
    return (
        float(mean[2] + gain @ (printed - mean[:2])),
        float(np.sqrt(shared[2, 2] - gain @ shared[:2, 2])),
    )


def test_the_prediction_is_that_of_one_normal_law(monkeypatch: pytest.MonkeyPatch) -> None:
    """One size of the discrepancy: level, discrepancy and noise are jointly normal."""
    monkeypatch.setattr("particle_sim.claims.conditioned.NODES", 1)
    _, drawn = linear(20_000)
    others = Others(
        rates=np.array([0.1, 1.0]), printed=np.array([110.0, 101.0]), drawn=drawn[:, :2]
    )
    found = predicted(drawn[:, 2], 10.0, others, unit=1.0, seed=SEED)
    middle = DISCREPANCY * norm.ppf(0.75)
    mean, deviation = exact(others.printed, -5.0, middle)
    assert found.values.mean() == pytest.approx(mean, abs=0.05 * deviation)
    assert found.values.std() == pytest.approx(deviation, rel=0.03)
    _, without = exact(others.printed, -5.0, 0.0)
    assert found.values.std() > 2 * without


def test_without_other_prints_all_draws_weigh_alike() -> None:
    level, _ = linear(4000)
    found = predicted(level, 1.0, NOTHING, unit=100.0, seed=SEED)
    assert found.effective == pytest.approx(4000)
    assert np.array_equal(np.sort(found.rows), np.arange(4000))
    middles = (np.arange(NODES) + 0.5) / NODES
    sizes = DISCREPANCY * norm.ppf((1 + middles) / 2)
    more = 100.0**2 * (np.log10(2) * np.mean(sizes**2) + NOISE**2)
    assert found.values.std() == pytest.approx(np.sqrt(10.0**2 + more), rel=0.03)


def test_a_print_far_from_all_draws_leaves_few_of_them() -> None:
    _, drawn = linear(4000)
    near, far = (
        predicted(
            drawn[:, 2],
            10.0,
            Others(rates=np.array([0.1]), printed=np.array([value]), drawn=drawn[:, :1]),
            unit=1.0,
            seed=SEED,
            wider=0.02,
        )
        for value in (100.0, 138.0)
    )
    assert near.effective > 300
    assert far.effective < 0.2 * near.effective
    assert near.values.mean() == pytest.approx(90.0, abs=1.0)


def claim(name: str, **printed: float) -> Claim:
    shipped = load_claim(claims_folder() / f"{name}.toml", NEEDS, LIBRARY)
    return replace(shipped, printed={**shipped.printed, **printed})


def cells_that_keep(spread: float, volts: float = 2.845, central: float = 110.0) -> Tools:
    """Full cells that lose 2 % a factor of e in rate, whose level scatters evenly by ``spread``."""

    def run(
        material: str, design: str, rate: float, lower: float | None, samples: int, seed: int
    ) -> FullCells:
        level = 1 + spread * (2 * (np.arange(samples) + 0.5) / samples - 1)
        capacity = central * level * (1 - 0.02 * np.log(rate / 0.1))
        return FullCells(
            capacity=capacity, energy=volts * capacity, inputs={"film_resistance": level}
        )

    return replace(simulations(), full_cells=run)


RATES = {"at_0p1c": 0.1, "at_0p3c": 0.3, "at_0p5c": 0.5, "at_1c": 1.0, "at_3c": 3.0}
KEPT = {name: 110 * (1 - 0.02 * np.log(rate / 0.1)) for name, rate in RATES.items()}
AT_FIVE = 110 * (1 - 0.02 * np.log(50.0))


def asked(capacity: float, spread: float = 0.3) -> Answer:
    return answer(claim("c28", capacity=capacity, **KEPT), cells_that_keep(spread))


def test_other_rates_narrow_what_is_asked() -> None:
    """Levels scatter by 30 %; the five other rates leave some 3 %, and the print lies inside."""
    found = asked(AT_FIVE)
    assert found.fit == EXPECTED
    low, high = (found.numbers[f"predicted, {q} %"][0] for q in (5, 95))
    assert low < AT_FIVE < high
    assert high - low < 0.25 * AT_FIVE
    (alike,) = (each for each in found.branches if "of all draws" in each.name)
    assert not alike.votes
    assert alike.share == pytest.approx(0.05 / 0.3, abs=0.02)
    assert found.share is not None
    assert found.share > 2 * alike.share


@pytest.mark.parametrize(("capacity", "fit"), [(160.0, HIGHER), (70.0, LOWER)])
def test_a_print_that_the_others_do_not_foresee_is_off(capacity: float, fit: str) -> None:
    """All draws together reach both."""
    found = asked(capacity)
    assert (found.fit, found.verdict) == (fit, Verdict.UNDECIDED)
    assert "Left open" not in found.sentence


def test_the_capacity_that_is_asked_weighs_nothing() -> None:
    """What is predicted does not move with the print that is held against it."""
    first, second = asked(AT_FIVE), asked(0.8 * AT_FIVE)
    for name in ("predicted, median", "effective draws"):
        assert first.numbers[name] == second.numbers[name]
    moved = answer(
        claim("c28", capacity=AT_FIVE, **{**KEPT, "at_3c": 0.8 * KEPT["at_3c"]}),
        cells_that_keep(0.3),
    )
    assert moved.numbers["predicted, median"] != first.numbers["predicted, median"]


def test_too_few_draws_give_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("particle_sim.claims.kinds_inventory.RUNS", 6 * 90)
    found = asked(AT_FIVE)
    assert (found.verdict, found.fit) == (Verdict.UNDECIDED, "")
    assert found.numbers["effective draws"][0] < 90


@pytest.mark.parametrize(
    ("volts", "verdict"),
    [(2.845, Verdict.SUPPORTED), (2.5, Verdict.CONTRADICTED), (2.72, Verdict.UNDECIDED)],
)
def test_energy_is_asked_of_the_cells_that_give_the_capacity(
    volts: float, verdict: Verdict
) -> None:
    """Cells of 2.845 V deliver the printed 485.9 Wh/kg with 170.8 mAh/g, others do not."""
    found = answer(claim("c63b"), cells_that_keep(0.06, volts, central=170.0))
    assert found.verdict is verdict
    assert found.numbers["mean voltage"][0] == pytest.approx(volts, abs=0.05)


def test_a_retention_gives_the_capacity_it_started_from() -> None:
    shipped = claim("c65a", capacity=0.818 * AT_FIVE, **KEPT)
    found = answer(shipped, cells_that_keep(0.3))
    assert found.numbers["as printed"][0] == pytest.approx(AT_FIVE, rel=1e-4)
    (other,) = (each for each in found.branches if "printed elsewhere" in each.name)
    assert f"{0.818 * AT_FIVE / 0.771:.1f}" in other.name
