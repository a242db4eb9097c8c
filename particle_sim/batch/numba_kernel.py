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
from particle_sim.batch.compiled_notes import finish, remember, replay
from particle_sim.batch.compiled_parts import INNER, ROWS, THETA, L, N
from particle_sim.batch.mesh import RadialElements
from particle_sim.batch.rosenbrock import ALPHA, DERIVATIVE, GAMMA
from particle_sim.fem.machine_code import compiled
from particle_sim.units import Array

FIRST_TRACE = 64
"""Steps for which the surface history of a block has room at first; doubled when full."""

RESULTS = ("time", "mean", "surface", "end", "steps", "inhomogeneity", "hoop", "tension",
           "hydrostatic")  # fmt: skip
"""Rows of the results."""

SAFETY, SHRINK, GROW, LARGEST_STEPS = b.SAFETY, b.SHRINK, b.GROW, b.LARGEST_STEPS
TIME, EMPTY, FULL, FAILED = b.TIME, b.EMPTY, b.FULL, b.FAILED

_compiled = nb.njit(fastmath=True, error_model="numpy", nogil=True)


@_compiled
def _stages(
    w: Array,
    vectors: Array,
    mesh: tuple[Array, Array],
    tables: Array,
    constant: bool,
) -> None:
    """All stages; vectors: step, rate, flux, rise, outflow, drift, 1/step, ones, means."""
    mass, stiffness = mesh
    length, flux, rise, outflow = vectors[0], vectors[2], vectors[3], vectors[4]
    drift, inverse, ones = vectors[5], vectors[6], vectors[7]
    parts.diffusivity(w, drift, tables, constant)
    parts.factorise(w, mass, stiffness, vectors[1])
    for i in range(6):
        _sides(w, i, ones, inverse)
        parts.transformed(w, drift, tables, constant)
        for r in range(L):
            outflow[r] = flux[r] + rise[r] * length[r] * (ALPHA[i] + DERIVATIVE[i])
        parts.right_side(w, mass, stiffness, outflow)
        _solve(w, i)


@_compiled
def _sides(w: Array, stage: int, ones: Array, inverse: Array) -> None:
    if stage == 0:
        parts.first_sides(w)
    elif stage == 1:
        parts.inner_1(w, ones)
        parts.right_1(w, inverse)
    elif stage == 2:
        parts.inner_2(w, ones)
        parts.right_2(w, inverse)
    elif stage == 3:
        parts.inner_3(w, ones)
        parts.right_3(w, inverse)
    elif stage == 4:
        parts.inner_4(w, ones)
        parts.right_4(w, inverse)
    else:
        parts.inner_5(w, ones)
        parts.right_5(w, inverse)


@_compiled
def _solve(w: Array, stage: int) -> None:
    if stage == 0:
        parts.solve_0(w)
    elif stage == 1:
        parts.solve_1(w)
    elif stage == 2:
        parts.solve_2(w)
    elif stage == 3:
        parts.solve_3(w)
    elif stage == 4:
        parts.solve_4(w)
    else:
        parts.solve_5(w)


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
            if length >= left * (1.0 - 1e-9):
                length, lands = left, 1.0
        state[3, r] = lands
        vectors[0, r], vectors[1, r] = length, 1.0 / (GAMMA * length)
        vectors[2, r], vectors[3, r], vectors[6, r] = flux, rise, 1.0 / length


@_compiled
def _judge(
    w: Array,
    limits: Array,
    state: Array,
    vectors: Array,
    error: Array,
    reached: Array,
    reason: NDArray[np.int64],
) -> None:
    """Accept or refuse, the next step, and events; limits rows: low, high, scale. Accepted
    particles get state row 4 = 1."""
    for r in range(L):
        scaled = error[r] / limits[2, r]
        accepted = state[2, r] > 0.0 and scaled <= 1.0
        state[4, r] = 1.0 if accepted else 0.0
        factor = min(max(SAFETY * max(scaled, 1e-12) ** -0.25, SHRINK), GROW)
        following = vectors[0, r] * factor
        if accepted and state[3, r] > 0.0:
            following = max(state[1, r], following)
        state[1, r] = following
        reached[r], reason[r] = 1.0, TIME
        if not accepted:
            continue
        at = parts.crossing(w, r, limits[0, r], -1.0)
        if at <= 1.0:
            reached[r], reason[r] = at, EMPTY
        at = parts.crossing(w, r, limits[1, r], 1.0)
        if at <= 1.0:
            reached[r], reason[r] = at, FULL


@_compiled
def _watch(
    w: Array,
    reached: Array,
    state: Array,
    peaks: Array,
    seen: Array,
    mesh: tuple[Array, Array],
    strain: Array,
    straight: bool,
) -> None:
    """Raise the peaks by the middle and the end of the step; the end stays in the inner rows."""
    halves, cubes = mesh
    share = seen[7]
    for k in range(2):
        for r in range(L):
            share[r] = reached[r] * (0.5 if k == 0 else 1.0)
        parts.in_between(w, share)
        parts.spreads(w, seen)
        parts.strains(w, strain, straight)
        parts.stresses(w, halves, cubes, seen)
        for j in range(4):
            for r in range(L):
                if state[4, r] > 0.0:
                    peaks[j, r] = max(peaks[j, r], seen[j, r])


