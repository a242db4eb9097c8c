"""Equilibrium of a split body at one load: the least energy that damage lets it have.

    Pi(u) = 1/2 u K u - f u + int psi(d; kappa) dA

over the boundaries, psi what opening to d stores and dissipates after a largest opening kappa.
Newton steps with the exact tangent are taken where they lower Pi; else the secant stiffness
(1 - D) K0 is, which bounds psi from above (psi is concave in d^2), so its step always does. Pi
never rises, and where no equilibrium is near the iteration falls to the next one at the same load:
a pop-in.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from particle_sim.damage.interfaces.cohesive_law import CohesiveLaw
from particle_sim.damage.interfaces.split_body import SplitBody
from particle_sim.damage.interfaces.tangent_pattern import TangentPattern
from particle_sim.errors import ConvergenceError
from particle_sim.units import Array

TOLERANCE = 1e-10
"""Largest force left over the largest that acts, or that a facet bears at its strength."""

ROUNDING = 1e-14
"""Of sums whose terms are stiffness times displacement, a few machine epsilons."""

HELD = 1e-9
"""Share of the stiffness' diagonal that holds detached grains within an iteration; no force."""

MOST, HALVINGS = 400, 6
"""Iterations at one load, and halvings of a Newton step before the secant is taken."""

ENOUGH = 1e-4
"""Share of what its slope promises by which a step has to lower the energy (Armijo)."""


@dataclass(frozen=True, kw_only=True)
class Load:
    """Stiffness (m, m), forces (m,), and displacements prescribed where ``held`` (m,); scaled."""

    stiffness: sparse.csr_array
    forces: Array
    held: NDArray[np.bool_]
    prescribed: Array


@dataclass(frozen=True, kw_only=True)
class Cohesion:
    """The law (scaled) on all facets of a split body, after largest openings ``largest`` (f, q)."""

    pattern: TangentPattern
    law: CohesiveLaw
    largest: Array

    @property
    def body(self) -> SplitBody:
        return self.pattern.body

    def openings(self, displacement: Array) -> tuple[Array, Array, Array]:
        """Normal opening (f, q), what opens (f, q, d), its size d (f, q)."""
        normal, shear = self.body.openings(displacement)
        opens = shear + np.maximum(normal, 0.0)[..., None] * self.body.normals
        return normal, opens, np.linalg.norm(opens, axis=2)

    def grown(self, displacement: Array) -> Array:
        """kappa (f, q) once a displacement is accepted."""
        return np.maximum(self.largest, self.openings(displacement)[2])

    def energy(self, displacement: Array) -> float:
        """int psi dA: stored, and dissipated since kappa."""
        return self.stored(displacement) + self.dissipated(displacement)

    def stored(self, displacement: Array) -> float:
        normal, _, size = self.openings(displacement)
        secant = self.law.secant(np.maximum(self.largest, size))
        pressed = self.law.stiffness * np.minimum(normal, 0.0) ** 2
        return 0.5 * float(np.sum(self.body.facets.weights * (pressed + secant * size**2)))

    def dissipated(self, displacement: Array) -> float:
        """Since kappa."""
        grown = self.law.dissipated(self.grown(displacement))
        return float(np.sum(self.body.facets.weights * (grown - self.law.dissipated(self.largest))))

    def forces(self, displacement: Array) -> Array:
        """B^T t (m,)."""
        normal, opens, size = self.openings(displacement)
        secant = self.law.secant(np.maximum(self.largest, size))
        pressed = self.law.stiffness * np.minimum(normal, 0.0)
        traction = secant[..., None] * opens + pressed[..., None] * self.body.normals
        weighted = self.body.facets.weights[..., None] * traction
        return np.asarray(self.body.jump.T @ weighted.ravel())

    def tangent(self, displacement: Array, *, secant: bool) -> sparse.csr_array:
        """B^T C B (m, m) of the exact tangent, or of the secant stiffness."""
        normal, opens, size = self.openings(displacement)
        n = self.body.normals
        across = n[..., :, None] * n[..., None, :]
        stiff = self.law.secant(np.maximum(self.largest, size))[..., None, None]
        pressed = np.where(normal < 0, self.law.stiffness, 0.0)[..., None, None]
        is_open = (normal >= 0)[..., None, None]
        local = stiff * (np.eye(n.shape[-1]) - np.where(is_open, 0.0, across)) + pressed * across
        if not secant:
            known = np.maximum(self.largest, self.law.opening_at_peak)
            softens = (size > known) & (size < self.law.opening_at_break)
            along = opens / np.where(size > 0, size, 1.0)[..., None]
            fall = np.where(softens[..., None, None], self.law.softening + stiff, 0.0)
            local -= fall * along[..., :, None] * along[..., None, :]
        blocks = self.body.facets.weights[..., None, None] * local
        blocks = blocks.reshape(-1, *blocks.shape[2:])
        count = len(blocks)
        middle = sparse.bsr_array((blocks, np.arange(count), np.arange(count + 1)))
        jump = self.body.jump
        return sparse.csr_array(jump.T @ (middle.tocsr() @ jump))


