"""Do spheres that part in a batch give what closed forms and the particle solver give?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pytest
from scipy.integrate import quad, solve_bvp, solve_ivp
from scipy.optimize import minimize_scalar

import particle_sim as ps
from particle_sim.batch import moving_front, two_phase, two_phase_march
from particle_sim.batch.advance import BatchEnd, Spheres
from particle_sim.batch.phase_boundary import HELD, binodal_filling, boundary_of, spinodal_filling
from particle_sim.batch.two_phase import RegularSolutions, TwoPhaseRun, advance_two_phase
from particle_sim.constants import GAS_CONSTANT, REFERENCE_TEMPERATURE
from particle_sim.materials.functions import LinearTable
from particle_sim.particle.run import ParticleRun
from particle_sim.transport.table import table_of
from particle_sim.units import Array

RT = GAS_CONSTANT * REFERENCE_TEMPERATURE
RADIUS, DIFFUSIVITY, FULL, MODULUS, RATIO, STRAIN = 1e-7, 1e-16, 2e4, 1e11, 0.28, 0.01
UNIT = RADIUS**2 / DIFFUSIVITY
SPAN = 0.9
"""Filling that passes a surface in a whole run."""


@dataclass(frozen=True)
class Draw:
    """A random particle: chi, lambda/R, N R/(D c_max) out of it and the filling it starts with."""

    chi: float
    width: float
    flux: float
    start: float


def drawn(seed: int) -> Draw:
    rng = np.random.default_rng(seed)
    chi, width, rate = rng.uniform(2.4, 3.6), rng.uniform(0.008, 0.015), 10 ** rng.uniform(-2, -0.7)
    start, sign = rng.uniform(0.02, 0.05), float(rng.choice([-1, 1]))
    return Draw(chi, width, sign * rate, start if sign < 0 else 1 - start)


def gradient_coefficient(draw: Draw) -> float:
    return (draw.width * RADIUS) ** 2 * RT * FULL


def reduced(draws: Sequence[Draw], ramp: float = 1.0) -> TwoPhaseRun:
    """All draws at once; ``ramp``: last flux over the first."""
    ones = np.ones(len(draws))
    chi, flux = np.array([d.chi for d in draws]), np.array([d.flux for d in draws])
    duration = SPAN / (3 * np.abs(flux)) * UNIT
    return advance_two_phase(
        Spheres(
            radius=RADIUS * ones,
            diffusivity=DIFFUSIVITY * ones,
            maximum_concentration=FULL * ones,
            initial_site_fraction=np.array([d.start for d in draws]),
            strain=table_of(LinearTable((0.0, 1.0), (0.0, STRAIN))),
            youngs_modulus=MODULUS,
            poisson_ratio=RATIO,
        ),
        RegularSolutions(
            regular_solution_parameter=chi,
            gradient_coefficient=np.array([gradient_coefficient(d) for d in draws]),
        ),
        np.stack([0 * duration, duration], axis=1),
        np.stack([flux, ramp * flux], axis=1) * DIFFUSIVITY * FULL / RADIUS,
        output=1001,
    )


def resolved(draw: Draw) -> ParticleRun:
    """The same particle with its boundary resolved."""
    material = ps.material_from_values(
        maximum_concentration=FULL,
        diffusivity=DIFFUSIVITY,
        youngs_modulus=MODULUS,
        poisson_ratio=RATIO,
        partial_molar_volume=3 * STRAIN / FULL,
        regular_solution_parameter=draw.chi,
        gradient_coefficient=gradient_coefficient(draw),
    )
    body = ps.Particle(
        material=material, mesh=ps.shapes.sphere(RADIUS), physics=[ps.physics.phase_separation]
    )
    flux = ps.constant_flux(
        draw.flux * DIFFUSIVITY * FULL / RADIUS,
        SPAN / (3 * abs(draw.flux)) * UNIT,
        initial_site_fraction=draw.start,
    )
    return ps.solve_particle(body, flux, tolerance=1e-3, store=ps.Stored.STEPS)


def errors(draws: Sequence[Draw], run: TwoPhaseRun) -> Array:
    """Of the mean filling at the end, the surface filling's history (mean over time), the mean
    filling at which the particle parts, and the peak hoop stress over the particle's (4, n)."""
    rows = []
    for i, draw in enumerate(draws):
        full = resolved(draw)
        surface = full.surface_site_fraction[:, 0]
        times = run.time[i][run.time[i] <= full.time[-1]]
        history = np.interp(times, full.time, surface)
        history -= np.interp(times, run.time[i], run.surface_site_fraction[i])
        past = int(np.argmax((surface > 0.5) != (draw.start > 0.5)))
        steps = slice(past - 1, past + 1)
        parted = np.interp(
            0.0, np.abs(surface[steps] - draw.start) - abs(0.5 - draw.start), full.time[steps]
        )
        hoop = ps.metrics.peak_hoop_stress(full)
        rows.append(
            [
                abs(run.mean_site_fraction_end[i] - full.mean_site_fraction[-1]),
                np.mean(np.abs(history)),
                3 * abs(draw.flux) * abs(run.time_parted[i] - parted) / UNIT,
                abs(run.peak_hoop_stress[i] - hoop) / hoop,
            ]
        )
    return np.array(rows).T


