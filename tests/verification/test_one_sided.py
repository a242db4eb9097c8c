"""The one-sided wave of a free sphere: what it costs, when it grows and how fast.

Expected: H4's root without elasticity; a Galerkin expansion in the waves j_1(k_n r), k_n R the
zeros of j_1'; and that a linear composition is a compatible strain. Sections of the whole model
are held against both.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from reference import RT, assert_close, load, molar_volume
from scipy.integrate import quad
from scipy.optimize import brentq
from scipy.special import spherical_jn

import particle_sim as ps
from particle_sim.particle.run import ParticleRun
from particle_sim.studies import separation
from particle_sim.transport import one_sided
from particle_sim.transport.one_sided import ELASTIC_SHARE, ONE_SIDED, one_sided_barrier
from particle_sim.units import Array

CASE = load("H4")
LENGTH, FULL, DIFFUSIVITY, MODULUS, RATIO = 1e-9, 2e4, 1e-16, 8e10, 0.28
CHI, COHERENCY = 2.2, 3.0
"""A radial model with B = 3 never separates: its chi is 2.2 - 1.5."""
WAVES = 40
STRAIN = molar_volume(COHERENCY, modulus=MODULUS, ratio=RATIO, concentration=FULL) * FULL / 3
"""Linear strain of a full particle"""


@cache
def waves() -> tuple[Array, Array]:
    """k_n R and the projections of unit waves on the unit linear composition."""

    def slope(x: float) -> float:
        return float(spherical_jn(1, x, derivative=True))

    ends = ONE_SIDED + np.pi * (np.arange(WAVES + 1) - 0.5)
    ends[0] = 0.5
    roots = np.array([brentq(slope, a, b) for a, b in pairwise(ends)])
    squares = [
        quad(lambda x, k=k: (x * spherical_jn(1, k * x)) ** 2, 0, 1, limit=200)[0] for k in roots
    ]
    return roots, np.sqrt(5 / np.array(squares)) * spherical_jn(2, roots) / roots


def barrier(coherency: float) -> float:
    roots, onto = waves()
    form = np.diag(roots**2 + coherency) - coherency * np.outer(onto, onto)
    return float(np.linalg.eigvalsh(form)[0])


def growth(curvature: float, size: float) -> float:
    """Fastest growth [1/s] of a one-sided wave at y = 1/2 in a sphere of ``size`` R/lambda."""
    roots, onto = waves()
    form = np.diag(curvature + (roots / size) ** 2 + COHERENCY)
    form -= COHERENCY * np.outer(onto, onto)
    moved = -0.25 * DIFFUSIVITY / (size * LENGTH) ** 2 * roots[:, None] ** 2 * form
    return float(np.linalg.eigvals(moved).real.max())


def check_barrier() -> None:
    for coherency in (0.0, 1.0, 4.3, 4.375, 4.45, 20.0, 300.0):
        found = float(one_sided.one_sided_barrier(np.array([coherency]))[0])
        assert_close("barrier", found, barrier(coherency), scale=found, tolerance=2e-6)


def test_barrier_of_the_one_sided_wave() -> None:
    check_barrier()
    critical = float(np.sqrt(one_sided_barrier(np.zeros(1))[0] / (2 * 3.0 - 4))) * LENGTH
    assert critical == pytest.approx(CASE["Rcrit_sphere_l1_no_stress"], rel=1e-9)
    stiff = one_sided_barrier(np.logspace(0, 9, 200))
    assert np.all(np.diff(stiff) > 0)
    assert stiff[-1] == pytest.approx(5.0, rel=1e-3)


def test_barrier_notices_the_shift_of_an_endless_body(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(one_sided, "one_sided_barrier", lambda b: ONE_SIDED**2 + b)
    with pytest.raises(AssertionError, match="barrier"):
        check_barrier()


def material(coherency: float = COHERENCY) -> ps.Material:
    return ps.material_from_values(
        maximum_concentration=FULL,
        diffusivity=DIFFUSIVITY,
        youngs_modulus=MODULUS,
        poisson_ratio=RATIO,
        partial_molar_volume=molar_volume(
            coherency, modulus=MODULUS, ratio=RATIO, concentration=FULL
        ),
        regular_solution_parameter=CHI,
        gradient_coefficient=LENGTH**2 * RT * FULL,
    )


def one_sided_field(
    amplitude: float, size: float, *, linear: bool = False
) -> Callable[[Array], Array]:
    def field(x: Array) -> Array:
        radius = np.maximum(np.hypot(x[:, 0], x[:, 1]), 1e-6 * size)
        along = radius / size if linear else spherical_jn(1, ONE_SIDED * radius / size)
        return np.asarray(0.5 + amplitude * along * x[:, 1] / radius)

    return field


def strained(*, linear: bool) -> float:
    """Elastic energy of a composition over that of the same amplitudes in an endless body."""
    size, given = 1e-7, material()
    mesh = ps.shapes.ball_section(size, cell_size=size / 6)
    run = ps.solve_stress(
        ps.Particle(material=given, mesh=mesh), one_sided_field(0.2, size, linear=linear)
    )
    square = float(run.volume_weights @ (run.site_fraction[0] - 0.5) ** 2)
    weight = float(run.volume_weights.sum())
    volume = 4 / 3 * np.pi * size**3
    endless = MODULUS * STRAIN**2 / (1 - RATIO) * volume * square / weight
    return float(run.strain_energy_history()[0]) / endless


def test_elastic_energy_of_the_one_sided_wave() -> None:
    share = 1 - 5 * _moment(3) ** 2 / _moment(2)
    assert share == pytest.approx(ELASTIC_SHARE, rel=1e-9)
    assert strained(linear=False) == pytest.approx(ELASTIC_SHARE, rel=1e-2)
    assert strained(linear=True) < 1e-6


def _moment(power: int) -> float:
    order = 1 if power == 3 else 2
    return float(quad(lambda x: x**power * spherical_jn(1, ONE_SIDED * x) ** order, 0, 1)[0])


def grown(size: float, chi: float = CHI, coherency: float = COHERENCY) -> float:
    """Growth [1/s] of the one-sided wave in a section of the whole model."""
    radius = size * LENGTH
    run = solved(radius, chi, coherency)
    weights = run.volume_weights * run.nodes[:, 1]
    amplitude = np.abs((run.site_fraction - 0.5) @ weights)
    return float(np.log(amplitude[-1] / amplitude[-2]) / (run.time[-1] - run.time[-2]))


def solved(radius: float, chi: float, coherency: float) -> ParticleRun:
    given = material(coherency)
    other = given["regular_solution_parameter"].with_magnitude(chi)
    body = ps.Particle(
        material=given.replaced(regular_solution_parameter=other),
        mesh=ps.shapes.ball_section(radius, cell_size=radius / 4),
        physics=[ps.physics.coherent_phase_separation],
    )
    duration = 2 * radius**2 / DIFFUSIVITY
    closed = ps.constant_flux(0.0, duration, initial_site_fraction=0.5)
    return ps.solve_particle(
        body,
        closed,
        initial_site_fraction=one_sided_field(1e-4, radius, linear=True),
        times=[0.5 * duration, 0.75 * duration, duration],
        tolerance=1e-6,
    )


def check_growth(size: float, chi: float = CHI, coherency: float = COHERENCY) -> None:
    expected = growth(4 - 2 * CHI, size)
    found = grown(size, chi, coherency)
    assert_close("growth", found, expected, scale=expected, tolerance=2e-2)


def test_growth_in_a_section() -> None:
    check_growth(4.0)


@pytest.mark.parametrize(("chi", "coherency"), [(2.21, COHERENCY), (CHI, 0.0)])
def test_growth_in_a_section_notices(chi: float, coherency: float) -> None:
    with pytest.raises(AssertionError, match="growth"):
        check_growth(4.0, chi, coherency)


def check_critical_radius(wrong: float = 1.0) -> None:
    """The wave dies 2 % below the smallest coherent radius and grows 2 % above it."""
    size = wrong * separation.smallest_coherent_radius(material()) / LENGTH
    assert grown(0.98 * size) < 0 < grown(1.02 * size), "the wrong stability"


def test_smallest_coherent_radius() -> None:
    check_critical_radius()
    sharp = separation.smallest_separating_radius(material())
    assert sharp < separation.smallest_coherent_radius(material()) < 1.0743 * sharp


def test_smallest_coherent_radius_notices() -> None:
    with pytest.raises(AssertionError, match="stability"):
        check_critical_radius(0.96)


def test_growth_of_a_stiff_sphere_has_a_closed_form() -> None:
    """B >> f'' >> (lambda/R)^2: 35/8 D y (1 - y) (-f'')/R^2."""
    roots, onto = waves()
    stiff, curvature = 1e3, -1.0
    form = np.diag(curvature + stiff + 0 * roots) - stiff * np.outer(onto, onto)
    fastest = np.linalg.eigvals(-(roots[:, None] ** 2) * form).real.max()
    assert fastest == pytest.approx(one_sided.COHERENT_GROWTH, rel=5e-3)
