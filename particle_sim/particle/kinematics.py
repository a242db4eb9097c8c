"""Strains of a displacement field in six Voigt components, for lines, sections and bodies.

Axes of the components: x, y, z in 3-D; x, y and the strainless z in plane strain; r, hoop, z in a
meridian section and along the radius of a cylinder, where hoop strain is u_r / r; r and two equal
hoops along the radius of a sphere; the normal and two in-plane axes across a slab.

On a line some strain belongs to no displacement of a node but to the particle as a whole: the
axial strain e_z of a cylinder, the in-plane strain e_0 + k x of a slab, and the even expansion g of
a hollow particle, u = g r + w with w = 0 at its inner surface (in a thin wall g r is larger than w
by R over the wall, and a difference of u would lose what strains the wall). These are the last m
of the displacement unknowns.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from particle_sim.fem.body_mesh import Symmetry
from particle_sim.particle.mechanics import Axial, Lateral, MechanicalBoundary
from particle_sim.units import Array

_ROWS: dict[Symmetry, tuple[tuple[int, int, int], ...]] = {
    Symmetry.SOLID: (
        (0, 0, 0), (1, 1, 1), (2, 2, 2), (3, 1, 2), (3, 2, 1), (4, 0, 2), (4, 2, 0), (5, 0, 1),
        (5, 1, 0),
    ),
    Symmetry.PLANE: ((0, 0, 0), (1, 1, 1), (5, 0, 1), (5, 1, 0)),
    Symmetry.AXISYMMETRIC: ((0, 0, 0), (2, 1, 1), (4, 0, 1), (4, 1, 0)),
    Symmetry.SPHERICAL: ((0, 0, 0),),
    Symmetry.CYLINDRICAL: ((0, 0, 0),),
    Symmetry.LAYERED: ((0, 0, 0),),
}  # fmt: skip
"""(Voigt component, displacement component, derivative) that add up to a strain."""

_HOOPS: dict[Symmetry, tuple[int, ...]] = {
    Symmetry.AXISYMMETRIC: (1,),
    Symmetry.SPHERICAL: (1, 2),
    Symmetry.CYLINDRICAL: (1,),
}
"""Voigt components that are u_r / r."""

_BODY_LABELS = ("xx", "yy", "zz", "yz", "xz", "xy")
LABELS: dict[Symmetry, tuple[str, ...]] = {
    Symmetry.SOLID: _BODY_LABELS,
    Symmetry.PLANE: _BODY_LABELS,
    Symmetry.AXISYMMETRIC: ("rr", "hoop", "zz", "hoop_z", "rz", "r_hoop"),
    Symmetry.SPHERICAL: ("radial", "hoop", "second_hoop", "hoops", "r_hoop_2", "r_hoop"),
    Symmetry.CYLINDRICAL: ("radial", "hoop", "axial", "hoop_z", "rz", "r_hoop"),
    Symmetry.LAYERED: ("radial", "hoop", "second_tangential", "yz", "xz", "xy"),
}
"""Names of the six components; across a slab ``radial`` is normal to it and ``hoop`` in-plane."""


@dataclass(frozen=True, kw_only=True)
class Motions:
    """Displacement unknowns of a particle as a whole: strains they add, displacement along r."""

    symmetry: Symmetry
    strains: tuple[tuple[tuple[int, ...], int], ...] = ()
    """Each unknown's Voigt components, and the power of the coordinate with which they go"""
    expands: bool = False
    """Whether the last one is the expansion g of a hollow particle"""

    @property
    def count(self) -> int:
        """m"""
        return len(self.strains)

    def strain(self, points: Array) -> Array:
        """Strain per unit of each at points (c, p, d): (c, p, 6, m)."""
        result = np.zeros((*points.shape[:2], 6, self.count))
        for k, (components, power) in enumerate(self.strains):
            result[:, :, list(components), k] = points[:, :, :1] ** power
        return result

    def displacement(self, radius: Array) -> Array:
        """Displacement per unit of each at radii (...): (..., m)."""
        result = np.zeros((*radius.shape, self.count))
        if self.expands:
            result[..., -1] = radius
        return result


def motions_of(symmetry: Symmetry, boundary: MechanicalBoundary, *, hollow: bool) -> Motions:
    """What the mechanical boundary leaves free of a line; nothing of sections and bodies."""
    strains: list[tuple[tuple[int, ...], int]] = []
    if symmetry is Symmetry.CYLINDRICAL and boundary.axial is Axial.FREE:
        strains.append(((2,), 0))
    if symmetry is Symmetry.LAYERED:
        free = {Lateral.BONDED: 0, Lateral.FLAT: 1, Lateral.BENDING: 2}[boundary.lateral]
        strains += [((1, 2), power) for power in range(free)]
    expands = hollow and symmetry in (Symmetry.SPHERICAL, Symmetry.CYLINDRICAL)
    if expands:
        strains.append(((0, *_HOOPS[symmetry]), 0))
    return Motions(symmetry=symmetry, strains=tuple(strains), expands=expands)


