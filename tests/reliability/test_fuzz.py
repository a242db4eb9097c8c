"""2,000 spoiled files, formulas, commands and links: each is understood, or one sentence.

More of them: ``python tests/reliability/fuzz.py --cases 20000 --seed 1``.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import fuzz
import pytest
from doors import DOORS, Door, cases_of

from particle_sim.errors import InputError

CASES = 2000
SEED = 7
PARTS = 2
"""A door's cases in so many tests, which can run at the same time."""


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.name)
def test_a_spoiled_file_is_understood_or_refused_in_a_sentence(door: Door, part: int) -> None:
    each = cases_of(door, CASES) // PARTS + 1
    counts, bad = fuzz.count(door, SEED, range(part * each, (part + 1) * each))
    assert not bad, "\n".join(bad)
    assert counts["refused"] > 0, "nothing was spoiled enough to be refused"


def _reader(answer: Any) -> Any:
    def read(folder: Path) -> Any:
        if isinstance(answer, BaseException):
            raise answer
        return answer

    return read


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (InputError("a.toml: x is 3; it must be 2."), "refused"),
        (InputError("Traceback (most recent call last)"), "traceback"),
        (InputError(""), "traceback"),
        (KeyError("x"), "traceback"),
        (SystemExit(1), "traceback"),
        (MemoryError(), "memory"),
        (fuzz.Hang(), "hang"),
        ({"x": float("nan")}, "silent"),
        ({"x": 1.0}, "read"),
    ],
)
def test_the_harness_tells_what_came_out_of_a_reader(answer: Any, outcome: str) -> None:
    bpx = next(door for door in DOORS if door.name == "BPX")
    door = dataclasses.replace(bpx, read=_reader(answer))
    assert fuzz.run_case(door, SEED, 0)[0] == outcome


def test_the_harness_notices_an_endless_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    def read(folder: Path) -> Any:
        while True:
            pass

    monkeypatch.setattr(fuzz, "LONGEST", 1)
    assert fuzz.run_case(dataclasses.replace(DOORS[0], read=read), SEED, 0)[0] == "hang"
