"""The kernel in NumPy: every operation runs over all elements and particles, or all particles."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from particle_sim.batch import block as b
from particle_sim.batch.mesh import RadialElements
from particle_sim.batch.rosenbrock import ALPHA, DENSE, DERIVATIVE, GAMMA, A, C
from particle_sim.transport.table import read, read_both
from particle_sim.units import Array

DROP = 0.25
"""Share of finished particles at which the rest are moved together."""

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
class _Step:
    """A step of all particles: theta(s) = (1 - s) before + s (after + (1 - s) (k1 + s k2))."""

    before: Array
    after: Array
    dense: tuple[Array, Array]
    error: Array

    def at(self, s: Array, rows: slice | int = slice(None)) -> Array:
        k1, k2 = self.dense
        return _between(self.before[rows], self.after[rows], (k1[rows], k2[rows]), s)


def _between(before: Array, after: Array, dense: tuple[Array, Array], s: Array) -> Array:
    late = after + (1 - s) * (dense[0] + s * dense[1])
    return np.asarray((1 - s) * before + s * late)


@dataclass(frozen=True, kw_only=True)
class _Results:
    """The arrays that fill as particles advance, and the surface in every step."""

    run: b.BlockRun
    trace: _Trace = field(default_factory=list)


def advance_block(
    elements: RadialElements, shapes: b.Shapes, lanes: b.Lanes, tolerance: float, output: int
) -> b.BlockRun:
    """Advance every particle to its end; see :mod:`particle_sim.batch.block`."""
    results = _Results(run=b.BlockRun.unfinished(len(lanes.start), output))
    state = _start(elements, lanes)
    for _ in range(b.LARGEST_STEPS):
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
    count = len(lanes.start)
    surface = elements.vertices[-1] - elements.vertices[-2]
    return _State(
        index=np.arange(count),
        lanes=lanes,
        theta=np.repeat(lanes.start[None], len(elements.nodes), axis=0),
        time=lanes.knots[:, 0].copy(),
        step=np.full(count, b.SHORTEST * surface**2),
        piece=np.zeros(count, dtype=np.intp),
        running=np.ones(count, dtype=bool),
    )


def _enter_pieces(state: _State, results: _Results, elements: RadialElements) -> None:
    """Move on to the piece of the history that holds the time; stop at its end."""
    knots, last = state.lanes.knots, state.lanes.knots.shape[1] - 1
    rows = np.arange(len(state.index))
    while True:
        following = knots[rows, np.minimum(state.piece + 1, last)]
        over = state.running & (state.piece < last) & (following <= state.time)
        if not over.any():
            break
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
    rows, lanes = np.arange(len(state.index)), state.lanes
    piece = np.minimum(state.piece, lanes.knots.shape[1] - 2)
    begin, stop = lanes.knots[rows, piece], lanes.knots[rows, piece + 1]
    span = np.where(state.running, stop - begin, 1.0)
    slope = (lanes.flux[rows, piece + 1] - lanes.flux[rows, piece]) / span
    left = np.where(state.running, stop - state.time, 1.0)
    lands = state.step >= left * (1 - 1e-9)
    length = np.where(lands, left, state.step)
    flux = lanes.flux[rows, piece] + slope * (state.time - begin)
    made = _step(state.theta, length, (flux, slope), (elements, shapes), lanes.drift)
    error = made.error / (tolerance * lanes.scale)
    accepted = state.running & (error <= 1)
    factor = np.clip(b.SAFETY * np.maximum(error, 1e-12) ** -0.25, b.SHRINK, b.GROW)
    state.step = np.where(
        lands & accepted, np.maximum(state.step, length * factor), length * factor
    )
    reached, reason = _event(made, lanes, accepted)
    _observe(made, reached, accepted, state.index, results, (elements, shapes))
    if output:
        surface = [made.before[-1], made.after[-1], made.dense[0][-1], made.dense[1][-1]]
        times = [state.time - lanes.knots[:, 0], length]
        results.trace.append(
            (state.index[accepted], np.stack([*times, *surface])[:, accepted].copy())
        )
    results.run.steps[state.index[state.running]] += 1
    done = accepted & (reason != b.TIME)
    final = made.at(reached)
    _finish(state, results, elements, done, (final, state.time + reached * length, reason))
    moving = accepted & ~done
    state.theta = np.where(moving, made.after, state.theta)
    state.time = np.where(moving, np.where(lands, stop, state.time + length), state.time)


def _step(
    theta: Array,
    length: Array,
    flux: tuple[Array, Array],
    model: tuple[RadialElements, b.Shapes],
    drift: Array,
) -> _Step:
    """Six stages. Long steps make the matrix nearly singular in the mean, which is known from
    the flux, and is 0 of the error; shifts take out the rounding error."""
    elements, shapes = model
    level, rise = flux
    solver = _Factors(elements, 1 / (GAMMA * length), _diffusivity(shapes, theta, drift)[0])
    stages: list[Array] = []
    for i in range(6):
        inner = theta + _sum(A[i], stages) if i else theta
        right = -_apply(elements.stiffness, _diffusivity(shapes, inner, drift)[1])
        if i:
            right += _apply(elements.mass, _sum(C[i], stages) / length)
        right[-1] -= level + rise * length * (ALPHA[i] + DERIVATIVE[i])
        stages.append(solver.solve(right))
    last = stages[5]
    after = theta + _sum(A[5], stages[:5]) + last
    bend = 1.5 * rise * length**2
    after -= elements.volumes @ (after - theta) + 3 * length * level + bend
    dense = (_sum(DENSE[0], stages[:5]), _sum(DENSE[1], stages[:5]))
    for curve, mean in zip(dense, (bend, 0 * bend), strict=True):
        curve -= elements.volumes @ curve - mean
    error = np.abs(last - elements.volumes @ last).max(axis=0)
    return _Step(before=theta, after=after, dense=dense, error=error)


def _sum(weights: tuple[float, ...], stages: list[Array]) -> Array:
    total = weights[0] * stages[0]
    for weight, stage in zip(weights[1:], stages[1:], strict=True):
        total += weight * stage
    return total


def _diffusivity(shapes: b.Shapes, theta: Array, drift: Array) -> tuple[Array, Array]:
    """D and its integral over theta, the drift's share included."""
    if shapes.diffusivity.is_constant:
        value, integral = np.ones_like(theta), theta
    else:
        value, integral = read_both(shapes.diffusivity, theta)
    if drift.any():
        more, extra = read_both(shapes.mobile, theta)
        value, integral = value + drift * more, integral + drift * extra
    return value, integral


