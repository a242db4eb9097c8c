"""Do the plausible inputs allow the rate tests in print, and what do those exclude?

HE and NFM: J. Mater. Chem. A 12 (2024) 31145. P2-TMCNR (68 mAh/g at 86C), NFPP-HE (85 at 50C),
HE-NMNC (111 at 5C), MNM-2 (57 at 25C), MTS15 (77 % at 10C): a review of high-entropy electrodes,
source review_he_2025 of the library. NFM424 and NCNFMT: parameters/measurements.

What comes out, 400 draws each as SPM half cells:

* HE, NFPP-HE, HE-NMNC, MNM-2, MTS15 and NCNFMT lie inside the 5-95 % band at their fastest step.
* P2-TMCNR at 86C lies above it: only a few percent of the draws get there, all of them with
  D/R^2 above 1e-3 1/s. The assumed film of 20 to 200 ohm cm2 alone ends most of them.
* No draw follows NFM's list over all six steps in either reading: one particle size and one D give
  a plateau and a knee, the print falls from the first step on.
* NFM424's public cell gives more at 0.12C than the derived window of the library's entry holds.
"""

from __future__ import annotations

import dataclasses
from functools import cache

import numpy as np
import pytest
import xarray as xr

from particle_sim.cell.design import CellKind, load_cell_design, with_values
from particle_sim.cell.discharges import Discharge, discharge_capacities
from particle_sim.cell.half_cell import Cell, half_cell
from particle_sim.materials.load import load_material, load_record
from particle_sim.plausible.inputs import Moves
from particle_sim.plausible.space import draw, space_of
from particle_sim.studies.rate_band import (
    PointVerdict,
    point_verdicts,
    rate_band,
    series_pass_share,
)
from particle_sim.studies.rate_data import RateSeries, printed_series, public_series

DESIGN = load_cell_design()
SAMPLES = 400


@cache
def prints(name: str) -> tuple[RateSeries, ...]:
    record = load_record(name)
    one_c = record.material.value("one_c_current")
    found = (*printed_series(record.system, one_c), *public_series(name, one_c))
    return tuple(s for s in found if s.fresh and s.cell is CellKind.HALF)


@cache
def band(name: str) -> xr.Dataset:
    rates = np.unique(np.concatenate([[0.1], *(series.c_rate for series in prints(name))]))
    return rate_band(load_material(name), DESIGN, rates, samples=SAMPLES, seed=0)


def fastest(name: str) -> PointVerdict:
    series = max(prints(name), key=lambda s: float(s.c_rate[-1]))
    return point_verdicts(load_material(name), band(name), series)[-1]


@pytest.mark.parametrize(
    ("name", "c_rate", "printed"),
    [
        ("he_o3_li2024", 5, 94),
        ("nfpp_he", 50, 85),
        ("he_nmnc", 5, 111),
        ("mnm_2", 25, 57),
        ("mts15", 10, 0.77),
        ("ncnfmt", 650 / 120, 108),
        ("nfm424", 700 / 120, 85.2),
    ],
)
def test_the_fastest_step_in_print_is_plausible(name: str, c_rate: float, printed: float) -> None:
    verdict = fastest(name)
    assert verdict.c_rate == pytest.approx(c_rate)
    assert verdict.printed == printed
    assert verdict.inside
    assert 0 < verdict.pass_share < 1


@pytest.mark.parametrize("name", ["he_v", "nvp"])
def test_a_slow_rate_alone_says_next_to_nothing(name: str) -> None:
    """0.2C is all that is in print as a number for the pair of the NASICON paper."""
    verdict = fastest(name)
    assert verdict.c_rate == pytest.approx(0.2)
    assert verdict.reach_share > 0.95


def test_p2_tmcnr_at_86c_needs_the_fast_corner() -> None:
    verdict = fastest("p2_tmcnr")
    assert verdict.c_rate == pytest.approx(86)
    assert verdict.printed > verdict.high
    assert 0 < verdict.reach_share < 0.15
    assert verdict.slowest > 20 * verdict.slowest_drawn


