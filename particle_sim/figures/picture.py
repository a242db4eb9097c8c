"""One particle as seen: a sparse map from the values of a run to the pixels of its picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from particle_sim.fem.body_mesh import Integers
from particle_sim.figures.cutaway import CutView
from particle_sim.figures.quantities import ColourScale
from particle_sim.units import Array

INK, CHALK = 0.28, 0.5
"""Brightness left by a line on a light ground, and share of white in one on a dark ground."""

DARK, LIGHT = 0.16, 0.4
"""Luminances between which lines turn from light to dark."""


@dataclass(frozen=True, kw_only=True)
class Picture:
    """How k values of a run become an image: weights (v, k) of the v pixels that show the body.

    line (v,): strength of the line that runs there, 0 to 1; blank (v,): whether a pixel has no
    value; width: of the square shown [m].
    """

    view: CutView
    weights: Any
    line: Array
    blank: NDArray[np.bool_]
    width: float

    def image(self, values: Array, scale: ColourScale) -> Array:
        """Colours (p/2, p/2, 4) of values (k,), averaged over two by two rays."""
        seen = np.where(self.blank, np.nan, self.weights @ values)
        shade, gloss = self.view.shade[:, None], self.view.gloss[:, None]
        rgb = scale.colours(seen) * shade * (1 - gloss) + gloss
        drawn = self.line > 0
        rgb[drawn] += self.line[drawn, None] * (_lined(rgb[drawn]) - rgb[drawn])
        pixels = self.view.screen.pixels
        fine = np.zeros((pixels * pixels, 4), dtype=np.float32)
        fine[self.view.pixels, :3], fine[self.view.pixels, 3] = rgb, 1.0
        image = fine.reshape(pixels // 2, 2, pixels // 2, 2, 4).mean(axis=(1, 3))
        image[..., :3] /= np.maximum(image[..., 3:], 1e-6)
        return np.asarray(np.clip(image, 0.0, 1.0))


def weights_of(shares: Array, columns: Integers, count: int) -> Any:
    """Weights (v, count): row by row the ``shares`` (v, i) of the values in ``columns`` (v, i)."""
    from scipy import sparse

    starts = columns.shape[1] * np.arange(len(columns) + 1)
    return sparse.csr_array((shares.ravel(), columns.ravel(), starts), (len(columns), count))


def _lined(rgb: Array) -> Array:
    """Colours under a line: darker on a light ground, lighter on a dark one."""
    luminance = rgb @ np.array([0.2126, 0.7152, 0.0722])
    share = np.clip((luminance - DARK) / (LIGHT - DARK), 0.0, 1.0)[:, None]
    return np.asarray(share * rgb * INK + (1 - share) * (rgb + CHALK * (1 - rgb)))
