"""Are capacities over cycles read as their file has them, and refused where they mean nothing?"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from particle_sim.damage.fade import fade_of
from particle_sim.errors import InputError
from particle_sim.readers.retention import Retention, read_retention

HEAD = "cycle, capacity [mAh/g]\n"
PLAIN = HEAD + "1, 100\n2, 99\n3, 98\n4, 90\n"


def read(folder: Path, text: str, **more: float) -> Retention:
    path = folder / "cycles.csv"
    path.write_text(text, "utf-8")
    return read_retention(path, **more)


def refusal(folder: Path, text: str, **more: float) -> str:
    with pytest.raises(InputError) as caught:
        read(folder, text, **more)
    (sentence,) = caught.value.problems
    return sentence


def test_capacities_are_over_that_of_the_first_cycle(tmp_path: Path) -> None:
    series = read(tmp_path, PLAIN)
    assert series.cycle.tolist() == [1, 2, 3, 4]
    assert series.kept == pytest.approx([1.0, 0.99, 0.98, 0.9])
    assert series.capacity is not None
    assert series.capacity[0] == 100.0
    assert (series.reference, series.doubts, series.c_rate) == (1, (), None)


@pytest.mark.parametrize(
    "text",
    [
        PLAIN.replace("cycle", "Cycle (1)").replace(",", ";"),
        "cycle\tcapacity [Ah/kg]\n1\t100,0\n2\t99,0\n3\t98,0\n4\t90,0\n",
        "cycle, retention [%]\n1, 100\n2, 99\n3, 98\n4, 90\n",
        "cycle, retention [1]\n1, 1\n2, 0.99\n3, 0.98\n4, 0.9\n",
        PLAIN.replace("1, 100", "0, 100"),
    ],
)
def test_the_same_series_in_other_words(tmp_path: Path, text: str) -> None:
    assert read(tmp_path, text).kept == pytest.approx([1.0, 0.99, 0.98, 0.9])


def test_efficiency_and_rate_may_stand_beside(tmp_path: Path) -> None:
    text = "cycle, capacity [mAh/g], coulombic_efficiency [%], c_rate [1/h]\n"
    series = read(tmp_path, text + "1, 100, 91, 5\n2, 99, 99.5, 5\n")
    assert series.coulombic_efficiency == pytest.approx([0.91, 0.995])
    assert series.c_rate == 5.0


def test_a_capacity_of_the_cell_is_divided_by_its_mass(tmp_path: Path) -> None:
    series = read(tmp_path, "cycle, capacity [mAh]\n1, 0.2\n2, 0.19\n", mass=2e-6)
    assert series.capacity == pytest.approx([100.0, 95.0])


def record(capacities: list[float], currents: list[float], charged: float = 1.02) -> str:
    """A cycler's rows: charge to 4 V, rest, discharge to 2 V, rest; ``charged`` times it before."""
    lines, clock = ["time [s], current [mA/g], voltage [V]", "0, 0, 2.2"], 0.0
    for capacity, current in zip(capacities, currents, strict=True):
        for sign, passed, ends in ((-1, charged * capacity, (2, 4)), (1, capacity, (4, 2))):
            for part in np.linspace(0.02, 1, 50):
                seconds = clock + part * passed / current * 3600
                voltage = ends[0] + part * (ends[1] - ends[0])
                lines.append(f"{seconds:.6f}, {sign * current}, {voltage:.4f}")
            clock = seconds + 600
            lines.append(f"{clock:.6f}, 0, 3.0")
    return "\n".join(lines) + "\n"


def test_discharges_of_a_cycler_are_cycles(tmp_path: Path) -> None:
    series = read(tmp_path, record([100, 95, 90], [50, 50, 50]), one_c_current=100.0)
    assert series.cycle.tolist() == [1, 2, 3]
    assert series.capacity == pytest.approx([100, 95, 90], rel=1e-6)
    assert series.coulombic_efficiency == pytest.approx([1 / 1.02] * 3, rel=1e-6)
    assert series.c_rate == pytest.approx(0.5)


def test_a_cyclers_rates_are_told_apart(tmp_path: Path) -> None:
    rows = record([110, 100, 98, 108], [10, 100, 100, 10])
    assert "at the rates 10, 100 mA/g (without a one_c_current)" in refusal(tmp_path, rows)
    series = read(tmp_path, rows, one_c_current=100.0, c_rate=1.0)
    assert series.cycle.tolist() == [2, 3]
    assert series.kept == pytest.approx([1.0, 0.98], rel=1e-6)


