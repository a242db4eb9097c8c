"""One particle as seen: a sparse map from the values of a run to the pixels of its picture."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from particle_sim.errors import InputError
from particle_sim.fem.body_mesh import Integers, Symmetry
from particle_sim.fem.body_space import BodySpace
from particle_sim.figures.ball_view import ball_view
from particle_sim.figures.cutaway import PIXELS, CutView, border_lines, cut_view, screen_of, seen
from particle_sim.figures.quantities import ColourScale, Place
from particle_sim.figures.skin import (
    Skin,
    facet_skin,
    facing,
    mirror_axes,
    mirrored,
    outer_skin,
    revolved,
    ribbons,
)
from particle_sim.figures.view import FROM_ABOVE, Cut
from particle_sim.units import Array

if TYPE_CHECKING:
    from particle_sim.figures.quantities import AnyRun
    from particle_sim.particle.body.run import BodyRun
    from particle_sim.particle.run import ParticleRun

INK, CHALK = 0.28, 0.5
"""Brightness left by a line on a light ground, and share of white in one on a dark ground."""

RIBBON = 0.035
"""Width of a grain boundary in a plane section, over the section's extent."""

DARK, LIGHT = 0.16, 0.4
"""Luminances between which lines turn from light to dark."""


@dataclass(frozen=True, kw_only=True)
class Picture:
    """How k values of a run become an image: weights (v, k) of the v pixels that show the body.

    line (v,): strength of the line that runs there, 0 to 1; width: of the square shown [m].
    """

    view: CutView
    weights: Any
    line: Array
    width: float

    def image(self, values: Array, scale: ColourScale) -> Array:
        """Colours (p/2, p/2, 4) of values (k,), averaged over two by two rays."""
        rgb = _shaded(scale.colours(self.weights @ values), self.view.shade)
        drawn = self.line > 0
        rgb[drawn] += self.line[drawn, None] * (_lined(rgb[drawn]) - rgb[drawn])
        pixels = self.view.screen.pixels
        fine = np.zeros((pixels * pixels, 4), dtype=np.float32)
        fine[self.view.pixels, :3], fine[self.view.pixels, 3] = rgb, 1.0
        image = fine.reshape(pixels // 2, 2, pixels // 2, 2, 4).mean(axis=(1, 3))
        image[..., :3] /= np.maximum(image[..., 3:], 1e-6)
        return np.clip(image, 0.0, 1.0)


def picture(run: AnyRun, cut: Cut, place: Place = Place.POINTS, pixels: int = PIXELS) -> Picture:
    """What is seen of the particle of a run; ``pixels`` rays across, an even number."""
    from particle_sim.particle.run import ParticleRun

    if isinstance(run, ParticleRun):
        return _ball_picture(run, cut, pixels)
    if place is Place.REGION_FACETS:
        return _facet_picture(run, cut, pixels)
    return _body_picture(run, cut, pixels)


def _body_picture(run: BodyRun, cut: Cut, pixels: int) -> Picture:
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
        width=2 * view.screen.reach * run.length,
    )


def _facet_picture(run: BodyRun, cut: Cut, pixels: int) -> Picture:
    """The boundaries between regions alone; in a plane section as broad lines in its outline.

    Values of facets are averaged to the vertices of each boundary, so that they vary smoothly.
    """
    space = run.elasticity.space
    mesh, facets = space.mesh, space.mesh.facets
    sides = np.where(facets.owners < 0, -1, mesh.regions[facets.owners])
    inner = np.flatnonzero((facets.counts == 2) & (sides[:, 0] != sides[:, 1]))
    if len(inner) == 0:
        raise InputError(
            "The body has one region and no grain boundary to draw; draw a stress or the sodium."
        )
    rows = np.stack([facets.owners[inner, 0], facets.local[inner, 0]], axis=1)
    pair = np.unique(np.sort(sides[inner], axis=1), axis=0, return_inverse=True)[1].ravel()
    if mesh.symmetry is Symmetry.PLANE:
        rows = np.concatenate([rows, *(mesh.boundary(name) for name in mesh.surfaces)])
        pair = np.concatenate([pair, np.full(len(rows) - len(pair), -1)])
        skin = _boundary_skin(space, rows)
        view = seen([skin], None, FROM_ABOVE, screen_of(skin, FROM_ABOVE, pixels))
        line = np.zeros(len(view.owners))
    else:
        skin = facing(_boundary_skin(space, rows), cut.axes[2])
        view = seen([], skin, cut, screen_of(outer_skin(space), cut, pixels))
        line = border_lines(view, pair[view.owners])
    return Picture(
        view=view,
        weights=_facet_weights(view, mesh.ordered_cells[rows[:, 0]], pair, len(inner)),
        line=line,
        width=2 * view.screen.reach * run.length,
    )