SLOW = [Draw(3.0, 0.0, sign * 1e-4, 0.5 + sign * 0.48) for sign in (-1.0, 1.0)]


def off_balance(run: TwoPhaseRun) -> float:
    """(s/R)^3 = (theta_shell - <theta>)/(theta_shell - theta_core), where both phases are even."""
    low = float(binodal_filling(np.array([3.0]))[0])
    shell = np.array([[1 - low], [low]])
    expected = (shell - run.mean_site_fraction) / (2 * shell - 1)
    both = (run.front > 0.15) & (run.front < 0.9)
    assert both.sum() > 500
    return float(np.abs(run.front**3 - expected)[both].max())


def test_a_slow_boundary_is_where_the_balance_puts_it() -> None:
    """Fillings are even within about N R/(D c_max) over the thermodynamic factor
    and s/R, some 1e-3."""
    assert off_balance(reduced(SLOW)) < 2e-3


def test_a_shifted_binodal_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(two_phase, "binodal_filling", lambda chi: 1.1 * binodal_filling(chi))
    assert off_balance(reduced(SLOW)) > 2e-3


def lost() -> float:
    draws = [drawn(seed) for seed in range(24)]
    run = reduced(draws, ramp=0.3)
    assert set(run.end) <= {BatchEnd.TIME, BatchEnd.EMPTY, BatchEnd.FULL}
    assert np.isfinite(run.time_parted).all()
    return float(run.sodium_error.max())


def test_sodium_is_conserved_through_all_stages() -> None:
    assert lost() < 1e-12


def test_sodium_lost_between_cells_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    moved = two_phase_march._moved
    monkeypatch.setattr(two_phase_march, "_moved", lambda *given: (1 - 1e-9) * moved(*given))
    assert lost() > 1e-12


def similarity(chi: float, reach: float = 0.05) -> tuple[Array, Array, float, float]:
    """Shell of the depth Y = 2 reach sqrt(t): xi = y/(2 sqrt(t)) from the boundary to the surface,
    theta, and the surface's theta and -(dPhi/dxi); the core is at its binodal.

    (D theta')' = -2 xi theta',  D theta' = -2 (theta_shell - theta_core) reach at xi = reach
    (Neumann's solution of Stefan's problem, with D = 1 - 2 chi theta (1 - theta)).
    """
    low = float(binodal_filling(np.array([chi]))[0])

    def change(xi: float, state: Array) -> list[float]:
        slope = state[1] / (1 - 2 * chi * state[0] * (1 - state[0]))
        return [slope, -2 * xi * slope]

    grid = np.linspace(reach, 0, 2001)
    found = solve_ivp(
        change, (reach, 0), [1 - low, -2 * (1 - 2 * low) * reach], t_eval=grid, rtol=1e-11
    )
    return grid, found.y[0], float(found.y[0, -1]), float(-found.y[1, -1])


def planar_error(chi: float, given: float) -> float:
    """Largest relative error of the shell's volume and of its surface's excess over the binodal,
    from a depth of 3e-5 R to 3e-4 R, under the similarity solution's flux."""
    reach = 0.05
    grid, theta, surface, inflow = similarity(chi)
    one, shell = np.ones(1), np.linspace(0, 1, two_phase_march.SHELL + 1)
    core = two_phase_march.CORE_FACES
    cells = moving_front.Cells(
        base=np.append(0 * core, shell[1:]),
        slope=np.append(core, 1 - shell[1:]),
        front=two_phase_march.CORE,
    )
    low = binodal_filling(given * one)
    boundary = boundary_of(given * one, 0 * one, one)
    solution = moving_front.Solution(chi=given * one, low=low, boundary=boundary)
    time, end = (3e-5 / (2 * reach)) ** 2, (3e-4 / (2 * reach)) ** 2
    w = np.array([(1 - 2 * reach * np.sqrt(time)) ** 3])
    faces = cells.base + w * cells.slope
    depth = 2 * np.sqrt(time) * grid
    middle = 1 - np.cbrt(0.5 * (faces[1:] + faces[:-1]))
    filling = np.interp(middle, depth[::-1], theta[::-1])
    filling[: two_phase_march.CORE] = low
    state = np.concatenate([filling * np.diff(faces), w])[None]
    while time < (1 - 1e-12) * end:
        length = min(time / 20, end - time)
        level = inflow / (2 * np.sqrt(time))
        mean = inflow * (np.sqrt(time + length) - np.sqrt(time)) / length
        pair = level * one, 2 * (mean - level) / length * one
        state = moving_front.step(state, length * one, pair, cells, solution)[0]
        time += length
    inside, content = cells.parts(state)
    last = content[:, -1] / np.diff(inside)[:, -1]
    edge = solution.potential(last) + 0.5 * inflow / (2 * np.sqrt(time)) * (
        1 - moving_front.mean_places(inside[:, -2:])[:, 0]
    )
    volume = (1 - state[0, -1]) / (1 - (1 - 2 * reach * np.sqrt(time)) ** 3) - 1
    excess = (solution.filling(edge, 1.0)[0] - theta[0]) / (surface - theta[0]) - 1
    return max(abs(float(volume)), abs(float(excess)))


