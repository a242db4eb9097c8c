"""What somebody sees who runs a sweep from a file: the answer, the sentences, Ctrl-C."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from command_line import SCENARIOS, RunCommand
from frozen_numbers import assert_frozen, sweep_numbers

from particle_sim.errors import InputError
from particle_sim.materials.system import material_path
from particle_sim.studies.sweep_catalogue import FUNCTIONS
from particle_sim.sweeps.axes import SameDraw
from particle_sim.sweeps.evaluate import check_axes
from particle_sim.sweeps.influence import stored_influences
from particle_sim.sweeps.result import open_sweep
from particle_sim.sweeps.scenario import load_sweep

SHIPPED = SCENARIOS / "sweep_nvp_he_v.toml"


def test_shipped_sweep_runs_and_a_second_run_computes_nothing(run: RunCommand) -> None:
    outcome = run("run", SHIPPED, "--workers", "1")
    assert (outcome.code, outcome.err) == (0, "")
    assert "4096 samples" in outcome.out
    folder = Path("results") / "sweep_nvp_he_v"
    data = open_sweep(folder)
    assert np.isfinite(data["nvp.peak_hoop_stress"].values).all()
    assert_frozen("scenarios", "sweep_nvp_he_v", sweep_numbers(data))
    lower = np.mean(data["he_v.peak_hoop_stress"].values < data["nvp.peak_hoop_stress"].values)
    assert f"Peak hoop stress is lower in HE-V than in NVP in {lower:.1%} of 4096" in outcome.out
    ranks = [np.argsort(data[f"{name}.particle_radius"].values) for name in ("nvp", "he_v")]
    np.testing.assert_array_equal(*ranks)
    moved = stored_influences(folder)
    assert moved["nvp"].keys() == moved["he_v"].keys()
    assert moved["nvp"]["diffusivity"][1] < 0, "faster diffusion, less of everything"
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("c/*")}
    again = run("run", "sweep_nvp_he_v", "--workers", "1")
    assert again.out == outcome.out
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("c/*")} == before


BROKEN = {
    "function": ('function = "particle_metrics"', 'function = "os.system"', "particle_metrics"),
    "metric": ('"inhomogeneity"', '"inhomogenity"', "did you mean inhomogeneity?"),
    "material": ('["nvp", "he_v"]\nmetrics', '["nvpp", "he_v"]\nmetrics', "did you mean nvp"),
    "sampling": ('"latin-hypercube"', '"latin"', "sweep.sampling"),
    "axis": ('[axes."nvp.diffusivity"]', '[axes."nvp.difusivity"]', "did you mean diffusivity?"),
    "no range": ('[axes."nvp.diffusivity"]', "[axes.diffusivity]", "names no material"),
    "unknown input": (
        '[axes."nvp.diffusivity"]',
        '[axes."nvp.colour"]\nlow = 1\nhigh = 2',
        "no input of ParticleMetrics",
    ),
    "unit": ('unit = "1/h"', 'unit = "m"', 'wrong dimension; use "1/h"'),
    "empty range": ("low = 0.2", "low = 6.0", "which is empty"),
    "two kinds": ("low = 0.2", "low = 0.2\nvalues = [1.0]", "low and high and values; give one"),
    "one end": ("low = 0.2\n", "", "one end of a range"),
    "key": ("low = 0.2", "lov = 0.2", "not a known key; did you mean low"),
    "draw": ('"he_v.particle_radius"]', '"he_x.particle_radius"]', "names no material"),
    "samples": ("samples = 4096", "samples = 0", "samples is 0; give at least 1"),
    "too many": ("samples = 4096", "samples = 20_000_000", "20000000 samples; more than 1000000 "),
    "far too many": (
        '"latin-hypercube"\nsamples = 4096',
        '"grid"\nsamples = 100',
        "along each range: 100 x 100 x 100 x 100 x 100 x 100 x 100); at most 1000000000 can be run",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_broken_sweep_file_is_told_in_one_sentence(
    case: str, run: RunCommand, tmp_path: Path
) -> None:
    old, new, fragment = BROKEN[case]
    text = SHIPPED.read_text("utf-8")
    assert text.count(old) == 1
    (tmp_path / "mine.toml").write_text(text.replace(old, new), encoding="utf-8")
    outcome = run("run", "mine.toml", "--workers", "1")
    assert outcome.code == 2
    assert len(outcome.errors) == len(outcome.err.splitlines()) == 1
    assert fragment in outcome.err
    assert "Traceback" not in outcome.err


def test_an_own_file_goes_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "powders").mkdir()
    path = tmp_path / "powders" / "mine.toml"
    shutil.copy(material_path("he_v")[0], path)
    own = f'["nvp", "{path.as_posix()}"]\nm'
    text = SHIPPED.read_text("utf-8").replace('["nvp", "he_v"]\nm', own)
    asked = tmp_path / "asked.toml"
    asked.write_text(text.replace('"he_v.', '"mine.'), encoding="utf-8")
    scenario = load_sweep(asked, FUNCTIONS)
    assert {axis.name.split(".")[0] for axis in scenario.axes} >= {"nvp", "mine"}
    check_axes(scenario.function, [a.name for a in scenario.axes if not isinstance(a, SameDraw)])
    assert "mine.inhomogeneity" in scenario.function.units
    asked.write_text(text.replace('"he_v.', '"mine.toml.'), encoding="utf-8")
    with pytest.raises(InputError, match=r"or call it nvp\.diffusivity or mine\.diffusivity\."):
        load_sweep(asked, FUNCTIONS)
    asked.write_text(
        text.replace('"nvp", ', f'"{tmp_path.as_posix()}/mine.toml", '), encoding="utf-8"
    )
    with pytest.raises(InputError, match="names a material twice in mine, mine"):
        load_sweep(asked, FUNCTIONS)


def test_scheduler_is_for_sweeps_and_must_answer(run: RunCommand) -> None:
    outcome = run("run", "nvp_vs_he_v", "--scheduler", "tcp://127.0.0.1:9")
    assert outcome.code == 2
    assert "--scheduler is for sweeps" in outcome.err
    outcome = run("run", SHIPPED, "--scheduler", "nowhere:at all")
    assert outcome.code == 2
    assert len(outcome.errors) == 1
    assert "cannot be reached" in outcome.err


@pytest.mark.skipif(sys.platform == "win32", reason="sends SIGINT")
def test_ctrl_c_leaves_a_sweep_that_goes_on(tmp_path: Path, run: RunCommand) -> None:
    text = SHIPPED.read_text("utf-8").replace("samples = 4096", "samples = 2000")
    (tmp_path / "long.toml").write_text(text, encoding="utf-8")
    command = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "  # not "&"
        "from particle_sim.cli.main import main; main()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", command, "run", "long.toml", "--workers", "1", "--out", "long"],
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(SCENARIOS.parent)},
    )
    deadline = time.monotonic() + 60
    while not list((tmp_path / "long").rglob("status/c/*")) and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    stored = int(np.count_nonzero(open_sweep(tmp_path / "long").status.values))
    assert stored >= 1
    assert err.splitlines() == [
        f"Stopped: {stored} samples are stored in long; run the same command to go on."
    ]
