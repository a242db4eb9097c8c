"""The result of a particle solve: fields, balances, the reason it ended, and warnings."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import xarray as xr

from particle_sim.fem.mesh import Mesh
from particle_sim.particle.elasticity import Elasticity
from particle_sim.particle.outcome import Balances, Cost, ParticleEnd, von_mises
from particle_sim.particle.particle import Particle
from particle_sim.particle.recovery import Tensors, joined, sided_stress, tensors_at
from particle_sim.units import Array


@dataclass(frozen=True, kw_only=True)
class ParticleRun:
    """Fields of one particle at every accepted time step.

    Shapes: t times, n concentration dofs. Tension is positive.
    """

    particle: Particle[Mesh]
    elasticity: Elasticity
    time: Array
    """[s] (t,)"""
    site_fraction: Array
    """theta at the dofs (t, n)"""
    potential: Array
    """Non-local chemical potential at the dofs [J/mol] (t, n); (t, 0) where no term reads it"""
    displacement: Array
    """Scaled displacement dofs (t, n); of a hollow particle less g r, with g in ``overall``"""
    overall: Array
    """Global unknowns of the elasticity (t, m), g of a hollow particle the last"""
    surface_flux: Array
    """Out of the outer surface [mol/(m2 s)] (t,)"""
    temperature: float
    end: ParticleEnd
    balances: Balances
    cost: Cost
    warnings: tuple[str, ...] = field(default=())

    @property
    def radius(self) -> Array:
        """Radius of the concentration dofs [m] (n,)."""
        return self.elasticity.space.nodes * self.elasticity.length

    @property
    def concentration(self) -> Array:
        """c = theta c_max at the dofs [mol/m3] (t, n)."""
        return self.site_fraction * self.particle.material.maximum_concentration

    @cached_property
    def mean_site_fraction(self) -> Array:
        """Volume mean of theta (t,)."""
        return self.site_fraction @ self.volume_weights

    @cached_property
    def volume_weights(self) -> Array:
        """Share of the particle's volume at each dof (n,); sums to one."""
        space = self.elasticity.space
        loads = space.weights @ space.values
        weights = np.bincount(space.cell_dofs.ravel(), loads.ravel(), space.dimension)
        return np.asarray(weights / weights.sum())

    @cached_property
    def tensors(self) -> Tensors:
        """Scaled stress and strain at the dofs (t, n, 3); where two cells meet, their mean."""
        return joined(self.elasticity, self.sided_tensors)

    @cached_property
    def sided_tensors(self) -> Tensors:
        """Scaled stress and strain at the dofs of every cell in turn (t, e i, 3)."""
        return sided_stress(self.elasticity, self.site_fraction, self.displacement, self.overall)

    @cached_property
    def stress(self) -> Array:
        """Principal stresses at the dofs [Pa] (t, n, 3): radial, hoop, second tangential."""
        return self.tensors.stress * self.elasticity.reference_modulus

    @cached_property
    def von_mises_stress(self) -> Array:
        """[Pa] (t, n)"""
        return von_mises(self.stress)

    @cached_property
    def hydrostatic_stress(self) -> Array:
        """Mean of the principal stresses [Pa] (t, n)."""
        return np.asarray(self.stress.mean(axis=2))

    @cached_property
    def first_principal_stress(self) -> Array:
        """Largest principal stress [Pa] (t, n)."""
        return np.asarray(self.stress.max(axis=2))

    @property
    def surface_site_fraction(self) -> Array:
        """theta at the outer surface (t, 1)."""
        return self.site_fraction[:, -1:]

    @property
    def surface_first_principal_stress(self) -> Array:
        """Largest principal stress at the outer surface [Pa] (t, 1)."""
        return self.first_principal_stress[:, -1:]

    @cached_property
    def volume(self) -> float:
        """[m3]; per metre of a cylinder, per square metre of a slab"""
        mesh = self.particle.mesh
        return mesh.coordinates.volume(mesh.inner, mesh.outer)

    def strain_energy_history(self) -> Array:
        """1/2 int sigma : (eps - beta) dV [J] (t,), a shell's share included."""
        power = self.particle.mesh.coordinates.value + 1
        unit = self.elasticity.reference_modulus * self.elasticity.length**power
        states = zip(self.site_fraction, self.displacement, self.overall, strict=True)
        return unit * np.array([self.elasticity.strain_energy(*state) for state in states])

    @property
    def strain(self) -> Array:
        """Principal strains at the dofs (t, n, 3), chemical strain included."""
        return self.tensors.strain

    def index_at(self, site_fraction: float) -> int | None:
        """Time index whose mean filling is ``site_fraction`` within 1e-6; ``None`` if not hit."""
        distance = np.abs(self.mean_site_fraction - site_fraction)
        index = int(np.argmin(distance))
        return index if distance[index] < 1e-6 else None

    def profile(self, radius: Array, *, inner_side: bool = False) -> xr.Dataset:
        """Fields interpolated at ``radius`` [m], shell included, for every time.

        At a jump (material to shell) the outer side is given unless ``inner_side``.
        """
        length = self.elasticity.length
        scaled = np.asarray(radius, dtype=float) / length
        nudge = -1e-12 if inner_side else 1e-12
        space = self.elasticity.displacement_space
        cell, _ = space.locate(scaled + nudge)
        position = (scaled - space.mesh.vertices[cell]) / space.mesh.cell_sizes[cell]
        states = (self.site_fraction, self.displacement, self.overall)
        tensors = tensors_at(self.elasticity, states, cell, position)
        values, _ = space.tabulate(position)
        local = self.displacement[:, space.cell_dofs[cell]]
        inward = np.einsum("pi,tpi->tp", values, local)
        moved = self.elasticity.moved(scaled, inward, self.overall) * length
        material_cell = np.minimum(cell, self.elasticity.cells - 1)
        shapes, _ = self.elasticity.space.tabulate(position)
        theta = np.einsum(
            "pi,tpi->tp",
            shapes,
            self.site_fraction[:, self.elasticity.space.cell_dofs[material_cell]],
        )
        theta = np.where(cell < self.elasticity.cells, theta, np.nan)
        stress = tensors.stress * self.elasticity.reference_modulus
        return _dataset(self, np.asarray(radius, dtype=float), theta, moved, stress, tensors.strain)

    def to_dataset(self) -> xr.Dataset:
        """All fields at the concentration dofs, with units in attrs."""
        return self.profile(self.radius, inner_side=True)


