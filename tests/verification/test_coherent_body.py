"""A coherent sphere that comes apart to one side: reduced model and table against whole sections.

The section solves Cahn-Hilliard with stress in the potential on a mesh, from noise, through the
spinodal, at a current; the reduced model minimises the sharp-interface energy over multipole
moments. They share no code but the elastic constants. The model leaves gradients of order lambda/R
out, here 0.05.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from reference import RT, assert_close, molar_volume
from scipy.special import eval_legendre

import particle_sim as ps
from particle_sim.errors import InputError
from particle_sim.particle import accuracy
from particle_sim.particle.noise import uneven
from particle_sim.particle.run import ParticleRun
from particle_sim.studies.coherent_body import coherent_body, coherent_body_in
from particle_sim.studies.coherent_sphere import coherent_field, projections
from particle_sim.transport.one_sided import coherency_energy

LENGTH, FULL, DIFFUSIVITY, MODULUS, RATIO = 1e-9, 2e4, 1e-15, 8e10, 0.28
CHI, COHERENCY = 3.0, 4.0
RADIUS = 20 * LENGTH
VOLUME = molar_volume(COHERENCY, modulus=MODULUS, ratio=RATIO, concentration=FULL)
UNIT = MODULUS * VOLUME * FULL / 3 / (1 - RATIO)
FROM, TO = 0.85, 0.4
WIDE = 2 * LENGTH / RADIUS
"""What gradients of the width lambda to either side of a phase leave, over R"""
DURATION = 2e5 * RADIUS**2 / DIFFUSIVITY


def particle() -> ps.Particle:
    material = ps.material_from_values(
        maximum_concentration=FULL,
        diffusivity=DIFFUSIVITY,
        youngs_modulus=MODULUS,
        poisson_ratio=RATIO,
        partial_molar_volume=VOLUME,
        regular_solution_parameter=CHI,
        gradient_coefficient=LENGTH**2 * RT * FULL,
    )
    mesh = ps.shapes.ball_section(RADIUS, cell_size=1.6 * LENGTH)
    return ps.Particle(material=material, mesh=mesh, physics=[ps.physics.coherent_phase_separation])


@cache
def emptied() -> ParticleRun:
    """From above the spinodal, y = 0.79, to 0.4, so slowly that only the growth of waves bounds the
    steps there."""
    body = particle()
    flux = (FROM - TO) * FULL * RADIUS / 3 / DURATION
    return ps.solve_particle(
        body,
        ps.constant_flux(flux, DURATION, initial_site_fraction=FROM),
        initial_site_fraction=uneven(body, FROM),
        times=[DURATION / 2, DURATION],
        tolerance=1e-2,
    )


def check_run(run: ParticleRun, coherency: float = COHERENCY) -> None:
    y = float(run.mean_site_fraction[-1])
    body = coherent_body(*(np.array([x]) for x in (CHI, coherency, y, UNIT)))
    spread = float(np.ptp(run.site_fraction[-1]))
    assert_close("spread", spread, body.spread[0], scale=spread, tolerance=WIDE)
    peak = float(run.von_mises_stress[-1].max())
    assert_close("von Mises", peak, body.von_mises[0], scale=peak, tolerance=WIDE)
    tension = float(run.first_principal_stress[-1].max())
    assert_close("tension", tension, body.tension[0], scale=tension, tolerance=WIDE)


@pytest.mark.slow
def test_section_from_above_the_spinodal_separates_to_one_side() -> None:
    run = emptied()
    assert (
        run.balances.sodium <= 3e-12
    )  # 774 linear solves leave 6e-13 to 1.1e-12 on one machine or another
    check_run(run)
    low = run.site_fraction[-1] < run.mean_site_fraction[-1]
    weights = run.volume_weights * low
    shift = abs(float(weights @ run.nodes[:, 1] / weights.sum())) / RADIUS
    assert shift > 0.25  # half a ball: 3/8


@pytest.mark.slow
def test_coherent_body_notices_another_stiffness() -> None:
    with pytest.raises(AssertionError, match="von Mises"):
        check_run(emptied(), 1.5 * COHERENCY)


def check_field(coherency: float) -> None:
    """Poles of the ball against the reduced model's, at the last state."""
    run = emptied()
    y = float(run.mean_site_fraction[-1])
    poles = coherent_field(CHI, coherency, y, RATIO).filling(np.array([-1.0, 1.0]), np.ones(2))
    found = run.site_fraction[-1].min(), run.site_fraction[-1].max()
    assert_close("poles", found, poles, scale=1.0, tolerance=WIDE / 2)


@pytest.mark.slow
def test_poles_of_the_reduced_model() -> None:
    check_field(COHERENCY)


