"""Cahn-Hilliard on the unit square: a whole run through ``solve_particle`` beside scikit-fem.

Regular solution with chi = 3, mixed P2/P2 (theta and phi) on the same triangles and integration
points, the same start, closed; scikit-fem takes as many SDIRK steps of one length as give our error
(``body_peers.py``). CPU seconds of one core; errors are those of theta at ten outputs and at the
end against our run at a hundredth of the tolerance. Ours also finds displacement and stress.

    OMP_NUM_THREADS=1 python benchmarks/cahn_hilliard_2d.py --cells 16 24 32
"""

from __future__ import annotations

import argparse
import time
from importlib.util import find_spec
from types import SimpleNamespace
from typing import Any

import numpy as np
from body_peers import GAMMA, ScikitFEM, march
from records import keep, markdown, record_of

import particle_sim as ps
from particle_sim.constants import GAS_CONSTANT

CHI, WIDTH, DURATION, OUTPUTS, STEPS = 3.0, 0.05, 0.1, 10, 50
"""Interaction, length lambda over the side, duration in L^2/D, outputs, steps of the peer."""
FULL, TEMPERATURE, TOLERANCE = 2e4, 298.15, 1e-4
PACKAGES = ("numpy", "scipy", "scikit-fem")


def start(x: Any) -> Any:
    """The same smooth field (n,) for both at positions (2, n), inside the miscibility gap."""
    return 0.5 + 0.05 * np.cos(3 * np.pi * x[0]) * np.cos(2 * np.pi * x[1])


def ours(cells: int, tolerance: float) -> tuple[float, ps.ParticleRun]:
    """CPU seconds and the run."""
    material = ps.material_from_values(
        maximum_concentration=FULL,
        diffusivity=1.0,
        regular_solution_parameter=CHI,
        gradient_coefficient=WIDTH**2 * GAS_CONSTANT * TEMPERATURE * FULL,
    )
    mesh = ps.shapes.rectangle((1.0, 1.0), cells=(cells, cells))
    began = time.process_time()
    run = ps.solve_particle(
        ps.Particle(material=material, mesh=mesh, physics=[ps.physics.phase_separation]),
        ps.constant_flux(0.0, DURATION, initial_site_fraction=0.5),
        on=["left"],
        initial_site_fraction=lambda x: start(x.T),
        times=np.linspace(0, DURATION, OUTPUTS + 1)[1:],
        tolerance=tolerance,
    )
    return time.process_time() - began, run


def peer(run: ps.ParticleRun) -> tuple[float, np.ndarray, np.ndarray]:
    """CPU seconds, positions (n, 2) and theta (t, n) of scikit-fem on the mesh of the run."""
    problem = SimpleNamespace(
        law="separation",
        points=run.particle.mesh.points,
        cells=run.particle.mesh.cells,
        flux=0.0,
        chi=CHI,
        gradient=WIDTH**2,
        has_phi=True,
        coupled=False,
    )
    began = time.process_time()
    system = ScikitFEM(problem, GAMMA * DURATION / STEPS)
    n = system.basis.N
    states = march(system, np.append(start(system.basis.doflocs), np.zeros(n)), STEPS, OUTPUTS)
    seconds = time.process_time() - began
    return seconds, system.basis.doflocs.T, np.stack([state[:n] for state in states])


def compared(cells: int) -> list[list[str]]:
    """Lines of the table of one mesh."""
    ours(12, 1e-2)  # loads what it needs
    _, reference = ours(cells, TOLERANCE / 100)
    mine, run = ours(cells, TOLERANCE)
    order = np.lexsort(np.round(run.nodes, 7).T)
    exact = reference.site_fraction[1:, order]
    rows = [("particle_sim", mine, run.cost.steps, run.site_fraction[1:, order])]
    if find_spec("skfem") is None:
        print("scikit-fem is not installed.")
    else:
        theirs, positions, theta = peer(run)
        other = np.lexsort(np.round(positions, 7).T)
        assert np.allclose(run.nodes[order], positions[other])
        rows.append(("scikit-fem, splu", theirs, STEPS, theta[:, other]))
    lines = []
    for name, seconds, steps, found in rows:
        off = np.abs(found - exact)
        errors = f"{off.max():.1e}, {off[-1].max():.1e}"
        size = f"{cells} x {cells}, {2 * len(order):,} unknowns"
        lines.append([size, name, f"{seconds:.1f}", f"{mine / seconds:.2f}", str(steps), errors])
    return lines


def main() -> None:
    """Print the table, and how the costs grow."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cells", type=int, nargs="+", default=[24])
    parser.add_argument("--record", metavar="NAME", help="keep the table under this name")
    given = parser.parse_args()
    table = [["squares", "", "CPU s", "ours over it", "steps", "error of theta: outputs, end"]]
    for cells in given.cells:
        table += compared(cells)
    print(markdown(table))
    powers = {}
    if len(given.cells) > 2:
        for name in dict.fromkeys(line[1] for line in table[1:]):
            seconds = [float(line[2]) for line in table if line[1] == name]
            power = np.polyfit(2 * np.log(given.cells), np.log(seconds), 1)[0]
            powers[f"power of {name}"] = f"{power:.2f}"
            print(f"{name}: CPU seconds grow with the cells to the power {power:.2f}")
    if given.record:
        keep(given.record, record_of({"run": table}, powers, PACKAGES))


if __name__ == "__main__":
    main()
