"""The kernel in NumPy: every operation runs over all elements and particles, or all particles."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from particle_sim.batch import block as b
from particle_sim.batch import control
from particle_sim.batch.accuracy import LEAST_SHARED, SHARED
from particle_sim.batch.mesh import RadialElements
from particle_sim.batch.numpy_step import Step, step, stresses
from particle_sim.batch.shared_potential import shared_step
from particle_sim.batch.sharing import Sharing
from particle_sim.units import Array

DROP = 0.25
"""Share of finished particles at which the rest are moved together."""

_Model = tuple[RadialElements, b.Shapes]
_Trace = list[tuple[NDArray[np.intp], Array]]


@dataclass
class _State:
    """Particles still running; the particle is the last axis everywhere."""

    index: NDArray[np.intp]
    lanes: b.Lanes
    theta: Array
    time: Array
    step: Array
    piece: NDArray[np.intp]
    running: NDArray[np.bool_]

    def take(self, keep: NDArray[np.bool_]) -> _State:
        which = np.flatnonzero(keep)
        return _State(
            index=self.index[which],
            lanes=self.lanes.part(which),
            theta=np.ascontiguousarray(self.theta[:, which]),
            time=self.time[which],
            step=self.step[which],
            piece=self.piece[which],
            running=self.running[which],
        )


@dataclass(frozen=True, kw_only=True)
class _Results:
    """The arrays that fill as particles advance, and the surface in every step."""

    run: b.BlockRun
    seen: Array
    """What the peaks are of, at the last accepted times; rows ``block.PEAKS``"""
    trace: _Trace = field(default_factory=list)


def advance_block(
    elements: RadialElements, shapes: b.Shapes, lanes: b.Lanes, tolerance: float, output: int
) -> b.BlockRun:
    """Advance every particle to its end; see :mod:`particle_sim.batch.block`."""
    count = len(lanes.start)
    results = _Results(
        run=b.BlockRun.unfinished(count, output), seen=np.zeros((len(b.PEAKS), count))
    )
    state = _start(elements, lanes)
    for _ in range(control.LARGEST_STEPS):
        _enter_pieces(state, results, elements)
        if np.mean(state.running) < 1 - DROP or not state.running.any():
            state = state.take(state.running)
        if not len(state.index):
            break
        _advance(state, results, elements, shapes, (tolerance, output))
    if output:
        _write_histories(results, lanes)
    return results.run


def _start(elements: RadialElements, lanes: b.Lanes) -> _State:
    count, sharing = len(lanes.start), lanes.sharing
    first = np.full(count, elements.shortest)
    if sharing is not None:
        first = sharing.pace * sharing.together(first / sharing.pace, np.minimum)
    return _State(
        index=np.arange(count),
        lanes=lanes,
        theta=np.repeat(lanes.start[None], len(elements.nodes), axis=0),
        time=lanes.knots[:, 0].copy(),
        step=first,
        piece=np.zeros(count, dtype=np.intp),
        running=np.ones(count, dtype=bool),
    )


def _enter_pieces(state: _State, results: _Results, elements: RadialElements) -> None:
    """Move on to the piece of the history that holds the time; stop at its end.

    A jump, which is a piece of no length, starts with a short step again.
    """
    knots, last = state.lanes.knots, state.lanes.knots.shape[1] - 1
    rows = np.arange(len(state.index))
    while True:
        begin, end = (knots[rows, np.minimum(state.piece + i, last)] for i in (0, 1))
        over = state.running & (state.piece < last) & (end <= state.time)
        if not over.any():
            break
        state.step[over & (begin == end)] = elements.shortest
        state.piece[over] += 1
    done = state.running & (state.piece >= last)
    _finish(state, results, elements, done, (state.theta, state.time, np.full(len(rows), b.TIME)))


def _finish(
    state: _State,
    results: _Results,
    elements: RadialElements,
    done: NDArray[np.bool_],
    final: tuple[Array, Array, NDArray[np.int64]],
) -> None:
    theta, time, reason = final
    index = state.index[done]
    results.run.time[index] = time[done] - state.lanes.knots[done, 0]
    results.run.mean[index] = elements.volumes @ theta[:, done]
    results.run.surface[index] = theta[-1, done]
    results.run.end[index] = reason[done]
    state.running[done] = False


def _advance(
    state: _State,
    results: _Results,
    elements: RadialElements,
    shapes: b.Shapes,
    accuracy: tuple[float, int],
) -> None:
    """One attempted step of every particle."""
    tolerance, output = accuracy
    rows, lanes, sharing = np.arange(len(state.index)), state.lanes, state.lanes.sharing
    stop = lanes.knots[rows, np.minimum(state.piece, lanes.knots.shape[1] - 2) + 1]
    left = np.where(state.running, stop - state.time, 1.0)
    lands = state.step >= left * control.LANDING
    if sharing is not None:
        lands = sharing.together(lands, np.logical_and)
    length = np.where(lands, left, state.step)
    model = elements, shapes
    try_ = _step if sharing is None else _shared_step
    made, error = try_(state, length, model, tolerance)
    accepted = state.running & (error <= 1)
    factor = control.growth(error)
    state.step = np.where(
        lands & accepted, np.maximum(state.step, length * factor), length * factor
    )
    if sharing is None:
        curves = [*made.edge]
        reached, reason = _event(made, lanes, accepted)
    else:
        curves = [*made.edge, *made.means(elements)]
        reached, reason = _voltage_event(curves, sharing, accepted)
    _observe(made, reached, accepted, state.index, results, model)
    if output:
        kept = np.stack([state.time - lanes.knots[:, 0], length, *curves])
        results.trace.append((state.index[accepted], kept[:, accepted]))
    results.run.steps[state.index[state.running]] += 1
    done = accepted & (reason != b.TIME)
    final = made.at(reached)
    _finish(state, results, elements, done, (final, state.time + reached * length, reason))
    moving = accepted & ~done
    state.theta = np.where(moving, made.after, state.theta)
    state.time = np.where(moving, np.where(lands, stop, state.time + length), state.time)


def _step(state: _State, length: Array, model: _Model, tolerance: float) -> tuple[Step, Array]:
    """A step under the flux of the history, and its error over the allowed one."""
    rows, lanes = np.arange(len(state.index)), state.lanes
    piece = np.minimum(state.piece, lanes.knots.shape[1] - 2)
    begin, stop = lanes.knots[rows, piece], lanes.knots[rows, piece + 1]
    span = np.where(state.running, stop - begin, 1.0)
    slope = (lanes.flux[rows, piece + 1] - lanes.flux[rows, piece]) / span
    flux = lanes.flux[rows, piece] + slope * (state.time - begin)
    made = step(state.theta, length, (flux, slope), model, lanes.drift)
    return made, made.error / (tolerance * lanes.scale)


def _shared_step(
    state: _State, length: Array, model: _Model, tolerance: float
) -> tuple[Step, Array]:
    """A step of sizes that share a current; the worst size's error is that of all."""
    lanes, sharing = state.lanes, state.lanes.sharing
    assert sharing is not None
    allowed = SHARED * tolerance, SHARED * tolerance * np.maximum(lanes.scale, LEAST_SHARED)
    made = shared_step(state.theta, length, sharing, model, lanes.drift, allowed)
    return made, sharing.together(made.error, np.maximum)