def _apply(packed: Array, nodal: Array) -> Array:
    """Product of symmetric element matrices (e, 6) with values (2 e + 1, b)."""
    ll, lm, lr, mm, mr, rr = packed.T[:, :, None]
    left, middle, right = nodal[:-2:2], nodal[1::2], nodal[2::2]
    result = np.empty_like(nodal)
    result[1::2] = lm * left + mm * middle + mr * right
    result[0] = 0.0
    result[2::2] = lr * left + mr * middle + rr * right
    result[:-2:2] += ll * left + lm * middle + lr * right
    return result


class _Factors:
    """M a + K diag(D), middles eliminated, the rest a tridiagonal system over the vertices."""

    def __init__(self, elements: RadialElements, rate: Array, diffusivity: Array) -> None:
        left, middle, right = diffusivity[:-2:2], diffusivity[1::2], diffusivity[2::2]
        mll, mlm, mlr, mmm, mmr, mrr = elements.mass.T[:, :, None] * rate
        kll, klm, klr, kmm, kmr, krr = elements.stiffness.T[:, :, None]
        self.inverse = 1 / (mmm + kmm * middle)
        from_left, from_right = mlm + klm * left, mmr + kmr * right
        self.to_left = (mlm + klm * middle) * self.inverse
        self.to_right = (mmr + kmr * middle) * self.inverse
        self.back_left, self.back_right = self.inverse * from_left, self.inverse * from_right
        diagonal = np.zeros((len(left) + 1, left.shape[1]))
        diagonal[:-1] = mll + kll * left - self.to_left * from_left
        diagonal[1:] += mrr + krr * right - self.to_right * from_right
        upper = mlr + klr * right - self.to_left * from_right
        lower = mlr + klr * left - self.to_right * from_left
        self.pivots = np.empty_like(diagonal)
        self.lower, self.upper = np.empty_like(lower), np.empty_like(upper)
        self.pivots[0] = 1 / diagonal[0]
        for i in range(len(left)):
            self.lower[i] = lower[i] * self.pivots[i]
            self.pivots[i + 1] = 1 / (diagonal[i + 1] - self.lower[i] * upper[i])
            self.upper[i] = upper[i] * self.pivots[i]

    def solve(self, right: Array) -> Array:
        """The solution at all nodes; ``right`` is not changed."""
        middle = right[1::2]
        vertex = right[::2].copy()
        vertex[:-1] -= self.to_left * middle
        vertex[1:] -= self.to_right * middle
        for i in range(len(vertex) - 1):
            vertex[i + 1] -= self.lower[i] * vertex[i]
        vertex *= self.pivots
        for i in range(len(vertex) - 2, -1, -1):
            vertex[i] -= self.upper[i] * vertex[i + 1]
        solution = np.empty_like(right)
        solution[::2] = vertex
        solution[1::2] = (
            self.inverse * middle - self.back_left * vertex[:-1] - self.back_right * vertex[1:]
        )
        return solution


