"""A sodium field given from outside: values per dof, or a function of position."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from particle_sim.errors import InputError
from particle_sim.units import Array

Filling = Array | Callable[[Array], Array]
"""Site fraction per dof (n,), or a function of positions [m], (n,) or (n, d), that returns it."""


def filling_at(positions: Array, given: Filling) -> Array:
    """Site fraction at every dof; raises :class:`InputError` for a wrong shape."""
    values = given(positions) if callable(given) else given
    if np.shape(values) != (len(positions),) or not np.all(np.isfinite(values)):
        raise InputError(
            f"The filling has shape {np.shape(values)}; give one finite value per dof, "
            f"({len(positions)},)."
        )
    return np.array(values, dtype=float)
