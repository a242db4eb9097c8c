"""A step of the compiled kernel: rows of thirty-two numbers in one flat buffer.

Row i of the buffer is w[32 i : 32 i + 32]; a quantity at all nodes or elements is a run of rows.
Offsets are those of the largest mesh, and loops over the nodes that there are end there at the
latest: the compiler then sees that no two quantities overlap and no index is below zero, without
which there are no vector instructions. All is inlined into :mod:`particle_sim.batch.numba_kernel`.
"""

from __future__ import annotations

from typing import Any

import numba as nb
import numpy as np

from particle_sim.batch.mesh import MOST_ELEMENTS
from particle_sim.batch.rosenbrock import A, C
from particle_sim.transport.table import INTERVALS
from particle_sim.units import Array

L = 32
"""Particles side by side."""
E = MOST_ELEMENTS
N = 2 * E + 1

THETA, AFTER, INNER, RIGHT, D = (i * N for i in range(5))
STAGE = 5 * N
TO_LEFT = 11 * N
TO_RIGHT, INVERSE, BACK_LEFT, BACK_RIGHT, LOWER, UPPER, PIVOT = (
    TO_LEFT + i * E for i in range(1, 8)
)
SPARE = PIVOT + E + 1
"""Three rows for whoever needs them."""
ROWS = SPARE + 3
"""Length of the buffer in rows."""

inline = nb.njit(fastmath=True, error_model="numpy")


@inline
def lookup(table: Array, theta: float) -> float:
    """f(theta), held beyond [0, 1]."""
    inside = min(max(theta, 0.0), 1.0) * INTERVALS
    whole = np.floor(min(inside, INTERVALS - 1.0))
    index = np.uint32(np.int32(whole))
    left = table[index]
    value: float = left + (inside - whole) * (table[index + np.uint32(1)] - left)
    return value


@inline
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


@inline
def diffusivity(w: Array, n: int, drift: Array, tables: Array, constant: bool) -> None:
    """D at the nodes; tables (4, m): D, its integral, what the drift multiplies, its integral."""
    if constant:
        w[D * L : (D + n) * L] = 1.0
    else:
        for i in range(min(n, N)):
            for r in range(L):
                w[(D + i) * L + r] = lookup(tables[0], w[(THETA + i) * L + r])
    if np.any(drift):
        for i in range(min(n, N)):
            for r in range(L):
                more = lookup(tables[2], w[(THETA + i) * L + r])
                w[(D + i) * L + r] += drift[r] * more


@inline
def transformed(w: Array, n: int, drift: Array, tables: Array, constant: bool) -> None:
    """The integral of D over theta, in place of theta in the inner rows."""
    drifts = np.any(drift)
    if constant and not drifts:
        return
    for i in range(min(n, N)):
        for r in range(L):
            theta = w[(INNER + i) * L + r]
            value = theta
            if not constant:
                value = lookup_integral(tables[0], tables[1], theta)
            if drifts:
                value += drift[r] * lookup_integral(tables[2], tables[3], theta)
            w[(INNER + i) * L + r] = value


@inline
def factorise(w: Array, mass: Array, stiffness: Array, rate: Array) -> None:
    """M a + K diag(D): middles eliminated, then the tridiagonal rest."""
    for r in range(L):
        w[PIVOT * L + r] = 0.0
    for i in range(min(len(mass), E)):
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
    last = PIVOT + len(mass)
    for r in range(L):
        w[last * L + r] = 1.0 / w[last * L + r]


@inline
def right_side(w: Array, mass: Array, stiffness: Array, outflow: Array) -> None:
    """M times the right rows minus K times the inner rows minus the outflow, in place."""
    for r in range(L):
        w[SPARE * L + r] = w[RIGHT * L + r]
        w[RIGHT * L + r] = 0.0
    for i in range(min(len(mass), E)):
        m0, m1, m2, m3, m4, m5 = mass[i]
        k0, k1, k2, k3, k4, k5 = stiffness[i]
        for r in range(L):
            left, middle = w[SPARE * L + r], w[(RIGHT + 2 * i + 1) * L + r]
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
            w[SPARE * L + r] = right
    last = RIGHT + 2 * len(mass)
    for r in range(L):
        w[last * L + r] -= outflow[r]


def _solver(stage: int) -> Any:
    """A function that writes the solution for the right rows into the rows of ``stage``."""
    at = STAGE + stage * N

    @inline
    def solve(w: Array, e: int) -> None:
        e = min(e, E)
        for i in range(e):
            for r in range(L):
                middle = w[(RIGHT + 2 * i + 1) * L + r]
                left = w[(RIGHT + 2 * i) * L + r] - w[(TO_LEFT + i) * L + r] * middle
                w[(RIGHT + 2 * i) * L + r] = left
                w[(RIGHT + 2 * i + 2) * L + r] -= (
                    w[(TO_RIGHT + i) * L + r] * middle + w[(LOWER + i) * L + r] * left
                )
        for r in range(L):
            w[(at + 2 * e) * L + r] = w[(RIGHT + 2 * e) * L + r] * w[(PIVOT + e) * L + r]
        for k in range(e):
            i = e - 1 - k
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


