"""``particle-sim rate`` from the command line to the files, and a user's mistakes."""

from __future__ import annotations

from pathlib import Path

import pytest
import xarray as xr
from command_line import RunCommand

FILES = {
    "rate.nc",
    "report.html",
    "rate.csv",
    "summary.txt",
    *(
        f"rate_{name}.{kind}"
        for name in ("curves", "losses", "map")
        for kind in ("png", "svg", "csv")
    ),
}


def test_one_material_to_a_folder(run: RunCommand, tmp_path: Path) -> None:
    """Nothing but the promised files, each readable, and the numbers agree among them."""
    told = run(
        "rate", "nfpp_he", "--rates", "10", "--model", "SPM", "--samples", "40", "--out", "found",
    )  # fmt: skip
    assert told.code == 0, told.err
    assert {path.name for path in (tmp_path / "found").iterdir()} == {*FILES, "manifest.json"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["found"]
    summary = (tmp_path / "found" / "summary.txt").read_text("utf-8")
    assert summary in told.out
    assert "printed 85 mAh/g at 50C lies" in summary
    with xr.open_datatree(tmp_path / "found" / "rate.nc", engine="h5netcdf") as tree:
        losses = tree["nfpp_he/losses"].to_dataset()
        curve = tree["nfpp_he/curves"].to_dataset()
        assert float(losses.delivered[0]) == pytest.approx(float(curve.half[0, 0]), rel=0.01)
        assert curve.half.attrs["units"] == "mA h/g"
        printed = tree["nfpp_he/printed"].to_dataset()
        assert list(printed.printed.values) == [122, 85]
    table = (tmp_path / "found" / "rate.csv").read_text("utf-8").splitlines()
    assert table[0].startswith("material,what,label,c_rate [1/h],capacity [mA h/g]")
    assert any(line.startswith("nfpp_he,half cell,SPM,10,") for line in table)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nvp", "--rates", ""), "No C-rate is given"),
        (("nvp", "--rates", "1,x"), '--rates is "1,x"; give numbers with commas'),
        (("nvp", "--rates", "-1,1"), "A C-rate is -1; rates must lie above 0"),
        (("nvp", "--rates", "nan"), "A C-rate is nan"),
        (("nvp", "--rates", "inf"), "A C-rate is inf"),
        (("nvp", "--rates", "1,0.5"), "The C-rates are 1,0.5; give them in increasing order"),
        (("nvp", "--rates", "1,1"), "each once"),
        (("nvp", "--model", "SPMX"), '--model names "SPMX", which is no cell model; did you mean'),
        (("nvp", "--samples", "3"), "The number of samples is 3; give 20 to"),
        (("nvpp",), 'There is no material "nvpp"; did you mean'),
        (("nvp", "nvp"), "nvp is named twice"),
        (("lfp", "--full", "--rates", "1"), "it takes up Li but hard_carbon"),
        (("nvp", "--out", "."), "the folder you are in"),
    ],
)
def test_mistakes_end_with_one_sentence(
    run: RunCommand, tmp_path: Path, arguments: tuple[str, ...], words: str
) -> None:
    outcome = run("rate", *arguments)
    assert outcome.code == 2, outcome
    assert len(outcome.errors) == 1, outcome.err
    assert words in outcome.errors[0]
    assert list(tmp_path.iterdir()) == []


def test_a_folder_with_other_files_is_left_alone(run: RunCommand, tmp_path: Path) -> None:
    other = tmp_path / "mine" / "thesis.txt"
    other.parent.mkdir()
    other.write_text("x", encoding="utf-8")
    outcome = run("rate", "nvp", "--out", "mine")
    assert outcome.code == 2
    assert "holds other files (thesis.txt)" in outcome.errors[0]
    assert other.read_text("utf-8") == "x"
