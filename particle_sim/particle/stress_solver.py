"""Steps of a body whose stress acts back on its sodium, with the displacement condensed.

A step (x, phi, u, v) of sodium, potential, displacement and electrode potentials solves

    K u = b_u + P^T x,   M phi = b_phi - S x - s P u,   A x + B phi + C v = b.

u and phi follow from x. In short waves a body has room to strain along them, so that what x does
to phi is nearly a factor, -M^-1 (S + s P K^-1 P^T) = kappa (``Coupling.relaxed``; exact in a ball,
where sigma_h + 2 E beta' theta / (3 (1 - nu)) is even), and A + B kappa a diffusion with a larger
D. What in a cell varies faster than its strain can is clamped, and has the larger factor of
``Coupling.clamped``. A pass solves for that diffusion, lets u and phi follow, and leaves to the
next one what the factors leave out: some hundredths, smooth, and alike on every mesh.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from scipy import sparse

from particle_sim.fem.conjugate_gradients import History
from particle_sim.fem.space import Space
from particle_sim.particle.coupling import Coupling
from particle_sim.particle.forms import SodiumForms
from particle_sim.particle.linearised import Linearised, even_shift, identity_rows
from particle_sim.particle.tangent_solver import TangentSolver
from particle_sim.units import Array

DIFFUSING, FOLLOWING = 1e-2, 3e-2
"""Residuals of a pass's solves for sodium and for displacement, over their right-hand sides; what
they leave, and what an earlier stage left, is part of the next one's."""

PASSES = 40
"""Most of them in one solve."""

ENOUGH = 1e-4
"""Residual of the sodium, over its right-hand side, at which a solve ends."""

EQUILIBRIUM = 1e-9
"""That of the displacement in the first state, where it does not follow an earlier one."""

POTENTIAL = 1e-3
"""Residual of a step's solves for phi, over their right-hand sides."""


@dataclass(kw_only=True)
class StressSolver:
    """Of one body; ``sodium`` solves for a diffusion with the larger D, and remembers it."""

    sodium: TangentSolver
    history: History | None = None
    elastic_methods: set[str] = field(default_factory=set)
    stage: _Stage | None = None

    @property
    def methods(self) -> set[str]:
        """What was done, in words."""
        return self.sodium.methods | self.elastic_methods

    def solve_mass(self, matrix: sparse.csr_array, right_side: Array, *, symmetric: bool) -> Array:
        """Solve with the mass matrix."""
        return self.sodium.solve_mass(matrix, right_side, symmetric=symmetric)

    def solve(
        self, tangent: Linearised, residual: Array, overall_residual: Array
    ) -> tuple[Array, Array]:
        """Step of all unknowns and of the global ones; conserves sodium to rounding."""
        stage = self._stage(tangent)
        n, t, right = stage.size, len(residual), -np.concatenate([residual, overall_residual])
        step, left = np.zeros_like(right), right
        wanted = ENOUGH * float(np.linalg.norm(np.append(left[:n], left[t:])))
        for _ in range(PASSES):
            sodium = np.append(left[:n], left[t:])
            x = self.sodium.approximate(stage.diffusion, sodium, DIFFUSING)
            step = step + self._followed(stage, left, x[:n], x[n:])
            left = right - stage.product(step)
            if float(np.linalg.norm(left[:n])) <= wanted:
                break
        else:
            raise np.linalg.LinAlgError("the steps of a stress drift did not converge")
        x = np.append(step[:n], step[t:])
        stage.conserve(right, step, x)
        return np.concatenate([x[:n], step[n:t]]), x[n:]

    def _stage(self, tangent: Linearised) -> _Stage:
        """The matrices of a tangent, made once."""
        if self.stage is None or self.stage.linearised is not tangent:
            assert tangent.coupling is not None
            method = tangent.coupling.elasticity.solver.method
            self.elastic_methods.add(f"displacement: {method}, condensed")
            self.stage = _Stage(
                linearised=tangent, coupling=tangent.coupling, forms=self.sodium.forms
            )
        return self.stage

    def _followed(self, stage: _Stage, right: Array, x: Array, overall: Array) -> Array:
        """A step x of theta and of the potentials, with what u and phi follow it by."""
        n, coupling = stage.size, stage.coupling
        load = coupling.push.T @ x
        load[coupling.elasticity.supports.fixed] = 0.0
        load += right[2 * n : 2 * n + coupling.elasticity.size]
        past = History.empty(len(load)) if self.history is None else self.history
        tolerance = FOLLOWING if stage.linearised.length else EQUILIBRIUM
        u, self.history = coupling.elasticity.solver.follow(load, tolerance, past)
        potential = right[n : 2 * n] - stage.slope @ x - coupling.scale * (coupling.push @ u)
        mass = self.sodium.forms.mass_matrix
        phi = self.sodium.solve_mass(mass, potential, symmetric=True, tolerance=POTENTIAL)
        return np.concatenate([x, phi, u, overall])


