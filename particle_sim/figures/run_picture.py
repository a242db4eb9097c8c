"""The particle of a run as seen: bodies, meridian and plane sections, and radial spheres."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from particle_sim.figures.ball_picture import ball_picture
from particle_sim.figures.cutaway import PIXELS, border_lines, cut_view
from particle_sim.figures.facet_picture import facet_picture
from particle_sim.figures.picture import Picture, weights_of
from particle_sim.figures.quantities import Place, Quantity
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


def run_pictures(
    runs: Mapping[str, ParticleRun], quantities: Sequence[Quantity], cut: Cut
) -> dict[tuple[str, Place], Picture]:
    """The picture of every run at every place that some quantity is given at."""
    return {
        (name, place): run_picture(run, cut, place)
        for name, run in runs.items()
        for place in {quantity.place for quantity in quantities}
    }


def _body_picture(run: ParticleRun, cut: Cut, pixels: int) -> Picture:
    space, points = run.elasticity.space, run.points
    view = cut_view(space, cut, pixels)
    values, _ = space.of_order(run.elasticity.sodium.order).tabulate(view.reference)
    return Picture(
        view=view,
        weights=weights_of(values, points.cell_points[view.owners], points.count),
        line=border_lines(view, space.mesh.regions[view.owners]),
        blank=np.zeros(len(view.owners), dtype=bool),
        width=2 * view.screen.reach * run.length,
    )
