"""Does the influence of an input say what a rank correlation should?"""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from scipy.stats import spearmanr

from particle_sim.plausible.sensitivity import rank_correlation, rank_correlations, strongest


def test_rank_correlation_is_spearmans_also_with_ties() -> None:
    rng = np.random.default_rng(3)
    x = rng.integers(0, 6, 200).astype(float)
    y = x + rng.normal(size=200)
    assert rank_correlation(x, y) == pytest.approx(float(spearmanr(x, y).statistic), abs=1e-12)
    assert rank_correlation(x, -np.exp(x)) == pytest.approx(-1.0)
    assert rank_correlation(np.ones(200), y) == 0.0


def test_the_strongest_follows_the_outcome_in_either_direction() -> None:
    rng = np.random.default_rng(5)
    inputs = {name: rng.random(400) for name in ("a", "b", "c")}
    inputs["fixed"] = np.ones(400)
    assert strongest(inputs, (inputs["b"] > 0.7).astype(float))[0] == "b"
    name, rho = strongest(inputs, (inputs["c"] < 0.5).astype(float))
    assert name == "c"
    assert rho < -0.5
    both = 2 * inputs["a"] + 0.3 * inputs["b"] > 1.2
    assert strongest(inputs, both.astype(float))[0] == "a"
    assert strongest({"fixed": np.ones(50)}, np.arange(50.0)) == ("fixed", 0.0)


def test_a_table_holds_every_pair() -> None:
    rng = np.random.default_rng(1)
    columns = rng.random((4, 100))
    inputs, results = {"a": columns[0], "b": columns[1]}, {"x": columns[2], "y": columns[3]}
    table = rank_correlations(inputs, results).influence
    for name, values in inputs.items():
        for result, found in results.items():
            expected = float(spearmanr(values, found).statistic)
            assert float(table.sel(property=name, result=result)) == pytest.approx(expected)


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
