"""Flip bits of a small sweep store, one at a time, and see what a reader and a second run do.

    python tests/reliability/store_damage.py --every 8     # one bit in eight of every file

A flip must be found or change nothing that is read, and the next run must end in the bytes of the
undamaged store. Prints counts by file; ends with 1 if any flip was worse.
"""

from __future__ import annotations

import argparse
import collections
import sys
import tempfile
from pathlib import Path

import numpy as np

from particle_sim.errors import InputError
from particle_sim.sweeps import store
from particle_sim.sweeps.axes import Axis
from particle_sim.sweeps.result import open_sweep
from particle_sim.sweeps.sampling import Sampling
from particle_sim.sweeps.sweep import sweep


def holed(x: float) -> dict[str, float]:
    """Half known and half failed in the middle chunk."""
    return {"half": x / 2, "sqrt": float("nan") if 8 <= x <= 15 else x**0.5}


def run(folder: Path) -> None:
    sweep(holed, [Axis("x", 0.0, 19.0, "m")], sampling=Sampling.GRID, samples=20, store=folder)


def content(folder: Path) -> dict[Path, bytes]:
    return {
        path: path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in (".lock", "repairs.txt")
    }


def outcome(folder: Path, path: Path, bit: int) -> str:
    whole, data = content(folder), open_sweep(folder)
    harmed = bytearray(whole[path])
    harmed[bit // 8] ^= 1 << bit % 8
    path.write_bytes(harmed)
    try:
        seen = "harmless" if open_sweep(folder).identical(data) else "SILENT"
    except InputError:
        seen = "found"
    except Exception as error:  # a traceback is what is looked for
        seen = f"TRACEBACK {type(error).__name__}"
    run(folder)
    if content(folder) != whole:
        seen = f"{seen} NOT MENDED"
    for name, held in whole.items():
        name.write_bytes(held)
    return seen


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    store.CHUNK = 8
    counts: dict[str, collections.Counter[str]] = {}
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "store"
        run(folder)
        for path, held in content(folder).items():
            first = int(np.random.default_rng(options.seed).integers(options.every))
            found = (outcome(folder, path, k) for k in range(first, 8 * len(held), options.every))
            name = str(path.relative_to(folder))
            counts[name] = collections.Counter(found)
            print(f"{name}: {dict(counts[name])}", flush=True)
    total = sum(counts.values(), collections.Counter())
    print(f"all: {dict(total)}")
    sys.exit(bool(total.keys() - {"found", "harmless"}))


if __name__ == "__main__":
    main()
