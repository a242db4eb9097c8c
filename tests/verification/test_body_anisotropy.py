"""Diffusion that depends on direction, N = -D T grad c with the crystal's ratio tensor T.

theta = theta_0 - A (1 - x.Q.x) + 2 A tr(D Q) t is exact with the flux -2 A n.(D Q x) through the
surface: quadratic elements on straight cells hold it to rounding. A spheroid whose D_i follow its
squared half-axes is a stretched sphere (Crank's series). Turning a body with its crystals changes
no scalar.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pytest
from reference import assert_close
from series import sphere_held

import particle_sim as ps
from particle_sim.constants import REFERENCE_TEMPERATURE
from particle_sim.fem.body_mesh import BodyMesh, Symmetry
from particle_sim.flux import SurfaceResponse, SurfaceState
from particle_sim.materials.functions import LinearTable
from particle_sim.particle.crystal import Crystal
from particle_sim.particle.discretise import discretised
from particle_sim.particle.run import ParticleRun
from particle_sim.particle.shapes import outlines
from particle_sim.particle.stiffness import hexagonal_stiffness
from particle_sim.units import Array

SIZE, DIFFUSIVITY, FULL = 1e-6, 1e-14, 2e4
UNIT = SIZE**2 / DIFFUSIVITY
DEPTH, START, END = 0.2, 0.5, 0.1
TURN = ps.crystal.rotation(("x", 35.0), ("z", 20.0))
AROUND = ps.crystal.rotation(("z", 25.0))
RATIO = (1.0, 0.5, 0.25)


@dataclass(frozen=True, kw_only=True)
class GivenFlux:
    """A flux that differs from point to point and stays the same in time."""

    flux: Array
    duration: float
    initial_site_fraction: float = START
    temperature: float = REFERENCE_TEMPERATURE
    held_site_fraction: None = None
    total: None = None
    voltage_limits: None = None

    @property
    def breaks(self) -> Array:
        return np.array([0.0, self.duration])

    @property
    def largest(self) -> float:
        return float(np.abs(self.flux).max())

    def respond(self, state: SurfaceState) -> SurfaceResponse:
        return SurfaceResponse(flux=self.flux)


def material(**more: float) -> ps.Material:
    return ps.material_from_values(maximum_concentration=FULL, diffusivity=DIFFUSIVITY, **more)


def in_plane(mesh: BodyMesh, tensor: Array) -> Array:
    """The part of a tensor (3, 3) that the mesh's coordinates see."""
    keep = [0, 2] if mesh.symmetry is Symmetry.AXISYMMETRIC else list(range(mesh.dimension))
    return tensor[np.ix_(keep, keep)]


def quadratic_error(
    mesh: BodyMesh, crystal: Crystal, ratio: tuple[float, float, float], turn: Array
) -> float:
    """Largest error of theta at the end; ``ratio`` and ``turn`` make the expected tensor."""
    tensor = turn @ np.diag(ratio) @ turn.T
    shape = np.diag(1 / np.array([SIZE, SIZE, 2 * SIZE]) ** 2)
    d, q = in_plane(mesh, tensor), in_plane(mesh, shape)
    rate = 2 * DEPTH * DIFFUSIVITY * np.trace(tensor @ shape)
    if mesh.symmetry is Symmetry.PLANE:
        rate = 2 * DEPTH * DIFFUSIVITY * np.trace(d @ q)
    body = ps.Particle(material=material(), mesh=mesh, crystal=crystal)
    closed = ps.constant_flux(0.0, 1.0, initial_site_fraction=START)
    system = discretised(body, {"surface": closed})
    facets = system.space.boundary("surface")
    out = facets.points * system.scales.length @ (d @ q).T
    flux = -2 * DEPTH * DIFFUSIVITY * FULL * np.einsum("fqa,fqa->fq", facets.normals, out)

    def filling(x: Array) -> Array:
        return START - DEPTH * (1 - np.einsum("na,ab,nb->n", x, q, x))

    run = ps.solve_particle(
        body,
        GivenFlux(flux=flux, duration=END * UNIT),
        initial_site_fraction=filling,
        times=[END * UNIT],
        limits=None,
    )
    assert run.balances.sodium <= 1e-12
    expected = filling(run.nodes) + rate * END * UNIT
    return float(np.abs(run.site_fraction[-1] - expected).max())


