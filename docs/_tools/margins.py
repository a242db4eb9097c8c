"""How near is every number that the tests compare to its bound, and on other processors?

    PYTHONPATH=docs/_tools python -m pytest -p margins -o enable_assertion_pass_hook=true

writes one file per process into the folder that ``PARTICLE_SIM_MARGINS`` names: each comparison of
numbers that an assertion makes (chains, arrays, ``pytest.approx``, ``assert_allclose``) as

    closeness = observed / bound   (of ``observed <= bound``; the inverse of ``>=``),

which is 1 where the assertion is about to turn over, and the processor seconds of each test.
``python docs/_tools/margins.py FOLDER FOLDER ...`` puts runs in several environments beside each
other and prints the comparisons that another processor may turn over.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

FOLDER = "PARTICLE_SIM_MARGINS"
NEAR = 1.5
"""A closeness that moves between environments must stay this factor away from its bound."""

_seen: dict[str, dict[str, tuple[float, float, float]]] = {}
"""Test, line: closeness, value, bound of the comparison nearest to its bound."""
_seconds: dict[str, float] = {}
_now = ""


# --- the recorder, inside pytest --------------------------------------------------------------


def pytest_configure() -> None:
    """Every comparison passes one of four functions; each of them tells what it saw."""
    import _pytest.assertion.rewrite as rewrite
    import pytest

    pytest.register_assert_rewrite("reference", "series", "tests.verification.series")

    explain = rewrite._call_reprcompare

    def comparing(ops: Any, results: Any, expls: Any, values: Any) -> Any:
        for sign, left, right in zip(ops, values, values[1:], strict=False):
            note(sign, left, right)
        return explain(ops, results, expls, values)

    rewrite._call_reprcompare = comparing
    scalar: Any = type(pytest.approx(1.0))
    equal = scalar.__eq__

    def approximately(self: Any, actual: Any) -> bool:
        if isinstance(self.expected, (int, float)) and isinstance(actual, (int, float)):
            note("<=", abs(actual - self.expected), self.tolerance)
        return bool(equal(self, actual))

    scalar.__eq__ = approximately
    all_close = np.testing.assert_allclose

    def allclose(
        actual: Any, desired: Any, rtol: float = 1e-7, atol: float = 0, **more: Any
    ) -> None:
        try:
            difference = np.abs(np.asarray(actual, float) - np.asarray(desired, float))
            note("<=", difference, atol + rtol * np.abs(np.asarray(desired, float)))
        except (TypeError, ValueError):
            pass
        all_close(actual, desired, rtol, atol, **more)

    np.testing.assert_allclose = allclose


def pytest_assertion_pass() -> None:
    """Its presence makes pytest spell out assertions that hold."""


def note(sign: str, left: Any, right: Any) -> None:
    """Keep the nearest element of one comparison of floats."""
    if sign not in ("<", "<=", ">", ">="):
        return
    try:
        value, bound = np.broadcast_arrays(np.asarray(left), np.asarray(right))
        if value.size == 0 or "f" not in value.dtype.kind + bound.dtype.kind:
            return
        value, bound = value.astype(float).ravel(), bound.astype(float).ravel()
    except (TypeError, ValueError):
        return
    if sign[0] == ">":
        value, bound = bound, value
    with np.errstate(all="ignore"):
        ratio = np.where(bound > 0, value / bound, np.where(value < 0, bound / value, np.inf))
    ratio = np.where((value <= 0) & (bound >= 0), 0.0, ratio)
    place = int(np.argmin(_distance(ratio)))
    seen = _seen.setdefault(_now, {})
    found = float(ratio[place]), float(value[place]), float(bound[place])
    line = _line()
    if line not in seen or _distance(found[0]) < _distance(seen[line][0]):
        seen[line] = found


def _distance(ratio: Any) -> Any:
    """0 at the bound, the same at half and at twice."""
    with np.errstate(divide="ignore"):
        return np.abs(np.log(np.maximum(ratio, 0.0)))


def _line() -> str:
    """The nearest line of a test file."""
    frame = sys._getframe(2)
    while frame is not None and f"{os.sep}tests{os.sep}" not in frame.f_code.co_filename:
        frame = frame.f_back  # type: ignore[assignment]
    return "" if frame is None else f"{Path(frame.f_code.co_filename).name}:{frame.f_lineno}"


def _clock() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def pytest_runtest_logstart(nodeid: str) -> None:
    """The test that the next comparisons belong to, and when it began."""
    global _now
    _now = nodeid
    _seconds[nodeid] = _seconds.get(nodeid, 0.0) - _clock()


def pytest_runtest_logfinish(nodeid: str) -> None:
    """Processor seconds of this process and of those that it started and awaited."""
    _seconds[nodeid] += _clock()


def pytest_sessionfinish() -> None:
    """One file for every process of the run."""
    folder = Path(os.environ[FOLDER])
    folder.mkdir(parents=True, exist_ok=True)
    name = os.environ.get("PYTEST_XDIST_WORKER", "main")
    record = {"seen": _seen, "seconds": _seconds if name != "main" or _seen else {}}
    (folder / f"{name}.json").write_text(json.dumps(record), encoding="utf-8")


# --- several runs beside each other -----------------------------------------------------------

Seen = dict[tuple[str, str], tuple[float, float, float]]


def record(folder: Path) -> Seen:
    """(closeness, value, bound) at each line of each test of a run."""
    found: Seen = {}
    for file in sorted(folder.glob("*.json")):
        for node, lines in json.loads(file.read_text("utf-8"))["seen"].items():
            found |= {(node, line): tuple(numbers) for line, numbers in lines.items()}
    return found


def thin(runs: list[Seen]) -> list[tuple[float, float, tuple[str, str]]]:
    """Comparisons that move between environments and come within ``NEAR`` of their bound."""
    rows = []
    for place in runs[0]:
        near = [run[place][0] for run in runs if place in run]
        worst = min(near, key=_distance)
        moved = max(near) - min(near)
        if moved > 1e-9 and 1 / NEAR < worst < NEAR:
            rows.append((worst, moved, place))
    return sorted(rows, key=lambda row: abs(1 - row[0]) / row[1])


def main() -> int:
    """Print the thin comparisons, most endangered first; 1 where there is one."""
    runs = [record(Path(name)) for name in sys.argv[1:]]
    rows = thin(runs)
    for worst, moved, place in rows:
        values = "  ".join(f"{run[place][1]:.6g}" if place in run else "-" for run in runs)
        bound = runs[0][place][2]
        print(f"{worst:.4f}  moved {moved:.1e}  {place[1]}  [{values}] < {bound:.4g}  {place[0]}")
    print(f"{len(rows)} of {len(runs[0])} comparisons are thin")
    return 1 if rows else 0


if __name__ == "__main__":
    sys.exit(main())
