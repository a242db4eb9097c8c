"""Spoiled files at every door, counted: refusals, silent acceptances, tracebacks, hangs, memory.

    python tests/reliability/fuzz.py --cases 20000 --seed 1 --write

runs that many cases shared among the doors, in processes that may crash, and writes the table of
docs/security.md. A case is drawn from its door, seed and number alone, so that
``--door mesh --seed 1 --case 17`` runs it again and shows the traceback.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import resource
import signal
import subprocess
import sys
import traceback
import warnings
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import FrameType

from doors import DOORS, Door, cases_of, placed

from particle_sim.errors import ConvergenceError, InputError

LONGEST = 20
"""Seconds a case may take."""
MOST_MEMORY = 1_000_000_000
"""Bytes by which the largest memory may grow during a case."""
CHUNK = 250
OUTCOMES = ("refused", "read", "silent", "traceback", "hang", "memory", "crash")
BAD = OUTCOMES[2:]
PAGE = Path(__file__).resolve().parents[2] / "docs" / "security.md"


class Hang(BaseException):
    """Not an Exception, so that no reader can swallow it."""


def run_case(door: Door, seed: int, number: int) -> tuple[str, str]:
    """The outcome of a case, and what it said."""
    good, bad = door.case(random.Random(f"{door.name}:{seed}:{number}"))
    before = _peak_memory()
    with placed(bad) as folder:
        outcome, said = _outcome(door, folder, good)
    grown = _peak_memory() - before
    return ("memory", f"{grown / 1e6:.0f} MB") if grown > MOST_MEMORY else (outcome, said)


def _outcome(door: Door, folder: Path, good: dict[str, bytes] | object) -> tuple[str, str]:
    signal.signal(signal.SIGALRM, _too_long)
    signal.alarm(LONGEST)
    try:
        found = door.read(folder)
        wrong = door.wrong(found, good)  # type: ignore[arg-type]
        return ("silent", wrong) if wrong else ("read", "")
    except (InputError, ConvergenceError) as refusal:
        return _refusal(str(refusal))
    except Hang:
        return "hang", f"more than {LONGEST} s"
    except MemoryError:
        return "memory", "MemoryError"
    except BaseException:
        return "traceback", traceback.format_exc()
    finally:
        signal.alarm(0)


def _refusal(said: str) -> tuple[str, str]:
    if not said.strip() or "Traceback" in said:
        return "traceback", f"refused with {said!r}"
    return "refused", said


def _too_long(number: int, frame: FrameType | None) -> None:
    raise Hang


def _peak_memory() -> int:
    return 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def count(door: Door, seed: int, numbers: range) -> tuple[Counter[str], list[str]]:
    """Outcomes of these cases in this process, and how to see the bad ones again."""
    found: Counter[str] = Counter()
    bad = []
    for number in numbers:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            outcome, said = run_case(door, seed, number)
        found[outcome] += 1
        if outcome in BAD:
            last = said.strip().splitlines()[-1:] or [""]
            bad.append(f'--door "{door.name}" --seed {seed} --case {number}: {outcome}: {last[0]}')
    return found, bad


def _in_process(door: Door, seed: int, numbers: range) -> tuple[Counter[str], list[str]]:
    """The same in a process of its own, which may crash or never come back."""
    command = [sys.executable, __file__, "--door", door.name, "--seed", str(seed)]
    span = ["--from", str(numbers.start), "--cases", str(len(numbers))]
    try:
        done = subprocess.run(
            [*command, *span], capture_output=True, text=True, timeout=120 + LONGEST * 20
        )
        found = json.loads(done.stdout.splitlines()[-1])
        return Counter(found["counts"]), found["bad"]
    except (subprocess.TimeoutExpired, IndexError, ValueError):
        outcome = "crash"
    if len(numbers) == 1:
        bad = f'--door "{door.name}" --seed {seed} --case {numbers.start}: {outcome}'
        return Counter({outcome: 1}), [bad]
    half = len(numbers) // 2
    parts = [_in_process(door, seed, part) for part in (numbers[:half], numbers[half:])]
    return parts[0][0] + parts[1][0], parts[0][1] + parts[1][1]


def run_all(cases: int, seed: int) -> tuple[dict[str, Counter[str]], list[str]]:
    """Counts by door of ``cases`` cases."""
    jobs = [
        (door, range(first, min(first + CHUNK, cases_of(door, cases))))
        for door in DOORS
        for first in range(0, cases_of(door, cases), CHUNK)
    ]
    counts: dict[str, Counter[str]] = {door.name: Counter() for door in DOORS}
    bad: list[str] = []
    with ThreadPoolExecutor(2) as pool:
        done = pool.map(lambda job: _in_process(job[0], seed, job[1]), jobs)
        for (door, _), (found, lines) in zip(jobs, done, strict=True):
            counts[door.name] += found
            bad += lines
            for line in lines:
                print(line, file=sys.stderr, flush=True)
    return counts, bad


def table(counts: dict[str, Counter[str]], seed: int) -> str:
    """The counts as the page shows them."""
    total: Counter[str] = sum(counts.values(), Counter())
    head = ["door", "cases", *OUTCOMES]
    rows = [[name, str(sum(c.values())), *(str(c[o]) for o in OUTCOMES)]
            for name, c in [*counts.items(), ("all", total)]]  # fmt: skip
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    shown = "\n".join("| " + " | ".join(line) + " |" for line in lines)
    return f"Written by `tests/reliability/fuzz.py` with seed {seed}:\n\n{shown}"


def write(shown: str) -> None:
    """Replace the table of the page."""
    text = PAGE.read_text("utf-8")
    made = f"<!-- fuzz:begin -->\n\n{shown}\n\n<!-- fuzz:end -->"
    new, found = re.subn(
        r"<!-- fuzz:begin -->.*<!-- fuzz:end -->", lambda _: made, text, flags=re.DOTALL
    )
    if not found:
        raise SystemExit(f"{PAGE} has no place for the counts")
    PAGE.write_text(new, "utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--door", choices=[door.name for door in DOORS])
    parser.add_argument("--from", dest="first", type=int, default=0)
    parser.add_argument("--case", type=int, help="run one case and show what it said")
    parser.add_argument("--write", action="store_true", help="write the table of docs/security.md")
    given = parser.parse_args()
    if given.door is None:
        counts, bad = run_all(given.cases, given.seed)
        print(table(counts, given.seed))
        if given.write:
            write(table(counts, given.seed))
        raise SystemExit(1 if bad else 0)
    door = next(door for door in DOORS if door.name == given.door)
    if given.case is not None:
        print(*run_case(door, given.seed, given.case), sep="\n")
        return
    found, lines = count(door, given.seed, range(given.first, given.first + given.cases))
    print(json.dumps({"counts": found, "bad": lines}))


if __name__ == "__main__":
    main()