def spheroid(*, curved: bool) -> BodyMesh:
    return ps.shapes.spheroid(SIZE, 2 * SIZE, cell_size=SIZE / 2, curved=curved)


def section(*, curved: bool) -> BodyMesh:
    return ps.shapes.spheroid_section(SIZE, 2 * SIZE, cell_size=SIZE / 4, curved=curved)


def disc(*, curved: bool) -> BodyMesh:
    return ps.shapes.disc(SIZE, cell_size=SIZE / 4, curved=curved)


Shape = Callable[..., BodyMesh]
ROUND = (0.5, 0.5, 2.0)
CASES = {
    "spheroid": (spheroid, RATIO, TURN),
    "section": (section, ROUND, np.eye(3)),
    "disc": (disc, RATIO, AROUND),
}


@pytest.mark.parametrize(("curved", "tolerance"), [(False, 1e-10), (True, 1e-2)])
@pytest.mark.parametrize("name", list(CASES))
def test_quadratic_state(name: str, curved: bool, tolerance: float) -> None:
    shape, ratio, turn = CASES[name]
    crystal = Crystal(diffusivity_ratio=ratio, orientations=turn)
    error = quadratic_error(shape(curved=curved), crystal, ratio, turn)
    assert error <= tolerance, f"theta: error {error:.1e} exceeds {tolerance:.0e}"


@pytest.mark.parametrize("name", list(CASES))
def test_quadratic_state_notices_a_ratio(name: str) -> None:
    shape, ratio, turn = CASES[name]
    crystal = Crystal(diffusivity_ratio=(ratio[0], ratio[1], 1.01 * ratio[2]), orientations=turn)
    if name == "disc":
        crystal = Crystal(diffusivity_ratio=(ratio[0], 1.01 * ratio[1], 1.0), orientations=turn)
    assert quadratic_error(shape(curved=False), crystal, ratio, turn) > 1e-5


@pytest.mark.parametrize("name", ["spheroid", "disc"])
def test_quadratic_state_notices_a_turn(name: str) -> None:
    shape, ratio, turn = CASES[name]
    crystal = Crystal(diffusivity_ratio=ratio, orientations=turn.T)
    assert quadratic_error(shape(curved=False), crystal, ratio, turn) > 1e-3


def check_stretched_sphere(mesh: BodyMesh, ratio: float, tolerance: float) -> None:
    """Held at the surface; theta over the step at every node, rho^2 = (r/a)^2 + (z/b)^2."""
    body = ps.Particle(
        material=material(), mesh=mesh, crystal=Crystal(diffusivity_ratio=(1.0, 1.0, ratio))
    )
    times = np.array([0.05, 0.1]) * UNIT
    held = ps.surface.FixedConcentration(
        site_fraction=0.9, duration=times[-1], initial_site_fraction=0.1
    )
    run = ps.solve_particle(body, held, times=times, tolerance=1e-5)
    axes = SIZE * np.array([1.0, 2.0] if mesh.dimension == 2 else [1.0, 1.0, 2.0])
    rho = np.minimum(np.linalg.norm(run.nodes / axes, axis=1), 1.0)
    for tau in (0.05, 0.1):
        index = int(np.argmin(np.abs(run.time - tau * UNIT)))
        taken = (run.site_fraction[index] - 0.1) / 0.8
        assert_close("theta", taken, sphere_held(rho, tau), scale=1.0, tolerance=tolerance)


