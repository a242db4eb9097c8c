"""What is said of a printed picture, and where there is none."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import particle_sim as ps
from particle_sim.claims import compare
from particle_sim.claims.compare import ComparisonResult
from particle_sim.errors import InputError
from particle_sim.report.as_printed import asked_figures, printed_tree
from particle_sim.report.folder import draw_figure
from particle_sim.studies.as_printed import AsPrinted
from particle_sim.studies.nearest_point import MaterialPoint, Point
from particle_sim.studies.printed_sentences import point_text, sentences, summary

NOWHERE = {"particle_radius": "3 um", "diffusivity": "1e-18 m^2/s"}


def found(baseline: str, candidate: str, **given: object) -> AsPrinted:
    settings = {"baseline": baseline, "candidate": candidate, "samples": 200, **given}
    return ps.as_printed(ps.Comparison(**settings))  # type: ignore[arg-type]


def test_barriers_apart_are_those_of_the_diffusivities() -> None:
    """kT ln 10 = 59 meV; equal prefactors, so the slower one has the higher barrier."""
    slow, fast = (
        MaterialPoint(diffusivity=each, radius=1e-7, spread=0.1, surface_excess=0.0, percentile=0.5)
        for each in (1e-17, 1e-16)
    )
    answer = found("nvp", "he_v")
    text = point_text(answer, Point(c_rate=1.0, distance=1.0, baseline=slow, candidate=fast))
    assert "differ by a factor of 10, as barriers do that are 59 meV apart" in text


def test_a_pair_without_a_printed_picture_says_so() -> None:
    answer = found("nfm_li2024", "he_o3_li2024")
    told = json.loads(json.dumps(summary(answer)))
    assert told["printed"] is False
    assert "No paper of the library prints such a picture of this pair" in told["sentences"][0]
    whole = {name for name, reading in told["readings"].items() if reading["whole"]}
    assert whole == {"early_discharge"}
    reading = told["readings"]["early_discharge"]
    assert (
        reading["nearest"]["baseline"]["spread"] > 0.05 > reading["nearest"]["candidate"]["spread"]
    )


def test_inputs_that_cannot_give_it_have_no_point_and_no_panel() -> None:
    """HE-V held at a time of diffusion of three months is uneven at every rate that is asked."""
    answer = found("nvp", "he_v", c_rate=10.0, overrides={"he_v": NOWHERE})
    assert answer.chosen is None
    assert not any(each.holds_whole for each in answer.answers)
    assert "choose another rate" in sentences(answer)[-1]
    groups = printed_tree(answer)
    assert np.isnan(groups["/as_printed/points"].distance.sel(point="nearest").values).all()
    assert asked_figures(xr.DataTree.from_dict(groups)) == ["as_printed_map"]


def test_a_point_without_ranges_is_the_centre_or_none() -> None:
    """Nothing left to choose: at 15C the central D and R show NVP uneven, q/2 = 0.056."""
    fixed = {
        "nvp": {"particle_radius": "0.25 um", "diffusivity": "5e-16 m^2/s"},
        "he_v": {"particle_radius": "0.25 um", "diffusivity": "2.5e-15 m^2/s"},
    }
    points = {
        c_rate: found("nvp", "he_v", c_rate=c_rate, overrides=fixed).answers[-1].nearest
        for c_rate in (1.0, 15.0)
    }
    assert points[1.0] is None
    near = points[15.0]
    assert near is not None
    assert near.distance == 0
    assert (near.baseline.diffusivity, near.baseline.radius) == pytest.approx((5e-16, 2.5e-7))


def test_what_was_not_asked_is_neither_stored_drawn_nor_told(
    comparison: ComparisonResult, stored: xr.DataTree, tmp_path: Path
) -> None:
    assert "as_printed" not in stored.children
    assert "as_printed" not in compare.summary(comparison)
    with pytest.raises(InputError, match="run compare with --as-printed"):
        draw_figure(stored, "as_printed", tmp_path)
