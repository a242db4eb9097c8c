"""What each region of a body is made of, as arrays over its cells.

Scaled: stiffness over a reference modulus. Region numbers index every array here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from particle_sim.errors import InputError
from particle_sim.fem.body_mesh import BodyMesh, Integers, Symmetry
from particle_sim.materials.functions import LinearTable
from particle_sim.materials.material import Material
from particle_sim.particle.crystal import Inert
from particle_sim.particle.particle import Particle
from particle_sim.particle.stiffness import isotropic_stiffness, rotated_stiffness, strain_voigt
from particle_sim.units import Array

EXPANSION = np.array([1.0, 1.0, 1.0, 0.0, 0.0, 0.0])
"""Voigt strain of an even expansion"""

_DILATION = np.outer(EXPANSION, EXPANSION)
_SHEAR = np.diag((2.0, 2.0, 2.0, 1.0, 1.0, 1.0))
"""An isotropic C is lambda times the first and mu times the second."""


@dataclass(frozen=True, kw_only=True)
class Regions:
    """Elastic and directional properties of one particle's regions; ``inert`` hold no sodium."""

    particle: Particle
    mesh: BodyMesh
    inert: Mapping[int, Inert]

    def __post_init__(self) -> None:
        unknown = sorted(set(self.inert) - set(np.unique(self.mesh.regions).tolist()))
        if unknown:
            raise InputError(
                f"Region {unknown[0]} is declared inert but the mesh has only the regions "
                f"0 to {int(self.mesh.regions.max())}."
            )
        if not np.any(self.active[self.mesh.regions]):
            raise InputError("Every region of the particle is inert; leave one that holds sodium.")
        if self.mesh.symmetry is Symmetry.AXISYMMETRIC:
            self._check_axis()

    @property
    def material(self) -> Material:
        return self.particle.material

    @cached_property
    def count(self) -> int:
        """Number of regions."""
        return int(self.mesh.regions.max()) + 1

    @cached_property
    def active(self) -> NDArray[np.bool_]:
        """Whether a region holds sodium (regions,)."""
        return np.array([region not in self.inert for region in range(self.count)])

    @cached_property
    def reference_modulus(self) -> float:
        """Stress unit: Young's modulus at half filling, or C11 of a crystal [Pa]."""
        crystal = self.particle.crystal
        if crystal is not None and crystal.stiffness is not None:
            return float(crystal.stiffness[0, 0])
        return float(self.material["youngs_modulus"](np.array(0.5)))

    @cached_property
    def rotations(self) -> Array:
        """v_lab = R v_crystal (regions, 3, 3)."""
        crystal = self.particle.crystal
        if crystal is None:
            return np.broadcast_to(np.eye(3), (self.count, 3, 3))
        return crystal.rotations(self.count)

    @cached_property
    def stiffness(self) -> Array:
        """Scaled C in the axes of the particle (regions, 6, 6)."""
        crystal = self.particle.crystal
        if crystal is not None and crystal.stiffness is not None:
            own = crystal.stiffness
        else:
            half = np.array(0.5)
            ratio = float(self.material["poisson_ratio"](half))
            own = isotropic_stiffness(float(self.material["youngs_modulus"](half)), ratio)
        result = np.stack([rotated_stiffness(own, rotation) for rotation in self.rotations])
        for region, inert in self.inert.items():
            result[region] = inert.stiffness
        return result / self.reference_modulus

    @cached_property
    def has_constant_stiffness(self) -> bool:
        """Whether the stiffness does not depend on the filling."""
        crystal = self.particle.crystal
        if crystal is not None and crystal.stiffness is not None:
            return True
        probe, names = np.linspace(0, 1, 11), ("youngs_modulus", "poisson_ratio")
        return not any(np.any(self.material[name].slope(probe)) for name in names)

    def stiffness_at(self, theta: Array) -> Array:
        """Scaled C (..., 6, 6) of an isotropic material at site fractions (...)."""
        modulus = self.material["youngs_modulus"](theta) / self.reference_modulus
        ratio = self.material["poisson_ratio"](theta)
        shear = modulus / (2 * (1 + ratio))
        lame = 2 * shear * ratio / (1 - 2 * ratio)
        return lame[..., None, None] * _DILATION + shear[..., None, None] * _SHEAR

    @cached_property
    def strain_axes(self) -> Array:
        """Engineering Voigt strain per unit of each chemical strain (regions, k, 6).

        k = 3 where a crystal's strains along a, b and c differ; else one even expansion, k = 1.
        """
        if not self._crystal_strains:
            return np.broadcast_to(EXPANSION, (self.count, 1, 6))
        axes = self.rotations.transpose(0, 2, 1)  # (region, crystal axis, lab component)
        return strain_voigt(axes[..., :, None] * axes[..., None, :])

    @property
    def _crystal_strains(self) -> tuple[LinearTable, ...]:
        crystal = self.particle.crystal
        return () if crystal is None or crystal.strain is None else crystal.strain

    def chemical_strain(self, theta: Array) -> tuple[Array, Array, Array]:
        """Strain along its k axes at points (..., k), relative to the stress-free state.

        Returns value, slope and curvature with theta.
        """
        laws = self._crystal_strains or (self.material["chemical_strain"],)
        return (
            self.free_strain(theta),
            np.stack([law.slope(theta) for law in laws], axis=-1),
            np.stack([law.curvature(theta) for law in laws], axis=-1),
        )

    def free_strain(self, theta: Array) -> Array:
        """The value alone (..., k)."""
        laws = self._crystal_strains or (self.material["chemical_strain"],)
        rest = np.array(self.material.stress_free_site_fraction)
        return np.stack([law(theta) - law(rest) for law in laws], axis=-1)

    @cached_property
    def steepest_strain(self) -> float:
        """Largest slope of a chemical strain with theta."""
        return float(np.abs(self.chemical_strain(np.linspace(0, 1, 201))[1]).max())

    @cached_property
    def inert_strain(self) -> Array:
        """Stress-free Voigt strain of inert regions (regions, 6); zero for the others."""
        result = np.zeros((self.count, 6))
        for region, inert in self.inert.items():
            result[region] = inert.strain
        return result

    def diffusivity_ratio_in(self, cells: Integers) -> Array | None:
        """Ratio tensor (k, d, d) of some cells, what cracks let through taken in; else ``None``."""
        tensors, cracks = self.diffusivity_ratio, self.particle.cracks
        ratio = None if tensors is None else tensors[self.mesh.regions[cells]]
        if cracks is None:
            return ratio
        passed = cracks.transmission[cells, None, None]
        return np.asarray(passed * (np.eye(self.mesh.dimension) if ratio is None else ratio))

    @cached_property
    def diffusivity_ratio(self) -> Array | None:
        """Ratio tensor in the axes of the section or body (regions, d, d); ``None`` if isotropic.

        The meridian's coordinates (r, z) are the first and third axis.
        """
        crystal, d = self.particle.crystal, self.mesh.dimension
        if crystal is None or crystal.diffusivity_ratio == (1.0, 1.0, 1.0):
            return None
        ratio = np.asarray(crystal.diffusivity_ratio)
        tensors = np.einsum("rai,i,rbi->rab", self.rotations, ratio, self.rotations)
        keep = [0, 2] if self.mesh.symmetry is Symmetry.AXISYMMETRIC else list(range(d))
        return np.asarray(tensors[:, keep][:, :, keep])

    def _check_axis(self) -> None:
        """Refuse a crystal that is not the same all around the axis of a meridian section."""
        crystal = self.particle.crystal
        if crystal is None:
            return
        angle = 0.7
        turn = np.array(
            [
                [np.cos(angle), -np.sin(angle), 0],
                [np.sin(angle), np.cos(angle), 0],
                [0, 0, 1],
            ]
        )
        turned = np.stack([rotated_stiffness(c, turn) for c in self.stiffness])
        ratio = crystal.diffusivity_ratio
        strain = crystal.strain
        alike = np.allclose(turned, self.stiffness, atol=1e-9 * float(self.stiffness.max()))
        alike = alike and (strain is None or strain[0] == strain[1]) and ratio[0] == ratio[1]
        alike = alike and np.allclose(np.abs(self.rotations[:, 2, 2]), 1.0, atol=1e-12)
        if not alike:
            raise InputError(
                "The crystal is not the same all around the axis of the meridian section; put c "
                "along z with equal a and b, or use a 3-D shape."
            )
