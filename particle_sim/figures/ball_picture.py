"""A radial sphere cut open, seen exactly."""

from __future__ import annotations

import numpy as np

from particle_sim.errors import InputError
from particle_sim.fem.body_mesh import Symmetry
from particle_sim.fem.locate import along_line
from particle_sim.figures.cutaway import FACE_SHADES, CutView, border_lines, lit
from particle_sim.figures.picture import Picture, weights_of
from particle_sim.figures.view import Cut, exits, screen_around
from particle_sim.particle.run import ParticleRun


def ball_picture(run: ParticleRun, cut: Cut, pixels: int) -> Picture:
    """The sphere of a radial run, whose values are given at its points."""
    mesh, space = run.mesh, run.elasticity.space.of_order(run.elasticity.sodium.order)
    if mesh.symmetry is not Symmetry.SPHERICAL:
        raise InputError(
            f"The particle's mesh is {mesh.symmetry.value}; only radial spheres and bodies are "
            "drawn cut open."
        )
    view, vertices = ball_view(cut, pixels), mesh.points[:, 0]
    radius = view.reference[:, 0] * vertices[-1]
    hollow = radius < vertices[0]
    cells, position = along_line(mesh, radius.clip(vertices[0], vertices[-1]))
    values, _ = space.tabulate(position[:, None])
    return Picture(
        view=view,
        weights=weights_of(values, run.points.cell_points[cells], run.points.count),
        line=border_lines(view, hollow.astype(np.intp)),
        blank=hollow,
        width=2 * view.screen.reach * run.length * float(vertices[-1]),
    )


def ball_view(cut: Cut, pixels: int) -> CutView:
    """The unit ball; reference positions (v, 1) are radii."""
    screen = screen_around(np.array([[-1.0, -1.0], [1.0, 1.0]]), pixels)
    plane = screen.plane()
    leaving, face = exits(cut, plane)
    front = np.sqrt(np.maximum(1 - (plane**2).sum(axis=1), 0.0))
    on_face = np.abs(leaving) < front
    seen = np.flatnonzero(on_face | ((front > 0) & (front <= leaving)))
    on_face, depth = on_face[seen], np.where(on_face, leaving, front)[seen]
    points = plane[seen] @ cut.axes[:2] + depth[:, None] * cut.axes[2]
    face = np.where(on_face, face[seen], -1)
    shade, gloss = lit(points, cut.axes[2])
    return CutView(
        screen=screen,
        pixels=seen,
        owners=np.zeros(len(seen), dtype=np.intp),
        reference=np.minimum(np.linalg.norm(points, axis=1), 1.0)[:, None],
        shade=np.where(on_face, FACE_SHADES[face], shade),
        gloss=np.where(on_face, 0.0, gloss),
        face=face,
    )
