"""Cahn-Hilliard diffusion of a regular solution, plateau by plateau, with or without coherency.

On plateau i (share s_i, filling y, interaction chi) the homogeneous chemical potential is
-F U_i + RT [ln(y/(1-y)) + chi (1 - 2y)] and the mobile sodium s_i c_max y (1 - y), so

    N = -D_self [ (1 - 2 chi y (1 - y)) grad c + s_i c_max y (1 - y)/(RT) grad phi ].

The logarithms cancel against the mobility, which is what keeps nearly empty and nearly full
phases well behaved.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from particle_sim.constants import GAS_CONSTANT
from particle_sim.materials.material import Material
from particle_sim.materials.potential import Step
from particle_sim.transport.term import Flux, PhysicsTerm, Point, Potential
from particle_sim.units import Array

EDGE_ROUNDING = 0.01
"""Half width in theta over which the corners of y (1 - y) between two plateaus are rounded."""

_NEEDS = frozenset({"diffusivity", "open_circuit_potential", "regular_solution_parameter"})


def _flux(point: Point, material: Material) -> Flux:
    diffusivity = material["diffusivity"]
    value = diffusivity(point.site_fraction, point.temperature)
    change = diffusivity.slope(point.site_fraction, point.temperature)
    chi = material.value("regular_solution_parameter")
    (mixing, mixing_slope), (mobile, mobile_slope) = mobile_sodium(
        point.site_fraction, material.steps
    )
    curvature = 1 - 2 * chi * mixing
    scale = material.maximum_concentration / (GAS_CONSTANT * point.temperature)
    return Flux(
        diffusivity=value * curvature,
        diffusivity_slope=change * curvature - value * 2 * chi * mixing_slope,
        mobility=scale * value * mobile,
        mobility_slope=scale * (change * mobile + value * mobile_slope),
    )


def mobile_sodium(
    theta: Array, steps: tuple[Step, ...]
) -> tuple[tuple[Array, Array], tuple[Array, Array]]:
    """(m, dm/dtheta) of m = y (1 - y), and the same of s m, on the plateau of each point.

    Zero beyond the window; between two plateaus the corner is replaced by a cubic over
    +- ``EDGE_ROUNDING`` that keeps value and slope at its ends.
    """
    if len(steps) == 1:
        mixing, mixing_slope, _ = _raw(theta, steps)
        return (mixing, mixing_slope), (mixing, mixing_slope)
    mixing, mixing_slope, share = _raw(theta, steps)
    first, second = (mixing, mixing_slope), (share * mixing, share * mixing_slope)
    for step in steps[1:]:
        near = np.abs(theta - step.start) < EDGE_ROUNDING
        if near.any():
            ends = np.array([step.start - EDGE_ROUNDING, step.start + EDGE_ROUNDING])
            value, slope, width = _raw(ends, steps)
            _blend(first, near, theta, ends, value, slope)
            _blend(second, near, theta, ends, width * value, width * slope)
    return first, second


def _raw(theta: Array, steps: tuple[Step, ...]) -> tuple[Array, Array, Array]:
    starts, shares = _edges(steps)
    index = np.searchsorted(starts[1:], theta, side="right")
    share = shares[index]
    filling = (theta - starts[index]) / share
    rest = 1 - filling
    mixing = filling * rest  # negative outside
    return np.maximum(mixing, 0.0), np.where(mixing >= 0, (rest - filling) / share, 0.0), share


@lru_cache(maxsize=64)
def _edges(steps: tuple[Step, ...]) -> tuple[Array, Array]:
    """Starts and shares of the plateaus."""
    return np.array([step.start for step in steps]), np.array([step.share for step in steps])


def _blend(
    pair: tuple[Array, Array],
    near: NDArray[np.bool_],
    theta: Array,
    ends: Array,
    value: Array,
    slope: Array,
) -> None:
    """Put the Hermite cubic through ``ends`` into value and slope where ``near``, in place."""
    length = ends[1] - ends[0]
    t = (theta[near] - ends[0]) / length
    pair[0][near] = (
        (1 + 2 * t) * (1 - t) ** 2 * value[0]
        + t * (1 - t) ** 2 * length * slope[0]
        + t**2 * (3 - 2 * t) * value[1]
        + t**2 * (t - 1) * length * slope[1]
    )
    pair[1][near] = (
        6 * t * (t - 1) * (value[0] - value[1]) / length
        + (1 - t) * (1 - 3 * t) * slope[0]
        + t * (3 * t - 2) * slope[1]
    )


phase_separation = PhysicsTerm(
    name="phase_separation",
    law="regular-solution Cahn-Hilliard, no coherency stress in the chemical potential",
    flux=_flux,
    potentials=frozenset({Potential.GRADIENT_ENERGY}),
    needs=_NEEDS,
)
"""Reads ``diffusivity`` as the self-diffusivity. Two phases form where chi > 2. The stress it
leaves behind is the coherent misfit of the two phases, because elastic energy does not act on the
sodium (Cahn & Hilliard, J. Chem. Phys. 28 (1958) 258)."""

coherent_phase_separation = PhysicsTerm(
    name="coherent_phase_separation",
    law="regular-solution Cahn-Hilliard with coherency stress (two-way, solid solution)",
    flux=_flux,
    potentials=frozenset({Potential.GRADIENT_ENERGY, Potential.STRESS}),
    needs=_NEEDS,
)
"""As ``phase_separation`` with - (d beta/d c) : sigma in the chemical potential. In an endless
body, and for the shells of a radial model, that lowers the interaction to chi - k s c_max/2 (Cahn,
Acta Metall. 9 (1961) 795); the one-sided phases of a sphere hardly feel it
(:mod:`particle_sim.transport.one_sided`), so solve a section where coherent phases matter."""
