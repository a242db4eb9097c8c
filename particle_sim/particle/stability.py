"""Steps short enough that a uniform particle can come apart.

In a filling inside the spinodal any wave of sodium grows, however small. An implicit step much
longer than that growth damps the wave instead, and the particle seems to stay uniform.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from particle_sim.fem.mesh import Coordinates, Mesh
from particle_sim.materials.material import Material
from particle_sim.transport.coefficients import flux_coefficients, gradient_energy, potentials_of
from particle_sim.transport.one_sided import COHERENT_GROWTH, ONE_SIDED
from particle_sim.transport.scales import Scales
from particle_sim.transport.term import PhysicsTerm, Potential
from particle_sim.units import Array

SLOWEST_WAVE = {Coordinates.SLAB: math.pi, Coordinates.CYLINDER: 3.8317, Coordinates.SPHERE: 4.4934}
"""k R of the longest radial wave between sealed ends: sin x, J_1 and j_1 vanish."""
UNIFORM = 1e-2
"""Largest span of theta that counts as uniform; a wider wave is followed by the step's error."""
MOST_GROWTH = 1.0
"""Largest exponent by which a wave may grow in one step."""
_LOOKS = 9


@dataclass(frozen=True, kw_only=True)
class UniformStability:
    """Linear stability of a uniform particle, in scaled time and length.

    A wave k grows at omega = -(A + B h) k^2 - B g k^4, with A and B the flux coefficients of the
    uniform filling, g the gradient energy and h = 2 E e^2/((1 - nu) R T c_max) where stress acts
    on the sodium (Cahn, Acta Metall. 9 (1961) 795). The one-sided wave of a body escapes h: it
    grows at 35/8 (-A - 2.08^2 B g), see :mod:`particle_sim.transport.one_sided`.
    """

    terms: tuple[PhysicsTerm, ...]
    material: Material
    scales: Scales
    slowest: float
    """k of the longest wave; in a hollow particle pi over its wall, a little less"""

    def error(self, before: Array, after: Array, length: float) -> float:
        """(omega h/MOST_GROWTH)^4 of the fastest wave on the fillings that a step of h passes.

        0 from or to a state that is not uniform. The fourth power, as the step goes with the fourth
        root of its error.
        """
        if np.ptp(before) > UNIFORM or np.ptp(after) > UNIFORM:
            return 0.0
        passed = np.linspace(before.mean(), after.mean(), _LOOKS)
        return (self.growth(passed) * length / MOST_GROWTH) ** 4

    def growth(self, filling: Array) -> float:
        """Largest omega over the fillings; 0 where all are stable."""
        flux = flux_coefficients(self.terms, self.material, self.scales, filling)
        assert flux.mobility is not None
        stiff = flux.mobility * gradient_energy(self.terms, self.material, self.scales)
        bulk = flux.diffusivity + flux.mobility * self._coherency(filling)
        square = np.maximum(-bulk / (2 * np.maximum(stiff, 1e-300)), self.slowest**2)
        fastest = float(np.max(-bulk * square - stiff * square**2, initial=0.0))
        if not self.is_coherent:
            return fastest
        one_sided = COHERENT_GROWTH * (-flux.diffusivity - ONE_SIDED**2 * stiff)
        return max(fastest, float(np.max(one_sided)))

    @property
    def is_coherent(self) -> bool:
        """Whether stress acts on the sodium."""
        return Potential.STRESS in potentials_of(self.terms)

    def _coherency(self, filling: Array) -> Array:
        """h (n,)"""
        if not self.is_coherent:
            return np.zeros_like(filling)
        modulus, ratio = (
            self.material[name](filling) for name in ("youngs_modulus", "poisson_ratio")
        )
        energy = self.scales.energy * self.scales.concentration
        slope = self.material["chemical_strain"].slope(filling)
        return np.asarray(2 * modulus * slope**2 / (1 - ratio) / energy)


def uniform_stability(
    terms: tuple[PhysicsTerm, ...], material: Material, scales: Scales, mesh: Mesh
) -> UniformStability | None:
    """Of a line: ``None`` where no phases part, or where stress acts back on them."""
    if potentials_of(terms) != {Potential.GRADIENT_ENERGY}:
        return None
    slowest = max(SLOWEST_WAVE[mesh.coordinates], math.pi / (1 - mesh.inner / mesh.outer))
    return UniformStability(terms=terms, material=material, scales=scales, slowest=slowest)


def body_stability(
    terms: tuple[PhysicsTerm, ...], material: Material, scales: Scales
) -> UniformStability | None:
    """Of a section or body, taken for a ball of its reach: ``None`` where no phases part."""
    if Potential.GRADIENT_ENERGY not in potentials_of(terms):
        return None
    return UniformStability(terms=terms, material=material, scales=scales, slowest=ONE_SIDED)
