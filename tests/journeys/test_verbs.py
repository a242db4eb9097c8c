"""Every verb does what it says, from the files a user has to the files a user gets."""

from __future__ import annotations

import hashlib
import html.parser
import importlib
import io
import json
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from command_line import CELLS, MATERIALS, SCENARIOS, RunCommand, without_progress
from frozen_numbers import assert_frozen, scenario_numbers
from remembered import remembering

from particle_sim import figures
from particle_sim.claims.gathered import gathered
from particle_sim.claims.ledger import read_ledger
from particle_sim.cli.main import main
from particle_sim.materials.load import load_record, material_names
from particle_sim.materials.system import system_names
from particle_sim.studies import size_map
from particle_sim.studies.settings import Comparison

FIGURES = ("particle_fields", "radial_profiles", "voltage", "history", "size_map")
BALANCE = 1e-12


# --- show and check -----------------------------------------------------------------------------


def test_show_material_as_json_gives_every_number_a_source(run: RunCommand) -> None:
    outcome = run("show", "material", "he_v", "--json")
    assert (outcome.code, outcome.err) == (0, "")
    shown = json.loads(outcome.out)
    assert shown["name"] == "he_v"
    rows = shown["properties"]
    in_use = set(load_record("he_v").system.entries)
    assert {row["property"].replace(" ", "_") for row in rows} == in_use
    kinds = {"measured", "digitised", "derived", "fitted", "proxy", "assumed"}
    for row in rows:
        assert row["source"].strip(), row
        assert row["evidence"] in kinds, row
        assert row["value"], row
    capacity = next(row for row in rows if row["property"] == "capacity")
    assert (capacity["value"], capacity["unit"]) == ("170", "mA*h/g")


def test_show_material_as_table(run: RunCommand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "1000")
    outcome = run("show", "material", "he_v")
    assert (outcome.code, outcome.err) == (0, "")
    record = load_record("he_v")
    lines = [line.rstrip() for line in outcome.out.splitlines()]
    for name, entry in record.file.properties.items():
        row = next(
            line
            for line in outcome.out.splitlines()
            if line.strip("│ ").startswith(f"{name.replace('_', ' ')} ")
        )
        assert entry.evidence in row
        number = re.search(r"\[(\d+)\]", row)
        assert number is not None, row
        assert f"[{number[1]}] {record.citation(entry.source)}" in lines
    assert record.file.readings
    for reading in record.file.readings:
        assert f"Other reading: he_v@{reading}" in outcome.out


def test_show_a_reading_and_an_own_file(run: RunCommand, tmp_path: Path) -> None:
    folder = tmp_path / "me@work"  # an @ also separates a file from its reading
    folder.mkdir()
    shutil.copy(MATERIALS / "nvp.toml", folder / "mine.toml")
    path = folder / "mine.toml"
    plain, own = (
        json.loads(run("show", "material", name, "--json").out) for name in ("nvp", str(path))
    )
    assert own == plain
    reading, own = (
        json.loads(run("show", "material", f"{name}@na1_to_na4", "--json").out)
        for name in ("nvp", str(path))
    )
    assert own == reading
    assert reading != plain


def test_show_materials(run: RunCommand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "300")
    table = run("show", "materials")
    assert (table.code, table.err) == (0, "")
    rows = json.loads(run("show", "materials", "--json").out)
    assert [row["name"] for row in rows] == system_names()
    simulable = [row["name"] for row in rows if row["status"] == "simulable"]
    assert simulable == material_names()
    assert {"nvp", "he_v", "nfm_li2024", "he_o3_li2024"} <= set(simulable)
    for row in rows:
        assert row["name"] in table.out
        assert row["formula"] in table.out
    assert {row["name"]: row["baseline"] for row in rows}["he_v"] == "nvp"


def test_check_finds_nothing_wrong_with_the_shipped_files(run: RunCommand) -> None:
    files = [*MATERIALS.glob("*.toml"), *CELLS.glob("*.toml"), *SCENARIOS.glob("*.toml")]
    files.append(MATERIALS.parent / "sources.toml")
    assert len(files) >= 8
    outcome = run("check", *files)
    assert (outcome.code, outcome.err) == (0, "")
    lines = outcome.out.splitlines()
    assert len(lines) == len(files)
    for path, line in zip(files, lines, strict=True):
        assert line.startswith(f"{path.name}: ")
        assert " fine" in line


