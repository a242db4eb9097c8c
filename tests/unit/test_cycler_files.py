"""Is a file of each program read as what it is: time, current with its sign, voltage, mass,
segments?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from cycler_files import (
    CAPACITIES,
    MASS,
    UNSIGNED,
    WRITERS,
    Test,
    gitt,
    placed,
    rates,
)

from particle_sim.errors import InputError
from particle_sim.inference.data import read_rates, read_titration, read_voltage
from particle_sim.readers import dialects, signs
from particle_sim.readers.positive import Positive
from particle_sim.readers.record import Record, read_record
from particle_sim.readers.segments import Kind, segments

GITT, RATES = gitt(), rates()


def differs(record: Record, test: Test) -> str:
    """The first thing that a record and the truth do not have in common, or nothing."""
    if len(record.time) != len(test.time):
        return f"{len(record.time)} rows of {len(test.time)}"
    for what, found, true, margin in (
        ("time", record.time, test.time, 0.02),
        ("current", record.current, test.current, 2e-9),
        ("voltage", record.voltage, test.voltage, 2e-5),
    ):
        worst = float(np.abs(found - true).max())
        if worst > margin:
            return f"{what} by {worst:.3g}"
    return ""


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("test", [GITT, RATES], ids=["gitt", "rates"])
def test_every_layout_is_the_same_record(name: str, test: Test, tmp_path: Path) -> None:
    """Time to 10 ms, current to 2 nA, voltage to 20 uV: what the layouts print."""
    record = read_record(placed(tmp_path, WRITERS[name](test)))
    assert differs(record, test) == ""
    assert [doubt for doubt in record.doubts if "it is added up" not in doubt] == []
    assert bool(record.doubts) == (name == "neware_layered")


@pytest.mark.parametrize("name", WRITERS)
def test_capacities_and_pulses_come_out(name: str, tmp_path: Path) -> None:
    mass = None if name == "biologic" else MASS
    path = placed(tmp_path, WRITERS[name](RATES))
    found = read_rates(path, one_c_current=120.0, mass=mass)
    np.testing.assert_allclose(found.current, sorted(CAPACITIES), rtol=2e-4)
    np.testing.assert_allclose(
        found.capacity, [CAPACITIES[i] for i in sorted(CAPACITIES)], rtol=3e-4
    )
    curve = read_voltage(path, current=60.0, mass=mass)
    assert curve.capacity[-1] == pytest.approx(CAPACITIES[60.0], rel=3e-4)
    assert curve.voltage[0] > 3.8 > 2.01 > curve.voltage[-1]
    pulses = placed(tmp_path, WRITERS[name](GITT), "pulses.txt")
    data = read_titration(pulses, mass=mass)
    np.testing.assert_allclose(data.current, GITT.current / MASS, atol=2e-3)
    kinds = [one.kind for one in segments(read_record(pulses))]
    assert kinds == [Kind.REST, *[Kind.PULSE, Kind.REST] * 5]


FAULTS: dict[str, tuple[str, Callable[[dialects.Dialect], dialects.Dialect]]] = {
    "sign": ("neware", lambda one: replace(one, positive="discharge")),
    "unit of the current": ("neware_chinese", lambda one: _with_unit(one, "current", "A")),
    "unit of the time": ("novonix", lambda one: _with_unit(one, "time", "min")),
    "unit of the voltage": ("neware", lambda one: _with_unit(one, "voltage", "mV")),
    "state column": ("landt", lambda one: _without(one, "state")),
}
"""A rule of the table of dialects, spoiled, and a layout that shows it."""


def _with_unit(dialect: dialects.Dialect, role: str, unit: str) -> dialects.Dialect:
    """Every unit of a role read as another one."""
    return replace(dialect, key=f"{dialect.key}!{role}!{unit}")


def _without(dialect: dialects.Dialect, role: str) -> dialects.Dialect:
    return replace(dialect, roles={k: v for k, v in dialect.roles.items() if k != role})


@pytest.mark.parametrize("fault", FAULTS)
def test_a_spoiled_rule_is_noticed(
    fault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: with a rule of the table spoiled the record is another, or is refused."""
    name, spoil = FAULTS[fault]
    spoiled = tuple(map(spoil, dialects.dialects()))
    monkeypatch.setattr("particle_sim.readers.header.dialects", lambda: spoiled)
    right = dialects.in_unit

    def read(column: dialects.Found, family: str, unit: str) -> dialects.Found | None:
        _, role, other = (*spoiled[0].key.split("!"), "", "")[:3]
        return right(column, family, other if column.role == role else unit)

    monkeypatch.setattr(dialects, "in_unit", read)
    path = placed(tmp_path, WRITERS[name](RATES))
    try:
        record = read_record(path)
    except InputError:
        return
    assert differs(record, RATES) != ""


