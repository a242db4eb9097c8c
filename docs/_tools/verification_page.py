"""Write ``docs/verification.md`` from a run of ``tests/verification``; nothing in it is typed.

``python docs/_tools/verification_page.py`` runs the tests with the recorder below and writes the
page; ``--check`` runs them and exits with 1 where the page says otherwise: other tests, or an
observed number three times nearer to its bound, or farther (rounding differs between machines).
A folder that an earlier run recorded can be given instead.

The recorder is a pytest plugin. It keeps every comparison that a passing test makes, ``observed <=
bound``, as pytest's own assertion rewriting spells it out, and of those the one nearest to its
bound.
"""

from __future__ import annotations

import ast
import importlib
import json
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
TESTS = ROOT / "tests" / "verification"
PAGE = ROOT / "docs" / "verification.md"
RECORD = "PARTICLE_SIM_VERIFICATION_RECORD"
NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?"
WRAPPED = re.compile(rf"(?:np\.float64\()?({NUMBER})\)?")
COMPARISON = re.compile(rf"^({NUMBER}) (<=|>=|<|>) \(*({NUMBER})((?: [-+*/] {NUMBER}\)*)*)\)*$")
NAMED_TWIN = re.compile(r"notice|_does_not_agree$|_fails$")
SIGNS = re.compile(r"(``.*?``)|([*_|<>\[\]$\\])", re.DOTALL)
"""Code, and outside of it the signs that Markdown would take for its own."""
NEAR = re.compile(rf"^({NUMBER}) == \(?({NUMBER}) ± ({NUMBER})\)?$")
SLACK = 3.0

Seen = tuple[float, str, float]
"""Observed, sign, bound."""

HEAD = """# Verification

<!-- Written by docs/_tools/verification_page.py from a run of the tests; do not edit. -->

Does the code solve its equations? Each row is a test in `tests/verification`: what it compares
with is in the paragraph above its table, and every number was recorded while the tests ran, by

<!-- not run: takes minutes -->
```bash
python docs/_tools/verification_page.py
```

*Observed* and *bound* are the comparison of that test which came nearest to failing: an error and
the largest allowed, or an order of convergence and the least. Errors are relative to the scale
that the test names, or in SI units where it names none. *Sabotage* says how many runs with a wrong
equation, number or sign must fail, and do; those that belong to a whole file are counted in the
line below its table. A row without numbers compares in another way (equal arrays, an error that
must be raised).

Whether the equations are those of real particles is another question; the numbers of papers are
held against the code in `tests/validation` and in the [claims](claims.md).
"""


# --- the recorder, inside pytest --------------------------------------------------------------


_found: dict[str, list[Seen]] = {}
_now = ""


def pytest_configure() -> None:
    """Let ``assert_close`` tell what it saw, before any test imports it."""
    sys.path.insert(0, str(TESTS))
    reference: Any = importlib.import_module("reference")
    plain = reference.assert_close

    def recording(what: str, value: Any, expected: Any, *, scale: Any, tolerance: float) -> None:
        import numpy as np

        plain(what, value, expected, scale=scale, tolerance=tolerance)
        error = np.max(np.abs(np.asarray(value) - np.asarray(expected)) / np.abs(scale))
        _found.setdefault(_now, []).append((float(error), "<=", tolerance))

    reference.assert_close = recording


def pytest_runtest_setup(item: Any) -> None:
    """Note which test runs."""
    global _now
    _now = item.nodeid


def note_comparison(item: Any, lineno: int, orig: str, expl: str) -> None:
    """Keep a comparison of a number with a bound that held; two errors are no bound.

    The hook ``pytest_assertion_pass`` of ``tests/verification/conftest.py``, and of no other tests.
    """
    left, _, right = orig.partition(" ")
    if re.split(r"\W", left)[0] in re.findall(r"[A-Za-z_]+", right):
        return
    text = WRAPPED.sub(r"\1", expl.splitlines()[0])
    seen = _found.setdefault(item.nodeid, [])
    if match := COMPARISON.match(text):
        seen.append((float(match[1]), match[2], _value(match[3] + match[4].replace(")", ""))))
    elif match := NEAR.match(text):  # pytest.approx
        value, expected, tolerance = (float(number) for number in match.groups())
        seen.append((abs(value - expected), "<=", tolerance))


def _value(text: str) -> float:
    """A sum such as ``2 + 1 - 0.15``, from left to right."""
    first, *rest = text.split()
    value = float(first)
    for sign, number in zip(rest[::2], rest[1::2], strict=True):
        value += {"+": 1, "-": -1}.get(sign, float("nan")) * float(number)
    return value


