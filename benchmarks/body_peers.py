"""The laws of body_laws.py as NGSolve and scikit-fem would solve them: the peers' side alone.

The octant r < 1, lengths over the radius and times over R^2/D; theta, phi and the displacement u
are quadratic on straight tetrahedra. One implicit stage of length tau, for all w, q and v:

    int (theta - known) w + tau [int (A grad theta + B grad phi) . grad w + flux w] = 0
    int phi q - k int grad theta . grad q + s int beta tr(sigma) q = 0
    int sigma : eps(v) = 0,   sigma = C : (eps(u) - beta theta),   E = 1

Newton with the exact tangent, monolithic, its factors kept while they serve; steps of one length by
the stiffly accurate SDIRK method of order 4 (Hairer & Wanner, Solving Ordinary Differential
Equations II, table IV.6.5). Without stress in phi the displacement is found at the outputs alone,
with one factorisation. All codes integrate with one rule, so that they solve the same equations.

    python benchmarks/body_peers.py ngsolve problem.npz found.npz
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Callable
from functools import cached_property
from types import SimpleNamespace
from typing import Any

import numpy as np

GAMMA = 0.25
STAGES = (
    (1 / 4,),
    (1 / 2, 1 / 4),
    (17 / 50, -1 / 25, 1 / 4),
    (371 / 1360, -137 / 2720, 15 / 544, 1 / 4),
    (25 / 24, -49 / 48, 125 / 16, -85 / 12, 1 / 4),
)
CLOSE, SLOW, MOST = 1e-8, 0.1, 12
"""Newton: error of theta, contraction from which the tangent is made anew, iterations."""
POISSON = 0.3
BULK_3 = 1 / (1 - 2 * POISSON)
SHEAR = 0.5 / (1 + POISSON)
LAMBDA = POISSON / (1 + POISSON) / (1 - 2 * POISSON)

EDGES = np.array([(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)])
BARYCENTRIC = np.concatenate([np.eye(4), np.eye(4)[EDGES].mean(axis=1)])
"""Of a cell's ten nodes."""

Solve = Callable[[np.ndarray], np.ndarray]


def start(mean: float, spread: float, x: Any, y: Any, z: Any) -> Any:
    """theta at the beginning, a polynomial that quadratic elements hold exactly."""
    return mean + spread * (x * x + y * y - 2 * z * z)


def coefficients(problem: Any, theta: Any) -> tuple[Any, Any, Any, Any]:
    """A, dA/dtheta, B and dB/dtheta of a law."""
    mobility, slope = theta * (1 - theta), 1 - 2 * theta
    if problem.law == "D(theta)":
        return 0.5 + theta, 1 + 0 * theta, 0 * theta, 0 * theta
    chi = problem.chi
    return 1 - 2 * chi * mobility, -2 * chi * slope, mobility, slope


