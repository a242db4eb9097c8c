"""advance_two_phase: spheres that part into a core and a shell, thousands at once.

A reduced model of :data:`~particle_sim.transport.phase_separation.phase_separation`: the phase
boundary is sharp, and each phase diffuses with its own thermodynamic factor.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from particle_sim.batch import block
from particle_sim.batch.accuracy import ERROR, tolerance_of
from particle_sim.batch.advance import Spheres, scaled_lanes, stress_unit, tried_enough
from particle_sim.batch.history import passed
from particle_sim.batch.moving_front import Boundary, Solution
from particle_sim.batch.two_phase_march import UNDECIDED, Lanes, through_phases
from particle_sim.errors import InputError
from particle_sim.units import Array


@dataclass(frozen=True, kw_only=True)
class TwoPhaseRun:
    """Results of n spheres; what :class:`~particle_sim.batch.advance.BatchRun` has too means
    the same."""

    time_end: Array
    end: NDArray[np.int64]
    mean_site_fraction_end: Array
    surface_site_fraction_end: Array
    peak_inhomogeneity: Array
    peak_hoop_stress: Array
    peak_tension: Array
    peak_hydrostatic_stress: Array
    sodium_error: Array
    steps: NDArray[np.int64]
    time_parted: Array
    """When the shell formed [s] (n,); NaN where it did not"""
    time: Array
    mean_site_fraction: Array
    surface_site_fraction: Array
    front: Array
    """Radius of the boundary over R (n, k): 1 without a shell, 0 without a core"""


def binodal_filling(chi: Array) -> Array:
    """The poor phase's theta in ln(theta/(1 - theta)) + chi (1 - 2 theta) = 0, for chi above 2.

    The rich phase's is 1 - theta.

    >>> print(f"{binodal_filling(np.array([3.0]))[0]:.4f}")
    0.0707
    """
    low, high = np.zeros_like(chi), 0.5 - np.sqrt(0.25 - 0.5 / chi)
    for _ in range(200):
        middle = 0.5 * (low + high)
        below = np.log(middle / (1 - middle)) + chi * (1 - 2 * middle) < 0
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return np.asarray(0.5 * (low + high))


def boundary_of(chi: Array, low: Array, length: Array, flux: Array) -> Boundary:
    """The boundary's first-order effects, from its planar profile; ``length`` is lambda/R.

    lambda dtheta/dx = sqrt(2 df) with df the energy above the common tangent.
    """
    nodes, weights = np.polynomial.legendre.leggauss(64)
    jump, chi = 1 - 2 * low, chi[:, None]
    theta = 0.5 + 0.25 * jump[:, None] * (nodes + 1)
    weight = 0.25 * jump[:, None] * weights
    mobile, least = theta * (1 - theta), (low * (1 - low))[:, None]
    energy = _mixing(theta, chi) - _mixing(low[:, None], chi)
    steep = np.sqrt(2 * energy)
    half, rest = theta - 0.5, 1 - low[:, None] - theta
    tension = 2 * (weight * steep).sum(axis=1)
    bypass = 2 * (weight * (1 / least - 1 / mobile) / steep).sum(axis=1)
    outer = (weight * (0.5 * jump[:, None] / least - half / mobile) / steep).sum(axis=1)
    inner = 2 * (weight * half * rest / mobile / steep).sum(axis=1)
    mobility, third = 0.5 / chi[:, 0], 4 * chi[:, 0] ** 2 * np.sqrt(1 - 2 / chi[:, 0])
    layer = (2 * length**4 * mobility / third) ** 0.2
    return Boundary(
        layer=layer,
        pace=layer**4 / (2*mobility*np.maximum(length,1e-300)**2),
        least=np.minimum(2*mobility*(length/np.maximum(layer,1e-300))**2*flux**.4, .5),
        energy=length * 2 * tension / jump,
        drag=length * (outer + inner / jump) / jump,
        bypass=length * bypass / 2,
    )


def _mixing(theta: Array, chi: Array) -> Array:
    """f/(R T)"""
    entropy = theta * np.log(theta) + (1 - theta) * np.log(1 - theta)
    return np.asarray(entropy + chi * theta * (1 - theta))


def advance_two_phase(
    spheres: Spheres,
    regular_solution_parameter: Array,
    boundary_length: Array,
    time: Array,
    flux: Array,
    *,
    limits: tuple[Array | float, Array | float] = (0.0, 1.0),
    error: float = ERROR,
    output: int = 0,
) -> TwoPhaseRun:
    """Fill or empty every sphere through its phase boundary under its surface flux."""
    chi = np.asarray(regular_solution_parameter, dtype=float)
    tolerance = tolerance_of(error)
    scaled, unit = scaled_lanes(spheres, time, flux, limits, tolerance)
    lanes, start = _turned(spheres, chi, boundary_length/spheres.radius, scaled, tolerance)
    through_phases(lanes, start)
    tried_enough(lanes.end, "Sphere")
    return _in_si(spheres, lanes, start, unit, output)


def _turned(
    spheres: Spheres, chi: Array, length: Array, scaled: block.Lanes, tolerance: float
) -> tuple[Lanes, Array]:
    """Spheres that are emptied as spheres that are filled with what is missing."""
    count = len(scaled.start)
    if chi.shape != (count,) or not np.all(chi > 2):
        raise InputError(
            f"The regular_solution_parameter must be {count} numbers above 2, where phases part, "
            f"and the lowest is {chi.min():g}; use advance() for a solid solution."
        )
    emptied = scaled.flux.max(axis=1) > 0
    flux = np.where(emptied[:, None], scaled.flux, -scaled.flux)
    start = np.where(emptied, 1 - scaled.start, scaled.start)
    low = binodal_filling(chi)
    lanes = Lanes(
        knots=np.array(scaled.knots),
        flux=flux,
        top=np.where(emptied, 1 - scaled.low, scaled.high),
        solution=Solution(chi=chi, low=low, boundary=boundary_of(chi, low, length, flux.max(axis=1))),
        emptied=emptied,
        strain=spheres.strain,
        tolerance=tolerance,
        time=np.array(scaled.knots[:, 0]),
        end=np.full(count, UNDECIDED),
        parted=np.full(count, np.nan),
        steps=np.zeros(count, dtype=np.int64),
        mean=np.empty(count),
        surface=np.empty(count),
        peaks=np.zeros((4, count)),
    )
    return lanes, start


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
