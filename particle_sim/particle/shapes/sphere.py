"""A ball, solid or hollow."""

from __future__ import annotations

from particle_sim.checks import arguments_checked
from particle_sim.fem.mesh import Coordinates, Mesh
from particle_sim.particle.shapes.radial import radial_mesh


@arguments_checked
def sphere(
    radius: float,
    *,
    inner_radius: float = 0.0,
    cells: int | None = None,
    grading: float | None = None,
) -> Mesh:
    """Radial mesh of a sphere of ``radius`` [m], hollow if ``inner_radius`` [m] > 0.

    Without ``cells`` and ``grading`` the solver chooses the cells for its tolerance. ``grading`` is
    the ratio of the largest cell (inside) to the smallest (at the surface), usually 60; one of the
    two alone takes 24 cells or that grading.

    >>> sphere(2.5e-7, inner_radius=1e-7, cells=12)
    Mesh of a sphere, 1e-07 to 2.5e-07 m
      cells 12

    Raises :class:`InputError` for a size that is not positive or above 100 m, an inner radius that
    is not smaller, fewer than one cell, and a grading that is not positive and finite.
    """
    return radial_mesh(Coordinates.SPHERE, (inner_radius, radius), cells, grading)
