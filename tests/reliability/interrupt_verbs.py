"""Stop real verbs at random moments, and say what each left: ``python interrupt_verbs.py SEED N``.

A long run for a person or a timer; pytest does not collect it. After every stop the folder must be
empty or hold a whole result, standard error no traceback, and the same command must work.
"""

from __future__ import annotations

import collections
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

COMMAND = "from particle_sim.cli.main import main; main()"
VERBS = {
    "compare": ["compare", "nvp", "he_v", "--out", "out", "--workers", "1"],
    "rate": ["rate", "nvp", "--rates", "1", "--model", "SPM", "--samples", "20", "--out", "out"],
    "export": ["export", "he_v", "--file", "he_v.json"],
    "new": ["new", "material", "mine"],
    "design": ["design", "Na3V1.5Cr0.5(PO4)3", "--like", "nvp", "--name", "mine"],
    "learn --export": ["learn", "--export", "out"],
}
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGKILL)


def seconds(arguments: list[str]) -> float:
    """How long a whole run takes."""
    with tempfile.TemporaryDirectory() as place:
        begun = time.monotonic()
        subprocess.run([sys.executable, "-c", COMMAND, *arguments], cwd=place, check=True)
        return time.monotonic() - begun


def fault(arguments: list[str], number: int, delay: float) -> str:
    """What is wrong after a signal; "" if nothing is."""
    with tempfile.TemporaryDirectory() as name:
        child = subprocess.Popen(
            [sys.executable, "-c", COMMAND, *arguments],
            cwd=name,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        time.sleep(delay)
        child.send_signal(number)
        told = child.communicate(timeout=120)[1]
        if "Traceback" in told:
            return f"traceback: {told[-200:]}"
        if child.returncode not in (0, 128 + number, -number):
            return f"exit code {child.returncode}"
        hidden = [path.name for path in Path(name).iterdir() if path.name.startswith(".")]
        if hidden and number != signal.SIGKILL:
            return f"left {hidden}"
        again = subprocess.run(
            [sys.executable, "-c", COMMAND, *arguments],
            cwd=name,
            capture_output=True,
            text=True,
            check=False,
        )
        left = [path.name for path in Path(name).iterdir() if path.name.startswith(".")]
        return f"next run: {again.returncode} {again.stderr} {left}" * bool(
            again.returncode or left
        )


def main() -> None:
    """Print the number of stops of each verb, and every fault with what repeats it."""
    seed, count = int(sys.argv[1]), int(sys.argv[2])
    draw, faults = random.Random(seed), collections.Counter[str]()
    for verb, arguments in VERBS.items():
        whole = seconds(arguments)
        for _ in range(count):
            number, delay = draw.choice(SIGNALS), draw.uniform(0.5, whole)
            found = fault(arguments, number, delay)
            faults[verb] += bool(found)
            if found:
                print(f"{verb}, {number.name} after {delay:.3f} s: {found}")
        print(f"{verb}: {count} stops, {faults[verb]} faults", flush=True)
    sys.exit(bool(faults.total()))


if __name__ == "__main__":
    main()
