"""Diffusion on both sides of a sharp phase boundary that moves: fluxes, tangent and steps.

Everything is scaled (R = D = c_max = 1) and turned so that the sphere is filled from its surface.
With v = (r/R)^3, X = (r/R)^2 and Phi(theta) = theta - chi theta^2 + 2/3 chi theta^3, whose slope is
the thermodynamic factor 1 - 2 chi theta (1 - theta), the flow through a sphere v is

    G = -3 r^2 dPhi/dr = -6 v dPhi/dX,

which is exact for parabolas in r between cells at their mean X. The boundary lies at v = w, with
the binodals a in the core and b in the shell at it, and moves by the Stefan condition

    (b - a) dw/dt = G_shell - G_core.

Its width shifts the potentials at it (:class:`~particle_sim.batch.phase_boundary.Boundary`).
Cells keep their share of their phase: faces are at v = base + w slope, so that the volume which a
face sweeps is linear in w and what a cell holds changes by flows alone. A step is RODAS with the
exact tangent. The unknowns are the contents of the cells and w.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from particle_sim.batch.numpy_step import total
from particle_sim.batch.phase_boundary import Boundary, spinodal_filling
from particle_sim.batch.rosenbrock import ALPHA, DERIVATIVE, GAMMA, A, C
from particle_sim.units import Array

IMAGINARY = 1e-30
"""Of a complex step: the derivative along w to the last digits."""


@dataclass(frozen=True, kw_only=True)
class Cells:
    """K cells between faces at ``base`` + w ``slope`` (K + 1,); ``front``: the boundary's face."""

    base: Array
    slope: Array
    front: int | None = None

    def parts(self, state: Array) -> tuple[Array, Array]:
        """Faces (n, K + 1) and contents (n, K) of a state."""
        if self.front is None:
            return np.broadcast_to(self.base, (len(state), len(self.base))), state
        return self.base + state[:, -1:] * self.slope, state[:, :-1]


@dataclass(frozen=True, kw_only=True)
class Solution:
    """Regular solutions of n spheres."""

    chi: Array
    low: Array
    """Binodal of the core (n,)"""
    boundary: Boundary

    def part(self, which: NDArray[np.intp]) -> Solution:
        """Those of some spheres."""
        boundary = self.boundary.part(which)
        return Solution(chi=self.chi[which], low=self.low[which], boundary=boundary)

    def at_front(self, w: Array, inflow: Array) -> tuple[Array, Array, Array]:
        """theta of the core, and Phi of core and shell, at a boundary of finite width."""
        known, low = self.boundary, self.low
        through = inflow / w ** (2 / 3)
        mobile = low * (1 - low)
        both = -known.energy / w ** (1 / 3) - known.drag * through
        apart = 0.5 * known.bypass * through
        core = self.potential(low) + mobile * (both + apart)
        shell = self.potential(1 - low) + mobile * (both - apart)
        return low + both / (1 / mobile - 2 * self.chi), core, shell

    @property
    def bend(self) -> Array:
        """theta of the core from which its factor is the least one (n,)."""
        return 0.5 - np.sqrt(0.25 - (1 - self.boundary.least) / (2 * self.chi))

    def potential(self, theta: Array) -> Array:
        """Phi(theta) (n, ...), straight for a core past ``bend``."""
        chi, bend, least = (
            each.reshape(-1, *[1] * (theta.ndim - 1))
            for each in (self.chi, self.bend, self.boundary.least)
        )
        past = np.where(theta.real < 0.5, np.maximum(theta.real - bend, 0.0), 0.0)
        return np.asarray(_smooth(theta - past, chi) + least * past)

    def smooth_potential(self, theta: Array) -> Array:
        """Phi(theta) (n,) without that."""
        return _smooth(theta, self.chi)

    def factor(self, theta: Array) -> Array:
        """dPhi/dtheta (n, K)."""
        least = np.where(theta < 0.5, self.boundary.least[:, None], -np.inf)
        return np.maximum(1 - 2 * self.chi[:, None] * theta * (1 - theta), least)

    def filling(self, potential: Array, sign: float) -> Array:
        """theta (n,) of Phi in the shell (``sign`` 1) or the core (-1), by Newton's method.

        With z = sign (theta - 1/2), Phi is a convex cubic beyond the spinodal.
        """
        bend = self.potential(self.bend)
        past = np.maximum(potential - bend, 0.0) if sign < 0 else np.zeros_like(potential)
        rise = sign * (potential - past - (0.5 - self.chi / 6))
        z = np.full_like(rise, 1.5)
        lowest = 0.5 - spinodal_filling(self.chi)
        for _ in range(60):
            value = z * (1 - 0.5 * self.chi + 2 / 3 * self.chi * z**2) - rise
            slope = 1 - 0.5 * self.chi + 2 * self.chi * z**2
            z = np.maximum(z - value / np.maximum(slope, 1e-9), lowest)
        return np.asarray(0.5 + sign * z + past / np.maximum(self.boundary.least, 1e-300))


@dataclass(frozen=True, kw_only=True)
class _Flow:
    """Flows through inner faces (n, K - 1), and what their tangent is made of."""

    through: Array
    rate: Array
    """dw/dt (n,)"""
    edge: Array
    """theta at the faces"""
    volume: Array
    theta: Array
    left: Array
    """-dG/dPhi of the cell on the left"""
    right: Array


