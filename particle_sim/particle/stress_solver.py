"""Newton steps of a body whose stress acts back on its sodium, with the displacement condensed.

A step (x, phi, u, v) of sodium, potential, displacement and electrode potentials solves

    K u = b_u + P^T x,   M phi = b_phi - S x - s P u,   A x + B phi + C v = b.

u and phi follow from x. In short waves a body has room to strain along them, so that what x does
to phi is nearly a factor, -M^-1 (S + s P K^-1 P^T) = kappa (``Coupling.relaxed``; exact in a ball,
where sigma_h + 2 E beta' theta / (3 (1 - nu)) is even), and A + B kappa a diffusion with a larger
D. What in a cell varies faster than its strain can is clamped, and has the larger factor of
``Coupling.clamped``. A step solves for that diffusion, lets u and phi follow, and leaves to the
next one what the factors leave out: some hundredths, smooth, and alike on every mesh. As the
residual is exact, A, B and S may be of an earlier state; they are kept for a stage length, unless
a step leaves more than ``SLOW`` of the residual.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from scipy import sparse

from particle_sim.fem.conjugate_gradients import History
from particle_sim.particle.coupling import Coupling
from particle_sim.particle.forms import SodiumForms
from particle_sim.particle.linearised import Linearised, identity_rows
from particle_sim.particle.tangent_solver import TangentSolver
from particle_sim.units import Array

DIFFUSING, FOLLOWING = 1e-2, 3e-3
"""Residuals of a step's solves for sodium and for displacement, over their right-hand sides."""

EQUILIBRIUM = 1e-9
"""Residual of the elastic solve over its whole load: at the start, and the least afterwards."""

POTENTIAL = 1e-3
"""Residual of a step's solves for phi, over their right-hand sides."""

MOST_SWEEPS = 30

SLOW = 0.2
"""Part of the residual that a step with earlier matrices may leave."""


@dataclass(kw_only=True)
class StressSolver:
    """Of one body; ``sodium`` solves for a diffusion with the larger D, and remembers it.

    ``forcing``: part of the residual that a step may leave. Newton's method corrects whatever one
    sweep leaves; a smaller part than that takes more sweeps over the linear system.
    """

    sodium: TangentSolver
    forcing: float = 1.0
    history: History | None = None
    elastic_methods: set[str] = field(default_factory=set)
    stage: _Stage | None = None
    expected: Array = field(default_factory=lambda: np.zeros(0))
    """Unknowns after the last step"""
    left: float = 0.0
    """Norm of the residual before it"""

    @property
    def methods(self) -> set[str]:
        """What was done, in words."""
        return self.sodium.methods | self.elastic_methods

    def solve_mass(self, matrix: sparse.csr_array, right_side: Array, *, symmetric: bool) -> Array:
        """Solve with the mass matrix."""
        return self.sodium.solve_mass(matrix, right_side, symmetric=symmetric)

    def solve(self, linearised: Linearised) -> tuple[Array, Array]:
        """Step of all unknowns and of the global ones; conserves sodium to rounding."""
        residual, goes_on = linearised.residual, self._goes_on(linearised)
        stage = self._stage(linearised, goes_on=goes_on)
        whole = np.append(residual, linearised.overall_residual)
        step, left = np.zeros(len(whole)), whole
        for _ in range(MOST_SWEEPS):
            old = (linearised.packed[: len(residual)] + step[: len(residual)])[2 * stage.size :]
            step = step + self._swept(stage, left, old, follows=goes_on)
            if self.forcing >= 1:
                break
            left, goes_on = whole + stage.product(step), True
            if np.linalg.norm(left) <= self.forcing * np.linalg.norm(whole):
                break
        else:
            raise np.linalg.LinAlgError("a step with stress did not converge")
        packed, overall = step[: len(residual)], step[len(residual) :]
        self.expected = linearised.packed[: len(packed)] + packed
        return packed, overall

    def _swept(self, stage: _Stage, residual: Array, old: Array, *, follows: bool) -> Array:
        """One sweep for a residual of all rows, global ones last, at the displacement ``old``."""
        n, m = stage.size, len(old)
        right = -np.append(residual[:n], residual[2 * n + m :])
        for_phi, unbalanced = -residual[n : 2 * n], residual[2 * n : 2 * n + m]
        u = np.zeros(m)
        if not follows:  # theta was guessed, and the displacement has not followed
            u = self._followed(stage, unbalanced, old, np.zeros(n))
        phi = _potential(stage, self.sodium, for_phi, u)
        x = self.sodium.approximate(stage.diffusion, right - stage.moved(phi), DIFFUSING)
        u = self._followed(stage, unbalanced, old, x[:n])
        phi = _potential(stage, self.sodium, for_phi - stage.slope @ x[:n], u)
        conserve(stage, right - stage.moved(phi), x)
        return np.concatenate([x[:n], phi, u, x[n:]])

    def _goes_on(self, linearised: Linearised) -> bool:
        """Whether this is the next iteration of the same stage."""
        size = len(self.expected)
        return size > 0 and np.array_equal(linearised.packed[:size], self.expected)

    def _stage(self, linearised: Linearised, *, goes_on: bool) -> _Stage:
        """The matrices at hand, or new ones."""
        size, before = float(np.linalg.norm(linearised.residual)), self.left
        self.left, known = size, self.stage
        fast = not goes_on or size <= SLOW * before
        if (
            known is not None
            and fast
            and known.linearised.length == linearised.length
            and len(linearised.overall_residual) == 0
        ):
            return known
        assert linearised.coupling is not None
        self.elastic_methods.add(
            f"displacement: {linearised.coupling.elasticity.solver.method}, condensed"
        )
        self.stage = _Stage(
            linearised=linearised, coupling=linearised.coupling, forms=self.sodium.forms
        )
        return self.stage

    def _followed(self, stage: _Stage, unbalanced: Array, old: Array, x: Array) -> Array:
        """Displacement step to equilibrium after a step x of theta, found near earlier states."""
        elasticity = stage.coupling.elasticity
        missing = stage.coupling.push.T @ x
        missing[elasticity.supports.fixed] = 0.0
        missing -= unbalanced
        load = missing + elasticity.constant_stiffness @ old
        size = max(float(np.linalg.norm(load)), 1e-300)
        changed = float(np.linalg.norm(missing)) if stage.linearised.length else 0.0
        tolerance = max(FOLLOWING * changed / size, EQUILIBRIUM)
        past = History.empty(len(load)) if self.history is None else self.history
        found, self.history = elasticity.solver.follow(load, tolerance, past)
        return found - old


