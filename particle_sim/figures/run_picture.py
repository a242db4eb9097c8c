"""The particle of a run as seen: bodies, meridian and plane sections, and radial spheres."""

from __future__ import annotations

import numpy as np

from particle_sim.figures.ball_picture import ball_picture
from particle_sim.figures.cutaway import PIXELS, border_lines, cut_view
from particle_sim.figures.facet_picture import facet_picture
from particle_sim.figures.picture import Picture
from particle_sim.figures.quantities import Place
from particle_sim.figures.view import Cut
from particle_sim.particle.run import ParticleRun


def run_picture(
    run: ParticleRun, cut: Cut, place: Place = Place.POINTS, pixels: int = PIXELS
) -> Picture:
    """What is seen of the particle of a run; ``pixels`` rays across, an even number."""
    if run.mesh.dimension == 1:
        return ball_picture(run, cut, pixels)
    if place is Place.REGION_FACETS:
        return facet_picture(run, cut, pixels)
    return _body_picture(run, cut, pixels)


def _body_picture(run: ParticleRun, cut: Cut, pixels: int) -> Picture:
    from scipy import sparse

    space, points = run.elasticity.space, run.points
    view = cut_view(space, cut, pixels)
    values, _ = space.of_order(run.elasticity.sodium.order).tabulate(view.reference)
    columns = points.cell_points[view.owners]
    starts = np.arange(len(columns) + 1) * columns.shape[1]
    return Picture(
        view=view,
        weights=sparse.csr_array(
            (values.ravel(), columns.ravel(), starts), (len(columns), points.count)
        ),
        line=border_lines(view, space.mesh.regions[view.owners]),
        blank=np.zeros(len(view.owners), dtype=bool),
        width=2 * view.screen.reach * run.length,
    )
