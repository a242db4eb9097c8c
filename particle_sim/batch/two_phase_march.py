"""Spheres on their way through two phases: diffusion alone, core and shell, the shell alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from particle_sim.batch import block
from particle_sim.batch.accuracy import BLOCK
from particle_sim.batch.control import LANDING, LARGEST_STEPS, growth
from particle_sim.batch.moving_front import Cells, Solution, mean_places, step
from particle_sim.batch.phase_boundary import held_back, spinodal_filling
from particle_sim.transport.table import Table, read
from particle_sim.units import Array

CORE, SHELL, GRADING = 28, 32, 3.3
"""Cells of each phase; the core's widths fall by e^-GRADING towards the boundary, the shell's have
one volume."""
CORE_FACES = (1 - np.expm1(GRADING * np.linspace(1, 0, CORE + 1)) / np.expm1(GRADING)) ** 3
LEAST_CORE = 1e-3
"""(s/R)^3 at which the core is taken for gone."""
LEAST_SHELL = 0.02
"""Least share of the outermost cell that the first shell takes."""
LONGEST = 0.01
"""Longest step over the history, because histories are straight between steps."""
FIRST = 1e-6
"""First step of a stage over the history."""
BESIDE = 1e-7
"""By which a step may end beside an event, in Phi, theta or (s/R)^3."""
LEAST_FACTOR = 1e-9
"""Of a thermodynamic factor that is divided by."""
UNDECIDED = -1

Indices = NDArray[np.intp]
Event = Callable[["Lanes", Indices, Array, Array, Array], Array]
"""lanes, spheres, state, Phi at the surface -> a number that is negative before the event."""


@dataclass(frozen=True, kw_only=True)
class Lanes:
    """Spheres turned so that all are filled, and what is known of them so far (n, ...)."""

    knots: Array
    flux: Array
    """Into the sphere"""
    top: Array
    """Surface filling that ends a run"""
    solution: Solution
    emptied: NDArray[np.bool_]
    """Where theta stands for 1 - theta"""
    strain: Table
    tolerance: float
    time: Array
    end: NDArray[np.int64]
    parted: Array
    steps: NDArray[np.int64]
    mean: Array
    surface: Array
    peaks: Array
    """Inhomogeneity, hoop, tension, hydrostatic (4, n)"""
    trace: list[tuple[Indices, Array]] = field(default_factory=list)
    """Spheres, and their time, surface filling and w (3, ...)"""

    def inflow(self, which: Indices) -> tuple[Array, Array, Array]:
        """q, dq/dt and the end of the piece of the history that the time is in."""
        knots, flux, time = self.knots[which], self.flux[which], self.time[which]
        rows = np.arange(len(which))
        piece = np.minimum((knots <= time[:, None]).sum(axis=1), knots.shape[1] - 1) - 1
        begin, stop = knots[rows, piece], knots[rows, piece + 1]
        rise = flux[rows, piece + 1] - flux[rows, piece]
        slope = rise / np.where(stop > begin, stop - begin, 1.0)
        return flux[rows, piece] + slope * (time - begin), slope, stop


def through_phases(lanes: Lanes, start: Array) -> None:
    """March every sphere from a uniform ``start`` to its end."""
    core, shell = CORE_FACES, np.linspace(0, 1, SHELL + 1)
    alone = Cells(base=core, slope=0 * core)
    which = np.arange(len(start))
    state = _march(lanes, alone, which, start[:, None] * np.diff(core), _spinodal)
    which, state = _undecided(lanes, which, state)
    lanes.parted[which] = lanes.time[which]
    both = Cells(
        base=np.append(0 * core, shell[1:]), slope=np.append(core, 1 - shell[1:]), front=CORE
    )
    state = _march(lanes, both, which, _with_shell(lanes, which, state, core), _core_gone)
    which, state = _undecided(lanes, which, state)
    faces, content = both.parts(state)
    late = Cells(base=shell, slope=0 * shell)
    _march(lanes, late, which, _moved(faces, content, np.tile(shell, (len(which), 1))), _never)


def _undecided(lanes: Lanes, which: Indices, state: Array) -> tuple[Indices, Array]:
    on = lanes.end[which] == UNDECIDED
    return which[on], state[on]


def _with_shell(lanes: Lanes, which: Indices, state: Array, faces: Array) -> Array:
    """State with the outermost cell come apart into both binodals, by the lever rule."""
    low = lanes.solution.low[which]
    layer = 1 - faces[-2]
    lever = (state[:, -1] / layer - low) / (1 - 2 * low)
    shell = layer * np.maximum(lever, LEAST_SHELL)
    w = 1 - shell
    content = state.copy()
    content[:, -1] -= shell * (1 - low)
    old = np.tile(faces, (len(which), 1))
    old[:, -1] = w
    core = _moved(old, content, w[:, None] * faces)
    each = np.repeat((shell * (1 - low) / SHELL)[:, None], SHELL, axis=1)
    return np.concatenate([core, each, w[:, None]], axis=1)


def _moved(old: Array, content: Array, new: Array) -> Array:
    """Contents between other faces of the same span, each cell even."""
    below = np.concatenate([0 * old[:, :1], np.cumsum(content, axis=1)], axis=1)
    reached = np.empty(new.shape)
    for row, *known in zip(reached, new, old, below, strict=True):
        row[:] = np.interp(*known)
    return np.diff(reached, axis=1)


def _spinodal(lanes: Lanes, which: Indices, state: Array, edge: Array, level: Array) -> Array:
    solution = lanes.solution.part(which)
    volume = np.diff(CORE_FACES)
    factor = np.maximum(solution.factor(state / volume), LEAST_FACTOR)
    highest = solution.smooth_potential(spinodal_filling(solution.chi))
    return np.asarray(
        edge - highest - held_back(solution.boundary, level, (volume / factor).sum(axis=1))
    )


def _core_gone(lanes: Lanes, which: Indices, state: Array, edge: Array, level: Array) -> Array:
    return np.asarray(LEAST_CORE - state[:, -1])


def _never(lanes: Lanes, which: Indices, state: Array, edge: Array, level: Array) -> Array:
    return np.full(len(which), -1.0)


def _march(lanes: Lanes, cells: Cells, which: Indices, state: Array, event: Event) -> Array:
    """States at the event, or at the end of a sphere's history or room."""
    final, rows = state.copy(), np.arange(len(which))
    last = lanes.knots[:, -1]
    length = FIRST * (last - lanes.knots[:, 0])[which]
    for _ in range(LARGEST_STEPS):
        level, rise, stop = lanes.inflow(which)
        before = _seen(lanes, cells, which, state, level, event)
        over = (before >= -BESIDE) | (lanes.time[which] >= last[which])
        late = over & (before < -BESIDE)
        lanes.end[which[late]] = block.TIME
        final[rows[over]] = state[over]
        on = ~over
        if not on.any():
            return final
        which, state, rows, before = which[on], state[on], rows[on], before[on]
        length, level, rise, stop = length[on], level[on], rise[on], stop[on]
        left = stop - lanes.time[which]
        length = np.minimum(length, LONGEST * (last - lanes.knots[:, 0])[which])
        lands = length >= left * LANDING
        tried = np.where(lands, left, length)
        made, wrong = _steps(lanes, cells, which, state, (tried, level, rise))
        after = _event(lanes, cells, which, made, level + rise * tried, event)[0]
        past = after > BESIDE
        accepted = (wrong <= 1) & ~past
        nearer = np.clip(before / np.where(past, before - after, 1.0), 0.02, 0.98)
        length = np.where(past, tried * nearer, np.maximum(tried * growth(wrong), 1e-300))
        length = np.where(lands & accepted, np.maximum(length, tried), length)
        lanes.steps[which] += 1
        state = np.where(accepted[:, None], made, state)
        moved = np.where(lands, stop, lanes.time[which] + tried)
        lanes.time[which] = np.where(accepted, moved, lanes.time[which])
    lanes.end[which] = block.FAILED
    return final