# --- compare ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, answers: Path) -> Path:
    """What the command writes for the pair of the README."""
    where = tmp_path_factory.mktemp("compare")
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, remembering(answers):
        patch.chdir(where)
        arguments = ["compare", "nvp", "he_v", "--workers", "1", "--out", "new/result"]
        patch.setattr(sys, "argv", ["particle-sim", *arguments])
        with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as ended:
            main()
    assert (ended.value.code, without_progress(err.getvalue())) == (None, "")
    assert [path.name for path in (where / "new").iterdir()] == ["result"], "left something behind"
    assert out.getvalue().rstrip().endswith(f"Report: {Path('new/result/report.html')}")
    return where / "new" / "result"


@pytest.fixture(scope="module")
def tree(folder: Path) -> xr.DataTree:
    """The stored results."""
    return opened(folder)


@pytest.fixture(scope="module")
def manifest(folder: Path) -> dict[str, Any]:
    """The stored manifest."""
    return dict(json.loads((folder / "manifest.json").read_text("utf-8")))


def opened(folder: Path) -> xr.DataTree:
    with xr.open_datatree(folder / "results.nc", engine="h5netcdf") as stored:
        return stored.load()


def findings(tree: xr.DataTree) -> Iterator[tuple[xr.Dataset, dict[str, tuple[float, str]]]]:
    """Each claim's entry with its numbers, read from their JSON."""
    verdict = tree["verdict"].to_dataset()
    for index in range(verdict.sizes["kind"]):
        entry = verdict.isel(kind=index)
        numbers = json.loads(str(entry["numbers"].values))
        yield entry, {name: (value, unit) for name, (value, unit) in numbers.items()}