def _sides(stage: int) -> Any:
    """A function for the inner rows theta + sum_j A_j U_j and the right rows sum_j C_j U_j/h.

    The last stage's inner rows are the end of the step but for its own U, and kept there.
    """
    last = stage == 5
    a0, a1, a2, a3, a4 = (*A[stage], 0.0, 0.0, 0.0, 0.0)[:5]
    c0, c1, c2, c3, c4 = (*C[stage], 0.0, 0.0, 0.0, 0.0)[:5]

    @inline
    def sides(w: Array, n: int, inverse: Array) -> None:
        for i in range(min(n, N)):
            for r in range(L):
                u = w[(STAGE + i) * L + r]
                inner, right = w[(THETA + i) * L + r] + a0 * u, c0 * u
                if stage > 1:
                    u = w[(STAGE + N + i) * L + r]
                    inner, right = inner + a1 * u, right + c1 * u
                if stage > 2:
                    u = w[(STAGE + 2 * N + i) * L + r]
                    inner, right = inner + a2 * u, right + c2 * u
                if stage > 3:
                    u = w[(STAGE + 3 * N + i) * L + r]
                    inner, right = inner + a3 * u, right + c3 * u
                if stage > 4:
                    u = w[(STAGE + 4 * N + i) * L + r]
                    inner, right = inner + a4 * u, right + c4 * u
                w[(INNER + i) * L + r] = inner
                w[(RIGHT + i) * L + r] = right * inverse[r]
                if last:
                    w[(AFTER + i) * L + r] = inner

    return sides


_solve_0, _solve_1, _solve_2, _solve_3, _solve_4, _solve_5 = (_solver(i) for i in range(6))
_sides_1, _sides_2, _sides_3, _sides_4, _sides_5 = (_sides(i) for i in range(1, 6))


@inline
def _sides_0(w: Array, n: int) -> None:
    """Inner and right rows of the first stage: theta and nothing."""
    w[INNER * L : (INNER + n) * L] = w[THETA * L : (THETA + n) * L]
    w[RIGHT * L : (RIGHT + n) * L] = 0.0


@inline
def sides(w: Array, n: int, stage: int, inverse: Array) -> None:
    """Inner and right rows of a stage."""
    if stage == 0:
        _sides_0(w, n)
    elif stage == 1:
        _sides_1(w, n, inverse)
    elif stage == 2:
        _sides_2(w, n, inverse)
    elif stage == 3:
        _sides_3(w, n, inverse)
    elif stage == 4:
        _sides_4(w, n, inverse)
    else:
        _sides_5(w, n, inverse)


@inline
def solve(w: Array, e: int, stage: int) -> None:
    """The solution for the right rows, into the rows of a stage."""
    if stage == 0:
        _solve_0(w, e)
    elif stage == 1:
        _solve_1(w, e)
    elif stage == 2:
        _solve_2(w, e)
    elif stage == 3:
        _solve_3(w, e)
    elif stage == 4:
        _solve_4(w, e)
    else:
        _solve_5(w, e)


@inline
def stage_means(w: Array, volumes: Array, means: Array) -> None:
    """Volume means of theta and of the six stages (7, L)."""
    for j in range(7):
        at = STAGE + (j - 1) * N if j > 0 else THETA
        for r in range(L):
            w[SPARE * L + r] = 0.0
        for i in range(min(len(volumes), N)):
            volume = volumes[i]
            for r in range(L):
                w[SPARE * L + r] += volume * w[(at + i) * L + r]
        for r in range(L):
            means[j, r] = w[SPARE * L + r]


@inline
def finish_step(w: Array, volumes: Array, vectors: Array, error: Array, means: Array) -> None:
    """The end of the step and the largest error.

    Long steps make the matrix nearly singular in the mean, which is known from the flux, and is 0
    of the error; shifts take out the rounding error.
    """
    length, flux, rise = vectors[0], vectors[2], vectors[3]
    missing, largest, mean = SPARE, SPARE + 1, SPARE + 2
    for r in range(L):
        gone = length[r] * (3.0 * flux[r] + 1.5 * rise[r] * length[r])
        w[missing * L + r], w[largest * L + r] = means[0, r] - gone, 0.0
        w[mean * L + r] = means[6, r]
    for i in range(min(len(volumes), N)):
        volume = volumes[i]
        for r in range(L):
            u = w[(STAGE + 5 * N + i) * L + r]
            w[largest * L + r] = max(w[largest * L + r], abs(u - w[mean * L + r]))
            after = w[(AFTER + i) * L + r] + u
            w[(AFTER + i) * L + r] = after
            w[missing * L + r] -= volume * after
    for i in range(min(len(volumes), N)):
        for r in range(L):
            w[(AFTER + i) * L + r] += w[missing * L + r]
    for r in range(L):
        error[r] = w[largest * L + r]


@inline
def move_on(w: Array, n: int, moving: Array) -> None:
    """theta becomes the end of the step where ``moving`` is 1."""
    for i in range(min(n, N)):
        for r in range(L):
            before, after = w[(THETA + i) * L + r], w[(AFTER + i) * L + r]
            w[(THETA + i) * L + r] = after if moving[r] > 0.0 else before
