"""What every radial shape refuses."""

from __future__ import annotations

import math

from particle_sim.errors import InputError


def checked(shape: str, outer: float, inner: float, cells: int, grading: float) -> None:
    """Raise :class:`InputError` unless sizes, cells and grading make sense."""
    if not (math.isfinite(outer) and outer > 0):
        raise InputError(f"The {shape}'s size is {outer} m; it must be positive.")
    if not 0 <= inner < outer:
        raise InputError(f"The {shape}'s inner radius is {inner} m; it must lie in [0, {outer}) m.")
    if not 0 < grading < math.inf:
        raise InputError(f"The {shape}'s grading is {grading}; it must be positive and finite.")
    if cells < 1:
        raise InputError(f"The {shape} has {cells} cells; give at least 1.")