class Page(html.parser.HTMLParser):
    """Text and links of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[tuple[str, str]] = []
        self.tags: list[str] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        names = ("src", "href", "srcset", "data", "poster", "action")
        self.links += [(tag, value or "") for name, value in attrs if name in names]

    def handle_data(self, data: str) -> None:
        self.words += data.split()


def test_folder_holds_data_figures_page_and_manifest(folder: Path) -> None:
    assert tuple(figures.FIGURES) == FIGURES
    pictures = {f"{name}.{kind}" for name in FIGURES for kind in ("png", "svg", "csv")}
    pictures |= {"methods.txt", "references.bib"}
    names = {path.name for path in folder.iterdir()}
    assert names == {"report.html", "results.nc", "manifest.json", *pictures}
    for path in folder.glob("*.png"):
        assert path.read_bytes().startswith(b"\x89PNG\r\n")
    for path in folder.glob("*.svg"):
        assert "<svg" in path.read_text("utf-8")


def test_report_needs_nothing_but_itself(folder: Path) -> None:
    text = (folder / "report.html").read_text("utf-8")
    page = Page(text)
    images = [link for tag, link in page.links if tag == "img"]
    assert len(images) == len(FIGURES)
    for link in images:
        assert link.startswith("data:image/png;base64,")
    outside = {link for _, link in page.links if not link.startswith(("data:", "#"))}
    assert outside <= {path.name for path in folder.iterdir()}, "files beside the page"
    assert not {"iframe", "object", "embed", "link"} & set(page.tags)
    assert re.search(r"url\(|@import|fetch\(|XMLHttpRequest|WebSocket", text) is None
    assert len(text) < 5e6


def test_report_says_every_sentence_of_the_verdict(folder: Path, tree: xr.DataTree) -> None:
    words = " ".join(Page((folder / "report.html").read_text("utf-8")).words)
    seen = 0
    for entry, _ in findings(tree):
        seen += 1
        sentence, claim, open_by = (
            " ".join(str(entry[part].values).split())
            for part in ("sentence", "claim", "decided_by")
        )
        for part in (sentence.replace(f" Left open: {open_by}.", ""), claim, gathered(open_by)):
            assert part in words
    assert seen == 6


def test_every_number_of_the_verdict_is_stored_with_its_unit(tree: xr.DataTree) -> None:
    seen = 0
    for entry, numbers in findings(tree):
        assert numbers
        for name, (value, unit) in numbers.items():
            assert float(entry[name].values) == value, name
            assert entry[name].attrs["units"] == unit, name
            assert np.isfinite(value), name
            seen += 1
    assert seen >= 20


def test_sentences_agree_with_the_stored_shares(tree: xr.DataTree) -> None:
    for entry, numbers in findings(tree):
        sentence = str(entry["sentence"].values)
        told = re.search(r"Holds[^.]* in (\d+) % of (\d+) draws \((\d+) % to (\d+) %\)", sentence)
        assert told is not None, sentence
        assert int(told[2]) == numbers["draws"][0]
        for place, name in ((1, "share"), (3, "share_low"), (4, "share_high")):
            assert told[place] == f"{100 * numbers[name][0]:.0f}"
        assert str(entry["status"].values) == expected_status(numbers, entry)


def test_a_claim_has_one_number_here_and_in_the_ledger(tree: xr.DataTree) -> None:
    """All six are claims of the ledger at its own settings; rounding may move a draw or two."""
    ledger = {entry.claim.id: entry.answer for entry in read_ledger()}
    names = []
    for entry, numbers in findings(tree):
        names.append(str(entry["id"].values))
        stored = ledger[names[-1]]
        assert numbers["draws"][0] == pytest.approx(stored.draws, abs=2)
        assert numbers["share"][0] == pytest.approx(stored.share, abs=2.5 / stored.draws)
        assert str(entry["status"].values) == stored.verdict.value
    assert names == ["C1", "C2a", "C2b", "C4", "C6a", "C6b"]


def expected_status(numbers: dict[str, Any], entry: xr.Dataset) -> str:
    """By the interval, unless another physics or the baseline leaves the claim open."""
    kind, reason = str(entry["kind"].values), str(entry["decided_by"].values)
    if any(words in reason for words in ("misfit", "coherent", "tell the two apart")):
        return "undecided"
    if numbers["share_low"][0] >= 0.9:
        return "supported"
    if numbers["share_high"][0] > 0.1:
        return "undecided"
    if kind == "cracks":
        assert "cycles" in reason
        return "undecided"
    return "contradicted"


@pytest.mark.parametrize(
    ("kind", "role"), [("uniform", "candidate"), ("heterogeneous", "baseline")]
)
def test_unevenness_in_the_verdict_is_that_of_the_stored_fields(
    kind: str, role: str, tree: xr.DataTree
) -> None:
    run = tree[f"{role}/fields"].to_dataset()
    at_end = int(np.argmin(np.abs(run["fraction"].values - 0.9)))
    filling = run["site_fraction"].values[at_end]
    entry, numbers = next(found for found in findings(tree) if found[0]["kind"].item() == kind)
    spread, unit = numbers["inhomogeneity"]
    assert unit == "1"
    assert abs(run["fraction"].values[at_end] - 0.9) < 1e-6
    assert spread == pytest.approx(filling.max() - filling.min(), rel=1e-6)
    told = re.search(r"varies by ([\d.]+) % of its full range", str(entry["sentence"].values))
    assert told is not None
    assert float(told[1]) == pytest.approx(100 * spread, rel=5e-3)


def test_manifest_names_what_was_written_and_what_was_read(
    folder: Path, manifest: dict[str, Any]
) -> None:
    written = {path.name for path in folder.iterdir()} - {"manifest.json"}
    assert set(manifest["files"]) == written
    for name, digest in manifest["files"].items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest, name
    for entry in manifest["materials"].values():
        original = (MATERIALS / f"{entry['name']}.toml").read_bytes()
        assert entry["sha256"] == hashlib.sha256(original).hexdigest()
        cell = (CELLS / entry["cell_design"]["file"]).read_bytes()
        assert entry["cell_design"]["sha256"] == hashlib.sha256(cell).hexdigest()
    names = {role: entry["name"] for role, entry in manifest["materials"].items()}
    assert names == {"baseline": "nvp", "candidate": "he_v"}
    assert manifest["command"].startswith("particle-sim compare nvp he_v")


def test_sodium_is_conserved_in_every_run(tree: xr.DataTree, manifest: dict[str, Any]) -> None:
    runs = [run for entry in manifest["materials"].values() for run in entry["runs"].values()]
    assert len(runs) >= 3
    for run in runs:
        assert 0 <= run["sodium_balance"] <= BALANCE
    stored = [
        node.attrs["sodium_balance"] for node in tree.subtree if "sodium_balance" in node.attrs
    ]
    assert sorted(stored) == sorted(run["sodium_balance"] for run in runs)


def test_plot_redraws_without_solving(
    run: RunCommand, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("plot must not solve anything")

    solvers = {
        "particle_sim.particle.solve": "solve_particle",
        "particle_sim.studies.particle_case": "solve_particle",
        "particle_sim.cell.solve": "solve_cell",
        "particle_sim.studies.pair": "solve_cell",
    }
    modules = [(importlib.import_module(module), name) for module, name in solvers.items()]
    for module, name in modules:
        monkeypatch.setattr(module, name, refuse)
    outcome = run("plot", folder, "--figure", "size_map", "--out", "pictures/again")
    assert (outcome.code, outcome.err) == (0, "")
    drawn = sorted((tmp_path / "pictures" / "again").iterdir())
    assert [path.name for path in drawn] == ["size_map.png", "size_map.svg"]
    assert outcome.out.splitlines() == [str(path.relative_to(tmp_path)) for path in drawn]
    for path in drawn:
        assert path.read_bytes() == (folder / path.name).read_bytes()


def test_plot_all_and_in_place(run: RunCommand, folder: Path, tmp_path: Path) -> None:
    shutil.copy(folder / "results.nc", tmp_path / "results.nc")
    outcome = run("plot", ".")
    assert (outcome.code, outcome.err) == (0, "")
    drawn = {path.name for path in tmp_path.iterdir()} - {"results.nc"}
    assert drawn == {f"{name}.{kind}" for name in FIGURES for kind in ("png", "svg")}
    for name in sorted(drawn):
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes(), name


@pytest.mark.usefixtures("known_particles", "one_picture")
def test_a_second_run_replaces_the_first_and_finds_the_same(
    run: RunCommand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first with two processes of its own, the second here; few points on its maps are enough
    to come back from a process in another order, and few draws to be judged in one."""
    monkeypatch.setattr(size_map, "SMOOTH_RATES", size_map.SMOOTH_RATES[::4])
    monkeypatch.setitem(Comparison.__init__.__kwdefaults__, "samples", 200)
    result = tmp_path / "result"
    told, stored, pages = [], [], []
    for workers in ("2", "1"):
        arguments = ("compare", "nvp", "he_v", "--physics", "solid-solution", "--json")
        arguments += ("--workers", workers, "--out", "result")
        outcome = run(*arguments)
        assert (outcome.code, outcome.err) == (0, "")
        told.append(json.loads(outcome.out))
        stored.append(opened(result))
        pages.append((result / "report.html").read_text("utf-8"))
        assert [path.name for path in tmp_path.iterdir()] == ["result"]
    assert told[0] == told[1]
    assert stored[0].identical(stored[1])
    assert "--workers 2" in pages[0]
    assert "--workers 1" in pages[1]
    kinds = [str(entry["kind"].values) for entry, _ in findings(stored[1])]
    assert [finding["kind"] for finding in told[0]["findings"]] == kinds
    for finding, (_, numbers) in zip(told[0]["findings"], findings(stored[1]), strict=True):
        printed = {n: (item["value"], item["unit"]) for n, item in finding["numbers"].items()}
        assert printed == numbers


