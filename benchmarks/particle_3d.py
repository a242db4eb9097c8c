"""Diffusion and stress of one eighth of a ball, side by side with finite-element peers.

    python benchmarks/particle_3d.py --size 20k
    python benchmarks/particle_3d.py --size 100k --stacks ours,ours_numpy,ngsolve
    python benchmarks/particle_3d.py --python dolfinx=/path/to/other/bin/python

The workload: the unit ball's first octant, straight quadratic tetrahedra made by Netgen (the same
mesh for all); 50 steps of dt = 0.004 of the diffusion equation with unit diffusivity and unit flux
into the surface, the first step by backward Euler and the others by BDF2; at every fifth step the
displacement of an elastic body (E = 1, nu = 0.3) with the eigenstrain c / 3, and the von Mises
stress, averaged at the vertices. Iterative solves stop at residuals of 1e-8 of the load.

Every stack runs in its own process on one thread and reports CPU seconds by phase (meshing and
imports, and numba's first compilation, are shown but not counted), the error of the largest von
Mises stress at the end against the series of the sphere, and its peak memory. Peers that are not
installed are reported as such. A stack can run under another interpreter (``--python``).
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

MAXIMUM_CELL = {"5k": 0.075, "20k": 0.042, "100k": 0.032, "400k": 0.0195}
STEPS, DT, EVERY = 50, 0.004, 5
YOUNG, POISSON, EXPANSION = 1.0, 0.3, 1.0 / 3.0
TOLERANCE = 1e-8
FIRST_LAMBDA = YOUNG * POISSON / (1 + POISSON) / (1 - 2 * POISSON)
SHEAR = YOUNG / 2 / (1 + POISSON)
BULK_3 = YOUNG / (1 - 2 * POISSON)


def peak_memory() -> float:
    """Largest resident memory of this process so far [MB]."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


