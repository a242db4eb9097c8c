"""NVP with its own phase boundary, 5.2 nm wide, in sections whose mesh follows it.

A ball of the given radius loses the sodium of its wide plateau at 1C, from a boundary in place (a cap
of the empty phase at one pole) to the end, with and without coherency. Every run has a process of
its own, on one thread. Printed: cells and nodes of the meshes, steps, meshes, CPU seconds without
those of importing, sodium lost, estimated errors in space, the peak of the process, and what the
same would take in three dimensions, with the numbers that this follows from.

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
        "meshes": run.cost.meshes,
        "nodes (mean of a step)": run.cost.mean_nodes,
        "cells of the common refinement": len(run.mesh.cells),
        "CPU s": time.process_time() - began,
        "sodium error": run.balances.sodium,
        "space error (of the tolerance's unit)": run.balances.space or 0.0,
        "peak von Mises stress, MPa": float(run.von_mises_stress.max()) / 1e6,
        "peak memory, MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