def delivered(cell: Cell, c_rate: float) -> float:
    """Of a discharge in PyBaMM [A h/kg]."""
    return float(discharge_capacities(cell, [Discharge(c_rate=c_rate)])[0])


def test_p2_tmcnr_at_86c_is_easier_without_the_assumed_film() -> None:
    """1C is 174 mA/g, so 86C at 2 mg/cm2 is 30 mA/cm2: 60 ohm cm2 alone take 1.8 V."""
    material = load_material("p2_tmcnr")
    current = 86 * material.value("one_c_current") * DESIGN.value("active_loading")
    assert current == pytest.approx(300, rel=0.01)  # A/m2
    with_film, without_film = (
        delivered(half_cell(material, design=design), 86.0)
        for design in (DESIGN, with_values(DESIGN, film_resistance=0.0))
    )
    assert with_film < 68 < without_film


def test_a_diffusivity_ten_thousand_times_slower_is_excluded() -> None:
    """The twin: NFPP-HE's 50C print would exclude it whatever else is drawn."""
    material = load_material("nfpp_he")
    central = material["diffusivity"]
    slow = dataclasses.replace(central.with_magnitude(central.magnitude / 1e4), plausible=None)
    slowed = material.replaced(diffusivity=slow)
    rates = band("nfpp_he").c_rate.values
    made = rate_band(slowed, DESIGN, rates, samples=SAMPLES, seed=0)
    verdict = point_verdicts(slowed, made, prints("nfpp_he")[0])[-1]
    assert not verdict.inside
    assert verdict.reach_share == 0


def test_no_single_particle_follows_nfm_in_either_reading() -> None:
    lists = [series for series in prints("nfm_li2024") if len(series.c_rate) == 6]
    assert len(lists) == 2
    for series in lists:
        assert series_pass_share(band("nfm_li2024"), series) < 0.01
        verdicts = point_verdicts(load_material("nfm_li2024"), band("nfm_li2024"), series)
        assert max(verdict.reach_share for verdict in verdicts) > 0.5


def test_he_reads_better_in_the_printed_order_than_with_a_step_missing() -> None:
    """Reading B as printed keeps 113 at 0.5C, as flat as one particle size is."""
    lists = {s.label: s for s in prints("he_o3_li2024") if len(s.c_rate) == 6}
    shares = {label: series_pass_share(band("he_o3_li2024"), s) for label, s in lists.items()}
    best = max(shares, key=lambda label: shares[label])
    assert best == "B: rate test, in the printed order"
    assert shares[best] < 0.1, "few draws even then"


def test_nfm424_as_measured_holds_more_than_the_derived_window() -> None:
    (series,) = [s for s in prints("nfm424") if s.label.startswith("public")]
    verdicts = point_verdicts(load_material("nfm424"), band("nfm424"), series)
    assert verdicts[0].printed == 146.2
    assert verdicts[0].reach_share == 0
    assert load_material("nfm424").specific_capacity < 146.2


@pytest.mark.parametrize("name", ["nfpp_he", "p2_tmcnr"])
def test_band_of_the_kernel_is_that_of_pybamm(name: str) -> None:
    """Draw by draw against PyBaMM's SPM at the fastest printed rate, to 1 % of the window."""
    material, rate = load_material(name), float(band(name).c_rate[-1])
    varied = space_of(material, DESIGN.properties, frozenset({Moves.SODIUM}))
    drawn = draw(varied, SAMPLES, 0)
    for index in range(3):
        own = {n: float(v[index]) for n, v in drawn.items() if n in material.properties}
        cell_values = {n: float(v[index]) for n, v in drawn.items() if n not in own}
        changed = {n: material[n].with_magnitude(value) for n, value in own.items()}
        cell = half_cell(material.replaced(**changed), design=with_values(DESIGN, **cell_values))
        expected = delivered(cell, rate)
        found = float(band(name).capacity[index, -1])
        assert found == pytest.approx(expected, abs=0.01 * material.specific_capacity)
