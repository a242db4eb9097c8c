"""Protocols as lists of steps."""

from __future__ import annotations

import math

import pytest

from particle_sim import protocols
from particle_sim.errors import InputError
from particle_sim.protocols.step import Mode, Step


def test_charge_and_discharge_are_one_step() -> None:
    charge, discharge = protocols.charge(2.0), protocols.discharge(0.5, until=2.0)
    assert charge.steps == (Step(mode=Mode.CHARGE, c_rate=2.0),)
    assert discharge.steps == (Step(mode=Mode.DISCHARGE, c_rate=0.5, voltage=2.0),)
    assert charge.starts_full
    assert not discharge.starts_full


def test_cc_cv_holds_until_the_cutoff() -> None:
    steps = protocols.cc_cv(1.0, cutoff_c_rate=0.02).steps
    assert [step.mode for step in steps] == [Mode.CHARGE, Mode.HOLD]
    assert [step.c_rate for step in steps] == [1.0, 0.02]


def test_cycle_repeats_with_pauses() -> None:
    modes = [step.mode for step in protocols.cycle(1.0, cycles=2, pause=60.0).steps]
    assert modes == [Mode.CHARGE, Mode.REST, Mode.DISCHARGE, Mode.REST] * 2
    assert len(protocols.cycle(1.0).steps) == 2


def test_gitt_alternates_pulses_and_pauses() -> None:
    steps = protocols.gitt(0.1, pulse=600.0, pause=3600.0, pulses=3).steps
    assert len(steps) == 6
    assert {step.duration for step in steps if step.mode is Mode.REST} == {3600.0}
    assert {step.duration for step in steps if step.mode is Mode.CHARGE} == {600.0}


def test_names_say_what_is_done() -> None:
    assert protocols.charge(2.0).name == "charge at 2C"
    assert protocols.rest(90.0).name == "rest 90 s"


@pytest.mark.parametrize("value", [0.0, -1.0, math.nan, math.inf])
def test_bad_rates_and_durations_are_refused(value: float) -> None:
    for make in (protocols.charge, protocols.discharge, protocols.cc_cv, protocols.cycle):
        with pytest.raises(InputError, match="C-rate"):
            make(value)
    with pytest.raises(InputError, match="duration"):
        protocols.rest(value)
    with pytest.raises(InputError, match="duration"):
        protocols.gitt(1.0, pulse=value, pause=1.0, pulses=1)
    with pytest.raises(InputError, match="duration"):
        protocols.cycle(1.0, pause=value)


@pytest.mark.parametrize("count", [0, -2])
def test_bad_counts_are_refused(count: int) -> None:
    with pytest.raises(InputError, match="number of cycles"):
        protocols.cycle(1.0, cycles=count)
    with pytest.raises(InputError, match="number of pulses"):
        protocols.gitt(1.0, pulse=1.0, pause=1.0, pulses=count)


def test_a_sweep_goes_up_and_down() -> None:
    steps = protocols.sweep(1e-4, lower=2.5, upper=4.0, cycles=2).steps
    assert [step.mode for step in steps] == [Mode.SWEEP_UP, Mode.SWEEP_DOWN] * 2
    assert [step.ends((1.0, 5.0)) for step in steps[:2]] == [(2.5, 4.0), (4.0, 2.5)]
    assert protocols.sweep(1e-4).steps[1].ends((1.0, 5.0)) == (5.0, 1.0)
    assert protocols.sweep(1e-4).starts_full, "of sodium, at the lower voltage"


def test_written_steps_are_read() -> None:
    written = protocols.written(
        "Charge at 1C until 3.9 V; hold at 3.9 V until C/20; Rest for 1 min"
    )
    assert written.steps == (
        Step(mode=Mode.CHARGE, c_rate=1.0, voltage=3.9),
        Step(mode=Mode.HOLD, c_rate=0.05, voltage=3.9),
        Step(mode=Mode.REST, duration=60.0),
    )
    assert written.starts_full
    assert not protocols.written("Rest for 1 s; Discharge at C/5 for 1 hour").starts_full
    assert protocols.written("Sweep at 1 mV/s from 4 V to 2500 mV", repeat=2).steps == (
        Step(mode=Mode.SWEEP_DOWN, scan_rate=1e-3, window=(2.5, 4.0)),
    ) * 2  # fmt: skip


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "holds no step"),
        ("Dance at 1C for 1 h", 'The step "Dance at 1C for 1 h" is not understood'),
        ("Charge at 1C", "is not understood"),
        ("Charge at 1..2C for 1 h", "is not understood"),
        ("Charge at 20 mA for 1 h", '"20 mA" is no C-rate'),
        ("Charge at 0C for 1 h", "The C-rate is 0"),
        ("Rest for 1 parsec", "wrong dimension"),
        ("Sweep at 1 mV/s from 3 V to 3 V", "the first below the second"),
    ],
)
def test_what_is_not_understood_is_told(text: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        protocols.written(text)


@pytest.mark.parametrize("named", [{"lower": 2.0}, {"lower": 4.0, "upper": 2.0}, {"cycles": 0}])
def test_bad_sweeps_are_refused(named: dict[str, float]) -> None:
    with pytest.raises(InputError):
        protocols.sweep(1e-4, **named)  # type: ignore[arg-type]
