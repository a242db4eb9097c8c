"""What holds a particle from outside: free surfaces, pressure, surface stress, a shell."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from particle_sim.errors import InputError


class Axial(enum.Enum):
    """What a cylinder's ends do.

    >>> Axial.FIXED.value
    'zero axial strain (plane strain)'
    """

    FREE = "zero axial force (generalised plane strain)"
    FIXED = "zero axial strain (plane strain)"


class Lateral(enum.Enum):
    """What a slab does in its own plane.

    >>> Lateral.BONDED.value
    'bonded to a rigid substrate'
    """

    FLAT = "free in plane, stays flat"
    BENDING = "free in plane, free to bend"
    BONDED = "bonded to a rigid substrate"


@dataclass(frozen=True, kw_only=True)
class Shell:
    """An elastic coating that stores no sodium and lets all of it pass.

    ``thickness`` [m], ``youngs_modulus`` [Pa] and ``poisson_ratio`` are its own, ``misfit_strain``
    its own stress-free linear strain (positive: it wants to be larger), ``cells`` those across it.

    >>> Shell(thickness=5e-9, youngs_modulus=100e9, poisson_ratio=0.25).misfit_strain
    0.0

    Raises :class:`InputError` for a thickness or a modulus that is not positive.
    """

    thickness: float
    youngs_modulus: float
    poisson_ratio: float
    misfit_strain: float = 0.0
    cells: int = 8

    def __post_init__(self) -> None:
        if not (self.thickness > 0 and self.youngs_modulus > 0):
            raise InputError(
                f"The shell is {self.thickness:g} m thick with a modulus of "
                f"{self.youngs_modulus:g} Pa; both must be positive: leave the shell out instead."
            )


@dataclass(frozen=True, kw_only=True)
class Matrix:
    """An infinite elastic medium around the particle, bonded to it (isotropic).

    Of ``youngs_modulus`` E [Pa] and ``poisson_ratio`` nu.

    >>> Matrix(youngs_modulus=2e9, poisson_ratio=0.25).shear_modulus
    800000000.0

    Raises nothing.
    """

    youngs_modulus: float
    poisson_ratio: float

    @property
    def shear_modulus(self) -> float:
        """G = E / (2 (1 + nu)) [Pa]."""
        return self.youngs_modulus / (2 * (1 + self.poisson_ratio))


@dataclass(frozen=True, kw_only=True)
class MechanicalBoundary:
    """Tractions and constraints on a particle; the default is a free surface.

    ``pressure`` and ``inner_pressure`` [Pa] push on the outer and inner surface. ``axial`` and
    ``lateral`` hold a cylinder and a slab, a ``shell`` covers the particle. A ``matrix`` presses
    back with 4 G u/R on a sphere (2 G u/R on a cylinder). Surface stress (Cheng & Verbrugge, J.
    Appl. Phys. 104 (2008) 083521): sigma_r(R) = -n (surface_stress + surface_modulus eps_theta(R))
    / R with n = 2, 1, 0 for sphere, cylinder and slab; ``surface_stress`` and ``surface_modulus``
    are in N/m.

    >>> import particle_sim as ps
    >>> squeezed = ps.mechanics.MechanicalBoundary(pressure=1e8)
    >>> nvp, mesh = ps.load_material("nvp"), ps.shapes.sphere(2.5e-7, cells=10)
    >>> body = ps.Particle(material=nvp, mesh=mesh, mechanics=squeezed)
    >>> rest = ps.solve_stress(body, lambda x: nvp.stress_free_site_fraction + 0 * x)
    >>> float(rest.hydrostatic_stress.max().round(-3))
    -100000000.0

    Raises nothing; what a shape cannot have is refused where it is solved.
    """

    pressure: float = 0.0
    inner_pressure: float = 0.0
    surface_stress: float = 0.0
    surface_modulus: float = 0.0
    axial: Axial = Axial.FREE
    lateral: Lateral = Lateral.FLAT
    shell: Shell | None = None
    matrix: Matrix | None = None


free_surface = MechanicalBoundary()
"""No traction anywhere."""
