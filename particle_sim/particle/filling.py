"""Sodium given from outside: a starting field, and a flux that must leave some at the outputs."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from particle_sim.errors import InputError
from particle_sim.flux import SurfaceFlux
from particle_sim.particle.surface.condition import SurfaceCondition
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


def check_first_output(
    surface: SurfaceCondition,
    first: float,
    per_area: float,
    limits: tuple[float, float] | None,
) -> None:
    """Refuse a flux that has emptied or filled the particle before its first output.

    ``first``: the first requested time [s]; ``per_area``: mobile sodium per open area [mol/m2].
    """
    history = surface.total or surface
    if limits is None or not isinstance(history, SurfaceFlux):
        return
    passed = history.passed(float(history.time[0]), first) / per_area
    filling = history.initial_site_fraction - passed
    if limits[0] <= filling <= limits[1]:
        return
    empty = filling < limits[0]
    room = history.initial_site_fraction - limits[0 if empty else 1]
    when = first * abs(room / passed)
    raise InputError(
        f"The flux {'empties' if empty else 'fills'} the particle after about {when:.3g} s, before "
        f"the first output at {first:.3g} s; ask for earlier times or a smaller flux."
    )
