"""Does a verb say how far it is where no terminal is, every ten seconds and no more often?"""

from __future__ import annotations

import io
import sys
import time
from dataclasses import dataclass, field

import pytest

from particle_sim.cli import progress
from particle_sim.cli.progress import PERIOD, Lines, reporting
from particle_sim.cli.sweep import _counting


@dataclass
class FakeClock:
    """A clock that goes when it is told to."""

    now: float = 100.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Told:
    """Lines with a fake clock, looked after every second of it."""

    clock: FakeClock = field(default_factory=FakeClock)
    said: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.lines = Lines(clock=self.clock, write=self.said.append)

    def passes(self, seconds: int) -> None:
        for _ in range(seconds):
            self.clock.now += 1
            self.lines.say_if_due()


def test_a_line_every_ten_seconds() -> None:
    told = Told()
    told.passes(9)
    assert told.said == []
    told.lines.show("HE-V: band", 0.423)
    told.passes(1)
    assert told.said == ["10 s,  42 %: HE-V: band"]
    told.passes(30)
    assert len(told.said) == 4


def test_many_steps_in_a_second_are_one_line() -> None:
    told = Told()
    for step in range(1000):
        told.lines.show(f"step {step}", step / 1000)
    told.passes(10)
    assert told.said == ["10 s, 100 %: step 999"]


def test_a_reader_that_is_gone_stops_nothing() -> None:
    def closed(_line: str) -> None:
        raise BrokenPipeError

    clock = FakeClock()
    lines = Lines(clock=clock, write=closed)
    clock.now += PERIOD
    lines.say_if_due()


def test_a_verb_that_says_nothing_still_gets_its_lines(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The thread that looks at the clock is really there: a period of 20 ms, a step of 300 ms."""
    monkeypatch.setattr(progress, "PERIOD", 0.02)
    with reporting() as report:
        report.solving("one long step", 0.5)
        time.sleep(0.3)
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) >= 2
    assert all(line.endswith(" 45 %: one long step") for line in lines)
    time.sleep(0.05)
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("enabled", [True, False])
def test_silent_before_the_first_period_and_where_json_is_asked_for(
    enabled: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    with reporting(enabled=enabled) as report:
        report.solving("a", 0.1)
        report.writing("b")
    assert capsys.readouterr().err == ""


def test_a_bar_where_somebody_watches(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = io.StringIO()
    monkeypatch.setattr(screen, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("TERM", "xterm")
    with reporting() as report:
        report.solving("HE-V: band", 0.5)
    assert "HE-V: band" in screen.getvalue()
    assert "45%" in screen.getvalue()


def test_a_sweep_tells_samples_rate_and_failures(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, told = FakeClock(), []
    monkeypatch.setattr(time, "monotonic", clock)
    report = _counting(lambda text, share: told.append((text, share)))
    report(40, 200, 0)
    clock.now += 5
    report(90, 200, 2)
    assert told == [("40 of 200, 0/s", 0.2), ("90 of 200, 10/s, 2 failed", 0.45)]