@dataclass(frozen=True, kw_only=True)
class _Stage:
    """The matrices of one Newton step; n dofs of the sodium, g electrode potentials."""

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
        followed, rest = self._followed, np.eye(len(self._followed))
        inside = relaxed[:, None, None] * followed + clamped[:, None, None] * (rest - followed)
        dofs, size = space.cell_dofs.ravel(), space.cell_dofs.shape[1]
        total = np.bincount(dofs, np.repeat(relaxed, size)) / np.bincount(dofs)
        return inside, np.asarray(total)

    @cached_property
    def _followed(self) -> Array:
        """The part of theta that the strain can follow, from dofs to dofs of a cell (i, i)."""
        sodium = self.forms.space
        low = sodium.of_order(max(self.coupling.elasticity.space.order - 1, 1))
        weighted = low.values * sodium.rule_weights[:, None]
        fitted = np.linalg.solve(low.values.T @ weighted, weighted.T @ sodium.values)
        return np.asarray(low.tabulate(sodium.local_points)[0] @ fitted)

    @cached_property
    def _parts(self) -> tuple[Array, Array, Array]:
        """A, B and S by cell (e, i, i)."""
        blocks, i = self.linearised.blocks, self.forms.space.cell_dofs.shape[1]
        return blocks[:, :i, :i], blocks[:, :i, i:], blocks[:, i:, :i]

    @cached_property
    def direct(self) -> sparse.csr_array:
        """A (n, n)"""
        held = self.linearised.held_dofs
        return identity_rows(self.forms.pattern.assemble(self._parts[0]), held)

    @cached_property
    def mobile(self) -> sparse.csr_array:
        """B (n, n), nothing in the rows of held dofs."""
        matrix = self.forms.pattern.assemble(self._parts[1])
        free = np.ones(self.size)
        free[self.linearised.held_dofs] = 0.0
        return sparse.csr_array(sparse.diags_array(free) @ matrix)

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
            columns=given.columns[:n],
            rows=given.rows[:, :n] + given.rows[:, n:] * at_dofs,
            diffusivity=given.diffusivity + mobility * self.coupling.relaxed,
        )

    def moved(self, phi: Array) -> Array:
        """B phi, and what phi adds to the currents (n + g,)."""
        return np.append(self.mobile @ phi, self.linearised.rows[:, self.size :] @ phi)

    def product(self, step: Array) -> Array:
        """The tangent times a step of all unknowns, global ones last."""
        n, m = self.size, self.coupling.push.shape[1]
        x, phi, u, v = np.split(step, [n, 2 * n, 2 * n + m])
        on_phi, equilibrium = self.coupling.apply(x, u)
        given = self.linearised
        sodium = self.direct @ x + self.mobile @ phi + given.columns[:n] @ v
        potential = self.slope @ x + self.forms.mass_matrix @ phi + on_phi
        currents = given.rows @ np.append(x, phi) + given.corner @ v
        return np.concatenate([sodium, potential, equilibrium, currents])


def conserve(stage: _Stage, right: Array, x: Array) -> None:
    """Make the totals exact, in place: an even shift of theta, and of the potentials."""
    if stage.linearised.held:
        return
    n, given = stage.size, stage.linearised
    sodium = right[:n] - stage.direct @ x[:n] - given.columns[:n] @ x[n:]
    currents = right[n:] - given.rows[:, :n] @ x[:n] - given.corner @ x[n:]
    by_theta = np.append(stage.direct.sum(), given.rows[:, :n].sum(axis=1))
    by_voltage = np.vstack([given.columns[:n].sum(axis=0), given.corner])
    totals = np.append(sodium.sum(), currents)
    shift = np.linalg.solve(np.column_stack([by_theta, by_voltage]), totals)
    x[:n] += shift[0]
    x[n:] += shift[1:]


def _potential(stage: _Stage, sodium: TangentSolver, right: Array, u: Array) -> Array:
    """phi of M phi = right - s P u."""
    load = right - stage.coupling.scale * (stage.coupling.push @ u)
    mass = stage.forms.mass_matrix
    return sodium.solve_mass(mass, load, symmetric=True, tolerance=POTENTIAL)
