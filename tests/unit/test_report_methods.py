"""What a report gives to a paper: methods, references, figures at a column's width, their data."""

from __future__ import annotations

import base64
import csv
import re
from dataclasses import replace

import numpy as np
import pytest
import xarray as xr

from particle_sim import figures
from particle_sim.claims.compare import ComparisonResult
from particle_sim.figures.table import COLUMNS, line_table
from particle_sim.report.live import LEVELS, RADII, STATES, at_states, live_numbers, packed
from particle_sim.report.methods import methods_text, references
from particle_sim.report.pages import text_of
from particle_sim.report.result_folder import narrowed
from particle_sim.transport.laws import TWO_PHASE


def test_methods_hold_the_numbers_of_the_run(comparison: ComparisonResult) -> None:
    text = methods_text(comparison)
    for own in comparison.materials:
        assert own.title in text
        assert f"{own.material.value('diffusivity'):.4g} m^2/s" in text
        assert f"{own.particle.cost.steps} time steps" in text
    assert f"{comparison.settings.samples:,} draws" in text
    assert comparison.headline.answer in text


def test_references_name_every_source_once(comparison: ComparisonResult) -> None:
    entries = re.findall(r"@misc\{([^,]+),", text := references(comparison))
    assert len(entries) == len(set(entries)) >= 5
    assert text.count("{") == text.count("}")
    used = {
        prop.source for own in comparison.materials for prop in own.material.properties.values()
    }
    assert used - {"arithmetic", "judgement"} <= set(entries)
    assert not {"arithmetic", "judgement"} & set(entries)
    assert "mpet_lfp" in used & set(entries), "a repository without a year"


def test_methods_tell_the_numbers_and_runs_of_two_phases(comparison: ComparisonResult) -> None:
    one = comparison.baseline
    assert "gradient coefficient" not in methods_text(comparison), "no law read it"
    runs = {"two_phase": one.particle, **one.runs}
    text = methods_text(replace(comparison, baseline=replace(one, law=TWO_PHASE, runs=runs)))
    for name in ("regular_solution_parameter", "gradient_coefficient"):
        assert f"{name.replace('_', ' ')} {one.material.value(name):.4g}" in text
    assert f", and as {comparison.candidate.law.title}; its" in text


def test_a_table_holds_the_lines_of_its_figure(stored: xr.DataTree) -> None:
    rows = list(csv.DictReader(line_table(figures.voltage(stored)).splitlines()))
    assert tuple(rows[0]) == COLUMNS
    for role in ("baseline", "candidate"):
        title, cell = stored[role].attrs["title"], stored[role]["cell"].to_dataset()
        own = [row for row in rows if row["curve"] == title and "Voltage" in row["y of"]]
        assert [float(row["y"]) for row in own] == pytest.approx(
            list(cell.voltage.values), rel=1e-5
        )
        assert {row["x of"] for row in own} == {"Capacity [mAh/g]"}
    table = figures.FIGURES["particle_fields"].table
    assert table is not None
    known = {row["y of"] for row in csv.DictReader(table(stored).splitlines())}
    assert known == {"site_fraction [1]", "shown_stress [Pa]", "shown_strain [1]"}


def test_one_column_shows_fewer_states(stored: xr.DataTree) -> None:
    five = stored.copy()
    five.attrs["at"] = [0.1, 0.3, 0.5, 0.7, 0.9]
    assert list(narrowed(five, 85.0).attrs["at"]) == [0.1, 0.5, 0.9]
    assert narrowed(five, 180.0) is five


def test_states_lie_between_two_steps_and_end_where_a_run_ended() -> None:
    passed, values = np.array([0.0, 0.4, 0.8]), np.array([[0.0], [4.0], [12.0]])
    found = at_states(passed, values, np.linspace(0, 1, STATES))
    assert len(found) == 81
    fractions = np.linspace(0, 0.8, 81)
    straight = np.where(fractions < 0.4, 10 * fractions, 20 * fractions - 4)
    assert found[:, 0] == pytest.approx(straight)


def test_a_page_opens_with_one_law(comparison: ComparisonResult) -> None:
    """Each material's own law where both have it; else a solid solution of both, if it was run."""
    one, other = comparison.materials
    runs = {"two_phase": one.particle, **one.runs}

    def opened(**changed: object) -> list[str]:
        found = live_numbers(replace(comparison, baseline=replace(one, **changed)))
        return [each["runs"][each["first"]]["law"] for each in found["materials"]]

    fickian = other.law.title
    assert opened() == [fickian] * 2
    assert opened(law=TWO_PHASE, runs=runs) == [fickian] * 2
    alone = {"two_phase": one.particle}
    assert opened(law=TWO_PHASE, runs=alone) == [TWO_PHASE.title, fickian], "none is of both"


def test_packed_values_are_exact_to_half_a_step() -> None:
    radius = np.linspace(0, 3e-7, RADII)
    values = np.random.default_rng(1).normal(size=(4, RADII)) * [[1e-3], [1], [1e3], [0]]
    found = packed(values, radius)
    rows = np.frombuffer(base64.b64decode(found["rows"]), "<u2").reshape(4, RADII)
    low, high = (np.array(found[end])[:, None] for end in ("low", "high"))
    step, largest = (high - low) / LEVELS, np.abs(values).max(axis=1, keepdims=True)
    assert np.all(np.abs(low + step * rows - values) <= 0.5 * step + 1e-6 * largest), (
        "low is told to 6 digits"
    )


def test_the_pages_of_a_report_ask_nobody() -> None:
    """No address of any kind but that of SVG itself, in the look, the scripts and the templates."""
    for name in ("base.html", "parts.html", "look.css", "report.js", "live.js"):
        found = re.findall(r"https?://[^\s\"']+|url\(|@import|fetch\(|import\(", text_of(name))
        assert set(found) <= {"http://www.w3.org/2000/svg"}, name
