"""Does the influence of an input say what a rank correlation should?"""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from scipy.stats import spearmanr

from particle_sim.studies.influence import rank_correlation


def test_rank_correlation_is_spearmans_also_with_ties() -> None:
    rng = np.random.default_rng(3)
    x = rng.integers(0, 6, 200).astype(float)
    y = x + rng.normal(size=200)
    assert rank_correlation(x, y) == pytest.approx(float(spearmanr(x, y).statistic), abs=1e-12)
    assert rank_correlation(x, -np.exp(x)) == pytest.approx(-1.0)
    assert rank_correlation(np.ones(200), y) == 0.0


def test_a_stored_comparison_names_what_decides(stored: xr.DataTree) -> None:
    table = stored["candidate/influence"].influence
    cracks = table.sel(result="K over K_IC")
    # K = 1.12 sigma sqrt(pi a) / K_IC: larger flaws and stiffer crystals crack more, tougher less
    assert cracks.sel(property="flaw_size") > 0
    assert cracks.sel(property="fracture_toughness") < 0
    spread = table.sel(result="inhomogeneity")
    assert spread.sel(property="diffusivity") < -0.3
    assert spread.sel(property="particle_radius") > 0.3
    assert abs(float(spread.sel(property="fracture_toughness"))) < 0.15  # has no part in it
