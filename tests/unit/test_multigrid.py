"""Two-level solvers: equal to direct solves, steady under refinement, right on free bodies."""

from __future__ import annotations

import contextlib
import importlib.util
import tracemalloc

import numpy as np
import pytest
from scipy import sparse
from scipy.sparse.linalg import spsolve

from particle_sim.errors import ConvergenceError, InputError
from particle_sim.fem import aggregation
from particle_sim.fem import elastic_solver as elastic_module
from particle_sim.fem.aggregation import aggregate, rigid_motions
from particle_sim.fem.body_mesh import BodyMesh, Symmetry
from particle_sim.fem.conjugate_gradients import History, compress, solve_columns
from particle_sim.fem.diffusion_solver import DiffusionSolver
from particle_sim.fem.elastic_solver import (
    ElasticSolver,
    assembled_elastic_solver,
    elastic_memory,
    elastic_solver,
)
from particle_sim.fem.matrix_free import CellStiffness, ElasticCells, locally_ordered
from particle_sim.fem.simplices import EDGES, find_facets
from particle_sim.fem.smoothing import Chebyshev, largest_eigenvalue
from particle_sim.fem.space import Space
from particle_sim.fem.sparse_pattern import BlockPattern, SparsePattern

needs_numba = pytest.mark.skipif(
    importlib.util.find_spec("numba") is None, reason="numba is not installed"
)

VOIGT = np.array([[0, 5, 4], [5, 1, 3], [4, 3, 2]])


def cube(n: int, axes: int = 3, *, length: float = 1.0, curved: bool = False) -> BodyMesh:
    """Unit square or cube of 2 n^2 triangles or 6 n^3 tetrahedra (Kuhn), slightly distorted."""
    line = np.linspace(0.0, 1.0, n + 1)
    points = np.stack(np.meshgrid(*[line] * axes, indexing="ij"), axis=-1).reshape(-1, axes)
    number = np.arange(len(points)).reshape([n + 1] * axes)
    low = np.stack(np.meshgrid(*[np.arange(n)] * axes, indexing="ij"), axis=-1).reshape(-1, axes)
    cells = []
    for turn in range(2 if axes == 2 else 6):
        steps = [np.zeros(axes, dtype=int)]
        for axis in [(0, 1), (1, 0)][turn] if axes == 2 else _orders()[turn]:
            steps.append(steps[-1] + np.eye(axes, dtype=int)[axis])
        cells.append(np.stack([number[tuple((low + s).T)] for s in steps], axis=1))
    all_cells = np.concatenate(cells)
    inside = np.all((points > 0) & (points < 1), axis=1)
    points[inside] += np.random.default_rng(4).uniform(-0.1 / n, 0.1 / n, (inside.sum(), axes))
    facets = find_facets(np.sort(all_cells, axis=1))
    surface = facets.vertices[facets.counts == 1]
    if curved:
        points, all_cells = _bent(points, all_cells)
    return BodyMesh(
        points=points * length,
        cells=all_cells,
        symmetry=Symmetry.SOLID if axes == 3 else Symmetry.PLANE,
        regions=(points[all_cells[:, 0], 0] > 0.4).astype(np.intp),
        boundaries={"surface": surface},
    )


def _orders() -> list[tuple[int, ...]]:
    return [(0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)]