def _dataset(
    run: ParticleRun, radius: Array, theta: Array, moved: Array, stress: Array, strain: Array
) -> xr.Dataset:
    both = ("time", "radius")
    axial = {0: "second_tangential", 1: "axial", 2: "second_hoop"}[
        run.particle.mesh.coordinates.value
    ]
    variables = {
        "concentration": (theta * run.particle.material.maximum_concentration, "mol/m^3"),
        "site_fraction": (theta, "1"),
        "displacement": (moved, "m"),
        "radial_stress": (stress[..., 0], "Pa"),
        "hoop_stress": (stress[..., 1], "Pa"),
        f"{axial}_stress": (stress[..., 2], "Pa"),
        "hydrostatic_stress": (stress.mean(axis=2), "Pa"),
        "von_mises_stress": (von_mises(stress), "Pa"),
        "first_principal_stress": (stress.max(axis=2), "Pa"),
        "volumetric_strain": (strain.sum(axis=2), "1"),
        "radial_strain": (strain[..., 0], "1"),
        "hoop_strain": (strain[..., 1], "1"),
    }
    return xr.Dataset(
        {name: (both, values, {"units": unit}) for name, (values, unit) in variables.items()},
        coords={
            "time": ("time", run.time, {"units": "s"}),
            "radius": ("radius", radius, {"units": "m"}),
            "mean_site_fraction": ("time", run.mean_site_fraction, {"units": "1"}),
        },
        attrs={"law": run.particle.law, "end": run.end.value},
    )
