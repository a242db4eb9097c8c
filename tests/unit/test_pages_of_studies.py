"""The pages of sweeps and claims: what stands on them, with and without their script."""

from __future__ import annotations

import csv
import re
from html import unescape
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import xarray as xr

import particle_sim as ps
from particle_sim.claims.gathered import told
from particle_sim.claims.ledger import Entry, read_ledger, verdict_in_words
from particle_sim.figures.sweep_results import correlations, sweep_results
from particle_sim.materials.schema import Source
from particle_sim.materials.system import shared_sources
from particle_sim.report.claims_folder import labels_of, write_claims_folder
from particle_sim.report.pages import unbroken
from particle_sim.report.sweep_page import write_sweep_page
from particle_sim.units import readable


@pytest.fixture(scope="module")
def entries() -> list[Entry]:
    return read_ledger()[:12]


@pytest.fixture(scope="module")
def claimed(entries: list[Entry], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("claims") / "page"
    write_claims_folder(entries, folder, "particle-sim claims --out page")
    return folder


def test_every_claim_is_a_row_whether_or_not_the_script_runs(
    claimed: Path, entries: list[Entry]
) -> None:
    text = (claimed / "report.html").read_text("utf-8")
    rows = re.findall(r'<tr data-verdict="([^"]*)" data-paper="([^"]*)"', text)
    assert [row[0] for row in rows] == [each.answer.verdict.value for each in entries]
    assert '<form id="filters" class="filters" hidden>' in text, "no filter without a script"
    for kind, values in (("verdict", {row[0] for row in rows}), ("paper", {r[1] for r in rows})):
        options = text.split(f'<select name="{kind}">')[1].split("</select>")[0]
        assert set(re.findall(r"<option>([^<]*)</option>", options)) == values
    assert "particle-sim plot . --figure claims_verdicts" in text
    found = ps.open(claimed)
    assert found.figures == ("claims_verdicts",)
    bars = [each.get_width() for each in found.draw("claims_verdicts").axes[0].patches]
    assert sum(bars) == len(entries)


def test_the_table_of_claims_has_what_the_page_has(claimed: Path, entries: list[Entry]) -> None:
    with (claimed / "claims.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["id"] for row in rows] == [each.claim.id for each in entries]
    assert [row["answer"] for row in rows] == [told(each.answer) for each in entries]
    with (claimed / "claims_verdicts.csv").open(encoding="utf-8") as file:
        counts = [[int(cell) for cell in row[1:]] for row in list(csv.reader(file))[1:]]
    assert np.sum(counts) == len(entries)


def test_papers_go_by_author_and_year() -> None:
    shipped = {each.claim.file.claim.paper for each in read_ledger()}
    labels = labels_of(shipped, shared_sources().sources)
    assert {"Zhang 2025", "Li 2024", "Huang 2025", "Jian 2024"} <= set(labels.values())
    assert not {label for key, label in labels.items() if key in label}, "no key of a file"
    known = {
        "a": Source(citation="X. Li et al., Bond structure engineering, J. A (2024) 1"),
        "b": Source(citation="Y. Li et al., Oxides that breathe, J. B (2024) 2"),
        "c": Source(citation="S. Ja & R. Cu, J. C (2012)"),
        "d": Source(citation="A paper whose authors nobody wrote down, J. D (2020)"),
    }
    assert labels_of([*known, "Coin cells of our group"], known) == {
        "a": "Li 2024, Bond structure ...",
        "b": "Li 2024, Oxides that breathe, ...",
        "c": "Ja and Cu 2012",
        "d": "A paper whose ... 2020",
        "Coin cells of our group": "Coin cells of our group",
    }


def test_no_two_papers_go_by_one_name() -> None:
    """Verdicts are counted under these names."""
    alike = "X. Li et al., A study of transition metal layered oxides {}, J. A (2024) 1"
    known = {key: Source(citation=alike.format(key)) for key in ("I", "II")}
    own = [f"Coin cells of our group in Hamburg, {month}" for month in ("May", "June")]
    labels = labels_of([*known, *own], known)
    assert len(set(labels.values())) == 4, labels
    shipped = {each.claim.file.claim.paper for each in read_ledger()}
    assert len(set(labels_of(shipped, shared_sources().sources).values())) == len(shipped)


def test_what_a_source_says_is_text_on_the_page(entries: list[Entry], tmp_path: Path) -> None:
    header = entries[0].claim.file.claim.model_copy(update={"paper": "<script>x</script>"})
    file = entries[0].claim.file.model_copy(update={"claim": header})
    claim: Any = SimpleNamespace(id="x", file=file)
    entry = Entry(claim=claim, answer=entries[0].answer, fingerprint={})
    write_claims_folder([entry], tmp_path / "page")
    text = (tmp_path / "page" / "report.html").read_text("utf-8")
    assert "<script>x" not in text
    assert "&lt;script&gt;x" in text
    assert "Of 1 claims" not in text
    assert f"{verdict_in_words(entry.answer)}: " in unescape(text), "one claim is told whole"


@pytest.fixture(scope="module")
def swept() -> xr.Dataset:
    """Stress grows with the radius squared, over four decades, whatever the rate."""
    rng = np.random.default_rng(1)
    radius, rate = 10 ** rng.uniform(-7, -5, 60), rng.uniform(0.1, 2.0, 60)
    stress = 1e18 * radius**2
    stress[7] = np.nan
    return xr.Dataset(
        {"stress": ("sample", stress, {"units": "Pa"}), "status": ("sample", np.ones(60, int))},
        coords={
            "sample": np.arange(60),
            "he_v.radius": ("sample", radius, {"units": "m"}),
            "c_rate": ("sample", rate, {"units": "1/h"}),
            "law": ("sample", ["solid"] * 60),
        },
    )


def test_the_page_of_a_sweep_says_its_numbers(swept: xr.Dataset, tmp_path: Path) -> None:
    page = write_sweep_page(swept, tmp_path, "Does stress grow?", [], "particle-sim run x.toml")
    text = page.read_text("utf-8")
    low, middle, high = np.nanquantile(swept.stress, [0.05, 0.5, 0.95])
    said = f"stress: median {readable(middle / 1e6)} MPa, 5 to 95 % of the"
    assert unbroken(said) in text, "a headline's numbers stay with their units"
    assert "Varied: HE-V: radius, C-rate, law." in text
    with (page.parent / "results.csv").open(encoding="utf-8") as file:
        (row,) = csv.DictReader(file)
    assert row["unit"] == "Pa", "tables stay in SI"
    assert [float(row[k]) for k in ("5 %", "median", "95 %")] == pytest.approx(
        [low, middle, high], rel=0.005
    ), "three digits"
    with (page.parent / "samples.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    written = np.array([float(row["stress [Pa]"]) for row in rows])
    np.testing.assert_allclose(written, swept.stress, rtol=1e-8)  # nine digits
    again = write_sweep_page(swept, tmp_path, "Again?", ["It does."], "particle-sim run x.toml")
    assert "It does." in again.read_text("utf-8"), "its own page is replaced"


def test_what_a_result_follows_comes_first(swept: xr.Dataset) -> None:
    found = correlations(swept, "stress")
    assert list(found) == ["he_v.radius", "c_rate"], "a choice has no rank"
    assert found["he_v.radius"] == pytest.approx(1.0, abs=1e-12)
    assert abs(found["c_rate"]) < 0.5
    spread, followed = sweep_results(swept).axes
    assert spread.get_xscale() == "log"
    assert [each.get_text() for each in followed.get_yticklabels()] == ["HE-V: radius", "C-rate"]
    assert spread.get_xlabel() == "stress [MPa]"
    assert spread.lines[0].get_xdata().max() == pytest.approx(np.nanmax(swept.stress) / 1e6)
