"""What touches a body from outside: pressure, an infinite matrix and a thin coating.

Thick sphere under inner and outer pressure (Lame; Timoshenko & Goodier, Theory of Elasticity,
section 136); a ball or wire that swells in an infinite matrix, sigma = -4 G u/R (-2 G u/R), u/R =
3 K e/(3 K + 4 G); a thin coating as a membrane against the radial shell that is resolved.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from reference import Inputs, assert_close, load, spoiled

import particle_sim as ps
from particle_sim.fem.body_mesh import BodyMesh
from particle_sim.particle.mechanics import Matrix, MechanicalBoundary, Shell
from particle_sim.particle.run import ParticleRun
from particle_sim.particle.stiffness import stress_tensor
from particle_sim.units import Array

PRESSURE = load("W1")
FULL, RADIUS = 2e4, 1e-6
SECTION, SOLID = ps.shapes.ball_section, ps.shapes.ball


def elastic(modulus: float, ratio: float, **more: float) -> ps.Material:
    values = {"maximum_concentration": FULL, "diffusivity": 1e-14, **more}
    return ps.material_from_values(**values, youngs_modulus=modulus, poisson_ratio=ratio)


def filled(body: ps.Particle[BodyMesh], filling: float) -> ParticleRun:
    run = ps.solve_stress(body, lambda x: np.full(len(x), filling))
    assert run.balances.equilibrium <= 1e-9
    return run


def directions(mesh: BodyMesh) -> Array:
    """Unit vectors (40, d) all over the octant or the quarter meridian."""
    drawn = np.abs(np.random.default_rng(3).normal(size=(40, mesh.dimension)))
    return np.asarray(drawn / np.linalg.norm(drawn, axis=1)[:, None])


def radial_and_hoop(run: ParticleRun, radius: float, region: int = 0) -> tuple[Array, Array]:
    """sigma_r and the mean hoop stress in 40 directions."""
    unit = directions(run.particle.mesh)
    tensors = stress_tensor(run.at(radius * unit, region=region).stress.values[0])
    if unit.shape[1] == 2:  # a meridian's r and z are the first and third axis
        unit = np.stack([unit[:, 0], np.zeros(len(unit)), unit[:, 1]], axis=1)
    radial = np.einsum("pi,pij,pj->p", unit, tensors, unit)
    return radial, 0.5 * (np.trace(tensors, axis1=1, axis2=2) - radial)


def spread(values: Array, expected: float) -> float:
    """Root mean square error over the directions."""
    return float(np.sqrt(np.mean((values - expected) ** 2)))


def check_pressure(inputs: Inputs, mesh: BodyMesh, order: int, tolerance: float) -> None:
    boundary = MechanicalBoundary(pressure=inputs["Po"], inner_pressure=inputs["Pi"])
    body = ps.Particle(material=elastic(1e6, 0.3), mesh=mesh, mechanics=boundary, order=order)
    run = filled(body, 0.0)
    for row in PRESSURE["rows"]:
        both = radial_and_hoop(run, row["r"])
        for values, name in zip(both, ("sigma_r", "sigma_theta"), strict=True):
            error = spread(values, row[name])
            assert_close(name, error, 0.0, scale=2e5, tolerance=tolerance)


THICK = {"inner_radius": PRESSURE["inputs"]["ri"]}


@pytest.mark.parametrize(
    ("shape", "cell", "order", "tolerance"),
    [
        (lambda h: SECTION(10.0, **THICK, cell_size=h, half=True), 0.5, 2, 1e-3),
        (lambda h: SECTION(10.0, **THICK, cell_size=h), 1.0, 3, 1e-3),
        (lambda h: SOLID(10.0, **THICK, cell_size=h, octant=True), 1.0, 2, 3e-2),
        (lambda h: SOLID(10.0, **THICK, cell_size=h, octant=True), 1.5, 3, 1e-2),
    ],
)
def test_pressurised_thick_sphere(
    shape: Callable[[float], BodyMesh], cell: float, order: int, tolerance: float
) -> None:
    check_pressure(PRESSURE["inputs"], shape(cell), order, tolerance)


@pytest.mark.parametrize("wrong", [{"Pi": -1.0}, {"Po": 1.002}])
def test_pressurised_thick_sphere_notices(wrong: dict[str, float]) -> None:
    mesh = SECTION(10.0, **THICK, cell_size=0.5, half=True)
    with pytest.raises(AssertionError, match="exceeds"):
        check_pressure(spoiled(PRESSURE["inputs"], **wrong), mesh, 2, 1e-3)


SWELLING = 0.01


def swollen(mesh: BodyMesh, boundary: MechanicalBoundary) -> ParticleRun:
    material = elastic(1e10, 0.3, partial_molar_volume=3 * SWELLING / FULL)
    return filled(ps.Particle(material=material, mesh=mesh, mechanics=boundary), 1.0)


def matrix_stress(matrix: Matrix, *, plane: bool) -> float:
    """sigma = M (u/R) - 3 K e = -n G u/R: M = 3 K, n = 4 (ball), M = 2 (lambda + mu), n = 2 (wire).

    e is the free swelling; the wire does not stretch along its axis.
    """
    shear, bulk = 1e10 / 2.6, 1e10 / (3 * (1 - 0.6))
    stiff = 2 * (bulk + shear / 3) if plane else 3 * bulk
    spring = (2 if plane else 4) * matrix.shear_modulus
    return -spring * 3 * bulk * SWELLING / (stiff + spring)


BODIES: dict[str, Callable[[], BodyMesh]] = {
    "section": lambda: SECTION(RADIUS, cell_size=RADIUS / 4),
    "half section": lambda: SECTION(RADIUS, cell_size=RADIUS / 4, half=True),
    "ball": lambda: SOLID(RADIUS, cell_size=RADIUS / 3),
    "octant": lambda: SOLID(RADIUS, cell_size=RADIUS / 4, octant=True),
    "disc": lambda: ps.shapes.disc(RADIUS, cell_size=RADIUS / 4),
    "quarter": lambda: ps.shapes.disc(RADIUS, cell_size=RADIUS / 4, quarter=True),
}


def check_matrix(name: str, given: Matrix, true: Matrix, tolerance: float = 1e-4) -> None:
    """Uniform pressure in the plane of the section or in the ball, no shear, everywhere."""
    run = swollen(BODIES[name](), MechanicalBoundary(matrix=given))
    plane = name in ("disc", "quarter")
    expected = matrix_stress(true, plane=plane)
    normal = run.stress[0, :, : 2 if plane else 3]
    assert_close("stress", normal, expected, scale=expected, tolerance=tolerance)
    assert_close("shear", run.stress[0, :, 3:], 0.0, scale=expected, tolerance=tolerance)


def still_sphere(boundary: MechanicalBoundary) -> Array:
    """Stress at the centre of the same sphere along its radius."""
    material = elastic(1e10, 0.3, partial_molar_volume=3 * SWELLING / FULL)
    body = ps.Particle(material=material, mesh=ps.shapes.sphere(RADIUS), mechanics=boundary)
    surface = ps.constant_flux(0.0, 1e-9, initial_site_fraction=1.0)
    return np.asarray(ps.solve_particle(body, surface, limits=None).stress[-1, 0, 0])


HARD = Matrix(youngs_modulus=3e10, poisson_ratio=0.25)


@pytest.mark.parametrize("name", list(BODIES))
def test_matrix(name: str) -> None:
    check_matrix(name, HARD, HARD)


def test_matrix_around_a_radial_sphere() -> None:
    expected = matrix_stress(HARD, plane=False)
    taken = still_sphere(MechanicalBoundary(matrix=HARD))
    assert_close("stress", taken, expected, scale=expected, tolerance=1e-9)


@pytest.mark.parametrize("name", ["section", "octant", "disc"])
def test_matrix_notices(name: str) -> None:
    softer = Matrix(youngs_modulus=3e10, poisson_ratio=0.251)
    with pytest.raises(AssertionError, match="exceeds"):
        check_matrix(name, softer, HARD)


def coating(thickness: float, misfit: float = 0.004) -> MechanicalBoundary:
    shell = Shell(
        thickness=thickness * RADIUS, youngs_modulus=5e10, poisson_ratio=0.2, misfit_strain=misfit
    )
    return MechanicalBoundary(shell=shell)


def check_coating(mesh: BodyMesh, tolerance: float, misfit: float = 0.004) -> None:
    """The membrane's own closed form, and order 1 in t/R against the resolved radial shell."""
    errors = []
    for thickness in (0.04, 0.02, 0.01):
        run = swollen(mesh, coating(thickness, misfit))
        core, skin = 1e10 / (1 - 0.6), 2 * thickness * 5e10 / (1 - 0.2)
        expected = core * ((core * SWELLING + skin * 0.004) / (core + skin) - SWELLING)
        normal = run.stress[0, :, :3]
        assert_close("membrane", normal, expected, scale=expected, tolerance=tolerance)
        centre = run.at(np.zeros((1, mesh.dimension))).stress.values[0, 0, 0]
        errors.append(abs(centre / still_sphere(coating(thickness)) - 1))
    assert errors[-1] <= 0.01, f"the membrane differs by {errors[-1]:.1e} from the shell"
    order = float(np.log2(errors[1] / errors[2]))
    assert order >= 0.9, f"order in the thickness is {order:.2f}"


@pytest.mark.parametrize(
    ("mesh", "tolerance"),
    [
        (lambda: SECTION(RADIUS, cell_size=RADIUS / 6, half=True), 1e-3),
        (lambda: SOLID(RADIUS, cell_size=RADIUS / 4, octant=True), 2e-2),
    ],
)
def test_thin_coating(mesh: Callable[[], BodyMesh], tolerance: float) -> None:
    check_coating(mesh(), tolerance)


@pytest.mark.parametrize("misfit", [0.0041, -0.004])
def test_thin_coating_notices(misfit: float) -> None:
    with pytest.raises(AssertionError, match="exceeds"):
        check_coating(BODIES["half section"](), 3e-3, misfit)
