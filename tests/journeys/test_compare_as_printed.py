"""compare --as-printed: the published picture, and what it assumes."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
import xarray as xr
from command_line import RunCommand

from particle_sim.claims import findings

ASKED = ("as_printed", "as_printed_map")
FAST = ("--physics", "solid-solution", "--at", "0.1,0.9")


@pytest.mark.usefixtures("known_particles", "one_picture")
def test_the_picture_comes_with_what_it_assumes(
    run: RunCommand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beside one sentence of the verdict, which is not looked at here."""
    every = findings._claims
    monkeypatch.setattr(
        findings, "_claims", lambda pair: [each for each in every(pair) if each.kind == "uniform"]
    )
    outcome = run("compare", "nvp", "he_v", *FAST, "--as-printed", "--out", "printed")
    assert outcome.code == 0, outcome.err
    folder = tmp_path / "printed"
    page = (folder / "report.html").read_text(encoding="utf-8")
    for name in ASKED:
        for kind in ("png", "svg"):
            assert (folder / f"{name}.{kind}").stat().st_size > 10_000
        assert f'id="{name}"' in page
    words = re.sub(r"\s+", " ", outcome.out)
    assert 'so that "retained at the surface" has no region' in words
    assert "all words hold together" in words
    assert "The picture as its paper describes it, whose inputs it does not print" in words
    with xr.open_datatree(folder / "results.nc", engine="h5netcdf") as tree:
        node = tree["as_printed"]
        assert node.attrs["chosen"] == "early_discharge"
        for sentence in node.attrs["sentences"]:
            assert re.sub(r"\s+", " ", sentence) in words
        point = node["points"].to_dataset().sel(point="nearest", state="early_discharge")
        for role, is_even in (("baseline", False), ("candidate", True)):
            field = node[f"panel/{role}"].site_fraction.sel(fraction=0.1)
            spread = float(field.max() - field.min())
            assert (spread < 0.05) is is_even
            assert spread == pytest.approx(float(point.spread.sel(role=role)), rel=1e-3)
    redrawn = run("plot", "printed", "--figure", "as_printed_map", "--out", "again")
    assert redrawn.code == 0, redrawn.err
    assert (tmp_path / "again" / "as_printed_map.svg").read_bytes() == (
        folder / "as_printed_map.svg"
    ).read_bytes()


def test_a_scenario_asks_for_it_too(
    run: RunCommand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def noted(*_: object, as_printed: bool, **__: object) -> None:
        asked.append(as_printed)
        sys.exit(0)

    monkeypatch.setattr("particle_sim.cli.scenario.run_comparison", noted)
    question = '[scenario]\nquestion = "Q"\nbaseline = "nvp"\ncandidate = "he_v"\n'
    for key in ("", "as_printed = false\n", "as_printed = true\n"):
        (tmp_path / "asked.toml").write_text(question + key, encoding="utf-8")
        assert run("run", "asked.toml").code == 0
    assert asked == [False, False, True]
