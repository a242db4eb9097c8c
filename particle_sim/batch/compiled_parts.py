"""Pieces of the compiled kernel: rows of thirty-two numbers in one flat buffer.

Row i of the buffer is w[32 i : 32 i + 32]; a quantity at all nodes or elements is a run of rows.
Everything here is inlined into :mod:`particle_sim.batch.numba_kernel`.
"""

from __future__ import annotations

from typing import Any

import numba as nb
import numpy as np

from particle_sim.batch.block import BISECTIONS
from particle_sim.batch.mesh import ELEMENTS
from particle_sim.batch.rosenbrock import DENSE, A, C
from particle_sim.transport.table import INTERVALS
from particle_sim.units import Array

L = 32
"""Particles side by side."""
E = ELEMENTS
N = 2 * E + 1

THETA, AFTER, INNER, RIGHT, D, K1, K2 = (i * N for i in range(7))
STAGE = 7 * N
TO_LEFT = 13 * N
TO_RIGHT, INVERSE, BACK_LEFT, BACK_RIGHT, LOWER, UPPER, PIVOT = (
    TO_LEFT + i * E for i in range(1, 8)
)
ROWS = PIVOT + E + 1
"""Length of the buffer in rows."""

_inline = nb.njit(fastmath=True, error_model="numpy")


@_inline
def lookup(table: Array, theta: float) -> float:
    """f(theta), held beyond [0, 1]."""
    inside = min(max(theta, 0.0), 1.0) * INTERVALS
    whole = np.floor(min(inside, INTERVALS - 1.0))
    index = np.uint32(np.int32(whole))
    left = table[index]
    value: float = left + (inside - whole) * (table[index + np.uint32(1)] - left)
    return value


@_inline
def lookup_integral(table: Array, integral: Array, theta: float) -> float:
    """Integral of f from 0, straight beyond [0, 1]."""
    clipped = min(max(theta, 0.0), 1.0)
    inside = clipped * INTERVALS
    whole = np.floor(min(inside, INTERVALS - 1.0))
    index = np.uint32(np.int32(whole))
    part = inside - whole
    left = table[index]
    rise = table[index + np.uint32(1)] - left
    gained = part * (left + 0.5 * part * rise) / INTERVALS
    value: float = integral[index] + gained + (left + part * rise) * (theta - clipped)
    return value


@_inline
def diffusivity(w: Array, drift: Array, tables: Array, constant: bool) -> None:
    """D at the nodes; tables (4, m): D, its integral, what the drift multiplies, its integral."""
    if constant:
        w[D * L : (D + N) * L] = 1.0
    else:
        for i in range(N):
            for r in range(L):
                w[(D + i) * L + r] = lookup(tables[0], w[(THETA + i) * L + r])
    if np.any(drift):
        for i in range(N):
            for r in range(L):
                more = lookup(tables[2], w[(THETA + i) * L + r])
                w[(D + i) * L + r] += drift[r] * more


@_inline
def transformed(w: Array, drift: Array, tables: Array, constant: bool) -> None:
    """The integral of D over theta, in place of theta in the inner rows."""
    drifts = np.any(drift)
    if constant and not drifts:
        return
    for i in range(N):
        for r in range(L):
            theta = w[(INNER + i) * L + r]
            value = theta
            if not constant:
                value = lookup_integral(tables[0], tables[1], theta)
            if drifts:
                value += drift[r] * lookup_integral(tables[2], tables[3], theta)
            w[(INNER + i) * L + r] = value


