"""What a distribution of sizes and the electrodes of one refuse, each in one sentence."""

from __future__ import annotations

import numpy as np
import pytest

import particle_sim as ps
from particle_sim.errors import InputError
from particle_sim.materials.sizes import (
    MOST_CLASSES,
    SizeDistribution,
    counted,
    log_normal,
    size_classes,
    surface_density,
)
from particle_sim.studies.sized_half_cells import sized_half_cells

ONE = np.ones(1)


@pytest.mark.parametrize(
    ("median", "spread", "share", "match"),
    [
        (-1e-7 * ONE, ONE, ONE, "median_radius of a size distribution holds -1e-07"),
        (1e-7 * ONE, -ONE, ONE, "spread of a size distribution holds -1"),
        (1e-7 * ONE, ONE, 0 * ONE, "volume_share of a size distribution holds 0"),
        (1e-7 * np.ones(2), ONE, ONE, "as many medians as spreads"),
        (np.nan * ONE, ONE, ONE, "finite"),
    ],
)
def test_a_wrong_distribution_is_refused(
    median: np.ndarray, spread: np.ndarray, share: np.ndarray, match: str
) -> None:
    with pytest.raises(InputError, match=match):
        SizeDistribution(median_radius=median, spread=spread, volume_share=share)


@pytest.mark.parametrize("count", [0, MOST_CLASSES + 1])
def test_a_wrong_number_of_classes_is_refused(count: int) -> None:
    with pytest.raises(InputError, match="cannot stand for a distribution"):
        size_classes(log_normal(1e-7, 0.5), count)


def test_a_single_size_has_no_density() -> None:
    with pytest.raises(InputError, match="no density"):
        surface_density(counted(1e-7 * ONE, ONE), 1e-7 * ONE)


def test_a_radius_beside_a_distribution_is_refused() -> None:
    with pytest.raises(InputError, match="particle_radius cannot be drawn beside"):
        sized_half_cells(
            ps.load_material("he_v"),
            sizes=log_normal(1e-7, 0.5),
            c_rate=ONE,
            values={"particle_radius": 1e-7 * ONE},
        )


def test_two_phases_are_refused() -> None:
    with pytest.raises(InputError, match="fill one by one"):
        sized_half_cells(ps.load_material("nvp"), sizes=log_normal(1e-7, 0.5), c_rate=ONE)
