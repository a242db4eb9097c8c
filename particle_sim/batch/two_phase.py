"""advance_two_phase: spheres that part into a core and a shell, thousands at once.

A reduced model of :data:`~particle_sim.transport.phase_separation.phase_separation`: the phase
boundary is sharp, what its width does is known to first order, and each phase diffuses by itself.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from particle_sim.batch import block
from particle_sim.batch.accuracy import ERROR, tolerance_of
from particle_sim.batch.advance import (
    BatchRun,
    Spheres,
    scaled_lanes,
    stress_unit,
    tried_enough,
)
from particle_sim.batch.history import passed
from particle_sim.batch.moving_front import Solution
from particle_sim.batch.phase_boundary import binodal_filling, boundary_of, spinodal_filling
from particle_sim.batch.two_phase_march import UNDECIDED, Lanes, through_phases
from particle_sim.constants import GAS_CONSTANT, REFERENCE_TEMPERATURE
from particle_sim.errors import InputError
from particle_sim.units import Array

WIDEST = 0.03
"""Largest lambda/R that is taken: errors grow with it."""
FASTEST = 1.0
"""Largest N R/(D c_max) that is taken: a faster sphere's layer is thinner than the cells."""


@dataclass(frozen=True, kw_only=True)
class RegularSolutions:
    """How n spheres part: chi above 2 and kappa [J/m], as a material has them, each (n,).

    lambda = sqrt(kappa/(R T c_max)); kappa = 0 is a boundary without width.
    """

    regular_solution_parameter: Array
    gradient_coefficient: Array
    temperature: float = REFERENCE_TEMPERATURE


@dataclass(frozen=True, kw_only=True)
class TwoPhaseRun(BatchRun):
    """Results of n spheres."""

    time_parted: Array
    """When the shell formed [s] (n,); NaN where it did not"""
    front: Array
    """Radius of the boundary over R (n, k): 1 without a shell, 0 without a core"""


def advance_two_phase(
    spheres: Spheres,
    solutions: RegularSolutions,
    time: Array,
    flux: Array,
    *,
    limits: tuple[Array | float, Array | float] = (0.0, 1.0),
    error: float = ERROR,
    output: int = 0,
) -> TwoPhaseRun:
    """Fill or empty every sphere through its phase boundary under its surface flux.

        dc/dt = 1/r^2 d/dr (r^2 D (1 - 2 chi theta (1 - theta)) dc/dr) in core and shell,
        (theta_shell - theta_core) c_max ds/dt = N_shell - N_core at r = s,

    D the self-diffusivity (``spheres.diffusivity``), the binodals at s, each shifted by what the
    boundary's width does to it (:class:`~particle_sim.batch.phase_boundary.Boundary`). The shell
    forms once the surface has passed the spinodal by
    :func:`~particle_sim.batch.phase_boundary.held_back`; at s = R/10 the core is taken for gone.
    Flux, ``limits`` and results as in :func:`~particle_sim.batch.advance.advance`; stress is that
    of a free sphere with its jump at s. ``error``: of a step; the cells leave some 1e-3.

    **Limits.** One plateau; no coherency stress in the potential; shells only; one direction; a
    start outside the spinodal; lambda up to 0.03 R and N R/(D c_max) up to 1. Of 200 random
    particles (chi 2.4 to 3.6, lambda/R 0.008 to 0.015, N R/(D c_max) 0.01 to 0.2, both ways) the
    errors against :func:`~particle_sim.particle.solve.solve_particle` are, at the median, in nine
    of ten and at most: 0, 0.003 and 0.006 of the mean filling at the end; 0.0014, 0.005 and 0.009
    of the surface's, over time; 0.0004, 0.0015 and 0.003 of the mean at which a shell forms; 1.2 %,
    4 % and 8.1 % of the peak hoop stress. That is 0.2 % and at most 2.9 % in filled spheres; in
    emptied ones it is too high, by some 3 %, because the shell is there at once.

    Raises :class:`InputError` for what is outside these limits.

    >>> one = np.ones(1)
    >>> run = advance_two_phase(
    ...     Spheres(radius=1e-7 * one, diffusivity=1e-16 * one, maximum_concentration=2e4 * one,
    ...             initial_site_fraction=0.02 * one),
    ...     RegularSolutions(regular_solution_parameter=3 * one, gradient_coefficient=5e-11 * one),
    ...     np.array([0.0, 1000.0]), np.array([[-6e-7, -6e-7]]), output=5)
    >>> print(run.front[0].round(2), run.surface_site_fraction[0].round(2))
    [1.   0.93 0.81 0.66 0.38] [0.02 0.93 0.94 0.95 0.98]
    """
    tolerance = tolerance_of(error)
    _check(spheres, solutions)
    scaled, unit = scaled_lanes(spheres, time, flux, limits, tolerance)
    lanes, start = _turned(spheres, solutions, scaled, tolerance)
    through_phases(lanes, start)
    tried_enough(lanes.end, "Sphere")
    return _in_si(spheres, lanes, start, unit, output)


