"""Which measurements a material's band is learned from, and does the band hold them?"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from particle_sim.inference.experiments import ways
from particle_sim.inference.learned_band import learned_band
from particle_sim.materials.load import load_record

FAST, BEYOND = 5.0, 20.0


@pytest.mark.parametrize(
    ("name", "labels"),
    [
        (
            "nfm_li2024",
            [
                ["rate test, in the printed order"],
                ["rate test, if a step is missing in print"],
            ],
        ),
        (
            "he_o3_li2024",
            [
                ["A: first charge-discharge curves", "B: rate test, in the printed order"],
                ["A: first charge-discharge curves", "B: rate test, if a step is missing in print"],
            ],
        ),
        ("ncnfmt", [["public, NCNFMT, public rate test"]]),
        ("nfpp_he", [["single values"]]),
        ("he_v", []),
    ],
)
def test_every_reading_of_own_tests_is_a_way_and_public_ones_stand_in(
    name: str, labels: list[list[str]]
) -> None:
    assert [[series.label for series in way] for way in ways(load_record(name))] == labels


def test_a_band_spans_the_readings_and_widens_beyond_them() -> None:
    """NFM: 61 or 42 mAh/g at 5C, which the band holds to the 1 % of a measurement's noise."""
    band = learned_band(load_record("nfm_li2024"), np.array([0.1, FAST, BEYOND]))
    assert band is not None
    low, _, high = band.quantiles.values
    assert low[1] == pytest.approx(42, abs=3)
    assert high[1] == pytest.approx(61, abs=3)
    assert high[0] - low[0] < 10
    assert high[2] - low[2] > 1.5 * (high[1] - low[1])


def test_one_reading_alone_is_narrower() -> None:
    """The twin: without its second reading the band at 5C is a few of its noises wide."""
    record = load_record("nfm_li2024")
    file = record.system.file
    (fact,) = file.printed["rate_series"]
    values = fact.model_extra["capacity_mAh_g"]
    one_way = fact.model_copy(update={"capacity_mAh_g": [values[0], *values[2:]]})
    printed = {**file.printed, "rate_series": [one_way]}
    system = replace(record.system, file=file.model_copy(update={"printed": printed}))
    alone = replace(record, system=system)
    assert len(ways(alone)) == 1
    band = learned_band(alone, np.array([FAST]))
    assert band is not None
    low, _, high = band.quantiles.values[:, 0]
    assert low < 42 < high
    assert high - low < 8


def test_a_material_without_rates_has_no_band() -> None:
    assert learned_band(load_record("he_v"), np.array([1.0])) is None
