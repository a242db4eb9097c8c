"""The result of a particle solve: fields at the stored times, balances, why it ended, warnings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import xarray as xr

from particle_sim.errors import InputError, closest
from particle_sim.fem.body_mesh import BodyMesh, Integers
from particle_sim.fem.locate import locate
from particle_sim.fem.sparse_pattern import scatter
from particle_sim.particle.elasticity import Elasticity
from particle_sim.particle.kinematics import LABELS
from particle_sim.particle.outcome import Balances, Cost, ParticleEnd, von_mises
from particle_sim.particle.particle import Particle
from particle_sim.particle.profile import RadialFields, along_radius
from particle_sim.particle.recovery import RecoveryPoints
from particle_sim.particle.stiffness import principal_stresses
from particle_sim.shown import shown
from particle_sim.units import Array


@shown
@dataclass(frozen=True, kw_only=True)
class ParticleRun:
    """Fields of a particle of any shape at the stored times.

    Made by :func:`particle_sim.solve_particle` of ``particle``, with its discretised
    ``elasticity``, at one ``temperature`` [K]. ``end`` says why it ended, ``balances`` how well
    sodium and forces are kept, ``cost`` what it took, ``warnings`` what to know before it is
    believed.

    Shapes: t times, n sodium dofs, p points (nodes, once per region they belong to), d axes. On a
    line both are sorted outwards. Tension is positive. Stress and strain have six components, named
    by ``component_names``; along a radius the first is radial and the second hoop.
    """

    particle: Particle
    elasticity: Elasticity
    length: float
    """Length unit of the scaled mesh [m]: the radius, or a body's reach from its middle."""
    time: Array
    """[s] (t,)"""
    site_fraction: Array
    """theta at the sodium dofs (t, n)"""
    potential: Array
    """Non-local chemical potential at the dofs [J/mol] (t, n); (t, 0) where no term reads it"""
    scaled_displacement: Array
    """Displacement unknowns of the elasticity (t, m)"""
    surface_flux: Mapping[str, Array]
    """Mean flux out of each open boundary [mol/(m2 s)] (t,)"""
    voltage: Array | None
    """Electrode potential [V] (t,) where the surface is given a current; else ``None``"""
    temperature: float
    end: ParticleEnd
    balances: Balances
    cost: Cost
    warnings: tuple[str, ...] = field(default=())

    @property
    def in_brief(self) -> dict[str, str]:
        """What was solved and what came of it, in words."""
        symmetry, first, last = self.mesh.symmetry, self.time[0], self.time[-1]
        filling, peak = self.mean_site_fraction, float(self.first_principal_stress.max())
        return {
            "particle": f"of {self.particle.material.title}, {self.length * 1e6:.3g} um, "
            f"{symmetry.value}",
            "peak tensile stress": f"{peak / 1e6:.4g} MPa",
            "mean filling": f"{filling[0]:.4g} to {filling[-1]:.4g}",
            "sodium balance": f"{self.balances.sodium:.1g}",
            "warnings": f"{len(self.warnings)} in .warnings" if self.warnings else "none",
            "times": f"{len(self.time)} from {first:.4g} to {last:.4g} s. {self.end.value}",
            "law": self.particle.law,
        }

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
    def mesh(self) -> BodyMesh:
        """The mesh that was solved, a meshed shell included; scaled by ``length``."""
        return self.elasticity.space.mesh

    @property
    def radius(self) -> Array:
        """Radius of the sodium dofs of a radial particle, or depth in a slab [m] (n,)."""
        _ = self.particle.radial_mesh
        return self.nodes[:, 0]

    @property
    def overall(self) -> Array:
        """Strains of a radial particle as a whole (t, k): see ``particle_sim.particle.kinematics``.

        e_z of a free cylinder, e_0 and the scaled curvature of a slab, g of a hollow particle.
        """
        return self.scaled_displacement[:, self.elasticity.size - self.elasticity.motions.count :]

    @property
    def outflow(self) -> Array:
        """Mean flux out of the outer open boundary [mol/(m2 s)] (t,)."""
        return next(iter(self.surface_flux.values()))

    @property
    def component_names(self) -> tuple[str, ...]:
        """What the six components of stress and strain are."""
        return LABELS[self.mesh.symmetry]

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
        """Volume that holds sodium [m3]; per metre of a long particle, per m2 of a slab."""
        return float(self.elasticity.sodium.volumes.sum()) * self.length**self.mesh.symmetry.power

    @property
    def site_fraction_at_points(self) -> Array:
        """theta (t, p); nan in inert regions."""
        sodium = self.points.sodium
        return np.where(sodium < 0, np.nan, self.site_fraction[:, sodium])

    @cached_property
    def _tensors(self) -> tuple[Array, Array]:
        stress, strain = self.points.tensors(self.site_fraction, self.scaled_displacement)
        return stress * self.elasticity.regions.reference_modulus, strain

    @property
    def stress(self) -> Array:
        """[Pa] (t, p, 6)"""
        return self._tensors[0]

    def component(self, name: str) -> Array:
        """One component of the stress by its name, e.g. ``hoop`` [Pa] (t, p).

        Raises :class:`InputError` for one that the shape does not have.
        """
        if name not in self.component_names:
            known = closest(name, list(self.component_names))
            raise InputError(f'The stress of this shape has no component "{name}"; {known}')
        return np.asarray(self.stress[..., self.component_names.index(name)])

    @property
    def strain(self) -> Array:
        """Total strain, engineering shears (t, p, 6)."""
        return self._tensors[1]

    @cached_property
    def principal_stress(self) -> Array:
        """Principal stresses, ascending [Pa] (t, p, 3)."""
        return principal_stresses(self.stress)

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

    def in_material(self, values: Array) -> Array:
        """The part (t, k, ...) of a field at the points (t, p, ...) that lies where sodium is."""
        return np.asarray(values[:, self.points.sodium >= 0])

    @cached_property
    def displacement(self) -> Array:
        """Displacement of the nodes of the displacement element [m] (t, k, d)."""
        space, motions = self.elasticity.space, self.elasticity.motions
        nodal = self.scaled_displacement[:, : self.elasticity.size - motions.count]
        whole = self.overall @ motions.displacement(space.nodes[:, 0]).T
        local = nodal.reshape(len(self.time), space.dimension, -1)
        return np.asarray(local + whole[:, :, None]) * self.length

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
        """Points on real outer surfaces, symmetry planes left out."""
        space = self.elasticity.space.of_order(self.elasticity.sodium.order)
        names = [n for n in space.mesh.surfaces if n not in ("interface", "inner")]
        dofs = np.unique(np.concatenate([space.boundary_dofs(name) for name in names]))
        return np.flatnonzero(np.isin(self.points.nodes, dofs))

    @property
    def surface_first_principal_stress(self) -> Array:
        """Largest principal stress on the outer surfaces [Pa] (t, s)."""
        return self.first_principal_stress[:, self._outside]

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
        """1/2 int sigma : (eps - beta) dV [J] (t,), a meshed shell's too; see ``volume``."""
        unit = self.elasticity.regions.reference_modulus * self.length**self.mesh.symmetry.power
        return unit * self.elasticity.strain_energy(self.site_fraction, self.scaled_displacement)

    def profile(self, radius: Array, *, inner_side: bool = False) -> xr.Dataset:
        """Fields of a radial particle at ``radius`` [m] (k,), shell included, for every time.

        At a jump (material to shell) the outer side is given unless ``inner_side``.
        """
        radii = np.asarray(radius, dtype=float)
        return _radial_dataset(self, radii, self._along(radii, inner_side))

    def hoop_stress(self, radius: Array) -> Array:
        """That of :meth:`profile` alone [Pa] (t, k), for a particle of one material."""
        stress = self._along(radius, False).stress[..., self.component_names.index("hoop")]
        return np.asarray(stress * self.elasticity.regions.reference_modulus)

    def _along(self, radius: Array, inner_side: bool) -> RadialFields:
        _ = self.particle.radial_mesh
        states = (self.site_fraction, self.scaled_displacement)
        return along_radius(self.points, states, radius / self.length, inner_side=inner_side)

    def to_dataset(self) -> xr.Dataset:
        """All fields with units in attrs: along the radius, or at the points of a body."""
        if self.mesh.dimension == 1:
            return self.profile(self.radius, inner_side=True)
        return _dataset(
            self, self.positions, self.site_fraction_at_points, self.stress, self.strain
        )

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
    run: ParticleRun, positions: Array, theta: Array, stress: Array, strain: Array
) -> xr.Dataset:
    both, tensor = ("time", "point"), ("time", "point", "component")
    principal = principal_stresses(stress)
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


def _radial_dataset(run: ParticleRun, radius: Array, fields: RadialFields) -> xr.Dataset:
    table = fields.table(
        run.component_names,
        modulus=run.elasticity.regions.reference_modulus,
        length=run.length,
        maximum_concentration=run.particle.material.maximum_concentration,
    )
    return xr.Dataset(
        {
            name: (("time", "radius"), values, {"units": unit})
            for name, (values, unit) in table.items()
        },
        coords={
            "time": ("time", run.time, {"units": "s"}),
            "radius": ("radius", radius, {"units": "m"}),
            "mean_site_fraction": ("time", run.mean_site_fraction, {"units": "1"}),
        },
        attrs={"law": run.particle.law, "end": run.end.value},
    )
