"""``particle-sim cell`` under protocols and as a spectrum: files, numbers, mistakes."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from command_line import RunCommand


def table(path: Path) -> dict[str, list[float]]:
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {name: [float(row[name]) for row in rows] for name in rows[0]}


def test_a_sweep_at_two_rates_to_a_folder(run: RunCommand, tmp_path: Path) -> None:
    told = run(
        "cell", "nfpp_he", "--protocol", "sweep", "--scan-rate", "0.2,1 mV/s",
        "--window", "2.4:3.8 V", "--out", "found",
    )  # fmt: skip
    assert told.code == 0, told.err
    folder = tmp_path / "found"
    assert {path.name for path in folder.iterdir()} == {
        "cell.nc", "manifest.json", "report.html", "run_1.csv", "run_2.csv", "summary.json",
        "voltammogram.png", "voltammogram.svg",
    }  # fmt: skip
    summary = json.loads((folder / "summary.json").read_text("utf-8"))
    assert [facts["scan rate [V/s]"] for facts in summary["runs"]] == [2e-4, 1e-3]
    assert 0.5 < summary["b of the anodic peak"] < 1
    columns = table(folder / "run_1.csv")
    assert columns["voltage [V]"][0] == pytest.approx(2.4)
    assert max(columns["voltage [V]"]) == pytest.approx(3.8, abs=1e-3)
    peak = summary["runs"][0]["anodic peak"]["current [mA/g]"]
    assert -min(columns["specific_current [mA/g]"][1:800]) == pytest.approx(peak, rel=1e-3)


def test_a_spectrum_to_a_folder(run: RunCommand, tmp_path: Path) -> None:
    told = run("cell", "he_v", "--impedance", "10mHz:100kHz", "--out", "found", "--full")
    assert told.code == 0, told.err
    columns = table(tmp_path / "found" / "impedance.csv")
    frequency = columns["frequency [Hz]"]
    assert frequency[0] == pytest.approx(1e-2)
    assert frequency[-1] == pytest.approx(1e5)
    assert len(frequency) == 71
    modulus = np.hypot(columns["real [ohm m2]"], columns["imaginary [ohm m2]"])
    assert columns["modulus [ohm m2]"] == pytest.approx(modulus.tolist(), rel=1e-6)
    assert (tmp_path / "found" / "nyquist.png").stat().st_size > 1000


def test_written_steps_as_json(run: RunCommand) -> None:
    told = run(
        "cell", "nvp", "--protocol", "Charge at 2C until 3.6 V; Rest for 10 minutes", "--json"
    )
    assert told.code == 0, told.err
    (facts,) = json.loads(told.out)["runs"]
    assert facts["time [h]"] > 1 / 6
    assert facts["voltage at the end [V]"] < 3.6


@pytest.mark.parametrize("name", ["charge", "cc-cv", "cycle", "gitt"])
def test_named_protocols(run: RunCommand, name: str) -> None:
    told = run("cell", "nvp", "--protocol", name, "--c-rate", "5")
    assert told.code == 0, told.err
    assert "mAh/g" in told.out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--protocol", "dance"), '--protocol is "dance"; give charge, discharge, cc-cv'),
        (("--protocol", "Dance at 1C"), 'The step "Dance at 1C" is not understood; write it like'),
        (("--protocol", "Charge at 2 A for 1 hour"), '"2 A" is no C-rate; write C/5 or 0.2C'),
        (("--protocol", "cycle", "--cycles", "0"), "--cycles is 0; it must be from 1"),
        (("--protocol", "sweep", "--scan-rate", "1,0.5 mV/s"), "in increasing order, each once"),
        (("--protocol", "sweep", "--scan-rate", "1 mA"), "has the wrong dimension"),
        (("--protocol", "sweep", "--window", "3 V"), "give two values and a colon"),
        (("--protocol", "sweep", "--window", "4:3 V"), "the first below the second"),
        (("--protocol", "charge", "--window", "3:4 V"), "it belongs to --protocol sweep"),
        (("--impedance", "1Hz"), "give two values and a colon"),
        (("--impedance", "10:1 Hz"), "the first must be less"),
        (("--impedance", "1:10 Hz", "--state-of-charge", "2"), "The state of charge is 2"),
        (("--impedance", "1:10 Hz", "--protocol", "charge"), "are both given; give one of them"),
        (("--window", "3:4 V"), "neither --protocol nor --impedance is given"),
        (("--protocol", "charge", "--out", "."), "the folder you are in"),
    ],
)
def test_mistakes_end_with_one_sentence(
    run: RunCommand, arguments: tuple[str, ...], words: str
) -> None:
    told = run("cell", "nvp", *arguments)
    assert told.code != 0
    assert words in told.err
    assert "Traceback" not in told.err