MIXED = "cycle, capacity [mAh/g], c_rate [1/h]\n1, 110, 0.1\n2, 100, 1\n3, 98, 1\n4, 109, 0.1\n"


def test_one_of_two_rates_is_chosen(tmp_path: Path) -> None:
    series = read(tmp_path, MIXED, c_rate=1.0)
    assert series.cycle.tolist() == [2, 3]
    assert series.kept == pytest.approx([1.0, 0.98])
    assert "rates 0.1, 1 1/h; choose one" in refusal(tmp_path, MIXED)
    assert "no cycle is at the rate 5; they are at 0.1, 1 1/h" in refusal(
        tmp_path, MIXED, c_rate=5.0
    )


def test_cycles_that_are_missing_are_named(tmp_path: Path) -> None:
    series = read(tmp_path, HEAD + "1, 100\n2, 99\n4, 98\n10, 90\n")
    assert series.doubts == ("cycles.csv: 6 cycles are missing: 3, 5 to 9.",)
    many = HEAD + "".join(f"{n}, {200 - n}\n" for n in range(1, 40, 2))
    assert read(tmp_path, many).doubts[0].endswith("10, 12 and 13 more gaps.")


def test_a_rise_at_first_is_formation(tmp_path: Path) -> None:
    """Fade counts from the largest capacity; within 1 % a rise is scatter."""
    series = read(tmp_path, HEAD + "1, 90\n2, 95\n3, 100\n4, 80\n")
    assert series.reference == 3
    assert series.kept == pytest.approx([0.9, 0.95, 1.0, 0.8])
    assert series.doubts == (
        "cycles.csv: the capacity rises by 11.1 % up to cycle 3, as in formation; fade is counted "
        "from there.",
    )
    assert read(tmp_path, HEAD + "1, 100\n2, 100.9\n3, 90\n").reference == 1


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("cycle, voltage [V]\n1, 3\n", "neither of the columns capacity [mAh/g] and retention [%]"),
        ("cycle, capacity [mAh/g], retention [%]\n1, 9, 100\n", "both of the columns"),
        (HEAD.replace("cycle", "step") + "1, 100\n2, 99\n", "the column cycle is missing"),
        (HEAD + "1, 100\n", "it holds one cycle; a retention needs two"),
        (
            HEAD + "3, 100\n4, 99\n",
            "line 2: the first cycle is 3, and a retention refers to cycle 1",
        ),
        (HEAD + "1, 100\n1, 99\n", "line 3: cycle is 1 a second time"),
        (HEAD + "2, 99\n1, 100\n", "cycle is 1 after 2; sort the rows by cycle"),
        (HEAD + "1, 100\n1.5, 99\n", "line 3: cycle is 1.5; it must be a whole number"),
        (HEAD + "1, 100\n2, 0\n", "line 3: capacity is 0 A*h/kg; it must be positive"),
        (HEAD + "1, 100\n2, 120\n", "the capacity rises up to the last cycle, 2"),
        ("cycle, retention\n1, 100\n2, 99\n", "has no unit; write retention [%]"),
        ("cycle, retention [1]\n1, 100\n2, 99\n", "retention is 100, which looks like percent"),
        (
            "cycle, retention [%]\n1, 1\n2, 0.9\n",
            "1 % and none is larger, which looks like a share",
        ),
        ("cycle, retention [%]\n1, 100\n2, 104\n", "retention is 1.04 of the first cycle's"),
        (
            "cycle, capacity [mAh/g], coulombic_efficiency [1]\n1, 9, 99\n2, 8, 99\n",
            "coulombic_efficiency is 99, which looks like percent",
        ),
        ("cycle, capacity [mAh]\n1, 9\n2, 8\n", "of the whole cell: give its active mass"),
    ],
)
def test_what_is_no_retention_is_refused(tmp_path: Path, text: str, sentence: str) -> None:
    assert sentence in refusal(tmp_path, text)


def test_a_series_has_a_fade(tmp_path: Path) -> None:
    """ln(100/80)/2 a cycle from the third on."""
    series = read(tmp_path, HEAD + "1, 90\n3, 100\n4, 88\n5, 80\n")
    fade = fade_of(series, c_rate=4.0)
    assert fade.per_cycle == pytest.approx(np.log(100 / 80) / 2)
    assert fade.per_hour == pytest.approx(2 * fade.per_cycle)
    with pytest.raises(InputError, match="has no column c_rate"):
        fade_of(series)
