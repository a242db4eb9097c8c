"""The cut ball, the map's dataset, and results that survive being stored."""

from __future__ import annotations

import math

import numpy as np
import pytest
import xarray as xr

from particle_sim.claims.compare import ComparisonResult
from particle_sim.figures.ball import PIXELS, cut_ball
from particle_sim.report.tree import to_tree
from particle_sim.studies import size_map

RADIUS = np.linspace(0.0, 2e-6, 60)
FIELD, SHADE = cut_ball(RADIUS, RADIUS / RADIUS[-1])


def test_ball_is_nan_outside_and_only_there() -> None:
    across = np.linspace(-1.02, 1.02, PIXELS)
    outside = across[None, :] ** 2 + across[:, None] ** 2 > 1
    assert np.array_equal(np.isnan(FIELD), outside)
    assert np.array_equal(np.isnan(SHADE), outside)


def test_ball_shows_the_centre_in_its_middle_and_the_surface_outside() -> None:
    middle = FIELD[PIXELS // 2 - 1 : PIXELS // 2 + 1, PIXELS // 2 - 1 : PIXELS // 2 + 1]
    assert middle.max() < 0.02
    assert np.nanmax(FIELD) == pytest.approx(1.0, abs=1e-12)
    rim = FIELD[np.isfinite(FIELD).argmax(axis=0)[5:-5], np.arange(5, PIXELS - 5)]
    assert np.allclose(rim, 1.0, atol=1e-12)


def test_opened_octant_covers_its_projected_area() -> None:
    """The octant's area seen along (1, 1, 1) is sqrt(3)/4 of the disc."""
    inside = np.isfinite(FIELD)
    opened = np.count_nonzero(FIELD[inside] < 1 - 1e-9) / np.count_nonzero(inside)
    assert opened == pytest.approx(math.sqrt(3) / 4, abs=0.01)


def test_ball_is_symmetric_from_left_to_right() -> None:
    assert np.allclose(FIELD, FIELD[:, ::-1], atol=1e-9, equal_nan=True)


def test_ball_keeps_the_range_of_the_field() -> None:
    field, _ = cut_ball(RADIUS, 3.0 - RADIUS / RADIUS[-1])
    assert np.nanmin(field) == pytest.approx(2.0, abs=1e-12)
    assert 2.97 < np.nanmax(field) <= 3.0


def test_map_is_sorted_and_has_units(comparison: ComparisonResult) -> None:
    law = comparison.baseline.law
    points = [
        {
            "diffusion_rate": rate,
            "peak_stress": 1e6 / rate,
            "peak_tension": 2.0,
            "inhomogeneity": 0.1,
            "surface_excess": -0.2,
            "reached": 1.0,
        }
        for rate in (1e-2, 1e-4, 1e-3)
    ]
    table = size_map.map_dataset(points, law)
    assert table.diffusion_rate.values.tolist() == [1e-4, 1e-3, 1e-2]
    assert table.peak_stress.values.tolist() == [1e6 / r for r in (1e-4, 1e-3, 1e-2)]
    units = {str(name): variable.attrs["units"] for name, variable in table.items()}
    assert units == {
        "peak_stress": "Pa",
        "peak_tension": "Pa",
        "inhomogeneity": "1",
        "surface_excess": "1",
        "reached": "1",
    }
    assert table.diffusion_rate.attrs["units"] == "1/s"
    assert table.attrs == {"law": law.name, "title": law.title}


def test_results_survive_being_stored(comparison: ComparisonResult, stored: xr.DataTree) -> None:
    fresh = to_tree(comparison)
    assert {node.path for node in fresh.subtree} == {node.path for node in stored.subtree}
    for node in fresh.subtree:
        kept = stored[node.path] if node.path != "/" else stored
        xr.testing.assert_equal(node.to_dataset(), kept.to_dataset())
        assert set(node.attrs) == set(kept.attrs)
        for name, value in node.attrs.items():
            assert np.all(np.asarray(kept.attrs[name]) == np.asarray(value)), f"{node.path} {name}"
        for name, variable in node.variables.items():
            assert dict(kept.variables[name].attrs) == dict(variable.attrs)


def test_every_stored_field_has_a_unit(stored: xr.DataTree) -> None:
    for role in ("baseline", "candidate"):
        law = stored[role].attrs["law"]
        for path in ("cell", f"particle/{law}", "fields", f"map/{law}", "plausible"):
            data = stored[f"{role}/{path}"].to_dataset()
            assert len(data.data_vars) > 0
            missing = [n for n, v in data.data_vars.items() if not v.attrs.get("units")]
            assert not missing, f"{role}/{path}: {missing}"


def test_stored_fractions_reach_the_asked_states(stored: xr.DataTree) -> None:
    for role in ("baseline", "candidate"):
        run = stored[f"{role}/fields"].to_dataset()
        for fraction in stored.attrs["at"]:
            assert np.abs(run.fraction.values - fraction).min() < 1e-6
