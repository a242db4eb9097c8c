"""Does our particle give what PyBaMM's own particle gives, and do half cells show what is printed?

PyBaMM resolves a Fickian sphere by finite volumes and knows the hoop stress of its surface,
Omega E (c_mean - c_surface) / (3 (1 - nu)) (Ai et al., J. Electrochem. Soc. 167 (2020) 013512,
eq. 8). Its flux, handed to our particle, must give the same surface filling and the same stress.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pytest

import particle_sim as ps
from particle_sim.cell.run import CellEnd, CellRun
from particle_sim.cell.solve import import_pybamm
from particle_sim.constants import FARADAY
from particle_sim.materials.load import load_record
from particle_sim.materials.material import Material
from particle_sim.particle.run import ParticleRun
from particle_sim.protocols.step import Protocol
from particle_sim.units import Array

SLOW = {"diffusivity": "6.25e-18 m^2/s"}
"""At 1C on NVP's 0.25 um: N R / (2 D c_max) = 0.3, the difference from centre to surface."""
COARSE, FINE = 20, 400
COARSE_TOLERANCE, FINE_TOLERANCE = 3e-4, 1e-5
EARLY, LATE = (0.1, 0.25), (0.5, 0.75, 0.95)
"""Of the run, where surface fillings are compared. Late, at D t / R^2 > 0.2, the profile is a
parabola; early, 20 points do not resolve the layer that grows from the surface."""

PLATEAUS = {"nvp": (3.37, 1.63), "he_v": (4.03, 3.43, 1.67)}
"""Zhang et al. (Energy Environ. Sci., 2025, d5ee00877h): text and Fig. 3a [V vs Na]."""
CAPACITIES = {"nvp": 155.2, "he_v": 170.0}
"""The same, 0.2C [mA h/g]."""
PLATEAU_TOLERANCE, CAPACITY_TOLERANCE = 0.010, 0.01


# the same Fickian sphere


def slow_material() -> Material:
    return load_record("nvp", overrides=SLOW).material


@cache
def slow_cell(radial_points: int) -> CellRun:
    cell = ps.half_cell(slow_material(), radial_points=radial_points)
    return ps.solve_cell(cell, ps.protocols.charge(1.0))


def our_particle(material: Material, cell: CellRun, times: Array) -> ParticleRun:
    mesh = ps.shapes.sphere(material.value("particle_radius"), cells=40)
    body = ps.Particle(material=material, mesh=mesh)
    flux = cell.positive.surface_flux
    return ps.solve_particle(body, flux, times=times, tolerance=1e-6, limits=None)


def surface_errors(
    material: Material, cell: CellRun, shares: tuple[float, ...]
) -> tuple[float, float]:
    """Largest |theta_surface - PyBaMM's| at some times, and the gradient that was there."""
    places = (np.array(shares) * (len(cell.time) - 1)).astype(int)
    run = our_particle(material, cell, cell.time[places])
    ours = np.interp(cell.time[places], run.time, run.site_fraction[:, -1])
    error = np.abs(ours - cell.positive.surface_site_fraction[places]).max()
    return float(error), float(np.ptp(run.site_fraction, axis=1).max())


def check_surface(
    material: Material, radial_points: int, shares: tuple[float, ...], tolerance: float
) -> None:
    error, spread = surface_errors(material, slow_cell(radial_points), shares)
    assert spread > 0.25, f"the gradient is only {spread:.2f}, the comparison says little"
    assert error <= tolerance, f"surface filling: {error:.2e} exceeds {tolerance:.0e}"


CASES = [(COARSE, LATE, COARSE_TOLERANCE), (FINE, (*EARLY, *LATE), FINE_TOLERANCE)]


@pytest.mark.parametrize(("radial_points", "shares", "tolerance"), CASES)
def test_surface_filling_is_pybamms(
    radial_points: int, shares: tuple[float, ...], tolerance: float
) -> None:
    check_surface(slow_material(), radial_points, shares, tolerance)


@pytest.mark.parametrize(("radial_points", "shares", "tolerance"), CASES)
def test_surface_filling_notices_a_diffusivity(
    radial_points: int, shares: tuple[float, ...], tolerance: float
) -> None:
    material = slow_material()
    wrong = material["diffusivity"].with_magnitude(1.01 * material.value("diffusivity"))
    with pytest.raises(AssertionError, match="exceeds"):
        check_surface(material.replaced(diffusivity=wrong), radial_points, shares, tolerance)


