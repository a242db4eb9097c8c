"""Compiled stiffness of straight quadratic tetrahedra, for 8, 4 or 1 displacement fields at once.

The gradient of a quadratic field is linear in a straight cell, so its values at the four vertices
say all. With barycentric gradients g_l, the gradient at vertex v is

    H_v = sum over l != v of  w_vl (x) g_l,    w_vl = 4 u_(edge vl) - u_l - 3 u_v,

and the forces follow from the stress integrated against linear functions,

    S_v = V / 20 C : sym(H_v + sum over w of H_w),    t_vl = S_v g_l,
    f_v += -3 sum over l of t_vl,   f_l += -t_vl,   f_(edge vl) += 4 t_vl:

about 1,100 operations per cell and field for a general C. The loop over fields is innermost and
becomes vector instructions. Importing this module needs numba; the first call compiles for some
seconds, later ones read numba's cache.
"""

from __future__ import annotations

from typing import Any

import numba as nb
import numpy as np
from numpy.typing import NDArray

from particle_sim.fem.machine_code import compiled

Floats = NDArray[np.floating[Any]]
Vector = tuple[float, float, float]
Symmetric = tuple[float, float, float, float, float, float]

WIDTHS = (1, 8)
"""Numbers of fields for which a kernel is made."""


@nb.njit(forceinline=True, fastmath=True)
def _load(b: Floats, width: int, i: int, r: int) -> Vector:
    return b[3 * i * width + r], b[(3 * i + 1) * width + r], b[(3 * i + 2) * width + r]


@nb.njit(forceinline=True, fastmath=True)
def _store(b: Floats, width: int, i: int, r: int, value: Vector) -> None:
    b[3 * i * width + r] = value[0]
    b[(3 * i + 1) * width + r] = value[1]
    b[(3 * i + 2) * width + r] = value[2]


@nb.njit(forceinline=True, fastmath=True)
def _bend(three: float, four: float, v: Vector, end: Vector, edge: Vector) -> Vector:
    """w_vl = 4 u_edge - u_l - 3 u_v."""
    return (
        four * edge[0] - end[0] - three * v[0],
        four * edge[1] - end[1] - three * v[1],
        four * edge[2] - end[2] - three * v[2],
    )


@nb.njit(forceinline=True, fastmath=True)
def _strain(a: Vector, b: Vector, c: Vector, ga: Vector, gb: Vector, gc: Vector) -> Symmetric:
    """Symmetric part of a (x) ga + b (x) gb + c (x) gc with engineering shear."""
    return (
        a[0] * ga[0] + b[0] * gb[0] + c[0] * gc[0],
        a[1] * ga[1] + b[1] * gb[1] + c[1] * gc[1],
        a[2] * ga[2] + b[2] * gb[2] + c[2] * gc[2],
        a[1] * ga[2] + b[1] * gb[2] + c[1] * gc[2] + a[2] * ga[1] + b[2] * gb[1] + c[2] * gc[1],
        a[0] * ga[2] + b[0] * gb[2] + c[0] * gc[2] + a[2] * ga[0] + b[2] * gb[0] + c[2] * gc[0],
        a[0] * ga[1] + b[0] * gb[1] + c[0] * gc[1] + a[1] * ga[0] + b[1] * gb[0] + c[1] * gc[0],
    )


@nb.njit(forceinline=True, fastmath=True)
def _sum(a: Symmetric, b: Symmetric, c: Symmetric, d: Symmetric) -> Symmetric:
    return (
        a[0] + b[0] + c[0] + d[0],
        a[1] + b[1] + c[1] + d[1],
        a[2] + b[2] + c[2] + d[2],
        a[3] + b[3] + c[3] + d[3],
        a[4] + b[4] + c[4] + d[4],
        a[5] + b[5] + c[5] + d[5],
    )


