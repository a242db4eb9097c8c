"""Is a spoiled file of a cycler answered in one sentence or with a doubt that names it, and
never read wrong?"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from cycler_files import MASS, WRITERS, Test, biologic, gitt, neware, placed, rates

from particle_sim.errors import InputError
from particle_sim.inference.data import read_rates, read_titration
from particle_sim.readers import binary, clock, columns
from particle_sim.readers.numerals import Decimal
from particle_sim.readers.record import Record, read_record
from particle_sim.readers.segments import doubts_of, segments

RATES, GITT = rates(), gitt()


def sentence(read: Callable[[], object]) -> str:
    with pytest.raises(InputError) as caught:
        read()
    (problem,) = caught.value.problems
    return problem


def is_a_beginning(record: Record, test: Test) -> bool:
    count = len(record.time)
    return bool(
        count <= len(test.time)
        and np.allclose(record.time, test.time[:count], atol=0.02)
        and np.allclose(record.current, test.current[:count], atol=2e-9)
        and np.allclose(record.voltage, test.voltage[:count], atol=2e-5)
    )


@pytest.mark.parametrize("name", WRITERS)
def test_a_file_that_was_cut_off_gives_its_beginning(name: str, tmp_path: Path) -> None:
    """Cut at any byte: refused in one sentence, or every row that is read is a row of the whole
    file."""
    content = WRITERS[name](RATES)
    source = np.random.default_rng(7)
    read = 0
    for at in (*source.integers(10, len(content), 30), len(content) - 1, len(content) - 3):
        path = placed(tmp_path, content[: int(at)])
        try:
            record = read_record(path)
        except InputError:
            continue
        read += 1
        assert is_a_beginning(record, RATES), (name, at, record.doubts)
    assert read > 10, f"{name}: hardly anything of it is read"


@pytest.mark.parametrize("name", ["neware", "maccor", "basytec", "bdf"])
def test_a_row_that_was_cut_off_is_named(name: str, tmp_path: Path) -> None:
    content = WRITERS[name](RATES)
    line = content.count(b"\n")
    record = read_record(placed(tmp_path, content[: content.rstrip().rfind(b"\n") + 30]))
    assert any(f"line {line}" in doubt and "cut off" in doubt for doubt in record.doubts)
    assert len(record.time) == len(RATES.time) - 1


def edited(name: str, change: Callable[[list[str]], list[str]]) -> bytes:
    lines = WRITERS[name](RATES).decode("utf-8-sig").splitlines()
    return ("\n".join(change(lines)) + "\n").encode()


def with_cell(lines: list[str]) -> list[str]:
    half = len(lines) // 2
    return [
        f"Channel,{lines[0]}",
        *(f"{1 + (i > half)},{line}" for i, line in enumerate(lines[1:])),
    ]


def clock_back(lines: list[str]) -> list[str]:
    """An hour goes back at row 60, as when summer ends."""

    def earlier(line: str) -> str:
        cells = line.split(",")
        hours, rest = cells[5].split(":", 1)
        return ",".join([*cells[:5], f"{int(hours) - 1}:{rest}", *cells[6:]])

    return [*lines[:60], *map(earlier, lines[60:])]


REFUSED: dict[str, tuple[str, Callable[[list[str]], list[str]], list[str]]] = {
    "two files, one behind the other": (
        "neware", lambda r: r + r, ["the header stands again", "split it"]),
    "two tests under one header": (
        "arbin", lambda r: r + r[1:], ["must not decrease", "starts again", "two tests or cells"]),
    "two cells": ("neware", with_cell, ['Channel is "2" after "1"', "2 cells stand in one file"]),
    "the clock put back": ("neware", clock_back, ["line 61", "must not decrease", "put back"]),
    "no voltage": (
        "neware", lambda r: [r[0].replace("Voltage(V)", "Vltg"), *r[1:]],
        ["line 1", "Neware", "no column of voltage", "Vltg"]),
    "no current": (
        "arbin", lambda r: [r[0].replace("Current(A)", "I_x"), *r[1:]], ["no column of current"]),
    "a unit that is none of the current": (
        "neware", lambda r: [r[0].replace("Current(A)", "Current(V)"), *r[1:]],
        ["no column of current"]),
    "millivolt under V": (
        "neware", lambda r: [r[0], *(_scaled(line, 7, 1e3) for line in r[1:])],
        ["Voltage(V) is 2000 V", "mV"]),
    "a word among the numbers": (
        "arbin", lambda r: [*r[:50], r[50].replace(r[50].split(",")[7], "OVL"), *r[51:]],
        ["line 51", 'Voltage(V) is "OVL"', "give a number"]),
    "a row in pieces": (
        "arbin", lambda r: [*r[:50], r[50][:20], *r[50:]], ["line 51", "cells stand under 8"]),
    "an empty cell": (
        "arbin", lambda r: [*r[:50], r[50].replace(r[50].split(",")[7], ""), *r[51:]],
        ["line 51", 'Voltage(V) is ""']),
    "no rows": ("neware", lambda r: r[:1], ["no row of numbers follows"]),
    "nothing": ("neware", lambda r: [], ["is empty"]),
    "an unknown program": (
        "neware", lambda r: ["when,how much,what", *r[1:]],
        ["no header of a known program", "when,how much", "time [s]", "Test Time / s"]),
    "voltage twice": (
        "neware", lambda r: [r[0].replace("Capacity(Ah)", "Voltage(V)"), *r[1:]],
        ["the column Voltage(V) stands there twice"]),
    "points and commas": (
        "digatron", lambda r: [r[0], *r[1:40], r[40].replace(".", ","), *r[41:]],
        ["both comma and point"]),
}  # fmt: skip


def _scaled(line: str, place: int, factor: float) -> str:
    cells = line.split(",")
    return ",".join([*cells[:place], f"{float(cells[place]) * factor:.6g}", *cells[place + 1 :]])


@pytest.mark.parametrize("fault", REFUSED)
def test_what_cannot_be_read_is_said_in_one_sentence(fault: str, tmp_path: Path) -> None:
    name, change, parts = REFUSED[fault]
    path = placed(tmp_path, edited(name, change))
    said = sentence(lambda: read_record(path))
    assert all(part in said for part in ["cell.txt", *parts]), said
    assert len(said) < 590


def doubts(path: Path, mass: float | None = None) -> str:
    record = read_record(path, mass=mass)
    return "\n".join([*record.doubts, *doubts_of(record, segments(record))])


DOUBTED: dict[str, tuple[bytes, float | None, list[str]]] = {
    "rows that repeat": (
        edited("neware", lambda r: [*r[:30], *r[29:60], *r[59:]]), None,
        ["line 31", "stands there again", "1 more places", "left out"]),
    "charge only": (
        edited("neware", lambda r: [line for line in r if "DChg" not in line]), None,
        ["there is no discharge, only charge"]),
    "a current in mA under A": (
        edited("neware", lambda r: [r[0], *(_scaled(line, 6, 1e3) for line in r[1:])]), None,
        ["counts 0.001 times the charge", "check the units"]),
    "the mass 1000 times too small": (
        neware(RATES), 1e-3 * MASS, ["1.15e+05 mAh/g", "lithium", "mass"]),
    "the mass 1000 times too large": (neware(RATES), 1e3 * MASS, ["0.115 mAh/g", "check the mass"]),
    "the file states another mass": (
        biologic(RATES), 2 * MASS, ["states another mass", "4.26 mg"]),
    "rows that are missing": (
        edited("neware", lambda r: [*r[:12], *r[40:]]), None, ["line 13", "no row for"]),
    "no current at all": (
        edited("neware", lambda r: [r[0], *(_scaled(x, 6, 0) for x in r[1:])]), None,
        ["no current flows anywhere"]),
}  # fmt: skip


@pytest.mark.parametrize("fault", DOUBTED)
def test_what_is_doubtful_is_named(fault: str, tmp_path: Path) -> None:
    content, mass, parts = DOUBTED[fault]
    said = doubts(placed(tmp_path, content), mass)
    assert all(part in said for part in parts), said


def test_a_good_file_has_no_doubts(tmp_path: Path) -> None:
    assert doubts(placed(tmp_path, neware(RATES)), MASS) == ""
    assert doubts(placed(tmp_path, biologic(GITT))) == ""


def test_rows_that_repeat_change_nothing(tmp_path: Path) -> None:
    twice = placed(tmp_path, edited("neware", lambda r: [r[0], *(x for x in r[1:] for _ in "ab")]))
    assert is_a_beginning(record := read_record(twice), RATES)
    assert len(record.time) == len(RATES.time)


@pytest.mark.parametrize(
    "content", [b"\x89PNG\r\n\x1a\n\0\0\0", b"PK\x03\x04\x14\0\x06\0", bytes(range(256)) * 40]
)
def test_what_is_no_text_is_said(content: bytes, tmp_path: Path) -> None:
    assert "no text file" in sentence(lambda: read_record(placed(tmp_path, content)))


def test_a_number_of_a_million_digits_takes_no_time(tmp_path: Path) -> None:
    """The twin is a second of a processor: telling digits apart in two ways takes hours."""
    path = placed(
        tmp_path, edited("arbin", lambda r: [*r[:9], r[9] + "1" * 100_000 + "x", *r[10:]])
    )
    begin = time.process_time()
    assert "give a number" in sentence(lambda: read_record(path))
    assert time.process_time() - begin < 1.0


# --- the mass ---------------------------------------------------------------------------------


def test_the_mass_is_asked_and_never_guessed(tmp_path: Path) -> None:
    path = placed(tmp_path, neware(RATES))
    said = sentence(lambda: read_rates(path, one_c_current=120.0))
    assert "Current(A) is of the whole cell" in said
    assert '--mass "2.1 mg"' in said
    assert "--mass" in sentence(lambda: read_titration(placed(tmp_path, neware(GITT))))


@pytest.mark.parametrize("text", [b"0,001 mg", b"0,001 g", b"0,000 g", b""])
def test_the_mass_that_nobody_typed_is_none(text: bytes, tmp_path: Path) -> None:
    content = biologic(RATES).replace(b"2,130 mg", text)
    assert read_record(placed(tmp_path, content)).mass is None


def test_the_mass_of_the_file_is_taken_and_two_are_asked(tmp_path: Path) -> None:
    assert read_record(placed(tmp_path, biologic(RATES))).mass == pytest.approx(MASS)
    two = biologic(RATES).replace(b"2,130 mg", b"2,130 mg\r\nMass of active material : 3,1 mg")
    assert "states two masses" in sentence(lambda: read_record(placed(tmp_path, two)))


def test_a_current_per_mass_needs_none(tmp_path: Path) -> None:
    content = edited("neware", lambda r: [r[0].replace("Current(A)", "Current(A/g)"), *r[1:]])
    path = placed(tmp_path, content)
    assert read_record(path).specific
    assert "leave --mass out" in sentence(lambda: read_record(path, mass=MASS))


# --- times, dates, incomplete discharges ------------------------------------------------------


def dated(form: Callable[[float], str]) -> bytes:
    """Only dates tell the time."""
    rows = [
        f"{form(t)},{-i:.9f},{v:.5f}"
        for t, i, v in zip(RATES.time, RATES.current, RATES.voltage, strict=True)
    ]
    return (
        "\n".join(
            ["Date_Time,Current(A),Voltage(V),Data_Point", *(r + ",1" for r in rows)]
        ).encode()
        + b"\n"
    )


def test_dates_tell_the_time_where_nothing_else_does(tmp_path: Path) -> None:
    from datetime import datetime, timedelta

    begin = datetime(2026, 3, 12, 9, 15)
    for pattern in (
        "%Y-%m-%d %H:%M:%S.%f",
        "%m/%d/%Y %H:%M:%S.%f",
        "%d.%m.%Y %H:%M:%S.%f",
        "%d-%b-%y %H:%M:%S.%f",
    ):
        content = dated(lambda t, p=pattern: (begin + timedelta(seconds=float(t))).strftime(p))  # type: ignore[misc]
        assert is_a_beginning(read_record(placed(tmp_path, content)), RATES), pattern
    early = datetime(2026, 3, 2, 9, 15)
    content = dated(
        lambda t: (early + timedelta(seconds=float(t))).strftime("%m/%d/%Y %H:%M:%S.%f")
    )
    assert "may begin with the day or the month" in sentence(
        lambda: read_record(placed(tmp_path, content))
    )


def test_a_discharge_that_is_not_complete_is_left_out(tmp_path: Path) -> None:
    count = int(np.flatnonzero(RATES.step == RATES.step[-1] - 1)[0]) + 12
    cut = Test(time=RATES.time[:count], current=RATES.current[:count],
               voltage=RATES.voltage[:count], step=RATES.step[:count])  # fmt: skip
    again = read_rates(placed(tmp_path, neware(cut)), one_c_current=120.0, mass=MASS)
    assert any("not complete and left out" in note for note in again.notes)
    short = replace(
        RATES, voltage=np.where(RATES.step == 6, np.minimum(RATES.voltage, 3.2), RATES.voltage)
    )
    found = read_rates(placed(tmp_path, neware(short)), one_c_current=120.0, mass=MASS)
    assert any("does not begin full" in note for note in found.notes)
    assert 60.0 not in np.round(found.current, 1)


# --- twins: a rule of the reader spoiled ------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "module", "rule", "wrong"),
    [
        ("neware_layered", clock, "added_up", lambda time, steps=None: time),
        ("neware_chinese", columns, "decimal_of", lambda *_: Decimal.POINT),
        ("maccor", columns, "clocks", lambda texts: np.zeros(len(texts))),
    ],
    ids=["time of the step", "decimal sign", "clock"],
)
def test_a_spoiled_rule_is_noticed(
    name: str,
    module: object,
    rule: str,
    wrong: object,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The twin of reading: with the rule spoiled the same file is refused or another record."""
    path = placed(tmp_path, WRITERS[name](RATES))
    assert is_a_beginning(read_record(path), RATES)
    monkeypatch.setattr(module, rule, wrong)
    try:
        assert not is_a_beginning(read_record(path), RATES)
    except InputError:
        return