def test_pybamm_comes_closer_as_its_grid_is_refined() -> None:
    """Second order in space: four times the points, sixteen times closer."""
    coarse, middle = (surface_errors(slow_material(), slow_cell(n), LATE)[0] for n in (20, 80))
    order = np.log(coarse / middle) / np.log(4.0)
    assert 1.8 < order < 2.2


def test_mean_filling_is_the_flux_that_passed() -> None:
    cell = slow_cell(COARSE)
    material, flux = cell.cell.material, cell.positive.surface_flux
    per_filling = material.maximum_concentration * material.value("particle_radius") / 3
    passed = np.array([flux.passed(0.0, float(t)) for t in cell.time[1::40]]) / per_filling
    lost = cell.positive.mean_site_fraction[0] - cell.positive.mean_site_fraction[1::40]
    assert np.abs(passed - lost).max() <= 1e-5


# surface hoop stress of PyBaMM's particle mechanics


@dataclass(frozen=True, kw_only=True)
class Electrode:
    """One electrode of PyBaMM's Ai2020 cell: its particle, flux, and the stress at its surface."""

    material: Material
    radius: float
    flux: ps.SurfaceFlux
    time: Array
    hoop: Array


@cache
def ai2020(name: str, points: int, stress_diffusion: str = "false") -> Electrode:
    """A 1C discharge of the SPM for 1800 s, every option spelled out."""
    pybamm = import_pybamm()
    model = pybamm.lithium_ion.SPM(
        {"particle mechanics": "swelling only", "stress-induced diffusion": stress_diffusion}
    )
    parameters = pybamm.ParameterValues("Ai2020")
    simulation = pybamm.Simulation(
        model,
        parameter_values=parameters,
        solver=pybamm.IDAKLUSolver(rtol=1e-8, atol=1e-10),
        var_pts={"x_n": 5, "x_s": 5, "x_p": 5, "r_n": points, "r_p": points},
    )
    solution = simulation.solve(np.linspace(0.0, 1800.0, 61))
    return _electrode(name, parameters, solution)


def _electrode(name: str, parameters: Any, solution: Any) -> Electrode:
    title = name.capitalize()

    def entries(text: str) -> Array:
        return np.asarray(solution[text].entries, dtype=float)

    highest = float(parameters[f"Maximum concentration in {name} electrode [mol.m-3]"])
    volume = float(parameters[f"{title} electrode partial molar volume [m3.mol-1]"])
    start = float(entries(f"Average {name} particle stoichiometry")[0])
    current = entries(f"X-averaged {name} electrode interfacial current density [A.m-2]")
    time = entries("Time [s]")
    return Electrode(
        material=ps.material_from_values(
            maximum_concentration=highest,
            diffusivity=_diffusivity(title, parameters, highest),
            youngs_modulus=float(parameters[f"{title} electrode Young's modulus [Pa]"]),
            poisson_ratio=float(parameters[f"{title} electrode Poisson's ratio"]),
            partial_molar_volume=volume,
        ),
        radius=float(parameters[f"{title} particle radius [m]"]),
        flux=ps.SurfaceFlux(time=time, flux=current / FARADAY, initial_site_fraction=start),
        time=time,
        hoop=entries(f"X-averaged {name} particle surface tangential stress [Pa]"),
    )


def _diffusivity(title: str, parameters: Any, highest: float) -> float:
    """The electrode's diffusivity, which Ai2020 keeps constant [m2/s]."""
    pybamm = import_pybamm()
    function = parameters[f"{title} particle diffusivity [m2.s-1]"]
    kelvin = pybamm.Scalar(298.15)
    at = [float(parameters.evaluate(function(pybamm.Scalar(x), kelvin))) for x in (0.2, 0.8)]
    assert at[0] == at[1], "Ai2020's diffusivity was constant"
    return at[0]


