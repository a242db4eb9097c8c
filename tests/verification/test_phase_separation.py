"""Cahn-Hilliard equilibrium: binodals, boundary width and energy, with and without coherency.

f/(R T c_max) = x ln x + (1 - x) ln(1 - x) + chi x (1 - x) + (lam^2/2)|grad x|^2. Planar boundary by
its first integral (Cahn & Hilliard, J. Chem. Phys. 28 (1958) 258); coherency lowers chi by
k c_max/2 (Cahn, Acta Metall. 9 (1961) 795). Dimensional numbers: lithium iron phosphate with the
parameters of Smith & Bazant, J. Electrochem. Soc. 164 (2017) E3291.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from reference import RT, Case, assert_close, assert_gates, load, molar_volume, radial_space
from scipy.optimize import brentq

import particle_sim as ps
from particle_sim.constants import AVOGADRO, GAS_CONSTANT
from particle_sim.particle.run import ParticleRun

BOUNDARY, COHERENT, PHOSPHATE = load("H1"), load("H2"), load("H3")
find_root: Callable[..., float] = brentq
LENGTH, FULL, MODULUS, RATIO = 1e-9, 2e4, 1e10, 0.3


@dataclass(frozen=True, kw_only=True)
class Solution:
    """A regular solution; ``coupling`` is k c_max, 0 without coherency stress."""

    chi: float
    coupling: float = 0.0
    gradient: float = LENGTH**2 * RT * FULL
    concentration: float = FULL
    temperature: float = 298.15

    @property
    def energy(self) -> float:
        """R T c_max [J/m3]."""
        return GAS_CONSTANT * self.temperature * self.concentration

    @property
    def length(self) -> float:
        """lam = sqrt(kappa/(R T c_max)) [m]."""
        return float(np.sqrt(self.gradient / self.energy))


def common_tangent(chi: float) -> float:
    """Low binodal: ln(x/(1 - x)) + chi (1 - 2 x) = 0 below the spinodal."""
    spinodal = 0.5 * (1 - np.sqrt(1 - 2 / chi))
    return float(find_root(lambda x: np.log(x / (1 - x)) + chi * (1 - 2 * x), 1e-12, spinodal))


def local_energy(x: np.ndarray, chi: float) -> np.ndarray:
    return np.asarray(x * np.log(x) + (1 - x) * np.log(1 - x) + chi * x * (1 - x))


def relaxed(solution: Solution, chi: float, widths: float) -> ParticleRun:
    """A closed slab, half full, relaxed from a steep boundary; ``chi`` sets the start."""
    scale = solution.temperature / 298.15
    volume = molar_volume(
        solution.coupling * scale,
        modulus=MODULUS,
        ratio=RATIO,
        concentration=solution.concentration,
    )
    material = ps.material_from_values(
        maximum_concentration=solution.concentration,
        diffusivity=1e-16,
        youngs_modulus=MODULUS,
        poisson_ratio=RATIO,
        partial_molar_volume=volume,
        regular_solution_parameter=solution.chi,
        gradient_coefficient=solution.gradient,
    )
    size = widths * solution.length
    mesh = ps.shapes.slab(size, cells=int(3 * widths), grading=1.0)
    x = radial_space(mesh, 3).nodes[:, 0]
    reach = 0.5 - common_tangent(chi) if chi > 2 else 0.05
    start = 0.5 + 0.98 * reach * np.tanh((x - size / 2) / (1.5 * solution.length))
    physics = ps.physics.coherent_phase_separation
    if not solution.coupling:
        physics = ps.physics.phase_separation
    body = ps.Particle(material=material, mesh=mesh, physics=[physics], order=3)
    closed = ps.constant_flux(
        0.0,
        40 * size**2 / 1e-16,
        initial_site_fraction=0.5,
        temperature=solution.temperature,
    )
    run = ps.solve_particle(body, closed, initial_site_fraction=start, tolerance=1e-4)
    assert_gates(run)
    assert abs(run.mean_site_fraction[-1] - run.mean_site_fraction[0]) <= 1e-10
    return run


def boundary_numbers(run: ParticleRun, chi: float) -> dict[str, float]:
    """Binodal, width by the steepest slope, 10-90 width [m], energy over R T c_max [m]."""
    z = np.linspace(0.0, run.particle.mesh.outer, 20001)
    x = run.profile(z).site_fraction.values[-1]
    slope, span = np.gradient(x, z, edge_order=2), x[-1] - x[0]
    rise = np.interp([x[0] + 0.1 * span, x[0] + 0.9 * span], x, z)
    squared = run.particle.material.value("gradient_coefficient") / (
        GAS_CONSTANT * run.temperature * run.particle.material.maximum_concentration
    )
    excess = local_energy(x, chi) - local_energy(x[[0]], chi) + squared / 2 * slope**2
    return {
        "binodal": float(x[0]),
        "high": float(x[-1]),
        "slope_width": float(span / slope.max()),
        "rise_width": float(rise[1] - rise[0]),
        "gamma": float(np.sum((excess[1:] + excess[:-1]) / 2) * (z[1] - z[0])),
    }


def widths_for(chi: float) -> float:
    return 60.0 if chi < 2.3 else 36.0 if chi < 2.7 else 24.0


def check_boundary(row: Case, solution: Solution) -> None:
    found = boundary_numbers(relaxed(solution, row["chi"], widths_for(row["chi"])), row["chi"])
    for low in (row["x_binodal_low"], common_tangent(row["chi"])):
        assert_close("low binodal", found["binodal"], low, scale=1.0, tolerance=1e-4)
        assert_close("high binodal", found["high"], 1 - low, scale=1.0, tolerance=1e-4)
    expected = {
        "slope_width": row["width_slope_over_lam"] * LENGTH,
        "rise_width": row["width_10_90_over_lam"] * LENGTH,
        "gamma": row["gamma_over_RTcmax_lam"] * LENGTH,
    }
    for name, value in expected.items():
        assert_close(name, found[name], value, scale=value, tolerance=1e-2)


def check_profile(row: Case, solution: Solution) -> None:
    """The whole boundary, x at a distance z lam from its middle."""
    run = relaxed(solution, row["chi"], widths_for(row["chi"]))
    middle = run.particle.mesh.outer / 2
    points = np.array([point["z"] for point in row["profile_lowside"]])
    x = run.profile(middle - points * LENGTH).site_fraction.values[-1]
    expected = [point["x"] for point in row["profile_lowside"]]
    assert_close("profile", x, expected, scale=1.0, tolerance=1e-3)


def check_coherent(row: Case, solution: Solution) -> None:
    if row.get("phase_separates", True):
        run = relaxed(solution, row["chi_eff"], widths_for(row["chi_eff"]))
        found = boundary_numbers(run, row["chi_eff"])
        for low in (row["coherent_binodal_low"], common_tangent(row["chi_eff"])):
            assert_close("low binodal", found["binodal"], low, scale=1.0, tolerance=1e-4)
            assert_close("high binodal", found["high"], 1 - low, scale=1.0, tolerance=1e-4)
    else:
        run = relaxed(solution, row["chi_eff"], 24.0)
        assert_close("spread", np.ptp(run.site_fraction[-1]), 0.0, scale=1.0, tolerance=1e-4)


def check_dimensional(row: Case, solution: Solution) -> None:
    """Binodal, gamma [J/m2] and width [m] from dimensional inputs."""
    effective = solution.chi - solution.coupling / 2
    run = relaxed(solution, row["chi"], widths_for(row["chi"]))
    found = boundary_numbers(run, effective)
    low = row["x_binodal_low"]
    assert_close("low binodal", found["binodal"], low, scale=1.0, tolerance=1e-4)
    gamma = found["gamma"] * solution.energy
    expected = row["gamma_J_m2"]
    assert_close("gamma", gamma, expected, scale=expected, tolerance=1e-2)
    for name, key in (("slope_width", "width_slope_m"), ("rise_width", "width_10_90_m")):
        assert_close(name, found[name], row[key], scale=row[key], tolerance=1e-2)


def phosphate(row: Case, *, gradient: float = 1.0, stiffness: float = 1.0) -> Solution:
    inputs, energy = PHOSPHATE["inputs"], row["RTcmax_J_m3"]
    thermal = GAS_CONSTANT / AVOGADRO * row["T"]
    coupling = stiffness * inputs["B"] / energy if row["kind"] == "coherent" else 0.0
    return Solution(
        chi=inputs["Omega_a"] / thermal,
        coupling=coupling,
        gradient=gradient * inputs["kappa"],
        concentration=inputs["rho_s"] / AVOGADRO,
        temperature=row["T"],
    )


@pytest.mark.parametrize("row", BOUNDARY["rows"], ids=lambda row: str(row["chi"]))
def test_boundary(row: Case) -> None:
    check_boundary(row, Solution(chi=row["chi"]))


@pytest.mark.parametrize("row", BOUNDARY["rows"], ids=lambda row: str(row["chi"]))
def test_profile(row: Case) -> None:
    check_profile(row, Solution(chi=row["chi"]))


@pytest.mark.parametrize("check", [check_boundary, check_profile])
@pytest.mark.parametrize(("chi", "gradient"), [(3.05, 1.0), (3.0, 1.1)])
def test_boundary_notices(
    check: Callable[[Case, Solution], None], chi: float, gradient: float
) -> None:
    wrong = Solution(chi=chi, gradient=gradient * LENGTH**2 * RT * FULL)
    row = next(entry for entry in BOUNDARY["rows"] if entry["chi"] == 3.0)
    with pytest.raises(AssertionError, match="exceeds"):
        check(row, wrong)


@pytest.mark.parametrize("row", COHERENT["rows"], ids=lambda row: str(row["theta_hat"]))
def test_coherency_shift(row: Case) -> None:
    check_coherent(row, Solution(chi=3.0, coupling=row["theta_hat"]))


@pytest.mark.parametrize("row", COHERENT["rows"][1:], ids=lambda row: str(row["theta_hat"]))
def test_coherency_shift_notices(row: Case) -> None:
    with pytest.raises(AssertionError, match="exceeds"):
        check_coherent(row, Solution(chi=3.0, coupling=0.9 * row["theta_hat"]))


@pytest.mark.parametrize("row", PHOSPHATE["rows"], ids=lambda row: f"{row['T']}-{row['kind']}")
def test_iron_phosphate(row: Case) -> None:
    check_dimensional(row, phosphate(row))


@pytest.mark.parametrize("row", PHOSPHATE["rows"][:2], ids=lambda row: row["kind"])
def test_iron_phosphate_notices_the_gradient_energy(row: Case) -> None:
    with pytest.raises(AssertionError, match="exceeds"):
        check_dimensional(row, phosphate(row, gradient=1.05))


def test_iron_phosphate_notices_the_stiffness() -> None:
    row = PHOSPHATE["rows"][1]
    with pytest.raises(AssertionError, match="exceeds"):
        check_dimensional(row, phosphate(row, stiffness=1.05))
