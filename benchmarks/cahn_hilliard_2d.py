"""One implicit Euler step of Cahn-Hilliard on 64 x 64 squares: ours beside scikit-fem.

Regular solution with chi = 3 on the unit square, mixed P2/P2 (theta and phi, 33 282 unknowns),
Newton to a change of 1e-9, the same start and step for both. CPU seconds of one core per step, the
largest difference of theta, and the ratio. scikit-fem solves with SciPy's splu as it comes.

Run with ``OMP_NUM_THREADS=1 python benchmarks/cahn_hilliard_2d.py`` (scikit-fem is optional).
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import Any

import numpy as np

import particle_sim as ps
from particle_sim.constants import GAS_CONSTANT
from particle_sim.fem.body_mesh import BodyMesh
from particle_sim.particle.discretise import discretised
from particle_sim.particle.stepper import Controls, Stepper, Trajectory
from particle_sim.particle.unknowns import Stage

CHI, WIDTH, STEP, STEPS = 3.0, 0.03, 2e-3, 4
"""Interaction, length lambda over the side, step in L^2/D, number of steps."""
FULL, TEMPERATURE = 2e4, 298.15


def start(x: Any) -> Any:
    """The same smooth field for both, inside the miscibility gap."""
    return 0.5 + 0.05 * np.cos(3 * np.pi * x[0]) * np.cos(2 * np.pi * x[1])


def ours(cells: int) -> tuple[float, np.ndarray, np.ndarray]:
    """CPU seconds per step, positions and theta after the last step."""
    heat = GAS_CONSTANT * TEMPERATURE * FULL
    material = ps.material_from_values(
        maximum_concentration=FULL,
        diffusivity=1.0,
        open_circuit_potential=0.0,
        regular_solution_parameter=CHI,
        gradient_coefficient=WIDTH**2 * heat,
    )
    mesh: BodyMesh = ps.shapes.rectangle((1.0, 1.0), cells=(cells, cells))
    particle = ps.Particle(material=material, mesh=mesh, physics=[ps.physics.phase_separation])
    closed = ps.constant_flux(0.0, 1.0, initial_site_fraction=0.5)
    system = discretised(particle, {"left": closed})
    length = system.scales.length
    stepper = Stepper(system=system, controls=_controls(), trajectory=Trajectory())
    positions = system.space.nodes * length
    packed, overall = system.start(start(positions.T))
    warm = Stage(time=0.0, piece=(0.0, 1.0), length=STEP, history=packed[system.theta])
    system.linearise(packed, overall, warm)  # patterns and tables, which the peer has too by now
    began = time.process_time()
    iterations = 0
    for _ in range(STEPS):
        stage = Stage(
            time=0.0,
            piece=(0.0, 1.0),
            length=STEP / length**2,
            history=packed[system.theta].copy(),
        )
        packed, overall = stepper.newton(packed, overall, stage)
        iterations += len(stepper.trajectory.newton_residuals) - 1
    spent = (time.process_time() - began) / STEPS
    print(
        f"  particle_sim: {iterations / STEPS:.1f} Newton iterations, "
        f"{system.solver.factorisations} factorisations in {STEPS} steps"
    )
    return spent, positions, packed[system.theta]


def _controls() -> Controls:
    return Controls(
        tolerance=1.0,
        theta_scale=1.0,
        stress_scale=1.0,
        stress_response=np.zeros(0),
        newton_tolerance=1e-9,
        limits=None,
    )


def peer(cells: int, steps: int) -> tuple[float, Callable[[np.ndarray], np.ndarray]] | None:
    """The same with scikit-fem; ``None`` where it is not installed."""
    try:
        import skfem
    except ImportError:
        return None
    from scipy.sparse import bmat
    from skfem import BilinearForm, LinearForm
    from skfem.helpers import dot, grad

    mesh = skfem.MeshTri.init_tensor(*(np.linspace(0, 1, cells + 1),) * 2)
    basis = skfem.Basis(mesh, skfem.ElementTriP2(), intorder=6)
    mass = BilinearForm(lambda u, v, w: u * v).assemble(basis)
    stiff = BilinearForm(lambda u, v, w: dot(grad(u), grad(v))).assemble(basis)

    def coefficients(y: Any) -> tuple[Any, Any, Any, Any]:
        mixing = y * (1 - y)
        return 1 - 2 * CHI * mixing, -2 * CHI * (1 - 2 * y), mixing, 1 - 2 * y

    @BilinearForm
    def by_theta(u: Any, v: Any, w: Any) -> Any:
        a, da, _, db = coefficients(w.y)
        moved = da * grad(w.y) + db * grad(w.phi)
        return STEP * (a * dot(grad(u), grad(v)) + u * dot(moved, grad(v)))

    @BilinearForm
    def by_phi(u: Any, v: Any, w: Any) -> Any:
        return STEP * coefficients(w.y)[2] * dot(grad(u), grad(v))

    @LinearForm
    def transport(v: Any, w: Any) -> Any:
        a, _, b, _ = coefficients(w.y)
        return STEP * dot(a * grad(w.y) + b * grad(w.phi), grad(v))

    theta = start(basis.doflocs)
    phi = np.zeros_like(theta)
    began = time.process_time()
    for _ in range(steps):
        old = theta.copy()
        for _ in range(20):
            fields = {"y": basis.interpolate(theta), "phi": basis.interpolate(phi)}
            first = mass @ (theta - old) + transport.assemble(basis, **fields)
            second = mass @ phi - WIDTH**2 * (stiff @ theta)
            matrix = bmat(
                [
                    [mass + by_theta.assemble(basis, **fields), by_phi.assemble(basis, **fields)],
                    [-(WIDTH**2) * stiff, mass],
                ],
                format="csc",
            )
            move = skfem.solve(matrix, -np.concatenate([first, second]))
            theta, phi = theta + move[: len(theta)], phi + move[len(theta) :]
            if np.abs(move[: len(theta)]).max() < 1e-9:
                break
    spent = (time.process_time() - began) / steps
    return spent, lambda points: basis.probes(points) @ theta


def main() -> None:
    """Print CPU seconds per step, the ratio and the agreement."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cells", type=int, default=64)
    parser.add_argument("--no-peer", action="store_true")
    arguments = parser.parse_args()
    spent, positions, theta = ours(arguments.cells)
    print(f"  particle_sim: {spent:.2f} CPU s per step, {2 * len(theta):,} unknowns")
    answer = None if arguments.no_peer else peer(arguments.cells, STEPS)
    if answer is None:
        print("  scikit-fem: not run")
        return
    theirs, field = answer
    inside = np.clip(positions, 1e-9, 1 - 1e-9)
    sample = np.random.default_rng(1).choice(len(inside), 200, replace=False)
    off = np.abs(field(inside[sample].T) - theta[sample]).max()
    print(f"  scikit-fem + splu: {theirs:.2f} CPU s per step; theta differs by {off:.1e}")
    print(f"  ratio {spent / theirs:.3f}")


if __name__ == "__main__":
    main()
