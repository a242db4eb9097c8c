"""Stop commands at random moments and see what they leave: processes, words, a blocked next run.

    python tests/reliability/interrupts.py --times 20 --seed 1

Each command runs in a process group of its own and gets Ctrl-C (the group, as from a terminal),
SIGTERM (the command) or ``kill -9`` (the command) after a random while. Everybody must have ended
two seconds after the command, and nobody may print a traceback. At the end each sweep is run to its
end and must have the bytes of one that was left alone. POSIX only; prints a line a stop and the
counts, ends with 1 if anything was left.
"""

from __future__ import annotations

import argparse
import collections
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-c", "from particle_sim.cli.main import main; main()")
PROCESSES = """
import sys, time

def square(x: float) -> dict[str, float]:
    time.sleep(0.02)
    return {"square": x * x}

if __name__ == "__main__":
    try:
        from particle_sim.sweeps import store
        from particle_sim.sweeps.axes import Axis
        from particle_sim.sweeps.engines import Processes
        from particle_sim.sweeps.sweep import sweep

        store.CHUNK = 64
        sweep(square, [Axis("x", 0, 1)], samples=500, store=sys.argv[1], engine=Processes(2))
    except KeyboardInterrupt:
        sys.exit(130)
"""
FIRST, LONGEST = 1.0, 20.0
"""Seconds to the earliest stop, when Python itself has started, and from there to the latest."""
GRACE = 2.0
"""Seconds in which workers may go after their parent."""


def commands(place: Path) -> dict[str, list[str]]:
    (place / "sweep.py").write_text(PROCESSES, encoding="utf-8")
    return {
        "compare": [*COMMAND, "compare", "nvp", "he_v", "--out", "compared", "--workers", "2"],
        "rate": [*COMMAND, "rate", "nvp", "--out", "rates"],
        "run": [*COMMAND, "run", "sweep_nvp_he_v", "--out", "swept", "--workers", "2"],
        "sweep": [sys.executable, "sweep.py", "mine"],
    }


def left(group: int) -> list[str]:
    """Living processes of a group."""
    listed = subprocess.run(
        ["ps", "-eo", "pgid=,stat=,args="], capture_output=True, text=True, check=True
    )
    rows = [line.split(None, 2) for line in listed.stdout.splitlines()]
    return [row[2] for row in rows if int(row[0]) == group and not row[1].startswith("Z")]


def stop(command: list[str], place: Path, how: str, after: float) -> str:
    """What was wrong after a stop, or an empty text."""
    log = place / "log.txt"
    with log.open("w") as file:
        process = subprocess.Popen(
            command,
            cwd=place,
            env={**os.environ, "PYTHONPATH": str(ROOT), "MPLBACKEND": "Agg"},
            stdout=file,
            stderr=file,
            start_new_session=True,
        )
    time.sleep(after)
    (os.killpg if how == "SIGINT" else os.kill)(process.pid, getattr(signal, how))
    try:
        process.wait(60)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        return "it went on for a minute"
    deadline = time.monotonic() + GRACE
    while left(process.pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    wrong = left(process.pid)
    if wrong:
        os.killpg(process.pid, signal.SIGKILL)
        return f"{len(wrong)} processes were left, e.g. {wrong[0][:60]}"
    text = log.read_text(encoding="utf-8", errors="replace")
    return "a traceback" if "Traceback" in text else ""


def same_bytes(command: list[str], place: Path, folder: str) -> bool:
    """Whether a sweep that was stopped ends as one that was not."""
    found = []
    for name in (folder, "calm"):
        last = [name if word == folder else word for word in command]
        subprocess.run(last, cwd=place, check=True, env={**os.environ, "PYTHONPATH": str(ROOT)})
        root = place / name / "samples.zarr"
        found.append(
            {p.relative_to(root): p.read_bytes() for p in sorted(root.rglob("*")) if p.is_file()}
        )
    return found[0] == found[1] and not (place / folder / "repairs.txt").exists()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=5, help="Stops of each command and signal.")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", help="One of the commands.")
    options = parser.parse_args()
    numbers, counts = random.Random(options.seed), collections.Counter[str]()
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        for title, command in commands(place).items():
            if options.only not in (None, title):
                continue
            for how in ["SIGINT", "SIGTERM", "SIGKILL"] * options.times:
                after = FIRST + LONGEST * numbers.random() ** 2
                wrong = stop(command, place, how, after)
                counts[wrong or "fine"] += 1
                print(f"{title} {how} after {after:.2f} s: {wrong or 'fine'}", flush=True)
        if options.only in (None, "sweep"):
            fine = same_bytes(commands(place)["sweep"], place, "mine")
            counts["fine" if fine else "other bytes"] += 1
    print(dict(counts))
    sys.exit(bool(counts.keys() - {"fine"}))


if __name__ == "__main__":
    main()