def rule(dimension: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """Points and weights, exact to degree 4 on the reference tetrahedron, 6 on the triangle."""
    import basix

    if dimension == 2:
        return basix.make_quadrature(basix.CellType.triangle, 6)
    return basix.make_quadrature(basix.CellType.tetrahedron, 4)


# --- time


class Newton:
    """Solves residual(state) = right; the factors stay until they contract too slowly."""

    def __init__(self, system: Any) -> None:
        self.system, self.rate = system, 0.5
        self.solve: Solve | None = None

    def __call__(self, state: np.ndarray, right: np.ndarray) -> np.ndarray:
        last, theta = np.inf, self.system.theta
        for _ in range(MOST):
            if self.solve is None:
                self.solve = self.system.factors(state)
            move = self.solve(right - self.system.residual(state))
            state = state + move
            if self.system.is_linear:
                return state
            size = float(np.abs(move[theta]).max())
            if np.isfinite(last):
                self.rate = max(size / last, 1e-3)
            if self.rate < 1 and size * self.rate / (1 - self.rate) < CLOSE:
                return state
            if self.rate > SLOW and np.isfinite(last):
                self.solve, size = None, np.inf
            last = size
        raise RuntimeError(f"Newton is at {last:.1e} after {MOST} iterations")


def march(system: Any, state: np.ndarray, steps: int, outputs: int) -> list[np.ndarray]:
    """States at ``outputs`` even times."""
    newton, kept, past = Newton(system), [], [(0.0, state)]
    for step in range(steps):
        held = system.mass(state)
        changes: list[np.ndarray] = []  # gamma tau times the rate of each stage, weak
        for row in STAGES:
            right = held + sum(a / GAMMA * c for a, c in zip(row, changes, strict=False))
            now = step + sum(row)
            state = newton(extrapolated(past, now), right)
            changes.append(system.mass(state) - right)
            past = [*past[-2:], (now, state)]
        if (step + 1) % (steps // outputs) == 0:
            kept.append(state)
    return kept


def extrapolated(past: list[tuple[float, np.ndarray]], now: float) -> np.ndarray:
    """The polynomial through the past states, later."""
    total = np.zeros_like(past[0][1])
    for i, (time_i, state) in enumerate(past):
        others = [t for j, (t, _) in enumerate(past) if j != i]
        total += state * np.prod([(now - t) / (time_i - t) for t in others])
    return total


# --- NGSolve


class NGSolve:
    """Symbolic forms; UMFPACK, of symmetric matrices the sparse Cholesky factors."""

    def __init__(self, problem: Any, tau: float) -> None:
        import ngsolve as ng

        self.ng, self.problem = ng, problem
        self.mesh = self._mesh(problem)
        scalar = ng.H1(self.mesh, order=2)
        held = {f"dirichlet{axis}": f"symmetry_{axis}" for axis in "xyz"}
        vector = ng.VectorH1(self.mesh, order=2, **held)
        self.scalar, self.vector = scalar, vector
        self.space = scalar
        if problem.has_phi:
            self.space = scalar * scalar * vector if problem.coupled else scalar * scalar
        points, weights = rule()
        rules = {ng.TET: ng.IntegrationRule([tuple(p) for p in points], list(weights))}
        self.dx = ng.dx(intrules=rules)
        self.theta = slice(0, scalar.ndof)
        self.is_linear = problem.law == "constant D"
        self.form, self.field = ng.BilinearForm(self.space), ng.GridFunction(self.space)
        self.form += self._stage(tau)
        u, v = scalar.TnT()
        self.mass_matrix = ng.BilinearForm(u * v * self.dx, symmetric=True).Assemble().mat
        self.work, self.small = self.field.vec.CreateVector(), ng.GridFunction(scalar).vec

    @staticmethod
    def _mesh(problem: Any) -> Any:
        import netgen.meshing as nm
        import ngsolve as ng

        mesh = nm.Mesh(dim=3)
        mesh.AddPoints(np.ascontiguousarray(problem.points))
        names = [name for name in vars(problem) if name.startswith(("surface", "symmetry"))]
        mesh.SetMaterial(1, "material")
        for number, name in enumerate(names, start=1):
            mesh.Add(nm.FaceDescriptor(surfnr=number, domin=1, domout=0, bc=number))
            mesh.SetBCName(number - 1, name)
            facets = np.ascontiguousarray(getattr(problem, name), dtype=np.int32)
            mesh.AddElements(dim=2, index=number, data=facets, base=0)
        cells = np.ascontiguousarray(problem.cells, dtype=np.int32)
        mesh.AddElements(dim=3, index=1, data=cells, base=0)
        return ng.Mesh(mesh)

    def _stage(self, tau: float) -> Any:
        ng, problem, dx = self.ng, self.problem, self.dx
        trial, test = self.space.TnT()
        if not problem.has_phi:
            a = 1.0 if self.is_linear else coefficients(problem, trial)[0]
            moved = a * ng.grad(trial) * ng.grad(test) * dx
            return trial * test * dx + tau * moved + tau * problem.flux * test * ng.ds("surface")
        (theta, phi, *u), (w, q, *v) = trial, test
        a, _, b, _ = coefficients(problem, theta)
        moved = (a * ng.grad(theta) + b * ng.grad(phi)) * ng.grad(w) * dx
        form = theta * w * dx + tau * moved + tau * problem.flux * w * ng.ds("surface")
        form += (phi * q - problem.gradient * ng.grad(theta) * ng.grad(q)) * dx
        if problem.coupled:
            trace = BULK_3 * (ng.div(u[0]) - 3 * problem.strain * theta)
            form += problem.coupling * problem.strain * trace * q * dx
            form += self._elastic(u[0], v[0])
            form += -BULK_3 * problem.strain * theta * ng.div(v[0]) * dx
        return form

    def _elastic(self, u: Any, v: Any) -> Any:
        ng = self.ng
        strain = ng.InnerProduct(ng.Sym(ng.Grad(u)), ng.Sym(ng.Grad(v)))
        return (2 * SHEAR * strain + LAMBDA * ng.div(u) * ng.div(v)) * self.dx

    def begin(self) -> np.ndarray:
        ng, field = self.ng, self.ng.GridFunction(self.scalar)
        field.Set(start(self.problem.mean, self.problem.spread, ng.x, ng.y, ng.z))
        state = np.zeros(self.space.ndof)
        state[self.theta] = field.vec.FV().NumPy()
        return state

    def mass(self, state: np.ndarray) -> np.ndarray:
        self.small.FV().NumPy()[:] = state[self.theta]
        moved = self.small.CreateVector()
        moved.data = self.mass_matrix * self.small
        result = np.zeros_like(state)
        result[self.theta] = moved.FV().NumPy()
        return result

    def residual(self, state: np.ndarray) -> np.ndarray:
        self.field.vec.FV().NumPy()[:] = state
        self.form.Apply(self.field.vec, self.work)
        return np.array(self.work.FV().NumPy())

    def factors(self, state: np.ndarray) -> Solve:
        self.field.vec.FV().NumPy()[:] = state
        self.form.AssembleLinearization(self.field.vec)
        kind = "sparsecholesky" if self.is_linear else "umfpack"
        return self._solve(self.form.mat.Inverse(self.space.FreeDofs(), kind))

    def _solve(self, inverse: Any) -> Solve:
        def solve(right: np.ndarray) -> np.ndarray:
            load, found = inverse.CreateColVector(), inverse.CreateRowVector()
            load.FV().NumPy()[:] = right
            found.data = inverse * load
            return np.array(found.FV().NumPy())

        return solve

    def displacements(self, states: list[np.ndarray]) -> list[np.ndarray]:
        """At the outputs (t, m)."""
        if self.problem.coupled:
            return [state[2 * self.scalar.ndof :] for state in states]
        ng = self.ng
        u, v = self.vector.TnT()
        matrix = ng.BilinearForm(self._elastic(u, v), symmetric=True).Assemble().mat
        push = ng.BilinearForm(trialspace=self.scalar, testspace=self.vector)
        push += BULK_3 * self.problem.strain * self.scalar.TrialFunction() * ng.div(v) * self.dx
        push.Assemble()
        solve = self._solve(matrix.Inverse(self.vector.FreeDofs(), "sparsecholesky"))
        found = []
        for state in states:
            self.small.FV().NumPy()[:] = state[self.theta]
            load = push.mat.CreateColVector()
            load.data = push.mat * self.small
            found.append(solve(load.FV().NumPy()))
        return found

    def in_cells(self, state: np.ndarray, u: np.ndarray) -> tuple[np.ndarray, ...]:
        """Positions, theta and displacement gradients at the nodes of cells (e, 10, ...)."""
        ng = self.ng
        nodes = [tuple(point) for point in BARYCENTRIC[:, 1:]]
        at = self.mesh.MapToAllElements({ng.ET.TET: ng.IntegrationRule(nodes, [0.1] * 10)}, ng.VOL)
        theta, moved = ng.GridFunction(self.scalar), ng.GridFunction(self.vector)
        theta.vec.FV().NumPy()[:], moved.vec.FV().NumPy()[:] = state[self.theta], u
        parts = (ng.CF((ng.x, ng.y, ng.z)), theta, ng.Grad(moved))
        shapes = ((-1, 10, 3), (-1, 10), (-1, 10, 3, 3))
        return tuple(np.asarray(f(at)).reshape(s) for f, s in zip(parts, shapes, strict=True))


# --- scikit-fem


class ScikitFEM:
    """Assembled blocks; SciPy's splu in minimum-degree order. Triangles too, without stress."""

    def __init__(self, problem: Any, tau: float) -> None:
        import skfem
        from skfem.helpers import dot, grad

        self.skfem, self.problem, self.tau = skfem, problem, tau
        solid = problem.points.shape[1] == 3
        shape, element = (
            (skfem.MeshTet, skfem.ElementTetP2) if solid else (skfem.MeshTri, skfem.ElementTriP2)
        )
        self.mesh, self.element = shape(problem.points.T, problem.cells.T), element()
        points, weights = rule(problem.points.shape[1])
        self.quadrature = (points.T, weights)
        self.basis = self._basis(self.element)
        self.theta = slice(0, self.basis.N)
        self.is_linear = problem.law == "constant D"
        form = skfem.BilinearForm
        self.m = form(lambda u, v, w: u * v).assemble(self.basis)
        self.k = form(lambda u, v, w: dot(grad(u), grad(v))).assemble(self.basis)
        self.load = np.zeros(self.basis.N)
        if problem.flux:
            outside = self._facets("surface")
            edge = skfem.FacetBasis(self.mesh, self.element, facets=outside, intorder=4)
            self.load = problem.flux * skfem.LinearForm(lambda v, w: 1.0 * v).assemble(edge)

    @cached_property
    def vector(self) -> Any:
        return self._basis(self.skfem.ElementVector(self.element))

    @cached_property
    def free(self) -> np.ndarray:
        """Displacements that no symmetry plane holds."""
        free = np.ones(self.vector.N, dtype=bool)
        for i, axis in enumerate("xyz"):
            flat = self._facets(f"symmetry_{axis}")
            free[self.vector.get_dofs(flat).all([f"u^{i + 1}"])] = False
        return np.flatnonzero(free)

    @cached_property
    def push(self) -> Any:
        """int div(v) theta (m, n)."""
        from skfem.helpers import div

        form = self.skfem.BilinearForm(lambda u, v, w: u * div(v))
        return form.assemble(self.basis, self.vector)[self.free]

    @cached_property
    def stiffness(self) -> Any:
        from skfem.helpers import ddot, eye, sym_grad, trace

        def elastic(u: Any, v: Any, w: Any) -> Any:
            strain = sym_grad(u)
            return ddot(2 * SHEAR * strain + LAMBDA * eye(trace(strain), 3), sym_grad(v))

        whole = self.skfem.BilinearForm(elastic).assemble(self.vector)
        return whole[self.free][:, self.free]

    def _basis(self, element: Any) -> Any:
        return self.skfem.Basis(self.mesh, element, quadrature=self.quadrature)

    def _facets(self, name: str) -> np.ndarray:
        """Numbers of the facets of a boundary."""
        wanted = {tuple(facet) for facet in np.sort(getattr(self.problem, name), axis=1).tolist()}
        every = np.sort(self.mesh.facets.T, axis=1).tolist()
        return np.array([i for i, facet in enumerate(every) if tuple(facet) in wanted])

    def begin(self) -> np.ndarray:
        n, problem = self.basis.N, self.problem
        moved = len(self.free) if problem.coupled else 0
        state = np.zeros(n + problem.has_phi * n + moved)
        state[:n] = start(problem.mean, problem.spread, *self.basis.doflocs)
        return state

    def mass(self, state: np.ndarray) -> np.ndarray:
        result = np.zeros_like(state)
        result[self.theta] = self.m @ state[self.theta]
        return result

    def _fields(self, state: np.ndarray) -> dict[str, Any]:
        n = self.basis.N
        phi = state[n : 2 * n] if self.problem.has_phi else np.zeros(n)
        return {"y": self.basis.interpolate(state[:n]), "p": self.basis.interpolate(phi)}

    def residual(self, state: np.ndarray) -> np.ndarray:
        from skfem.helpers import dot, grad

        problem, n = self.problem, self.basis.N
        theta = state[:n]
        total = self.mass(state)
        total[:n] += self.tau * self.load
        if self.is_linear:
            total += self.tau * (self.k @ theta)
            return total

        def transport(v: Any, w: Any) -> Any:
            a, _, b, _ = coefficients(problem, w.y)
            return dot(a * grad(w.y) + b * grad(w.p), grad(v))

        moved = self.skfem.LinearForm(transport).assemble(self.basis, **self._fields(state))
        total[:n] += self.tau * moved
        if problem.has_phi:
            total[n : 2 * n] = self.m @ state[n : 2 * n] - problem.gradient * (self.k @ theta)
        if problem.coupled:
            push, u, strain = self.push, state[2 * n :], problem.strain
            trace = BULK_3 * (push.T @ u - 3 * strain * (self.m @ theta))
            total[n : 2 * n] += problem.coupling * strain * trace
            total[2 * n :] = self.stiffness @ u - BULK_3 * strain * (push @ theta)
        return total

    def factors(self, state: np.ndarray) -> Solve:
        from scipy.sparse import bmat
        from skfem.helpers import dot, grad

        problem, tau = self.problem, self.tau
        if self.is_linear:
            return self._solve(self.m + tau * self.k)

        def by_theta(u: Any, v: Any, w: Any) -> Any:
            a, change, _, slope = coefficients(problem, w.y)
            carried = change * grad(w.y) + slope * grad(w.p)
            return a * dot(grad(u), grad(v)) + u * dot(carried, grad(v))

        def by_phi(u: Any, v: Any, w: Any) -> Any:
            return coefficients(problem, w.y)[2] * dot(grad(u), grad(v))

        fields, form = self._fields(state), self.skfem.BilinearForm
        first = self.m + tau * form(by_theta).assemble(self.basis, **fields)
        if not problem.has_phi:
            return self._solve(first)
        second = tau * form(by_phi).assemble(self.basis, **fields)
        middle = -problem.gradient * self.k
        if not problem.coupled:
            return self._solve(bmat([[first, second], [middle, self.m]]))
        push, strain = BULK_3 * problem.strain * self.push, problem.strain
        middle = middle - 3 * problem.coupling * BULK_3 * strain**2 * self.m
        pull = problem.coupling * push.T
        rows = [[first, second, None], [middle, self.m, pull], [-push, None, self.stiffness]]
        return self._solve(bmat(rows))

    def _solve(self, matrix: Any) -> Solve:
        from scipy.sparse.linalg import splu

        options = {"SymmetricMode": True}
        return splu(
            matrix.tocsc(), permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.01, options=options
        ).solve

    def displacements(self, states: list[np.ndarray]) -> list[np.ndarray]:
        """At the outputs (t, m)."""
        found = np.zeros((len(states), self.vector.N))
        if self.problem.coupled:
            found[:, self.free] = [state[2 * self.basis.N :] for state in states]
            return list(found)
        solve, push = self._solve(self.stiffness), BULK_3 * self.problem.strain * self.push
        found[:, self.free] = [solve(push @ state[self.theta]) for state in states]
        return list(found)

    def in_cells(self, state: np.ndarray, u: np.ndarray) -> tuple[np.ndarray, ...]:
        """Positions, theta and displacement gradients at the nodes of cells (e, 10, ...)."""
        skfem, nodes = self.skfem, (BARYCENTRIC[:, 1:].T, np.full(10, 0.1))
        scalar = skfem.Basis(self.mesh, self.element, quadrature=nodes)
        vector = skfem.Basis(self.mesh, self.vector.elem, quadrature=nodes)
        positions = np.asarray(scalar.global_coordinates()).transpose(1, 2, 0)
        gradient = np.asarray(vector.interpolate(u).grad).transpose(2, 3, 0, 1)
        return positions, np.asarray(scalar.interpolate(state[self.theta])), gradient


PEERS = {"ngsolve": NGSolve, "skfem": ScikitFEM}


# --- stress at the nodes


def recovered(
    positions: np.ndarray, theta: np.ndarray, gradient: np.ndarray, strain: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Nodes (n, 3), theta (n,) and von Mises stress over E (n,), averaged by volume over cells.

    In a cell the stress is linear: the chemical strain is projected there.
    """
    points, weights = rule()
    linear = np.column_stack([1 - points.sum(axis=1), points])
    square = linear * (2 * linear - 1)
    bubbles = 4 * linear[:, EDGES[:, 0]] * linear[:, EDGES[:, 1]]
    quadratic = np.concatenate([square, bubbles], axis=1)
    weighted = linear * weights[:, None]
    project = BARYCENTRIC @ np.linalg.solve(linear.T @ weighted, weighted.T @ quadratic)
    total = (gradient + gradient.swapaxes(2, 3)) / 2
    pressure = LAMBDA * np.trace(total, axis1=2, axis2=3) - BULK_3 * strain * theta @ project.T
    stress = 2 * SHEAR * total + pressure[..., None, None] * np.eye(3)
    _, first, node = np.unique(
        np.round(positions.reshape(-1, 3), 8), axis=0, return_index=True, return_inverse=True
    )
    edges = positions[:, 1:4] - positions[:, :1]
    share = np.repeat(np.abs(np.linalg.det(edges)), 10)
    sums = [np.bincount(node.ravel(), share * part) for part in stress.reshape(-1, 9).T]
    mean = (np.stack(sums) / np.bincount(node.ravel(), share)).T.reshape(-1, 3, 3)
    deviator = mean - np.trace(mean, axis1=1, axis2=2)[:, None, None] / 3 * np.eye(3)
    von_mises = np.sqrt(1.5 * (deviator**2).sum(axis=(1, 2)))
    return positions.reshape(-1, 3)[first], theta.ravel()[first], von_mises


def solved(peer: str, problem: Any) -> dict[str, Any]:
    """One peer's run: fields at the outputs, and CPU seconds."""
    steps, outputs = int(problem.steps), int(problem.outputs)
    began = time.process_time()
    system = PEERS[peer](problem, GAMMA * problem.duration / steps)
    states = march(system, system.begin(), steps, outputs)
    fields = []
    for state, u in zip(states, system.displacements(states), strict=True):
        fields.append(recovered(*system.in_cells(state, u), problem.strain))
    seconds = time.process_time() - began
    return {
        "positions": fields[0][0],
        "theta": np.stack([field[1] for field in fields]),
        "von_mises": np.stack([field[2] for field in fields]),
        "seconds": seconds,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        "steps": steps,
    }


def main() -> None:
    """Solve a problem file that body_laws.py wrote."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("peer", choices=PEERS)
    parser.add_argument("problem")
    parser.add_argument("found")
    given = parser.parse_args()
    with np.load(given.problem) as data:
        given_values = {name: data[name] for name in data.files}
    values = {name: v if v.ndim else v.item() for name, v in given_values.items()}
    problem = SimpleNamespace(**values)
    __import__(given.peer)  # loading it is not counted
    np.savez(given.found, **solved(given.peer, problem))


if __name__ == "__main__":
    main()
