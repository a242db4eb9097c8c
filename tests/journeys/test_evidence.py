"""Rate tests on the command line: listed, stored, and used by the verbs that draw."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from command_line import RunCommand

from particle_sim.inference import posterior_store
from particle_sim.inference.posterior_store import DRAWS, INDEX, evidence_folder, stale

PAIR = ("na0p76ca0p05_nimn", "p2_tmcnr")
"""Two layered oxides of one phase, each with a capacity at a slow and a fast rate in print."""
RATES = "c_rate [1/h], capacity [mAh/g]\n0.1, 117\n0.3, 113\n0.5, 107\n1, 101\n"
SWEEP = """
[sweep]
question = "How uneven is the sodium?"
function = "particle_metrics"
sampling = "{sampling}"
samples = 64

[function]
material = {materials}
metrics = ["inhomogeneity"]
protocol = "cell-charge"

[axes."{first}.particle_radius"]
[axes."{first}.diffusivity"]
"""


# --- evidence -----------------------------------------------------------------------------------


def test_one_command_lists_tests_with_their_readings(run: RunCommand) -> None:
    told = run("evidence")
    assert (told.code, told.err) == (0, "")
    assert "he_o3_li2024:fig_3f" in told.out
    assert "Stale" not in told.out
    named = run("evidence", "he_o3_li2024", "nfm_li2024")
    for text in ("117, 113, 107, 101, 98, 94 mAh/g", "134, 110, 91, 84, 61, 42 mAh/g"):
        assert text in named.out
    (he, nfm) = json.loads(run("evidence", "he_o3_li2024", "nfm_li2024", "--json").out)
    used = [
        reading
        for each in (he, nfm)
        for test in each["experiments"]
        if test["use"] == "learned from"
        for reading in test["readings"]
    ]
    assert len(used) == 5
    with_tests = [each["material"] for each in json.loads(run("evidence", "--json").out)]
    assert {"nvp", "he_v", "ncnfmt"} <= set(with_tests)


def test_write_stores_what_is_stale_and_nothing_else(
    run: RunCommand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parameters = evidence_folder().parent
    for name in ("evidence", "cells"):
        shutil.copytree(parameters / name, tmp_path / name)
    monkeypatch.setattr(posterior_store, "shipped_folder", lambda _name: tmp_path)
    folder = tmp_path / "evidence"
    assert "Every stored posterior is of today's" in run("evidence", "--write").out
    data = json.loads((folder / INDEX).read_text("utf-8"))
    data["materials"][PAIR[1]]["hashes"]["material"] = "0"
    (folder / INDEX).write_text(json.dumps(data), "utf-8")
    others = {path: path.read_bytes() for path in (folder / DRAWS).iterdir()}
    assert f"Stale: {PAIR[1]} (material)" in run("evidence").out
    told = run("evidence", "--write")
    assert told.code == 0, told.err
    assert told.out == f"Stored: {PAIR[1]} (material).\n"
    assert stale(folder) == {}
    changed = {path.stem for path, content in others.items() if path.read_bytes() != content}
    assert changed <= {PAIR[1]}
    refused = run("evidence", PAIR[1], "--write")
    assert "--write stores every posterior that is stale; leave the names out" in refused.errors[0]


# --- compare ------------------------------------------------------------------------------------


def test_a_comparison_shows_draws_before_and_after(run: RunCommand, tmp_path: Path) -> None:
    told = run("compare", *PAIR, "--out", "found", "--json", "--workers", "1")
    assert told.code == 0, told.err
    answer = json.loads(told.out)["evidence"]
    with xr.open_datatree(tmp_path / "found" / "results.nc", engine="h5netcdf") as tree:
        for role, name in zip(("baseline", "candidate"), PAIR, strict=True):
            drawn = tree[f"{role}/plausible"].to_dataset()
            ends = answer["narrowed"][name]
            np.testing.assert_allclose(drawn.diffusion_rate, ends["diffusion_rate"])
            np.testing.assert_allclose(drawn.diffusion_rate_before, ends["diffusion_rate_before"])
            after, before = (
                np.log10(each[-1] / each[0])
                for each in (ends["diffusion_rate"], ends["diffusion_rate_before"])
            )
            assert after < before
        words = tree["answer"].attrs["rate_tests"]
    assert words == " ".join(answer["says"])
    assert re.search(r"leave D/R² .* decades where the ranges of its file leave", words)
    page = (tmp_path / "found" / "report.html").read_text("utf-8")
    assert "The ratio with each one&#39;s plausible diffusivity" in page


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--evidence", "mine"), "--evidence mine needs --data; give a file of measured rates"),
        (("--data", "rates.csv"), '--data is "rates.csv"; say whose it is: nvp=rates.csv'),
        (("--data", "nfm=rates.csv"), '--data names the material "nfm", which is not asked about'),
        (("--data", "nvp=none.csv"), "none.csv: the file does not exist"),
        (("--data", "nvp=rates.csv", "--evidence", "none"), "--data is given, but --evidence is"),
    ],
)
@pytest.mark.parametrize("verb", [("compare", "nvp", "he_v"), ("run", "nvp_vs_he_v")])
def test_mistakes_end_with_one_sentence(
    run: RunCommand, tmp_path: Path, verb: tuple[str, ...], options: tuple[str, ...], words: str
) -> None:
    (tmp_path / "rates.csv").write_text(RATES, "utf-8")
    outcome = run(*verb, *options)
    assert outcome.code == 2, outcome
    assert len(outcome.errors) == 1, outcome.err
    assert words in outcome.errors[0]
    assert [path.name for path in tmp_path.iterdir()] == ["rates.csv"]


def test_rate_has_its_own_door(run: RunCommand) -> None:
    outcome = run("rate", "nvp", "--evidence", "mine")
    assert outcome.code == 2
    assert "--evidence mine needs --data; give a file of measured rates" in outcome.errors[0]


# --- sweeps -------------------------------------------------------------------------------------


def sweep_file(folder: Path, *materials: str, sampling: str = "latin-hypercube") -> Path:
    path = folder / "sweep.toml"
    text = SWEEP.format(
        materials=json.dumps(list(materials)), first=materials[0], sampling=sampling
    )
    path.write_text(text, "utf-8")
    return path


def test_a_sweep_draws_from_rate_tests_where_it_is_asked_to(
    run: RunCommand, tmp_path: Path
) -> None:
    path = sweep_file(tmp_path, "p2_tmcnr")
    plain = run("run", path, "--out", "plain", "--workers", "1")
    assert plain.code == 0, plain.err
    assert "rate test" not in plain.out
    (tmp_path / "own.csv").write_text(
        "c_rate [1/h], capacity [mAh/g]\n0.1, 160\n10, 120\n", "utf-8"
    )
    for name, options in {
        "print": ["--evidence", "shipped"],
        "own": ["--data", "p2_tmcnr=own.csv"],
    }.items():
        told = run("run", path, "--out", name, "--workers", "1", *options)
        assert told.code == 0, told.err
        tests = "own.csv" if name == "own" else "single values (3.3)"
        assert f"are drawn from what its rate tests leave ({tests})" in told.out
    other = run("run", path, "--out", "plain", "--workers", "1", "--evidence", "shipped")
    assert other.code == 2, "a store of other axes does not go on"


def test_a_sweep_of_two_takes_tests_in_print_of_both_or_neither(
    run: RunCommand, tmp_path: Path
) -> None:
    path = sweep_file(tmp_path, "p2_tmcnr", "he_v")
    told = run("run", path, "--out", "found", "--workers", "1", "--evidence", "shipped")
    assert told.code == 0, told.err
    assert "used of all materials or of none (he_v: no rate test of it" in told.out
    grid = sweep_file(tmp_path, "p2_tmcnr", sampling="grid")
    refused = run("run", grid, "--out", "grid", "--evidence", "shipped")
    assert "the sweep is a grid" in refused.errors[0]


# --- learn --------------------------------------------------------------------------------------


def test_learn_refuses_a_file_before_it_serves(run: RunCommand, tmp_path: Path) -> None:
    (tmp_path / "rates.csv").write_text("c_rate [1/h]\n1\n", "utf-8")
    outcome = run("learn", "--data", "he_o3_li2024=rates.csv", "--no-browser")
    assert outcome.code == 2
    assert len(outcome.errors) == 1
    assert "rates.csv" in outcome.errors[0]
    unknown = run("learn", "--data", "nobody=rates.csv", "--no-browser")
    assert 'names the material "nobody"' in unknown.errors[0]