def _facet_weights(view: CutView, cells: Integers, pair: Integers, count: int) -> Any:
    """Weights (v, count) of the values of facets, whose cells (f, g) these are."""
    from scipy import sparse

    corners = view.reference.shape[1] + 1
    keys = cells[:, :corners] * (pair.max() + 2) + pair[:, None] + 1
    place = np.unique(keys, return_inverse=True)[1].reshape(keys.shape)
    known = np.arange(count)
    mean = sparse.csr_array(
        (
            np.ones(corners * count),
            (place[:count].ravel(), np.repeat(known, corners)),
        ),
        (int(place.max()) + 1, count),
    )
    mean = sparse.diags_array(1 / np.maximum(mean.sum(axis=1), 1)) @ mean
    reference = view.reference
    shares = np.concatenate([1 - reference.sum(axis=1, keepdims=True), reference], axis=1)
    shares[view.owners >= count] = np.nan
    starts = corners * np.arange(len(shares) + 1)
    return (
        sparse.csr_array(
            (shares.ravel(), place[view.owners].ravel(), starts), (len(shares), mean.shape[0])
        )
        @ mean
    )


def _boundary_skin(space: BodySpace, rows: Integers) -> Skin:
    mesh = space.mesh
    skin = facet_skin(space, rows)
    if mesh.symmetry is Symmetry.AXISYMMETRIC:
        skin = revolved(skin)
    if mesh.symmetry is Symmetry.PLANE:
        skin = ribbons(skin, RIBBON * mesh.extent)
    return mirrored(skin, mirror_axes(mesh))


def _ball_picture(run: ParticleRun, cut: Cut, pixels: int) -> Picture:
    from scipy import sparse

    if run.particle.mesh.coordinates.name != "SPHERE":
        raise InputError(
            f"The particle is a {run.particle.mesh.coordinates.name.lower()}; only radial spheres "
            "and bodies are drawn cut open."
        )
    view = ball_view(cut, pixels)
    radius = view.reference[:, 0] * run.radius[-1]
    above = np.clip(np.searchsorted(run.radius, radius), 1, len(run.radius) - 1)
    gap = run.radius[above] - run.radius[above - 1]
    share = np.clip((radius - run.radius[above - 1]) / gap, 0.0, 1.0)
    hollow = radius < run.radius[0] * (1 - 1e-9)
    weights = np.stack([1 - share, share], axis=1)
    weights[hollow] = np.nan
    columns = np.stack([above - 1, above], axis=1)
    starts = 2 * np.arange(len(radius) + 1)
    return Picture(
        view=view,
        weights=sparse.csr_array(
            (weights.ravel(), columns.ravel(), starts), (len(radius), len(run.radius))
        ),
        line=border_lines(view, hollow.astype(np.intp)),
        width=2 * view.screen.reach * float(run.radius[-1]),
    )


def _shaded(rgb: Array, shade: Array) -> Array:
    """Colours darkened below brightness 1 and lightened above."""
    dark, light = np.minimum(shade, 1.0)[:, None], np.maximum(shade - 1.0, 0.0)[:, None]
    return np.asarray(rgb * dark * (1 - light) + light)


def _lined(rgb: Array) -> Array:
    """Colours under a line: darker on a light ground, lighter on a dark one."""
    luminance = rgb @ np.array([0.2126, 0.7152, 0.0722])
    share = np.clip((luminance - DARK) / (LIGHT - DARK), 0.0, 1.0)[:, None]
    return np.asarray(share * rgb * INK + (1 - share) * (rgb + CHALK * (1 - rgb)))