@nb.njit(forceinline=True, fastmath=True)
def _stress(own: Symmetric, total: Symmetric, c: tuple[float, ...]) -> Symmetric:
    """C : (own + total); c holds the upper triangle of C V / 20 by rows."""
    x = own[0] + total[0]
    y = own[1] + total[1]
    z = own[2] + total[2]
    p = own[3] + total[3]
    q = own[4] + total[4]
    s = own[5] + total[5]
    return (
        c[0] * x + c[1] * y + c[2] * z + c[3] * p + c[4] * q + c[5] * s,
        c[1] * x + c[6] * y + c[7] * z + c[8] * p + c[9] * q + c[10] * s,
        c[2] * x + c[7] * y + c[11] * z + c[12] * p + c[13] * q + c[14] * s,
        c[3] * x + c[8] * y + c[12] * z + c[15] * p + c[16] * q + c[17] * s,
        c[4] * x + c[9] * y + c[13] * z + c[16] * p + c[18] * q + c[19] * s,
        c[5] * x + c[10] * y + c[14] * z + c[17] * p + c[19] * q + c[20] * s,
    )


@nb.njit(forceinline=True, fastmath=True)
def _traction(s: Symmetric, g: Vector) -> Vector:
    return (
        s[0] * g[0] + s[5] * g[1] + s[4] * g[2],
        s[5] * g[0] + s[1] * g[1] + s[3] * g[2],
        s[4] * g[0] + s[3] * g[1] + s[2] * g[2],
    )


@nb.njit(forceinline=True, fastmath=True)
def _at_vertex(
    three: float, a: Vector, b: Vector, c: Vector, p: Vector, q: Vector, s: Vector
) -> Vector:
    """-(a + b + c) - 3 (p + q + s): tractions of the other vertices' stress and of its own."""
    return (
        -(a[0] + b[0] + c[0]) - three * (p[0] + q[0] + s[0]),
        -(a[1] + b[1] + c[1]) - three * (p[1] + q[1] + s[1]),
        -(a[2] + b[2] + c[2]) - three * (p[2] + q[2] + s[2]),
    )


@nb.njit(forceinline=True, fastmath=True)
def _on_edge(four: float, a: Vector, b: Vector) -> Vector:
    return four * (a[0] + b[0]), four * (a[1] + b[1]), four * (a[2] + b[2])


@nb.njit(forceinline=True, fastmath=True)
def _cell_forces(
    b: Floats,
    width: int,
    r: int,
    slopes: tuple[Vector, ...],
    moduli: tuple[float, ...],
    three: float,
    four: float,
) -> None:
    """Replace one field's displacements in ``b`` by the cell's forces."""
    g0, g1, g2, g3 = slopes
    u0, u1 = _load(b, width, 0, r), _load(b, width, 1, r)
    u2, u3 = _load(b, width, 2, r), _load(b, width, 3, r)
    m23, m13, m12 = _load(b, width, 4, r), _load(b, width, 5, r), _load(b, width, 6, r)
    m03, m02, m01 = _load(b, width, 7, r), _load(b, width, 8, r), _load(b, width, 9, r)
    w01, w02 = _bend(three, four, u0, u1, m01), _bend(three, four, u0, u2, m02)
    w03, w10 = _bend(three, four, u0, u3, m03), _bend(three, four, u1, u0, m01)
    w12, w13 = _bend(three, four, u1, u2, m12), _bend(three, four, u1, u3, m13)
    w20, w21 = _bend(three, four, u2, u0, m02), _bend(three, four, u2, u1, m12)
    w23, w30 = _bend(three, four, u2, u3, m23), _bend(three, four, u3, u0, m03)
    w31, w32 = _bend(three, four, u3, u1, m13), _bend(three, four, u3, u2, m23)
    h0, h1 = _strain(w01, w02, w03, g1, g2, g3), _strain(w10, w12, w13, g0, g2, g3)
    h2, h3 = _strain(w20, w21, w23, g0, g1, g3), _strain(w30, w31, w32, g0, g1, g2)
    total = _sum(h0, h1, h2, h3)
    s0, s1 = _stress(h0, total, moduli), _stress(h1, total, moduli)
    s2, s3 = _stress(h2, total, moduli), _stress(h3, total, moduli)
    t01, t02, t03 = _traction(s0, g1), _traction(s0, g2), _traction(s0, g3)
    t10, t12, t13 = _traction(s1, g0), _traction(s1, g2), _traction(s1, g3)
    t20, t21, t23 = _traction(s2, g0), _traction(s2, g1), _traction(s2, g3)
    t30, t31, t32 = _traction(s3, g0), _traction(s3, g1), _traction(s3, g2)
    _store(b, width, 0, r, _at_vertex(three, t10, t20, t30, t01, t02, t03))
    _store(b, width, 1, r, _at_vertex(three, t01, t21, t31, t10, t12, t13))
    _store(b, width, 2, r, _at_vertex(three, t02, t12, t32, t20, t21, t23))
    _store(b, width, 3, r, _at_vertex(three, t03, t13, t23, t30, t31, t32))
    _store(b, width, 4, r, _on_edge(four, t23, t32))
    _store(b, width, 5, r, _on_edge(four, t13, t31))
    _store(b, width, 6, r, _on_edge(four, t12, t21))
    _store(b, width, 7, r, _on_edge(four, t03, t30))
    _store(b, width, 8, r, _on_edge(four, t02, t20))
    _store(b, width, 9, r, _on_edge(four, t01, t10))