def _event(
    made: Step, lanes: b.Lanes, accepted: NDArray[np.bool_]
) -> tuple[Array, NDArray[np.int64]]:
    """Share of the step at which the surface meets a limit (1 if it does not), and which."""
    edge = made.edge
    half = control.between(edge[0], edge[1], edge[2], edge[3], 0.5)
    reached, reason = np.ones(accepted.shape), np.full(accepted.shape, b.TIME)
    for limit, sign, code in ((lanes.low, -1.0, b.EMPTY), (lanes.high, 1.0, b.FULL)):
        past = (sign * (half - limit) >= 0) | (sign * (edge[1] - limit) >= 0)
        for i in np.flatnonzero(accepted & past):
            surface = (edge[0, i], edge[1, i], edge[2, i], edge[3, i])
            reached[i], reason[i] = control.crossing(surface, limit[i], sign), code
    return reached, reason


def _voltage_event(
    curves: list[Array], sharing: Sharing, accepted: NDArray[np.bool_]
) -> tuple[Array, NDArray[np.int64]]:
    """Share of the step at which the potential passes the cut-off (1 if it does not).

    curves: four of the surface and four of the mean, see :func:`control.between`.
    """

    def past(s: Array | float) -> NDArray[np.bool_]:
        surface, mean = (_between(curve, s) for curve in (curves[:4], curves[4:]))
        beyond = sharing.voltage(surface, mean) - sharing.stop
        return np.asarray(np.sign(sharing.outflow) * beyond >= 0)

    middle = past(0.5)
    passed = accepted & (middle | past(1.0))
    low, high = np.zeros(len(accepted)), np.where(middle, 0.5, 1.0)
    for _ in range(control.BISECTIONS if passed.any() else 0):
        s = 0.5 * (low + high)
        over = past(s)
        low, high = np.where(over, low, s), np.where(over, s, high)
    return np.where(passed, high, 1.0), np.where(passed, b.VOLTAGE, b.TIME)


def _between(curve: list[Array], s: Array | float) -> Array:
    before, after, k1, k2 = curve
    return np.asarray(control.between(before, after, k1, k2, s))


def _observe(
    made: Step,
    reached: Array,
    accepted: NDArray[np.bool_],
    index: NDArray[np.intp],
    results: _Results,
    model: _Model,
) -> None:
    """Raise the peaks by what the start, the middle and the end of the step show."""
    middle, end = (
        np.stack([np.ptp(theta, axis=0), *stresses(theta, *model)])[:, accepted]
        for theta in (made.at(0.5 * reached), made.at(reached))
    )
    index = index[accepted]
    found = control.summit(results.seen[:, index], middle, end)
    results.seen[:, index] = end
    for name, values in zip(b.PEAKS, found, strict=True):
        peak = getattr(results.run, name)
        peak[index] = np.maximum(peak[index], values)


def _write_histories(results: _Results, lanes: b.Lanes) -> None:
    """Filling of the surface, and the mean where it is kept, at equal parts of every run (b, k)."""
    run = results.run
    count, output = run.histories.shape
    order = np.argsort(np.concatenate([index for index, _ in results.trace]), kind="stable")
    owner = np.concatenate([index for index, _ in results.trace])[order]
    columns = np.concatenate([values for _, values in results.trace], axis=1)[:, order]
    bounds = np.searchsorted(owner, np.arange(count + 1))
    for i in range(count):
        time, length, *curves = columns[:, bounds[i] : bounds[i + 1]]
        wanted = np.linspace(0, run.time[i], output)
        run.histories[i] = run.means[i] = lanes.start[i]
        if not len(time):
            continue
        at = np.clip(np.searchsorted(time, wanted, side="right") - 1, 0, len(time) - 1)
        s = np.clip((wanted - time[at]) / length[at], 0.0, 1.0)
        run.histories[i] = _between([curve[at] for curve in curves[:4]], s)
        if lanes.sharing is not None:
            run.means[i] = _between([curve[at] for curve in curves[4:]], s)