@dataclass(frozen=True, kw_only=True)
class _Stage:
    """The matrices of one tangent; n dofs of the sodium, g electrode potentials."""

    linearised: Linearised
    coupling: Coupling
    forms: SodiumForms

    @property
    def size(self) -> int:
        """Number of the sodium's dofs n."""
        return self.forms.space.dimension

    @cached_property
    def _factors(self) -> tuple[Array, Array]:
        """What takes theta to phi in a cell (e, i, i), and at the dofs (n,), roughly."""
        space, coupling = self.forms.space, self.coupling
        relaxed, clamped = (
            np.maximum((space.weights * each).sum(axis=1) / space.weights.sum(axis=1), 0.0)
            for each in (coupling.relaxed, coupling.clamped)
        )
        followed = _followed(space, coupling.elasticity.space.order - 1)
        both = relaxed[:, None, None], clamped[:, None, None]
        inside = both[0] * followed + both[1] * (np.eye(len(followed)) - followed)
        dofs, size = space.cell_dofs.ravel(), space.cell_dofs.shape[1]
        total = np.bincount(dofs, np.repeat(relaxed, size)) / np.bincount(dofs)
        return inside, np.asarray(total)

    @cached_property
    def _parts(self) -> tuple[Array, Array, Array]:
        """A, B and S by cell (e, i, i)."""
        blocks, i = self.linearised.blocks, self.forms.space.cell_dofs.shape[1]
        return blocks[:, :i, :i], blocks[:, :i, i:], blocks[:, i:, :i]

    @cached_property
    def direct(self) -> sparse.csr_array:
        """A (n, n)"""
        matrix = self.forms.pattern.assemble(self._parts[0])
        return identity_rows(matrix, self.linearised.held_dofs)

    @cached_property
    def mobile(self) -> sparse.csr_array:
        """B (n, n), nothing in the rows of held dofs."""
        matrix = self.forms.pattern.assemble(self._parts[1])
        free = ~np.isin(np.arange(self.size), self.linearised.held_dofs)
        return sparse.csr_array(sparse.diags_array(free.astype(float)) @ matrix)

    @cached_property
    def slope(self) -> sparse.csr_array:
        """S (n, n)"""
        return self.forms.pattern.assemble(self._parts[2])

    @cached_property
    def diffusion(self) -> Linearised:
        """The sodium alone, with A + B kappa."""
        first, second, _ = self._parts
        n, (inside, at_dofs) = self.size, self._factors
        given, mobility = self.linearised, self.linearised.mobility
        assert mobility is not None
        return replace(
            given,
            residual=given.residual[:n],
            pattern=self.forms.pattern,
            make_blocks=lambda: first + second @ inside,
            coupling=None,
            borders=replace(
                given.borders,
                columns=given.columns[:n],
                rows=given.rows[:, :n] + given.rows[:, n:] * at_dofs,
            ),
            diffusivity=given.diffusivity + mobility * self.coupling.relaxed,
        )

    def product(self, step: Array) -> Array:
        """The tangent times a step of all unknowns."""
        n, t = self.size, 2 * self.size + self.coupling.elasticity.size
        theta, phi, u, overall = step[:n], step[n : 2 * n], step[2 * n : t], step[t:]
        (on_phi, equilibrium), given = self.coupling.apply(theta, u), self.linearised
        return np.concatenate(
            [
                self.direct @ theta + self.mobile @ phi + given.columns[:n] @ overall,
                self.slope @ theta + self.forms.mass_matrix @ phi + on_phi,
                equilibrium,
                given.rows @ step[: 2 * n] + given.corner @ overall,
            ]
        )

    def conserve(self, right: Array, step: Array, x: Array) -> None:
        """Make the totals exact, in place: an even shift of theta, and of the potentials."""
        if self.linearised.held:
            return
        n, given, t = self.size, self.linearised, len(step) - self.linearised.corner.shape[0]
        left = right - self.product(step)
        by_theta = np.append(self.direct.sum(), given.rows[:, :n].sum(axis=1))
        shift = even_shift(given, n, np.append(left[:n].sum(), left[t:]), by_theta)
        x[:n] += shift[0]
        x[n:] += shift[1:]


def _followed(sodium: Space, order: int) -> Array:
    """The part of theta that a strain can follow, from dofs to dofs of a cell (i, i)."""
    low = sodium.of_order(max(order, 1))
    weighted = low.values * sodium.rule_weights[:, None]
    fitted = np.linalg.solve(low.values.T @ weighted, weighted.T @ sodium.values)
    return np.asarray(low.tabulate(sodium.local_points)[0] @ fitted)