@pytest.mark.parametrize("chi", [2.5, 3.5])
def test_a_thin_shell_grows_as_the_similarity_solution(chi: float) -> None:
    assert planar_error(chi, chi) < 1e-3


def test_another_interaction_is_noticed_in_a_thin_shell() -> None:
    assert planar_error(3.0, 3.02) > 1e-3


def farthest(bent: float = 1.0) -> float:
    """Largest m for which v'' = bent v^2 - x has a v on x > -m with v'(-m) = 0, v ~ sqrt(x)."""
    end = 12.0
    x = np.linspace(0, end, 241)
    guess = np.stack([np.sqrt(np.maximum(x - 1, 0) + 0.05), 0.5 / np.sqrt(x + 0.3)])

    def reach(first: float) -> float:
        found = solve_bvp(
            lambda x, v, m: [v[1], bent * v[0] ** 2 - (x - m[0])],
            lambda a, b, m: [a[1], a[0] - first, b[0] - np.sqrt((end - m[0]) / bent)],
            x,
            guess,
            p=[1.0],
            tol=1e-6,
        )
        assert found.success
        return -float(found.p[0])

    return -float(minimize_scalar(reach, bounds=(-1, 0), method="bounded").fun)


def test_how_far_a_surface_holds_is_the_fold_of_painleve_s_equation() -> None:
    """To the four digits that are written down."""
    assert farthest() == pytest.approx(HELD, abs=1e-4)


def test_another_bend_is_noticed() -> None:
    assert farthest(1.02) != pytest.approx(HELD, abs=1e-4)


def energy_by_quadrature(chi: float) -> float:
    """gamma/(R T c_max lambda) = int sqrt(2 df) dtheta between the binodals."""
    low = float(binodal_filling(np.array([chi]))[0])

    def mixing(x: float) -> float:
        return float(x * np.log(x) + (1 - x) * np.log(1 - x) + chi * x * (1 - x))

    return float(quad(lambda x: np.sqrt(2 * max(mixing(x) - mixing(low), 0.0)), low, 1 - low)[0])


def test_curvature_shifts_the_potential_by_gibbs_and_thomson() -> None:
    """2 gamma/(s (theta_shell - theta_core) c_max)"""
    one = np.ones(1)
    jump = 1 - 2 * binodal_filling(3 * one)[0]
    found = boundary_of(3 * one, 0.01 * one, one).energy[0]
    assert found == pytest.approx(0.02 * energy_by_quadrature(3.0) / jump, rel=1e-7)
    assert found != pytest.approx(0.02 * energy_by_quadrature(3.01) / jump, rel=1e-3)
    assert spinodal_filling(3 * one)[0] == pytest.approx(0.2113249, abs=1e-7)


HARDEST = (116, 150, 179, 53)
"""Of the 200 draws those that differ most at the end, in stress, in history; by trying all."""
PROMISED = np.array([7e-3, 1.1e-2, 4e-3, 0.1])
"""A quarter above the largest errors, for processors whose adaptive steps differ."""


QUARTER = pytest.param(range(0, 200, 4), marks=pytest.mark.longest)
"""Every fourth of the 200, a minute; all of them were tried for the numbers below."""


@pytest.mark.parametrize("seeds", [HARDEST, QUARTER], ids=["hardest", "quarter"])
def test_random_particles_are_as_near_the_particle_solver_as_promised(seeds: Sequence[int]) -> None:
    """Of all 200 the errors are, at the median, in nine of ten and at most: of the mean filling at
    the end 1e-14, 2.8e-3 and 5.4e-3 (0 where none is full or empty before); of the surface's
    filling 1.4e-3, 4.3e-3 and 8.8e-3; of the filling at which a shell forms 3.5e-4, 1.5e-3 and
    3.0e-3; of the peak hoop stress 1.2 %, 4.0 % and 8.1 %. They grow with lambda/R."""
    draws = [drawn(seed) for seed in seeds]
    found = errors(draws, reduced(draws))
    assert (found.max(axis=1) < PROMISED).all()


def test_a_boundary_without_width_is_noticed() -> None:
    draws = [drawn(seed) for seed in HARDEST[:2]]
    sharp = reduced([Draw(d.chi, 0.0, d.flux, d.start) for d in draws])
    found = errors(draws, sharp)
    assert (found.max(axis=1) > PROMISED)[[1, 2]].all()