def _steps(
    lanes: Lanes, cells: Cells, which: Indices, state: Array, to: tuple[Array, Array, Array]
) -> tuple[Array, Array]:
    """States after a step, and the error over the allowed one; 1e9 for what is no number."""
    made, wrong = np.empty_like(state), np.empty(len(which))
    for i in range(0, len(which), BLOCK):
        part = slice(i, i + BLOCK)
        length, level, rise = (each[part] for each in to)
        with np.errstate(all="ignore"):  # a step too long may pass the centre
            made[part], wrong[part] = step(
                state[part], length, (level, rise), cells, lanes.solution.part(which[part])
            )
    sound = np.isfinite(made).all(axis=1) & np.isfinite(wrong)
    made = np.where(sound[:, None], made, state)
    return made, np.where(sound, wrong / lanes.tolerance, 1e9)


def _event(
    lanes: Lanes, cells: Cells, which: Indices, state: Array, level: Array, event: Event
) -> tuple[Array, Array, NDArray[np.bool_]]:
    """How near the event or the end of the room is, the surface's filling, and whether the room
    is nearer."""
    faces, content = cells.parts(state)
    solution = lanes.solution.part(which)
    outer = solution.potential(content[:, -1] / (faces[:, -1] - faces[:, -2]))
    edge = outer + 0.5 * level * (1 - mean_places(faces[:, -2:])[:, 0])
    sign = -1.0 if event is _spinodal else 1.0
    surface = solution.filling(edge, sign)
    near, room = event(lanes, which, state, edge, level), surface - lanes.top[which]
    return np.maximum(near, room), surface, room >= near


