"""From a cycler's file to what it holds, and on to a fit, the way a lab would go."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from command_line import RunCommand

from particle_sim.figures.record_overview import MOST_POINTS, thinned

sys.path.insert(0, str(Path(__file__).parents[1] / "unit"))

from cycler_files import CAPACITIES, MASS, biologic, gitt, maccor, neware, neware_chinese, rates

GRAMS = f"{1e6 * MASS:g} mg"


def test_a_file_is_shown_and_its_tables_are_fitted(run: RunCommand, tmp_path: Path) -> None:
    (tmp_path / "pulses.csv").write_bytes(neware_chinese(gitt()))
    shown = run("read", "pulses.csv")
    assert shown.code == 0, shown.err
    for part in (
        "Neware (gb18030, columns between semicolons)",
        "charge is positive",
        "电流(mA)",
        "needs it: --mass",
        "a titration of 5 pulses",
        "--kind gitt --mass",
    ):
        assert part in shown.out, shown.out
    assert shown.out.count(" pulse ") == 5
    written = run("read", "pulses.csv", "--mass", GRAMS, "--out", "seen")
    assert written.code == 0, written.err
    names = {path.name for path in (tmp_path / "seen").iterdir()}
    assert names == {"manifest.json", "record.png", "record.svg", "segments.csv", "titration.csv"}
    results = []
    for data, more in (("pulses.csv", ("--mass", GRAMS)), ("seen/titration.csv", ())):
        known = ("--material", "he_v", "--kind", "gitt", "--out", f"fit_{len(data)}")
        fitted = run("fit", data, *known, *more)
        assert "Traceback" not in fitted.err
        results.append((fitted.code, [row for row in fitted.out.splitlines() if "1/s" in row]))
    assert results[0] == results[1]


def test_what_was_understood_as_json(run: RunCommand, tmp_path: Path) -> None:
    (tmp_path / "cell.mpt").write_bytes(biologic(rates()))
    outcome = run("read", "cell.mpt", "--json")
    found = json.loads(outcome.out)
    assert found["program"].startswith("BioLogic")
    assert found["mass_mg"] == pytest.approx(1e6 * MASS)
    assert [one["kind"] for one in found["segments"][:4]] == ["rest", "charge", "rest", "discharge"]
    got = {round(pair["current_mA_per_g"]): pair["capacity_mAh_per_g"] for pair in found["rates"]}
    assert got == pytest.approx({round(i): q for i, q in CAPACITIES.items()}, rel=3e-4)
    assert found["doubts"] == []
    assert any("Back at 12 mA/g" in note for note in found["notes"])


def test_a_question_is_answered_with_the_option_it_names(run: RunCommand, tmp_path: Path) -> None:
    (tmp_path / "cell.txt").write_bytes(maccor(rates()).replace(b"State", b"Shape"))
    asked = run("read", "cell.txt")
    assert asked.code == 2
    assert len(asked.errors) == 1
    assert "--positive charge, discharge or by-voltage" in asked.errors[0]
    answered = run("read", "cell.txt", "--positive", "by-voltage", "--mass", GRAMS)
    assert answered.code == 0, answered.err
    assert f'--positive by-voltage --mass "{GRAMS}"' in answered.out
    assert "120 mA/g: 101.5 mAh/g" in answered.out


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (b"a,b,c\n1,2,3\n", "no header of a known program"),
        (b"\x00\x01\x02\x03", "no text file"),
        (b"", "is empty"),
        (neware(rates())[:90], "no row of numbers"),
    ],
)
def test_what_cannot_be_read_ends_in_one_sentence(
    content: bytes, part: str, run: RunCommand, tmp_path: Path
) -> None:
    (tmp_path / "cell.csv").write_bytes(content)
    for arguments in (("read", "cell.csv"), ("read", "cell.csv", "--json", "--out", "x")):
        outcome = run(*arguments)
        assert outcome.code == 2
        assert outcome.out == ""
        assert len(outcome.errors) == 1
        assert part in outcome.errors[0]
    assert not (tmp_path / "x").exists()


def test_a_picture_of_many_rows_keeps_its_peaks() -> None:
    """One row in a million; the twin is every 250th row, which loses it."""
    values = np.zeros(1_000_000)
    values[654_321] = 1.0
    assert values[thinned(values)].max() == 1.0
    assert len(thinned(values)) <= MOST_POINTS + 2
    assert values[:: len(values) // MOST_POINTS].max() == 0.0
