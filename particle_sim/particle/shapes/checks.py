"""What every radial shape refuses."""

from __future__ import annotations

import math
from collections.abc import Sequence

from particle_sim.errors import InputError


def checked(shape: str, outer: float, inner: float, cells: int, grading: float) -> None:
    """Raise :class:`InputError` unless sizes, cells and grading make sense."""
    positive(shape, "size", outer)
    if not 0 <= inner < outer:
        raise InputError(f"The {shape}'s inner radius is {inner} m; it must lie in [0, {outer}) m.")
    if not 0 < grading < math.inf:
        raise InputError(f"The {shape}'s grading is {grading}; it must be positive and finite.")
    if cells < 1:
        raise InputError(f"The {shape} has {cells} cells; give at least 1.")


LARGEST = 100.0
"""Metres; more is a size in another unit. Problems scaled to a size near 1 remain possible; a run
warns where a particle is above a millimetre."""

MOST_CELLS = 5e6
"""Bodies of more cells are refused: they would not fit a workstation's memory."""


def positive(shape: str, what: str, size: float, most: float = LARGEST) -> None:
    """Raise :class:`InputError` unless a size [m] is positive and at most ``most``."""
    if not (math.isfinite(size) and size > 0):
        raise InputError(f"The {shape}'s {what} is {size} m; it must be positive.")
    if size > most:
        raise InputError(
            f"The {shape}'s {what} is {size} m, more than {most} m; sizes are in metres, so is "
            f"{size * 1e-6:g} m (um) or {size * 1e-9:g} m (nm) meant?"
        )


def checked_layers(shape: str, radius: float, inner: float, core: float) -> None:
    """Raise :class:`InputError` unless 0 <= inner radius < core radius < radius (core 0: none)."""
    if not 0 <= inner < radius:
        raise InputError(
            f"The {shape}'s inner radius is {inner} m; it must lie in [0, {radius}) m."
        )
    if core != 0 and not inner < core < radius:
        raise InputError(
            f"The {shape}'s core radius is {core} m; it must be 0 (no core) or lie in "
            f"({inner}, {radius}) m."
        )


def checked_cell_size(
    shape: str, what: str, cell_size: float, width: float, lengths: Sequence[float]
) -> None:
    """Raise :class:`InputError` unless a cell size [m] is sensible.

    ``width`` [m] is the body's narrowest width, ``lengths`` [m] the sides of its bounding box.
    """
    if not 0 < cell_size <= width:
        raise InputError(
            f"The {shape}'s {what} is {cell_size} m; it must be positive and at most {width:g} m, "
            "the body's narrowest width."
        )
    # a cube of side h is filled by about six tetrahedra, a square by two triangles
    expected = (6 if len(lengths) == 3 else 2) * math.prod(side / cell_size for side in lengths)
    if expected > MOST_CELLS:
        raise InputError(
            f"The {shape}'s {what} of {cell_size} m asks for about {expected:.0e} cells; at most "
            f"{MOST_CELLS:.0e} are allowed, so give a larger one."
        )
