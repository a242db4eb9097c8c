"""Small-strain linear elasticity along the radius, with isotropic chemical strain.

    div sigma = 0,   sigma = lambda tr(eps - beta I) I + 2 mu (eps - beta I),

with strains (radial, first and second tangential): sphere (u', u/r, u/r), cylinder
(u', u/r, e_z), slab (u', e, e) where e = e_0 + k x. e_z, e_0 and the curvature k are global
unknowns where the boundary leaves them free. A hollow particle's displacement is u = g r + w with
the global unknown g and w = 0 at its inner surface: in a thin wall g r is larger than w by R over
the wall, and a difference of u would lose what strains the wall. Everything here is scaled:
lengths by the outer radius of the material, stress by a reference modulus. The displacement element
is one order above the concentration's, so that strain and chemical strain are of the same degree.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from particle_sim.errors import InputError
from particle_sim.fem.banded import BandedFactors, BandedPattern, solve_bordered
from particle_sim.fem.mesh import Coordinates, Mesh
from particle_sim.fem.space import Space
from particle_sim.materials.material import Material
from particle_sim.particle.mechanics import Axial, Lateral, MechanicalBoundary
from particle_sim.units import Array


@dataclass(frozen=True, kw_only=True)
class StrainOperator:
    """Strains at points as linear maps of the displacement dofs and the global unknowns.

    ``local`` (e, q, 3, i) acts on a cell's dofs, ``overall`` (e, q, 3, m) on the globals.
    """

    local: Array
    overall: Array

    @property
    def local_trace(self) -> Array:
        return np.asarray(self.local.sum(axis=2))

    @property
    def overall_trace(self) -> Array:
        return np.asarray(self.overall.sum(axis=2))


@dataclass(frozen=True, kw_only=True)
class Elasticity:
    """Discrete elasticity of one particle; ``space`` is the scaled concentration space."""

    space: Space
    material: Material
    boundary: MechanicalBoundary
    length: float
    """Length unit of the scaled mesh [m]."""

    def __post_init__(self) -> None:
        shell = self.boundary.shell
        if shell is not None and self.space.mesh.coordinates is Coordinates.SLAB:
            raise InputError("A shell on a slab is not supported; use a sphere or a cylinder.")

    @cached_property
    def reference_modulus(self) -> float:
        """Stress unit: Young's modulus at half filling [Pa]."""
        return float(self.material["youngs_modulus"](np.array(0.5)))

    @cached_property
    def displacement_space(self) -> Space:
        """Displacement space over the material and, behind it, the shell."""
        mesh = self.space.mesh
        vertices, shell = mesh.vertices, self.boundary.shell
        if shell is not None:
            outer = mesh.outer + shell.thickness / self.length
            vertices = np.append(vertices, np.linspace(mesh.outer, outer, shell.cells + 1)[1:])
        return Space(
            mesh=Mesh(vertices=vertices, coordinates=mesh.coordinates),
            order=self.space.order + 1,
            quadrature_points=self.space.quadrature_points,
        )

    @property
    def cells(self) -> int:
        """Number of cells that hold sodium."""
        return len(self.space.cell_dofs)

    @cached_property
    def pattern(self) -> BandedPattern:
        space = self.displacement_space
        return BandedPattern(cell_dofs=space.cell_dofs, dimension=space.dimension)

    @property
    def globals_count(self) -> int:
        """Number of global unknowns m; the last is g of a hollow particle."""
        coordinates = self.space.mesh.coordinates
        if coordinates is Coordinates.CYLINDER:
            return (self.boundary.axial is Axial.FREE) + self.is_hollow
        if coordinates is Coordinates.SLAB:
            return {Lateral.BONDED: 0, Lateral.FLAT: 1, Lateral.BENDING: 2}[self.boundary.lateral]
        return int(self.is_hollow)

    @property
    def is_hollow(self) -> bool:
        """Whether the inner boundary is a surface that moves."""
        return self.space.mesh.is_hollow

    def strain_operator(self, radius: Array, values: Array, gradients: Array) -> StrainOperator:
        """Strains at ``radius`` (e, q) from shape functions and d/dr of shape (e, q, i)."""
        coordinates = self.space.mesh.coordinates
        safe = np.where(radius > 0, radius, 1.0)[..., None]
        hoop = np.where(radius[..., None] > 0, values / safe, gradients)
        nothing = np.zeros_like(gradients)
        tangential = {
            Coordinates.SPHERE: (hoop, hoop),
            Coordinates.CYLINDER: (hoop, nothing),
            Coordinates.SLAB: (nothing, nothing),
        }[coordinates]
        overall = np.zeros((*radius.shape, 3, self.globals_count))
        if coordinates is Coordinates.CYLINDER and self.boundary.axial is Axial.FREE:
            overall[..., 2, 0] = 1.0
        if self.is_hollow:
            overall[..., : 1 + coordinates.value, -1] = 1.0
        if coordinates is Coordinates.SLAB:
            for power in range(self.globals_count):
                overall[..., 1:, power] = radius[..., None] ** power
        return StrainOperator(local=np.stack([gradients, *tangential], axis=2), overall=overall)

    @cached_property
    def strain(self) -> StrainOperator:
        """The strain operator at the quadrature points."""
        space = self.displacement_space
        gradients = space.reference_gradients / space.mesh.cell_sizes[:, None, None]
        values = np.broadcast_to(space.values, gradients.shape)
        return self.strain_operator(space.radius, values, gradients)

    def lame(self, site_fraction: Array) -> tuple[Array, Array]:
        """Scaled Lame constants (lambda, mu) at material points of the given site fraction."""
        modulus = self.material["youngs_modulus"](site_fraction) / self.reference_modulus
        return _lame(modulus, self.material["poisson_ratio"](site_fraction))

    def _with_shell(self, site_fraction: Array) -> tuple[Array, Array, Array]:
        """(lambda, mu, stress-free strain) at all quadrature points, shell included."""
        lame, shear = self.lame(site_fraction)
        beta = self.chemical_strain(site_fraction)
        shell = self.boundary.shell
        if shell is None:
            return lame, shear, beta
        shape = (*site_fraction.shape[:-2], shell.cells, site_fraction.shape[-1])
        shell_lame, shell_shear = _lame(
            np.full(shape, shell.youngs_modulus / self.reference_modulus),
            np.full(shape, shell.poisson_ratio),
        )
        misfit = np.full(shape, shell.misfit_strain)
        return (
            np.concatenate([lame, shell_lame], axis=-2),
            np.concatenate([shear, shell_shear], axis=-2),
            np.concatenate([beta, misfit], axis=-2),
        )

    def chemical_strain(self, site_fraction: Array) -> Array:
        """beta(theta) - beta(theta_stress_free)."""
        strain = self.material["chemical_strain"]
        reference = strain(np.array(self.material.stress_free_site_fraction))
        return strain(site_fraction) - reference

    @cached_property
    def has_constant_stiffness(self) -> bool:
        """Whether one factorisation serves every state."""
        probe = np.linspace(0, 1, 11)
        modulus, ratio = self.material["youngs_modulus"], self.material["poisson_ratio"]
        return not (np.any(modulus.slope(probe)) or np.any(ratio.slope(probe)))

    def cell_stiffness(self, site_fraction: Array) -> tuple[Array, Array, Array]:
        """Cell matrices (e, i, j), border (e, i, m) and corner (m, m) of the scaled stiffness."""
        lame, shear, _ = self._with_shell(site_fraction)
        weights, strain = self.displacement_space.weights[:, :, None, None], self.strain
        stress = weights * _stress(strain.local, strain.local_trace, lame, shear)
        overall = weights * _stress(strain.overall, strain.overall_trace, lame, shear)
        corner = _contract(strain.overall, overall).sum(axis=0)
        return _contract(strain.local, stress), _contract(stress, strain.overall), corner

    def stiffness(self, site_fraction: Array) -> tuple[BandedFactors, Array, Array]:
        """Factorised stiffness with border columns (n, m) and corner (m, m)."""
        cells, cell_border, corner = self.cell_stiffness(site_fraction)
        band, border = self.pattern.assemble(cells), self._gather_columns(cell_border)
        last, spring = self.pattern.dimension - 1, self.surface_forces[1]
        self.pattern.add(band, last, last, spring)
        if self.is_hollow:
            border[last, -1] += spring * self.outer
            corner[-1, -1] += spring * self.outer**2
        self.pattern.make_identity_row(band, 0)
        border[0] = 0.0
        return self.pattern.factorise(band), border, corner

    @cached_property
    def surface_forces(self) -> tuple[Array, float]:
        """Forces on the inner and outer surface, and the added stiffness of the outer."""
        mesh, boundary = self.displacement_space.mesh, self.boundary
        power, outer_area = mesh.coordinates.value, mesh.coordinates.surface(mesh.outer)
        curvature = power / (mesh.outer * self.length)
        outer = -outer_area * (boundary.pressure + curvature * boundary.surface_stress)
        inner = mesh.coordinates.surface(mesh.inner) * boundary.inner_pressure
        stiffness = outer_area * curvature * boundary.surface_modulus / mesh.outer
        if boundary.matrix is not None:
            stiffness += outer_area * 2 * power * boundary.matrix.shear_modulus / mesh.outer
        if not self.is_hollow:
            inner = 0.0
        forces = np.array([inner, outer]) / self.reference_modulus
        return forces, stiffness / self.reference_modulus

    def _gather_columns(self, blocks: Array) -> Array:
        columns = [self.pattern.scatter(blocks[..., k]) for k in range(self.globals_count)]
        return np.stack(columns, axis=1) if columns else np.zeros((self.pattern.dimension, 0))

    def load(self, site_fraction: Array) -> tuple[Array, Array]:
        """Right-hand sides (t, n), (t, m) of chemical strain, pressure and surface stress.

        ``site_fraction`` is given at the quadrature points, (t, e, q).
        """
        lame, shear, beta = self._with_shell(site_fraction)
        space, strain = self.displacement_space, self.strain
        pressure = space.weights * (3 * lame + 2 * shear) * beta
        local = pressure.transpose(1, 0, 2) @ strain.local_trace  # (e, t, i)
        forces = np.zeros((len(site_fraction), self.pattern.dimension))
        for i, dofs in enumerate(space.cell_dofs.T):  # a dof occurs once per local number
            forces[:, dofs] += local[:, :, i].T
        forces[:, [0, -1]] += self.surface_forces[0]
        forces[:, 0] = 0.0
        moments = np.einsum("teq,eqm->tm", pressure, strain.overall_trace)
        if self.is_hollow:
            ends = np.array([self.space.mesh.inner, self.outer])
            moments[:, -1] += self.surface_forces[0] @ ends
        return forces, moments

    @property
    def outer(self) -> float:
        """Outermost radius, a shell included; scaled."""
        return self.displacement_space.mesh.outer

    def moved(self, radius: Array | float, w: Array, g: Array) -> Array:
        """Displacement u = w + g r at ``radius`` (p,), from w (t, p) and globals (t, m); scaled."""
        return w + g[:, -1:] * radius if self.is_hollow else w

    @cached_property
    def _constant_factors(self) -> tuple[BandedFactors, Array, Array]:
        return self.stiffness(np.full_like(self.space.weights, 0.5))

    def solve(self, concentration: Array) -> tuple[Array, Array]:
        """Displacement dofs (t, n) and globals (t, m) for site-fraction dofs (t, n_c)."""
        points = self._at_points(concentration)
        forces, moments = self.load(points)
        if self.has_constant_stiffness:
            factors, border, corner = self._constant_factors
            u, g = solve_bordered(factors, border, border.T, corner, forces.T, moments.T)
            return u.T, g.T
        solutions = []
        for point, force, moment in zip(points, forces, moments, strict=True):
            factors, border, corner = self.stiffness(point)
            solutions.append(solve_bordered(factors, border, border.T, corner, force, moment))
        return np.stack([u for u, _ in solutions]), np.stack([g for _, g in solutions])

    def work_error(self, concentration: Array, u: Array, g: Array) -> float:
        """Worst mismatch of internal and external work, over the sum of their parts."""
        points = self._at_points(concentration)
        forces, moments = self.load(points)
        cells, border, corner = self.cell_stiffness(points[0])
        worst = 0.0
        for point, force, moment, displacement, overall in zip(
            points, forces, moments, u, g, strict=True
        ):
            if not self.has_constant_stiffness:
                cells, border, corner = self.cell_stiffness(point)
            local = displacement[self.displacement_space.cell_dofs]
            stored = float(np.sum((cells @ local[:, :, None])[:, :, 0] * local))
            stored += float(2 * np.sum((border @ overall) * local) + overall @ corner @ overall)
            outside = self.moved(self.outer, displacement[None, -1:], overall[None])
            stored += self.surface_forces[1] * float(outside[0, 0]) ** 2
            work = float(force @ displacement + moment @ overall)
            worst = max(worst, abs(stored - work) / max(abs(stored) + abs(work), 1e-300))
        return worst

    def strain_energy(self, state: Array, displacement: Array, overall: Array) -> float:
        """1/2 int sigma : (eps - beta) dV, scaled, for one state; the shell included."""
        lame, shear, beta = self._with_shell(self._at_points(state))
        local = displacement[self.displacement_space.cell_dofs]
        strain = np.einsum("eqki,ei->eqk", self.strain.local, local)
        strain += self.strain.overall @ overall
        elastic = strain - beta[..., None]
        density = lame * elastic.sum(axis=2) ** 2 + 2 * shear * (elastic**2).sum(axis=2)
        return float(0.5 * np.sum(self.displacement_space.weights * density))

    def _at_points(self, states: Array) -> Array:
        """Dof values (..., n_c) at the quadrature points (..., e, q)."""
        return np.asarray(states[..., self.space.cell_dofs] @ self.space.values.T)


def _lame(modulus: Array, ratio: Array) -> tuple[Array, Array]:
    return modulus * ratio / ((1 + ratio) * (1 - 2 * ratio)), modulus / (2 * (1 + ratio))


def _stress(strain: Array, trace: Array, lame: Array, shear: Array) -> Array:
    """Stress of strain columns (e, q, 3, j) with trace (e, q, j)."""
    return (lame[..., None] * trace)[:, :, None, :] + 2 * shear[..., None, None] * strain


def _contract(left: Array, right: Array) -> Array:
    """Sum over points and strain components: (e, q, 3, i), (e, q, 3, j) -> (e, i, j)."""
    cells, rows = left.shape[0], left.shape[1] * left.shape[2]
    flat = left.reshape(cells, rows, left.shape[3]).transpose(0, 2, 1)
    return np.asarray(flat @ right.reshape(cells, rows, right.shape[3]))