def test_a_spoiled_mass_is_noticed(tmp_path: Path) -> None:
    content = WRITERS["biologic"](RATES).replace(b"2,130 mg", b"2,130 g")
    data = read_rates(placed(tmp_path, content), one_c_current=120.0)
    assert data.capacity[0] == pytest.approx(0.115, rel=1e-3)
    assert any(
        "less than any electrode" in note and "check the mass" in note for note in data.notes
    )


@pytest.mark.parametrize("name", UNSIGNED)
def test_a_current_without_sign_or_state_is_asked(name: str, tmp_path: Path) -> None:
    text = WRITERS[name](RATES).decode("latin-1")
    path = placed(tmp_path, text.replace("State", "Note").encode("latin-1"))
    with pytest.raises(InputError) as caught:
        read_record(path)
    (question,) = caught.value.problems
    assert "has no sign" in question
    assert "--positive" in question
    assert differs(read_record(path, positive=Positive.BY_VOLTAGE), RATES) == ""


def test_a_sign_that_the_voltage_contradicts_is_asked(tmp_path: Path) -> None:
    turned = replace(RATES, current=-RATES.current)
    path = placed(tmp_path, WRITERS["arbin"](turned))
    with pytest.raises(InputError, match=r"in 10 of 10 stretches.*--positive discharge"):
        read_record(path)
    assert differs(read_record(path, positive=Positive.DISCHARGE), RATES) == ""
    assert differs(read_record(path, positive=Positive.CHARGE), RATES) != ""


def test_a_state_that_the_sign_contradicts_is_asked(tmp_path: Path) -> None:
    text = WRITERS["neware"](RATES).decode("utf-8-sig")
    other = text.replace("CC DChg", "X").replace("CC Chg", "CC DChg").replace("X", "CC Chg")
    with pytest.raises(InputError, match=r'the state is "CC DChg".*--positive'):
        read_record(placed(tmp_path, other.encode()))


def test_a_time_that_starts_again_in_every_step_is_added_up(tmp_path: Path) -> None:
    text = (
        WRITERS["arbin"](RATES)
        .decode()
        .replace("Test_Time(s)", "X")
        .replace("Step_Time", "Test_Time")
    )
    record = read_record(placed(tmp_path, text.encode()))
    assert differs(record, RATES) == ""
    assert any("starts again in every step" in doubt for doubt in record.doubts)


def test_the_states_of_all_programs() -> None:
    for texts, sign in (
        (
            (
                "D",
                "DCH",
                "CC DChg",
                "CC_Discharge",
                "恒流放电",
                "Entladen",
                "discharge",
                "CCCV_DChg",
            ),
            1,
        ),
        (("C", "CHA", "CC Chg", "CCCV Chg", "恒流恒压充电", "Charge", "CV_Chg"), -1),
        (("R", "P", "PAU", "Rest", "搁置", "静置", "Pause", "OCV"), 0),
    ):
        assert {signs._state(text) for text in texts} == {sign}