def pytest_sessionfinish(exitstatus: int) -> None:
    """One file for every process of the run."""
    folder = os.environ[RECORD]
    name = os.environ.get("PYTEST_XDIST_WORKER", "main")
    Path(folder, f"{name}.json").write_text(json.dumps(_found), encoding="utf-8")


def pytest_runtest_logreport(report: Any) -> None:
    """Every test that passed is a row, with or without numbers."""
    if report.when == "call" and report.passed:
        _found.setdefault(report.nodeid, [])


# --- from the record to the page ----------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Row:
    """One test function: its worst comparison over all its cases."""

    file: str
    name: str
    cases: int
    observed: float | None = None
    sign: str = ""
    bound: float | None = None
    twins: int = 0


def run_tests(folder: Path) -> None:
    """Run all verification tests with the recorder; raises where one fails."""
    environment = {
        **os.environ,
        RECORD: str(folder),
        "PYTHONPATH": str(Path(__file__).parent),
        "PYTHONPYCACHEPREFIX": str(folder / "cache"),  # asserts rewritten with the hook
    }
    options = ["-q", "-p", "verification_page", "-o", "enable_assertion_pass_hook=true"]
    options += ["-m", ""]
    command = [sys.executable, "-m", "pytest", *options, "-p", "no:cacheprovider", str(TESTS)]
    subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=sys.stderr)


@cache
def twin_names() -> frozenset[tuple[str, str]]:
    """(file, test) of every sabotage: it demands that an assertion fails, or is named for it."""
    return frozenset(
        (path.name, node.name)
        for path, node in _functions()
        if "raises(AssertionError" in ast.unparse(node) or NAMED_TWIN.search(node.name)
    )


def rows_of(folder: Path) -> list[Row]:
    """Rows in the order of the files, twins counted beside the test that they spoil."""
    found: dict[str, list[Seen]] = {}
    for path in folder.glob("*.json"):
        for node, seen in json.loads(path.read_text("utf-8")).items():
            if not node.startswith("tests/verification/"):
                continue
            found.setdefault(node, []).extend((o, s, b) for o, s, b in seen)
    groups: dict[tuple[str, str], list[str]] = {}
    for node in found:
        file, name = node.split("::")
        groups.setdefault((Path(file).name, name.split("[")[0]), []).append(node)
    rows = []
    for file, name in groups:
        if (file, name) not in twin_names():
            rows += _rows(file, name, {n: found[n] for n in groups[file, name]}, groups)
    for file in sorted({file for file, _ in groups}):
        loose = sum(len(groups[f, n]) for f, n in groups if f == file and (f, n) in twin_names())
        loose -= sum(row.twins for row in rows if row.file == file)
        rows.append(Row(file=file, name="", cases=0, twins=loose))
    order = {(path.name, node.name): place for place, (path, node) in enumerate(_functions())}
    last = len(order)
    return sorted(rows, key=lambda row: (row.file, order.get((row.file, _plain(row.name)), last)))


def _twins(groups: dict[tuple[str, str], list[str]], file: str, name: str) -> int:
    """Runs of twins named after a test and after no longer-named one."""
    plain = [n for f, n in groups if f == file and (f, n) not in twin_names()]
    count = 0
    for f, n in groups:
        owners = [p for p in plain if n.startswith(p + "_")]
        if (f, n) in twin_names() and f == file and owners and max(owners, key=len) == name:
            count += len(groups[f, n])
    return count


def _rows(
    file: str, name: str, found: dict[str, list[Seen]], groups: dict[tuple[str, str], list[str]]
) -> list[Row]:
    """One row for a test; one for each of its cases where it measures an order."""
    twins = _twins(groups, file, name)
    whole = _row(file, name, len(found), [entry for seen in found.values() for entry in seen])
    if not whole.sign.startswith(">") or len(found) == 1:
        return [replace(whole, twins=twins)]
    rows = [_row(file, node.split("::")[1], 1, seen) for node, seen in sorted(found.items())]
    return [replace(rows[0], twins=twins), *rows[1:]]


def _plain(name: str) -> str:
    return name.split("[")[0]


def _row(file: str, name: str, cases: int, seen: list[Seen]) -> Row:
    usable = [(o, s, b) for o, s, b in seen if o > 0 and b > 0]
    if not usable:
        return Row(file=file, name=name, cases=cases)
    observed, sign, bound = max(usable, key=lambda e: e[0] / e[2] if "<" in e[1] else e[2] / e[0])
    return Row(file=file, name=name, cases=cases, observed=observed, sign=sign, bound=bound)