class Phases:
    """CPU seconds by phase, and the numbers a stack reports."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.peaks: dict[str, float] = {}
        self.facts: dict[str, Any] = {}

    @contextmanager
    def time(self, name: str) -> Iterator[None]:
        began = time.process_time()
        yield
        self.seconds[name] = self.seconds.get(name, 0.0) + time.process_time() - began
        self.peaks[name] = peak_memory()


def exact_von_mises() -> float:
    """Largest von Mises stress at the end: |hoop stress| at the surface of the sphere.

    sigma = alpha E / (1 - nu) (c_surface - c_mean),
    c_surface - c_mean = 1/5 - 2 sum exp(-l^2 t) / l^2 over the roots of tan l = l
    (J. Crank, The Mathematics of Diffusion, 2nd ed., eq. 6.45).
    """
    total, end = 0.2, STEPS * DT
    for k in range(1, 200):
        root = (k + 0.5) * np.pi
        for _ in range(50):
            root = k * np.pi + np.arctan(root)
        total -= 2 * np.exp(-(root**2) * end) / root**2
    return EXPANSION * YOUNG / (1 - POISSON) * total


def make_mesh(folder: Path, size: str) -> None:
    """The octant as mesh.npz (points, cells) and mesh.vol (Netgen's own)."""
    from netgen.occ import Box, OCCGeometry, Pnt, Sphere

    body = Sphere(Pnt(0, 0, 0), 1) * Box(Pnt(0, 0, 0), Pnt(2, 2, 2))
    for face in body.faces:
        flat = [abs(coordinate) < 1e-9 for coordinate in face.center]
        face.name = "xyz"[flat.index(True)] if any(flat) else "surface"
    mesh = OCCGeometry(body).GenerateMesh(maxh=MAXIMUM_CELL[size])
    mesh.Save(str(folder / "mesh.vol"))
    cells = mesh.Elements3D().NumPy()["nodes"][:, :4].astype(np.int64) - 1
    np.savez(folder / "mesh.npz", points=np.array(mesh.Coordinates()), cells=cells)


def load_mesh(folder: Path) -> tuple[np.ndarray, np.ndarray]:
    with np.load(folder / "mesh.npz") as data:
        return data["points"], data["cells"]


def outer_facets(cells: np.ndarray) -> np.ndarray:
    """Vertices of the facets that belong to one cell only (f, 3)."""
    local = np.sort(cells, axis=1)[:, [[1, 2, 3], [0, 2, 3], [0, 1, 3], [0, 1, 2]]].reshape(-1, 3)
    facets, counts = np.unique(local, axis=0, return_counts=True)
    return facets[counts == 1]


def diffuse(
    first: Callable[[np.ndarray, float, Any], np.ndarray],
    mass: Callable[[np.ndarray], np.ndarray],
    load: np.ndarray,
) -> list[np.ndarray]:
    """All concentrations; ``first`` solves (M + a K) c = b given b, a and a guess."""
    c = [np.zeros_like(load)]
    c.append(first(mass(c[0]) + DT * load, DT, c[0]))
    for _ in range(STEPS - 1):
        right = mass(4 / 3 * c[-1] - 1 / 3 * c[-2]) + 2 / 3 * DT * load
        c.append(first(right, 2 / 3 * DT, 2 * c[-1] - c[-2]))
    return c[EVERY::EVERY]


def von_mises(stress: np.ndarray) -> np.ndarray:
    """Of stress (..., 3, 3)."""
    deviator = stress - np.trace(stress, axis1=-2, axis2=-1)[..., None, None] / 3 * np.eye(3)
    return np.sqrt(1.5 * (deviator**2).sum(axis=(-2, -1)))


def stress_of(gradient: np.ndarray, concentration: np.ndarray) -> np.ndarray:
    """Stress (..., 3, 3) of displacement gradients and concentrations at the same points."""
    strain = 0.5 * (gradient + gradient.swapaxes(-1, -2))
    pressure = FIRST_LAMBDA * np.trace(strain, axis1=-2, axis2=-1)
    pressure = pressure - BULK_3 * EXPANSION * concentration
    return 2 * SHEAR * strain + pressure[..., None, None] * np.eye(3)


def largest_at_vertices(stress: np.ndarray, corners: np.ndarray) -> float:
    """Largest von Mises stress of (e, 4, 3, 3) averaged at the vertices ``corners`` (e, 4)."""
    count = np.bincount(corners.ravel())
    total = np.stack(
        [np.bincount(corners.ravel(), part) for part in stress.reshape(-1, 9).T], axis=1
    )
    used = count > 0
    return float(von_mises((total[used] / count[used, None]).reshape(-1, 3, 3)).max())


# --- ours


def ours(folder: Path, phases: Phases, compiled: bool = True) -> None:
    with phases.time("import"):
        from particle_sim.fem.body_mesh import BodyMesh, Symmetry
        from particle_sim.fem.diffusion_solver import DiffusionSolver
        from particle_sim.fem.elastic_solver import elastic_solver
        from particle_sim.fem.matrix_free import ElasticCells
        from particle_sim.fem.space import Space
    if compiled:
        with phases.time("compile"):
            _warm_up()
    points, cells = load_mesh(folder)
    with phases.time("mesh"):
        facets = outer_facets(cells)
        flat = np.abs(points[facets]).max(axis=1) < 1e-9  # (f, axis)
        boundaries = {"surface": facets[~flat.any(axis=1)]}
        boundaries |= {f"symmetry_{'xyz'[a]}": facets[flat[:, a]] for a in range(3)}
        mesh = BodyMesh(
            points=points, cells=cells, symmetry=Symmetry.SOLID,
            regions=np.zeros(len(cells), dtype=np.intp), boundaries=boundaries,
        )  # fmt: skip
        space = Space(mesh=mesh, order=2, degree=2)
        dofs, n = space.cell_dofs, space.dimension
    with phases.time("assembly"):
        mass, rigidity, load = _our_matrices(mesh)
    with phases.time("diffusion set-up"):
        diffusion = DiffusionSolver(mass=mass, rigidity=rigidity, cell_dofs=dofs, nodes=space.nodes)
        systems = {a: diffusion.at(a) for a in (DT, 2 / 3 * DT)}
    past: dict[float, Any] = {}
    iterations: list[int] = []

    def solve(right: np.ndarray, a: float, _: np.ndarray) -> np.ndarray:
        if a not in past:
            known = next(iter(past.values()), None)
            past[a] = None if known is None else systems[a].moved(known)
        done = systems[a].solve(right, TOLERANCE, past[a])
        past[a] = done.history
        iterations.append(done.iterations)
        return done.values

    with phases.time("diffusion"):
        outputs = np.stack(diffuse(solve, mass.__matmul__, load), axis=1)
    with phases.time("elastic set-up"):
        stiffness = np.zeros((1, 6, 6))
        stiffness[0, :3, :3] = FIRST_LAMBDA
        stiffness[0, range(6), range(6)] += 3 * [2 * SHEAR] + 3 * [SHEAR]
        held = np.zeros((n, 3), dtype=bool)
        for axis in range(3):
            held[space.boundary_dofs(f"symmetry_{'xyz'[axis]}"), axis] = True
        body = ElasticCells(
            cell_dofs=dofs, nodes=space.nodes, stiffness=stiffness, regions=mesh.regions
        )
        elastic = elastic_solver(body, held.ravel(), compiled=compiled)
    with phases.time("elastic loads"):
        loads = _our_loads(Space(mesh=mesh, order=2, degree=3), outputs)
    with phases.time("elastic"):
        done = elastic.solve(loads, TOLERANCE)
    with phases.time("stress"):
        phases.facts["von_mises"] = _our_stress(space, done.values, outputs)
    phases.facts |= {
        "diffusion iterations": sum(iterations), "elastic iterations": done.iterations,
        "method": elastic.method,
    }  # fmt: skip


def _our_matrices(mesh: Any) -> tuple[Any, Any, np.ndarray]:
    """Mass, rigidity and the load of a unit flux into the surface."""
    from particle_sim.fem.space import Space
    from particle_sim.fem.sparse_pattern import SparsePattern

    space = Space(mesh=mesh, order=2, degree=2)
    fine = Space(mesh=mesh, order=2, degree=4)
    dofs, n = space.cell_dofs, space.dimension
    pattern = SparsePattern(rows=dofs, columns=dofs, shape=(n, n))
    products = (fine.values[:, :, None] * fine.values[:, None]).reshape(-1, 100)
    mass = pattern.assemble(fine.weights @ products)
    rooted = space.gradients * np.sqrt(space.weights)[:, :, None, None]
    rooted = rooted.transpose(0, 2, 1, 3).reshape(len(dofs), 10, -1)
    rigidity = pattern.assemble(np.matmul(rooted, rooted.swapaxes(1, 2)))
    surface = space.boundary("surface")
    flux = np.einsum("fq,fqi->fi", surface.weights, surface.values)
    return mass, rigidity, np.bincount(surface.dofs.ravel(), flux.ravel(), n)


def ours_numpy(folder: Path, phases: Phases) -> None:
    ours(folder, phases, compiled=False)


def _warm_up() -> None:
    """Compile the kernels, or load them from numba's cache."""
    from particle_sim.fem.elastic_solver import elastic_solver
    from particle_sim.fem.matrix_free import ElasticCells

    corners = np.concatenate([np.zeros((1, 3)), np.eye(3)])
    ends = np.array([(2, 3), (1, 3), (1, 2), (0, 3), (0, 2), (0, 1)])
    body = ElasticCells(
        cell_dofs=np.arange(10)[None], nodes=np.concatenate([corners, corners[ends].mean(axis=1)]),
        stiffness=np.eye(6)[None], regions=np.zeros(1, dtype=np.intp),
    )  # fmt: skip
    solver = elastic_solver(body, np.repeat(np.arange(10) < 3, 3), compiled=True)
    for columns in (1, 8):
        solver.precondition(np.zeros((30, columns)))
        solver.apply(np.zeros((30, columns)))


def _our_loads(space: Any, outputs: np.ndarray, chunk: int = 2048) -> np.ndarray:
    """Loads (3 n, k) of the eigenstrain c / 3: integral of div v (3 bulk moduli) c / 3."""
    fields = outputs.shape[1]
    loads = np.zeros((space.dimension, 3 * fields))
    reference = space._rule[0]
    for start in range(0, len(space.cell_dofs), chunk):
        part = np.arange(start, min(start + chunk, len(space.cell_dofs)))
        dofs = space.cell_dofs[part]
        weighted = space.gradients_at(part, reference) * space.weights[part][:, :, None, None]
        at_points = np.matmul(space.values, outputs[dofs]) * (BULK_3 * EXPANSION)  # (e, q, k)
        table = weighted.transpose(0, 2, 3, 1).reshape(len(part), 30, -1)
        _add(loads, dofs, np.matmul(table, at_points))
    return loads.reshape(-1, fields)


def _add(total: np.ndarray, dofs: np.ndarray, rows: np.ndarray) -> None:
    """Add rows (e, i, ...) of cells to those of their nodes, in place."""
    from scipy import sparse

    nodes, place = np.unique(dofs.ravel(), return_inverse=True)
    order = np.argsort(place, kind="stable")
    starts = np.append(0, np.cumsum(np.bincount(place)))
    total[nodes] += sparse.csr_array((np.ones(dofs.size), order, starts)) @ rows.reshape(
        dofs.size, -1
    )


def _our_stress(
    space: Any, displacement: np.ndarray, outputs: np.ndarray, chunk: int = 2048
) -> list[float]:
    count, fields = len(space.cell_dofs), outputs.shape[1]
    corners = np.concatenate([np.zeros((1, 3)), np.eye(3)])
    vertices = int(space.cell_dofs[:, :4].max()) + 1
    total = np.zeros((vertices, fields * 9))
    u = displacement.reshape(-1, 3 * fields)
    for start in range(0, count, chunk):
        part = np.arange(start, min(start + chunk, count))
        dofs = space.cell_dofs[part]
        slopes = space.gradients_at(part, corners)  # (e, 4, 10, 3)
        table = slopes.swapaxes(2, 3).reshape(len(part), 12, 10)
        gradient = np.matmul(table, u[dofs]).reshape(len(part), 4, 3, 3, fields)
        stress = stress_of(gradient.transpose(0, 1, 4, 3, 2), outputs[dofs[:, :4]])
        _add(total, dofs[:, :4], stress)
    sharing = np.bincount(space.cell_dofs[:, :4].ravel(), minlength=vertices)
    mean = (total / sharing[:, None]).reshape(vertices, fields, 3, 3)
    return [float(x) for x in von_mises(mean).max(axis=0)]


# --- scikit-fem


def skfem(folder: Path, phases: Phases, direct: bool = False) -> None:
    with phases.time("import"):
        import pyamg
        import skfem
        from scipy import sparse
        from scipy.sparse.linalg import cg
        from skfem.helpers import ddot, div, dot, eye, grad, sym_grad, trace

        if direct:
            from sksparse.cholmod import cholesky
    points, cells = load_mesh(folder)
    with phases.time("mesh"):
        mesh = skfem.MeshTet(points.T, cells.T)
        surface = mesh.facets_satisfying(lambda x: np.abs(x).min(axis=0) > 1e-9, True)
        scalar = skfem.Basis(mesh, skfem.ElementTetP2(), intorder=4)
        vector = skfem.Basis(mesh, skfem.ElementVector(skfem.ElementTetP2()), intorder=2)
    with phases.time("assembly"):
        mass = skfem.BilinearForm(lambda u, v, w: u * v).assemble(scalar)
        rigidity = skfem.BilinearForm(lambda u, v, w: dot(grad(u), grad(v))).assemble(scalar)
        facet = skfem.FacetBasis(mesh, skfem.ElementTetP2(), facets=surface, intorder=2)
        load = skfem.LinearForm(lambda v, w: 1.0 * v).assemble(facet)

        def elastic(u: Any, v: Any, w: Any) -> Any:
            strain = sym_grad(u)
            stress = 2 * SHEAR * strain + FIRST_LAMBDA * eye(trace(strain), 3)
            return ddot(stress, sym_grad(v))

        stiffness = skfem.BilinearForm(elastic).assemble(vector)
        fine = skfem.Basis(mesh, skfem.ElementVector(skfem.ElementTetP2()), intorder=3)
        coupling = skfem.BilinearForm(lambda c, v, w: BULK_3 * EXPANSION * c * div(v)).assemble(
            skfem.Basis(mesh, skfem.ElementTetP2(), intorder=3), fine
        )
    count = [0]

    def add(_: Any) -> None:
        count[0] += 1

    def iterate(matrix: Any, right: np.ndarray, guess: Any, precondition: Any) -> np.ndarray:
        values, _ = cg(
            matrix, right, x0=guess, rtol=TOLERANCE, atol=0.0, M=precondition, callback=add
        )
        return values

    with phases.time("diffusion set-up"):
        systems = {}
        for a in (DT, 2 / 3 * DT):
            matrix = sparse.csr_matrix(mass + a * rigidity)
            inverse = cholesky(matrix.tocsc()) if direct else sparse.diags(1 / matrix.diagonal())
            systems[a] = matrix, inverse

    def solve(right: np.ndarray, a: float, guess: np.ndarray) -> np.ndarray:
        matrix, inverse = systems[a]
        return inverse(right) if direct else iterate(matrix, right, guess, inverse)

    with phases.time("diffusion"):
        outputs = diffuse(solve, mass.__matmul__, load)
    phases.facts["diffusion iterations"], count[0] = count[0], 0
    with phases.time("elastic set-up"):
        held = np.zeros(vector.N, dtype=bool)
        for axis in range(3):
            flat = mesh.facets_satisfying(lambda x, a=axis: np.abs(x[a]) < 1e-9, True)
            held[vector.get_dofs(flat).all([f"u^{axis + 1}"])] = True
        free = np.flatnonzero(~held)
        inner = sparse.csr_matrix(stiffness[free][:, free])
        if direct:
            factors = cholesky(inner.tocsc())
        else:
            modes = _skfem_rigid_motions(vector)
            levels = pyamg.smoothed_aggregation_solver(
                inner, B=modes[free], strength=("symmetric", {"theta": 0.0}), max_coarse=500,
                presmoother=("chebyshev", {"degree": 3}), postsmoother=("chebyshev", {"degree": 3}),
            )  # fmt: skip
            factors = levels.aspreconditioner()
    fields = []
    with phases.time("elastic"):
        for c in outputs:
            right = (coupling @ c)[free]
            u = np.zeros(vector.N)
            if direct:
                u[free] = factors(right)
            else:
                guess = fields[-1][free] if fields else None
                u[free] = iterate(inner, right, guess, factors)
            fields.append(u)
    phases.facts["elastic iterations"] = count[0]
    with phases.time("stress"):
        corners = (np.concatenate([np.zeros((1, 3)), np.eye(3)]).T, np.full(4, 1 / 24))
        at = skfem.Basis(mesh, skfem.ElementVector(skfem.ElementTetP2()), quadrature=corners)
        scalar_at = skfem.Basis(mesh, skfem.ElementTetP2(), quadrature=corners)
        largest = []
        for c, u in zip(outputs, fields, strict=True):
            gradient = np.moveaxis(np.asarray(at.interpolate(u).grad), (0, 1), (2, 3))
            stress = stress_of(gradient, np.asarray(scalar_at.interpolate(c)))
            largest.append(largest_at_vertices(stress, mesh.t.T))
    phases.facts["von_mises"] = largest


def _skfem_rigid_motions(basis: Any) -> np.ndarray:
    """Translations and rotations at the dofs (n, 6)."""
    modes = np.zeros((basis.N, 6))
    for row in range(3):
        dofs = np.concatenate([basis.nodal_dofs[row], basis.edge_dofs[row]])
        modes[dofs, row] = 1.0
        for axis in range(3):
            turned = np.cross(np.eye(3)[axis], basis.doflocs[:, dofs].T)
            modes[dofs, 3 + axis] = turned[:, row]
    return modes


def skfem_cholmod(folder: Path, phases: Phases) -> None:
    skfem(folder, phases, direct=True)


# --- NGSolve


def ngsolve(folder: Path, phases: Phases, direct: bool = False) -> None:
    with phases.time("import"):
        import ngsolve as ng
        from ngsolve.krylovspace import CGSolver
    with phases.time("mesh"):
        mesh = ng.Mesh(str(folder / "mesh.vol"))
        scalar = ng.H1(mesh, order=2)
        held = {f"dirichlet{axis}": axis for axis in "xyz"}
        vector = ng.VectorH1(mesh, order=2, **held)
    with phases.time("assembly"):
        u, v = scalar.TnT()
        mass = ng.BilinearForm(u * v * ng.dx, symmetric=True).Assemble().mat
        systems = {}
        for a in (DT, 2 / 3 * DT):
            form = ng.BilinearForm(
                u * v * ng.dx + a * ng.grad(u) * ng.grad(v) * ng.dx, symmetric=True
            )
            systems[a] = form.Assemble().mat
        load = ng.LinearForm(v * ng.ds("surface")).Assemble().vec
        p, q = vector.TnT()
        elastic = ng.BilinearForm(
            2 * SHEAR * ng.InnerProduct(ng.Sym(ng.Grad(p)), ng.Sym(ng.Grad(q))) * ng.dx
            + FIRST_LAMBDA * ng.div(p) * ng.div(q) * ng.dx, symmetric=True,
        ).Assemble()  # fmt: skip
        coupling = ng.BilinearForm(trialspace=scalar, testspace=vector)
        coupling += BULK_3 * EXPANSION * u * ng.div(q) * ng.dx
        coupling.Assemble()
    with phases.time("diffusion set-up"):
        inverses = {a: m.Inverse(scalar.FreeDofs(), "sparsecholesky") for a, m in systems.items()}
    outputs = []
    with phases.time("diffusion"):
        old, new, right = (load.CreateVector() for _ in range(3))
        old[:] = 0.0
        new[:] = 0.0
        for step in range(STEPS):
            a = DT if step == 0 else 2 / 3 * DT
            mix = new.CreateVector()
            mix.data = new if step == 0 else 4 / 3 * new - 1 / 3 * old
            right.data = mass * mix + a * load
            old.data = new
            new.data = inverses[a] * right
            if (step + 1) % EVERY == 0:
                field = ng.GridFunction(scalar)
                field.vec.data = new
                outputs.append(field)
    with phases.time("elastic set-up"):
        free = vector.FreeDofs()
        if direct:
            inverse = elastic.mat.Inverse(free, "sparsecholesky")
        else:
            inverse = _ngsolve_two_levels(ng, mesh, vector, elastic, free)
    fields, iterations = [], 0
    with phases.time("elastic"):
        projector = ng.Projector(free, True)
        for field in outputs:
            right = coupling.mat * field.vec
            force = right.Evaluate() if hasattr(right, "Evaluate") else right
            u = ng.GridFunction(vector)
            if direct:
                u.vec.data = inverse * force
            else:
                force.data = projector * force
                solver = CGSolver(
                    mat=elastic.mat, pre=inverse, tol=TOLERANCE, maxiter=200, printrates=False
                )
                u.vec.data = solver * force
                iterations += solver.iterations
            fields.append(u)
    with phases.time("stress"):
        corners = [(0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1)]
        rule = ng.IntegrationRule(corners, [1 / 24] * 4)
        mapped = mesh.MapToAllElements({ng.ET.TET: rule}, ng.VOL)
        place = np.asarray(ng.CF((ng.x, ng.y, ng.z))(mapped)).reshape(-1, 3)
        _, corner = np.unique(np.round(place, 9), axis=0, return_inverse=True)
        largest = []
        for c, u in zip(outputs, fields, strict=True):
            gradient = np.asarray(ng.Grad(u)(mapped)).reshape(-1, 4, 3, 3)
            stress = stress_of(gradient, np.asarray(c(mapped)).reshape(-1, 4))
            largest.append(largest_at_vertices(stress, np.asarray(corner).reshape(-1, 4)))
    phases.facts |= {"von_mises": largest, "elastic iterations": iterations}


def _ngsolve_two_levels(ng: Any, mesh: Any, vector: Any, elastic: Any, free: Any) -> Any:
    """Symmetric Gauss-Seidel around a direct solve with the vertex functions."""
    low = ng.BitArray(free)
    low.Clear()
    components = len(free) // 3
    for vertex in range(mesh.nv):
        for axis in range(3):
            place = vertex + axis * components
            if free[place]:
                low.Set(place)
    coarse = elastic.mat.Inverse(low, "sparsecholesky")
    smoother = elastic.mat.CreateSmoother(free)

    class Cycle(ng.BaseMatrix):  # type: ignore[misc]
        def IsComplex(self) -> bool:  # noqa: N802 (names of NGSolve)
            return False

        def Height(self) -> int:  # noqa: N802
            return len(free)

        def Width(self) -> int:  # noqa: N802
            return len(free)

        def CreateColVector(self) -> Any:  # noqa: N802
            return elastic.mat.CreateColVector()

        def CreateRowVector(self) -> Any:  # noqa: N802
            return elastic.mat.CreateColVector()

        def Mult(self, right: Any, values: Any) -> None:  # noqa: N802
            values[:] = 0.0
            smoother.Smooth(values, right)
            left = right.CreateVector()
            left.data = right - elastic.mat * values
            values += coarse * left
            smoother.SmoothBack(values, right)

    return Cycle()


def ngsolve_direct(folder: Path, phases: Phases) -> None:
    ngsolve(folder, phases, direct=True)


# --- DOLFINx


def dolfinx(folder: Path, phases: Phases) -> None:
    with phases.time("import"):
        from mpi4py import MPI  # first: it loads the library that dolfinx needs

        # isort: split
        import basix.ufl
        import ufl
        from dolfinx import fem
        from dolfinx import mesh as dmesh
        from dolfinx.fem import petsc
        from petsc4py import PETSc
    points, cells = load_mesh(folder)
    with phases.time("mesh"):
        element = basix.ufl.element("Lagrange", "tetrahedron", 1, shape=(3,))
        mesh = dmesh.create_mesh(MPI.COMM_SELF, cells=cells, x=points, e=ufl.Mesh(element))
        mesh.topology.create_connectivity(2, 3)
        scalar = fem.functionspace(mesh, ("Lagrange", 2))
        vector = fem.functionspace(mesh, ("Lagrange", 2, (3,)))
        outside = dmesh.exterior_facet_indices(mesh.topology)
        flat = [
            dmesh.locate_entities_boundary(mesh, 2, lambda x, a=a: np.abs(x[a]) < 1e-9)
            for a in range(3)
        ]
        curved = np.setdiff1d(outside, np.concatenate(flat))
        tags = dmesh.meshtags(mesh, 2, np.sort(curved), np.ones(len(curved), dtype=np.int32))
    u, v = ufl.TrialFunction(scalar), ufl.TestFunction(scalar)
    p, q = ufl.TrialFunction(vector), ufl.TestFunction(vector)
    size = fem.Constant(mesh, PETSc.ScalarType(0.0))
    concentration = fem.Function(scalar)
    displacement = fem.Function(vector)
    ds = ufl.Measure("ds", domain=mesh, subdomain_data=tags)

    def stress(w: Any) -> Any:
        strain = ufl.sym(ufl.grad(w))
        return 2 * SHEAR * strain + FIRST_LAMBDA * ufl.tr(strain) * ufl.Identity(3)

    eigen = BULK_3 * EXPANSION * concentration
    corners = np.concatenate([np.zeros((1, 3)), np.eye(3)])
    with phases.time("compile"):
        mass_form = fem.form(u * v * ufl.dx)
        step_form = fem.form(u * v * ufl.dx + size * ufl.dot(ufl.grad(u), ufl.grad(v)) * ufl.dx)
        load_form = fem.form(v * ds(1))
        elastic_form = fem.form(ufl.inner(stress(p), ufl.sym(ufl.grad(q))) * ufl.dx)
        force_form = fem.form(eigen * ufl.div(q) * ufl.dx)
        expression = fem.Expression(stress(displacement) - eigen * ufl.Identity(3), corners)
    with phases.time("assembly"):
        mass = petsc.assemble_matrix(mass_form)
        mass.assemble()
        matrices = {}
        for a in (DT, 2 / 3 * DT):
            size.value = a
            matrices[a] = petsc.assemble_matrix(step_form)
            matrices[a].assemble()
        load = petsc.assemble_vector(load_form)
        conditions = []
        for axis in range(3):
            where = fem.locate_dofs_topological(vector.sub(axis), 2, flat[axis])
            conditions.append(fem.dirichletbc(PETSc.ScalarType(0.0), where, vector.sub(axis)))
        elastic = petsc.assemble_matrix(elastic_form, bcs=conditions)
        elastic.assemble()

    def solver(matrix: Any, options: dict[str, str], prefix: str) -> Any:
        ksp = PETSc.KSP().create(MPI.COMM_SELF)
        ksp.setOptionsPrefix(prefix)
        database = PETSc.Options()
        for key, value in options.items():
            database[prefix + key] = value
        ksp.setOperators(matrix)
        ksp.setFromOptions()
        ksp.setTolerances(rtol=TOLERANCE, atol=0.0)
        ksp.setNormType(PETSc.KSP.NormType.UNPRECONDITIONED)
        ksp.setInitialGuessNonzero(True)
        ksp.setUp()
        return ksp

    with phases.time("diffusion set-up"):
        jacobi = {"ksp_type": "cg", "pc_type": "jacobi"}
        systems = {a: solver(m, jacobi, f"d{k}_") for k, (a, m) in enumerate(matrices.items())}
    work, right, values = (load.duplicate() for _ in range(3))
    counts = {"diffusion iterations": 0, "elastic iterations": 0}

    def multiply(x: np.ndarray) -> np.ndarray:
        work.array[:] = x
        mass.mult(work, right)
        return right.array.copy()

    def solve(b: np.ndarray, a: float, guess: np.ndarray) -> np.ndarray:
        right.array[:] = b
        values.array[:] = guess
        systems[a].solve(right, values)
        counts["diffusion iterations"] += systems[a].getIterationNumber()
        return values.array.copy()

    with phases.time("diffusion"):
        outputs = diffuse(solve, multiply, load.array.copy())
    with phases.time("elastic set-up"):
        places = vector.tabulate_dof_coordinates()
        modes = []
        for k in range(6):
            mode = fem.Function(vector)
            block = mode.x.array.reshape(-1, 3)
            block[:] = np.eye(3)[k] if k < 3 else np.cross(np.eye(3)[k - 3], places)
            modes.append(mode.x.petsc_vec.copy())
        for k, mode in enumerate(modes):
            for other in modes[:k]:
                mode.axpy(-mode.dot(other), other)
            mode.normalize()
        elastic.setNearNullSpace(PETSc.NullSpace().create(vectors=modes))
        gamg = {
            "ksp_type": "cg", "pc_type": "gamg", "pc_gamg_threshold": "-1",
            "mg_levels_ksp_type": "chebyshev", "mg_levels_pc_type": "jacobi",
        }  # fmt: skip
        ksp = solver(elastic, gamg, "e_")
    fields = []
    with phases.time("elastic"):
        for c in outputs:
            concentration.x.array[:] = c
            force = petsc.assemble_vector(force_form)
            petsc.apply_lifting(force, [elastic_form], bcs=[conditions])
            petsc.set_bc(force, conditions)
            ksp.solve(force, displacement.x.petsc_vec)
            counts["elastic iterations"] += ksp.getIterationNumber()
            fields.append(displacement.x.array.copy())
    with phases.time("stress"):
        owned = np.arange(mesh.topology.index_map(3).size_local, dtype=np.int32)
        largest = []
        for c, field in zip(outputs, fields, strict=True):
            concentration.x.array[:] = c
            displacement.x.array[:] = field
            tensors = expression.eval(mesh, owned).reshape(-1, 4, 3, 3)
            largest.append(largest_at_vertices(tensors, mesh.geometry.dofmap))
    phases.facts |= {"von_mises": largest, **counts}


STACKS: dict[str, tuple[Callable[[Path, Phases], None], tuple[str, ...]]] = {
    "ours": (ours, ("numba",)),
    "ours_numpy": (ours_numpy, ()),
    "ngsolve": (ngsolve, ("ngsolve",)),
    "ngsolve_direct": (ngsolve_direct, ("ngsolve",)),
    "skfem": (skfem, ("skfem", "pyamg")),
    "skfem_cholmod": (skfem_cholmod, ("skfem", "pyamg", "sksparse")),
    "dolfinx": (dolfinx, ("dolfinx",)),
}
"""Workloads by name, and the modules they need."""

NOT_COUNTED = ("import", "compile")


def run_one(name: str, folder: Path) -> dict[str, Any]:
    """One stack in this process."""
    work, needs = STACKS[name]
    missing = [module for module in needs if importlib.util.find_spec(module) is None]
    if missing:
        return {"missing": "not installed: " + ", ".join(missing)}
    phases = Phases()
    work(folder, phases)
    total = sum(s for phase, s in phases.seconds.items() if phase not in NOT_COUNTED)
    return {
        "seconds": phases.seconds,
        "total": total,
        "memory": peak_memory(),
        "peaks": phases.peaks,
        **phases.facts,
    }


def run_apart(name: str, folder: Path, python: str, limit: float) -> dict[str, Any]:
    """One stack in a process of its own, on one thread."""
    threads = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
    environment = os.environ | dict.fromkeys(threads, "1")
    command = [python, __file__, "--inside", name, "--folder", str(folder)]
    try:
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=limit, check=False
        )
    except subprocess.TimeoutExpired:
        return {"missing": f"stopped after {limit:.0f} s"}
    if done.returncode != 0:
        return {"missing": "failed: " + (done.stderr.strip().splitlines() or ["?"])[-1]}
    return dict(json.loads(done.stdout.strip().splitlines()[-1]))


