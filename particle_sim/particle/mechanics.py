"""What holds a particle from outside: free surfaces, pressure, surface stress, a shell."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Axial(enum.Enum):
    """What a cylinder's ends do."""

    FREE = "zero axial force (generalised plane strain)"
    FIXED = "zero axial strain (plane strain)"


class Lateral(enum.Enum):
    """What a slab does in its own plane."""

    FLAT = "free in plane, stays flat"
    BENDING = "free in plane, free to bend"
    BONDED = "bonded to a rigid substrate"


@dataclass(frozen=True, kw_only=True)
class Shell:
    """An elastic coating that stores no sodium and lets all of it pass.

    ``misfit_strain`` is its own stress-free linear strain (positive: it wants to be larger).
    """

    thickness: float
    youngs_modulus: float
    poisson_ratio: float
    misfit_strain: float = 0.0
    cells: int = 8


@dataclass(frozen=True, kw_only=True)
class MechanicalBoundary:
    """Tractions and constraints on a radial particle; the default is a free surface.

    ``pressure`` and ``inner_pressure`` [Pa] push on the outer and inner surface.
    Surface stress (Cheng & Verbrugge, J. Appl. Phys. 104 (2008) 083521): sigma_r(R) =
    -n (surface_stress + surface_modulus eps_theta(R)) / R with n = 2, 1, 0 for sphere, cylinder
    and slab; ``surface_stress`` and ``surface_modulus`` are in N/m.
    """

    pressure: float = 0.0
    inner_pressure: float = 0.0
    surface_stress: float = 0.0
    surface_modulus: float = 0.0
    axial: Axial = Axial.FREE
    lateral: Lateral = Lateral.FLAT
    shell: Shell | None = None


free_surface = MechanicalBoundary()
"""No traction anywhere."""
