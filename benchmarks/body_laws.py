"""What two-way coupling and a diffusivity that depends on sodium cost on a 3-D body.

One eighth of a ball under a constant flux, quadratic tetrahedra, the same tolerance and outputs for
all laws: constant D, D(theta), and solid-solution stress drift (sodium, potential and displacement
together). CPU seconds of one core, steps, linear solves and the ratio to constant D.

Run with ``OMP_NUM_THREADS=1 python benchmarks/body_laws.py --cells-per-radius 9``.
"""

from __future__ import annotations

import argparse
import resource
import time

import numpy as np

import particle_sim as ps
from particle_sim.materials.functions import LinearTable

RADIUS, DIFFUSIVITY = 1e-6, 1e-15
LAWS = {
    "constant D": (DIFFUSIVITY, [ps.physics.fickian_diffusion]),
    "D(theta)": (
        LinearTable((0.0, 1.0), (0.5 * DIFFUSIVITY, 1.5 * DIFFUSIVITY)),
        [ps.physics.fickian_diffusion],
    ),
    "stress drift": (DIFFUSIVITY, [ps.physics.fickian_diffusion, ps.physics.stress_drift]),
}


def main() -> None:
    """Print one line per law."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cells-per-radius", type=float, default=6.0)
    size = RADIUS / parser.parse_args().cells_per_radius
    mesh = ps.shapes.ball(RADIUS, cell_size=size, octant=True, curved=False)
    duration = 0.2 * RADIUS**2 / DIFFUSIVITY
    flux = ps.constant_flux(5e-6, duration, initial_site_fraction=0.9)
    first = 0.0
    for name, (diffusivity, physics) in LAWS.items():
        material = ps.material_from_values(
            maximum_concentration=2e4,
            diffusivity=diffusivity,
            youngs_modulus=5e10,
            partial_molar_volume=3e-6,
        )
        particle = ps.Particle(material=material, mesh=mesh, physics=physics)
        began = time.process_time()
        run = ps.solve_particle(
            particle, flux, times=np.linspace(0, duration, 11)[1:], tolerance=1e-4
        )
        stress = ps.metrics.peak_von_mises_stress(run)
        spent = time.process_time() - began
        first = first or spent
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        print(
            f"{name:>13}: {spent:6.1f} CPU s, {spent / first:4.1f}x, {len(mesh.cells):,} cells, "
            f"{run.cost.steps} steps, {run.cost.linear_solves} linear solves, "
            f"{stress / 1e6:.2f} MPa, peak {peak:.2f} GB so far"
        )


if __name__ == "__main__":
    main()
