"""How near is each number that the tests compare to its bound, and does another processor move it?

``python docs/_tools/margins.py tests/verification`` runs tests here and as an old processor would
(``.ci/reduced``), and prints the comparisons that a third processor may turn over: those fewer than
``FAR`` times as far from their bound as they moved between the two. ``--recorded FOLDER FOLDER``
puts runs beside each other that were recorded before.

The recorder is a pytest plugin, used as in ``run_tests``. It keeps of each comparison of numbers
that an assertion makes (chains, arrays, ``pytest.approx``, ``assert_allclose``)

    closeness = observed / bound   (of ``observed <= bound``; the inverse of ``>=``),

which is 1 where the assertion turns over, and the processor seconds of each test, which other
programs on the machine do not lengthen.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

FOLDER = "PARTICLE_SIM_MARGINS"
ROOT = Path(__file__).resolve().parents[2]
FAR = 100
"""Movements of a comparison between two environments that keep it from its bound in a third."""

_seen: dict[str, dict[str, tuple[float, float, float]]] = {}
"""Test, line: closeness, value, bound of the comparison nearest to its bound."""
_seconds: dict[str, float] = {}
_now = ""
_written = 0.0
_file: Path | None = None


# --- the recorder, inside pytest --------------------------------------------------------------


def pytest_configure(config: Any) -> None:
    """Every comparison passes one of three functions; each of them tells what it saw."""
    import _pytest.assertion.rewrite as rewrite
    import pytest

    global _file
    name = os.environ.get("PYTEST_XDIST_WORKER", "main")
    if name != "main" or not config.getoption("numprocesses", None):  # not where others run tests
        _file = Path(os.environ[FOLDER], f"{name}.json")
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
    global _written
    _seconds[nodeid] += _clock()
    if time.monotonic() > _written + 10:
        _written = time.monotonic()
        pytest_sessionfinish()


def pytest_sessionfinish() -> None:
    """One file for every process of the run, also of one that is stopped."""
    if _file is not None:
        _file.parent.mkdir(parents=True, exist_ok=True)
        record = {"seen": _seen, "seconds": _seconds}
        _file.write_text(json.dumps(record), encoding="utf-8")


# --- runs beside each other ---------------------------------------------------------------------

Seen = dict[tuple[str, str], tuple[float, float, float]]


def run_tests(folder: Path, tests: list[str], *prefix: str) -> None:
    """Record a run, whether its tests pass or not."""
    environment = {
        **os.environ,
        FOLDER: str(folder),
        "PYTHON": sys.executable,
        "PYTHONPATH": str(Path(__file__).parent),
        "PYTHONPYCACHEPREFIX": str(folder / "cache"),  # asserts rewritten with the hook
    }
    options = ["-p", "margins", "-p", "no:cacheprovider", "-o", "enable_assertion_pass_hook=true"]
    command = [*prefix, sys.executable, "-m", "pytest", *options, *tests]
    subprocess.run(command, cwd=ROOT, env=environment, check=False)


def record(folder: Path) -> Seen:
    """(closeness, value, bound) at each line of each test of a run."""
    found: Seen = {}
    for file in sorted(folder.glob("*.json")):
        for node, lines in json.loads(file.read_text("utf-8"))["seen"].items():
            found |= {(node, line): tuple(numbers) for line, numbers in lines.items()}
    return found


def thin(one: Seen, other: Seen) -> list[tuple[float, tuple[str, str]]]:
    """(distance from the bound in movements, place) of what may turn over, nearest first."""
    rows = []
    for place in one.keys() & other.keys():
        near = one[place][0], other[place][0]
        moved = abs(near[0] - near[1])
        distance = min(abs(1 - ratio) for ratio in near)
        if moved > 0 and distance < FAR * moved and distance < 0.5:
            rows.append((distance / moved, place))
    return sorted(rows)


def main() -> int:
    """Print the thin comparisons; 1 where there is one."""
    with tempfile.TemporaryDirectory() as folder:
        folders = [Path(folder, "here"), Path(folder, "old")]
        if sys.argv[1:2] == ["--recorded"]:
            folders = [Path(name) for name in sys.argv[2:4]]
        else:
            run_tests(folders[0], sys.argv[1:])
            run_tests(folders[1], sys.argv[1:], str(ROOT / ".ci" / "reduced"))
        one, other = (record(folder) for folder in folders)
    rows = thin(one, other)
    for distance, place in rows:
        values = f"{one[place][1]:.6g} and {other[place][1]:.6g} below {one[place][2]:.4g}"
        print(f"{distance:6.1f} movements  {values}  {place[0]}, {place[1]}")
    print(f"{len(rows)} of {len(one)} comparisons may turn over")
    return 1 if rows else 0


if __name__ == "__main__":
    sys.exit(main())