@_inline
def factorise(w: Array, mass: Array, stiffness: Array, rate: Array) -> None:
    """M a + K diag(D): middles eliminated, then the tridiagonal rest."""
    for r in range(L):
        w[PIVOT * L + r] = 0.0
    for i in range(E):
        m0, m1, m2, m3, m4, m5 = mass[i]
        k0, k1, k2, k3, k4, k5 = stiffness[i]
        for r in range(L):
            a = rate[r]
            left, middle = w[(D + 2 * i) * L + r], w[(D + 2 * i + 1) * L + r]
            right = w[(D + 2 * i + 2) * L + r]
            inverse = 1.0 / (m3 * a + k3 * middle)
            from_left, from_right = m1 * a + k1 * left, m4 * a + k4 * right
            to_left, to_right = (m1 * a + k1 * middle) * inverse, (m4 * a + k4 * middle) * inverse
            w[(TO_LEFT + i) * L + r] = to_left
            w[(TO_RIGHT + i) * L + r] = to_right
            w[(INVERSE + i) * L + r] = inverse
            w[(BACK_LEFT + i) * L + r] = inverse * from_left
            w[(BACK_RIGHT + i) * L + r] = inverse * from_right
            own = w[(PIVOT + i) * L + r] + m0 * a + k0 * left - to_left * from_left
            upper = m2 * a + k2 * right - to_left * from_right
            lower = m2 * a + k2 * left - to_right * from_left
            pivot = 1.0 / own
            lower *= pivot
            w[(PIVOT + i) * L + r] = pivot
            w[(LOWER + i) * L + r] = lower
            w[(UPPER + i) * L + r] = upper * pivot
            w[(PIVOT + i + 1) * L + r] = m5 * a + k5 * right - to_right * from_right - lower * upper
    for r in range(L):
        w[(PIVOT + E) * L + r] = 1.0 / w[(PIVOT + E) * L + r]


@_inline
def right_side(w: Array, mass: Array, stiffness: Array, outflow: Array) -> None:
    """M times the right rows minus K times the inner rows minus the outflow, in place."""
    for r in range(L):
        w[RIGHT * L + r], carried = 0.0, w[RIGHT * L + r]
        w[AFTER * L + r] = carried
    for i in range(E):
        m0, m1, m2, m3, m4, m5 = mass[i]
        k0, k1, k2, k3, k4, k5 = stiffness[i]
        for r in range(L):
            left, middle = w[AFTER * L + r], w[(RIGHT + 2 * i + 1) * L + r]
            right = w[(RIGHT + 2 * i + 2) * L + r]
            p, q = w[(INNER + 2 * i) * L + r], w[(INNER + 2 * i + 1) * L + r]
            s = w[(INNER + 2 * i + 2) * L + r]
            w[(RIGHT + 2 * i) * L + r] += (
                m0 * left + m1 * middle + m2 * right - k0 * p - k1 * q - k2 * s
            )
            w[(RIGHT + 2 * i + 1) * L + r] = (
                m1 * left + m3 * middle + m4 * right - k1 * p - k3 * q - k4 * s
            )
            w[(RIGHT + 2 * i + 2) * L + r] = (
                m2 * left + m4 * middle + m5 * right - k2 * p - k4 * q - k5 * s
            )
            w[AFTER * L + r] = right
    for r in range(L):
        w[(RIGHT + 2 * E) * L + r] -= outflow[r]


def _solver(stage: int) -> Any:
    """A function that writes the solution for the right rows into the rows of ``stage``."""
    at = STAGE + stage * N

    @_inline
    def solve(w: Array) -> None:
        for i in range(E):
            for r in range(L):
                middle = w[(RIGHT + 2 * i + 1) * L + r]
                left = w[(RIGHT + 2 * i) * L + r] - w[(TO_LEFT + i) * L + r] * middle
                w[(RIGHT + 2 * i) * L + r] = left
                w[(RIGHT + 2 * i + 2) * L + r] -= (
                    w[(TO_RIGHT + i) * L + r] * middle + w[(LOWER + i) * L + r] * left
                )
        for r in range(L):
            w[(at + 2 * E) * L + r] = w[(RIGHT + 2 * E) * L + r] * w[(PIVOT + E) * L + r]
        for k in range(E):
            i = E - 1 - k
            for r in range(L):
                right = w[(at + 2 * i + 2) * L + r]
                left = w[(RIGHT + 2 * i) * L + r] * w[(PIVOT + i) * L + r]
                left -= w[(UPPER + i) * L + r] * right
                w[(at + 2 * i) * L + r] = left
                w[(at + 2 * i + 1) * L + r] = (
                    w[(INVERSE + i) * L + r] * w[(RIGHT + 2 * i + 1) * L + r]
                    - w[(BACK_LEFT + i) * L + r] * left
                    - w[(BACK_RIGHT + i) * L + r] * right
                )

    return solve


