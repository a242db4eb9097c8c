"""Sizes asked for in a cell, a rate study and a sweep: against the batch and direct sums."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import particle_sim as ps
from particle_sim.cell.half_cell import CellModel
from particle_sim.errors import InputError
from particle_sim.inference.size_table import read_sizes
from particle_sim.materials.sizes import (
    SizeDistribution,
    log_normal,
    size_classes,
    surface_per_volume,
    volume_below,
)
from particle_sim.protocols import discharge
from particle_sim.studies.rate_capability import RateStudy
from particle_sim.studies.rate_sizes import ParticleSizes, flaw_stress, rate_of_sizes
from particle_sim.studies.sized_half_cells import share_above, sized_half_cells
from particle_sim.studies.sweep_functions import ProtocolChoice
from particle_sim.studies.sweep_sizes import sized_metrics

MATERIAL = ps.load_material("he_o3_li2024")
MEDIAN = MATERIAL.value("particle_radius")
SPREAD = 0.4


def off(spread: float) -> float:
    """Relative difference of PyBaMM's many particles at 4C from the batch of ``spread``."""
    sizes = log_normal(MEDIAN, SPREAD)
    cell = ps.half_cell(MATERIAL, model=CellModel.MPM, sizes=sizes)
    run = ps.solve_cell(cell, discharge(4.0))
    batch = sized_half_cells(MATERIAL, sizes=log_normal(MEDIAN, spread), c_rate=np.array([4.0]))
    gained = run.positive.mean_site_fraction[-1] - run.positive.mean_site_fraction[0]
    assert gained * MATERIAL.specific_capacity == pytest.approx(run.capacity[-1], rel=1e-3)
    return abs(float(run.capacity[-1] / batch.capacity[0]) - 1)


def test_a_solved_cell_of_many_sizes_is_the_batch() -> None:
    assert off(SPREAD) < 5e-4


def test_a_cell_of_one_size_is_noticed() -> None:
    assert off(0.0) > 3e-3


def test_a_rule_of_a_table_repeats_its_direct_sums() -> None:
    """Of 24 counted sizes every moment up to the 47th in ln R: the sums over the table itself."""
    rng = np.random.default_rng(4)
    radius, share = np.exp(rng.normal(-15, 0.3, 24)), rng.uniform(0.5, 1.5, 24)
    sizes = SizeDistribution(median_radius=radius, spread=np.zeros(24), volume_share=share)
    weight = share / share.sum()
    for power in (-1, 1, 2, 4):
        places, volume = size_classes(sizes, 12)
        assert volume @ places**power == pytest.approx(weight @ radius**power, rel=1e-6)
    assert surface_per_volume(sizes) == pytest.approx(weight @ (3 / radius), rel=1e-12)
    three, few = size_classes(sizes, 2)
    assert abs(few @ three**4 / (weight @ radius**4) - 1) > 1e-3


def test_the_share_above_a_stress_is_a_direct_sum() -> None:
    """Over 20 000 particles drawn by volume, each with the peak that 21 sizes give its radius."""
    sizes = log_normal(MEDIAN, 0.5)
    run = sized_half_cells(MATERIAL, sizes=sizes, c_rate=np.array([1.0]))
    stress = 0.7 * run.peak_hoop_stress[0, 4]
    probability = (np.arange(20_000) + 0.5) / 20_000
    grid = np.linspace(-4, 4, 8001)
    below = volume_below(sizes, MEDIAN * np.exp(grid))
    drawn = np.interp(probability, below, grid) + np.log(MEDIAN)
    fine = sized_half_cells(MATERIAL, sizes=sizes, c_rate=np.array([1.0]), classes=21)
    peak = np.interp(drawn, np.log(fine.radius), fine.peak_hoop_stress[0])
    direct = float(np.mean(peak > stress))
    assert share_above(run, stress, run.peak_hoop_stress)[0] == pytest.approx(direct, abs=0.02)
    assert 0.05 < direct < 0.9


def test_counted_particles_by_number_are_shares_by_volume(tmp_path: Path) -> None:
    """Diameters drawn by number: the median by volume lies exp(3 s^2) above theirs."""
    rng = np.random.default_rng(5)
    spread, count = 0.25, 4000
    diameter = 0.4 * np.exp(spread * rng.standard_normal(count))
    path = tmp_path / "sem.csv"
    path.write_text("diameter [um]\n" + "\n".join(f"{d:.6f}" for d in diameter) + "\n")
    sizes = read_sizes(path)
    fine = np.geomspace(5e-8, 2e-6, 4001)
    median = float(np.interp(0.5, volume_below(sizes, fine), fine))
    assert median == pytest.approx(0.2e-6 * np.exp(3 * spread**2), rel=0.03)
    assert abs(median / 0.2e-6 - 1) > 0.1


def test_tables_of_sizes_that_say_nothing_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "sem.csv"
    path.write_text("radius [um], diameter [um]\n1, 2\n2, 4\n3, 6\n")
    with pytest.raises(InputError, match=r"has both of the columns"):
        read_sizes(path)
    path.write_text("radius [um]\n1\n1\n")
    with pytest.raises(InputError, match=r"holds 1 sizes; a distribution needs at least 3"):
        read_sizes(path)


def test_a_rate_study_says_what_sizes_do() -> None:
    cell, rates = ps.half_cell(MATERIAL), np.array([0.5, 5.0])
    table = rate_of_sizes(cell, rates, ParticleSizes(spread=0.5, stress=2e7))
    lost = table.capacity_of_one_size.values - table.capacity.values
    assert np.all(lost > 0)
    assert lost[1] > lost[0]
    assert table.share_above.values[1] > table.share_above.values[0]
    narrow = rate_of_sizes(cell, rates, ParticleSizes(spread=1e-4, stress=2e7))
    assert narrow.capacity.values == pytest.approx(narrow.capacity_of_one_size.values, rel=1e-4)


def test_sizes_that_cannot_be_are_refused() -> None:
    with pytest.raises(InputError, match="size spread is 3"):
        ParticleSizes(spread=3.0)
    with pytest.raises(InputError, match="and not both"):
        ParticleSizes()
    with pytest.raises(InputError, match=r"give sizes with CellModel\.MPM"):
        ps.half_cell(MATERIAL, sizes=log_normal(MEDIAN, 0.3))
    with pytest.raises(InputError, match="The model MPM needs sizes"):
        RateStudy(materials=("he_o3_li2024",), models=(CellModel.MPM,))
    with pytest.raises(InputError, match=r"sizes share a current in a cell only"):
        sized_metrics(material="he_o3_li2024", protocol=ProtocolChoice.CHARGE)


def test_a_sweep_of_sizes_is_the_half_cell() -> None:
    asked = sized_metrics(material="he_o3_li2024", protocol=ProtocolChoice.CELL_DISCHARGE)
    found = asked(size_spread=SPREAD, c_rate=2.0, particle_radius=2 * MEDIAN, stress=1e7)
    sizes = log_normal(2 * MEDIAN, SPREAD)
    run = sized_half_cells(MATERIAL, sizes=sizes, c_rate=np.array([2.0]))
    assert found["capacity"] == pytest.approx(float(run.capacity[0]), rel=1e-9)
    assert asked.stress == flaw_stress(MATERIAL)
    with pytest.raises(InputError, match=r"size_spread is 9"):
        asked(size_spread=9.0)