@_compiled
def _enter(
    w: Array,
    first: int,
    lanes: tuple[Array, Array, Array],
    piece: NDArray[np.int64],
    state: Array,
    volumes: Array,
    results: Array,
) -> bool:
    """Move on to the pieces of the histories that hold the times; whether any particle runs."""
    knots = lanes[1]
    last, active = knots.shape[1] - 1, False
    for r in range(L):
        i = min(first + r, len(knots) - 1)
        while piece[r] < last and knots[i, piece[r] + 1] <= state[0, r]:
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
    parts.move_on(w, state[4])


@_compiled
def _start(
    w: Array,
    first: int,
    lanes: tuple[Array, Array, Array],
    accuracy: tuple[float, float],
    state: Array,
    vectors: Array,
    limits: Array,
) -> None:
    numbers, knots, _ = lanes
    tolerance, shortest = accuracy
    vectors[7] = 1.0
    for r in range(L):
        i = min(first + r, len(knots) - 1)
        for k in range(N):
            w[(THETA + k) * L + r] = numbers[0, i]
        vectors[5, r], limits[0, r], limits[1, r] = numbers[1, i], numbers[2, i], numbers[3, i]
        limits[2, r] = tolerance * numbers[4, i]
        state[0, r], state[1, r] = knots[i, 0], shortest
        state[2, r] = 1.0 if first + r < len(knots) else 0.0


@_compiled
def _advance(
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

    lanes: rows start, drift, low, high, scale (5, b); knots and fluxes (b, m). results (9, b):
    rows ``RESULTS``.
    """
    w = np.zeros(ROWS * L)
    vectors, state, peaks = np.zeros((9, L)), np.zeros((5, L)), np.zeros((4, L))
    seen, limits, error, reached = np.zeros((8, L)), np.empty((3, L)), np.empty(L), np.empty(L)
    piece, reason = np.zeros(L, np.int64), np.zeros(L, np.int64)
    kept = np.zeros(L, np.int64)
    trace = np.empty((FIRST_TRACE if histories.shape[1] else 1, 6, L))
    _start(w, first, lanes, accuracy, state, vectors, limits)
    for _ in range(LARGEST_STEPS):
        if not _enter(w, first, lanes, piece, state, volumes, results):
            break
        _prepare(lanes[1], lanes[2], piece, state, vectors, first)
        _stages(w, vectors, mesh, functions[0], flags[0])
        parts.finish_step(w, error, vectors, volumes)
        _judge(w, limits, state, vectors, error, reached, reason)
        if histories.shape[1]:
            trace = remember(w, trace, kept, state, vectors[0])
        _watch(w, reached, state, peaks, seen, weights, functions[1], flags[1])
        _commit(w, first, lanes[1], piece, state, vectors, (reached, reason), volumes, results)
    for r in range(min(L, len(lanes[1]) - first)):
        i = first + r
        for j in range(4):
            results[5 + j, i] = peaks[j, r]
        if histories.shape[1]:
            run = (lanes[1][i, 0], results[0, i], lanes[0][0, i])
            replay(trace, kept[r], r, run, histories[i])


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
        for i in range(first, last, L):
            _advance(
                i, mesh, weights, volumes, functions, flags, lanes, accuracy, results, histories
            )
        return checksum

    return run


_PIECES = sorted(Path(__file__).parent.glob("*.py"))
_range = _ranges(crc32(b"".join(file.read_bytes() for file in _PIECES)))


def advance_block(
    elements: RadialElements, shapes: b.Shapes, lanes: b.Lanes, tolerance: float, output: int
) -> b.BlockRun:
    """Advance every particle to its end; see :mod:`particle_sim.batch.block`.

    Uses as many threads as numba is set to (``numba.set_num_threads``).
    """
    count = len(lanes.start)
    results, histories = np.zeros((9, count)), np.empty((count, output))
    results[3] = FAILED
    shares = shapes.diffusivity, shapes.mobile
    tables = np.stack([t for share in shares for t in (share.values, share.integral)])
    numbers = np.stack([lanes.start, lanes.drift, lanes.low, lanes.high, lanes.scale])
    width = elements.vertices[-1] - elements.vertices[-2]
    fixed: tuple[Any, ...] = (
        (np.ascontiguousarray(elements.mass), np.ascontiguousarray(elements.stiffness)),
        (elements.halves.reshape(-1, 3).copy(), elements.nodes[1:] ** -3.0),
        elements.volumes,
        (tables, shapes.strain.values),
        (shapes.diffusivity.is_constant, shapes.strain.is_straight),
        (numbers, np.ascontiguousarray(lanes.knots), np.ascontiguousarray(lanes.flux)),
        (tolerance, b.SHORTEST * width**2),
        results,
        histories,
    )
    bounds = _shares(count, nb.get_num_threads())
    if len(bounds) == 1:
        _range(*bounds[0], *fixed)
    else:
        with ThreadPoolExecutor(len(bounds)) as pool:
            for done in [pool.submit(_range, *bound, *fixed) for bound in bounds]:
                done.result()
    columns: dict[str, Any] = dict(zip(RESULTS, results, strict=True))
    columns |= {name: columns[name].astype(np.int64) for name in ("end", "steps")}
    return b.BlockRun(**columns, histories=histories)


def _shares(count: int, threads: int) -> list[tuple[int, int]]:
    """Particles from and to, in whole blocks of thirty-two for every thread."""
    blocks = -(-count // L)
    threads = max(1, min(threads, blocks // 2))
    edges = [L * (blocks * k // threads) for k in range(threads)] + [count]
    return list(pairwise(edges))
