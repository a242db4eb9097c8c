"""Growth and decay of small waves in a half-filled regular solution, and its free energy.

growth(k) = -D x0 (1 - x0) (f2 k^2 + lam^2 k^4), f2 = 1/(x0 (1 - x0)) - 2 chi (Cahn, Acta Metall. 9
(1961) 795), with no-flux and natural boundaries: k L = n pi in a slab, tan(k R) = k R in a sphere,
J1(k R) = 0 in a cylinder. The free energy of a closed particle never rises (Gibbs).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from reference import RT, Case, assert_close, assert_gates, load, molar_volume, radial_space
from scipy.special import j0

import particle_sim as ps
from particle_sim.fem.mesh import Mesh
from particle_sim.materials.material import Material
from particle_sim.metrics.peak_strain_energy_density import strain_energy_history
from particle_sim.particle.run import ParticleRun
from particle_sim.transport.term import PhysicsTerm
from particle_sim.units import Array

CASE = load("H4")
LENGTH, FULL, DIFFUSIVITY = CASE["inputs"]["lam"], 2e4, CASE["inputs"]["D"]
SHAPES: dict[str, Callable[..., Mesh]] = {
    "sphere": ps.shapes.sphere,
    "cylinder": ps.shapes.cylinder,
    "slab": ps.shapes.slab,
}
ROOTS = {"sphere": 4.493409457909064, "cylinder": 3.8317059702075125, "slab": np.pi}
LIMITS = {
    "sphere": CASE["Rcrit_sphere_radial"],
    "cylinder": CASE["Rcrit_cylinder_radial"],
    "slab": CASE["Lcrit_slab"],
}


def material(chi: float, gradient: float = 1.0, volume: float = 0.0) -> Material:
    return ps.material_from_values(
        maximum_concentration=FULL,
        diffusivity=DIFFUSIVITY,
        partial_molar_volume=volume,
        regular_solution_parameter=chi,
        gradient_coefficient=gradient * LENGTH**2 * RT * FULL,
    )


def wave(shape: str, x: Array) -> Array:
    """First radial eigenmode of a shape over x = r/R."""
    y = ROOTS[shape] * x
    if shape == "sphere":
        return np.asarray(np.sinc(y / np.pi))
    return np.asarray(j0(y) if shape == "cylinder" else np.cos(y))


def perturbed(mesh: Mesh, shape: str, chi: float, gradient: float) -> tuple[Array, Array]:
    """Times [s] and amplitudes of the first mode, started at 1e-4."""
    start = 0.5 + 1e-4 * wave(shape, radial_space(mesh, 3).nodes[:, 0] / mesh.outer)
    body = ps.Particle(
        material=material(chi, gradient),
        mesh=mesh,
        physics=[ps.physics.phase_separation],
        order=3,
    )
    times = [0.05, 0.1, 0.15]
    closed = ps.constant_flux(0.0, times[-1], initial_site_fraction=0.5)
    run = ps.solve_particle(body, closed, initial_site_fraction=start, times=times, tolerance=1e-8)
    assert_gates(run)
    shape_at_nodes = wave(shape, run.radius / mesh.outer)
    weights = run.volume_weights * shape_at_nodes
    return run.time, (run.site_fraction - 0.5) @ weights / (shape_at_nodes @ weights)


def check_growth(row: Case, chi: float, gradient: float = 1.0, mobility: float = 1.0) -> None:
    size = row["slab_L_over_lam"] * LENGTH
    mesh = ps.shapes.slab(size, cells=int(2 * row["slab_L_over_lam"]), grading=1.0)
    time, amplitude = perturbed(mesh, "slab", chi, gradient)
    rate = mobility * np.log(amplitude[-1] / amplitude[0]) / (time[-1] - time[0])
    expected = row["growth_rate_1_s"]
    assert_close("growth", rate, expected, scale=expected, tolerance=1e-2)
    k = np.pi * row["mode"] / size
    closed = -DIFFUSIVITY * 0.25 * ((4 - 2 * 3.0) * k**2 + LENGTH**2 * k**4)
    assert_close("growth, closed form", rate, closed, scale=closed, tolerance=1e-2)


def check_critical_size(shape: str, chi: float, gradient: float = 1.0) -> None:
    """The first mode dies 2 % below the critical size and grows 2 % above it."""
    for factor, sign in ((0.98, -1.0), (1.02, 1.0)):
        mesh = SHAPES[shape](factor * LIMITS[shape], cells=10, grading=1.0)
        _, amplitude = perturbed(mesh, shape, chi, gradient)
        growth = sign * np.log(amplitude[-1] / amplitude[0])
        assert growth > 0, f"{shape} at {factor} of the critical size has the wrong stability"


def free_energy(run: ParticleRun, chi: float, gradient: float) -> Array:
    """R T c_max int f dV + kappa/2 int |grad x|^2 dV + elastic energy [J/m2] (t,)."""
    space = run.elasticity.sodium
    local = run.site_fraction[:, space.cell_dofs]
    x = local @ space.values.T
    slope = np.einsum("eqi,tei->teq", space.gradients[..., 0], local) / run.length
    density = x * np.log(x) + (1 - x) * np.log(1 - x) + chi * x * (1 - x)
    total = RT * FULL * (density + gradient * LENGTH**2 / 2 * slope**2)
    chemical = np.einsum("teq,eq->t", total, space.weights) * run.length
    return np.asarray(chemical + strain_energy_history(run))


def check_energy_falls(
    term: PhysicsTerm, coupling: float, flux: float = 0.0, started: str = "waves"
) -> None:
    """From scattered waves, through growth and coarsening, with chi = 3."""
    volume = molar_volume(coupling, modulus=1e10, ratio=0.3, concentration=FULL)
    mesh = ps.shapes.slab(20 * LENGTH, cells=60, grading=1.0)
    x = radial_space(mesh, 2).nodes[:, 0] / mesh.outer
    waves = np.sum([0.02 * np.cos(n * np.pi * x + 0.7 * n**2) for n in range(1, 7)], axis=0)
    start = 0.5 + (waves if started == "waves" else 0.4 * np.tanh(10 * (x - 0.5)))
    body = ps.Particle(material=material(3.0, 1.0, volume), mesh=mesh, physics=[term])
    history = ps.constant_flux(flux, 20.0, initial_site_fraction=0.5)
    run = ps.solve_particle(body, history, initial_site_fraction=start, tolerance=1e-5)
    assert_gates(run)
    energy = free_energy(run, 3.0, 1.0)
    rise = float(np.diff(energy).max()) / (energy.max() - energy.min())
    assert rise <= 1e-9, f"free energy rises by {rise:.1e} of its fall"


FASTEST = {
    "slab_L_over_lam": np.pi / (CASE["k_fastest"] * LENGTH),
    "mode": 1,
    "growth_rate_1_s": CASE["growth_fastest"],
}


@pytest.mark.parametrize(
    "row", [*CASE["slab_modes"], FASTEST], ids=lambda row: f"{row['slab_L_over_lam']:.1f}"
)
def test_growth_rate(row: Case) -> None:
    check_growth(row, 3.0)


@pytest.mark.parametrize(
    ("chi", "gradient", "mobility"), [(3.05, 1.0, 1.0), (3.0, 1.2, 1.0), (3.0, 1.0, 1.02)]
)
def test_growth_rate_notices(chi: float, gradient: float, mobility: float) -> None:
    with pytest.raises(AssertionError, match="exceeds"):
        check_growth(CASE["slab_modes"][1], chi, gradient, mobility)


@pytest.mark.parametrize("shape", list(SHAPES))
def test_critical_size(shape: str) -> None:
    check_critical_size(shape, 3.0)


@pytest.mark.parametrize("shape", list(SHAPES))
@pytest.mark.parametrize(("chi", "gradient"), [(3.1, 1.0), (2.9, 1.0), (3.0, 1.1)])
def test_critical_size_notices(shape: str, chi: float, gradient: float) -> None:
    with pytest.raises(AssertionError, match="stability"):
        check_critical_size(shape, chi, gradient)


def test_free_energy_falls() -> None:
    check_energy_falls(ps.physics.phase_separation, 0.0)


def test_free_energy_with_coherency_falls() -> None:
    check_energy_falls(ps.physics.coherent_phase_separation, 1.0)


def test_free_energy_notices_plain_diffusion() -> None:
    with pytest.raises(AssertionError, match="free energy rises"):
        check_energy_falls(ps.physics.fickian_diffusion, 0.0, started="boundary")


def test_free_energy_notices_an_open_surface() -> None:
    with pytest.raises(AssertionError, match="free energy rises"):
        check_energy_falls(ps.physics.phase_separation, 0.0, flux=-2e-6)


def test_free_energy_notices_stress_left_out_of_the_potential() -> None:
    with pytest.raises(AssertionError, match="free energy rises"):
        check_energy_falls(ps.physics.phase_separation, 1.8)