@pytest.mark.slow
def test_section_from_above_notices_steps_that_are_too_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Steps as long as the error allows damp every wave: the particle seems to stay even."""
    monkeypatch.setattr(accuracy, "body_stability", lambda *_: None)
    with pytest.raises(AssertionError, match="spread"):
        check_run(emptied.__wrapped__())


def test_noise_keeps_the_sodium() -> None:
    body = particle()
    start = uneven(body, 0.6, amplitude=2e-3, seed=3)
    run = ps.solve_stress(body, start)
    assert run.mean_site_fraction[0] == pytest.approx(0.6, abs=1e-12)
    rms = np.sqrt(run.volume_weights @ (run.site_fraction[0] - 0.6) ** 2 / run.volume_weights.sum())
    assert rms == pytest.approx(2e-3, rel=1e-6)
    again = uneven(body, 0.6, amplitude=2e-3, seed=3)(run.nodes * 0 + RADIUS / 3)
    assert np.array_equal(again, start(run.nodes * 0 + RADIUS / 3))
    with pytest.raises(InputError, match="between 0 and 1"):
        uneven(body, 0.9999)
    with pytest.raises(InputError, match="radial"):
        uneven(ps.Particle(material=body.material, mesh=ps.shapes.sphere(RADIUS)), 0.5)


def elastic_share(order: int) -> float:
    """Elastic energy of y = 1/2 + a r^l P_l in a section, over that in an endless body."""

    def field(x: np.ndarray) -> np.ndarray:
        r = np.maximum(np.hypot(*x.T), 1e-15)
        return np.asarray(0.5 + 0.3 * (r / RADIUS) ** order * eval_legendre(order, x[:, 1] / r))

    run = ps.solve_stress(particle(), field)
    square = run.volume_weights @ (run.site_fraction[0] - 0.5) ** 2 / run.volume_weights.sum()
    endless = UNIT * VOLUME * FULL / 3 * 4 / 3 * np.pi * RADIUS**3 * square
    return float(run.strain_energy_history()[0] / endless)


def check_projections(ratio: float) -> None:
    """y = r^l P_l keeps 1 - c_l/(2 l + 3) of its energy."""
    found = projections(ratio)
    for order in (1, 2, 3, 5):
        expected = 1 - found[order] / (2 * order + 3)
        assert_close("share", elastic_share(order), expected, scale=1.0, tolerance=2e-4)


def test_elastic_energy_by_multipoles() -> None:
    check_projections(RATIO)
    assert np.allclose(projections(0.0)[2], 7 * 6 / 7)


def test_elastic_energy_by_multipoles_notices() -> None:
    with pytest.raises(AssertionError, match="share"):
        check_projections(0.3)


def test_nothing_without_phases() -> None:
    none = coherent_body(
        *(np.array(x) for x in ([1.5, 3.0, 3.0], [1.0] * 3, [0.5, 0.0, 1.2], [1e9] * 3))
    )
    assert not none.von_mises.any()
    assert not none.spread.any()


def test_emptying_and_filling_are_mirror_images() -> None:
    """y and 1 - y change tension for compression; the sign of the strain does too."""
    args = (np.array([3.0]), np.array([2.0]), np.array([0.2]), np.array([1e9]))
    one = coherent_body(*args)
    other = coherent_body(args[0], args[1], 1 - args[2], -args[3])
    assert one.tension == pytest.approx(other.tension)
    assert one.von_mises == pytest.approx(other.von_mises)
    assert one.surface_excess == pytest.approx(-other.surface_excess)
    assert one.surface_excess > 0, "a cap has more of the surface than of the volume"


def test_an_even_sphere_has_no_elastic_energy() -> None:
    """Below chi = 2 the field of two caps becomes even, and a free sphere then strains freely."""
    field = coherent_field(1.0, 2.0, 0.4, RATIO)
    assert field.filling(np.zeros(2), np.array([0.0, 1.0])) == pytest.approx(0.4, abs=1e-5)
    assert field.energy == pytest.approx(0.0, abs=1e-9)


def test_a_material_is_its_groups() -> None:
    """chi, B, E e/(1 - nu) and y of NVP's widest plateau, B from the law of one-sided waves."""
    nvp = ps.load_material("nvp")
    widest = max(nvp.steps, key=lambda step: step.share)
    ends = nvp["chemical_strain"](np.array([widest.start, widest.start + widest.share]))
    stress = nvp.value("youngs_modulus") * (ends[1] - ends[0]) / (1 - nvp.value("poisson_ratio"))
    found = coherent_body_in(nvp, np.array([widest.start + 0.3 * widest.share]))
    groups = (nvp.value("regular_solution_parameter"), coherency_energy(nvp), 0.3, stress)
    expected = coherent_body(*(np.array([each]) for each in groups))
    assert found.von_mises[0] == pytest.approx(expected.von_mises, rel=1e-9)
    assert found.spread[0] == pytest.approx(widest.share * expected.spread, rel=1e-9)
