"""Sizes, forms and inventories from the command line, and a user's mistakes with them."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import RunCommand


def test_a_rate_study_of_counted_sizes(run: RunCommand, tmp_path: Path) -> None:
    rows = "\n".join(f"{radius}, {count}" for radius, count in [(0.3, 40), (0.5, 30), (0.8, 8)])
    (tmp_path / "sem.csv").write_text(f"radius [um], count [1]\n{rows}\n")
    told = run(
        "rate", "he_o3_li2024", "nvp", "--rates", "5", "--model", "SPM,MPM", "--samples", "20",
        "--sizes", "sem.csv", "--share-above", "20 MPa", "--out", "found",
    )  # fmt: skip
    assert told.code == 0, told.err
    assert "passes 20.0 MPa on charge" in told.out
    assert "NVP stays at one size: particles of two phases" in told.out
    table = (tmp_path / "found" / "rate.csv").read_text("utf-8")
    assert "he_o3_li2024,half cell,MPM,5," in table
    assert "he_o3_li2024,half cell,many sizes,5," in table
    assert "nvp,half cell,MPM" not in table


def test_the_inventories_that_give_a_print(run: RunCommand) -> None:
    told = run("cell", "he_v", "--full", "--c-rate", "0.2", "--inventory", "200", "--json")
    assert told.code == 0, told.err
    assert '"printed [mAh/g]": 170.8' in told.out
    assert '"draws": 200' in told.out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("rate", "nvp", "--share-above", "5 MPa"), "--share-above needs --size-spread or --sizes"),
        (("rate", "nvp", "--size-spread", "9"), "The size spread is 9"),
        (("rate", "nvp", "--model", "MPM"), "The model MPM needs sizes"),
        (("rate", "nvp", "--model", "MPM", "--size-spread", "0.3"), "add a model such as SPM"),
        (("cell", "he_v", "--inventory", "50"), "--inventory is of a full cell; give --full"),
        (("cell", "he_v", "--full", "--inventory", "2"), "--inventory is 2; give 20 to 100000"),
        (("cell", "he_v", "--full", "--inventory", "50"), "only at 0.2C; choose --c-rate"),
        (("cell", "nvp", "--full", "--inventory", "50"), "no capacity of a full cell is printed"),
    ],
)
def test_mistakes_are_told_in_a_sentence(
    run: RunCommand, arguments: tuple[str, ...], words: str
) -> None:
    told = run(*arguments)
    assert told.code != 0
    assert words in " ".join(told.err.split())


def test_a_form_is_of_rates(run: RunCommand, tmp_path: Path) -> None:
    (tmp_path / "curve.csv").write_text("capacity [mAh/g], voltage [V]\n1, 3\n2, 2.9\n")
    told = run(
        "fit", "curve.csv", "--material", "he_o3_li2024", "--kind", "voltage", "--c-rate", "1",
        "--form", "sizes",
    )  # fmt: skip
    assert told.code != 0
    assert "--form is given, but --kind is voltage" in told.err
