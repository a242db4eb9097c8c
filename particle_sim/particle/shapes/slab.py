"""A plate: one side blocked (or the mid-plane of a plate open on both sides)."""

from __future__ import annotations

from particle_sim.checks import arguments_checked
from particle_sim.fem.mesh import Coordinates, Mesh
from particle_sim.particle.shapes.radial import radial_mesh


@arguments_checked
def slab(thickness: float, *, cells: int | None = None, grading: float | None = None) -> Mesh:
    """Mesh across a slab from the blocked side at 0 to the open one at ``thickness`` [m].

    All totals are per square metre of surface; ``cells`` and ``grading`` are as for a
    :func:`~particle_sim.particle.shapes.sphere.sphere`, the smallest cell at the open side.

    >>> mesh = slab(1e-7, cells=8, grading=4.0)
    >>> round(float(mesh.cell_sizes[0] / mesh.cell_sizes[-1]), 6)
    4.0

    Raises :class:`InputError` as for a sphere.
    """
    return radial_mesh(Coordinates.SLAB, (0.0, thickness), cells, grading)
