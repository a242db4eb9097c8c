"""Write ``docs/guides/pulses.csv``: a titration of the guide's own material with a known D.

``python docs/_tools/virtual_titration.py`` computes it with PyBaMM's single-particle half cell, so
that the guide can show that ``particle-sim fit`` returns the D that was put in.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
from blocks import DOCS, blocks_of

import particle_sim as ps
from particle_sim.protocols.step import Mode, Protocol, Step

DIFFUSIVITY = 5e-15
"""Put into the cell [m2/s]."""
PULSES, PULSE, PAUSE, RATE = 6, 60.0, 7200.0, 0.5
BEFORE = 3450.0
"""Charged at RATE before the first pulse [s]."""


def own_material() -> ps.Material:
    """The material of the guide, with the diffusivity that is to be found."""
    page = (DOCS / "guides" / "own_material.md").read_text("utf-8")
    (block,) = [b for b in blocks_of(page) if b.file == "my_nasicon.toml"]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / block.file
        path.write_text(block.body, encoding="utf-8")
        material = ps.load_material(str(path))
    return material.replaced(diffusivity=material["diffusivity"].with_magnitude(DIFFUSIVITY))


def main() -> None:
    """Every second of the pulses, every ten minutes of the rests; voltage to 0.01 mV."""
    pair = (
        Step(mode=Mode.CHARGE, c_rate=RATE, duration=PULSE),
        Step(mode=Mode.REST, duration=PAUSE),
    )
    start = (
        Step(mode=Mode.CHARGE, c_rate=RATE, duration=BEFORE),
        Step(mode=Mode.REST, duration=2 * PAUSE),
    )
    cell = ps.half_cell(own_material(), radial_points=200)
    run = ps.solve_cell(cell, Protocol(name="GITT", steps=start + PULSES * pair, starts_full=True))
    begin = BEFORE + 2 * PAUSE - 600
    current = run.current / cell.active_mass
    lines = ["# Computed, not measured: docs/_tools/virtual_titration.py"]
    lines.append("time [s], current [mA/g], voltage [V]")
    time, changes = run.time - begin, np.diff(current, prepend=np.nan, append=np.nan) != 0
    kept = -np.inf
    for row, seconds in enumerate(time):
        due = seconds - kept >= (3.0 if current[row] else 600.0)
        if seconds >= 0 and (due or changes[row] or changes[row + 1]):
            lines.append(f"{seconds:.1f}, {current[row]:.2f}, {run.voltage[row]:.5f}")
            kept = seconds
    (DOCS / "guides" / "pulses.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