def _bent(points: np.ndarray, cells: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Second-order cells whose nodes lie on a slightly bent body."""
    ends = np.array(EDGES[points.shape[1]])
    pairs, place = np.unique(
        np.sort(cells[:, ends].reshape(-1, 2), axis=1), axis=0, return_inverse=True
    )
    middles = points[pairs].mean(axis=1)
    every = np.concatenate([points, middles])
    every = every + 0.05 * np.roll(every, 1, axis=1) ** 2
    edges = len(points) + np.asarray(place).reshape(len(cells), -1)
    return every, np.concatenate([cells, edges], axis=1)


def stiffnesses(scale: float = 1.0) -> np.ndarray:
    """Two fully anisotropic stiffnesses of contrast 3."""
    rng = np.random.default_rng(5)
    result = []
    for size in (1.0, 3.0):
        a = rng.standard_normal((6, 6))
        result.append(scale * size * (np.eye(6) + 0.2 * a @ a.T))
    return np.array(result)


def body(mesh: BodyMesh, order: int = 2, scale: float = 1.0) -> tuple[ElasticCells, Space]:
    space = Space(mesh=mesh, order=order, degree=4)
    cells = ElasticCells(
        cell_dofs=space.cell_dofs,
        nodes=space.nodes,
        stiffness=stiffnesses(scale),
        regions=mesh.regions,
    )
    return cells, space


def strains(space: Space) -> np.ndarray:
    """Rows of B (e, q, 6, i, d): strain xx, yy, zz, yz, xz, xy of every displacement."""
    d, gradients = space.mesh.dimension, space.gradients
    table = np.zeros((*gradients.shape[:2], 6, *gradients.shape[2:]))
    for a in range(d):
        for b in range(a, d):
            table[:, :, VOIGT[a, b], :, a] += gradients[..., b]
            if a != b:
                table[:, :, VOIGT[a, b], :, b] += gradients[..., a]
    return table


def assembled(cells: ElasticCells, space: Space) -> sparse.csr_array:
    """The stiffness matrix, made in another way."""
    b = strains(space)
    e, q = b.shape[:2]
    b = b.reshape(e, q, 6, -1)
    c = cells.stiffness[cells.regions]
    blocks = np.einsum("eqsi,est,eqtj,eq->eij", b, c, b, space.weights, optimize=True)
    pattern = BlockPattern(
        cell_nodes=space.cell_dofs, nodes=space.dimension, components=space.mesh.dimension
    )
    return pattern.assemble(blocks)


def eigenstrain_loads(cells: ElasticCells, space: Space, count: int) -> np.ndarray:
    """Loads of isotropic eigenstrains that vary smoothly from one to the next."""
    b = strains(space)
    e, q = b.shape[:2]
    swelling = np.array([1.0, 1.0, 1.0, 0.0, 0.0, 0.0])
    stress = cells.stiffness[cells.regions] @ swelling
    x = space.points / space.mesh.extent
    loads = []
    for k in range(count):
        c = np.exp(-((x - 0.1 * k / count) ** 2).sum(axis=2) * (1 + k / count))
        force = np.einsum("eqsi,es,eq,eq->ei", b.reshape(e, q, 6, -1), stress, c, space.weights)
        d = space.mesh.dimension
        dofs = (space.cell_dofs[:, :, None] * d + np.arange(d)).reshape(e, -1)
        loads.append(np.bincount(dofs.ravel(), force.ravel(), space.dimension * d))
    return np.stack(loads, axis=1)


def planes_held(nodes: np.ndarray) -> np.ndarray:
    """Symmetry planes at zero: component a is held where x_a = 0."""
    return (np.abs(nodes) < 1e-9 * np.abs(nodes).max()).ravel()


CASES = [
    pytest.param({"n": 2}, 2, id="tetrahedra"),
    pytest.param({"n": 2, "curved": True}, 2, id="curved"),
    pytest.param({"n": 4, "axes": 2}, 2, id="triangles"),
    pytest.param({"n": 3}, 1, id="linear"),
]


@pytest.mark.parametrize(("mesh", "order"), CASES)
def test_cells_apply_the_assembled_matrix(mesh: dict[str, int], order: int) -> None:
    cells, space = body(cube(**mesh), order)
    assert cells.is_straight is not space.mesh.is_curved
    matrix = assembled(cells, space)
    u = np.random.default_rng(6).standard_normal((matrix.shape[0], 3))
    expected, scale = matrix @ u, float(np.abs(matrix @ u).max())
    operator = CellStiffness(cells=cells, compiled=False)
    np.testing.assert_allclose(operator.apply(u), expected, atol=1e-12 * scale)
    single = operator.apply(u.astype(np.float32))
    assert single.dtype == np.float32
    np.testing.assert_allclose(single, expected, atol=1e-5 * scale)
    np.testing.assert_allclose(cells.diagonal(), matrix.diagonal(), rtol=1e-12)
    linear = assembled(*body(cube(**mesh), 1)) if not space.mesh.is_curved else None
    if linear is not None:
        np.testing.assert_allclose(
            cells.vertex_matrix().toarray(), linear.toarray(), atol=1e-12 * scale
        )


@needs_numba
def test_compiled_kernel_agrees_with_numpy() -> None:
    """For eight fields at once and for numbers that do not fill the kernel's width."""
    cells, _ = body(cube(2))
    plain = CellStiffness(cells=cells, compiled=False)
    compiled = CellStiffness(cells=cells, compiled=True)
    u = np.random.default_rng(7).standard_normal((3 * cells.size, 11))
    expected = plain.apply(u)
    np.testing.assert_allclose(compiled.apply(u), expected, atol=1e-12 * np.abs(expected).max())
    curved, _ = body(cube(2, curved=True))
    with pytest.raises(InputError, match="straight"):
        elastic_solver(curved, np.zeros(3 * curved.size, dtype=bool), compiled=True)


@needs_numba
@pytest.mark.parametrize("ready", [True, False])
def test_nothing_is_compiled_unasked(
    ready: bool, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """NumPy computes until the kernels are ready, and one line says what would make them so."""
    from particle_sim.fem import machine_code, warm

    monkeypatch.setattr(warm, "bodies_are_ready", lambda: ready)
    machine_code._say_once.cache_clear()
    cells, _ = body(cube(2))
    held = np.zeros(3 * cells.size, dtype=bool)
    words = {elastic_solver(cells, held).method.split(", ")[2] for _ in range(2)}
    assert words == {"compiled" if ready else "cell by cell"}
    assert ["warm-up" in line for line in caplog.messages] == [True] * (not ready)


@needs_numba
def test_a_warm_up_leaves_nothing_to_compile() -> None:
    """After it a solve calls no kernel with other kinds of arguments."""
    from particle_sim.fem import matrix_free_numba, smoothing_numba, warm

    warm.compile_bodies()
    assert warm.bodies_are_ready()
    kernels = *matrix_free_numba.KERNELS.values(), smoothing_numba.begin, smoothing_numba.advance
    known = [len(kernel.function.signatures) for kernel in kernels]
    cells, space = body(cube(3))
    held, loads = planes_held(space.nodes), eigenstrain_loads(cells, space, 3)
    elastic_solver(cells, held, compiled=True).solve(loads)
    assert [len(kernel.function.signatures) for kernel in kernels] == known


def test_local_numbering_is_the_same_body() -> None:
    cells, _ = body(cube(6))
    local, order = locally_ordered(cells)
    np.testing.assert_array_equal(local.nodes, cells.nodes[order])
    spread = np.ptp(local.cell_dofs, axis=1).mean() / np.ptp(cells.cell_dofs, axis=1).mean()
    assert spread < 0.7
    diagonal = cells.diagonal().reshape(-1, 3)[order].ravel()
    np.testing.assert_allclose(local.diagonal(), diagonal, rtol=1e-12)


def make(cells: ElasticCells, held: np.ndarray) -> ElasticSolver:
    return elastic_solver(cells, held, compiled=False)


@pytest.mark.parametrize(("mesh", "order"), CASES)
def test_held_body_equals_the_direct_solve(mesh: dict[str, int], order: int) -> None:
    cells, space = body(cube(**mesh), order)
    held, loads = planes_held(space.nodes), eigenstrain_loads(cells, space, 3)
    matrix = assembled(cells, space)
    free = np.flatnonzero(~held)
    expected = np.zeros_like(loads)
    expected[free] = spsolve(sparse.csc_array(matrix[free][:, free]), loads[free])
    for solver in (make(cells, held), assembled_elastic_solver(
        matrix, space.cell_dofs, space.nodes, held
    )):  # fmt: skip
        done = solver.solve(loads, tolerance=1e-10)
        np.testing.assert_allclose(done.values, expected, atol=1e-8 * np.abs(expected).max())
        assert np.all(done.values[held] == 0)
        assert f"{len(held):,} unknowns" in solver.method


def test_every_load_meets_its_own_tolerance() -> None:
    """A load a million times smaller is solved as accurately, and a load of zero gives zero."""
    cells, space = body(cube(3))
    held, loads = planes_held(space.nodes), eigenstrain_loads(cells, space, 10)
    loads[:, 4] *= 1e-6
    loads[:, 5] = 0.0
    done = make(cells, held).solve(loads, tolerance=1e-7)
    residual = (loads - assembled(cells, space) @ done.values)[~held]
    allowed = 1e-7 * np.linalg.norm(loads[~held], axis=0)
    assert np.all(np.linalg.norm(residual, axis=0) <= 1.01 * allowed + 1e-30)
    assert np.all(done.values[:, 5] == 0)
    assert make(cells, held).solve(np.zeros_like(loads)).iterations == 0


@pytest.mark.parametrize(("planes", "free"), [((), 6), ((0,), 3), ((0, 1), 1)])
def test_free_motions_are_left_out(planes: tuple[int, ...], free: int) -> None:
    """The solution balances the load, has no rigid motion and strains as the pinned body does."""
    cells, space = body(cube(3))
    loads = eigenstrain_loads(cells, space, 2)
    on_planes = planes_held(space.nodes).reshape(-1, 3)
    held = np.zeros_like(on_planes)
    held[:, planes] = on_planes[:, planes]
    solver = make(cells, held.ravel())
    done = solver.solve(loads, tolerance=1e-9)
    residual = (loads - assembled(cells, space) @ done.values)[~held.ravel()]
    size = np.linalg.norm(loads[~held.ravel()], axis=0)
    assert np.all(np.linalg.norm(residual, axis=0) <= 1.01e-9 * size)
    assert f"{free} free rigid motions" in solver.method
    motions, _ = np.linalg.qr(rigid_motions(space.nodes))
    motions = motions[:, np.linalg.norm(motions[held.ravel()], axis=0) < 1e-12]
    if not planes:
        assert np.abs(motions.T @ done.values).max() < 1e-12 * np.linalg.norm(done.values)
    assert done.iterations <= 25


def test_unbalanced_load_on_a_free_body_is_refused() -> None:
    cells, space = body(cube(2))
    loads = eigenstrain_loads(cells, space, 1)
    loads[0] += 0.01 * np.linalg.norm(loads)
    with pytest.raises(InputError, match="must balance"):
        make(cells, np.zeros(len(loads), dtype=bool)).solve(loads)


def iterations(n: int, **choices: float) -> int:
    cells, space = body(cube(n, **choices))  # type: ignore[arg-type]
    held = planes_held(space.nodes)
    return make(cells, held).solve(eigenstrain_loads(cells, space, 1)).iterations


def test_iterations_do_not_grow_under_refinement(monkeypatch: pytest.MonkeyPatch) -> None:
    """With aggregation on, from 6 * 3^3 to 6 * 8^3 cells."""
    monkeypatch.setattr(aggregation, "DIRECT", 150)
    coarse, fine = iterations(3), iterations(8)
    assert fine <= 20
    assert fine <= coarse + 5


def test_wrong_interpolation_makes_iterations_explode(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sabotage: edge nodes that ignore one of their vertices."""
    right = iterations(5)
    true = elastic_module.interpolation

    def wrong(*arguments: object) -> sparse.csr_array:
        entries = true(*arguments).copy()  # type: ignore[arg-type, union-attr]
        entries.data[entries.data == 0.5] = np.tile([0.0, 0.5], len(entries.data))[
            : np.count_nonzero(entries.data == 0.5)
        ]
        return entries

    monkeypatch.setattr(elastic_module, "interpolation", wrong)
    with contextlib.suppress(ConvergenceError):  # not even converging is fine, too
        assert iterations(5) > 2 * right


def test_units_of_a_particle_do_not_matter() -> None:
    """Micrometres and gigapascals, single precision inside."""
    cells, space = body(cube(3, length=1e-7), scale=1e11)
    held, loads = planes_held(space.nodes), eigenstrain_loads(cells, space, 1)
    done = make(cells, held).solve(loads)
    residual = (loads - assembled(cells, space) @ done.values)[~held]
    assert np.linalg.norm(residual) <= 1.01e-8 * np.linalg.norm(loads[~held])
    assert done.iterations == iterations(3)


def test_history_shortens_a_smooth_sequence_of_loads() -> None:
    cells, space = body(cube(3))
    held, loads = planes_held(space.nodes), eigenstrain_loads(cells, space, 8)
    solver = make(cells, held)
    history, counts = None, []
    for load in loads.T:
        done = solver.solve(load[:, None], 1e-8, history)
        history = done.history
        counts.append(done.iterations)
    assert counts[-1] <= counts[0] // 3
    together = solver.solve(loads, 1e-8).values
    np.testing.assert_allclose(done.values[:, 0], together[:, -1], atol=1e-6 * together.max())


def test_precondition_is_linear_symmetric_and_close() -> None:
    cells, space = body(cube(3))
    held = planes_held(space.nodes)
    solver, matrix = make(cells, held), assembled(cells, space)
    rng = np.random.default_rng(8)
    f, g = (np.where(held, 0.0, rng.standard_normal(len(held))) for _ in range(2))
    u, v = solver.precondition(f), solver.precondition(g)
    assert f @ v == pytest.approx(g @ u, rel=1e-4)
    # one cycle leaves a small part of the error's energy
    error = u - solver.solve(f[:, None], 1e-10).values[:, 0]
    assert error @ (matrix @ error) < 0.1 * (u @ (matrix @ u))


@pytest.mark.parametrize("a", [1e-6, 1e-2, 1e4])
@pytest.mark.parametrize(("mesh", "order"), CASES[:1] + CASES[2:])
def test_diffusion_equals_the_direct_solve(mesh: dict[str, int], order: int, a: float) -> None:
    solver = diffusion(cube(**mesh), order)
    right = np.random.default_rng(9).standard_normal(len(solver.nodes))
    done = solver.at(a).solve(right, tolerance=1e-12)
    expected = spsolve(sparse.csc_array(solver.mass + a * solver.rigidity), right)
    np.testing.assert_allclose(done.values, expected, atol=1e-9 * np.abs(expected).max())
    assert done.iterations <= 35


def diffusion(mesh: BodyMesh, order: int = 2) -> DiffusionSolver:
    space = Space(mesh=mesh, order=order, degree=4)
    pattern = SparsePattern(
        rows=space.cell_dofs, columns=space.cell_dofs, shape=(space.dimension, space.dimension)
    )
    values, gradients, weights = space.values, space.gradients, space.weights
    mass = np.einsum("qi,qj,eq->eij", values, values, weights)
    rigidity = np.einsum("eqia,eqja,eq->eij", gradients, gradients, weights)
    return DiffusionSolver(
        mass=pattern.assemble(mass),
        rigidity=pattern.assemble(rigidity),
        cell_dofs=space.cell_dofs,
        nodes=space.nodes,
    )


def test_diffusion_steps_profit_from_earlier_ones() -> None:
    solver = diffusion(cube(4))
    load = np.asarray(solver.mass @ np.exp(-solver.nodes[:, 0]))
    c, history, counts = np.zeros(len(load)), None, []
    system = solver.at(0.01)
    for step in range(14):
        if step == 9:  # another step size: the history moves with it
            system = solver.at(0.005)
            history = system.moved(history)
        done = system.solve(solver.mass @ c + 0.01 * load, 1e-8, history)
        c, history = done.values, done.history
        counts.append(done.iterations)
    assert max(counts[-3:]) <= counts[0] // 2
    assert counts[9] < counts[0]


def test_history_finds_a_combination_exactly() -> None:
    rng = np.random.default_rng(10)
    root = rng.standard_normal((20, 20))
    matrix = root @ root.T + np.eye(20)
    known = rng.standard_normal((20, 3))
    history = History.empty(20).extended(known, matrix @ known, most=3)
    start = history.start(matrix @ known @ np.array([[1.0], [-2.0], [0.5]]))
    assert np.abs(start.residual).max() < 1e-9
    assert history.extended(known[:, :1], matrix @ known[:, :1], 3).solutions.shape == (20, 3)


def test_compressed_loads_are_spanned() -> None:
    rng = np.random.default_rng(11)
    loads = rng.standard_normal((50, 2)) @ rng.standard_normal((2, 9))
    packed = compress(loads, 1e-8)
    assert packed.basis.shape == (50, 2)
    np.testing.assert_allclose(packed.basis @ packed.weights, loads, atol=1e-12)


def test_compressed_loads_lose_at_most_a_tenth_of_the_tolerance() -> None:
    """Directions that fall off by decades: those above the bound are kept, to a column's norm."""
    rng, tolerance = np.random.default_rng(12), 1e-6
    (left, _), (right, _) = (np.linalg.qr(rng.standard_normal((n, 12))) for n in (60, 12))
    loads = left @ (10.0 ** -np.arange(12.0)[:, None] * right.T)
    packed = compress(loads, tolerance)
    lost = np.linalg.norm(packed.basis @ packed.weights - loads, axis=0)
    assert packed.basis.shape[1] < 12
    assert np.all(lost <= 0.1 * tolerance * np.linalg.norm(loads, axis=0))


def test_indefinite_matrices_are_noticed() -> None:
    start = History.empty(4).start(np.ones((4, 1)))
    with pytest.raises(ConvergenceError, match="positive"):
        solve_columns(lambda x: -x, lambda x: x, start, np.array([1e-8]))


def test_largest_eigenvalue_is_a_close_upper_bound() -> None:
    solver = diffusion(cube(3))
    matrix, inverse = solver.rigidity, 1 / solver.rigidity.diagonal()
    true = np.linalg.eigvals(inverse[:, None] * matrix.toarray()).real.max()
    bound = largest_eigenvalue(matrix.__matmul__, inverse)
    assert true <= bound <= 1.1 * true


@needs_numba
@pytest.mark.parametrize("degree", [1, 2, 3, 4])
def test_compiled_smoothing_is_numpys(degree: int) -> None:
    rng = np.random.default_rng(13)
    matrix = np.diag(rng.uniform(1, 2, 30)) + 0.05 * rng.standard_normal((30, 30))
    start, residual = rng.standard_normal((2, 30, 3))
    plain, compiled = (
        Chebyshev(
            apply=matrix.__matmul__,
            inverse=1 / matrix.diagonal(),
            largest=2.0,
            degree=degree,
            compiled=kind,
        ).smooth(residual.copy(), start.copy())
        for kind in (False, True)
    )
    np.testing.assert_allclose(compiled, plain, rtol=0, atol=1e-13 * np.abs(plain).max())


@pytest.mark.parametrize("degree", [1, 2, 3, 4])
def test_smoothing_meets_the_optimal_bound(degree: int) -> None:
    """Nearly max x p^2 / (1 - p^2) = 1 / (4 / pi^2 (2 m + 1)^2 - 2 / 3) (Lottes)."""
    x = np.linspace(1e-3, 1.0, 400)
    smoother = Chebyshev(
        apply=lambda z: x[:, None] * z, inverse=np.ones(len(x)), largest=1.0, degree=degree
    )
    ones = np.ones((len(x), 1))
    p = 1 - x * smoother.smooth(ones.copy())[:, 0]
    assert np.abs(p).max() < 1
    bound = 1 / (4 / np.pi**2 * (2 * degree + 1) ** 2 - 2 / 3)
    assert (x * p**2 / (1 - p**2)).max() == pytest.approx(bound, rel=0.01)


def test_aggregation_reaches_the_limit_on_elements(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two coarsenings of a linear elastic body still contract the error."""
    monkeypatch.setattr(aggregation, "DIRECT", 60)
    cells, space = body(cube(6), order=1)
    held = planes_held(space.nodes)
    matrix = cells.vertex_matrix()
    levels = aggregate(matrix, space.nodes, held)
    assert len(levels.levels) >= 2
    right = np.where(held, 0.0, np.random.default_rng(12).standard_normal(len(held)))
    free = np.flatnonzero(~held)
    expected = np.zeros(len(held))
    expected[free] = spsolve(sparse.csc_array(matrix[free][:, free]), right[free])
    error = levels.cycle(right[:, None].astype(np.float32))[:, 0] - expected
    energy = [float(e @ (matrix @ e)) for e in (error, expected)]
    assert energy[0] < 0.3 * energy[1]


def test_memory_estimate_is_near_the_truth() -> None:
    cells, space = body(cube(8))
    held, loads = planes_held(space.nodes), eigenstrain_loads(cells, space, 10)
    tracemalloc.start()
    make(cells, held).solve(loads)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    estimate = elastic_memory(len(cells.cell_dofs), cells.size, 10)
    assert 0.5 < estimate / peak < 2.0
