"""Linear solvers of a body, chosen by size: sparse LU with nested dissection, or iterations.

The systems of a step are solved by GMRES on the exact tangent. Its preconditioner is the LU of an
earlier tangent of the sodium's unknowns, renewed when it takes too long, and the elastic solver for
the displacement. In sections in which phases part every tangent has an LU, displacement included.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import cg, gmres

from particle_sim.fem.dissection import Dissection, Factors, dissect
from particle_sim.fem.space import Space
from particle_sim.particle.forms import SodiumForms
from particle_sim.particle.iterative import DiffusionIterations, diffusion_iterations
from particle_sim.particle.linearised import Linearised, even_shift
from particle_sim.particle.phase_factors import (
    PhaseFactors,
    factors_of,
    root_mobility,
    smoothing_matrix,
)
from particle_sim.particle.tangent_operators import operator, operators, places, whole_tangent
from particle_sim.units import Array

LINEAR_TOLERANCE = 1e-12
NEWTON_FORCING = 1e-6
"""Relative residual of the linear solves: of linear stages, and of all others."""

LARGE_FORCING = 1e-4
"""The same on large bodies, where an iteration costs more than another residual."""

DIFFUSION_TOLERANCE = 1e-6
"""The same of their linear stages, which start from a guess."""

DIFFUSION_LIMIT = 500
"""Most 3-D nodes for which the LU of a diffusion step is cheaper than p-multigrid."""

PHASE_FIELD_LIMIT = 2_000
"""Most 3-D nodes for which the LU of a whole phase-field step is cheaper than its Schur form."""

CONDENSED_LIMIT = 500
"""Most 3-D nodes for which exact steps with stress are cheaper than those of ``stress_solver``."""

ROUNDED = 1e-8
"""Relative residual that is accepted where rounding allows no less."""

LAST_PASSES = 5
"""Restarts with new factors before a system is given up."""

NEAR = 10.0
"""Residual over the wanted one from which old factors are worth a restart."""

LENGTHS = 1.5
"""Ratio of the lengths of two stages that share factors, if no LU: others are cheap to make."""

PATIENCE = {"LU": 14, "Schur": 30, "multigrid": 30}
"""Iterations with old factors after which new ones are cheaper."""


def factorised_unknowns(space: Space, fields: int, *, separates: bool, alone: bool) -> int:
    """Unknowns of the LU that a solve of some fields makes; 0 where it iterates on two levels.

    ``alone``: no electrode potential is unknown and no surface held.
    """
    n = space.dimension
    if space.mesh.dimension == 3 and separates:
        return n if n > PHASE_FIELD_LIMIT else fields * n
    if fields > 1 and not is_large(space):
        return fields * n
    iterates = space.mesh.dimension == 3 and n > DIFFUSION_LIMIT and space.order <= 2
    return 0 if iterates and alone else n


def is_large(space: Space) -> bool:
    """Whether steps with the displacement condensed are cheaper than exact ones."""
    return space.mesh.dimension == 3 and space.dimension > CONDENSED_LIMIT


@dataclass(kw_only=True)
class TangentSolver:
    """Solves the systems of one body's tangents and remembers the last factors.

    ``fields``: theta alone or with phi; ``gradient_energy``: scaled k of a phase field.
    """

    forms: SodiumForms
    fields: int
    gradient_energy: float
    factors: Factors | PhaseFactors | DiffusionIterations | None = None
    mass_factors: Factors | None = None
    dissection: Dissection | None = None
    whole: tuple[Linearised, sparse.csr_array] | None = None
    methods: set[str] = field(default_factory=set)
    factorisations: int = 0
    iterations: int = 0

    @property
    def space(self) -> Space:
        return self.forms.space

    @property
    def size(self) -> int:
        """Number of sodium unknowns t."""
        return self.fields * self.space.dimension

    def solve(
        self, linearised: Linearised, residual: Array, overall_residual: Array
    ) -> tuple[Array, Array]:
        """Step of all unknowns and of the global ones; conserves sodium to rounding."""
        if linearised.is_linear and self._is_large_diffusion(linearised):
            return self._diffuse(linearised, residual), overall_residual
        matrix = self._matrix(linearised)
        tolerance = LINEAR_TOLERANCE if linearised.is_linear else NEWTON_FORCING
        if self._is_large_phase_field or self._is_large_diffusion(linearised):
            tolerance = LARGE_FORCING
        t = self.size
        right_side = -np.concatenate([residual[:t], overall_residual, residual[t:]])
        step = self._iterated(linearised, matrix, right_side, tolerance)
        g = len(overall_residual)
        packed = np.concatenate([step[:t], step[t + g :]])
        if not linearised.held:
            sodium = residual[:t], overall_residual
            self._conserve(linearised, linearised.tangent, sodium, packed, step[t : t + g])
        return packed, step[t : t + g]

    def approximate(self, linearised: Linearised, right_side: Array, tolerance: float) -> Array:
        """Solution (t + g,) for any right-hand side, to a residual ``tolerance`` times that."""
        if not right_side.any():
            return np.zeros_like(right_side)
        return self._iterated(linearised, linearised.bordered, right_side, tolerance)

    def _iterated(
        self, linearised: Linearised, matrix: sparse.csr_array, right_side: Array, tolerance: float
    ) -> Array:
        """GMRES with the factors at hand, or else with new ones."""
        step = self._attempt(linearised, matrix, right_side, tolerance)
        if step is None:
            self._factorise(linearised, matrix)
            step = self._attempt(linearised, matrix, right_side, tolerance, last=True)
        if step is None:
            raise np.linalg.LinAlgError("the linear solver of a step did not converge")
        return step

    def _diffuse(self, linearised: Linearised, residual: Array) -> Array:
        """A linear stage of a large body: conjugate gradients, no matrix factorised."""
        known = self.factors
        if not isinstance(known, DiffusionIterations) or known.length != linearised.length:
            self._prepare_diffusion(linearised)
            self._note(linearised)
        assert isinstance(self.factors, DiffusionIterations)
        step = self.factors.solve(-residual, DIFFUSION_TOLERANCE)
        matrix, left = self.factors.system.matrix, (residual, np.zeros(0))
        self._conserve(linearised, matrix, left, step, np.zeros(0))
        return step

    def _attempt(
        self,
        linearised: Linearised,
        matrix: sparse.csr_array,
        right_side: Array,
        tolerance: float,
        *,
        last: bool = False,
    ) -> Array | None:
        """GMRES with the factors at hand; ``None`` where there are none or they are too old."""
        if self.factors is None or self._is_other_length(linearised):
            return None
        apply, precondition = operators(linearised, matrix, self.factors)
        product = operator(len(right_side), lambda x: apply(precondition(x)))
        norms, step, left = list[float](), np.zeros_like(right_side), right_side
        wanted = tolerance * float(np.linalg.norm(right_side))
        if self._is_section_with_phases:
            step = precondition(right_side)
            left = right_side - apply(step)
            if float(np.linalg.norm(left)) <= wanted:
                return step
        # preconditioned from the right, and restarted from the true residual: a preconditioner in
        # single precision is not exactly linear, so the residual GMRES keeps itself drifts
        for _ in range(LAST_PASSES):
            inner, _ = gmres(
                product,
                left,
                rtol=0.0,
                atol=0.5 * wanted,
                restart=50 if last else PATIENCE[self.factors.kind],
                maxiter=1,
                callback=norms.append,
                callback_type="pr_norm",
            )
            step = step + precondition(np.asarray(inner))
            left = right_side - apply(step)
            size = float(np.linalg.norm(left))
            if size <= wanted or not (last or size <= NEAR * wanted):
                break
        self.iterations += len(norms)
        enough = max(wanted, ROUNDED * float(np.linalg.norm(right_side)) if last else 0.0)
        return step if float(np.linalg.norm(left)) <= enough else None

    def _matrix(self, linearised: Linearised) -> sparse.csr_array:
        """Of the system that is factorised.

        Where phases part in a section each tangent has its own factors: an LU costs as much as
        twenty of the solves that its six systems would take with older ones.
        """
        if not self._is_section_with_phases:
            return linearised.bordered
        if self.whole is None or self.whole[0] is not linearised:
            self.whole, self.factors = (linearised, whole_tangent(linearised)), None
        return self.whole[1]

    def _is_other_length(self, linearised: Linearised) -> bool:
        """Whether the factors were made for a stage too much longer or shorter than this."""
        known = self.factors
        if isinstance(known, Factors | None) or known.length == linearised.length:
            return False
        ratio = known.length / linearised.length if linearised.length else np.inf
        return not 1 / LENGTHS <= ratio <= LENGTHS

    def _factorise(self, linearised: Linearised, matrix: sparse.csr_array) -> None:
        if self._is_large_phase_field:
            self._factorise_phases(linearised)
        elif self._is_large_diffusion(linearised):
            self._prepare_diffusion(linearised)
        else:
            self._factorise_all(linearised, matrix)
        self._note(linearised)

    def _note(self, linearised: Linearised) -> None:
        """Which factors were made."""
        assert self.factors is not None
        self.factorisations += 1
        if self._is_section_with_phases and linearised.coupling is not None:
            self.methods.add(f"sodium and displacement: {self.factors.method}")
            return
        self.methods.add(f"sodium: GMRES preconditioned by {self.factors.method}")
        if linearised.coupling is not None:
            method = linearised.coupling.elasticity.solver.method
            self.methods.add(f"displacement: {method}")

    def _factorise_phases(self, linearised: Linearised) -> None:
        n = self.space.dimension
        assert linearised.mobility is not None
        if self.dissection is None or self.mass_factors is None:
            self.dissection = dissect(self.forms.mass_matrix, self.space.nodes)
            self.mass_factors = factors_of(self.dissection, self.forms.mass_matrix)
        smoothing = smoothing_matrix(
            self.forms.mass_matrix,
            self.forms.stiff_matrix(root_mobility(linearised.mobility)),
            float(np.sqrt(linearised.length * self.gradient_energy)),
        )
        self.factors = PhaseFactors(
            length=linearised.length,
            mass=self.forms.mass_matrix,
            mass_factors=self.mass_factors,
            smoothing_factors=factors_of(self.dissection, smoothing),
            upper=sparse.csr_array(linearised.tangent[:n, n:]),
            lower=sparse.csr_array(linearised.tangent[n:, :n]),
            columns=linearised.columns,
            rows=linearised.rows,
            corner=linearised.corner,
        )

    def _prepare_diffusion(self, linearised: Linearised) -> None:
        known = self.factors
        if isinstance(known, DiffusionIterations) and linearised.is_linear:
            self.factors = known.at(linearised.length)
        else:
            self.factors = diffusion_iterations(
                self.forms.mass_matrix,
                self.forms.stiff_matrix(linearised.diffusivity),
                self.space,
                linearised.length,
            )

    def _factorise_all(self, linearised: Linearised, matrix: sparse.csr_array) -> None:
        if self.dissection is None or len(self.dissection.sources) != matrix.nnz:
            where = places(linearised, matrix, self.space, self.fields)
            self.dissection = dissect(matrix, where)
        self.factors = self.dissection.factorise(matrix)

    def _conserve(
        self,
        linearised: Linearised,
        tangent: sparse.csr_array,
        residual: tuple[Array, Array],
        packed: Array,
        overall: Array,
    ) -> None:
        """Make the totals exact, in place: sodium by an even shift of theta, currents by that of
        the electrode potentials. The linear solver leaves a little of both.
        """
        t, n = self.size, self.space.dimension
        even = (np.arange(t) < n).astype(float)
        sodium = residual[0] + tangent @ packed[:t]
        sodium += linearised.columns @ overall
        current = residual[1] + linearised.rows @ packed[:t]
        current += linearised.corner @ overall
        left = np.append(sodium[:n].sum(), current)
        by_theta = np.append((tangent @ even)[:n].sum(), linearised.rows @ even)
        shift = even_shift(linearised, n, left, by_theta)
        packed[:n] -= shift[0]
        overall -= shift[1:]

    @property
    def _is_section_with_phases(self) -> bool:
        return self.space.mesh.dimension == 2 and self.gradient_energy > 0

    @property
    def _is_large_phase_field(self) -> bool:
        large = self.space.dimension > PHASE_FIELD_LIMIT and self.gradient_energy > 0
        return self.space.mesh.dimension == 3 and large

    def _is_large_diffusion(self, linearised: Linearised) -> bool:
        large = self.space.dimension > DIFFUSION_LIMIT and self.space.order <= 2
        alone = self.fields == 1 and linearised.columns.shape[1] == 0 and not linearised.held
        return self.space.mesh.dimension == 3 and large and alone and linearised.length > 0

    def solve_mass(
        self, matrix: Any, right_side: Array, *, symmetric: bool, tolerance: float = 1e-13
    ) -> Array:
        """Solve with the mass matrix (Jacobi-preconditioned conjugate gradients)."""
        diagonal = matrix.diagonal()
        scaling = operator(len(diagonal), lambda x: x / diagonal)
        solve: Any = cg if symmetric else gmres
        solution, _ = solve(matrix, right_side, M=scaling, rtol=tolerance, atol=0.0, maxiter=400)
        return np.asarray(solution)
