"""A law of transport in a free, solid sphere: Fick's law, where it comes down to that.

In a sphere whose surface is free the hydrostatic stress follows from the sodium alone,

    sigma_h = 2 E/(3 (1 - nu)) (<beta> - beta),   <beta> the mean over the volume

(Timoshenko & Goodier, Theory of Elasticity, the sphere with beta for alpha T). Where beta is one
straight line in c, Omega = 3 d beta/dc, and E and nu are constant, phi = -Omega sigma_h gives

    grad phi = m grad c,   m = 2 E Omega^2/(9 (1 - nu)),   N = -(A + m B) grad c,

exactly: a diffusivity that depends on the filling alone, while at the surface

    phi = m (c_s - <c>),   which takes (R T/F) k (theta_s - <theta>) off the electrode potential.

With a bent beta, <beta> stays in grad phi; with a gradient energy, grad phi has a third derivative:
neither is a diffusivity.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from particle_sim.constants import GAS_CONSTANT
from particle_sim.materials.functions import Constant
from particle_sim.materials.material import Material
from particle_sim.transport.coefficients import potentials_of
from particle_sim.transport.table import GRID, INTERVALS, Table, tabulated
from particle_sim.transport.term import PhysicsTerm, Point, Potential
from particle_sim.units import Array

STRAIGHT = 1e-9
"""Largest distance of the chemical strain from a straight line, over its span."""

FINER, RESOLVED = 16, 1e-3
"""A table holds a diffusivity whose integral stays within this on a grid so many times as fine."""


@dataclass(frozen=True, kw_only=True)
class SphereTransport:
    """D(theta) = ``scale`` (``shape`` + ``drift`` ``mobile``) [m2/s].

    ``shape`` = A/scale and ``mobile`` = B R T/(scale c_max); ``scale`` is A at half filling.
    """

    scale: float
    shape: Table
    mobile: Table
    drift: float
    """k of :func:`stress_drift_factor`; 0 where the law reads no stress"""

    @property
    def values(self) -> Array:
        """D [m2/s] on the grid of the tables."""
        return np.asarray(self.scale * (self.shape.values + self.drift * self.mobile.values))

    @property
    def constant(self) -> float | None:
        """D [m2/s] where it does not depend on the filling."""
        return self.scale if self.shape.is_constant and self.drift == 0 else None


def sphere_transport(
    terms: Sequence[PhysicsTerm], material: Material, temperature: float
) -> SphereTransport | str:
    """The diffusivity that the terms come down to, or why they do not, as half a sentence."""
    potentials = potentials_of(terms)
    reason = _obstacle(potentials, material)
    if reason is not None:
        return reason
    diffusivity, mobility = _coefficients(terms, material, temperature, GRID)
    if not diffusivity.min() > 0:
        return f"its diffusivity falls to {diffusivity.min():.3g} m^2/s"
    if np.ptp(diffusivity) > 0:
        fine = np.linspace(0, 1, FINER * INTERVALS + 1)
        whole = np.trapezoid(_coefficients(terms, material, temperature, fine)[0], fine)
        if abs(float(np.trapezoid(diffusivity, GRID) / whole) - 1) > RESOLVED:
            return f"its diffusivity jumps between the {len(GRID)} fillings of a table"
    scale = float(diffusivity[len(GRID) // 2])
    energy = GAS_CONSTANT * temperature
    return SphereTransport(
        scale=scale,
        shape=tabulated(diffusivity / scale),
        mobile=tabulated(mobility * energy / (scale * material.maximum_concentration)),
        drift=_drift(material, temperature) if Potential.STRESS in potentials else 0.0,
    )


def stress_drift_factor(
    partial_molar_volume: Array,
    youngs_modulus: Array,
    poisson_ratio: Array,
    maximum_concentration: Array,
    temperature: float,
) -> Array:
    """k = m c_max/(R T) = 2 Omega^2 E c_max/(9 R T (1 - nu)), Omega [m3/mol].

    The drift of an ideal solid solution, B = D c_max m/(R T) with m = y (1 - y) x_sites/(x_max -
    x_min), is then Fick's law with D (1 + k m); m is theta (1 - theta) where x_min = 0 and x_max =
    x_sites. k says nothing of the lattice.
    """
    energy = 9 * GAS_CONSTANT * temperature * (1 - poisson_ratio)
    return 2 * partial_molar_volume**2 * youngs_modulus * maximum_concentration / energy


def _coefficients(
    terms: Sequence[PhysicsTerm], material: Material, temperature: float, theta: Array
) -> tuple[Array, Array]:
    """A and B at fillings."""
    point = Point(site_fraction=theta, temperature=temperature)
    fluxes = [term.flux(point, material) for term in terms]
    diffusivity = np.sum([flux.diffusivity for flux in fluxes], axis=0)
    mobility = sum((f.mobility for f in fluxes if f.mobility is not None), np.zeros_like(theta))
    return diffusivity, mobility


def _obstacle(potentials: frozenset[Potential], material: Material) -> str | None:
    if Potential.GRADIENT_ENERGY in potentials:
        return "its gradient energy is no function of the filling"
    if Potential.STRESS not in potentials:
        return None
    strain = material["chemical_strain"](GRID)
    line = strain[0] + (strain[-1] - strain[0]) * GRID
    if np.max(np.abs(strain - line)) > STRAIGHT * np.ptp(strain):
        return "the chemical strain is not one straight line, so that stress acts from afar"
    stiff = (material["youngs_modulus"], material["poisson_ratio"])
    if not all(isinstance(known.function, Constant) for known in stiff):
        return "the stiffness changes with the filling, so that stress acts from afar"
    return None


def _drift(material: Material, temperature: float) -> float:
    full, middle = material.maximum_concentration, np.array(0.5)
    ends = material["chemical_strain"](np.array([0.0, 1.0]))
    factor = stress_drift_factor(
        3 * (ends[1] - ends[0]) / full,
        material["youngs_modulus"](middle, temperature),
        material["poisson_ratio"](middle, temperature),
        np.array(full),
        temperature,
    )
    return float(factor)
