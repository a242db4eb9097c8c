"""Crack driving forces in the steady parabola sigma_theta = S (1 - 2 x^2)/5 of a sphere.

Penny crack at the centre, K = (2 S/5) sqrt(a/pi) (1 - 4 a^2/(3 R^2)) (Sneddon, Proc. R. Soc. A 187
(1946) 229), edge crack K = 1.12 sigma sqrt(pi a), G = K^2 (1 - nu^2)/E, strain energy
W = 4 pi R^3 S^2 (1 - nu)/(175 E), and Paris growth integrated in closed form.
"""

from __future__ import annotations

import numpy as np
import pytest
from reference import Inputs, assert_close, assert_gates, column, elastic_material, load, spoiled

import particle_sim as ps
from particle_sim.metrics import fracture
from particle_sim.metrics.peak_strain_energy_density import (
    peak_strain_energy_density,
    strain_energy_history,
)
from particle_sim.particle.run import ParticleRun

CASE = load("O1")


def steady_run(inputs: Inputs, sign: float) -> ParticleRun:
    """Long enough at constant flux for the parabola; negative is insertion."""
    body = ps.Particle(
        material=elastic_material(inputs), mesh=ps.shapes.sphere(inputs["R"], cells=30, grading=5)
    )
    duration = inputs["R"] ** 2 / inputs["D"]
    surface = ps.constant_flux(sign * inputs["J"], duration, initial_site_fraction=0.5)
    run = ps.solve_particle(body, surface, limits=None, tolerance=1e-6)
    assert_gates(run)
    return run


def check_cracks(inputs: Inputs, sign: float = -1.0) -> None:
    rows, reference, scale = CASE["rows"], CASE["inputs"], CASE["S_Pa"]
    inserting, removing = steady_run(inputs, sign), steady_run(inputs, -sign)
    tension = float(removing.stress[-1, -1, 1])
    assert_close("surface hoop", tension, scale / 5, scale=scale / 5, tolerance=5e-3)
    for row in rows:
        size, ratio = row["a_m"], row["a_over_R"]
        intensity = fracture.penny_crack_intensity(inserting, -1, size)
        expected = row["K_penny_centre"]
        assert_close("penny", intensity, expected, scale=expected, tolerance=5e-3)
        closed = 0.4 * scale * np.sqrt(size / np.pi) * (1 - 4 / 3 * ratio**2)
        assert_close("penny closed form", intensity, closed, scale=closed, tolerance=5e-3)
        rate = fracture.energy_release_rate(intensity, inputs["E"], inputs["nu"])
        assert_close("G", rate, row["G_penny"], scale=row["G_penny"], tolerance=5e-3)
        edge = fracture.edge_crack_intensity(tension, size)
        expected = row["K_surface_112"]
        assert_close("edge", edge, expected, scale=expected, tolerance=5e-3)
        flaw = fracture.critical_flaw_size(scale / 5, row["K_surface_112"])
        assert_close("critical flaw", flaw, size, scale=size, tolerance=5e-3)
    radius, ratio = reference["R"], reference["nu"]
    energy = float(strain_energy_history(inserting)[-1])
    closed = 4 * np.pi * radius**3 * scale**2 * (1 - ratio) / (175 * reference["E"])
    for expected in (closed, CASE["strain_energy_steady_J"]):
        assert_close("energy", energy, expected, scale=expected, tolerance=5e-3)
    density = peak_strain_energy_density(inserting) * 4 / 3 * np.pi * radius**3
    assert_close("energy density", density, closed, scale=closed, tolerance=5e-3)


def check_paris(inputs: Inputs) -> None:
    times = column(CASE["paris"], "t_s")
    lengths = fracture.paris_crack_length(
        inputs["paris_sigma"],
        inputs["paris_l0"],
        times,
        rate=inputs["paris_k"],
        geometry=inputs["paris_b"],
        exponent=inputs["paris_m"],
    )
    growth = lengths - CASE["inputs"]["paris_l0"]
    expected = column(CASE["paris"], "l") - CASE["inputs"]["paris_l0"]
    assert_close("growth", growth, expected, scale=expected, tolerance=5e-3)


def test_cracks_in_the_steady_parabola() -> None:
    check_cracks(CASE["inputs"])


def test_cracks_notice_the_sign_of_the_flux() -> None:
    with pytest.raises(AssertionError, match="exceeds"):
        check_cracks(CASE["inputs"], sign=1.0)


@pytest.mark.parametrize("wrong", [{"Omega": 1.05}, {"nu": 1.05}, {"E": 0.98}, {"D": 1.02}])
def test_cracks_notice(wrong: dict[str, float]) -> None:
    with pytest.raises(AssertionError, match="exceeds"):
        check_cracks(spoiled(CASE["inputs"], **wrong))


def test_paris_growth() -> None:
    check_paris(CASE["inputs"])


@pytest.mark.parametrize("wrong", [{"paris_sigma": 1.01}, {"paris_m": 1.01}, {"paris_k": 1.02}])
def test_paris_growth_notices(wrong: dict[str, float]) -> None:
    with pytest.raises(AssertionError, match="exceeds"):
        check_paris(spoiled(CASE["inputs"], **wrong))