# --- other people's readers -------------------------------------------------------------------


@pytest.mark.parametrize("name", ["cell.nda", "cell.ndax", "cell.xlsx"])
def test_a_reader_that_is_missing_is_named(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for package in ("fastnda", "openpyxl"):
        monkeypatch.setitem(sys.modules, package, None)
    said = sentence(lambda: read_record(placed(tmp_path, b"PK", name)))
    assert "particle-sim[cycler]" in said


class _Column(list[float]):
    """As much of a column of fastnda's table as is used."""

    def to_numpy(self) -> np.ndarray:  # type: ignore[type-arg]
        return np.array(self)

    def cast(self, _: type) -> _Column:
        return self


def test_a_binary_file_is_read_as_its_reader_tells(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Names and sign as fastnda 1.3 writes them: current in mA, positive on charge."""
    names = {"R": "Rest", "C": "CC_Chg", "D": "CC_DChg"}
    table = {
        "total_time_s": _Column(RATES.time), "current_mA": _Column(-1e3 * RATES.current),
        "voltage_V": _Column(RATES.voltage), "step_type": _Column([names[s] for s in RATES.state]),
    }  # fmt: skip

    class Frame:
        columns = tuple(table)

        def __getitem__(self, name: str) -> _Column:
            return table[name]

        def __len__(self) -> int:
            return len(RATES.time)

    class Reader:
        __name__ = "fastnda"

        @staticmethod
        def read(_: Path) -> Frame:
            return Frame()

    monkeypatch.setattr(binary, "_package", lambda *_: Reader)
    path = placed(tmp_path, b"nda", "cell.nda")
    assert is_a_beginning(read_record(path), RATES)
    table["current_mA"] = _Column(1e3 * RATES.current)
    assert "--positive" in sentence(lambda: read_record(path))


def test_a_workbook_of_neware(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl", reason="needs the extra cycler")
    book = openpyxl.Workbook()
    book.active.append(["Active material(mg)", "2.13"])
    sheet = book.create_sheet("record")
    for line in neware(RATES).decode("utf-8-sig").splitlines():
        sheet.append(line.split(","))
    book.save(tmp_path / "cell.xlsx")
    assert is_a_beginning(read_record(tmp_path / "cell.xlsx"), RATES)


# --- a million rows ---------------------------------------------------------------------------


READ_IT = """
import resource, sys, time
from particle_sim.readers.record import read_record
from particle_sim.readers.segments import segments
begin = time.process_time()
record = read_record(sys.argv[1])
found = segments(record)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
peak /= 1024 if sys.platform == "darwin" else 1
print(len(record.time), len(found), time.process_time() - begin, peak / 1024)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="the peak of a process is told elsewhere")
def test_a_million_rows(tmp_path: Path) -> None:
    """Ten seconds of a processor and 500 MB: 5.9 s and 281 MB were measured."""
    path = tmp_path / "cell.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write(neware(RATES).decode("utf-8-sig").splitlines()[0] + "\n")
        for i in range(1_000_000):
            sign = (0, -1, 0, 1)[i // 2500 % 4]
            name = ("Rest", "CC DChg", "Rest", "CC Chg")[i // 2500 % 4]
            at = f"{i // 3600}:{i // 60 % 60:02d}:{i % 60:02d}.000"
            volts = 3.0 + sign * (i % 2500) / 2500
            head = f"{i + 1},1,{i // 2500 + 1},{name},{at},{at}"
            file.write(f"{head},{1e-4 * sign:.4e},{volts:.4f},0,x\n")
    told = subprocess.run(
        [sys.executable, "-c", READ_IT, str(path)], capture_output=True, text=True, check=True
    )
    rows, count, seconds, megabytes = told.stdout.split()
    assert (rows, count) == ("1000000", "400")
    assert float(seconds) < 10.0
    assert float(megabytes) < 500.0
