"""Sodium given from outside: a starting field, and a flux that must leave some at the outputs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from particle_sim.errors import InputError
from particle_sim.flux import SurfaceFlux
from particle_sim.particle.surface.condition import SurfaceCondition
from particle_sim.units import Array

Filling = Array | Callable[[Array], Array]
"""Site fraction per dof (n,), or a function of positions [m], (n,) or (n, d), that returns it."""


ROUNDING = 1e-9
"""Part of a range by which a number computed by the user may lie beyond it."""


def filling_at(positions: Array, given: Filling) -> Array:
    """Site fraction at every dof; raises :class:`InputError` for a wrong shape."""
    values = given(positions) if callable(given) else given
    if np.shape(values) != (len(positions),) or not np.all(np.isfinite(values)):
        raise InputError(
            f"The filling has shape {np.shape(values)}; give one finite value per dof, "
            f"({len(positions)},)."
        )
    return np.array(values, dtype=float)


def check_start(filling: Array, limits: tuple[float, float] | None) -> None:
    """Refuse limits that are none, and a filling (n,) beyond them or beyond 0..1."""
    if limits is not None and not limits[0] < limits[1]:
        raise InputError(f"The limits are {limits}; give a lower and a higher site fraction.")
    least, most = (0.0, 1.0) if limits is None else (max(limits[0], 0.0), min(limits[1], 1.0))
    low, high = float(filling.min()), float(filling.max())
    if low < least - ROUNDING or high > most + ROUNDING:
        raise InputError(
            f"The filling at the start runs from {low:g} to {high:g}; it must lie between "
            f"{least:g} and {most:g}."
        )


def check_temperatures(surfaces: Iterable[SurfaceCondition]) -> None:
    """Refuse surfaces of several temperatures."""
    temperatures = {surface.temperature for surface in surfaces}
    if len(temperatures) > 1:
        raise InputError(
            f"The surfaces have the temperatures {sorted(temperatures)} K; a particle is "
            "isothermal: give them one."
        )


def landing_times(times: Sequence[float] | Array, breaks: Array) -> Array:
    """The requested times [s] in order; :class:`InputError` for one that the run cannot meet."""
    given = np.asarray(times)
    if given.size == 0:
        return np.zeros(0)
    if given.ndim != 1 or given.dtype.kind not in "iuf" or not np.all(np.isfinite(given)):
        raise InputError(f"The times are {str(times)[:60]}; give one row of finite seconds.")
    first, last = float(breaks[0]), float(breaks[-1])
    slack = ROUNDING * (last - first)
    beyond = given[(given < first - slack) | (given > last + slack)]
    if len(beyond):
        raise InputError(
            f"The time {beyond[0]:g} s lies outside the surface's history, {first:g} to {last:g} s."
        )
    return np.unique(given.astype(float))


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