def _event(
    made: _Step, lanes: b.Lanes, accepted: NDArray[np.bool_]
) -> tuple[Array, NDArray[np.int64]]:
    """Share of the step at which the surface meets a limit (1 if it does not), and which."""
    half = made.at(np.full(accepted.shape, 0.5), -1)
    first, second = made.before[-1], made.after[-1]
    reached, reason = np.ones(accepted.shape), np.full(accepted.shape, b.TIME)
    for limit, sign, code in ((lanes.low, -1.0, b.EMPTY), (lanes.high, 1.0, b.FULL)):
        early = sign * (half - limit) >= 0
        crossed = accepted & (early | (sign * (second - limit) >= 0))
        for i in np.flatnonzero(crossed & (sign * (first - limit) < 0)):
            reached[i] = _crossing(made, int(i), float(limit[i]), sign, 0.5 if early[i] else 1.0)
            reason[i] = code
        at_once = crossed & (sign * (first - limit) >= 0)
        reached[at_once], reason[at_once] = 0.0, code
    return reached, reason


def _crossing(made: _Step, i: int, limit: float, sign: float, high: float) -> float:
    before, after = float(made.before[-1, i]), float(made.after[-1, i])
    k1, k2 = float(made.dense[0][-1, i]), float(made.dense[1][-1, i])
    low = 0.0
    for _ in range(b.BISECTIONS):
        s = 0.5 * (low + high)
        value = (1 - s) * before + s * (after + (1 - s) * (k1 + s * k2))
        low, high = (low, s) if sign * (value - limit) >= 0 else (s, high)
    return 0.5 * (low + high)


def _observe(
    made: _Step,
    reached: Array,
    accepted: NDArray[np.bool_],
    index: NDArray[np.intp],
    results: _Results,
    model: tuple[RadialElements, b.Shapes],
) -> None:
    """Raise the peaks by what the middle and the end of the step show."""
    for s in (0.5 * reached, reached):
        theta = made.at(s)
        seen = {"inhomogeneity": np.ptp(theta, axis=0), **_stresses(theta, *model)}
        for name, values in seen.items():
            peak = getattr(results.run, name)
            peak[index[accepted]] = np.maximum(peak[index[accepted]], values[accepted])


def _stresses(theta: Array, elements: RadialElements, shapes: b.Shapes) -> dict[str, Array]:
    """Peaks over the nodes of a free sphere's stresses, over E span/(1 - nu).

    hydrostatic = 2/3 (mean - beta),  hoop = 2 B(1) + B(x)/x^3 - beta,  B(x) = int_0^x beta x^2 dx
    with the mean 3 B(1) (Timoshenko & Goodier, Theory of Elasticity, the sphere with beta for
    alpha T). At the centre B/x^3 = beta/3.
    """
    left, middle, right = theta[:-2:2], theta[1::2], theta[2::2]
    beta = read(shapes.strain, theta)
    quarter = read(shapes.strain, 0.375 * left + 0.75 * middle - 0.125 * right)
    later = read(shapes.strain, 0.375 * right + 0.75 * middle - 0.125 * left)
    w = elements.halves.transpose(1, 2, 0)[..., None]
    shares = np.empty((len(theta) - 1, theta.shape[1]))
    shares[::2] = w[0, 0] * beta[:-2:2] + w[0, 1] * quarter + w[0, 2] * beta[1::2]
    shares[1::2] = w[1, 0] * beta[1::2] + w[1, 1] * later + w[1, 2] * beta[2::2]
    inner = np.cumsum(shares, axis=0)
    whole = inner[-1]
    hydrostatic = 2 * whole - (2 / 3) * beta.min(axis=0)
    hoop = 2 * whole + inner / elements.nodes[1:, None] ** 3 - beta[1:]
    centre = 2 * whole - (2 / 3) * beta[0]
    return {
        "hoop": np.maximum(hoop.max(axis=0), centre),
        "tension": hoop[-1],
        "hydrostatic": hydrostatic,
    }


def _write_histories(results: _Results, lanes: b.Lanes) -> None:
    """Surface filling at equal parts of every run (b, k)."""
    histories = results.run.histories
    count, output = histories.shape
    order = np.argsort(np.concatenate([index for index, _ in results.trace]), kind="stable")
    owner = np.concatenate([index for index, _ in results.trace])[order]
    columns = np.concatenate([values for _, values in results.trace], axis=1)[:, order]
    bounds = np.searchsorted(owner, np.arange(count + 1))
    for i in range(count):
        time, length, before, after, k1, k2 = columns[:, bounds[i] : bounds[i + 1]]
        wanted = np.linspace(0, results.run.time[i], output)
        if not len(time):
            histories[i] = lanes.start[i]
            continue
        at = np.clip(np.searchsorted(time, wanted, side="right") - 1, 0, len(time) - 1)
        s = np.clip((wanted - time[at]) / length[at], 0.0, 1.0)
        histories[i] = _between(before[at], after[at], (k1[at], k2[at]), s)