def _kernel(width: int) -> Any:
    @compiled(fastmath=True, error_model="numpy", nogil=True)
    def kernel(
        dofs: NDArray[np.int32], g: Floats, c: Floats, ks: Floats, field: Floats, forces: Floats
    ) -> None:
        b = np.empty(30 * width, field.dtype)
        three, four = ks[0], ks[1]
        for e in range(dofs.shape[0]):
            for i in range(10):
                node = dofs[e, i]
                for r in range(3 * width):
                    b[3 * i * width + r] = field[node, r]
            slopes = (
                (g[e, 0, 0], g[e, 0, 1], g[e, 0, 2]),
                (g[e, 1, 0], g[e, 1, 1], g[e, 1, 2]),
                (g[e, 2, 0], g[e, 2, 1], g[e, 2, 2]),
                (g[e, 3, 0], g[e, 3, 1], g[e, 3, 2]),
            )
            moduli = (
                c[e, 0], c[e, 1], c[e, 2], c[e, 3], c[e, 4], c[e, 5], c[e, 6],
                c[e, 7], c[e, 8], c[e, 9], c[e, 10], c[e, 11], c[e, 12], c[e, 13],
                c[e, 14], c[e, 15], c[e, 16], c[e, 17], c[e, 18], c[e, 19], c[e, 20],
            )  # fmt: skip
            for r in range(width):
                _cell_forces(b, width, r, slopes, moduli, three, four)
            for i in range(10):
                node = dofs[e, i]
                for r in range(3 * width):
                    forces[node, r] += b[3 * i * width + r]

    return kernel


KERNELS = {width: _kernel(width) for width in WIDTHS}


def apply(dofs: NDArray[np.int32], slopes: Floats, moduli: Floats, field: Floats) -> Floats:
    """K u for fields (n, 3, k), in the precision of the field.

    dofs (e, 10); slopes (e, 4, 3): gradients of the barycentric coordinates; moduli (e, 21):
    upper triangle of C times a twentieth of the volume. Other k are filled up to 8.
    """
    count, fields = len(field), field.shape[2]
    constants = np.array([3, 4], dtype=field.dtype)
    result = np.empty(field.shape, dtype=field.dtype)
    for start in range(0, fields, WIDTHS[-1]):
        used = min(fields - start, WIDTHS[-1])
        width = min(w for w in WIDTHS if w >= used)
        if used == width == fields:
            part = np.ascontiguousarray(field)
        else:
            part = np.zeros((count, 3, width), dtype=field.dtype)
            part[:, :, :used] = field[:, :, start : start + used]
        forces = np.zeros((count, 3 * width), dtype=field.dtype)
        KERNELS[width](dofs, slopes, moduli, constants, part.reshape(count, -1), forces)
        if used == width == fields:
            return forces.reshape(field.shape)
        result[:, :, start : start + used] = forces.reshape(count, 3, width)[:, :, :used]
    return result
