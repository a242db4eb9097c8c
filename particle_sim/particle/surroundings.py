"""What touches a surface mechanically: pressure, surface stress, a thin coating, a matrix.

Scaled like the elasticity: forces and stiffness over the reference modulus.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from particle_sim.errors import InputError
from particle_sim.fem.body_mesh import Integers
from particle_sim.fem.space import FacetPoints, Space
from particle_sim.fem.sparse_pattern import BlockPattern, SparsePattern, scatter
from particle_sim.particle.kinematics import Motions, Strains
from particle_sim.particle.mechanics import MechanicalBoundary, Shell
from particle_sim.particle.stiffness import VOIGT
from particle_sim.units import Array

_UNIT = np.array([1.0, 1.0, 1.0, 0.0, 0.0, 0.0])


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """Forces (m,) and added stiffness (m, m) of everything outside."""

    forces: Array
    stiffness: sparse.csr_array


def surroundings_of(
    space: Space, motions: Motions, boundary: MechanicalBoundary, modulus: float, length: float
) -> Surroundings:
    """Pressure, surface stress, coating and matrix on a space scaled by ``length`` [m].

    A coating of a section or body is a membrane of thickness t: stress t E/(1-nu^2)
    [(1-nu) eps_s + nu tr(eps_s) P] of the surface strain eps_s = P eps P less the misfit; meant for
    t below a tenth of the radius. (On a line it is meshed.) A matrix presses back along the normal
    with 2 k G u_n / R on a surface that curves in k directions, R from the outer surface; exact for
    a ball (a long cylinder) that swells in an infinite matrix. Surface stress on a line presses
    with k (tau + K eps_hoop) / R.
    """
    symmetry = space.mesh.symmetry
    if space.mesh.dimension > 1 and (boundary.surface_stress or boundary.surface_modulus):
        raise InputError("Surface stress on a body is not supported; use a radial particle.")
    size = space.dimension * space.mesh.dimension + motions.count
    forces, stiffness = np.zeros(size), sparse.csr_array((size, size))
    for name in space.mesh.surfaces:
        facets = space.boundary(name)
        places, along = _along_normals(space, facets, motions)
        inside = name == "inner"
        pressure = boundary.inner_pressure if inside else boundary.pressure
        spring = 0.0
        if not inside:
            radius = _radius(space, facets)
            pressure += symmetry.curved * boundary.surface_stress / (radius * length)
            spring = symmetry.curved * boundary.surface_modulus / (radius * length) / radius
            if boundary.matrix is not None:
                spring += 2 * symmetry.curved * boundary.matrix.shear_modulus / radius
        if pressure:
            load = np.einsum("fq,fqj->fj", -pressure / modulus * facets.weights, along)
            forces += scatter(places, load, size)
        if spring:
            blocks = np.einsum(
                "fq,fqi,fqj->fij", spring / modulus * facets.weights, along, along, optimize=True
            )
            pattern = SparsePattern(rows=places, columns=places, shape=(size, size))
            stiffness = stiffness + pattern.assemble(blocks)
        if boundary.shell is not None and space.mesh.dimension > 1 and not inside:
            stiff, push = _membrane(space, facets, boundary.shell, modulus, length)
            stiffness, forces = stiffness + stiff, forces + push
    return Surroundings(forces=forces, stiffness=sparse.csr_array(stiffness))


def _pattern(space: Space, facets: FacetPoints) -> BlockPattern:
    return BlockPattern(
        cell_nodes=facets.dofs, nodes=space.dimension, components=space.mesh.dimension
    )


def _along_normals(space: Space, facets: FacetPoints, motions: Motions) -> tuple[Integers, Array]:
    """Displacement unknowns of each facet (f, j), and what they move along its normal (f, q, j)."""
    along = np.einsum("fqi,fqa->fqia", facets.values, facets.normals)
    along = along.reshape(*along.shape[:2], -1)
    places = _pattern(space, facets).cell_dofs
    if motions.count == 0:
        return places, along
    whole = motions.displacement(facets.points[..., 0]) * facets.normals
    globals_ = space.dimension + np.arange(motions.count)
    return (
        np.concatenate([places, np.broadcast_to(globals_, (len(places), motions.count))], axis=1),
        np.concatenate([along, whole], axis=2),
    )


def _radius(space: Space, facets: FacetPoints) -> float:
    """Mean distance of a boundary from the middle, along its normals."""
    outward = np.einsum("fqa,fqa->fq", facets.points - space.mesh.middle, facets.normals)
    return float(np.sum(facets.weights * outward) / facets.weights.sum())


def _membrane(
    space: Space, facets: FacetPoints, shell: Shell, modulus: float, length: float
) -> tuple[sparse.csr_array, Array]:
    d = space.mesh.dimension
    strain = Strains(
        motions=Motions(symmetry=space.mesh.symmetry),
        gradients=facets.gradients,
        values=facets.values,
        points=facets.points,
    ).matrix
    plane = _membrane_stiffness(space.mesh.symmetry.in_space(facets.normals), shell.poisson_ratio)
    scale = shell.thickness / length * shell.youngs_modulus / modulus
    stress = plane @ strain * (scale * facets.weights)[:, :, None, None]
    rows = strain.reshape(len(strain), -1, strain.shape[-1])
    blocks = rows.transpose(0, 2, 1) @ stress.reshape(rows.shape)
    push = np.einsum("fqki,k->fi", stress, _UNIT * shell.misfit_strain)
    pattern = _pattern(space, facets)
    return pattern.assemble(blocks), scatter(pattern.cell_dofs, push, space.dimension * d)


def _membrane_stiffness(normals: Array, ratio: float) -> Array:
    """Voigt matrix (f, q, 6, 6) of [(1-nu) P eps P + nu (P : eps) P] / (1 - nu^2)."""
    tangent = np.eye(3) - normals[..., :, None] * normals[..., None, :]
    columns = np.array([tangent[..., i, j] for i, j in VOIGT])  # (6, f, q)
    trace = np.einsum("kfq,lfq->fqkl", columns, columns)
    inside = np.empty_like(trace)
    for k, (i, j) in enumerate(VOIGT):
        for m, (a, b) in enumerate(VOIGT):
            inside[..., k, m] = 0.5 * (
                tangent[..., i, a] * tangent[..., j, b] + tangent[..., i, b] * tangent[..., j, a]
            )
    return np.asarray(((1 - ratio) * inside + ratio * trace) / (1 - ratio**2))
