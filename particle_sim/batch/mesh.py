"""Elements along the radius of a unit sphere, quadratic in x^2 and finer towards the surface.

What a sphere holds is even in x = r/R, so that a polynomial in x^2 is good at the centre, where the
weight x^2 dx leaves values in x loose; a steady profile a + b x^2 is exact.

Product approximation: sodium theta and the integral of the diffusivity Phi(theta) are both
quadratic in every element, so that  M dtheta/dt = -K Phi(theta) - q e_surface  with constant

    M_ij = int phi_i phi_j x^2 dx,    K_ij = int phi_i' phi_j' x^2 dx.

The sums over i of both are the sodium balance: what leaves is what passes the surface, to rounding.
Second derivatives of Phi count, so the order is 3 in theta and 4 at the vertices.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from particle_sim.units import Array

MOST_ELEMENTS = 40
"""Of a mesh."""
SHORTEST = 1e-3
"""First step over the square of the outermost element: well inside what the mesh resolves."""
PAIRS = ((0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2))
"""Nodes of an element whose entries are kept."""

_POINTS, _WEIGHTS = np.polynomial.legendre.leggauss(6)
_S, _W = 0.5 * (_POINTS + 1), 0.5 * _WEIGHTS


@dataclass(frozen=True, kw_only=True)
class RadialElements:
    """Matrices of one mesh; e elements, their nodes ordered left, middle (of x^2), right."""

    vertices: Array
    """x = r/R (e + 1,)"""
    mass: Array
    """(e, 6): left-left, left-middle, left-right, middle-middle, middle-right, right-right"""
    stiffness: Array
    """(e, 6), same order"""
    halves: Array
    """(e, 2, 3): weights of x^2 dx in both halves for values at the start, middle, end of a half"""

    @cached_property
    def whole_mass(self) -> Array:
        """``mass`` of all nodes (2 e + 1, 2 e + 1); so few entries need no sparse product."""
        return _assembled(self.mass)

    @cached_property
    def whole_stiffness(self) -> Array:
        """``stiffness`` likewise."""
        return _assembled(self.stiffness)

    @cached_property
    def nodes(self) -> Array:
        """Vertices and middles from the centre to the surface (2 e + 1,)."""
        squares = self.vertices**2
        nodes = np.empty(2 * len(squares) - 1)
        nodes[::2], nodes[1::2] = squares, 0.5 * (squares[1:] + squares[:-1])
        return np.sqrt(nodes)

    @property
    def shortest(self) -> float:
        """The first step, and the one after a jump, over R^2/D."""
        return float(SHORTEST * (self.vertices[-1] - self.vertices[-2]) ** 2)

    @cached_property
    def volumes(self) -> Array:
        """int phi_i 3 x^2 dx at the nodes (2 e + 1,); they sum to one."""
        left, inside, right = 3 * _row_sums(self.mass).T
        volumes = np.zeros(2 * len(left) + 1)
        volumes[1::2] = inside
        volumes[:-2:2] += left
        volumes[2::2] += right
        return volumes


def graded_elements(surface: float, depth: float, elements: int) -> RadialElements:
    """A mesh whose outermost element is about ``surface`` wide and that resolves ``depth``.

    1 - x = depth (e^(a s) - 1)/(e^a - 1) at even s, with a such that the first step is ``surface``
    (both are shares of the radius). Where ``depth`` is below 1 the core is one element.
    """
    layer = elements if depth >= 1 else elements - 1
    grading = _grading(surface / depth, layer)
    s = np.linspace(1.0, 0.0, layer + 1)
    vertices = 1 - depth * (np.expm1(grading * s) / np.expm1(grading) if grading > 0 else s)
    if depth < 1:
        vertices = np.concatenate([[0.0], vertices])
    vertices[0], vertices[-1] = 0.0, 1.0
    x, weights, share = _points(vertices[:-1], vertices[1:])
    width = np.diff(vertices**2)[:, None]
    values = _shapes(share)
    slopes = np.stack([4 * share - 3, 4 - 8 * share, 4 * share - 1]) * 2 * x / width
    middles = np.sqrt(0.5 * (vertices[1:] ** 2 + vertices[:-1] ** 2))
    return RadialElements(
        vertices=vertices,
        mass=np.stack([(weights * values[i] * values[j]).sum(axis=1) for i, j in PAIRS], 1),
        stiffness=np.stack([(weights * slopes[i] * slopes[j]).sum(axis=1) for i, j in PAIRS], 1),
        halves=np.stack([_half(vertices[:-1], middles), _half(middles, vertices[1:])], axis=1),
    )


def _grading(surface: float, elements: int) -> float:
    if surface >= 1 / elements:
        return 0.0
    low, high = 0.0, 40.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        first = np.expm1(middle / elements) / np.expm1(middle) if middle > 0 else 1.0
        low, high = (middle, high) if first > surface else (low, middle)
    return 0.5 * (low + high)


def _points(starts: Array, ends: Array) -> tuple[Array, Array, Array]:
    """x, weights of x^2 dx and shares in x^2 of the quadrature points between (e, 6)."""
    starts, ends = starts[:, None], ends[:, None]
    x = starts + (ends - starts) * _S
    return x, (ends - starts) * _W * x**2, (x**2 - starts**2) / (ends**2 - starts**2)


def _shapes(s: Array) -> Array:
    return np.stack([(1 - s) * (1 - 2 * s), 4 * s * (1 - s), s * (2 * s - 1)])


def _half(starts: Array, ends: Array) -> Array:
    _, weights, share = _points(starts, ends)
    return np.asarray((weights * _shapes(share)).sum(axis=2).T)


def _assembled(packed: Array) -> Array:
    """Symmetric element matrices (e, 6) as one."""
    count = len(packed)
    whole = np.zeros((2 * count + 1, 2 * count + 1))
    first = 2 * np.arange(count)
    for values, (i, j) in zip(packed.T, PAIRS, strict=True):
        np.add.at(whole, (first + i, first + j), values)
        if i != j:
            np.add.at(whole, (first + j, first + i), values)
    return whole


def _row_sums(packed: Array) -> Array:
    """Sums over j of symmetric element matrices (e, 3)."""
    ll, lm, lr, mm, mr, rr = packed.T
    return np.stack([ll + lm + lr, lm + mm + mr, lr + mr + rr], axis=1)
