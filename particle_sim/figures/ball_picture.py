"""A radial sphere cut open, seen exactly."""

from __future__ import annotations

import numpy as np

from particle_sim.errors import InputError
from particle_sim.figures.cutaway import FACE_SHADES, CutView, border_lines, lit
from particle_sim.figures.picture import Picture
from particle_sim.figures.view import Cut, exits, screen_around
from particle_sim.particle.run import ParticleRun


def ball_picture(run: ParticleRun, cut: Cut, pixels: int) -> Picture:
    """The sphere of a radial run, whose values are given at its sodium dofs."""
    from scipy import sparse

    if run.particle.mesh.coordinates.name != "SPHERE":
        raise InputError(
            f"The particle is a {run.particle.mesh.coordinates.name.lower()}; only radial spheres "
            "and bodies are drawn cut open."
        )
    view = ball_view(cut, pixels)
    space = run.elasticity.space
    hollow = view.reference[:, 0] * run.radius[-1] < run.radius[0]
    scaled = view.reference[:, 0] * run.radius[-1] / run.elasticity.length
    cells, position = space.locate(np.clip(scaled, space.nodes[0], space.nodes[-1]))
    values, _ = space.tabulate(position)
    columns = space.cell_dofs[cells]
    starts = columns.shape[1] * np.arange(len(columns) + 1)
    return Picture(
        view=view,
        weights=sparse.csr_array(
            (values.ravel(), columns.ravel(), starts), (len(columns), space.dimension)
        ),
        line=border_lines(view, hollow.astype(np.intp)),
        blank=hollow,
        width=2 * view.screen.reach * float(run.radius[-1]),
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
