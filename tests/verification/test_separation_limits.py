"""Where phase separation vanishes, in size and in rate: closed forms against simulations."""

from __future__ import annotations

import numpy as np
import pytest
from reference import RT, load

import particle_sim as ps
from particle_sim.materials.load import load_material
from particle_sim.materials.material import Material
from particle_sim.materials.property import assumed
from particle_sim.studies import separation
from particle_sim.studies.separation import fastest_separating_rate, smallest_separating_radius

CASE = load("H4")["inputs"]
LAMBDA, FULL = CASE["lam"], 2e4
ONE_SIDED_RADIUS = 1.4718964894701974e-9
"""Critical radius of the l = 1 mode at chi = 3, theta = 1/2, without stress [m]."""


def material(chi: float = CASE["chi"]) -> Material:
    plain = ps.material_from_values(
        maximum_concentration=FULL,
        diffusivity=CASE["D"],
        open_circuit_potential=3.4,
        regular_solution_parameter=chi,
        gradient_coefficient=LAMBDA**2 * RT * FULL,
    )
    return plain.replaced(
        one_c_current=assumed("one_c_current", 1e5, "A/kg"),
        density=assumed("density", 3000.0, "kg/m^3"),
    )


def test_smallest_radius_is_the_reference() -> None:
    assert smallest_separating_radius(material()) == pytest.approx(ONE_SIDED_RADIUS, rel=1e-9)
    assert smallest_separating_radius(material(chi=2.0)) == np.inf
    assert fastest_separating_rate(material(chi=1.9)) == 0.0


def spread(body: Material, c_rate: float, noise: float = separation.NOISE) -> float:
    """Largest difference of filling in a slab of 40 lambda, open on one side, while it charges.

    The flux is shared out evenly over time; a cosine of the fastest wave is the noise.
    """
    thickness = 40 * LAMBDA
    mesh = ps.shapes.slab(thickness, cells=60, grading=1.0)
    seconds = 1 / (c_rate * separation._filling_rate(body))
    flux = 0.9 * FULL * thickness / seconds
    run = ps.solve_particle(
        ps.Particle(material=body, mesh=mesh, physics=[ps.physics.phase_separation]),
        ps.constant_flux(flux, seconds, initial_site_fraction=0.95),
        initial_site_fraction=lambda r: 0.95 + noise * np.cos(r / LAMBDA),
        tolerance=1e-3,
        limits=None,
    )
    return float(np.ptp(run.site_fraction, axis=1).max())


def test_slow_charging_separates() -> None:
    body = material()
    rate = 0.01 * fastest_separating_rate(body)
    assert spread(body, rate) > 0.6


def test_rate_scales_as_diffusivity_over_gradient_coefficient() -> None:
    """D/lambda^2 sets the time: twice the D, twice the rate; 4 times kappa, a quarter."""
    body = material()
    base = fastest_separating_rate(body)
    faster = body.replaced(diffusivity=assumed("diffusivity", 2 * CASE["D"], "m^2/s"))
    kappa = 4 * body.value("gradient_coefficient")
    wider = body.replaced(gradient_coefficient=assumed("gradient_coefficient", kappa, "J/m"))
    assert fastest_separating_rate(faster) == pytest.approx(2 * base, rel=1e-12)
    assert fastest_separating_rate(wider) == pytest.approx(base / 4, rel=1e-12)


def test_limits_notice_another_interaction() -> None:
    other = material(chi=3.3)
    assert smallest_separating_radius(other) != pytest.approx(ONE_SIDED_RADIUS, rel=0.05)


def test_nvp_separates_down_to_nanometres_and_up_to_high_rates() -> None:
    """Central numbers: no size or rate in use suppresses the reaction without elastic energy."""
    nvp = load_material("nvp")
    assert 1e-9 < smallest_separating_radius(nvp) < 1e-8
    assert fastest_separating_rate(nvp) > 50
