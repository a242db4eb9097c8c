"""Sum of the physics terms' flux coefficients, in the units of a scaled problem."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from particle_sim.materials.material import Material
from particle_sim.transport.close_table import CloseTable, close_table
from particle_sim.transport.scales import Scales
from particle_sim.transport.term import Flux, PhysicsTerm, Point, Potential
from particle_sim.units import Array


def potentials_of(terms: Sequence[PhysicsTerm]) -> frozenset[Potential]:
    """Parts of phi that some term reads."""
    return frozenset[Potential]().union(*(term.potentials for term in terms))


@dataclass(frozen=True, kw_only=True)
class Coefficients:
    """What the terms of one particle say at points, scaled."""

    terms: Sequence[PhysicsTerm]
    material: Material
    scales: Scales

    def at(self, theta: Array) -> Flux:
        """Coefficients and slopes, from the terms themselves."""
        return flux_coefficients(self.terms, self.material, self.scales, theta)

    def values(self, theta: Array) -> list[Array]:
        """A, and B where a term has one; those of long runs are read from a table."""
        known = None if self._table is None else self._table.at(theta)
        return _values(self.at(theta)) if known is None else known

    @cached_property
    def constant(self) -> float | None:
        """A where it is one number and stands alone."""
        flux = self.at(np.linspace(-0.1, 1.1, 25))
        value = float(flux.diffusivity[0])
        same = np.ptp(flux.diffusivity) <= 1e-14 * abs(value)
        return value if same and not flux.diffusivity_slope.any() else None

    @cached_property
    def gradient_energy(self) -> float:
        """Scaled gradient coefficient k."""
        return gradient_energy(self.terms, self.material, self.scales)

    @cached_property
    def _table(self) -> CloseTable | None:
        """Where phase boundaries cross the particle, in thousands of stages."""
        if Potential.GRADIENT_ENERGY not in potentials_of(self.terms):
            return None
        return close_table(lambda theta: np.stack(_values(self.at(theta)), axis=1))


def _values(flux: Flux) -> list[Array]:
    return [each for each in (flux.diffusivity, flux.mobility) if each is not None]


def flux_coefficients(
    terms: Sequence[PhysicsTerm], material: Material, scales: Scales, theta: Array
) -> Flux:
    """Sum of all terms' coefficients at points, scaled; no mobility where no term has one."""
    point = Point(site_fraction=theta, temperature=scales.temperature)
    fluxes = [term.flux(point, material) for term in terms]
    mobile = [f for f in fluxes if f.mobility is not None]
    one, other = 1 / scales.diffusivity, 1 / scales.mobility
    return Flux(
        diffusivity=one * _sum([f.diffusivity for f in fluxes], theta),
        diffusivity_slope=one * _sum([f.diffusivity_slope for f in fluxes], theta),
        mobility=other * _sum([f.mobility for f in mobile], theta) if mobile else None,
        mobility_slope=other * _sum([f.mobility_slope for f in mobile], theta) if mobile else None,
    )


def _sum(parts: Sequence[Array | None], like: Array) -> Array:
    """Sum of what there is; zeros of the shape of ``like`` without any."""
    known = [part for part in parts if part is not None]
    return sum(known[1:], known[0]) if known else np.zeros_like(like)


def gradient_energy(terms: Sequence[PhysicsTerm], material: Material, scales: Scales) -> float:
    """k = kappa / (c_max R T L^2); 0 where no term reads it."""
    if Potential.GRADIENT_ENERGY not in potentials_of(terms):
        return 0.0
    kappa = material.value("gradient_coefficient")
    return kappa / (scales.concentration * scales.energy * scales.length**2)
