"""Strain and stress at chosen points, from displacement dofs: the post-processing of a solve."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from particle_sim.fem.space import Integers
from particle_sim.materials.functions import Constant, LinearTable
from particle_sim.particle.elasticity import Elasticity
from particle_sim.particle.mechanics import free_surface
from particle_sim.units import Array


@dataclass(frozen=True, kw_only=True)
class Tensors:
    """Principal stresses (scaled) and strains at points, each (t, p, 3).

    Components: radial, hoop, and the second tangential (hoop again in a sphere, axial in a
    cylinder, in-plane in a slab).
    """

    stress: Array
    strain: Array

    @property
    def radial(self) -> Array:
        return np.asarray(self.stress[..., 0])

    @property
    def hoop(self) -> Array:
        return np.asarray(self.stress[..., 1])


def tensors_at(
    elasticity: Elasticity,
    states: tuple[Array, Array, Array],
    cell: Integers,
    position: Array,
) -> Tensors:
    """Stress and strain for states (theta (t, n_c), u (t, n), globals (t, m)) at points (p,).

    A point is a cell number, shell cells included, and a position in [0, 1] inside it.
    """
    concentration, displacement, overall = states
    space = elasticity.displacement_space
    values, reference = space.tabulate(position)
    sizes, starts = space.mesh.cell_sizes[cell], space.mesh.vertices[cell]
    radius = (starts + sizes * position)[:, None]
    operator = elasticity.strain_operator(
        radius, values[:, None, :], (reference / sizes[:, None])[:, None, :]
    )
    local = displacement[:, space.cell_dofs[cell]]
    # p points, k components, i dofs, t states, m globals
    strain = np.einsum("pki,tpi->tpk", operator.local[:, 0], local)
    strain += np.einsum("pkm,tm->tpk", operator.overall[:, 0], overall)
    lame, shear, beta = _properties(elasticity, concentration, cell, position)
    elastic = strain - beta[..., None]
    trace = elastic.sum(axis=2, keepdims=True)
    return Tensors(stress=lame[..., None] * trace + 2 * shear[..., None] * elastic, strain=strain)


def _properties(
    elasticity: Elasticity, concentration: Array, cell: Integers, position: Array
) -> tuple[Array, Array, Array]:
    inside = np.minimum(cell, elasticity.cells - 1)
    values, _ = elasticity.space.tabulate(position)
    dofs = elasticity.space.cell_dofs[inside]
    theta = np.einsum("pi,tpi->tp", values, concentration[:, dofs])
    lame, shear = elasticity.lame(theta)
    beta = elasticity.chemical_strain(theta)
    shell = elasticity.boundary.shell
    if shell is None:
        return lame, shear, beta
    modulus = shell.youngs_modulus / elasticity.reference_modulus
    ratio = shell.poisson_ratio
    in_shell = cell >= elasticity.cells
    shell_lame = modulus * ratio / ((1 + ratio) * (1 - 2 * ratio))
    return (
        np.where(in_shell, shell_lame, lame),
        np.where(in_shell, modulus / (2 * (1 + ratio)), shear),
        np.where(in_shell, shell.misfit_strain, beta),
    )


def nodal_stress(elasticity: Elasticity, states: Array, u: Array, g: Array) -> Tensors:
    """Stress and strain at the concentration dofs; where two cells meet, their mean."""
    return joined(elasticity, sided_stress(elasticity, states, u, g))


def joined(elasticity: Elasticity, sides: Tensors) -> Tensors:
    """Stress and strain at the dofs from those of every cell."""
    return Tensors(
        stress=_average(sides.stress, elasticity.cells),
        strain=_average(sides.strain, elasticity.cells),
    )


def sided_stress(elasticity: Elasticity, states: Array, u: Array, g: Array) -> Tensors:
    """Stress and strain at every cell's concentration dofs in turn (t, e i, 3)."""
    space = elasticity.space
    nodes_per_cell = space.order + 1
    cell = np.repeat(np.arange(elasticity.cells), nodes_per_cell)
    start = space.mesh.vertices[cell]
    position = (space.nodes[space.cell_dofs].ravel() - start) / space.mesh.cell_sizes[cell]
    return tensors_at(elasticity, (states, u, g), cell, position)


def stress_response(elasticity: Elasticity) -> Array:
    """Largest nodal stresses (2 n, n) that a unit site-fraction error at each dof can cause.

    Linear in the error, with the steepest slope of the chemical strain; used to judge the stress
    error of a time step from its concentration error.
    """
    strain = elasticity.material["chemical_strain"]
    steepest = float(np.max(np.abs(strain.slope(np.linspace(0, 1, 201)))))
    linear = replace(strain, function=LinearTable((0.0, 1.0), (0.0, steepest)))
    half = replace(
        elasticity.material["youngs_modulus"], function=Constant(elasticity.reference_modulus)
    )
    model = replace(
        elasticity,
        material=elasticity.material.replaced(chemical_strain=linear, youngs_modulus=half),
        boundary=free_surface,
    )
    base = np.zeros((1, elasticity.space.dimension))
    states = np.concatenate([base, np.eye(elasticity.space.dimension)])
    stress = nodal_stress(model, states, *model.solve(states))
    return np.concatenate([s[1:] - s[0] for s in (stress.radial, stress.hoop)], axis=1).T


def _average(values: Array, cells: int) -> Array:
    by_cell = values.reshape(values.shape[0], cells, -1, 3)
    inner = by_cell[:, :, :-1].copy()
    inner[:, 1:, 0] = 0.5 * (by_cell[:, 1:, 0] + by_cell[:, :-1, -1])
    joined = inner.reshape(values.shape[0], -1, 3)
    return np.concatenate([joined, by_cell[:, -1:, -1]], axis=1)