@dataclass(kw_only=True)
class Descent:
    """One load's iteration; ``energies`` of its states never rise."""

    cohesion: Cohesion
    load: Load
    energies: list[float] = field(default_factory=list)

    def solve(self, displacement: Array) -> Array:
        """Displacement (m,) in equilibrium, from one near it."""
        at = np.where(self.load.held, self.load.prescribed, displacement)
        self.energies.append(self._energy(at))
        for _ in range(MOST):
            residual, left = self._residual(at)
            if left <= 1:
                return at
            moved = self._lower(at, self._step(at, residual, secant=False), residual, HALVINGS)
            if moved is None:
                moved = self._lower(at, self._step(at, residual, secant=True), residual, 40)
            if moved is None:
                break
            at = moved
        raise ConvergenceError(
            f"The boundaries found no equilibrium: after {len(self.energies)} states the largest "
            f"force left is {left:.1e} times what is allowed; take finer cells along the "
            "boundaries or a less stiff law.",
            last_state=at,
            residuals=(left,),
        )

    def _energy(self, at: Array) -> float:
        pull = self.load.stiffness @ at
        return float(0.5 * at @ pull - self.load.forces @ at) + self.cohesion.energy(at)

    def _residual(self, at: Array) -> tuple[Array, float]:
        """Forces left on free unknowns, and the largest of them over what is allowed."""
        law, weights = self.cohesion.law, self.cohesion.body.facets.weights
        parts = self.load.stiffness @ at, -self.load.forces, self.cohesion.forces(at)
        acting = max(law.strength * float(weights.max()), *(np.abs(each).max() for each in parts))
        allowed = TOLERANCE * acting + ROUNDING * self._stiffest * float(np.abs(at).max())
        residual = np.where(self.load.held, 0.0, sum(parts))
        return residual, float(np.abs(residual).max() / allowed)

    @property
    def _stiffest(self) -> float:
        """Largest entry of the grains' and the boundaries' stiffness."""
        law, weights = self.cohesion.law, self.cohesion.body.facets.weights
        return max(float(self.load.stiffness.max()), law.stiffness * float(weights.max()))

    def _step(self, at: Array, residual: Array, *, secant: bool) -> Array:
        stiffness = self.load.stiffness
        boundaries = self.cohesion.tangent(at, secant=secant)
        hold = sparse.csr_array(HELD * sparse.diags_array(stiffness.diagonal()))
        factors = self.cohesion.pattern.factorise([stiffness, boundaries, hold], self.load.held)
        return factors.precondition(-residual)

    def _lower(self, at: Array, step: Array, residual: Array, halvings: int) -> Array | None:
        """Where a step, halved or doubled, lowers the energy as its slope promises.

        Where boundaries give way a Newton step points uphill; then the other way leads down.
        """
        slope, before = float(residual @ step), self.energies[-1]
        if slope > 0:
            slope, step = -slope, -step
        rounding = ROUNDING * (abs(before) + self._stiffest * float(np.abs(at).max()) ** 2)
        for share in 0.5 ** np.arange(halvings):
            after = self._energy(at + share * step)
            if after <= before + ENOUGH * share * slope + rounding:
                break
        else:
            return None
        while share >= 1:
            further = self._energy(at + 2 * share * step)
            if further > after + ENOUGH * share * slope - rounding:
                break
            share, after = 2 * share, further
        self.energies.append(after)
        return np.asarray(at + share * step)
