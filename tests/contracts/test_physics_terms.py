"""What every physics term promises: exact slopes, a law in words, and conserved sodium."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import particle_sim as ps
from particle_sim import transport
from particle_sim.materials.functions import Polynomial
from particle_sim.materials.load import load_material
from particle_sim.materials.material import Material
from particle_sim.transport.term import Flux, PhysicsTerm, Point
from particle_sim.units import Array

TERMS = {name: t for name, t in vars(transport).items() if isinstance(t, PhysicsTerm)}
EDGE_DISTANCE = 0.03
"""In theta, from the boundary between two plateaus, where potentials jump"""


def varying(material: Material, diffusivity: float) -> Material:
    """The material with a diffusivity that rises by a half and bends."""
    coefficients = (diffusivity, 0.8 * diffusivity, -0.3 * diffusivity)
    function = Polynomial(coefficients)
    return material.replaced(diffusivity=replace(material["diffusivity"], function=function))


MATERIALS = {
    "three plateaus": varying(load_material("he_v"), 2.5e-15),
    "two plateaus": varying(load_material("nvp"), 5e-16),
    "one plateau": varying(
        ps.material_from_values(
            maximum_concentration=2e4,
            diffusivity=1e-15,
            youngs_modulus=8e10,
            partial_molar_volume=3e-6,
            open_circuit_potential=3.4,
            regular_solution_parameter=2.6,
            gradient_coefficient=5e-10,
        ),
        1e-15,
    ),
}


def coefficients(term: PhysicsTerm, material: Material, theta: Array) -> Flux:
    return term.flux(Point(site_fraction=theta, temperature=310.0), material)


def inside(material: Material) -> Array:
    theta = np.linspace(0.02, 0.98, 97)
    edges = np.array([step.start for step in material.steps])
    distance = np.abs(theta[:, None] - edges).min(axis=1)
    return np.asarray(theta[distance > EDGE_DISTANCE])


def check_slope(what: str, value: tuple[Array, Array], slope: Array) -> None:
    """``value`` is given a step of 1e-5 below and above."""
    difference = (value[1] - value[0]) / 2e-5
    scale = np.abs(difference).max()
    error = float(np.abs(slope - difference).max())
    assert error <= 1e-5 * scale, f"slope of the {what}: {error / max(scale, 1e-300):.1e} off"


@pytest.mark.parametrize("material", list(MATERIALS))
@pytest.mark.parametrize("name", list(TERMS))
def test_slopes_are_derivatives(name: str, material: str) -> None:
    term, body = TERMS[name], MATERIALS[material]
    theta = inside(body)
    below, middle, above = (coefficients(term, body, theta + s) for s in (-1e-5, 0.0, 1e-5))
    pair = (below.diffusivity, above.diffusivity)
    check_slope("diffusivity", pair, middle.diffusivity_slope)
    assert (middle.mobility is None) == (middle.mobility_slope is None)
    if middle.mobility_slope is not None:
        assert below.mobility is not None
        assert above.mobility is not None
        check_slope("mobility", (below.mobility, above.mobility), middle.mobility_slope)


def test_slopes_notice_one_part_in_ten_thousand() -> None:
    theta = np.linspace(0.1, 0.9, 9)
    pair = ((theta - 1e-5) ** 2, (theta + 1e-5) ** 2)
    check_slope("square", pair, 2 * theta)
    with pytest.raises(AssertionError, match="slope of the square"):
        check_slope("square", pair, 2.0002 * theta)


@pytest.mark.parametrize("name", list(TERMS))
def test_terms_are_named_and_say_their_law(name: str) -> None:
    assert TERMS[name].name == name
    assert len(TERMS[name].law.split()) >= 3


def test_laws_differ() -> None:
    assert len({term.law for term in TERMS.values()}) == len(TERMS)


@pytest.mark.parametrize("name", list(TERMS))
def test_a_term_that_reads_a_potential_has_a_mobility(name: str) -> None:
    flux = coefficients(TERMS[name], MATERIALS["two plateaus"], np.array([0.3, 0.4]))
    assert (flux.mobility is not None) == bool(TERMS[name].potentials)
    assert flux.diffusivity.shape == flux.diffusivity_slope.shape == (2,)


@pytest.mark.parametrize("name", list(TERMS))
def test_sodium_is_conserved(name: str) -> None:
    """What is inside changes by what passed the surface, N t 3/(R c_max)."""
    term, material = TERMS[name], MATERIALS["two plateaus"]
    alone = bool(coefficients(term, material, np.array([0.4])).diffusivity.any())
    terms = (term,) if alone else (transport.fickian_diffusion, term)
    radius = 1e-7
    per_filling = material.maximum_concentration * radius / 3
    # 20 s at a rate that moves 1 % of the window
    surface = ps.constant_flux(0.01 * per_filling / 20, 20.0, initial_site_fraction=0.6)
    body = ps.Particle(
        material=material, mesh=ps.shapes.sphere(radius, cells=20, grading=1.0), physics=terms
    )
    run = ps.solve_particle(body, surface, tolerance=1e-3)
    assert run.balances.sodium <= 1e-12
    assert run.mean_site_fraction[-1] == pytest.approx(0.59, abs=1e-12)
    assert np.ptp(run.site_fraction[-1]) > 1e-4
    assert term.law in body.law