def check_hoop(material: Material, electrode: Electrode, tolerance: float = 1e-3) -> None:
    """At ten times from 60 s on: before, even 400 points smear the layer at the surface."""
    places = np.searchsorted(electrode.time, np.linspace(60.0, 1799.0, 10))
    times, hoop = electrode.time[places], electrode.hoop[places]
    mesh = ps.shapes.sphere(electrode.radius, cells=40)
    body = ps.Particle(material=material, mesh=mesh)
    run = ps.solve_particle(body, electrode.flux, times=times, tolerance=1e-6)
    ours = np.interp(times, run.time, run.stress[:, -1, 1])
    error = np.abs(ours - hoop).max() / np.abs(hoop).max()
    assert error <= tolerance, f"hoop stress: {error:.2e} exceeds {tolerance:.0e}"


@pytest.mark.parametrize("name", ["negative", "positive"])
def test_surface_hoop_stress_is_pybamms(name: str) -> None:
    electrode = ai2020(name, FINE)
    check_hoop(electrode.material, electrode)


@pytest.mark.parametrize("name", ["negative", "positive"])
def test_surface_hoop_stress_notices_a_poisson_ratio(name: str) -> None:
    electrode = ai2020(name, FINE)
    ratio = electrode.material["poisson_ratio"]
    wrong = electrode.material.replaced(
        poisson_ratio=ratio.with_magnitude(1.02 * electrode.material.value("poisson_ratio"))
    )
    with pytest.raises(AssertionError, match="exceeds"):
        check_hoop(wrong, electrode)


@pytest.mark.parametrize("name", ["negative", "positive"])
def test_surface_hoop_stress_notices_stress_in_the_diffusion(name: str) -> None:
    electrode = ai2020(name, FINE, "true")
    with pytest.raises(AssertionError, match="exceeds"):
        check_hoop(electrode.material, electrode)


# half cells at low rate


@cache
def low_rate(name: str, direction: str, c_rate: float = 0.05) -> CellRun:
    protocol: dict[str, Callable[[float], Protocol]] = {
        "charge": ps.protocols.charge,
        "discharge": ps.protocols.discharge,
    }
    cell = ps.half_cell(ps.load_material(name), radial_points=COARSE)
    return ps.solve_cell(cell, protocol[direction](c_rate))


def check_plateaus(run: CellRun, printed: tuple[float, ...]) -> None:
    """The voltage half way along every plateau is the printed one."""
    steps = run.cell.material.steps
    assert len(steps) == len(printed)
    filling = run.positive.mean_site_fraction
    order = np.argsort(filling)
    for step, expected in zip(steps, printed, strict=True):
        middle = step.start + 0.5 * step.share
        voltage = float(np.interp(middle, filling[order], run.voltage[order]))
        error = abs(voltage - expected)
        assert error <= PLATEAU_TOLERANCE, f"plateau at {voltage:.3f} V, printed {expected} V"


def check_capacity(run: CellRun, printed: float) -> None:
    error = abs(run.capacity[-1] / printed - 1)
    assert error <= CAPACITY_TOLERANCE, f"capacity {run.capacity[-1]:.1f}, printed {printed} mAh/g"


@pytest.mark.parametrize("direction", ["charge", "discharge"])
@pytest.mark.parametrize("name", list(PLATEAUS))
def test_half_cell_shows_the_printed_plateaus(name: str, direction: str) -> None:
    run = low_rate(name, direction)
    check_plateaus(run, PLATEAUS[name])
    check_capacity(run, CAPACITIES[name])
    ends = {"charge": CellEnd.UPPER_VOLTAGE, "discharge": CellEnd.LOWER_VOLTAGE}
    assert run.end is ends[direction]


@pytest.mark.parametrize("name", list(PLATEAUS))
def test_plateaus_notice_polarisation(name: str) -> None:
    with pytest.raises(AssertionError, match="printed"):
        check_plateaus(low_rate(name, "charge", 2.0), PLATEAUS[name])


@pytest.mark.parametrize("name", list(PLATEAUS))
def test_capacity_notices_a_density(name: str) -> None:
    """Capacity per mass is c_max F / rho: a density 2 % too high must show."""
    material = ps.load_material(name)
    density = material["density"]
    heavy = density.with_magnitude(1.02 * density.magnitude)
    cell = ps.half_cell(material.replaced(density=heavy), radial_points=COARSE)
    run = ps.solve_cell(cell, ps.protocols.charge(0.05))
    with pytest.raises(AssertionError, match="printed"):
        check_capacity(run, CAPACITIES[name])