def _functions() -> list[tuple[Path, ast.FunctionDef]]:
    """The tests as they stand in the files, in order."""
    return [
        (path, node)
        for path in sorted(TESTS.glob("test_*.py"))
        for node in ast.parse(path.read_text("utf-8")).body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    ]


def page_of(rows: list[Row]) -> str:
    """The page in Markdown, its rows as data at the end."""
    count = sum(row.cases for row in rows)
    twins = sum(row.twins for row in rows)
    parts = [HEAD, f"{count} cases passed, and {twins} sabotaged ones failed as they must."]
    for file in dict.fromkeys(row.file for row in rows):
        parts.append(_section(file, [row for row in rows if row.file == file]))
    data = "\n".join(json.dumps(asdict(row)) for row in rows)
    return "\n".join([*parts, "", f"<!-- rows\n{data}\n-->", ""])


def _section(file: str, rows: list[Row]) -> str:
    text = ast.get_docstring(ast.parse((TESTS / file).read_text("utf-8"))) or ""
    title = file.removeprefix("test_").removesuffix(".py").replace("_", " ").capitalize()
    lines = [f"\n## {title}\n", f"`tests/verification/{file}`", "", _prose(text), ""]
    lines += ["| test | cases | observed | bound | sabotage |", "|---|--:|--:|--:|--:|"]
    lines += [_line(row) for row in rows if row.name]
    loose = sum(row.twins for row in rows if not row.name)
    if loose:
        lines += ["", f"{loose} sabotaged run(s) for the file as a whole."]
    return "\n".join(lines)


def _line(row: Row) -> str:
    name = re.sub(r"-(?:cells|least)\d+", "", row.name.removeprefix("test_"))
    name = name.replace("_", " ").replace("[", ": ").rstrip("]")
    name = re.sub(r"(\w) s\b", r"\1's", name)
    numbers = "| |"
    if row.observed is not None and row.bound is not None:
        least = {"<": "≤", ">": "≥"}[row.sign[0]]
        numbers = f"| {row.observed:.2g} | {least} {row.bound:.3g} |"
    return f"| {name} | {row.cases} {numbers} {row.twins or ''} |"


def _prose(text: str) -> str:
    """A docstring as Markdown: indented lines stay a block, signs stay what they are."""
    made = []
    for part in re.split(r"\n\s*\n", text):
        if part.startswith("    "):
            made.append("```text\n" + part + "\n```")
        else:
            made.append(SIGNS.sub(lambda found: found[1] or f"\\{found[2]}", part))
    return "\n\n".join(made)


def rows_on(page: str) -> list[Row]:
    """The rows that a page was made of."""
    data = page.split("<!-- rows\n")[1].split("\n-->")[0]
    return [Row(**json.loads(line)) for line in data.splitlines()]


def differences(old: list[Row], new: list[Row]) -> list[str]:
    """Where a page says otherwise than a run."""
    before = {(row.file, row.name): row for row in old}
    now = {(row.file, row.name): row for row in new}
    found = [f"{'::'.join(key)} is on one side only" for key in before.keys() ^ now.keys()]
    for key in before.keys() & now.keys():
        a, b = before[key], now[key]
        if (a.cases, a.twins, a.sign) != (b.cases, b.twins, b.sign):
            found.append(f"{'::'.join(key)}: {a} became {b}")
        elif a.observed and b.observed and a.bound and b.bound and a.observed > 1e-9:
            ratio = (b.observed / b.bound) / (a.observed / a.bound)
            if not 1 / SLACK <= ratio <= SLACK:
                found.append(f"{'::'.join(key)}: observed {a.observed:.2g}, now {b.observed:.2g}")
    return sorted(found)


def _recorded(rows: list[Row], others: list[Row]) -> list[Row]:
    """What is on both sides: a record may be of some tests and cases, and without their twins."""
    known = {(row.file, row.name) for row in others if row.name}
    return [replace(row, cases=0, twins=0) for row in rows if (row.file, row.name) in known]


def main() -> int:
    """Write the page, or check it."""
    with tempfile.TemporaryDirectory() as folder:
        given = [Path(word) for word in sys.argv[1:] if not word.startswith("-")]
        if not given:
            run_tests(Path(folder))
        rows = rows_of(given[0] if given else Path(folder))
    if "--check" not in sys.argv:
        PAGE.write_text(page_of(rows), encoding="utf-8")
        return 0
    told = rows_on(PAGE.read_text("utf-8"))
    if given:
        told, rows = _recorded(told, rows), _recorded(rows, told)
    wrong = differences(told, rows)
    print("\n".join([*wrong, f"{len(wrong)} difference(s) from docs/verification.md"]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
