"""The boundaries between the regions of a body, as walls without the body around them."""

from __future__ import annotations

from typing import Any

import numpy as np

from particle_sim.errors import InputError
from particle_sim.fem.body_mesh import Integers, Symmetry
from particle_sim.fem.space import Space
from particle_sim.figures.cutaway import CutView, border_lines, screen_of, seen
from particle_sim.figures.picture import Picture, weights_of
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
from particle_sim.particle.run import ParticleRun

RIBBON = 0.035
"""Width of a grain boundary in a plane section, over the section's extent."""


def facet_picture(run: ParticleRun, cut: Cut, pixels: int) -> Picture:
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
        blank=view.owners >= len(inner),
        width=2 * view.screen.reach * run.length,
    )


def _facet_weights(view: CutView, cells: Integers, pair: Integers, count: int) -> Any:
    """Weights (v, count) of the values of facets, whose cells (f, g) these are."""
    from scipy import sparse

    corners = view.reference.shape[1] + 1
    keys = cells[:, :corners] * (pair.max() + 2) + pair[:, None] + 1
    place = np.unique(keys, return_inverse=True)[1].reshape(keys.shape)
    owner = np.repeat(np.arange(count), corners)
    mean = sparse.csr_array(
        (np.ones(corners * count), (place[:count].ravel(), owner)), (int(place.max()) + 1, count)
    )
    mean = sparse.diags_array(1 / np.maximum(mean.sum(axis=1), 1)) @ mean
    rest = 1 - view.reference.sum(axis=1, keepdims=True)
    shares = np.concatenate([rest, view.reference], axis=1)
    return weights_of(shares, place[view.owners], mean.shape[0]) @ mean


def _boundary_skin(space: Space, rows: Integers) -> Skin:
    mesh = space.mesh
    skin = facet_skin(space, rows)
    if mesh.symmetry is Symmetry.AXISYMMETRIC:
        skin = revolved(skin)
    if mesh.symmetry is Symmetry.PLANE:
        skin = ribbons(skin, RIBBON * mesh.extent)
    return mirrored(skin, mirror_axes(mesh))