def _seen(
    lanes: Lanes, cells: Cells, which: Indices, state: Array, level: Array, event: Event
) -> Array:
    """How near the event is; everything that a run reports of a state is put down."""
    near, surface, full = _event(lanes, cells, which, state, level, event)
    lanes.end[which[full & (near >= -BESIDE)]] = block.FULL
    faces, content = cells.parts(state)
    volume = np.diff(faces, axis=1)
    theta = content / volume
    lanes.mean[which], lanes.surface[which] = content.sum(axis=1), surface
    emptied = lanes.emptied[which, None]

    def strain(filling: Array) -> Array:
        return read(lanes.strain, np.where(emptied, 1 - filling, filling))

    points = np.concatenate(
        [theta[:, :1], 0.5 * (theta[:, 1:] + theta[:, :-1]), surface[:, None]], axis=1
    )
    inner = np.cumsum(volume * strain(theta), axis=1) / faces[:, 1:]
    inner = np.concatenate([strain(theta[:, :1]), inner], axis=1)
    front = np.ones(len(which)) if event is _spinodal else np.zeros(len(which))
    if cells.front is not None:
        front = state[:, -1]
        low = lanes.solution.low[which, None]
        points[:, cells.front] = low[:, 0]
        points = np.concatenate([points, 1 - low], axis=1)
        inner = np.concatenate([inner, inner[:, cells.front, None]], axis=1)
    beta, whole = strain(points), inner[:, points.shape[1] - 1 - (cells.front is not None), None]
    hoop = 2 / 3 * whole + inner / 3 - beta
    tension = whole[:, 0] - strain(surface[:, None])[:, 0]
    hydrostatic = 2 / 3 * (whole[:, 0] - beta.min(axis=1))
    found = np.stack([np.ptp(points, axis=1), hoop.max(axis=1), tension, hydrostatic])
    lanes.peaks[:, which] = np.maximum(lanes.peaks[:, which], found)
    lanes.trace.append((which, np.stack([lanes.time[which], surface, front])))
    return near
