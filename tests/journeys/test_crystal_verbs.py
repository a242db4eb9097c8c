"""``diffraction`` and ``migration`` print, store and refuse what they say they do."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from command_line import RunCommand

BOLTZMANN = 8.617333262e-5


def two_theta(c: float) -> float:
    """(003) of Cu K-alpha1; ``c`` [angstrom]."""
    return 2 * math.degrees(math.asin(1.5406 / (2 * c / 3)))


def test_diffraction_as_json_beside_the_printed_shift(run: RunCommand) -> None:
    outcome = run("diffraction", "nfm_li2024@lattice_maxima", "--states", "3", "--json")
    assert (outcome.code, outcome.err) == (0, "")
    shown = json.loads(outcome.out)
    assert shown["reflection"] == [0, 0, 3]
    full, _, empty = shown["states"]
    assert full["sodium"] == 1.0
    assert full["two_theta_first"] == pytest.approx(two_theta(16.38), abs=1e-6)
    assert empty["two_theta_first"] == pytest.approx(two_theta(17.133), abs=1e-6)
    assert empty["shift"] == pytest.approx(two_theta(17.133) - two_theta(16.38), abs=1e-6)
    (printed,) = shown["printed"]
    assert (printed["degree"], printed["place"]) == (0.9, "Results; Fig. 5b")


def test_diffraction_stores_table_and_picture(run: RunCommand, tmp_path: Path) -> None:
    folder = tmp_path / "xrd"
    outcome = run("diffraction", "nvp", "--reflection", "1 1 3", "--out", str(folder))
    assert (outcome.code, outcome.err) == (0, "")
    assert "NVP, (1 1 3)" in outcome.out
    lines = (folder / "diffraction.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "sodium,two_theta_first,two_theta_second,share_first,shift"
    assert len(lines) == 12
    svg = (folder / "diffraction.svg").read_text(encoding="utf-8")
    assert "2 theta [degrees]" in svg
    assert "rich phase beside it" in svg
    assert json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["command"]


def test_migration_of_printed_barriers(run: RunCommand) -> None:
    outcome = run("migration", "nafeo2", "--c-rate", "0.1", "--json")
    assert (outcome.code, outcome.err) == (0, "")
    pristine, charged, share = json.loads(outcome.out)
    assert pristine["barrier_eV"] == [pytest.approx(3.68)]
    wait = math.exp(1.27 / (BOLTZMANN * 298.15)) / 1e13
    assert charged["wait_s"] == pytest.approx(wait, rel=1e-5)
    assert charged["share_moved"][1] == pytest.approx(36000 / wait, rel=1e-3)
    thermal = BOLTZMANN * 298.15
    for found, attempts in zip(share["barrier_eV"], (1e12, 1e13, 10**13.5), strict=True):
        expected = thermal * math.log(attempts * 36000 / -math.log(0.71))
        assert found == pytest.approx(expected, rel=1e-6)


def test_migration_of_typed_numbers(run: RunCommand) -> None:
    outcome = run("migration", "--barrier", "0.75 eV")
    assert (outcome.code, outcome.err) == (0, "")
    assert "0.75 eV" in outcome.out
    assert "0.48 s" in outcome.out
    in_moles = run("migration", "--barrier", "72.364 kJ/mol")
    assert "0.75 eV" in in_moles.out


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        (("diffraction", "nvp", "--reflection", "0033"), "give three whole numbers"),
        (("diffraction", "nvp", "--reflection", "0,0,x"), "give three whole numbers"),
        (("diffraction", "nvp", "--reflection", "000"), "no plane"),
        (("diffraction", "nvp", "--wavelength", "5 nm"), "must not exceed twice that"),
        (("diffraction", "nvp", "--wavelength", "5 kg"), '--wavelength is "5 kg"'),
        (("diffraction", "he_v"), "add them as tables over the stoichiometry"),
        (("migration",), "Nothing is given; add e.g."),
        (("migration", "nvp"), "nvp prints no hop of a metal"),
        (("migration", "--barrier", "0.6 kg"), '--barrier is "0.6 kg"'),
        (("migration", "--barrier", "-1 eV"), "must be at least 0 J/mol"),
        (("migration", "--barrier", "1 eV", "--c-rate", "0"), "--c-rate is 0; it must be positive"),
        (("migration", "--share", "100 %"), "between 0 and the settled share, 1"),
        (("migration", "--share", "60 %", "--site-energy", "0.1 eV"), "settled share, 0.02"),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(
    run: RunCommand, typed: tuple[str, ...], says: str
) -> None:
    outcome = run(*typed)
    assert outcome.code != 0
    assert says in outcome.err
    assert "Traceback" not in outcome.err
