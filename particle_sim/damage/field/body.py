"""A body with a brittle solid in it, discretised: displacement P2 or P1, damage P1.

Scaled: lengths by the mesh's extent L, stresses by Young's modulus E, so energies by E L^2 per
metre of a plane section and E L^3 of a meridian section or a solid.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from particle_sim.damage.field.solid import BrittleSolid
from particle_sim.errors import InputError
from particle_sim.fem.body_mesh import BodyMesh, Integers, Symmetry
from particle_sim.fem.dissection import Dissection
from particle_sim.fem.space import Space
from particle_sim.fem.sparse_pattern import BlockPattern
from particle_sim.particle.kinematics import Motions, Strains
from particle_sim.units import Array

_COMPONENTS = {
    Symmetry.PLANE: [0, 1, 2, 5],
    Symmetry.AXISYMMETRIC: [0, 2, 1, 4],
    Symmetry.SOLID: [0, 1, 2, 3, 4, 5],
}
"""Of six: a section's two in-plane normals, the out-of-plane normal and the in-plane shear."""


@dataclass(frozen=True, kw_only=True)
class CrackBody:
    """A section or a solid: ``mesh`` in metres; a section is one of plane strain or a meridian.

    ``solid`` breaks. ``cell_toughness`` G_c [J/m2] (e,) is that of every cell, as of grain
    boundaries; the solid's everywhere where there is none. ``order`` of the displacement: 2, or 1,
    whose cells are stiffer but of which a solid has a sixth of the unknowns.

    >>> from particle_sim.damage.example import example_cracks
    >>> body = CrackBody(mesh=example_cracks().body.mesh, solid=example_cracks().body.solid)
    >>> body.size, body.vertices.shape, f"{body.cell_size.max():.0e}"
    (810, (123, 2), '1e-08')

    Raises :class:`InputError` for another order, for radial meshes, on which hoop tension cannot
    localise, and for a toughness of another shape or that is not positive. Shapes below: e cells,
    q points, j displacements of a cell, n vertices, c strains.
    """

    mesh: BodyMesh
    solid: BrittleSolid
    cell_toughness: Array | None = None
    order: int = 2

    def __post_init__(self) -> None:
        if self.mesh.dimension == 1:
            raise InputError(
                f"The mesh is {self.mesh.symmetry.value}; hoop tension cannot localise on it: "
                "cracks need a section or a solid, such as shapes.disc or shapes.ball."
            )
        if self.order not in (1, 2):
            raise InputError(f"The displacement's order is {self.order}; give 2, or 1 for a solid.")
        given, cells = self.cell_toughness, len(self.mesh.cells)
        if given is None:
            return
        if np.shape(given) != (cells,) or not np.all((given > 0) & np.isfinite(given)):
            raise InputError(
                f"The toughness of the cells has the shape {np.shape(given)} and is "
                f"{np.min(given):g} J/m2 at least; give each of the {cells:,} cells a positive one."
            )

    @property
    def length(self) -> float:
        """Unit of length L [m]."""
        return self.mesh.extent

    @property
    def energy_unit(self) -> float:
        """E L^2 [J/m], or E L^3 [J] of a meridian or a solid."""
        return self.solid.youngs_modulus * self.length**self.mesh.symmetry.power

    @cached_property
    def scaled_mesh(self) -> BodyMesh:
        return self.mesh.scaled(1 / self.length)

    @cached_property
    def moved(self) -> Space:
        """Of the displacement; its points are exact for (1 - d)^2 psi of straight cells."""
        return Space(mesh=self.scaled_mesh, order=self.order, degree=2 * self.order)

    @cached_property
    def damaged(self) -> Space:
        """Of the damage."""
        return self.moved.of_order(1)

    @property
    def vertices(self) -> Array:
        """Where the damage lives [m] (n, d)."""
        return self.damaged.nodes * self.length

    @property
    def lame(self) -> float:
        return self.solid.lame_modulus / self.solid.youngs_modulus

    @property
    def shear(self) -> float:
        return self.solid.shear_modulus / self.solid.youngs_modulus

    @cached_property
    def cell_size(self) -> Array:
        """h [m] (e,): (d! volume)^(1/d), a stretched cell's longest edge over sqrt(d) if more.

        A right-angled triangle with two legs h has this h, and each sixth of a cube of side h.
        """
        x, d = self.mesh.points[self.mesh.vertices], self.mesh.dimension
        sizes = np.abs(np.linalg.det(x[:, 1:] - x[:, :1])) ** (1 / d)
        return np.asarray(np.maximum(sizes, self.mesh.cell_sizes / np.sqrt(d)))

    @cached_property
    def share(self) -> Array:
        """s = 1 - h / (c_w l) (e,), at least a half: the mesh is given s G_c and s l.

        A crack one cell wide costs 1 + h / (c_w l_mesh) times the toughness given (Bourdin,
        Francfort & Marigo, J. Elasticity 91 (2008) 5), which is G_c again with these, and the
        strength, which goes as sqrt(G_c / l), is not changed.
        """
        width = self.solid.density.normalisation * self.solid.length_scale
        return np.asarray(np.maximum(1 - self.cell_size / width, 0.5))

    @property
    def toughness(self) -> Array:
        """Scaled s G_c (e,)."""
        own = self.solid.toughness if self.cell_toughness is None else self.cell_toughness
        return np.asarray(self.share * own / (self.solid.youngs_modulus * self.length))

    @property
    def scale(self) -> Array:
        """Scaled s l (e,)."""
        return self.share * self.solid.length_scale / self.length

    @cached_property
    def strain_matrix(self) -> Array:
        """B (e, q, c, j)."""
        space = self.moved
        strains = Strains(
            motions=Motions(symmetry=self.mesh.symmetry),
            gradients=space.gradients,
            values=space.values,
            points=space.points,
        )
        return np.ascontiguousarray(strains.matrix[:, :, _COMPONENTS[self.mesh.symmetry]])

    @cached_property
    def slopes(self) -> Array:
        """Gradients of the damage's shape functions (e, q or 1, d + 1, d)."""
        slopes = self.damaged.gradients
        return slopes if self.mesh.is_curved else slopes[:, :1]

    @cached_property
    def pattern(self) -> BlockPattern:
        space, d = self.moved, self.mesh.dimension
        return BlockPattern(cell_nodes=space.cell_dofs, nodes=space.dimension, components=d)

    @cached_property
    def orderings(self) -> dict[bytes, Dissection]:
        """Elimination orders met so far, by which displacements are free."""
        return {}

    @property
    def size(self) -> int:
        """Displacement unknowns."""
        return self.mesh.dimension * self.moved.dimension

    @property
    def cell_dofs(self) -> Integers:
        """Displacement unknowns of every cell (e, j)."""
        return self.pattern.cell_dofs

    def strain(self, displacement: Array) -> Array:
        """Total strain at the points (e, q, c) of displacements (m,)."""
        local = displacement[self.cell_dofs]
        flat = self.strain_matrix.reshape(len(local), -1, local.shape[1]) @ local[..., None]
        return np.asarray(flat.reshape(*self.moved.weights.shape, -1))

    def at_points(self, damage: Array) -> Array:
        """Damage at the points (e, q)."""
        return np.asarray(damage[self.damaged.cell_dofs] @ self.damaged.values.T)

    def left(self, damage: Array) -> Array:
        """(1 - d)^2 + k at the points (e, q)."""
        return np.asarray((1 - self.at_points(damage)) ** 2 + self.solid.residual_stiffness)

    def crack_size(self, damage: Array) -> float:
        """Length [m] of the cracks of a plane section, area [m2] of a meridian's and a solid's.

        int s / c_w (w / (s l) + s l |grad d|^2) dV, the crack energy over G_c without fatigue;
        AT2's diffuse damage counts too.
        """
        density, scale = self.solid.density, self.scale[:, None]
        slope = (damage[self.damaged.cell_dofs][:, None, None] @ self.slopes)[:, :, 0]
        cost = density.of(self.at_points(damage)) / scale + scale * (slope**2).sum(axis=-1)
        whole = float((self.share[:, None] * self.damaged.weights * cost).sum())
        unit = self.length ** (self.mesh.symmetry.power - 1)
        return whole / density.normalisation * unit

    @property
    def crack_unit(self) -> float:
        """l [m], or an area [m2] of that width: of a meridian the ring at half the extent, of a
        solid a strip as long as half the extent.
        """
        around = {(2, 3): np.pi * self.length, (3, 3): self.length / 2}
        key = self.mesh.dimension, self.mesh.symmetry.power
        return float(around.get(key, 1.0) * self.solid.length_scale)

    def too_coarse(self, damage: Array, resolution: float) -> NDArray[np.bool_]:
        """Cells (e,) with a crack in them and l / h below ``resolution``."""
        peak = damage[self.damaged.cell_dofs].max(axis=1)
        is_coarse = self.solid.length_scale < resolution * self.cell_size * (1 - 1e-9)
        return np.asarray(is_coarse & (peak > self.solid.density.localised))
