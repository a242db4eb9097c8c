"""``particle-sim rate --data --predict`` from the command line to the files, and mistakes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import xarray as xr
from command_line import RunCommand

MATERIAL = "he_o3_li2024"
SLOW = "c_rate [1/h], capacity [mAh/g]\n0.1, 117\n0.3, 113\n0.5, 107\n1, 101\n"
FILES = {
    "results.nc", "report.txt", "report.html", "rate_prediction.png", "rate_prediction.svg",
    "manifest.json",
}  # fmt: skip


@pytest.fixture
def rates(tmp_path: Path) -> Path:
    path = tmp_path / "rates.csv"
    path.write_text(SLOW, encoding="utf-8")
    return path


def test_measured_rates_to_an_answer_and_a_folder(
    run: RunCommand, rates: Path, tmp_path: Path
) -> None:
    """What is printed, written and given as JSON is one answer; so is a second run."""
    asked = ("rate", MATERIAL, "--data", rates, "--predict", "5C,3C", "--out", "found")
    told = run(*asked)
    assert told.code == 0, told.err
    assert {path.name for path in (tmp_path / "found").iterdir()} == FILES
    report = (tmp_path / "found" / "report.txt").read_text("utf-8")
    assert report in told.out
    assert "learned from rates.csv (4 rates, 0.1C to 1C)" in report
    assert "Measure next: capacity at 2C" in report
    again = run(*asked, "--json")
    assert again.code == 0, again.err
    answer = json.loads(again.out)
    assert [each["c_rate"] for each in answer["rates"]] == [3, 5]
    with xr.open_datatree(tmp_path / "found" / "results.nc", engine="h5netcdf") as tree:
        stored = tree["asked"].to_dataset()
        assert stored.capacity.attrs["units"] == "mA h/g"
        for i, each in enumerate(answer["rates"]):
            for name in ("capacity", "measurement", "before", "rival"):
                low, middle, high = stored[name].values[:, i]
                assert each[name] == pytest.approx({"low": low, "median": middle, "high": high})
                assert low < middle < high
    at_three, at_five = answer["rates"]
    assert at_three["capacity"]["median"] > at_five["capacity"]["median"]
    for each in answer["rates"]:
        ends = {name: each[name]["high"] - each[name]["low"] for name in ("capacity", "before")}
        assert ends["capacity"] < 0.7 * ends["before"], "the data narrow what is believed"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--predict", "fast"), '--predict is "fast"; give numbers with commas, e.g. 3C,5C,10C'),
        (("--predict", ""), "--predict names 0 rates"),
        (("--predict", "0.05C"), "names 0.05C, which is slower than all of rates.csv"),
        (("--predict", "1C,3C"), "names 1C, which rates.csv holds (101 mAh/g)"),
        (("--predict", "1e6C"), "names 1e+06C; rates must lie above 0 and up to 1000C"),
        ((), "--data needs --predict"),
        (("--predict", "3C", "--model", "SPM"), "--model is given, but rates learned from --data"),
        (("--predict", "3C", "--rates", "1"), "--rates is given, but"),
        (("--predict", "3C", "--full"), "--full is given, but"),
        (("--predict", "3C", "--evidence", "none"), "--evidence is given, but"),
        (("--predict", "3C", "--mass", "-2 mg"), "--mass is -2e-06 kg; it must be positive"),
        (("--predict", "3C", "nvp"), "--data is the test of one material, and 2 are named"),
        (("--predict", "3C", "--out", "."), "the folder you are in"),
    ],
)
def test_mistakes_end_with_one_sentence(
    run: RunCommand, rates: Path, tmp_path: Path, options: tuple[str, ...], words: str
) -> None:
    outcome = run("rate", MATERIAL, "--data", rates, *options)
    assert outcome.code == 2, outcome
    assert len(outcome.errors) == 1, outcome.err
    assert words in outcome.errors[0]
    assert [path.name for path in tmp_path.iterdir()] == ["rates.csv"]


@pytest.mark.parametrize("option", ["--predict", "--mass"])
def test_an_option_of_data_needs_them(run: RunCommand, option: str) -> None:
    outcome = run("rate", MATERIAL, option, "3C")
    assert outcome.code == 2
    assert f"{option} needs --data; give a file of measured rates" in outcome.errors[0]


def test_a_capacity_of_another_unit_is_refused_with_its_line(run: RunCommand, rates: Path) -> None:
    rates.write_text("c_rate [1/h], capacity [mAh/g]\n0.1, 0.117\n1, 0.101\n", encoding="utf-8")
    outcome = run("rate", MATERIAL, "--data", rates, "--predict", "3C")
    assert outcome.code == 2
    (error,) = outcome.errors
    assert "rates.csv, line 2: the capacity and the material disagree" in error


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ("0.1, 117\n", "rates.csv holds one rate, which says nothing of how the capacity falls"),
        ("0.1, 117\n1, 101\n", "rates.csv holds 2 rates, which hardly say how"),
    ],
)
def test_few_rates_are_answered_with_a_doubt(
    run: RunCommand, rates: Path, rows: str, words: str
) -> None:
    rates.write_text(f"c_rate [1/h], capacity [mAh/g]\n{rows}", encoding="utf-8")
    told = run("rate", MATERIAL, "--data", rates, "--predict", "3C", "--out", "found", "--json")
    assert told.code == 0, told.err
    assert any(words in note for note in json.loads(told.out)["notes"])
