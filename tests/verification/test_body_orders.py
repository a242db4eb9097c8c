"""Orders of accuracy in space of sodium, displacement and stress.

Decaying eigenmodes of closed bodies: theta = 1/2 + A exp(-m^2 tau) mode. In a ball (tan m = m) and
a disc (J1(m) = 0) the stress follows from the mean inside r; waves in rectangles, boxes and rods
test straight cells. Elements of order p: theta converges with p + 1; displacement and stress with
the lower of theta's order and that of their own element, which in sections is one above theta's
and in 3-D the same, at least 2. Parabolic edges, their normals off by h^3, bound the
orders in a ball to about 4, 3.8 and 3.4.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest
from reference import elastic_material, stress_scale
from scipy.special import j0, j1

import particle_sim as ps
from particle_sim.fem.body_mesh import BodyMesh, Symmetry
from particle_sim.particle.run import ParticleRun
from particle_sim.particle.stiffness import VOIGT
from particle_sim.units import Array

INPUTS = {"E": 1e10, "nu": 0.3, "Omega": 3e-6, "D": 1e-14, "cmax": 2e4, "R": 1e-6}
SIZE = INPUTS["R"]
UNIT = SIZE**2 / INPUTS["D"]
HEIGHT, END = 0.2, 0.01
SLACK = 0.3  # meshes of two sizes are not alike
SPHERE, WIRE = 4.493409457909064, 3.8317059702075125


def ball_mode(y: Array) -> tuple[Array, Array]:
    """sin y/y and its mean inside y."""
    y = np.maximum(y, 1e-2)
    return np.sin(y) / y, 3 * (np.sin(y) - y * np.cos(y)) / y**3


def wire_mode(y: Array) -> tuple[Array, Array]:
    """J0(y) and its mean inside y."""
    y = np.maximum(y, 1e-4)
    return np.asarray(j0(y)), np.asarray(2 * j1(y) / y)


def round_state(x: Array, symmetry: Symmetry, amplitude: float) -> tuple[Array, Array, Array]:
    """theta (n,), displacement (n, d) [m] and stress (n, 6) over S of a mode at points x (n, d)."""
    radius = np.maximum(np.linalg.norm(x, axis=1), 1e-12 * SIZE)
    plane, ratio = symmetry is Symmetry.PLANE, INPUTS["nu"]
    y = ROOTS[symmetry] * radius / SIZE
    value, inside = (amplitude * part for part in (wire_mode(y) if plane else ball_mode(y)))
    stretch = (1 + ratio) / (1 - ratio) * INPUTS["Omega"] * INPUTS["cmax"] / 9
    stretch *= 1.5 if plane else 1.0
    radial = -inside / 2 if plane else -2 * inside / 3
    hoop = (inside - 2 * value) / 2 if plane else (inside - 3 * value) / 3
    normal = np.zeros((len(x), 3))
    places = [0, 2] if symmetry is Symmetry.AXISYMMETRIC else slice(x.shape[1])
    normal[:, places] = x / radius[:, None]
    across = normal[:, :, None] * normal[:, None, :]
    along = np.diag([1.0, 1.0, 0.0 if plane else 1.0]) - across
    tensor = radial[:, None, None] * across + hoop[:, None, None] * along
    if plane:
        tensor[:, 2, 2] = -value
    stress = np.stack([tensor[:, i, j] for i, j in VOIGT], axis=1)
    return 0.5 + value, stretch * inside[:, None] * x, stress


ROOTS = {Symmetry.PLANE: WIRE, Symmetry.AXISYMMETRIC: SPHERE, Symmetry.SOLID: SPHERE}


def wave_state(x: Array, symmetry: Symmetry, amplitude: float) -> Array:
    """theta of cos(pi x) cos(pi y) cos(pi z) in a unit box, J0(m r) cos(pi z) in a rod."""
    scaled = x / SIZE
    waves = np.cos(np.pi * scaled)
    if symmetry is Symmetry.AXISYMMETRIC:
        waves[:, 0] = j0(WIRE * scaled[:, 0])
    return np.asarray(0.5 + amplitude * waves.prod(axis=1))


def wave_rate(symmetry: Symmetry) -> float:
    """m^2."""
    return (
        WIRE**2 + np.pi**2 if symmetry is Symmetry.AXISYMMETRIC else (symmetry.dimension * np.pi**2)
    )


def decayed(mesh: BodyMesh, order: int, start: Callable[[Array], Array]) -> ParticleRun:
    """A closed body at the end, so precise in time that only space matters."""
    material = elastic_material(INPUTS, stress_free_concentration=0.5 * INPUTS["cmax"])
    surface = ps.constant_flux(0.0, END * UNIT, initial_site_fraction=0.5)
    return ps.solve_particle(
        ps.Particle(material=material, mesh=mesh, order=order),
        surface,
        on=mesh.surfaces[:1],
        initial_site_fraction=start,
        times=[END * UNIT],
        tolerance=1e-9,
    )


def volume_error(run: ParticleRun, error: Array) -> float:
    """Volume L2 norm of a field (n, k) at the quadrature points."""
    weights = run.elasticity.sodium.weights.ravel()
    return float(np.sqrt(weights @ (error**2).sum(axis=1) / weights.sum()))


def at_points(run: ParticleRun) -> tuple[Array, Array, Array, Array]:
    """Quadrature points [m], theta (n, 1), displacement (n, d) and recovered stress (n, 6)."""
    space, sodium = run.elasticity.space, run.elasticity.sodium
    d = space.mesh.dimension
    theta = run.site_fraction[-1][sodium.cell_dofs] @ sodium.values.T
    moved = np.einsum("qi,eia->eqa", space.values, run.displacement[-1][space.cell_dofs])
    stress = np.einsum("qi,eik->eqk", sodium.values, run.stress[-1][run.points.cell_points])
    points = (sodium.points * run.length).reshape(-1, d)
    return points, theta.reshape(-1, 1), moved.reshape(-1, d), stress.reshape(-1, 6)


def round_errors(run: ParticleRun, decay: float) -> tuple[float, ...]:
    """L2 errors of theta, of the displacement up to a shift, and of the stress over S."""
    kind = run.particle.mesh.symmetry
    assert run.balances.sodium <= 1e-12
    assert run.balances.equilibrium <= 1e-9
    points, theta, moved, stress = at_points(run)
    amplitude = HEIGHT * np.exp(-decay * ROOTS[kind] ** 2 * END)
    exact, path, pull = round_state(points, kind, amplitude)
    weights = run.elasticity.sodium.weights.ravel()
    shift = moved - path
    shift = shift - weights @ shift / weights.sum()
    scaled = stress / stress_scale(INPUTS, INPUTS["cmax"])
    largest = float(np.abs(path).max())
    return (
        volume_error(run, theta - exact[:, None]),
        volume_error(run, shift) / largest,
        volume_error(run, scaled - pull),
    )


def wave_errors(run: ParticleRun, decay: float) -> tuple[float, ...]:
    """L2 error of theta."""
    kind = run.particle.mesh.symmetry
    points, theta, _, _ = at_points(run)
    exact = wave_state(points, kind, HEIGHT * np.exp(-decay * wave_rate(kind) * END))
    return (volume_error(run, theta - exact[:, None]),)


@dataclass(frozen=True, kw_only=True)
class Family:
    """Meshes by their number of cells across, the numbers to use (twice them for order 1), and
    what to measure."""

    shape: Callable[[float], BodyMesh]
    cells: tuple[float, float]
    errors: Callable[[ParticleRun, float], tuple[float, ...]]


FAMILIES = {
    "ball section": Family(
        shape=lambda n: ps.shapes.ball_section(SIZE, cell_size=SIZE / n, half=True),
        cells=(6, 12),
        errors=round_errors,
    ),
    "disc": Family(
        shape=lambda n: ps.shapes.disc(SIZE, cell_size=SIZE / n, quarter=True),
        cells=(6, 12),
        errors=round_errors,
    ),
    "ball": Family(
        shape=lambda n: ps.shapes.ball(SIZE, cell_size=SIZE / n, octant=True),
        cells=(3, 5),
        errors=round_errors,
    ),
    "rectangle": Family(
        shape=lambda n: ps.shapes.rectangle((SIZE, SIZE), cells=(int(n), int(n))),
        cells=(4, 8),
        errors=wave_errors,
    ),
    "rod": Family(
        shape=lambda n: ps.shapes.rectangle(
            (SIZE, SIZE), cells=(int(n), int(n)), symmetry=Symmetry.AXISYMMETRIC
        ),
        cells=(5, 10),
        errors=wave_errors,
    ),
    "box": Family(
        shape=lambda n: ps.shapes.box((SIZE, SIZE, SIZE), cells=(int(n),) * 3),
        cells=(2, 4),
        errors=wave_errors,
    ),
}


@cache
def run_of(name: str, cells: float, order: int) -> ParticleRun:
    """One run serves the test and the twins that read it wrongly."""
    mesh = FAMILIES[name].shape(cells)

    def start(x: Array) -> Array:
        if FAMILIES[name].errors is wave_errors:
            return wave_state(x, mesh.symmetry, HEIGHT)
        return round_state(x, mesh.symmetry, HEIGHT)[0]

    return decayed(mesh, order, start)


def expected_orders(name: str, order: int) -> tuple[float, ...]:
    """Of theta, displacement and stress."""
    if FAMILIES[name].errors is wave_errors:
        return (order + 1.0,)
    element = max(2, order) if name == "ball" else order + 1
    own = order + 1.0
    return min(own, 4.0), min(own, element + 1.0, 3.8), min(own, element, 3.4)


def check_orders(name: str, order: int, elements: int, decay: float = 1.0) -> None:
    """``order`` is expected, ``elements`` are used."""
    family = FAMILIES[name]
    finer = 2 if elements == 1 else 1
    runs = [run_of(name, finer * n, elements) for n in family.cells]
    sizes = [run.particle.mesh.cell_sizes.mean() for run in runs]
    coarse, fine = (family.errors(run, decay) for run in runs)
    for k, least in enumerate(expected_orders(name, order)):
        found = np.log(coarse[k] / fine[k]) / np.log(sizes[0] / sizes[1])
        what = ("theta", "the displacement", "the stress")[k]
        assert found >= least - SLACK, f"order of {what} is {found:.2f}"


CASES = [
    (name, order)
    for name, family in FAMILIES.items()
    for order in ((1, 2, 3) if name in ("ball", "box") else (1, 2, 3, 4))
]


@pytest.mark.parametrize(("name", "order"), CASES)
def test_orders(name: str, order: int) -> None:
    check_orders(name, order, order)


@pytest.mark.parametrize(("name", "order"), [c for c in CASES if 1 < c[1] < 4])
def test_orders_notice_lower_elements(name: str, order: int) -> None:
    with pytest.raises(AssertionError, match="order of"):
        check_orders(name, order, order - 1)


@pytest.mark.parametrize("name", list(FAMILIES))
def test_orders_notice_a_wrong_decay(name: str) -> None:
    with pytest.raises(AssertionError, match="order of"):
        check_orders(name, 2, 2, decay=1.1)