def _check(spheres: Spheres, solutions: RegularSolutions) -> None:
    count = len(spheres.radius)
    chi = np.asarray(solutions.regular_solution_parameter, dtype=float)
    kappa = np.asarray(solutions.gradient_coefficient, dtype=float)
    if chi.shape != (count,) or not np.all((chi > 2) & np.isfinite(chi)):
        raise InputError(
            f"The regular_solution_parameter is {chi}; phases part where it is above 2, and "
            f"{count} such numbers are needed; use advance() for a solid solution."
        )
    if kappa.shape != (count,) or not np.all((kappa >= 0) & np.isfinite(kappa)):
        raise InputError(
            f"The gradient_coefficient is {kappa}; give {count} numbers that are not negative."
        )
    if spheres.drift is not None or not spheres.shape.is_constant:
        raise InputError(
            "Spheres of two phases have a constant self-diffusivity and no stress drift; leave "
            "shape and drift out, or use solve_particle."
        )


def _turned(
    spheres: Spheres, solutions: RegularSolutions, scaled: block.Lanes, tolerance: float
) -> tuple[Lanes, Array]:
    """Spheres that are emptied as spheres that are filled with what is missing."""
    chi = np.asarray(solutions.regular_solution_parameter, dtype=float)
    emptied = scaled.flux.max(axis=1) > 0
    flux = np.where(emptied[:, None], scaled.flux, -scaled.flux)
    start = np.where(emptied, 1 - scaled.start, scaled.start)
    energy = GAS_CONSTANT * solutions.temperature * spheres.maximum_concentration
    length = np.sqrt(solutions.gradient_coefficient / energy) / spheres.radius
    low = binodal_filling(chi)
    slowest, fastest = flux.min(axis=1), flux.max(axis=1)
    _refuse("flux, over D c_max/R,", slowest, slowest < 0, "of one sign at all times")
    _refuse("flux, over D c_max/R,", fastest, fastest > FASTEST, f"at most {FASTEST}")
    _refuse("boundary's lambda/R", length, length > WIDEST, f"at most {WIDEST}")
    outside = ~((start >= 0) & (start < spinodal_filling(chi)))
    bounds = "outside the spinodal: poor where it is filled, rich where it is emptied"
    _refuse("initial site fraction", scaled.start, outside, bounds)
    lanes = Lanes(
        knots=np.array(scaled.knots),
        flux=flux,
        top=np.where(emptied, 1 - scaled.low, scaled.high),
        solution=Solution(chi=chi, low=low, boundary=boundary_of(chi, length, fastest)),
        emptied=emptied,
        strain=spheres.strain,
        tolerance=tolerance,
        time=np.array(scaled.knots[:, 0]),
        end=np.full(len(chi), UNDECIDED),
        parted=np.full(len(chi), np.nan),
        steps=np.zeros(len(chi), dtype=np.int64),
        mean=np.empty(len(chi)),
        surface=np.empty(len(chi)),
        peaks=np.zeros((4, len(chi))),
    )
    return lanes, start


def _refuse(what: str, values: Array, wrong: NDArray[np.bool_], allowed: str) -> None:
    if wrong.any():
        first = int(np.argmax(wrong))
        raise InputError(
            f"Sphere {first} of the batch: its {what} is {values[first]:.3g} and must be "
            f"{allowed}; use solve_particle for it."
        )


def _in_si(spheres: Spheres, lanes: Lanes, start: Array, unit: Array, output: int) -> TwoPhaseRun:
    begin = lanes.knots[:, 0]
    duration = lanes.time - begin
    wanted = duration[:, None] * np.linspace(0, 1, output)
    gained = 3 * passed(lanes.knots, lanes.flux, duration[:, None])[:, 0]
    mean = start[:, None] + 3 * passed(lanes.knots, lanes.flux, wanted)
    surface, volume = _histories(lanes, begin[:, None] + wanted)
    stress = stress_unit(spheres) * lanes.peaks[1:]

    def back(theta: Array) -> Array:
        turned = lanes.emptied.reshape(-1, *[1] * (theta.ndim - 1))
        return np.where(turned, 1 - theta, theta)

    return TwoPhaseRun(
        time_end=duration * unit,
        end=np.where(lanes.emptied & (lanes.end == block.FULL), block.EMPTY, lanes.end),
        mean_site_fraction_end=back(lanes.mean),
        surface_site_fraction_end=back(lanes.surface),
        peak_inhomogeneity=lanes.peaks[0],
        peak_hoop_stress=stress[0],
        peak_tension=stress[1],
        peak_hydrostatic_stress=stress[2],
        sodium_error=np.abs(lanes.mean - start - gained),
        steps=lanes.steps,
        time_parted=(lanes.parted - begin) * unit,
        time=wanted * unit[:, None],
        mean_site_fraction=back(mean),
        surface_site_fraction=back(surface),
        front=np.cbrt(volume),
    )


def _histories(lanes: Lanes, wanted: Array) -> tuple[Array, Array]:
    """Surface filling and w at times (n, k), straight between steps."""
    index = np.concatenate([which for which, _ in lanes.trace])
    seen = np.concatenate([rows for _, rows in lanes.trace], axis=1)
    order = np.argsort(index, kind="stable")
    ends = np.cumsum(np.bincount(index))
    result = np.empty((2, *wanted.shape))
    for i, rows in enumerate(np.split(seen[:, order], ends[:-1], axis=1)):
        for j in (0, 1):
            result[j, i] = np.interp(wanted[i], rows[0], rows[j + 1])
    return result[0], result[1]
