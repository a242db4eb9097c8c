"""NVP with its own phase boundary, 5.2 nm wide, in sections whose mesh follows it.

A ball of the given radius loses the sodium of its wide plateau at 1C, from a boundary in place (a
cap of the empty phase at one pole) to the end, with or without coherency. Every run has a process
of its own, on one thread. Printed: nodes of the meshes, steps, CPU seconds, sodium lost, estimated
error in space, peak memory, and what the same would take in 3-D, with the numbers behind that.

    python benchmarks/true_interfaces.py --radius 250
    python benchmarks/true_interfaces.py --radius 250 --law coherent --empty 0.35 --until 0.3
"""

from __future__ import annotations

import argparse
import json
import math
import os
import resource
import subprocess
import sys
import time

import numpy as np
from records import printed

WIDTH, LOW, HIGH = 5.2e-9, 0.06, 0.70
"""Of the boundary [m], and the fillings on its two sides at the start"""
LAWS = {"incoherent": "phase_separation", "coherent": "coherent_phase_separation"}


def cap(x: np.ndarray, radius: float, height: float) -> np.ndarray:
    """theta where the lowest part of the ball, ``height`` of its diameter, is empty."""
    distance = x[:, -1] + radius - 2 * radius * height
    return np.asarray(LOW + 0.5 * (HIGH - LOW) * (1 + np.tanh(2 * distance / WIDTH)))


def charge(material: object, radius: float, change: float) -> object:
    """A constant flux that takes ``change`` of theta out at 1C."""
    import particle_sim as ps

    current = material.value("one_c_current") * material.value("density")  # type: ignore[attr-defined]
    flux = current * radius / (3 * 96485.33)
    sodium = change * material.maximum_concentration * radius / 3  # type: ignore[attr-defined]
    return ps.constant_flux(flux, sodium / flux, initial_site_fraction=HIGH)


def in_space(law: str) -> float:
    """CPU seconds per node and step of an eighth of a small ball in 3-D, from a cap in place."""
    import particle_sim as ps

    material, radius = ps.load_material("nvp"), 4 * WIDTH
    mesh = ps.shapes.ball(radius, cell_size=0.5 * WIDTH, octant=True)
    particle = ps.Particle(material=material, mesh=mesh, physics=[getattr(ps.physics, LAWS[law])])
    began = time.process_time()
    run = ps.solve_particle(
        particle,
        charge(material, radius, 0.01),
        initial_site_fraction=lambda x: cap(x, radius, 0.7),
        tolerance=1e-2,
    )
    steps = run.cost.steps + run.cost.rejected_steps
    return (time.process_time() - began) / steps / run.site_fraction.shape[1]


def measure(given: argparse.Namespace) -> dict[str, float]:
    """One run in this process."""
    import particle_sim as ps

    material, radius = ps.load_material("nvp"), given.radius * 1e-9
    share = given.empty**2 * (3 - 2 * given.empty)  # of a ball's volume, below that height
    change = share * LOW + (1 - share) * HIGH - given.until
    surface = charge(material, radius, change)
    began = time.process_time()
    run = ps.solve_particle(
        ps.Particle(
            material=material,
            mesh=ps.shapes.ball_section(radius),
            physics=[getattr(ps.physics, LAWS[given.law])],
        ),
        surface,
        initial_site_fraction=lambda x: cap(x, radius, given.empty),
        times=np.linspace(0, surface.breaks[-1], given.outputs + 1)[1:],
        tolerance=given.tolerance,
        adaptive=ps.Adaptive(nodes=given.nodes),
    )
    return {
        "filling from": run.mean_site_fraction[0],
        "filling to": run.mean_site_fraction[-1],
        "steps": run.cost.steps + run.cost.rejected_steps,
        "meshes": len(run.cost.meshes),
        "nodes of a mesh, mean": float(np.mean(run.cost.meshes)),
        "nodes of a mesh, most": max(run.cost.meshes),
        "cells of the common refinement": len(run.mesh.cells),
        "CPU s": time.process_time() - began,
        "sodium error": run.balances.sodium,
        "space error (of the tolerance's unit)": run.balances.space or 0.0,
        "peak von Mises stress, MPa": float(run.von_mises_stress.max()) / 1e6,
        "peak memory, MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def in_a_process(arguments: list[str]) -> dict[str, float]:
    """What a process of its own prints in its last line."""
    done = subprocess.run(
        [sys.executable, __file__, *arguments],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1", "PYBAMM_DISABLE_TELEMETRY": "true"},
    )
    return dict(json.loads(done.stdout.splitlines()[-1]))


def print_space(given: argparse.Namespace, row: dict[str, float]) -> None:
    """The same front in 3-D: a disc of nodes for every row of them along a meridian."""
    spacing = WIDTH / given.nodes
    times = math.pi * given.radius * 1e-9 / (2 * spacing)
    nodes = times * row["nodes of a mesh, mean"]
    each = in_a_process(["--in-space", "--law", given.law])["seconds"]
    total = each * nodes * row["steps"]
    print(
        f"\nIn 3-D: nodes times pi R/(2 d) = {times:.0f} (R = {given.radius:g} nm, "
        f"d = {spacing * 1e9:.2g} nm), so {nodes:.2g} nodes; {each * 1e3:.2g} CPU ms per node and "
        f"step, measured on a small ball; {row['steps']:.0f} steps: {total / 3600:.2g} CPU hours"
    )


def main() -> None:
    """Print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--radius", type=float, default=40.0, help="nm")
    parser.add_argument("--law", choices=list(LAWS), default="incoherent")
    parser.add_argument("--empty", type=float, default=0.06, help="part of the diameter")
    parser.add_argument("--until", type=float, default=0.02, help="mean filling at the end")
    parser.add_argument("--nodes", type=float, default=3.0, help="across the boundary")
    parser.add_argument("--tolerance", type=float, default=1e-2)
    parser.add_argument("--outputs", type=int, default=20)
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--in-space", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--record", help="keep it under this name; the last words")
    given = parser.parse_args()
    if given.in_space:
        print(json.dumps({"seconds": in_space(given.law)}))
        return
    if given.here:
        print(json.dumps(measure(given)))
        return
    with printed(("numpy", "scipy"), as_code=False):
        row = in_a_process([*sys.argv[1:], "--here"])
        print(
            f"| {given.law}, {given.radius:g} nm, {given.nodes:g} nodes to a width | |\n|---|---|"
        )
        for name, value in row.items():
            print(f"| {name} | {value:.4g} |")
        print_space(given, row)


if __name__ == "__main__":
    main()
