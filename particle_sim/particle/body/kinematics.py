"""Strains of a displacement field in sections and bodies, in six Voigt components.

Axes of the components: x, y, z in 3-D; x, y and the strainless z in plane strain; r, hoop, z in a
meridian section, where hoop strain is u_r / r.
"""

from __future__ import annotations

import numpy as np

from particle_sim.fem.body_mesh import Symmetry
from particle_sim.units import Array

_ROWS: dict[Symmetry, tuple[tuple[int, int, int], ...]] = {
    Symmetry.SOLID: (
        (0, 0, 0), (1, 1, 1), (2, 2, 2), (3, 1, 2), (3, 2, 1), (4, 0, 2), (4, 2, 0), (5, 0, 1),
        (5, 1, 0),
    ),
    Symmetry.PLANE: ((0, 0, 0), (1, 1, 1), (5, 0, 1), (5, 1, 0)),
    Symmetry.AXISYMMETRIC: ((0, 0, 0), (2, 1, 1), (4, 0, 1), (4, 1, 0)),
}  # fmt: skip
"""(Voigt component, displacement component, derivative) that add up to a strain."""

LABELS: dict[Symmetry, tuple[str, ...]] = {
    Symmetry.SOLID: ("xx", "yy", "zz", "yz", "xz", "xy"),
    Symmetry.PLANE: ("xx", "yy", "zz", "yz", "xz", "xy"),
    Symmetry.AXISYMMETRIC: ("rr", "hoop", "zz", "hoop_z", "rz", "r_hoop"),
}
"""Names of the six components."""


def strain_matrix(symmetry: Symmetry, gradients: Array, values: Array, points: Array) -> Array:
    """B (c, p, 6, d i): strain of interleaved cell dofs.

    gradients (c, p, i, d), values (p, i) or (c, p, i), points (c, p, d).
    """
    cells, count, nodes, d = gradients.shape
    matrix = np.zeros((cells, count, 6, nodes, d))
    for voigt, component, axis in _ROWS[symmetry]:
        matrix[:, :, voigt, :, component] += gradients[..., axis]
    if symmetry is Symmetry.AXISYMMETRIC:
        matrix[:, :, 1, :, 0] = _over_radius(points, values, gradients[..., 0])
    return matrix.reshape(cells, count, 6, nodes * d)


def strain_of(
    symmetry: Symmetry, dofs: Array, gradients: Array, values: Array, points: Array
) -> Array:
    """Strains (t, c, p, 6) of displacements ``dofs`` (t, c, i, d) at points of cells."""
    times, cells, nodes, d = dofs.shape
    stacked = dofs.transpose(1, 2, 0, 3).reshape(cells, nodes, times * d)
    count = gradients.shape[1]
    flat = gradients.transpose(0, 1, 3, 2).reshape(cells, count * d, nodes)
    slopes = (flat @ stacked).reshape(cells, count, d, times, d)  # (c, p, axis, t, component)
    strain = np.zeros((times, cells, count, 6))
    for voigt, component, axis in _ROWS[symmetry]:
        strain[..., voigt] += slopes[:, :, axis, :, component].transpose(2, 0, 1)
    if symmetry is Symmetry.AXISYMMETRIC:
        hoop = _over_radius(points, values, gradients[..., 0])
        strain[..., 1] = np.einsum("cpi,tci->tcp", hoop, dofs[..., 0])
    return strain


def point_forces(
    symmetry: Symmetry, stress: Array, gradients: Array, values: Array, points: Array
) -> Array:
    """Forces (c, p, i, d) of stresses (c, p, 6) at each point: the transpose of a strain."""
    cells, count, _, d = gradients.shape
    tensor = np.zeros((cells, count, d, d))  # (axis, component)
    for voigt, component, axis in _ROWS[symmetry]:
        tensor[:, :, axis, component] += stress[..., voigt]
    forces = gradients @ tensor
    if symmetry is Symmetry.AXISYMMETRIC:
        hoop = _over_radius(points, values, gradients[..., 0])
        forces[..., 0] += hoop * stress[..., 1, None]
    return np.asarray(forces)


def rigid_modes(symmetry: Symmetry, nodes: Array) -> Array:
    """Strainless displacements (d n, r) of nodes (n, d): translations and rotations."""
    n, d = nodes.shape
    shifts = [np.tile(axis, (n, 1)) for axis in np.eye(d)]
    if symmetry is Symmetry.AXISYMMETRIC:
        modes = [shifts[1]]
    else:
        centred = nodes - nodes.mean(axis=0)
        modes = shifts
        for first in range(d):
            for second in range(first + 1, d):
                turn = np.zeros((n, d))
                turn[:, first], turn[:, second] = -centred[:, second], centred[:, first]
                modes.append(turn)
    return np.stack([mode.ravel() for mode in modes], axis=1)


def _over_radius(points: Array, values: Array, radial_gradients: Array) -> Array:
    """N_i / r, and its limit dN_i/dr on the axis (c, p, i)."""
    radius = points[..., 0, None]
    near = radius < 1e-12
    safe = np.where(near, 1.0, radius)
    return np.where(near, radial_gradients, np.broadcast_to(values, radial_gradients.shape) / safe)
