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
    """State at quadrature points: ``site_fraction`` theta (any shape) and ``temperature`` [K].

    >>> import numpy as np
    >>> Point(site_fraction=np.array([0.2, 0.8]), temperature=298.15).site_fraction
    array([0.2, 0.8])

    Raises nothing.
    """

    site_fraction: Array
    temperature: float


@dataclass(frozen=True, kw_only=True)
class Flux:
    """Coefficients of N = -(A grad c + B grad phi) and their slopes d/d theta.

    Arrays of the point's shape: ``diffusivity`` A [m2/s] and ``diffusivity_slope`` dA/dtheta
    [m2/s]; ``mobility`` B [mol2/(J m s)] and ``mobility_slope`` dB/dtheta, ``None`` for a law that
    reads no phi.

    >>> import numpy as np
    >>> flux = Flux(diffusivity=np.array([1e-16]), diffusivity_slope=np.zeros(1))
    >>> flux.mobility is None
    True

    Raises nothing.
    """

    diffusivity: Array
    diffusivity_slope: Array
    mobility: Array | None = None
    mobility_slope: Array | None = None


@shown
@dataclass(frozen=True, kw_only=True)
class PhysicsTerm:
    """A contribution to the sodium flux, called ``name``.

    ``law`` names the equation in results; ``flux`` gives its coefficients at a point of a material;
    ``potentials`` are the parts of phi it reads, ``needs`` the properties of the material.

    >>> import numpy as np
    >>> def slow(point: Point, material: Material) -> Flux:
    ...     same = np.full_like(point.site_fraction, 1e-17)
    ...     return Flux(diffusivity=same, diffusivity_slope=0 * same)
    >>> PhysicsTerm(name="slow", law="N = -D grad c, D = 1e-17 m2/s", flux=slow).name
    'slow'

    Raises nothing.
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
