"""Meshes of the bodies a comparison offers, from one radius."""

from __future__ import annotations

from particle_sim.fem.body_mesh import BodyMesh
from particle_sim.particle import shapes
from particle_sim.particle.shapes import outlines
from particle_sim.studies.choices import ShapeChoice

BODY_TITLES = {
    ShapeChoice.POLYCRYSTAL: "polycrystalline ball (3-D)",
    ShapeChoice.SPHEROID: "spheroid twice as long as wide (axisymmetric)",
    ShapeChoice.ROD: "rod of four radii length with rounded edges (axisymmetric)",
    ShapeChoice.PLATE: "plate of two radii across and a third as thick (axisymmetric)",
}


def body_mesh(
    shape: ShapeChoice, radius: float, *, grains: int, seed: int, cells_per_radius: float
) -> BodyMesh:
    """The mesh of one particle; ``radius`` [m] is the particle radius of the material.

    Sections, which are cheap, have three times as many cells along a radius.
    """
    size, fine = radius / cells_per_radius, radius / (3 * cells_per_radius)
    if shape is ShapeChoice.POLYCRYSTAL:
        return shapes.polycrystal(outlines.ball(radius), grains=grains, seed=seed, cell_size=size)
    if shape is ShapeChoice.SPHEROID:
        return shapes.spheroid_section(radius, 2 * radius, half=True, cell_size=fine)
    if shape is ShapeChoice.ROD:
        return shapes.rod_section(radius, 4 * radius, 0.3 * radius, half=True, cell_size=fine)
    return shapes.plate_section(radius, 2 * radius / 3, 0.15 * radius, half=True, cell_size=fine)
