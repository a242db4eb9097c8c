"""Are measured tables read with their units, and mistakes answered with a line and a remedy?"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from particle_sim.errors import InputError
from particle_sim.inference.data import read_rates, read_titration, read_voltage

ONE_C = 120.0
GOOD = "# a comment\nc_rate [1/h], capacity [mAh/g]\n\n0.1, 117  # printed\n1, 101\n"


def written(folder: Path, text: str) -> Path:
    path = folder / "data.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_rates_become_currents(tmp_path: Path) -> None:
    data = read_rates(written(tmp_path, GOOD), one_c_current=ONE_C)
    np.testing.assert_allclose(data.current, [12.0, 120.0])
    np.testing.assert_allclose(data.capacity, [117.0, 101.0])
    assert data.uncertainty is None


def test_units_are_converted(tmp_path: Path) -> None:
    text = "current [A/g], capacity [Ah/kg], uncertainty [uAh/mg]\n0.012, 117, 2\n0.12, 101, 1\n"
    data = read_rates(written(tmp_path, text), one_c_current=ONE_C)
    np.testing.assert_allclose(data.current, [12.0, 120.0])
    np.testing.assert_allclose(data.capacity, [117.0, 101.0])
    assert data.uncertainty is not None
    np.testing.assert_allclose(data.uncertainty, [2.0, 1.0])


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", ["is empty", "capacity [mAh/g]"]),
        ("c_rate [1/h], capacity [mAh/g]\n", ["line 1", "no row of numbers"]),
        ("c_rate [1/h]\n1\n", ["line 1", "capacity is missing", "capacity [mAh/g]"]),
        ("capacity [mAh/g]\n1\n", ["neither", "c_rate [1/h] and current [mA/g]"]),
        ("c_rate [1/h], current [mA/g], capacity [mAh/g]\n1, 2, 3\n", ["both", "disagree"]),
        ("c_rate, capacity [mAh/g]\n1, 2\n", ["line 1", "c_rate has no unit"]),
        ("c_rate [1/h], capacity [V]\n1, 2\n", ["line 1", 'capacity is in "V"', "[mAh/g]"]),
        ("c_rate [1/h], capacity [bananas]\n1, 2\n", ["line 1", "bananas"]),
        ("c_rate [1/h], capcity [mAh/g]\n1, 2\n", ["line 1", "did you mean capacity"]),
        ("c_rate [1/h], capacity [mAh/g], capacity [mAh/g]\n1, 2, 3\n", ["twice"]),
        ("c_rate [1/h], capacity [mAh/g]\n1, nan\n", ["line 2", "nan", "finite"]),
        ("c_rate [1/h], capacity [mAh/g]\n1, inf\n", ["line 2", "inf", "finite"]),
        ("c_rate [1/h], capacity [mAh/g]\n1, abc\n", ["line 2", '"abc"', "give a number"]),
        ("c_rate [1/h], capacity [mAh/g]\n1, 2, 3\n", ["line 2", "3 cells", "2 columns"]),
        ("c_rate [1/h], capacity [mAh/g]\n1, 2\n-2, 3\n", ["line 3", "c_rate is -2", "positive"]),
        ("c_rate [1/h], capacity [mAh/g]\n1, 2\n0.5, 3\n", ["line 3", "0.5 after 1", "sort"]),
        ("c_rate [1/h], capacity [mAh/g]\n1, 2\n1, 3\n", ["line 3", "a second time"]),
        (
            "c_rate [1/h], capacity [mAh/g], uncertainty [mAh/g]\n1, 2, 0\n",
            ["line 2", "uncertainty is 0", "positive"],
        ),
    ],
)
def test_mistakes_in_rates(tmp_path: Path, text: str, parts: list[str]) -> None:
    with pytest.raises(InputError) as caught:
        read_rates(written(tmp_path, text), one_c_current=ONE_C)
    first = caught.value.problems[0]
    assert all(part in first for part in ["data.csv", *parts]), first
    assert first.count("\n") == 0


def test_all_problems_of_a_file_at_once(tmp_path: Path) -> None:
    text = "c_rate [1/h], capacity [mAh/g]\n1, x\n2, nan\n"
    with pytest.raises(InputError) as caught:
        read_rates(written(tmp_path, text), one_c_current=ONE_C)
    assert len(caught.value.problems) == 2


def test_no_file_and_no_text(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        read_rates(tmp_path / "none.csv", one_c_current=ONE_C)
    (tmp_path / "bytes.csv").write_bytes(b"PK\x03\x04\x00\x01")
    with pytest.raises(InputError, match=r"no text file.*UTF-8"):
        read_rates(tmp_path / "bytes.csv", one_c_current=ONE_C)


def test_cells_are_never_executed(tmp_path: Path) -> None:
    text = "c_rate [1/h], capacity [mAh/g]\n1, __import__('os').getpid()\n"
    with pytest.raises(InputError, match="give a number"):
        read_rates(written(tmp_path, text), one_c_current=ONE_C)


def test_a_voltage_curve(tmp_path: Path) -> None:
    text = "capacity [mAh/g], voltage [mV]\n0, 3500\n50, 3300\n100, 2500\n"
    curve = read_voltage(written(tmp_path, text), current=12.0)
    np.testing.assert_allclose(curve.voltage, [3.5, 3.3, 2.5])
    short = written(tmp_path, "capacity [mAh/g], voltage [V]\n0, 3\n1, 2\n")
    with pytest.raises(InputError, match="at least 3"):
        read_voltage(short, current=12.0)


def test_a_titration_goes_forward_in_time(tmp_path: Path) -> None:
    text = "time [h], current [mA/g], voltage [V]\n0, 0, 3\n1, -5, 3.1\n0.5, 0, 3\n"
    with pytest.raises(InputError, match=r"line 4: time is 1800 s after 3600 s"):
        read_titration(written(tmp_path, text))
