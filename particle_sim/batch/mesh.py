"""Quadratic elements along the radius of a unit sphere, finer towards the surface.

Product approximation: sodium theta and the integral of the diffusivity Phi(theta) are both
quadratic in every element, so that  M dtheta/dt = -K Phi(theta) - q e_surface  with constant

    M_ij = int phi_i phi_j x^2 dx,    K_ij = int phi_i' phi_j' x^2 dx.

The sums over i of both are the sodium balance: what leaves is what passes the surface, to rounding.
Second derivatives of Phi count, so the order is 3 in theta and 4 at the vertices.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from particle_sim.units import Array

ELEMENTS = 12
"""Elements of every mesh; they keep the surface filling within 1e-4 (see the tests)."""

_POINTS, _WEIGHTS = np.polynomial.legendre.leggauss(4)
_S, _W = 0.5 * (_POINTS + 1), 0.5 * _WEIGHTS


@dataclass(frozen=True, kw_only=True)
class RadialElements:
    """Matrices of one mesh; e elements, their nodes ordered left, middle, right."""

    vertices: Array
    """x = r/R (e + 1,)"""
    mass: Array
    """(e, 6): left-left, left-middle, left-right, middle-middle, middle-right, right-right"""
    stiffness: Array
    """(e, 6), same order"""
    halves: Array
    """(e, 2, 3): weights of x^2 dx in both halves for values at the start, middle, end of a half"""

    @property
    def nodes(self) -> Array:
        """Vertices and middles from the centre to the surface (2 e + 1,)."""
        middles = 0.5 * (self.vertices[1:] + self.vertices[:-1])
        nodes = np.empty(2 * len(middles) + 1)
        nodes[::2], nodes[1::2] = self.vertices, middles
        return nodes

    @property
    def volumes(self) -> Array:
        """int phi_i 3 x^2 dx at the nodes (2 e + 1,); they sum to one."""
        left, inside, right = 3 * _row_sums(self.mass).T
        volumes = np.zeros(2 * len(left) + 1)
        volumes[1::2] = inside
        volumes[:-2:2] += left
        volumes[2::2] += right
        return volumes


def graded_elements(surface: float, depth: float = 1.0, elements: int = ELEMENTS) -> RadialElements:
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
    starts, sizes = vertices[:-1], np.diff(vertices)
    x = starts[:, None] + sizes[:, None] * _S
    values = _shapes(_S)
    slopes = np.stack([4 * _S - 3, 4 - 8 * _S, 4 * _S - 1])
    pairs = ((0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2))
    weights = _W * x**2
    return RadialElements(
        vertices=vertices,
        mass=np.stack([weights @ (values[i] * values[j]) for i, j in pairs], 1) * sizes[:, None],
        stiffness=np.stack([weights @ (slopes[i] * slopes[j]) for i, j in pairs], 1)
        / sizes[:, None],
        halves=np.stack(
            [_half(starts, 0.5 * sizes), _half(starts + 0.5 * sizes, 0.5 * sizes)], axis=1
        ),
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


def _shapes(s: Array) -> Array:
    return np.stack([(1 - s) * (1 - 2 * s), 4 * s * (1 - s), s * (2 * s - 1)])


def _half(starts: Array, sizes: Array) -> Array:
    x = starts[:, None] + sizes[:, None] * _S
    return ((_W * x**2) @ _shapes(_S).T) * sizes[:, None]


def _row_sums(packed: Array) -> Array:
    """Sums over j of symmetric element matrices (e, 3)."""
    ll, lm, lr, mm, mr, rr = packed.T
    return np.stack([ll + lm + lr, lm + mm + mr, lr + mr + rr], axis=1)
