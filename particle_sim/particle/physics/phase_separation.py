"""Cahn-Hilliard diffusion of a regular solution, plateau by plateau, with or without coherency.

On plateau i (share s_i, filling y, interaction chi) the homogeneous chemical potential is
-F U_i + RT [ln(y/(1-y)) + chi (1 - 2y)] and the mobile sodium s_i c_max y (1 - y), so

    N = -D_self [ (1 - 2 chi y (1 - y)) grad c + s_i c_max y (1 - y)/(RT) grad phi ].

The logarithms cancel against the mobility, which is what keeps nearly empty and nearly full
phases well behaved.
"""

from __future__ import annotations

import numpy as np

from particle_sim.constants import GAS_CONSTANT
from particle_sim.materials.material import Material
from particle_sim.particle.physics.term import (
    Flux,
    PhysicsTerm,
    Point,
    Potential,
    step_filling,
)


def _flux(point: Point, material: Material) -> Flux:
    filling, share = step_filling(point, material)
    diffusivity = material["diffusivity"]
    value = diffusivity(point.site_fraction, point.temperature)
    change = diffusivity.slope(point.site_fraction, point.temperature)
    chi = material.value("regular_solution_parameter")
    mobile = filling * (1 - filling)
    curvature = 1 - 2 * chi * mobile
    scale = material.maximum_concentration / (GAS_CONSTANT * point.temperature)
    within = (point.site_fraction >= 0) & (point.site_fraction <= 1)
    asymmetry = np.where(within, 1 - 2 * filling, 0.0)
    return Flux(
        diffusivity=value * curvature,
        diffusivity_slope=change * curvature - value * 2 * chi * asymmetry / share,
        mobility=scale * value * share * mobile,
        mobility_slope=scale * (change * share * mobile + value * asymmetry),
    )


phase_separation = PhysicsTerm(
    name="phase_separation",
    law="regular-solution Cahn-Hilliard, no coherency stress in the chemical potential",
    flux=_flux,
    potentials=frozenset({Potential.GRADIENT_ENERGY}),
)
"""Reads ``diffusivity`` as the self-diffusivity. Two phases form where chi > 2. The stress it
leaves behind is the full coherent misfit, because elastic energy does not act on the sodium
(Cahn & Hilliard, J. Chem. Phys. 28 (1958) 258)."""

coherent_phase_separation = PhysicsTerm(
    name="coherent_phase_separation",
    law="regular-solution Cahn-Hilliard with coherency stress (two-way, solid solution)",
    flux=_flux,
    potentials=frozenset({Potential.GRADIENT_ENERGY, Potential.STRESS}),
)
"""As ``phase_separation`` with - (d beta/d c) : sigma in the chemical potential, which lowers the
interaction to chi - k c_max / 2 (Cahn, Acta Metall. 9 (1961) 795)."""
