"""Cracks in a section under a load that changes, step by step in equilibrium."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from particle_sim.checks import arguments_checked
from particle_sim.damage.field.balance import Place
from particle_sim.damage.field.body import CrackBody
from particle_sim.damage.field.bounded import DamageProblem
from particle_sim.damage.field.checkpoint import file_of
from particle_sim.damage.field.load import CrackLoad, Loading
from particle_sim.damage.field.minimise import Method, Minimum, minimise
from particle_sim.damage.field.resolution import (
    LengthScale,
    check_cracked,
    check_resolution,
    length_warnings,
)
from particle_sim.damage.field.result import CrackRun, Found, run_of
from particle_sim.damage.field.run_cost import check_forecast
from particle_sim.damage.steps import Steps, silent
from particle_sim.errors import InputError
from particle_sim.progress import shows_progress
from particle_sim.units import Array


@arguments_checked
@shows_progress
def crack(
    body: CrackBody,
    load: CrackLoad,
    times: Sequence[float] | Array,
    *,
    meaning: LengthScale,
    flaw: Array | None = None,
    method: Method = Method.NEWTON,
    until: float = np.inf,
    checkpoint: str | Path | None = None,
    progress: Callable[[str], None] | None = None,
) -> CrackRun:
    """Damage and displacement of ``body`` at each of ``times`` under ``load``: local minima of the
    energy, damage never undone.

    Inertia is left out: a crack that runs ends where the load of its step holds it. ``flaw`` (n,)
    is the damage at the start, see :func:`notch`; ``meaning`` says what the length scale is,
    ``method`` how the least energy is found. The run ends where the crack size [m, or m2 of a
    meridian] passes ``until``: a dead load that no crack can hold would cut the body in two, and
    pull the parts apart for ever.

    ``progress``, such as ``print`` or ``ps.progress_bar``, is told what the run will take before it
    begins, and each time that is done. ``checkpoint`` names a file for the times that are done;
    given again after an interruption the run goes on from there to the same result. A finished run
    removes it. A body that needs more memory than the machine has is refused before it starts.

    Raises :class:`InputError` for l / h below 4 where there is damage, for l above a fifth of the
    body and for times that do not rise; :class:`ConvergenceError` where a step is not found.

    >>> import particle_sim as ps
    >>> from particle_sim.damage.field import BrittleSolid, CrackBody, CrackLoad, LengthScale, crack
    >>> solid = BrittleSolid(
    ...     youngs_modulus=80e9, poisson_ratio=0.28, toughness=17.0, length_scale=50e-9
    ... )
    >>> body = CrackBody(mesh=ps.shapes.rectangle((5e-7, 5e-7), cells=(40, 40)), solid=solid)
    >>> ends = {"top": lambda x, t: 0 * x + (0, t), "bottom": lambda x, t: 0 * x - (0, t)}
    >>> run = crack(body, CrackLoad(traction=ends), [2e9], meaning=LengthScale.MATERIAL)
    >>> float(run.damage.max()), len(run.warnings)
    (0.0, 1)
    """
    instants = np.asarray(times, dtype=float)
    if instants.ndim != 1 or len(instants) == 0 or np.any(np.diff(instants) <= 0):
        raise InputError("The times of a crack must be one or more rising numbers; sort them.")
    start = checked_flaw(body, flaw)
    warnings = length_warnings(body, meaning, start)
    check_resolution(body)
    loading, tell = Loading(body=body, load=load), progress or silent
    tell(str(check_forecast(body, len(instants))))
    file = file_of(checkpoint, loading, instants, start, meaning, method, until)
    path = _Path(loading=loading, method=method, until=until, tell=tell)
    with Steps(state=Found.at_start(body, start), row=Found, file=file) as steps:
        _follow(path, instants, steps)
    return run_of(steps.rows, loading, instants[: len(steps.rows)], start, warnings)


@dataclass(frozen=True, kw_only=True)
class _Path:
    """How a load is followed."""

    loading: Loading
    method: Method
    until: float
    tell: Callable[[str], None]


def _follow(path: _Path, times: Array, steps: Steps[Found, Found]) -> None:
    """The steps at all times that are left."""
    body = path.loading.body
    place = replace(unmoved(body), displacement=steps.state.displacement)
    for time in times[len(steps.rows) :]:
        damage = steps.state.damage
        if steps.rows and body.crack_size(damage) > path.until:
            break
        step = path.loading.at(float(time))
        minimum = minimise(
            body, step, damage, place,
            worn=step.toughness, method=path.method, until=path.until,
        )  # fmt: skip
        check_cracked(body, minimum.damage)
        found = Found.of(minimum)
        steps.add(found, found)
        path.tell(f"time {time:.4g}: {size_in_words(body, minimum.damage)}")
        place = at_rest(minimum)
        if steps.file is not None:
            place = replace(place, factors=None)  # the next step may know the file alone


def unmoved(body: CrackBody) -> Place:
    """Where the first step begins."""
    closed = np.zeros(len(body.cell_dofs), dtype=bool)
    return Place(displacement=np.zeros(body.size), opened=closed)


def at_rest(minimum: Minimum) -> Place:
    """Where the next step begins: faces may close again."""
    place = minimum.balance.place
    return replace(place, opened=np.zeros_like(place.opened))


def size_in_words(body: CrackBody, damage: Array) -> str:
    """Largest damage, and the size of all cracks."""
    what, unit = ("length", "m") if body.mesh.symmetry.power == 2 else ("area", "m2")
    return f"largest damage {damage.max():.3g}, crack {what} {body.crack_size(damage):.4g} {unit}"


def checked_flaw(body: CrackBody, flaw: Array | None) -> Array:
    """The damage at the start (n,), none if not given."""
    n = body.damaged.dimension
    if flaw is None:
        return np.zeros(n)
    damage = np.asarray(flaw, dtype=float)
    if damage.shape != (n,) or not np.all((damage >= 0) & (damage <= 1)):
        raise InputError(
            f"The flaw has the shape {damage.shape}; give one damage from 0 to 1 for each of the "
            f"{n} vertices, as notch does."
        )
    return damage


@arguments_checked
def notch(body: CrackBody, start: tuple[float, float], end: tuple[float, float]) -> Array:
    """Damage (n,) of an unloaded cut of ``body`` from ``start`` to ``end`` [m].

    1 at the vertices of the cells that it crosses, around them what costs least. A cut along the
    edges of cells breaks those on its left, seen from its start. A section's; a solid has
    :func:`~particle_sim.damage.field.penny.penny`.

    >>> from particle_sim.damage.example import example_cracks
    >>> cut = notch(example_cracks().body, (2e-7, 0.0), (2e-7, 1e-8))
    >>> int((cut == 1).sum()), len(cut)
    (4, 123)

    Raises :class:`InputError` for a solid, two places that are one, and a cut that crosses no cell.
    """
    if body.mesh.dimension != 2:
        raise InputError("A notch from place to place is a section's; use penny in a solid.")
    begin, along = np.array(start), np.subtract(end, start)
    length = float(np.linalg.norm(along))
    if not 0 < length < np.inf:
        raise InputError(f"The notch goes from {start} to {end}; give two places apart.")
    along = along / length
    normal = np.array([-along[1], along[0]])
    corners = body.mesh.points[body.mesh.vertices] - begin
    height = corners @ normal - 1e-3 * body.cell_size[:, None]
    middle = corners.mean(axis=1) @ along
    crossed = (height.min(axis=1) < 0) & (height.max(axis=1) > 0)
    crossed &= (middle > 0) & (middle < length)
    if not crossed.any():
        raise InputError(f"The notch from {start} to {end} m crosses no cell; move it inside.")
    return cut_through(body, crossed)


def cut_through(body: CrackBody, crossed: NDArray[np.bool_]) -> Array:
    """The damage (n,) of least energy around cells (e,) that are broken without a load."""
    cut = np.zeros(body.damaged.dimension)
    cut[body.damaged.cell_dofs[crossed]] = 1.0
    nothing = np.zeros(body.damaged.weights.shape)
    unloaded = DamageProblem(body=body, worn=nothing + 1).energy(nothing)
    return unloaded.least(cut, cut).damage
