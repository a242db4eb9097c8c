"""The list of planted faults stays true: each still has its place, and its tests exist.

The faults themselves are tried by ``python tests/reliability/planted_faults.py``.
"""

from __future__ import annotations

from collections import Counter

import planted_faults
import pytest

FAULTS = planted_faults.faults()


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_can_be_planted(fault: planted_faults.Fault) -> None:
    text = (planted_faults.ROOT / fault.file).read_text("utf-8")
    changed = planted_faults.planted(fault, text)
    assert changed != text
    if fault.file.endswith(".py"):  # what does not even compile would be noticed by anybody
        compile(changed, fault.file, "exec")
    assert fault.tests
    for test in fault.tests:
        file, _, name = test.partition("::")
        assert f"def {name.partition('[')[0]}" in (planted_faults.ROOT / file).read_text("utf-8")


def test_no_fault_is_counted_twice() -> None:
    names = Counter(fault.name for fault in FAULTS)
    places = Counter((fault.file, fault.was, fault.becomes) for fault in FAULTS)
    assert max(names.values()) == max(places.values()) == 1


def test_a_fault_without_a_place_stops_the_run() -> None:
    with pytest.raises(SystemExit, match="0 times, not once"):
        planted_faults.planted(FAULTS[0], "")