def _blend(target: int, given: tuple[float, ...], base: int) -> Any:
    """A function for target = base + scale sum_j weights_j stage_j; no base below 0."""
    count = len(given)
    c0, c1, c2, c3, c4, c5 = (*given, 0.0, 0.0, 0.0, 0.0, 0.0)[:6]

    @_inline
    def blend(w: Array, scale: Array) -> None:
        for i in range(N):
            for r in range(L):
                total = c0 * w[(STAGE + i) * L + r]
                if count > 1:
                    total += c1 * w[(STAGE + N + i) * L + r]
                if count > 2:
                    total += c2 * w[(STAGE + 2 * N + i) * L + r]
                if count > 3:
                    total += c3 * w[(STAGE + 3 * N + i) * L + r]
                if count > 4:
                    total += c4 * w[(STAGE + 4 * N + i) * L + r]
                if count > 5:
                    total += c5 * w[(STAGE + 5 * N + i) * L + r]
                total *= scale[r]
                if base >= 0:
                    total += w[(base + i) * L + r]
                w[(target + i) * L + r] = total

    return blend


solve_0, solve_1, solve_2, solve_3, solve_4, solve_5 = (_solver(i) for i in range(6))
inner_1, inner_2, inner_3, inner_4, inner_5 = (_blend(INNER, a, THETA) for a in A[1:])
right_1, right_2, right_3, right_4, right_5 = (_blend(RIGHT, c, -1) for c in C[1:])
_after = _blend(AFTER, (*A[5], 1.0), THETA)
_dense_1, _dense_2 = _blend(K1, DENSE[0], -1), _blend(K2, DENSE[1], -1)


@_inline
def first_sides(w: Array) -> None:
    """Inner and right rows of the first stage: theta and nothing."""
    w[INNER * L : (INNER + N) * L] = w[THETA * L : (THETA + N) * L]
    w[RIGHT * L : (RIGHT + N) * L] = 0.0


def _shift(target: int) -> Any:
    """A function that shifts ``target`` so that its mean becomes that of ``mean``."""

    @_inline
    def shift(w: Array, volumes: Array, mean: Array) -> None:
        for i in range(N):
            for r in range(L):
                mean[r] -= volumes[i] * w[(target + i) * L + r]
        for i in range(N):
            for r in range(L):
                w[(target + i) * L + r] += mean[r]

    return shift


_shift_after, _shift_dense_1, _shift_dense_2 = _shift(AFTER), _shift(K1), _shift(K2)
_shift_error = _shift(STAGE + 5 * N)


@_inline
def finish_step(w: Array, error: Array, vectors: Array, volumes: Array) -> None:
    """The end of the step, its dense output and the largest error of every particle.

    Long steps make the matrix nearly singular in the mean, which is known from the flux, and is 0
    of the error; the shifts take out the rounding error.
    """
    ones, mean = vectors[7], vectors[8]
    _after(w, ones)
    _dense_1(w, ones)
    _dense_2(w, ones)
    for r in range(L):
        mean[r] = 0.0
    _shift_dense_2(w, volumes, mean)
    for r in range(L):
        mean[r] = 1.5 * vectors[3, r] * vectors[0, r] ** 2
    _shift_dense_1(w, volumes, mean)
    for r in range(L):
        mean[r] = -vectors[0, r] * (3.0 * vectors[2, r] + 1.5 * vectors[3, r] * vectors[0, r])
    for i in range(N):
        for r in range(L):
            mean[r] += volumes[i] * w[(THETA + i) * L + r]
    _shift_after(w, volumes, mean)
    for r in range(L):
        error[r] = mean[r] = 0.0
    _shift_error(w, volumes, mean)
    for i in range(N):
        for r in range(L):
            error[r] = max(error[r], abs(w[(STAGE + 5 * N + i) * L + r]))


@_inline
def move_on(w: Array, moving: Array) -> None:
    """theta becomes the end of the step where ``moving`` is 1."""
    for i in range(N):
        for r in range(L):
            before, after = w[(THETA + i) * L + r], w[(AFTER + i) * L + r]
            w[(THETA + i) * L + r] = after if moving[r] > 0.0 else before


@_inline
def in_between(w: Array, s: Array) -> None:
    """theta at a share s of the step, into the inner rows."""
    for i in range(N):
        for r in range(L):
            late = w[(K1 + i) * L + r] + s[r] * w[(K2 + i) * L + r]
            late = w[(AFTER + i) * L + r] + (1.0 - s[r]) * late
            w[(INNER + i) * L + r] = (1.0 - s[r]) * w[(THETA + i) * L + r] + s[r] * late


