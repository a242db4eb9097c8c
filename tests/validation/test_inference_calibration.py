"""Is the truth inside the 90 % interval about nine times in ten?

Simulation-based calibration in small: truths drawn from the prior, data made from them, fitted.
With a true coverage of 90 %, fewer than 8 of 10 happen to one group in 7 % of all seeds, so to any
of four in a quarter: asked are D/R^2, and all groups together. Over 40 cases see docs/inference.md.
"""

from __future__ import annotations

import numpy as np

from particle_sim.cell.half_cell import half_cell
from particle_sim.inference.data import RateData
from particle_sim.inference.discharge import capacities, discharge_of
from particle_sim.inference.fit import FitSettings, fit_rates
from particle_sim.inference.groups import GROUPS, draw_groups, group_prior
from particle_sim.inference.sampling import SamplingSettings
from particle_sim.materials.load import load_material
from particle_sim.units import Array

QUICK = FitSettings(
    sampling=SamplingSettings(walkers=20, warmup=150, steps=250, kept=3000), profile_points=0
)
CASES = 10
DEVIATION = 2.0
"""[mAh/g]"""
RATES = np.array([0.2, 1.0, 2.0, 5.0, 10.0, 20.0])


def coverage(claimed: float, cases: int) -> Array:
    """How often each group's truth lies inside its 90 % interval, out of ``cases``."""
    cell = half_cell(load_material("he_o3_li2024"))
    current = RATES * cell.material.value("one_c_current")
    rng = np.random.default_rng(11)
    truths = draw_groups(group_prior(cell), cases, rng)
    exact = capacities(discharge_of(cell), truths, current)
    inside = np.zeros(len(GROUPS))
    for seed, (truth, clean) in enumerate(zip(truths, exact, strict=True)):
        noisy = clean + DEVIATION * rng.standard_normal(len(clean))
        data = RateData(
            name="made",
            current=current,
            capacity=np.maximum(noisy, 0.1),
            uncertainty=np.full(len(clean), claimed),
        )
        fit = fit_rates(cell.material, data, settings=QUICK, seed=seed)
        ends = [fit.identifiability.groups[name].posterior for name in GROUPS]
        inside += [
            low < 10**value < high for value, (low, _, high) in zip(truth, ends, strict=True)
        ]
    return inside


def test_the_truth_is_inside_as_often_as_claimed() -> None:
    inside = coverage(DEVIATION, CASES)
    assert inside[GROUPS.index("diffusion_rate")] >= 0.8 * CASES
    assert inside.sum() >= 0.8 * CASES * len(GROUPS)


def test_claiming_a_tenth_of_the_noise_is_noticed() -> None:
    """Sabotage: intervals from a noise that is too small leave the truth outside."""
    assert coverage(DEVIATION / 10, 5)[GROUPS.index("window_capacity")] <= 3
