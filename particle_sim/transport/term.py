"""The socket of a physics term: coefficients of the sodium flux at points.

Every linear law of transport reads

    N = -(A grad c + B grad phi),

with the chemical diffusivity A [m2/s], the mobility B [mol2/(J m s)] and the non-local part
phi [J/mol] of the chemical potential (gradient energy, stress). A term is a plain function of
the state at a point that returns A, B and their slopes; it never sees a mesh or a dimension.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass

from particle_sim.materials.material import Material
from particle_sim.shown import shown
from particle_sim.units import Array


class Potential(enum.Enum):
    """A non-local part of the chemical potential mu [J/mol], and the properties it takes."""

    STRESS = "- (d beta / d c) : sigma", ("chemical_strain", "youngs_modulus", "poisson_ratio")
    GRADIENT_ENERGY = "- (kappa / c_max) laplacian(theta)", ("gradient_coefficient",)

    @property
    def needs(self) -> frozenset[str]:
        """Names of the material's properties."""
        return frozenset(self.value[1])


@dataclass(frozen=True, kw_only=True)
class Point:
    """State at quadrature points (any array shape)."""

    site_fraction: Array
    temperature: float


@dataclass(frozen=True, kw_only=True)
class Flux:
    """Coefficients of N = -(A grad c + B grad phi) and their slopes d/d theta."""

    diffusivity: Array
    diffusivity_slope: Array
    mobility: Array | None = None
    mobility_slope: Array | None = None


@shown
@dataclass(frozen=True, kw_only=True)
class PhysicsTerm:
    """A named contribution to the sodium flux.

    ``law`` names the equation in results; ``potentials`` are the parts of phi it reads, ``needs``
    the properties of the material.
    """

    name: str
    law: str
    flux: Callable[[Point, Material], Flux]
    potentials: frozenset[Potential] = frozenset()
    needs: frozenset[str] = frozenset({"diffusivity"})

    @property
    def in_brief(self) -> dict[str, str]:
        """Its law, and what it reads."""
        return {
            "term": self.name,
            "law": self.law,
            "properties": ", ".join(sorted(self.needs)) or "none",
            "potentials": ", ".join(sorted(each.name.lower() for each in self.potentials))
            or "none",
        }