@_inline
def surface_at(w: Array, r: int, s: float) -> float:
    """Surface filling of one particle at a share s of the step."""
    at = (N - 1) * L + r
    late = w[AFTER * L + at] + (1.0 - s) * (w[K1 * L + at] + s * w[K2 * L + at])
    value: float = (1.0 - s) * w[THETA * L + at] + s * late
    return value


@_inline
def crossing(w: Array, r: int, limit: float, sign: float) -> float:
    """Share of the step at which the surface passes a limit; 2 if it does not."""
    high = 0.5
    if sign * (surface_at(w, r, 0.5) - limit) < 0.0:
        high = 1.0
        if sign * (surface_at(w, r, 1.0) - limit) < 0.0:
            return 2.0
    if sign * (surface_at(w, r, 0.0) - limit) >= 0.0:
        return 0.0
    low = 0.0
    for _ in range(BISECTIONS):
        s = 0.5 * (low + high)
        if sign * (surface_at(w, r, s) - limit) >= 0.0:
            high = s
        else:
            low = s
    return 0.5 * (low + high)


@_inline
def strains(w: Array, strain: Array, straight: bool) -> None:
    """Chemical strain of the inner rows at nodes and quarter points, into the stages' rows."""
    first, rise = (strain[0], strain[INTERVALS] - strain[0]) if straight else (0.0, 1.0)
    for i in range(E):
        for r in range(L):
            left, middle = w[(INNER + 2 * i) * L + r], w[(INNER + 2 * i + 1) * L + r]
            right = w[(INNER + 2 * i + 2) * L + r]
            early = 0.375 * left + 0.75 * middle - 0.125 * right
            late = 0.375 * right + 0.75 * middle - 0.125 * left
            w[(STAGE + 4 * i) * L + r] = first + rise * left
            w[(STAGE + 4 * i + 1) * L + r] = first + rise * early
            w[(STAGE + 4 * i + 2) * L + r] = first + rise * middle
            w[(STAGE + 4 * i + 3) * L + r] = first + rise * late
    for r in range(L):
        w[(STAGE + 4 * E) * L + r] = first + rise * w[(INNER + 2 * E) * L + r]
    if straight:
        return
    for i in range(4 * E + 1):
        for r in range(L):
            w[(STAGE + i) * L + r] = lookup(strain, w[(STAGE + i) * L + r])


@_inline
def stresses(w: Array, halves: Array, cubes: Array, seen: Array) -> None:
    """Peaks of hoop, tension and hydrostatic stress of the strains in the stages' rows into rows
    1 to 3 of ``seen``; see ``numpy_kernel``."""
    inner, hoop, low = RIGHT, RIGHT + 1, RIGHT + 2
    for r in range(L):
        w[inner * L + r] = 0.0
        w[hoop * L + r] = -1e300
        w[low * L + r] = w[STAGE * L + r]
    for i in range(2 * E):
        w0, w1, w2, cube = halves[i, 0], halves[i, 1], halves[i, 2], cubes[i]
        for r in range(L):
            beta = w[(STAGE + 2 * i + 2) * L + r]
            total = w[inner * L + r] + w0 * w[(STAGE + 2 * i) * L + r]
            total += w1 * w[(STAGE + 2 * i + 1) * L + r] + w2 * beta
            w[inner * L + r] = total
            w[hoop * L + r] = max(w[hoop * L + r], total * cube - beta)
            w[low * L + r] = min(w[low * L + r], beta)
    for r in range(L):
        whole, centre = 2.0 * w[inner * L + r], w[STAGE * L + r]
        surface = w[(STAGE + 4 * E) * L + r]
        seen[1, r] = whole + max(w[hoop * L + r], -(2.0 / 3.0) * centre)
        seen[2, r] = 1.5 * whole - surface
        seen[3, r] = whole - (2.0 / 3.0) * w[low * L + r]


@_inline
def spreads(w: Array, seen: Array) -> None:
    """max - min of theta in the inner rows into the first row of ``seen``."""
    high, low = RIGHT, RIGHT + 1
    for r in range(L):
        w[high * L + r] = w[INNER * L + r]
        w[low * L + r] = w[INNER * L + r]
    for i in range(1, N):
        for r in range(L):
            w[high * L + r] = max(w[high * L + r], w[(INNER + i) * L + r])
            w[low * L + r] = min(w[low * L + r], w[(INNER + i) * L + r])
    for r in range(L):
        seen[0, r] = w[high * L + r] - w[low * L + r]
