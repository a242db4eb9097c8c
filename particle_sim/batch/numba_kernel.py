"""The kernel compiled: thirty-two particles at a time, in vector instructions.

The same arithmetic as :mod:`particle_sim.batch.numpy_kernel`, spread over threads by
blocks of thirty-two. Importing this module needs numba; the first call compiles for some seconds,
later ones read numba's cache.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import Any
from zlib import crc32

import numba as nb
import numpy as np
from numpy.typing import NDArray

from particle_sim.batch import block as b
from particle_sim.batch import compiled_parts as parts
from particle_sim.batch import control
from particle_sim.batch.compiled_notes import finish, remember, replay
from particle_sim.batch.compiled_parts import INNER, ROWS, THETA, L
from particle_sim.batch.compiled_seen import edges, watch
from particle_sim.batch.mesh import RadialElements
from particle_sim.batch.rosenbrock import ALPHA, DERIVATIVE, GAMMA
from particle_sim.fem.machine_code import compiled
from particle_sim.units import Array

FIRST_TRACE = 64
"""Steps for which the surface history of a block has room at first; doubled when full."""

RESULTS = ("time", "mean", "surface", "end", "steps", *b.PEAKS)
"""Rows of the results."""

LANDING, LARGEST_STEPS = control.LANDING, control.LARGEST_STEPS
TIME, EMPTY, FULL, FAILED = b.TIME, b.EMPTY, b.FULL, b.FAILED

_compiled = nb.njit(fastmath=True, error_model="numpy", nogil=True)
_growth, _crossing = _compiled(control.growth), _compiled(control.crossing)


@_compiled
def _stages(
    w: Array,
    vectors: Array,
    mesh: tuple[Array, Array],
    tables: Array,
    constant: bool,
) -> None:
    """All stages; vectors: step, rate, flux, rise, outflow, drift, 1/step."""
    mass, stiffness = mesh
    n = 2 * len(mass) + 1
    length, flux, rise, outflow = vectors[0], vectors[2], vectors[3], vectors[4]
    drift, inverse = vectors[5], vectors[6]
    parts.diffusivity(w, n, drift, tables, constant)
    parts.factorise(w, mass, stiffness, vectors[1])
    for i in range(6):
        parts.sides(w, n, i, inverse)
        parts.transformed(w, n, drift, tables, constant)
        for r in range(L):
            outflow[r] = flux[r] + rise[r] * length[r] * (ALPHA[i] + DERIVATIVE[i])
        parts.right_side(w, mass, stiffness, outflow)
        parts.solve(w, len(mass), i)


@_compiled
def _prepare(
    knots: Array,
    fluxes: Array,
    piece: NDArray[np.int64],
    state: Array,
    vectors: Array,
    first: int,
) -> None:
    """Length of the next step and the flux in it; state rows: time, step, running, lands."""
    last = knots.shape[1] - 1
    for r in range(L):
        i = min(first + r, len(knots) - 1)
        p = piece[r]
        length, flux, rise, lands = 1.0, 0.0, 0.0, 0.0
        if state[2, r] > 0.0 and p < last:
            begin, stop = knots[i, p], knots[i, p + 1]
            rise = (fluxes[i, p + 1] - fluxes[i, p]) / (stop - begin)
            flux = fluxes[i, p] + rise * (state[0, r] - begin)
            left = stop - state[0, r]
            length = state[1, r]
            if length >= left * LANDING:
                length, lands = left, 1.0
        state[3, r] = lands
        vectors[0, r], vectors[1, r] = length, 1.0 / (GAMMA * length)
        vectors[2, r], vectors[3, r], vectors[6, r] = flux, rise, 1.0 / length


@_compiled
def _judge(
    limits: Array,
    state: Array,
    vectors: Array,
    error: Array,
    edge: Array,
    events: tuple[Array, NDArray[np.int64]],
) -> None:
    """Accept or refuse, the next step, and events; limits rows: low, high, scale. Accepted
    particles get state row 4 = 1."""
    reached, reason = events
    for r in range(L):
        scaled = error[r] / limits[2, r]
        accepted = state[2, r] > 0.0 and scaled <= 1.0
        following = vectors[0, r] * _growth(scaled)
        if accepted and state[3, r] > 0.0:
            following = max(state[1, r], following)
        state[1, r], state[4, r] = following, 1.0 if accepted else 0.0
        reached[r], reason[r] = 1.0, TIME
    for r in range(L):
        if state[4, r] == 0.0:
            continue
        surface = (edge[0, r], edge[1, r], edge[2, r], edge[3, r])
        for limit, sign, code in ((limits[0, r], -1.0, EMPTY), (limits[1, r], 1.0, FULL)):
            at = _crossing(surface, limit, sign)
            if at <= 1.0:
                reached[r], reason[r] = at, code


@_compiled
def _enter(
    w: Array,
    first: int,
    lanes: tuple[Array, Array, Array],
    piece: NDArray[np.int64],
    state: Array,
    volumes: Array,
    results: Array,
    shortest: float,
) -> bool:
    """Move on to the pieces of the histories that hold the times; whether any particle runs."""
    knots = lanes[1]
    last, active = knots.shape[1] - 1, False
    for r in range(L):
        i = min(first + r, len(knots) - 1)
        while piece[r] < last and knots[i, piece[r] + 1] <= state[0, r]:
            if knots[i, piece[r]] == knots[i, piece[r] + 1]:
                state[1, r] = shortest
            piece[r] += 1
        if state[2, r] > 0.0 and piece[r] >= last:
            ended = (i, state[0, r] - knots[i, 0], TIME)
            finish(w, THETA, r, volumes, results, ended)
            state[2, r] = 0.0
        active = active or state[2, r] > 0.0
    return active


@_compiled
def _commit(
    w: Array,
    first: int,
    knots: Array,
    piece: NDArray[np.int64],
    state: Array,
    vectors: Array,
    events: tuple[Array, NDArray[np.int64]],
    volumes: Array,
    results: Array,
) -> None:
    """Move the accepted particles on, and stop those that met a limit."""
    reached, reason = events
    for r in range(L):
        i = min(first + r, len(knots) - 1)
        if state[2, r] > 0.0:
            results[4, i] += 1.0
        if state[4, r] == 0.0:
            continue
        if reason[r] != TIME:
            at = state[0, r] + reached[r] * vectors[0, r] - knots[i, 0]
            finish(w, INNER, r, volumes, results, (i, at, reason[r]))
            state[2, r] = state[4, r] = 0.0
            continue
        later = state[0, r] + vectors[0, r]
        state[0, r] = knots[i, piece[r] + 1] if state[3, r] > 0.0 else later
    parts.move_on(w, len(volumes), state[4])


@_compiled
def _start(
    w: Array,
    first: int,
    lanes: tuple[Array, Array, Array],
    accuracy: tuple[float, float],
    state: Array,
    vectors: Array,
    limits: Array,
    n: int,
) -> None:
    numbers, knots, _ = lanes
    tolerance, shortest = accuracy
    for r in range(L):
        i = min(first + r, len(knots) - 1)
        for k in range(n):
            w[(THETA + k) * L + r] = numbers[0, i]
        vectors[5, r], limits[0, r], limits[1, r] = numbers[1, i], numbers[2, i], numbers[3, i]
        limits[2, r] = tolerance * numbers[4, i]
        state[0, r], state[1, r] = knots[i, 0], shortest
        state[2, r] = 1.0 if first + r < len(knots) else 0.0


@_compiled
def _advance(
    w: Array,
    first: int,
    mesh: tuple[Array, Array],
    weights: tuple[Array, Array],
    volumes: Array,
    functions: tuple[Array, Array],
    flags: tuple[bool, bool],
    lanes: tuple[Array, Array, Array],
    accuracy: tuple[float, float],
    results: Array,
    histories: Array,
) -> None:
    """Thirty-two particles from ``first`` on, to their ends.

    lanes: start, drift, low, high, scale (5, b); knots, fluxes (b, m). results: ``RESULTS``.
    """
    vectors, state, limits = np.zeros((7, L)), np.zeros((5, L)), np.empty((3, L))
    means, edge, error = np.empty((7, L)), np.empty((4, L)), np.empty(L)
    seen = (np.zeros((4, L)), np.zeros((4, L)), np.empty((15, L)))
    events = np.empty(L), np.zeros(L, np.int64)
    piece, kept = np.zeros(L, np.int64), np.zeros(L, np.int64)
    trace = np.empty((FIRST_TRACE if histories.shape[1] else 1, 6, L))
    _start(w, first, lanes, accuracy, state, vectors, limits, len(volumes))
    for _ in range(LARGEST_STEPS):
        if not _enter(w, first, lanes, piece, state, volumes, results, accuracy[1]):
            break
        _prepare(lanes[1], lanes[2], piece, state, vectors, first)
        _stages(w, vectors, mesh, functions[0], flags[0])
        parts.stage_means(w, volumes, means)
        parts.finish_step(w, volumes, vectors, error, means)
        edges(w, len(volumes), vectors, means, edge)
        _judge(limits, state, vectors, error, edge, events)
        if histories.shape[1]:
            trace = remember(edge, trace, kept, state, vectors[0])
        taken = (events[0], state[4])
        watch(w, vectors, means, taken, seen, weights, functions[1], flags[1])
        _commit(w, first, lanes[1], piece, state, vectors, events, volumes, results)
    for r in range(min(L, len(lanes[1]) - first)):
        results[5:9, first + r] = seen[0][:, r]
        if histories.shape[1]:
            run = (lanes[1][first + r, 0], results[0, first + r], lanes[0][0, first + r])
            replay(trace, kept[r], r, run, histories[first + r])


def _ranges(checksum: int) -> Any:
    """The outermost loop. numba's cache looks at this file alone, so that ``checksum``,
    of all files of the package, must be part of the function."""

    @compiled(fastmath=True, error_model="numpy", nogil=True)
    def run(
        first: int,
        last: int,
        mesh: tuple[Array, Array],
        weights: tuple[Array, Array],
        volumes: Array,
        functions: tuple[Array, Array],
        flags: tuple[bool, bool],
        lanes: tuple[Array, Array, Array],
        accuracy: tuple[float, float],
        results: Array,
        histories: Array,
    ) -> int:
        w = np.empty(ROWS * L)
        for i in range(first, last, L):
            _advance(
                w, i, mesh, weights, volumes, functions, flags, lanes, accuracy, results, histories
            )
        return checksum

    return run


_PIECES = sorted(Path(__file__).parent.glob("*.py"))
compiled_range = _ranges(crc32(b"".join(file.read_bytes() for file in _PIECES)))


def advance_block(
    elements: RadialElements, shapes: b.Shapes, lanes: b.Lanes, tolerance: float, output: int
) -> b.BlockRun:
    """Advance every particle to its end; see :mod:`particle_sim.batch.block`.

    Uses as many threads as numba is set to (``numba.set_num_threads``).
    """
    fixed = arguments(elements, shapes, lanes, tolerance, output)
    bounds = _shares(len(lanes.start), nb.get_num_threads())
    if len(bounds) == 1:
        compiled_range(*bounds[0], *fixed)
    else:
        with ThreadPoolExecutor(len(bounds)) as pool:
            for done in [pool.submit(compiled_range, *bound, *fixed) for bound in bounds]:
                done.result()
    *_, results, histories = fixed
    columns: dict[str, Any] = dict(zip(RESULTS, results, strict=True))
    columns |= {name: columns[name].astype(np.int64) for name in ("end", "steps")}
    return b.BlockRun(**columns, histories=histories, means=histories)


def arguments(
    elements: RadialElements, shapes: b.Shapes, lanes: b.Lanes, tolerance: float, output: int
) -> tuple[Any, ...]:
    """What the compiled loop takes beside the first and last particle; it fills the last two."""
    count = len(lanes.start)
    results, histories = np.zeros((9, count)), np.empty((count, output))
    results[3] = FAILED
    shares = shapes.diffusivity, shapes.mobile
    tables = np.stack([t for share in shares for t in (share.values, share.integral)])
    numbers = np.stack([lanes.start, lanes.drift, lanes.low, lanes.high, lanes.scale])
    return (
        (np.ascontiguousarray(elements.mass), np.ascontiguousarray(elements.stiffness)),
        (elements.halves.reshape(-1, 3).copy(), elements.nodes[1:] ** -3.0),
        elements.volumes,
        (tables, shapes.strain.values),
        (shapes.diffusivity.is_constant, shapes.strain.is_straight),
        (numbers, np.ascontiguousarray(lanes.knots), np.ascontiguousarray(lanes.flux)),
        (tolerance, elements.shortest),
        results,
        histories,
    )


def _shares(count: int, threads: int) -> list[tuple[int, int]]:
    """Particles from and to, in whole blocks of thirty-two for every thread."""
    blocks = -(-count // L)
    threads = max(1, min(threads, blocks // 2))
    edges = [L * (blocks * k // threads) for k in range(threads)] + [count]
    return list(pairwise(edges))
