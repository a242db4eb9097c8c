"""What the compiled kernel writes down: ends of particles, and the history of their surfaces."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from particle_sim.batch import control
from particle_sim.batch.compiled_parts import L, inline
from particle_sim.units import Array

_between = inline(control.between)


@inline
def finish(
    w: Array, rows: int, r: int, volumes: Array, results: Array, at: tuple[int, float, int]
) -> None:
    """Note the end of one particle; at: number, time, reason."""
    i, time, reason = at
    mean = 0.0
    for k in range(len(volumes)):
        mean += volumes[k] * w[(rows + k) * L + r]
    results[0, i], results[1, i] = time, mean
    results[2, i], results[3, i] = w[(rows + len(volumes) - 1) * L + r], reason


@inline
def remember(
    edge: Array, trace: Array, kept: NDArray[np.int64], state: Array, step: Array
) -> Array:
    """Keep the accepted steps: time, length and the surface's four numbers."""
    if np.max(kept) == len(trace):
        larger = np.empty((2 * len(trace), 6, L))
        larger[: len(trace)] = trace
        trace = larger
    for r in range(L):
        if state[4, r] > 0.0:
            k = kept[r]
            trace[k, 0, r], trace[k, 1, r] = state[0, r], step[r]
            for j in range(4):
                trace[k, 2 + j, r] = edge[j, r]
            kept[r] = k + 1
    return trace


@inline
def replay(trace: Array, kept: int, r: int, run: tuple[float, float, float], out: Array) -> None:
    """Surface filling at equal parts of a run (first time, duration, first filling)."""
    begin, duration, start = run
    k = 0
    for j in range(len(out)):
        wanted = begin + duration * j / max(len(out) - 1, 1)
        while k + 1 < kept and trace[k + 1, 0, r] <= wanted:
            k += 1
        if kept == 0:
            out[j] = start
            continue
        s = min(max((wanted - trace[k, 0, r]) / trace[k, 1, r], 0.0), 1.0)
        out[j] = _between(trace[k, 2, r], trace[k, 3, r], trace[k, 4, r], trace[k, 5, r], s)