@dataclass(frozen=True, kw_only=True)
class Strains:
    """What cells c strain at their points p; j = d i + m displacement unknowns per cell.

    gradients (c, p, i, d), values (p, i) or (c, p, i), points (c, p, d).
    """

    motions: Motions
    gradients: Array
    values: Array
    points: Array

    @property
    def symmetry(self) -> Symmetry:
        return self.motions.symmetry

    @cached_property
    def matrix(self) -> Array:
        """B (c, p, 6, j): strain of interleaved cell dofs."""
        cells, count, nodes, d = self.gradients.shape
        matrix = np.zeros((cells, count, 6, nodes, d))
        for voigt, component, axis in _ROWS[self.symmetry]:
            matrix[:, :, voigt, :, component] += self.gradients[..., axis]
        for voigt in _HOOPS.get(self.symmetry, ()):
            matrix[:, :, voigt, :, 0] = self._over_radius
        flat = matrix.reshape(cells, count, 6, nodes * d)
        if self.motions.count == 0:
            return flat
        return np.concatenate([flat, self.motions.strain(self.points)], axis=3)

    def of(self, dofs: Array) -> Array:
        """Strains (t, c, p, 6) of displacements ``dofs`` (t, c, j)."""
        (cells, count, nodes, d), times = self.gradients.shape, len(dofs)
        if d == 1:
            strain = self.matrix.reshape(cells, count * 6, -1) @ dofs.transpose(1, 2, 0)
            return strain.transpose(2, 0, 1).reshape(times, cells, count, 6)
        local = dofs.reshape(times, cells, nodes, d)
        stacked = local.transpose(1, 2, 0, 3).reshape(cells, nodes, times * d)
        flat = self.gradients.transpose(0, 1, 3, 2).reshape(cells, count * d, nodes)
        slopes = (flat @ stacked).reshape(cells, count, d, times, d)  # (c, p, axis, t, component)
        strain = np.zeros((times, cells, count, 6))
        for voigt, component, axis in _ROWS[self.symmetry]:
            strain[..., voigt] += slopes[:, :, axis, :, component].transpose(2, 0, 1)
        for voigt in _HOOPS.get(self.symmetry, ()):
            hoop = self._over_radius @ stacked[:, :, ::d]  # (c, p, t)
            strain[..., voigt] = hoop.transpose(2, 0, 1)
        return strain

    def forces(self, stress: Array) -> Array:
        """Forces (..., c, p, j) of stresses (..., c, p or 1, 6) in sections and bodies: a strain
        transposed.
        """
        _, _, nodes, d = self.gradients.shape
        tensor = np.zeros((*stress.shape[:-1], d, d))  # (axis, component)
        for voigt, component, axis in _ROWS[self.symmetry]:
            tensor[..., axis, component] += stress[..., voigt]
        forces = self.gradients @ tensor
        for voigt in _HOOPS.get(self.symmetry, ()):
            forces[..., 0] += self._over_radius * stress[..., voigt, None]
        return np.asarray(forces.reshape(*forces.shape[:-2], nodes * d))

    def summed(self, stress: Array, weights: Array) -> Array:
        """Forces (t, c, j) of stresses (t, c, p, 6) with weights (c, p), summed over the points."""
        if self.gradients.shape[-1] > 1:
            return np.asarray(self.forces(stress * weights[..., None]).sum(axis=-2))
        cells, count = weights.shape
        flat = (stress * weights[..., None]).transpose(1, 0, 2, 3).reshape(cells, -1, count * 6)
        forces = flat @ self.matrix.reshape(cells, count * 6, -1)
        return np.asarray(forces.transpose(1, 0, 2))

    def along(self, axes: Array) -> Array:
        """axes : eps(v_j) (c, p k, j) of axes (c, k, 6)."""
        cells, count = self.gradients.shape[:2]
        if self.gradients.shape[-1] == 1:
            return np.asarray(
                (axes[:, None] @ self.matrix).reshape(cells, -1, self.matrix.shape[3])
            )
        each = [self.forces(axes[:, None, k]) for k in range(axes.shape[1])]
        return np.stack(each, axis=2).reshape(cells, count * len(each), -1)

    @cached_property
    def _over_radius(self) -> Array:
        """N_i / r, and its limit dN_i/dr on the axis (c, p, i)."""
        radius, slopes = self.points[..., 0, None], self.gradients[..., 0]
        near = radius < 1e-12
        safe = np.where(near, 1.0, radius)
        return np.where(near, slopes, np.broadcast_to(self.values, slopes.shape) / safe)


def rigid_modes(symmetry: Symmetry, nodes: Array) -> Array:
    """Strainless displacements (d n, r) of nodes (n, d): translations and rotations.

    None on a line, whose inner end is held: at a centre, or as the gauge of its expansion.
    """
    n, d = nodes.shape
    if d == 1:
        return np.zeros((n, 0))
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
