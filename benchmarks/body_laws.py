"""What a whole run of a 3-D body costs through ``solve_particle``, by law and size.

One eighth of a ball under a constant flux, straight quadratic tetrahedra, the same tolerance and
outputs for all laws: constant D, D(theta), and solid-solution stress drift (sodium, potential and
displacement together). Every run has a process of its own, on one thread. Printed as tables: CPU
seconds of the solve with the stresses at all outputs, their ratio to constant D, steps, the peak
memory of the process and what was predicted of it, and the growth of the cost with the cells.

    python benchmarks/body_laws.py --cells-per-radius 9 12 16
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time

import numpy as np

RADIUS, DIFFUSIVITY, TOLERANCE, OUTPUTS = 1e-6, 1e-15, 1e-4, 10
"""Implicit stages of a step"""
LAWS = ("constant D", "D(theta)", "stress drift")


def measure(law: str, cells_per_radius: float) -> dict[str, float]:
    """One run in this process."""
    import particle_sim as ps
    from particle_sim.materials.functions import LinearTable

    table = LinearTable((0.0, 1.0), (0.5 * DIFFUSIVITY, 1.5 * DIFFUSIVITY))
    terms = [ps.physics.fickian_diffusion]
    if law == "stress drift":
        terms.append(ps.physics.stress_drift)
    material = ps.material_from_values(
        maximum_concentration=2e4,
        diffusivity=table if law == "D(theta)" else DIFFUSIVITY,
        youngs_modulus=5e10,
        partial_molar_volume=3e-6,
    )
    size = RADIUS / cells_per_radius
    mesh = ps.shapes.ball(RADIUS, cell_size=size, octant=True, curved=False)
    duration = 0.2 * RADIUS**2 / DIFFUSIVITY
    began = time.process_time()
    run = ps.solve_particle(
        ps.Particle(material=material, mesh=mesh, physics=terms),
        ps.constant_flux(5e-6, duration, initial_site_fraction=0.9),
        times=np.linspace(0, duration, OUTPUTS + 1)[1:],
        tolerance=TOLERANCE,
    )
    stress = ps.metrics.peak_von_mises_stress(run)
    return {
        "cells": len(mesh.cells),
        "seconds": time.process_time() - began,
        "steps": run.cost.steps + run.cost.rejected_steps,
        "stress": stress,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        "predicted": run.cost.memory,
    }


def in_a_process(law: str, cells_per_radius: float) -> dict[str, float]:
    """The same in a process of its own."""
    command = [sys.executable, __file__, "--law", law, "--cells-per-radius", str(cells_per_radius)]
    done = subprocess.run(
        command,
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1", "PYBAMM_DISABLE_TELEMETRY": "true"},
    )
    return dict(json.loads(done.stdout.splitlines()[-1]))


def main() -> None:
    """Print one table per size, and how the cost grows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cells-per-radius", type=float, nargs="+", default=[6.0])
    parser.add_argument("--law", choices=LAWS)
    given = parser.parse_args()
    if given.law:
        print(json.dumps(measure(given.law, given.cells_per_radius[0])))
        return
    found: dict[str, list[dict[str, float]]] = {law: [] for law in LAWS}
    for size in given.cells_per_radius:
        for law in LAWS:
            found[law].append(in_a_process(law, size))
        first = found[LAWS[0]][-1]
        print(f"\n| {first['cells']:,} tetrahedra, {OUTPUTS} outputs | CPU s | ratio | ", end="")
        print("steps | peak von Mises, MPa | peak MB | predicted |")
        print("|---|---|---|---|---|---|---|")
        for law in LAWS:
            row = found[law][-1]
            print(
                f"| {law} | {row['seconds']:.1f} | {row['seconds'] / first['seconds']:.1f} "
                f"| {row['steps']:.0f} | {row['stress'] / 1e6:.2f} "
                f"| {row['peak'] / 1e6:.0f} | {row['predicted'] / 1e6:.0f} |"
            )
    if len(given.cells_per_radius) > 1:
        for law, rows in found.items():
            cells, seconds = ([row[name] for row in rows] for name in ("cells", "seconds"))
            power = np.polyfit(np.log(cells), np.log(seconds), 1)[0]
            print(f"{law}: CPU seconds grow with the cells to the power {power:.2f}")


if __name__ == "__main__":
    main()