def _smooth(theta: Array, chi: Array) -> Array:
    return np.asarray(theta * (1 - chi * theta * (1 - 2 / 3 * theta)))


def mean_places(faces: Array) -> Array:
    """Mean of (r/R)^2 over each cell."""
    return np.asarray(0.6 * np.diff(faces ** (5 / 3), axis=1) / np.diff(faces, axis=1))


def _flow(state: Array, cells: Cells, solution: Solution, inflow: Array) -> _Flow:
    faces, content = cells.parts(state)
    volume = np.diff(faces, axis=1)
    theta = content / volume
    place = mean_places(faces)
    potential = solution.potential(theta)
    left = 6 * faces[:, 1:-1] / np.diff(place, axis=1)
    right = left.copy()
    through = -left * np.diff(potential, axis=1)
    edge = 0.5 * (theta[:, 1:] + theta[:, :-1])
    rate = np.zeros(len(state), dtype=state.dtype)
    if cells.front is not None:
        i, w = cells.front - 1, faces[:, cells.front]
        low, at_core, at_shell = solution.at_front(w, inflow)
        left[:, i] = 6 * w / (w ** (2 / 3) - place[:, i])
        right[:, i] = 6 * w / (place[:, i + 1] - w ** (2 / 3))
        core = -left[:, i] * (at_core - potential[:, i])
        shell = -right[:, i] * (potential[:, i + 1] - at_shell)
        rate = (shell - core) / (1 - 2 * solution.low)
        edge[:, i], through[:, i] = low, core
        through = through - edge * cells.slope[1:-1] * rate[:, None]
    return _Flow(
        through=through,
        rate=rate,
        edge=edge,
        volume=volume,
        theta=theta,
        left=left,
        right=right,
    )


def _change(flow: _Flow, cells: Cells, inflow: Array) -> Array:
    """d(state)/dt with 3 q entering at the surface."""
    parts = [-flow.through[:, :1], -np.diff(flow.through, axis=1), flow.through[:, -1:]]
    parts[2] = parts[2] + 3 * inflow[:, None]
    return np.concatenate(parts + [flow.rate[:, None]] * (cells.front is not None), axis=1)


def _tangent(state: Array, flow: _Flow, cells: Cells, solution: Solution, inflow: Array) -> Array:
    """d(change)/d(state) (n, size, size); the columns of the cells add up to 0 to rounding."""
    count, inner = flow.through.shape
    size, rows = state.shape[1], np.arange(inner)
    factor = solution.factor(flow.theta)
    matrix = np.zeros((count, inner + 2, size))  # of the flows through all faces
    swept = 0.5 * cells.slope[1:-1] * flow.rate[:, None]
    before, after = factor / flow.volume, 1 / flow.volume
    matrix[:, rows + 1, rows] = flow.left * before[:, :-1] - swept * after[:, :-1]
    matrix[:, rows + 1, rows + 1] = -flow.right * before[:, 1:] - swept * after[:, 1:]
    result = np.zeros((count, size, size))
    if cells.front is not None:
        i, jump = cells.front - 1, 1 - 2 * solution.low
        matrix[:, i + 1, i] = flow.left[:, i] * before[:, i]
        matrix[:, i + 1, i + 1] = 0.0
        result[:, -1, i] = -flow.left[:, i] * before[:, i] / jump
        result[:, -1, i + 1] = -flow.right[:, i] * before[:, i + 1] / jump
        moved = flow.edge * cells.slope[1:-1]
        matrix[:, 1:-1, i : i + 2] -= moved[:, :, None] * result[:, None, -1, i : i + 2]
        aside = state.astype(complex)
        aside[:, -1] += 1j * IMAGINARY
        turned = _flow(aside, cells, solution, inflow)
        matrix[:, 1:-1, -1] = turned.through.imag / IMAGINARY
        result[:, -1, -1] = turned.rate.imag / IMAGINARY
    result[:, : inner + 1] = -np.diff(matrix, axis=1)
    return result


def step(
    state: Array, length: Array, inflow: tuple[Array, Array], cells: Cells, solution: Solution
) -> tuple[Array, Array]:
    """State after a step under q and dq/dt, and its error in theta and w (n,)."""
    level, rise = inflow
    flow = _flow(state, cells, solution, level)
    span = length[:, None]
    tangent = _tangent(state, flow, cells, solution, level)
    inverse = np.linalg.inv(np.eye(state.shape[1]) / (GAMMA * span[:, :, None]) - tangent)
    stages: list[Array] = []
    for i in range(6):
        if i:
            flow = _flow(state + total(A[i], stages), cells, solution, level)
        passing = level + rise * length * (ALPHA[i] + DERIVATIVE[i])
        right = _change(flow, cells, passing)
        if i:
            right += total(C[i], stages) / span
        stages.append((inverse @ right[:, :, None])[:, :, 0])
    last = stages[5]
    error = np.abs(last)
    volume = np.diff(cells.parts(state)[0], axis=1)
    error[:, : volume.shape[1]] /= volume
    return state + total(A[5], stages[:5]) + last, error.max(axis=1)
