"""What touches a body's surface mechanically: pressure, a thin coating, a soft or hard matrix.

Scaled like the elasticity: forces and stiffness over the reference modulus.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from particle_sim.errors import InputError
from particle_sim.fem.body_mesh import Symmetry
from particle_sim.fem.body_space import BodySpace, FacetPoints
from particle_sim.fem.sparse_pattern import BlockPattern, scatter
from particle_sim.particle.body.kinematics import strain_matrix
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
    space: BodySpace, boundary: MechanicalBoundary, modulus: float, length: float
) -> Surroundings:
    """Pressure, coating and matrix on a displacement space scaled by ``length`` [m].

    A coating is a membrane of thickness t: stress t E/(1-nu^2) [(1-nu) eps_s + nu tr(eps_s) P] of
    the surface strain eps_s = P eps P less the misfit; meant for t below a tenth of the radius.
    A matrix presses back along the normal with 4 G u_n / R (2 G u_n / R in plane strain), R from
    the outer surface; exact for a ball (a long cylinder) that swells in an infinite matrix.
    """
    if boundary.surface_stress or boundary.surface_modulus:
        raise InputError("Surface stress on a body is not supported; use a radial particle.")
    d = space.mesh.dimension
    forces = np.zeros(space.dimension * d)
    stiffness = sparse.csr_array((space.dimension * d,) * 2)
    for name in space.mesh.surfaces:
        facets = space.boundary(name)
        pressure = boundary.inner_pressure if name == "inner" else boundary.pressure
        if pressure:
            forces += _pressure(space, facets, pressure / modulus)
        if name == "inner":
            continue
        if boundary.shell is not None:
            stiff, push = _membrane(space, facets, boundary.shell, modulus, length)
            stiffness, forces = stiffness + stiff, forces + push
        if boundary.matrix is not None:
            spring = boundary.matrix.shear_modulus / modulus
            stiffness = stiffness + _springs(space, facets, spring)
    return Surroundings(forces=forces, stiffness=sparse.csr_array(stiffness))


def _pattern(space: BodySpace, facets: FacetPoints) -> BlockPattern:
    return BlockPattern(
        cell_nodes=facets.dofs, nodes=space.dimension, components=space.mesh.dimension
    )


def _pressure(space: BodySpace, facets: FacetPoints, pressure: float) -> Array:
    load = np.einsum("fq,fqi,fqa->fia", -pressure * facets.weights, facets.values, facets.normals)
    dofs = _pattern(space, facets).cell_dofs
    return scatter(dofs, load, space.dimension * space.mesh.dimension)


def _springs(space: BodySpace, facets: FacetPoints, shear: float) -> sparse.csr_array:
    plane = space.mesh.symmetry is Symmetry.PLANE
    outward = np.einsum("fqa,fqa->fq", facets.points - space.mesh.middle, facets.normals)
    radius = float(np.sum(facets.weights * outward) / facets.weights.sum())
    along = np.einsum("fqi,fqa->fqia", facets.values, facets.normals)
    along = along.reshape(*along.shape[:2], -1)
    weights = (2.0 if plane else 4.0) * shear / radius * facets.weights
    return _pattern(space, facets).assemble(
        np.einsum("fq,fqi,fqj->fij", weights, along, along, optimize=True)
    )


def _membrane(
    space: BodySpace, facets: FacetPoints, shell: Shell, modulus: float, length: float
) -> tuple[sparse.csr_array, Array]:
    d = space.mesh.dimension
    strain = strain_matrix(space.mesh.symmetry, facets.gradients, facets.values, facets.points)
    plane = _membrane_stiffness(_lift(space.mesh.symmetry, facets.normals), shell.poisson_ratio)
    scale = shell.thickness / length * shell.youngs_modulus / modulus
    stress = plane @ strain * (scale * facets.weights)[:, :, None, None]
    rows = strain.reshape(len(strain), -1, strain.shape[-1])
    blocks = rows.transpose(0, 2, 1) @ stress.reshape(rows.shape)
    push = np.einsum("fqki,k->fi", stress, _UNIT * shell.misfit_strain)
    pattern = _pattern(space, facets)
    return pattern.assemble(blocks), scatter(pattern.cell_dofs, push, space.dimension * d)


def _lift(symmetry: Symmetry, normals: Array) -> Array:
    """Normals (f, q, d) in three components; a meridian's (r, z) are the first and third."""
    lifted = np.zeros((*normals.shape[:-1], 3))
    lifted[..., [0, 2] if symmetry is Symmetry.AXISYMMETRIC else slice(normals.shape[-1])] = normals
    return lifted


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
