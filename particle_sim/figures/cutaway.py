"""Cut bodies: for every pixel, the cell and the place in it that the viewer sees.

Made once per mesh; every field and time is then drawn by one sparse product.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from particle_sim.fem.body_mesh import Integers, Symmetry
from particle_sim.fem.space import Space
from particle_sim.figures.raster import nearest
from particle_sim.figures.skin import Skin, joined_arrays, outer_skin
from particle_sim.figures.slices import cut_face, plane_face
from particle_sim.figures.view import FROM_ABOVE, Cut, Screen, exits, screen_around
from particle_sim.units import Array

PIXELS = 600
"""Rays across a picture; two across each pixel of a printed one."""

LAMP = np.array([0.2, 0.55, 0.81])
"""Direction of the light."""

RIM_SHADE, GLOSS = 0.66, 0.12
"""Brightness of a surface turned away from the light, and what one that mirrors it adds."""

FACE_SHADES = np.array([0.97, 1.0, 0.94])
"""Brightness of the first, second and third cut face."""


@dataclass(frozen=True, kw_only=True)
class CutView:
    """What a picture of p pixels shows; v of them show the body.

    pixels (v,); owners (v,): cells, and reference positions (v, d) in them; shade (v,):
    brightness; gloss (v,): share of white; face (v,): number of the cut face, -1 on the surface.
    """

    screen: Screen
    pixels: Integers
    owners: Integers
    reference: Array
    shade: Array
    gloss: Array
    face: Integers


def cut_view(space: Space, cut: Cut, pixels: int = PIXELS) -> CutView:
    """A body or a revolved meridian section with a part taken away; a plane section from above."""
    if space.mesh.symmetry is Symmetry.PLANE:
        whole = plane_face(space)
        return seen([whole], None, FROM_ABOVE, screen_of(whole, FROM_ABOVE, pixels))
    faces = [cut_face(space, np.array(normal, dtype=float)) for normal in cut.normals]
    whole = outer_skin(space)
    return seen(faces, whole, cut, screen_of(whole, cut, pixels))


def screen_of(skin: Skin, cut: Cut, pixels: int) -> Screen:
    """The smallest screen that shows a skin."""
    return screen_around(skin.corners.reshape(-1, 3) @ cut.axes[:2].T, pixels)


def seen(faces: Sequence[Skin], surface: Skin | None, cut: Cut, screen: Screen) -> CutView:
    """What is seen of the cut faces, in the order of the cut's normals, and of a surface."""
    limit, face = exits(cut, screen.plane())
    parts = []
    for number, skin in enumerate(faces):
        open_here = np.where(face == number, np.inf, -np.inf)
        parts.append(_part(screen, skin, cut, open_here, number))
        limit[parts[-1].pixels] = -np.inf  # a cut face hides what lies behind it
    if surface is not None:
        parts.append(_part(screen, surface, cut, limit, -1))
    return CutView(screen=screen, **joined_arrays(parts))


def _part(screen: Screen, skin: Skin, cut: Cut, limit: Array, face: int) -> CutView:
    """What is seen up to a depth of a cut face, evenly bright, or of the surface, lit (-1)."""
    turned = np.flatnonzero((skin.normals @ cut.axes[2]).max(axis=1) > 0)
    hits = nearest(screen, skin.corners[turned] @ cut.axes.T, limit)
    pixels = np.flatnonzero(hits.triangles >= 0)
    triangles, shares = turned[hits.triangles[pixels]], hits.shares[pixels]
    if face < 0:
        shade, gloss = lit(_mixed(shares, skin.normals[triangles]), cut.axes[2])
    else:
        shade, gloss = np.full(len(pixels), FACE_SHADES[face]), np.zeros(len(pixels))
    return CutView(
        screen=screen,
        pixels=pixels,
        owners=skin.owners[triangles],
        reference=_mixed(shares, skin.reference[triangles]),
        shade=shade,
        gloss=gloss,
        face=np.full(len(pixels), face),
    )


def _mixed(shares: Array, corners: Array) -> Array:
    """Values (v, d) at shares (v, 3) of the corners (v, 3, d)."""
    return np.asarray(np.matmul(shares[:, None], corners)[:, 0])


def lit(normals: Array, toward: Array) -> tuple[Array, Array]:
    """Brightness (v,), and share of white (v,), of surfaces with these normals (v, 3)."""
    normals = normals / np.linalg.norm(normals, axis=1, keepdims=True)
    half = (LAMP + toward) / np.linalg.norm(LAMP + toward)
    gloss = GLOSS * np.maximum(normals @ half, 0.0) ** 4
    return RIM_SHADE + (1 - RIM_SHADE) * np.maximum(normals @ LAMP, 0.0), gloss


RIM_LINE = 0.4
"""Strength of the line around the cut faces, over that of grain boundaries and folds."""


def border_lines(view: CutView, regions: Integers) -> Array:
    """Strength, 0 to 1, of the line that runs through each visible pixel (v,).

    Lines run where two regions (v,) meet, where two cut faces meet, and around the cut.
    """
    size = view.screen.pixels
    code, face = np.full((2, view.screen.count), -1, dtype=np.intp)
    code[view.pixels], face[view.pixels] = regions - regions.min(initial=0), view.face
    code, face = code.reshape(size, size), face.reshape(size, size)
    strength = np.zeros((size, size))
    for a, b in ((np.s_[1:, :], np.s_[:-1, :]), (np.s_[:, 1:], np.s_[:, :-1])):
        body = (code[a] >= 0) & (code[b] >= 0)
        turn = body & (face[a] != face[b])
        line = np.where(turn & ((face[a] < 0) | (face[b] < 0)), RIM_LINE, 1.0 * turn)
        line = np.where(body & (code[a] != code[b]), 1.0, line)
        np.maximum(strength[a], line, out=strength[a])
        np.maximum(strength[b], line, out=strength[b])
    return np.asarray(strength.ravel()[view.pixels])
