"""The result of a body solve: fields at the stored times, balances, the reason it ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import xarray as xr

from particle_sim.fem.body_mesh import BodyMesh, Integers
from particle_sim.fem.locate import locate
from particle_sim.fem.sparse_pattern import scatter
from particle_sim.particle.body.elasticity import BodyElasticity
from particle_sim.particle.body.kinematics import LABELS
from particle_sim.particle.body.recovery import RecoveryPoints
from particle_sim.particle.body.space_error import space_error
from particle_sim.particle.outcome import Balances, Cost, ParticleEnd, SpaceError, von_mises
from particle_sim.particle.particle import Particle
from particle_sim.particle.stiffness import stress_tensor
from particle_sim.units import Array


@dataclass(frozen=True, kw_only=True)
class BodyRun:
    """Fields of a section or 3-D particle at the stored times.

    Shapes: t times, n sodium dofs, p points (nodes, once per region they belong to), d axes.
    Tension is positive. Stress and strain have six components, named by ``component_names``.
    """

    particle: Particle[BodyMesh]
    elasticity: BodyElasticity
    length: float
    """Length unit of the scaled mesh [m]."""
    time: Array
    """[s] (t,)"""
    site_fraction: Array
    """theta at the sodium dofs (t, n)"""
    potential: Array
    """Non-local chemical potential at the dofs [J/mol] (t, n); (t, 0) where no term reads it"""
    scaled_displacement: Array
    surface_flux: Mapping[str, Array]
    """Mean flux out of each open boundary [mol/(m2 s)] (t,)"""
    voltage: Array | None
    """Electrode potential [V] (t,) where the surface shares out a current; else ``None``"""
    temperature: float
    end: ParticleEnd
    balances: Balances
    cost: Cost
    warnings: tuple[str, ...] = field(default=())

    @cached_property
    def points(self) -> RecoveryPoints:
        return RecoveryPoints(elasticity=self.elasticity)

    @property
    def positions(self) -> Array:
        """Positions of the points [m] (p, d)."""
        return self.points.positions * self.length

    @property
    def nodes(self) -> Array:
        """Positions of the sodium dofs [m] (n, d)."""
        return self.elasticity.sodium.nodes * self.length

    @property
    def component_names(self) -> tuple[str, ...]:
        """What the six components of stress and strain are."""
        return LABELS[self.particle.mesh.symmetry]

    @property
    def concentration(self) -> Array:
        """c = theta c_max at the sodium dofs [mol/m3] (t, n)."""
        return self.site_fraction * self.particle.material.maximum_concentration

    @cached_property
    def volume_weights(self) -> Array:
        """Share of the sodium-holding volume at each dof (n,); sums to one."""
        volumes = self.elasticity.sodium.volumes
        return np.asarray(volumes / volumes.sum())

    @cached_property
    def mean_site_fraction(self) -> Array:
        """Volume mean of theta (t,)."""
        return self.site_fraction @ self.volume_weights

    @cached_property
    def volume(self) -> float:
        """Volume that holds sodium [m3]; m2 in plane strain."""
        plane = self.particle.mesh.symmetry.name == "PLANE"
        return float(self.elasticity.sodium.volumes.sum()) * self.length ** (2 if plane else 3)

    @property
    def site_fraction_at_points(self) -> Array:
        """theta (t, p); nan in inert regions."""
        sodium = self.points.sodium
        return np.where(sodium < 0, np.nan, self.site_fraction[:, sodium])

    @cached_property
    def _tensors(self) -> tuple[Array, Array]:
        states = zip(self.site_fraction, self.scaled_displacement, strict=True)
        pairs = [self.points.tensors(theta, u) for theta, u in states]
        modulus = self.elasticity.regions.reference_modulus
        return modulus * np.stack([s for s, _ in pairs]), np.stack([e for _, e in pairs])

    @property
    def stress(self) -> Array:
        """[Pa] (t, p, 6)"""
        return self._tensors[0]

    @property
    def strain(self) -> Array:
        """Total strain, engineering shears (t, p, 6)."""
        return self._tensors[1]

    @cached_property
    def principal_stress(self) -> Array:
        """Principal stresses, ascending [Pa] (t, p, 3)."""
        return np.asarray(np.linalg.eigvalsh(stress_tensor(self.stress)))

    @cached_property
    def von_mises_stress(self) -> Array:
        """[Pa] (t, p)"""
        return von_mises(self.principal_stress)

    @cached_property
    def hydrostatic_stress(self) -> Array:
        """Mean of the normal stresses [Pa] (t, p)."""
        return np.asarray(self.stress[..., :3].mean(axis=2))

    @property
    def first_principal_stress(self) -> Array:
        """[Pa] (t, p)"""
        return self.principal_stress[..., 2]

    @cached_property
    def displacement(self) -> Array:
        """Displacement of the nodes of the displacement element [m] (t, k, d)."""
        d = self.particle.mesh.dimension
        return self.scaled_displacement.reshape(len(self.time), -1, d) * self.length

    @cached_property
    def displacement_nodes(self) -> Array:
        """Positions at which ``displacement`` is given [m] (k, d)."""
        return self.elasticity.space.nodes * self.length

    @cached_property
    def _surface_dofs(self) -> Integers:
        return np.unique(
            np.concatenate([self.elasticity.sodium.boundary_dofs(n) for n in self.surface_flux])
        )

    @property
    def surface_site_fraction(self) -> Array:
        """theta on the open surfaces (t, s)."""
        return self.site_fraction[:, self._surface_dofs]

    @cached_property
    def _outside(self) -> Integers:
        """Points on real surfaces, symmetry planes left out."""
        space = self.elasticity.space.of_order(self.elasticity.sodium.order)
        names = [n for n in space.mesh.surfaces if n != "interface"]
        dofs = np.unique(np.concatenate([space.boundary_dofs(name) for name in names]))
        return np.flatnonzero(np.isin(self.points.nodes, dofs))

    @property
    def surface_first_principal_stress(self) -> Array:
        """Largest principal stress on the outer surfaces [Pa] (t, s)."""
        return self.first_principal_stress[:, self._outside]

    @cached_property
    def space_error(self) -> SpaceError:
        """Estimated errors that the mesh leaves, of the stored times."""
        return space_error(self)

    def index_at(self, site_fraction: float) -> int | None:
        """Time index whose mean filling is ``site_fraction`` within 1e-6; ``None`` if not hit."""
        distance = np.abs(self.mean_site_fraction - site_fraction)
        index = int(np.argmin(distance))
        return index if distance[index] < 1e-6 else None

    def surface_mean(self, values: Array) -> Array:
        """Area mean over the open surfaces of a field at the sodium dofs (t, n) -> (t,)."""
        weights = np.zeros(self.elasticity.sodium.dimension)
        for name in self.surface_flux:
            facets = self.elasticity.sodium.boundary(name)
            load = np.einsum("fq,fqi->fi", facets.weights, facets.values)
            weights += scatter(facets.dofs, load, len(weights))
        return np.asarray(values @ (weights / weights.sum()))

    def strain_energy_history(self) -> Array:
        """1/2 int sigma : (eps - beta) dV [J] (t,); per metre in plane strain."""
        plane = self.particle.mesh.symmetry.name == "PLANE"
        unit = self.elasticity.regions.reference_modulus * self.length ** (2 if plane else 3)
        states = zip(self.site_fraction, self.scaled_displacement, strict=True)
        return unit * np.array([self.elasticity.strain_energy(*state) for state in states])

    def at(self, positions: Array, *, region: int | None = None) -> xr.Dataset:
        """Fields interpolated at ``positions`` [m] (k, d), for every stored time.

        ``region`` chooses the side where two regions meet. Raises :class:`InputError` outside.
        """
        scaled = np.atleast_2d(np.asarray(positions, dtype=float)) / self.length
        space = self.elasticity.space.of_order(self.elasticity.sodium.order)
        cells, reference = locate(space, scaled, region)
        values, _ = space.tabulate(reference)
        points = self.points.cell_points[cells]

        def interpolated(fields: Array) -> Array:
            return np.asarray(np.einsum("ki,tki...->tk...", values, fields[:, points]))

        theta = interpolated(self.site_fraction_at_points)
        stress = interpolated(self.stress)
        return _dataset(self, np.asarray(positions), theta, stress, interpolated(self.strain))


def _dataset(
    run: BodyRun, positions: Array, theta: Array, stress: Array, strain: Array
) -> xr.Dataset:
    both, tensor = ("time", "point"), ("time", "point", "component")
    principal = np.asarray(np.linalg.eigvalsh(stress_tensor(stress)))
    maximum = run.particle.material.maximum_concentration
    variables = {
        "concentration": (both, theta * maximum, "mol/m^3"),
        "site_fraction": (both, theta, "1"),
        "stress": (tensor, stress, "Pa"),
        "strain": (tensor, strain, "1"),
        "hydrostatic_stress": (both, stress[..., :3].mean(axis=2), "Pa"),
        "von_mises_stress": (both, von_mises(principal), "Pa"),
        "first_principal_stress": (both, principal[..., 2], "Pa"),
    }
    return xr.Dataset(
        {name: (dims, data, {"units": unit}) for name, (dims, data, unit) in variables.items()},
        coords={
            "time": ("time", run.time, {"units": "s"}),
            "position": (("point", "axis"), np.atleast_2d(positions), {"units": "m"}),
            "component": list(run.component_names),
        },
        attrs={"law": run.particle.law, "end": run.end.value},
    )
