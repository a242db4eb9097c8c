"""Is a table read as any spreadsheet writes it, and is one that can be read two ways refused?"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from particle_sim.errors import InputError
from particle_sim.inference.data import RateData, read_rates, read_voltage

ONE_C = 120.0
PLAIN = "c_rate [1/h], capacity [mAh/g]\n0.1, 117\n0.5, 107.2\n1, 101.4\n"


def rates(folder: Path, text: str | bytes, mass: float | None = None) -> RateData:
    path = folder / "data.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_rates(path, one_c_current=ONE_C, mass=mass)


def refusal(folder: Path, text: str | bytes) -> str:
    with pytest.raises(InputError) as caught:
        rates(folder, text)
    (sentence,) = caught.value.problems
    return sentence


SAME: dict[str, str | bytes] = {
    "semicolons and decimal commas": PLAIN.replace(",", ";").replace(".", ","),
    "tabs": PLAIN.replace(", ", "\t"),
    "tabs and decimal commas": PLAIN.replace(", ", "\t").replace(".", ","),
    "quoted": '"c_rate [1/h]","capacity [mAh/g]"\n"0.1","117"\n"0.5","107.2"\n"1","101.4"\n',
    "quoted header": PLAIN.replace("c_rate [1/h]", '"c_rate [1/h]"'),
    "quoted decimal commas between semicolons": (
        '"c_rate [1/h]";"capacity [mAh/g]"\n"0,1";"117"\n"0,5";"107,2"\n"1";"101,4"\n'
    ),
    "byte-order mark": "\ufeff" + PLAIN,
    "byte-order mark, quotes and semicolons": (
        '\ufeff"c_rate [1/h]";"capacity [mAh/g]"\n0,1;117\n0,5;107,2\n1;101,4\n'
    ),
    "CRLF": PLAIN.replace("\n", "\r\n"),
    "CR": PLAIN.replace("\n", "\r"),
    "the separator named": "sep=;\n" + PLAIN.replace(",", ";").replace(".", ","),
    "no line end at the end": PLAIN.rstrip(),
    "empty cells behind": PLAIN.replace("\n", ",,\n"),
    "empty rows of separators": PLAIN + ",\n,\n",
    "blank lines": PLAIN.replace("\n", "\n\n"),
    "capitals": PLAIN.replace("c_rate [1/h]", "C-Rate [1/h]").replace("capacity", "Capacity"),
    "round brackets": PLAIN.replace("[", "(").replace("]", ")"),
    "a comment with quotes": '# the "good" cell; 1,5 mg\n' + PLAIN,
    "a comment behind": PLAIN.replace("117", '117 # "best"'),
    "a typographic minus": PLAIN.replace("0.1", "1e\u22121"),
    "another column": (
        "step, c_rate [1/h], capacity [mAh/g]\nCC Dchg, 0.1, 117\n"
        '"1,000 h", 0.5, 107.2\n, 1, 101.4\n'
    ),
    "UTF-16": PLAIN.encode("utf-16"),
    "UTF-16 without its mark": PLAIN.encode("utf-16-le"),
    "Latin-1": "# radius 0.25 \xb5m\n".encode("latin-1") + PLAIN.encode(),
    "GB18030": "# 放电 discharge\n".encode("gb18030") + PLAIN.encode(),
    "a hash in quotes": (
        '"step #",c_rate [1/h],capacity [mAh/g]\n"#1",0.1,117\n2,0.5,107.2\n3,1,101.4\n'
    ),
}  # fmt: skip


@pytest.mark.parametrize("text", SAME.values(), ids=SAME)
def test_the_same_numbers_in_another_dress(text: str | bytes, tmp_path: Path) -> None:
    data = rates(tmp_path, text)
    np.testing.assert_allclose(data.current, np.array([0.1, 0.5, 1.0]) * ONE_C, rtol=1e-12)
    np.testing.assert_allclose(data.capacity, [117.0, 107.2, 101.4], rtol=1e-12)


HEADER = "c_rate [1/h], capacity [mAh/g]\n"
REFUSED = {
    "decimal commas between commas": (
        HEADER + "0,1,117,0\n0,5,107,2\n", ["line 2", "4 cells", "';'"]),
    "a quoted decimal comma between commas": (
        HEADER + '"0,1","117"\n', ["line 2", '"0,1"', "thousands"]),
    "points and commas in numbers": (
        HEADER.replace(",", ";") + "0,1;117\n0.5;107\n", ["line 2", "line 3", "one decimal sign"]),
    "thousands parted": (
        HEADER.replace(",", ";") + "0,1;1.117,0\n", ["line 2", "thousands"]),
    "a quote that does not end": (HEADER + '"0.1, 117\n0.5, 107\n', ["line 2", "quoted"]),
    "text behind a quote": (HEADER + '"0.1"x, 117\n', ["line 2", "quote"]),
    "cut off within a row": (HEADER + "0.1, 117\n0.5", ["line 3", "cut off"]),
    "another separator in the rows": (HEADER + "0.1; 117\n0.5; 107\n", ["line 2", "1 cells"]),
    "an empty cell": (HEADER + "0.1, \n0.5, 107\n", ["line 2", "capacity is empty"]),
    "an underscore in a number": (HEADER + "1_0, 117\n", ["line 2", '"1_0"']),
    "other digits": (HEADER + "\u0661, 117\n", ["line 2", "give a number"]),
    "too large a number": (HEADER + "1e999, 117\n", ["line 2", "finite"]),
    "a number nobody measures": (HEADER + "1e300, 117\n", ["line 2", "finite"]),
    "a time of day": (HEADER + "0:06:00, 117\n", ["line 2", '"0:06:00"']),
    "no text": (b"\x00\x01\x02" + HEADER.encode(), ["no text file", "UTF-8"]),
    "UTF-16 with half a character": (b"\xff\xfe\x00\xd8a\x00", ["utf-16", "UTF-8"]),
    "a misspelt optional column": (
        "c_rate [1/h], capacity [mAh/g], uncertanty [mAh/g]\n1, 2, 3\n",
        ["did you mean uncertainty"],
    ),
    "a column twice": ("c_rate [1/h], capacity [mAh/g], Capacity (mAh/g)\n1, 2, 3\n", ["twice"]),
    "mAh of the cell": (
        "c_rate [1/h], capacity [mAh]\n1, 0.2\n", ['"mAh"', "whole cell", '--mass "2.1 mg"']),
    "mA per area": (
        "current [mA/cm^2], capacity [mAh/g]\n1, 2\n", ["mA/cm^2", "not readable as mA/g"]),
}  # fmt: skip


@pytest.mark.parametrize(("text", "parts"), REFUSED.values(), ids=REFUSED)
def test_what_can_be_read_two_ways_is_refused_in_one_sentence(
    text: str | bytes, parts: list[str], tmp_path: Path
) -> None:
    sentence = refusal(tmp_path, text)
    assert all(part in sentence for part in ["data.csv", *parts]), sentence


def test_columns_that_are_not_needed_are_named_once(tmp_path: Path) -> None:
    assert rates(tmp_path, PLAIN).notes == ()
    (note,) = rates(tmp_path, SAME["another column"]).notes
    assert '"step"' in note


def test_the_active_mass_makes_cells_into_grams(tmp_path: Path) -> None:
    """0.2106 mA and 0.2457 mAh of 2.1 mg are 100.3 mA/g and 117 mAh/g."""
    text = "current [mA], capacity [mAh], uncertainty [mAh/g]\n0.21, 0.2457, 1\n"
    data = rates(tmp_path, text, mass=2.1e-6)
    np.testing.assert_allclose(data.current, [100.0], rtol=1e-12)
    np.testing.assert_allclose(data.capacity, [117.0], rtol=1e-12)
    assert data.uncertainty is not None
    np.testing.assert_allclose(data.uncertainty, [1.0], rtol=1e-12)


def test_a_mass_without_a_use_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="leave --mass out"):
        rates(tmp_path, PLAIN, mass=2.1e-6)


def test_both_statements_of_a_rate_must_agree(tmp_path: Path) -> None:
    text = "c_rate [1/h], current [mA/g], capacity [mAh/g]\n0.1, 12, 117\n0.5, {}, 107\n"
    data = rates(tmp_path, text.format(60))
    np.testing.assert_allclose(data.current, [12.0, 60.0])
    assert "line 3" in (sentence := refusal(tmp_path, text.format(30)))
    assert "disagree" in sentence


@pytest.mark.parametrize(("current", "good"), [(60, True), (30, False), (-60, False)])
def test_a_curve_s_current_must_be_the_one_named(current: int, good: bool, tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    rows = "".join(f"{q}, {3.5 - q / 100}, {current}\n" for q in (1, 20, 50))
    path.write_text("capacity [mAh/g], voltage [V], current [mA/g]\n" + rows, encoding="utf-8")
    if good:
        assert len(read_voltage(path, current=60.0).voltage) == 3
        return
    with pytest.raises(InputError, match=r"line 2: .* disagree"):
        read_voltage(path, current=60.0)
