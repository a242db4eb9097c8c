"""Fields along the radius of a particle, each evaluated inside its cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from particle_sim.fem.locate import along_line
from particle_sim.particle.outcome import von_mises
from particle_sim.particle.recovery import RecoveryPoints
from particle_sim.particle.stiffness import principal_stresses
from particle_sim.units import Array


@dataclass(frozen=True, kw_only=True)
class RadialFields:
    """At k radii and t times: theta (nan in a shell) and scaled displacement (t, k), tensors."""

    site_fraction: Array
    displacement: Array
    stress: Array
    """Scaled (t, k, 6)"""
    strain: Array

    def table(
        self,
        components: Sequence[str],
        *,
        modulus: float,
        length: float,
        maximum_concentration: float,
    ) -> dict[str, tuple[Array, str]]:
        """Fields (t, k) in SI with their units, by name; the ``components`` name the stresses."""
        theta, stress, strain = self.site_fraction, self.stress * modulus, self.strain
        principal = principal_stresses(stress)
        return {
            "concentration": (theta * maximum_concentration, "mol/m^3"),
            "site_fraction": (theta, "1"),
            "displacement": (self.displacement * length, "m"),
            **{f"{components[k]}_stress": (stress[..., k], "Pa") for k in range(3)},
            "hydrostatic_stress": (stress[..., :3].mean(axis=2), "Pa"),
            "von_mises_stress": (von_mises(principal), "Pa"),
            "first_principal_stress": (principal[..., 2], "Pa"),
            "volumetric_strain": (strain[..., :3].sum(axis=2), "1"),
            "radial_strain": (strain[..., 0], "1"),
            "hoop_strain": (strain[..., 1], "1"),
        }


def along_radius(
    points: RecoveryPoints, states: tuple[Array, Array], radius: Array, *, inner_side: bool
) -> RadialFields:
    """Fields of states (theta (t, n), displacement (t, m)) at scaled radii (k,)."""
    elasticity, (theta, moved) = points.elasticity, states
    space = elasticity.space
    cells, position = along_line(space.mesh, radius, inner_side=inner_side)
    reference = position[:, None, None]
    stress, strain = points.inside(theta, moved, cells, reference)
    filling = points.filling_inside(theta, cells, reference)[..., 0]
    values, _, _ = space.shapes_at(cells, reference)
    nodal = np.einsum("pi,tpi->tp", values[:, 0], moved[:, space.cell_dofs[cells]])
    whole = moved[:, space.dimension :] @ elasticity.motions.displacement(radius).T
    inert = ~elasticity.regions.active[space.mesh.regions[cells]]
    return RadialFields(
        site_fraction=np.where(inert, np.nan, filling),
        displacement=nodal + whole,
        stress=stress[:, :, 0],
        strain=strain[:, :, 0],
    )