def show(results: dict[str, dict[str, Any]]) -> None:
    """Table of all stacks, and ours over the best peer."""
    exact = exact_von_mises()
    phases = ["mesh", "assembly", "diffusion set-up", "diffusion", "elastic set-up",
              "elastic loads", "elastic", "stress", "compile"]  # fmt: skip
    print(f"{'CPU seconds':16}" + "".join(f"{p[:12]:>13}" for p in phases) + "        total   MB"
          "   error of von Mises   iterations")  # fmt: skip
    for name, result in results.items():
        if "total" not in result:
            print(f"{name:16} {result['missing']}")
            continue
        seconds = result["seconds"]
        cells = "".join(f"{seconds[p]:13.2f}" if p in seconds else f"{'':13}" for p in phases)
        error = result["von_mises"][-1] / exact - 1
        counts = [result.get(f"{kind} iterations", 0) for kind in ("diffusion", "elastic")]
        print(f"{name:16}{cells} {result['total']:12.2f} {result['memory']:5.0f} {error:20.3%}"
              f"   {counts[0]} + {counts[1]}")  # fmt: skip
    peers = [r for n, r in results.items() if "total" in r and not n.startswith("ours")]
    for name in ("ours", "ours_numpy"):
        mine = results.get(name, {})
        if peers and "total" in mine:
            fastest, leanest = min(p["total"] for p in peers), min(p["memory"] for p in peers)
            print(f"{name}: {mine['total'] / fastest:.2f} of the fastest peer's time, "
                  f"{mine['memory'] / leanest:.2f} of the leanest peer's memory")  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", choices=MAXIMUM_CELL, default="20k", help="tetrahedra, about")
    parser.add_argument("--stacks", default=",".join(STACKS), help="names, comma separated")
    parser.add_argument("--python", action="append", default=[], metavar="STACK=INTERPRETER")
    parser.add_argument("--limit", type=float, default=1800.0, help="seconds per stack")
    parser.add_argument("--inside", help=argparse.SUPPRESS)
    parser.add_argument("--folder", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        print(json.dumps(run_one(options.inside, Path(options.folder))))
        return
    python = dict(pair.split("=", 1) for pair in options.python)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_mesh(folder, options.size)
        print(f"{len(load_mesh(folder)[1]):,} tetrahedra")
        results = {}
        for stack in options.stacks.split(","):
            results[stack] = run_apart(
                stack, folder, python.get(stack, sys.executable), options.limit
            )
        show(results)


if __name__ == "__main__":
    main()
