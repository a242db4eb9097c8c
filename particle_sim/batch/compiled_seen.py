"""What the compiled kernel sees of a step: its curve, spread, strains and stresses."""

from __future__ import annotations

from particle_sim.batch import control
from particle_sim.batch.compiled_parts import (
    AFTER,
    INNER,
    SPARE,
    STAGE,
    THETA,
    TO_LEFT,
    E,
    L,
    N,
    inline,
    lookup,
)
from particle_sim.batch.rosenbrock import DENSE
from particle_sim.transport.table import INTERVALS
from particle_sim.units import Array

STRAIN = TO_LEFT
"""Rows of the strains, where the factors of the step were."""

_summit = inline(control.summit)


@inline
def edges(w: Array, n: int, vectors: Array, means: Array, edge: Array) -> None:
    """Surface filling before and after the step, k1 and k2 (4, L)."""
    length, rise = vectors[0], vectors[3]
    at = n - 1
    for r in range(L):
        edge[0, r], edge[1, r] = w[(THETA + at) * L + r], w[(AFTER + at) * L + r]
        edge[2, r], edge[3, r] = 1.5 * rise[r] * length[r] ** 2, 0.0
    for j in range(5):
        for r in range(L):
            own = w[(STAGE + j * N + at) * L + r] - means[j + 1, r]
            edge[2, r] += DENSE[0][j] * own
            edge[3, r] += DENSE[1][j] * own


@inline
def _in_between(w: Array, n: int, vectors: Array, means: Array, s: Array, shares: Array) -> None:
    """theta at a share s of the step into the inner rows; shares (6, L) is working memory."""
    length, rise = vectors[0], vectors[3]
    for r in range(L):
        shares[5, r] = 1.5 * rise[r] * length[r] ** 2 * s[r] * (1.0 - s[r])
    for j in range(5):
        for r in range(L):
            shares[j, r] = s[r] * (1.0 - s[r]) * (DENSE[0][j] + s[r] * DENSE[1][j])
            shares[5, r] -= shares[j, r] * means[j + 1, r]
    for i in range(min(n, N)):
        for r in range(L):
            before, after = w[(THETA + i) * L + r], w[(AFTER + i) * L + r]
            total = before + s[r] * (after - before) + shares[5, r]
            total += shares[0, r] * w[(STAGE + i) * L + r]
            total += shares[1, r] * w[(STAGE + N + i) * L + r]
            total += shares[2, r] * w[(STAGE + 2 * N + i) * L + r]
            total += shares[3, r] * w[(STAGE + 3 * N + i) * L + r]
            total += shares[4, r] * w[(STAGE + 4 * N + i) * L + r]
            w[(INNER + i) * L + r] = total


@inline
def _strains(w: Array, e: int, strain: Array, straight: bool, seen: Array) -> None:
    """Chemical strain of the inner rows at nodes and quarter points; spread of theta into row 0."""
    first, rise = (strain[0], strain[INTERVALS] - strain[0]) if straight else (0.0, 1.0)
    high, low = SPARE, SPARE + 1
    for r in range(L):
        w[high * L + r] = w[low * L + r] = w[(INNER + 2 * e) * L + r]
        w[(STRAIN + 4 * e) * L + r] = first + rise * w[(INNER + 2 * e) * L + r]
    for i in range(min(e, E)):
        for r in range(L):
            left, middle = w[(INNER + 2 * i) * L + r], w[(INNER + 2 * i + 1) * L + r]
            right = w[(INNER + 2 * i + 2) * L + r]
            early = 0.375 * left + 0.75 * middle - 0.125 * right
            late = 0.375 * right + 0.75 * middle - 0.125 * left
            w[(STRAIN + 4 * i) * L + r] = first + rise * left
            w[(STRAIN + 4 * i + 1) * L + r] = first + rise * early
            w[(STRAIN + 4 * i + 2) * L + r] = first + rise * middle
            w[(STRAIN + 4 * i + 3) * L + r] = first + rise * late
            w[high * L + r] = max(w[high * L + r], max(left, middle))
            w[low * L + r] = min(w[low * L + r], min(left, middle))
    for r in range(L):
        seen[0, r] = w[high * L + r] - w[low * L + r]
    if straight:
        return
    for i in range(min(4 * e + 1, 4 * E + 1)):
        for r in range(L):
            w[(STRAIN + i) * L + r] = lookup(strain, w[(STRAIN + i) * L + r])


@inline
def _stresses(w: Array, halves: Array, cubes: Array, seen: Array) -> None:
    """Peaks of hoop, tension and hydrostatic stress into rows 1 to 3; see ``numpy_step``."""
    inner, hoop, low = SPARE, SPARE + 1, SPARE + 2
    last = STRAIN + 2 * len(halves)
    for r in range(L):
        w[inner * L + r] = 0.0
        w[hoop * L + r] = -1e300
        w[low * L + r] = w[STRAIN * L + r]
    for i in range(min(len(halves), 2 * E)):
        w0, w1, w2, cube = halves[i, 0], halves[i, 1], halves[i, 2], cubes[i]
        for r in range(L):
            beta = w[(STRAIN + 2 * i + 2) * L + r]
            total = w[inner * L + r] + w0 * w[(STRAIN + 2 * i) * L + r]
            total += w1 * w[(STRAIN + 2 * i + 1) * L + r] + w2 * beta
            w[inner * L + r] = total
            w[hoop * L + r] = max(w[hoop * L + r], total * cube - beta)
            w[low * L + r] = min(w[low * L + r], beta)
    for r in range(L):
        whole, centre, surface = 2.0 * w[inner * L + r], w[STRAIN * L + r], w[last * L + r]
        seen[1, r] = whole + max(w[hoop * L + r], -(2.0 / 3.0) * centre)
        seen[2, r] = 1.5 * whole - surface
        seen[3, r] = whole - (2.0 / 3.0) * w[low * L + r]


@inline
def watch(
    w: Array,
    vectors: Array,
    means: Array,
    taken: tuple[Array, Array],
    seen: tuple[Array, Array, Array],
    mesh: tuple[Array, Array],
    strain: Array,
    straight: bool,
) -> None:
    """Raise the peaks by the start, middle and end of the step; the end stays in the inner rows.

    taken: shares of the step, and 1 where it is accepted. seen: peaks, what was seen at the start
    (4, L), and working memory (15, L).
    """
    reached, accepted = taken
    peaks, start, spare = seen
    shares, share, middle, end = spare[:6], spare[6], spare[7:11], spare[11:15]
    halves, cubes = mesh
    e = len(halves) // 2
    for k in range(2):
        for r in range(L):
            share[r] = reached[r] * (0.5 if k == 0 else 1.0)
        _in_between(w, 2 * e + 1, vectors, means, share, shares)
        now = middle if k == 0 else end
        _strains(w, e, strain, straight, now)
        _stresses(w, halves, cubes, now)
    for j in range(4):
        for r in range(L):
            found = max(peaks[j, r], _summit(start[j, r], middle[j, r], end[j, r]))
            peaks[j, r] = found if accepted[r] > 0.0 else peaks[j, r]
            start[j, r] = end[j, r] if accepted[r] > 0.0 else start[j, r]