# --- run ----------------------------------------------------------------------------------------


@pytest.mark.usefixtures("known_particles", "one_picture")
def test_a_shipped_scenario_meets_its_expectations(run: RunCommand, tmp_path: Path) -> None:
    scenario = SCENARIOS / "nvp_vs_he_v.toml"
    outcome = run("run", scenario)
    assert (outcome.code, outcome.err) == (0, "")
    expected = scenario.read_text("utf-8").count("[[expect]]")
    assert outcome.out.rstrip().endswith(f"All {expected} expectations hold.")
    result = tmp_path / "results" / "nvp_vs_he_v"
    assert (result / "report.html").is_file()
    assert_frozen("scenarios", "nvp_vs_he_v", scenario_numbers(opened(result)))


@pytest.mark.usefixtures("one_picture")
def test_a_scenario_with_two_wrong_expectations_names_these_two(
    run: RunCommand, tmp_path: Path
) -> None:
    """All others of the shipped scenario hold, and what it expected of these two is found."""
    text = (SCENARIOS / "nfm_vs_he_o3.toml").read_text("utf-8")
    for right, wrong in (
        (
            'claim = "lower_stress"\nstatus = "undecided"',
            'claim = "lower_stress"\nstatus = "supported"',
        ),
        ("between = [125.0, 136.2]", "between = [300.0, 400.0]"),
    ):
        assert text.count(right) == 1
        text = text.replace(right, wrong)
    (tmp_path / "wrong.toml").write_text(text, encoding="utf-8")
    outcome = run("run", "wrong.toml", "--out", "result")
    assert outcome.code == 1
    first, second = outcome.err.splitlines()
    found = re.fullmatch(
        r"Not as expected: the baseline's capacity \[mAh/g\] is (\d+\.\d+), "
        r"expected between 300 and 400\.",
        first,
    )
    assert found is not None
    assert 125.0 < float(found[1]) < 136.2
    assert second == "Not as expected: lower_stress is undecided, expected supported."
    assert "expectations hold" not in outcome.out
    assert (tmp_path / "result" / "report.html").is_file(), "the answer is still there to look at"
    assert_frozen("scenarios", "nfm_vs_he_o3", scenario_numbers(opened(tmp_path / "result")))
