"""One-dimensional meshes along the radius of a sphere or cylinder or across a slab."""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass

import numpy as np

from particle_sim.fem.body_mesh import BodyMesh, Symmetry
from particle_sim.shown import shown
from particle_sim.units import Array


class Coordinates(enum.Enum):
    """Symmetry of a radial mesh; the value is the power of r in the volume element."""

    SLAB = 0
    CYLINDER = 1
    SPHERE = 2

    @property
    def surface_factor(self) -> float:
        """Surface of the unit radius: 1 (per area), 2 pi (per length) or 4 pi."""
        return (1.0, 2 * math.pi, 4 * math.pi)[self.value]

    def surface(self, radius: float) -> float:
        """Surface at ``radius`` [m2; per metre for a cylinder, per square metre for a slab]."""
        return float(self.surface_factor * radius**self.value)

    def volume(self, inner: float, outer: float) -> float:
        """Volume between two radii [m3; m2 for a cylinder, m for a slab]."""
        power = self.value + 1
        return float(self.surface_factor * (outer**power - inner**power) / power)


@shown
@dataclass(frozen=True, kw_only=True)
class Mesh:
    """Cells between increasing ``vertices`` [m]; ``inner`` and ``outer`` are its boundaries."""

    vertices: Array
    coordinates: Coordinates
    automatic: bool = False
    """Whether ``solve_particle`` chooses the cells anew, for its tolerance."""

    @property
    def in_brief(self) -> dict[str, str]:
        """Shape, size and number of cells."""
        kind = self.coordinates.name.lower()
        free = ", chosen anew for each run" if self.automatic else ""
        return {
            "mesh": f"of a {kind}, {self.inner:.4g} to {self.outer:.4g} m",
            "cells": f"{len(self.vertices) - 1}{free}",
        }

    @property
    def inner(self) -> float:
        """Radius of the inner boundary, 0 for a solid particle [m]."""
        return float(self.vertices[0])

    @property
    def outer(self) -> float:
        """Radius of the outer boundary [m]."""
        return float(self.vertices[-1])

    @property
    def cell_sizes(self) -> Array:
        """Length of every cell [m]."""
        return np.diff(self.vertices)

    @property
    def is_hollow(self) -> bool:
        """Whether the inner boundary is a surface rather than the centre."""
        return self.inner > 0 and self.coordinates is not Coordinates.SLAB


SYMMETRIES = {
    Coordinates.SLAB: Symmetry.LAYERED,
    Coordinates.CYLINDER: Symmetry.CYLINDRICAL,
    Coordinates.SPHERE: Symmetry.SPHERICAL,
}


def line_mesh(mesh: Mesh, shell: tuple[float, int] | None = None) -> BodyMesh:
    """The one-dimensional body that is solved; a shell (thickness [m], cells) is its region 1.

    The inner end is a surface of a hollow particle or a slab, and the ``axis`` otherwise.
    """
    vertices, regions = mesh.vertices, np.zeros(len(mesh.vertices) - 1, dtype=np.intp)
    if shell is not None:
        thickness, cells = shell
        layer = np.linspace(mesh.outer, mesh.outer + thickness, cells + 1)
        vertices, regions = np.append(vertices, layer[1:]), np.append(regions, [1] * cells)
    numbers = np.arange(len(vertices), dtype=np.intp)
    inner = "axis" if mesh.coordinates is not Coordinates.SLAB and mesh.inner == 0 else "inner"
    return BodyMesh.trusted(
        points=vertices[:, None],
        cells=np.stack([numbers[:-1], numbers[1:]], axis=1),
        symmetry=SYMMETRIES[mesh.coordinates],
        regions=regions,
        boundaries={"surface": numbers[-1:, None], inner: numbers[:1, None]},
    )


def uniform_vertices(inner: float, outer: float, cells: int) -> Array:
    """``cells`` equal cells between two radii."""
    return np.linspace(inner, outer, cells + 1)


def graded_vertices(inner: float, outer: float, cells: int, ratio: float) -> Array:
    """Cells that shrink geometrically towards the outer boundary.

    ``ratio`` is the size of the largest (innermost) cell over that of the smallest (outermost).
    """
    sizes = np.geomspace(ratio, 1.0, cells)
    positions = np.concatenate([[0.0], np.cumsum(sizes)])
    return np.asarray(inner + (outer - inner) * positions / positions[-1])


@dataclass(frozen=True, kw_only=True)
class Layers:
    """Cell sizes that grow in proportion to the distance from the surfaces, over the outer radius.

    h(r) = min(outermost + growth (1 - r), innermost + inner_growth (r - r_inner), largest).
    """

    growth: float
    outermost: float
    innermost: float = math.inf
    inner_growth: float = 0.0
    largest: float = math.inf


def layered_vertices(inner: float, outer: float, layers: Layers) -> Array:
    """The fewest cells that are nowhere larger than ``layers`` asks: equal parts of int dr/h."""
    reach = (outer - inner) / outer
    near = np.geomspace(1e-3 * min(layers.outermost, reach), reach, _SAMPLES)
    distance = np.unique(np.concatenate([[0.0], near, reach - near[::-1]]).clip(0, reach))
    sizes = np.minimum(layers.outermost + layers.growth * distance, layers.largest)
    sizes = np.minimum(sizes, layers.innermost + layers.inner_growth * (reach - distance))
    parts = np.diff(distance) * 0.5 * (1 / sizes[1:] + 1 / sizes[:-1])
    passed = np.concatenate([[0.0], np.cumsum(parts)])
    wanted = np.linspace(0.0, passed[-1], math.ceil(passed[-1]) + 1)
    vertices = outer * (1 - np.interp(wanted, passed, distance))[::-1]
    vertices[0], vertices[-1] = inner, outer
    return np.asarray(vertices)


_SAMPLES = 400