LONG: dict[str, tuple[Callable[[], BodyMesh], float]] = {
    "section": (
        lambda: ps.shapes.spheroid_section(SIZE, 2 * SIZE, cell_size=SIZE / 8, half=True),
        5e-4,
    ),
    "solid": (lambda: ps.shapes.spheroid(SIZE, 2 * SIZE, cell_size=SIZE / 5, octant=True), 1e-2),
}


@pytest.mark.parametrize("name", list(LONG))
def test_stretched_sphere(name: str) -> None:
    mesh, tolerance = LONG[name]
    check_stretched_sphere(mesh(), 4.0, tolerance)


@pytest.mark.parametrize(("name", "ratio"), [("section", 3.96), ("solid", 1.0)])
def test_stretched_sphere_notices(name: str, ratio: float) -> None:
    mesh, tolerance = LONG[name]
    with pytest.raises(AssertionError, match="exceeds"):
        check_stretched_sphere(mesh(), ratio, tolerance)


GRAINS = ps.crystal.random_orientations(3, seed=5)
BETA = (4e-7, 1e-7, -6e-7)
STIFFNESS = hexagonal_stiffness(205e9, 60e9, 40e9, 120e9, 35e9)


def turned_run(mesh: BodyMesh, body_turn: Array, crystal_turn: Array) -> ParticleRun:
    """Stress-driven diffusion in three grains, body and crystals turned by two rotations."""
    d = mesh.dimension
    turns = GRAINS if d == 3 else np.stack([AROUND, np.eye(3), AROUND.T])
    first, second, third = (LinearTable((0.0, 1.0), (0.0, b * FULL)) for b in BETA)
    crystal = Crystal(
        stiffness=STIFFNESS,
        strain=(first, second, third),
        diffusivity_ratio=RATIO,
        orientations=crystal_turn @ turns,
    )
    body = ps.Particle(
        material=material(),
        mesh=replace(mesh, points=mesh.points @ body_turn[:d, :d].T),
        physics=(ps.physics.fickian_diffusion, ps.physics.stress_drift),
        crystal=crystal,
    )
    held = ps.surface.FixedConcentration(
        site_fraction=0.4, duration=0.05 * UNIT, initial_site_fraction=0.5
    )
    return ps.solve_particle(body, held, times=[0.05 * UNIT], tolerance=1e-3)


def check_turned(mesh: BodyMesh, body_turn: Array, crystal_turn: Array) -> None:
    """Filling, principal stresses and energy, to rounding."""
    still = turned_run(mesh, np.eye(3), np.eye(3))
    moved = turned_run(mesh, body_turn, crystal_turn)
    for name in ("site_fraction", "principal_stress", "von_mises_stress"):
        first, second = getattr(still, name), getattr(moved, name)
        scale = np.abs(first).max()
        assert_close(name, second, first, scale=scale, tolerance=1e-9)
    energies = moved.strain_energy_history(), still.strain_energy_history()
    assert_close("energy", *energies, scale=energies[1].max(), tolerance=1e-9)


BODIES: dict[str, tuple[Callable[[], BodyMesh], Array]] = {
    "ball": (
        lambda: ps.shapes.polycrystal(outlines.ball(SIZE), grains=3, seed=1, cell_size=SIZE / 2),
        ps.crystal.rotation(("y", 50.0), ("z", -70.0)),
    ),
    "disc": (
        lambda: ps.shapes.polycrystal(outlines.disc(SIZE), grains=3, seed=1, cell_size=SIZE / 3),
        ps.crystal.rotation(("z", 40.0)),
    ),
}


@pytest.mark.parametrize("name", list(BODIES))
def test_turned_body(name: str) -> None:
    mesh, turn = BODIES[name]
    check_turned(mesh(), turn, turn)


@pytest.mark.parametrize("name", list(BODIES))
def test_turned_body_notices_crystals_that_stay(name: str) -> None:
    mesh, turn = BODIES[name]
    with pytest.raises(AssertionError, match="exceeds"):
        check_turned(mesh(), turn, np.eye(3))
