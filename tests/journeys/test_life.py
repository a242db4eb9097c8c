"""``particle-sim life`` from the command line to the folder, and mistakes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import xarray as xr
from command_line import RunCommand

from particle_sim.life.frozen import load_calibration

pytestmark = pytest.mark.usefixtures("known_particles")

FIGURES = ("life_cracked", "life_retention", "life_map")
FILES = {
    "life.nc", "report.txt", "report.html", "manifest.json",
    *(f"{name}.{ending}" for name in FIGURES for ending in ("png", "svg", "csv")),
}  # fmt: skip
SERIES = "cycle, capacity [mAh/g]\n" + "".join(f"{n}, {100 - 0.2 * n}\n" for n in range(1, 101))


def test_a_pair_to_a_page(run: RunCommand, tmp_path: Path) -> None:
    """What is printed, written and given as JSON is one answer."""
    asked = ("life", "nfm_li2024", "he_o3_li2024", "--samples", "60", "--cycles", "200",
             "--c-rate", "3", "--out", "found")  # fmt: skip
    told = run(*asked, "--json")
    assert told.code == 0, told.err
    folder = tmp_path / "found"
    assert {path.name for path in folder.iterdir()} == FILES
    answer = json.loads(told.out)
    report, page = (folder / "report.txt").read_text("utf-8"), (folder / "report.html").read_text()
    assert answer["answer"] in report
    assert len(answer["verdict"]) == 6
    assert all(line["says"] in report for line in answer["verdict"])
    with xr.open_datatree(folder / "life.nc", engine="h5netcdf") as tree:
        tree.load()
    for name, own in answer["materials"].items():
        for end in ("relieved", "held"):
            stored = tree["flaw_free"]["none_grows"].sel(material=name, end=end)
            assert own[end]["no_flaw_grows"] == pytest.approx(float(stored))
            kept = own[end]["kept"]
            assert all(low <= middle <= high for low, middle, high in kept.values())
    for end, order in answer["order"].items():
        for rule in ("fatigue", "slow"):
            assert sum(order[name][rule] for name in order) == pytest.approx(1), (end, rule)
    labels = {row["key"]: row["label"] for row in answer["printed"]}
    assert labels == {
        "nfm_li2024 3C 0 to 200": "calibrated",
        "nfm_li2024 5C 0 to 500": "calibrated, seen before",
        "he_o3_li2024 3C 0 to 200": "calibrated, seen before",
        "he_o3_li2024 5C 0 to 500": "calibrated, seen before",
        "he_o3_li2024 1C 0 to 100": "calibrated, seen before",
    }
    hashes = {answer["constants"], *(row["constants"] for row in answer["printed"])}
    assert hashes == {load_calibration().hash}
    for word in (
        "flaw-free",
        "calibrated",
        "predicted",
        "N2, the same per hour",
        "Arrest is normal",
    ):
        assert word in page, word
    drawn = run("plot", "found", "--figure", "life_map", "--out", "again")
    assert drawn.code == 0, drawn.err
    assert {path.name for path in (tmp_path / "again").iterdir()} == {
        "life_map.png",
        "life_map.svg",
    }
    assert (tmp_path / "again" / "life_map.png").read_bytes() == (
        folder / "life_map.png"
    ).read_bytes()
    unknown = run("plot", "found", "--figure", "life_mop")
    assert 'has no figure "life_mop"; did you mean life_map' in unknown.errors[0]
    (folder / "life.nc").write_bytes(b"changed")
    assert "is damaged or was changed" in run("plot", "found", "--figure", "life_map").errors[0]


def test_one_material_with_its_own_data(run: RunCommand, tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text(SERIES, encoding="utf-8")
    told = run("life", "he_o3_li2024", "--samples", "50", "--data", "mine.csv", "--law", "fatigue",
               "--window", "2.1-3.9 V", "--cycles", "120", "--out", "found")  # fmt: skip
    assert told.code == 0, told.err
    assert "2.1 to 3.9 V" in told.out
    assert "predicted: HE at 1C, 99 cycles, 80.2 % measured" in told.out
    said = "HE at 1C, 99 cycles: 80.2 % kept, as measured."
    assert told.out.index(said) < told.out.index("flaw-free"), "your own data come first"
    page = (
        (tmp_path / "found" / "report.html").read_text("utf-8").replace("\N{NO-BREAK SPACE}", " ")
    )
    assert page.index('class="verdicts"') < page.index(said) < page.index('class="seen"')
    with xr.open_datatree(tmp_path / "found" / "life.nc", engine="h5netcdf") as tree:
        assert "order" not in tree.children
        assert list(tree["cracked"]["rule"].values) == ["fatigue"]
        rows = tree["printed"].to_dataset()
        assert rows.sizes["row"] == 1, "tests in print had another window"
        mine = rows.isel(row=0)
        assert float(mine.of_observed) == pytest.approx(80.0 / 99.8)
        assert float(mine.of_cycles) == 99
        assert str(mine.of_label.values) == "predicted"
        assert tree["data"].attrs["name"] == "mine.csv"
        assert tree["data"].sizes["cycle"] == 100


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nvp", "he_v", "nvmp"), "3 materials are named; give one, or a baseline and one more"),
        (("nvp", "he_v", "--data", "mine.csv"), "--data is the test of one material, and 2 are"),
        (("nvp", "--mass", "2 mg"), "--mass and --positive are of a file; give it with --data"),
        (("nvp", "--data", "cell.csv"), 'give its active mass, e.g. --mass "2.1 mg"'),
        (("nvp", "--cycles", "1000000"), "the law supports 1 to 100000"),
        (("nvp", "--c-rate", "-1"), "The C-rate is -1"),
        (("nvp", "--samples", "3"), "The samples are 3"),
        (("nvp", "--window", "4-2 V"), '--window is "4-2 V"; the lower cut-off comes first'),
        (("nvp", "--window", "wide"), '--window is "wide"; write it like "2-4 V"'),
        (("nvq",), 'There is no material "nvq"'),
        (("nvp", "--data", "rising.csv"), "the capacity rises up to the last cycle"),
        (("nvp", "--data", "twice.csv"), "twice.csv"),
        (("nvp", "--out", "."), "the folder you are in"),
        (("nvp", "--constants", "mine.toml"), "mine.toml"),
        (("nvp", "--evidence", "mine"), "--evidence mine needs --rates"),
        (("nvp", "--evidence", "shipped", "--rates", "nvp=r.csv"), "--rates is given, but"),
        (("nvp", "--rates", "he_v=r.csv"), "--rates names the material"),
    ],
)
def test_mistakes_end_with_one_sentence(
    run: RunCommand, tmp_path: Path, arguments: tuple[str, ...], words: str
) -> None:
    (tmp_path / "mine.csv").write_text(SERIES, encoding="utf-8")
    (tmp_path / "rising.csv").write_text("cycle, retention [%]\n1, 90\n2, 95\n3, 99\n", "utf-8")
    (tmp_path / "twice.csv").write_text("cycle, retention [%]\n1, 99\n1, 95\n", "utf-8")
    (tmp_path / "cell.csv").write_text(SERIES.replace("mAh/g", "mAh"), "utf-8")
    outcome = run("life", *arguments)
    assert outcome.code == 2, outcome
    assert len(outcome.errors) == 1, outcome.err
    assert words in outcome.errors[0]
    assert not list(tmp_path.glob("results/*"))


def test_a_series_of_a_whole_cell_takes_its_mass(run: RunCommand, tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text(SERIES.replace("mAh/g", "mAh"), encoding="utf-8")
    told = run("life", "he_v", "--samples", "50", "--data", "mine.csv", "--mass", "2.1 mg",
               "--out", "found")  # fmt: skip
    assert told.code == 0, told.err
    with xr.open_datatree(tmp_path / "found" / "life.nc", engine="h5netcdf") as tree:
        assert float(tree["data"]["retention"][-1]) == pytest.approx(80.0 / 99.8)


def test_gaps_of_a_series_are_a_caution_and_no_refusal(run: RunCommand, tmp_path: Path) -> None:
    kept = [line for n, line in enumerate(SERIES.splitlines()) if not 40 <= n < 60]
    (tmp_path / "mine.csv").write_text("\n".join(kept) + "\n", encoding="utf-8")
    told = run("life", "he_v", "--samples", "50", "--data", "mine.csv", "--out", "found", "--json")
    assert told.code == 0, told.err
    assert any("20 cycles are missing" in text for text in json.loads(told.out)["cautions"])
