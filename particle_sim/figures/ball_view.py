"""A ball cut open, seen exactly: where a field depends on the radius alone."""

from __future__ import annotations

import numpy as np

from particle_sim.figures.cutaway import FACE_SHADES, CutView, lit
from particle_sim.figures.view import Cut, exits, screen_around


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
    return CutView(
        screen=screen,
        pixels=seen,
        owners=np.zeros(len(seen), dtype=np.intp),
        reference=np.minimum(np.linalg.norm(points, axis=1), 1.0)[:, None],
        shade=np.where(on_face, FACE_SHADES[face], lit(points, cut.axes[2])),
        face=face,
    )
