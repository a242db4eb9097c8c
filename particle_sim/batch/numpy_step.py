"""One step of all particles in NumPy, and their stresses: all elements and particles at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from particle_sim.batch import block as b
from particle_sim.batch.control import between
from particle_sim.batch.mesh import RadialElements
from particle_sim.batch.rosenbrock import ALPHA, DENSE, DERIVATIVE, GAMMA, A, C
from particle_sim.transport.table import read, read_both
from particle_sim.units import Array


@dataclass(frozen=True, kw_only=True)
class Step:
    """A step of all particles (n, b) with what :func:`control.between` needs."""

    before: Array
    after: Array
    dense: tuple[Array, Array]
    error: Array

    def at(self, s: Array) -> Array:
        """theta at a share s of the step (n, b)."""
        return np.asarray(between(self.before, self.after, *self.dense, s))

    @property
    def edge(self) -> Array:
        """The surface's filling before and after, and its curve (4, b)."""
        return np.stack([self.before[-1], self.after[-1], self.dense[0][-1], self.dense[1][-1]])

    def means(self, elements: RadialElements) -> Array:
        """The same of the mean (4, b)."""
        return np.stack(
            [elements.volumes @ each for each in (self.before, self.after, *self.dense)]
        )


def step(
    theta: Array,
    length: Array,
    flux: tuple[Array, Array],
    model: tuple[RadialElements, b.Shapes],
    drift: Array,
) -> Step:
    """Six stages. Long steps make the matrix nearly singular in the mean, which is known from
    the flux, and is 0 of the error; shifts take out the rounding error."""
    elements, shapes = model
    level, rise = flux
    solver = Factors(elements, 1 / (GAMMA * length), diffusivity(shapes, theta, drift)[0])
    stages: list[Array] = []
    for i in range(6):
        inner = theta + total(A[i], stages) if i else theta
        right = -elements.whole_stiffness @ diffusivity(shapes, inner, drift)[1]
        if i:
            right += elements.whole_mass @ (total(C[i], stages) / length)
        right[-1] -= level + rise * length * (ALPHA[i] + DERIVATIVE[i])
        stages.append(solver.substitute(right, solver.eliminate(right)[0]))
    last = stages[5]
    after = theta + total(A[5], stages[:5]) + last
    bend = 1.5 * rise * length**2
    after -= elements.volumes @ (after - theta) + 3 * length * level + bend
    dense = (total(DENSE[0], stages[:5]), total(DENSE[1], stages[:5]))
    for curve, mean in zip(dense, (bend, 0 * bend), strict=True):
        curve -= elements.volumes @ curve - mean
    error = np.abs(last - elements.volumes @ last).max(axis=0)
    return Step(before=theta, after=after, dense=dense, error=error)


def total(weights: tuple[float, ...], stages: list[Array]) -> Array:
    """sum_j weights_j stages_j."""
    result = weights[0] * stages[0]
    for weight, stage in zip(weights[1:], stages[1:], strict=True):
        result += weight * stage
    return result


def diffusivity(shapes: b.Shapes, theta: Array, drift: Array) -> tuple[Array, Array]:
    """D and its integral over theta, the drift's share included."""
    if shapes.diffusivity.is_constant:
        value, integral = np.ones_like(theta), theta
    else:
        value, integral = read_both(shapes.diffusivity, theta)
    if drift.any():
        more, extra = read_both(shapes.mobile, theta)
        value, integral = value + drift * more, integral + drift * extra
    return value, integral


class Factors:
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

    def eliminate(self, right: Array) -> tuple[Array, Array]:
        """Vertices with all below them eliminated, and what one unit at the surface does there."""
        middle = right[1::2]
        vertex = right[::2].copy()
        vertex[:-1] -= self.to_left * middle
        vertex[1:] -= self.to_right * middle
        for i in range(len(vertex) - 1):
            vertex[i + 1] -= self.lower[i] * vertex[i]
        return vertex, self.pivots[-1]

    def substitute(self, right: Array, vertex: Array) -> Array:
        """The solution at all nodes; ``right`` is not changed, ``vertex`` is."""
        middle = right[1::2]
        vertex *= self.pivots
        for i in range(len(vertex) - 2, -1, -1):
            vertex[i] -= self.upper[i] * vertex[i + 1]
        solution = np.empty_like(right)
        solution[::2] = vertex
        solution[1::2] = (
            self.inverse * middle - self.back_left * vertex[:-1] - self.back_right * vertex[1:]
        )
        return solution


def stresses(theta: Array, elements: RadialElements, shapes: b.Shapes) -> list[Array]:
    """Hoop, tension and hydrostatic peaks over the nodes of a free sphere, over E span/(1 - nu).

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
    return [np.maximum(hoop.max(axis=0), centre), hoop[-1], hydrostatic]
