"""One implicit step of Cahn-Hilliard on a square, ours over scikit-fem with SciPy's defaults.

    python benchmarks/cahn_hilliard_2d.py [--squares 64] [--steps 3]

    c_t = div grad mu,   mu = f'(c) - k laplace c,   f = c^2 (1 - c)^2,   k = 1e-4, no flux,

quadratic elements for c and mu on 2 x 64 x 64 triangles, backward Euler with dt = 1e-4 from a
smooth random state, Newton with the exact Jacobian until the update is below 1e-9. Prints CPU
milliseconds per step, the Newton iterations and the largest difference of the two solutions.
scikit-fem's user would assemble the same forms and call ``splu`` with its default ordering.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import time
from collections.abc import Callable
from typing import Any

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import splu

GRADIENT, DT, TOLERANCE = 1e-4, 1e-4, 1e-9
Assemble = Callable[[np.ndarray, np.ndarray, np.ndarray], tuple[np.ndarray, sparse.csr_array]]


def slope(c: np.ndarray) -> np.ndarray:
    return 2 * c * (1 - c) * (1 - 2 * c)


def curvature(c: np.ndarray) -> np.ndarray:
    return 2 - 12 * c + 12 * c**2


def square(squares: int) -> tuple[np.ndarray, np.ndarray]:
    """Points and triangles of the unit square."""
    line = np.linspace(0.0, 1.0, squares + 1)
    points = np.stack(np.meshgrid(line, line, indexing="ij"), axis=-1).reshape(-1, 2)
    n = np.arange(len(points)).reshape(squares + 1, squares + 1)
    a, b, c, d = (part.ravel() for part in (n[:-1, :-1], n[1:, :-1], n[1:, 1:], n[:-1, 1:]))
    return points, np.concatenate([np.stack([a, b, c], axis=1), np.stack([a, c, d], axis=1)])


def start(nodes: np.ndarray) -> np.ndarray:
    """Waves of several lengths about one half."""
    rng = np.random.default_rng(0)
    waves = rng.integers(1, 9, (12, 2))
    shapes = np.cos(np.pi * nodes[:, :1] * waves[:, 0]) * np.cos(np.pi * nodes[:, 1:] * waves[:, 1])
    return 0.5 + 0.05 * shapes @ rng.standard_normal(12)


def steps(
    assemble: Assemble, solve: Callable[[sparse.csr_array, np.ndarray], np.ndarray],
    c: np.ndarray, count: int,
) -> tuple[np.ndarray, float, float]:  # fmt: skip
    """State after ``count`` steps, Newton iterations per step and CPU seconds per step."""
    n, total = len(c), 0
    state = np.concatenate([c, slope(c)])
    began = time.process_time()
    for _ in range(count):
        old = state[:n].copy()
        for _ in range(20):
            residual, jacobian = assemble(state[:n], state[n:], old)
            update = solve(jacobian, residual)
            state -= update
            total += 1
            if np.abs(update).max() < TOLERANCE:
                break
    return state, total / count, (time.process_time() - began) / count


def ours(squares: int) -> tuple[Assemble, Callable[..., np.ndarray], np.ndarray]:
    from particle_sim.fem.body_mesh import BodyMesh, Symmetry, find_facets
    from particle_sim.fem.body_space import BodySpace
    from particle_sim.fem.dissection import dissect
    from particle_sim.fem.sparse_pattern import SparsePattern, scatter

    points, cells = square(squares)
    facets = find_facets(np.sort(cells, axis=1))
    mesh = BodyMesh(
        points=points, cells=cells, symmetry=Symmetry.PLANE,
        regions=np.zeros(len(cells), dtype=np.intp),
        boundaries={"wall": facets.vertices[facets.counts == 1]},
    )  # fmt: skip
    space = BodySpace(mesh=mesh, order=2, degree=8)
    n, dofs = space.dimension, space.cell_dofs
    both = np.concatenate([dofs, n + dofs], axis=1)
    pattern = SparsePattern(rows=both, columns=both, shape=(2 * n, 2 * n))
    products = (space.values[:, :, None] * space.values[:, None]).reshape(-1, 36)
    mass = (space.weights @ products).reshape(-1, 6, 6)
    rooted = space.gradients * np.sqrt(space.weights)[..., None, None]
    rooted = rooted.transpose(0, 2, 1, 3).reshape(len(dofs), 6, -1)
    rigidity = np.matmul(rooted, rooted.swapaxes(1, 2))
    blocks = np.empty((len(dofs), 12, 12))
    blocks[:, :6, :6], blocks[:, :6, 6:], blocks[:, 6:, 6:] = mass, DT * rigidity, mass
    plan = dissect(pattern.assemble(np.ones_like(blocks)), np.tile(space.nodes, (2, 1)))

    def assemble(
        c: np.ndarray, mu: np.ndarray, old: np.ndarray
    ) -> tuple[np.ndarray, sparse.csr_array]:
        local, local_mu = c[dofs], mu[dofs]
        at_points = local @ space.values.T
        bent = ((space.weights * curvature(at_points)) @ products).reshape(-1, 6, 6)
        blocks[:, 6:, :6] = -bent - GRADIENT * rigidity
        first = np.matmul(mass, (local - old[dofs])[..., None]) + DT * np.matmul(
            rigidity, local_mu[..., None]
        )
        second = np.matmul(mass, local_mu[..., None]) - GRADIENT * np.matmul(
            rigidity, local[..., None]
        )
        driven = (space.weights * slope(at_points)) @ space.values
        cell = np.concatenate([first[..., 0], second[..., 0] - driven], axis=1)
        return scatter(both, cell, 2 * n), pattern.assemble(blocks)

    def solve(jacobian: sparse.csr_array, residual: np.ndarray) -> np.ndarray:
        return plan.factorise(jacobian).solve(residual)

    return assemble, solve, space.nodes


def scikit_fem(squares: int) -> tuple[Assemble, Callable[..., np.ndarray], np.ndarray]:
    import skfem
    from skfem.helpers import dot, grad

    points, cells = square(squares)
    basis = skfem.Basis(skfem.MeshTri(points.T, cells.T), skfem.ElementTriP2(), intorder=8)
    product = skfem.BilinearForm(lambda u, v, w: u * v)
    bending = skfem.BilinearForm(lambda u, v, w: curvature(w["c"]) * u * v)
    driving = skfem.LinearForm(lambda v, w: slope(w["c"]) * v)
    rigidity = skfem.BilinearForm(lambda u, v, w: dot(grad(u), grad(v))).assemble(basis)
    mass = product.assemble(basis)

    def assemble(
        c: np.ndarray, mu: np.ndarray, old: np.ndarray
    ) -> tuple[np.ndarray, sparse.csr_array]:
        field = basis.interpolate(c)
        lower = -bending.assemble(basis, c=field) - GRADIENT * rigidity
        first = mass @ (c - old) + DT * (rigidity @ mu)
        second = mass @ mu - driving.assemble(basis, c=field) - GRADIENT * (rigidity @ c)
        jacobian = sparse.block_array([[mass, DT * rigidity], [lower, mass]], format="csr")
        return np.concatenate([first, second]), jacobian

    def solve(jacobian: sparse.csr_array, residual: np.ndarray) -> np.ndarray:
        return np.asarray(splu(jacobian.tocsc()).solve(residual))

    return assemble, solve, basis.doflocs.T


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--squares", type=int, default=64)
    parser.add_argument("--steps", type=int, default=3)
    options = parser.parse_args()
    results: dict[str, Any] = {}
    for name, make in (("ours", ours), ("scikit-fem", scikit_fem)):
        if name == "scikit-fem" and importlib.util.find_spec("skfem") is None:
            print("scikit-fem       not installed")
            continue
        assemble, solve, nodes = make(options.squares)
        state, newton, seconds = steps(assemble, solve, start(nodes), options.steps)
        order = np.lexsort(np.round(nodes, 9).T)
        results[name] = state[: len(nodes)][order], seconds
        print(f"{name:12} {seconds * 1e3:10.0f} ms per step, {newton:.1f} Newton iterations")
    if len(results) == 2:
        (c, mine), (other, theirs) = results.values()
        print(f"ratio {mine / theirs:.3f}  (aim <= 0.1)   difference {np.abs(c - other).max():.1e}")


if __name__ == "__main__":
    main()
