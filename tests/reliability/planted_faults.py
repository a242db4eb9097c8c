"""Would the tests notice? Faults planted one at a time, each in its own copy of the project.

    python tests/reliability/planted_faults.py --write

plants every fault of ``planted_faults.toml`` (a wrong sign, a lost factor, a swapped DOI), runs the
tests named beside it and counts those that a test notices; ``--write`` puts the score into
docs/planted_faults.md (some 20 minutes of processor time); ``--changed --write`` plants those that
are new, or whose file or tests have changed since the page was committed, and keeps the page's
other rows. ``--sample 20 --seed 3`` takes a few, ``--only entropy`` those whose name or file holds
a text. The tests named must pass without the fault, or the run stops.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LIST = Path(__file__).with_suffix(".toml")
PAGE = ROOT / "docs" / "planted_faults.md"
COPIED = (
    "particle_sim", "parameters", "scenarios", "tests", "docs", "examples", "benchmarks",
    "README.md", "pyproject.toml", "CHANGELOG.md", "CONTRIBUTING.md", "CITATION.cff", "LICENSE",
)  # fmt: skip
LONGEST = 900
"""Seconds the tests of a fault may take."""


@dataclass(frozen=True, kw_only=True)
class Fault:
    """``was`` stands once in ``file``; with ``becomes`` there, one of ``tests`` must fail."""

    name: str
    file: str
    was: str
    becomes: str
    tests: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """Which test failed first, or "" when none did."""

    fault: Fault
    noticed_by: str


def faults() -> list[Fault]:
    """The list, in its order."""
    entries = tomllib.loads(LIST.read_text("utf-8"))["fault"]
    return [Fault(**{**entry, "tests": tuple(entry["tests"])}) for entry in entries]


def planted(fault: Fault, text: str) -> str:
    """The file's text with the fault in it."""
    if text.count(fault.was) != 1:
        raise SystemExit(
            f"{fault.name}: {fault.file} holds its text {text.count(fault.was)} times, not once"
        )
    return text.replace(fault.was, fault.becomes)


def first_failure(folder: Path, tests: Sequence[str]) -> str:
    """The first test that fails in a copy of the project, or ""."""
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "pytest", "-n", "0", "-x", "-q", "-p", "no:cacheprovider"]
    try:
        done = subprocess.run(
            [*command, *tests],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=LONGEST,
        )
    except subprocess.TimeoutExpired:
        return f"no end after {LONGEST} s"
    if done.returncode == 0:
        return ""
    found = re.search(r"^(?:FAILED|ERROR) (\S+)", done.stdout, re.MULTILINE)
    if not found:
        raise SystemExit(f"pytest ended with {done.returncode}: {done.stdout[-500:]}")
    return found[1]


def try_out(fault: Fault) -> Outcome:
    """Plant the fault in a copy and run its tests."""
    with tempfile.TemporaryDirectory(prefix="fault-") as name:
        folder = Path(name)
        copy(folder)
        path = folder / fault.file
        path.write_text(planted(fault, path.read_text("utf-8")), "utf-8")
        return Outcome(fault=fault, noticed_by=first_failure(folder, fault.tests))


def copy(folder: Path) -> None:
    """What the tests need of the project."""
    without = shutil.ignore_patterns("__pycache__", ".pytest_cache")
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=without)
        elif source.exists():
            shutil.copy(source, folder / name)


def page(outcomes: Sequence[Outcome], command: str) -> str:
    """The score and every fault with the test that noticed it."""
    noticed = [outcome for outcome in outcomes if outcome.noticed_by]
    rows = "\n".join(
        f"| {o.fault.name} | `{o.fault.file}` | {_cell(o.noticed_by)} |" for o in outcomes
    )
    return f"""# Planted faults

Would the tests notice a lost factor? These faults were planted in the project, one at a time, each
in its own copy; the tests named beside it in `tests/reliability/planted_faults.toml` were run, and
the first that failed is shown. Written by `{command}`.

**{len(noticed)} of {len(outcomes)} noticed ({len(noticed) / len(outcomes):.0%}).**

| fault | file | noticed by |
|---|---|---|
{rows}
"""


def kept_rows() -> dict[str, str]:
    """Who noticed, by fault, of the page's faults whose file and tests are as they were then."""
    written = _git("log", "-1", "--format=%H", "--", str(PAGE))
    changed = set(_git("diff", "--name-only", written).splitlines())
    rows = re.findall(r"^\| (.+) \| `.+` \| `(.+)` \|$", PAGE.read_text("utf-8"), re.MULTILINE)
    noticed = dict(rows)
    return {
        fault.name: noticed[fault.name]
        for fault in faults()
        if fault.name in noticed
        and not changed & {fault.file, *(test.partition("::")[0] for test in fault.tests)}
    }


def _git(*words: str) -> str:
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def _cell(test: str) -> str:
    return f"`{test.rpartition('/')[2]}`" if test else "**nobody**"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sample", type=int, help="how many, drawn with --seed; all by default")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="faults whose name or file holds this text")
    parser.add_argument("--changed", action="store_true", help="new or changed ones alone")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--write", action="store_true", help="write docs/planted_faults.md")
    given = parser.parse_args()
    if given.write and (given.sample is not None or given.only):
        parser.error("--write needs a run of all faults; leave out --sample and --only")
    kept = kept_rows() if given.changed else {}
    chosen = [f for f in faults() if given.only in f.name or given.only in f.file]
    chosen = [fault for fault in chosen if fault.name not in kept]
    if given.sample is not None:
        chosen = random.Random(given.seed).sample(chosen, min(given.sample, len(chosen)))
    tests = sorted({test for fault in chosen for test in fault.tests})
    if failure := first_failure(ROOT, tests):
        raise SystemExit(f"{failure} fails without any fault")
    with ThreadPoolExecutor(given.workers) as pool:
        outcomes = []
        for outcome in pool.map(try_out, chosen):
            outcomes.append(outcome)
            print(f"{outcome.noticed_by or 'NOBODY':<70.70} {outcome.fault.name}", flush=True)
    missed = [outcome.fault.name for outcome in outcomes if not outcome.noticed_by]
    print(f"{len(outcomes) - len(missed)} of {len(outcomes)} noticed")
    if given.write:
        found = {**kept, **{outcome.fault.name: outcome.noticed_by for outcome in outcomes}}
        rows = [Outcome(fault=fault, noticed_by=found[fault.name]) for fault in faults()]
        PAGE.write_text(page(rows, "python tests/reliability/planted_faults.py --write"), "utf-8")


if __name__ == "__main__":
    main()
