"""Linear solvers of a body, chosen by size: sparse LU with nested dissection, or iterations.

Newton systems are solved by GMRES on the exact tangent. Its preconditioner is the LU of an earlier
tangent of the sodium's unknowns, renewed when it takes too long, and the elastic solver for the
displacement.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import LinearOperator, cg, gmres

from particle_sim.fem.body_mesh import Integers
from particle_sim.fem.dissection import Dissection, Factors, dissect, factorise
from particle_sim.particle.body.iterative import (
    DiffusionIterations,
    diffusion_iterations,
    multigrid_elastic,
)
from particle_sim.particle.body.phase_factors import (
    PhaseFactors,
    factors_of,
    root_mobility,
    smoothing_matrix,
)
from particle_sim.units import Array

if TYPE_CHECKING:
    from particle_sim.particle.body.elasticity import BodyElasticity
    from particle_sim.particle.body.system import BodyLinearised, BodySystem

DIRECT_LIMIT = {2: 400_000, 3: 12_000}
"""Most displacement dofs for a direct solve, by dimension; beyond it iterations are faster."""

LINEAR_TOLERANCE = 1e-12
NEWTON_FORCING = 1e-6
"""Relative residual of the linear solves: of linear stages, and inside Newton's method."""

DIFFUSION_LIMIT = 6_000
"""Most 3-D nodes for which the LU of a diffusion step is cheaper than p-multigrid."""

PHASE_FIELD_LIMIT = 2_000
"""Most 3-D nodes for which the LU of a whole phase-field step is cheaper than its Schur form."""

ROUNDED = 1e-8
"""Relative residual that is accepted where rounding allows no less."""

LAST_PASSES = 5
"""Restarts with new factors before a Newton step is given up."""

PATIENCE = {"LU": 14, "Schur": 30, "multigrid": 30}
"""Iterations with old factors after which new ones are cheaper."""


class ElasticFactors(Protocol):
    """A solver of K u = f with K fixed, dofs of symmetry planes and pins at zero."""

    @property
    def method(self) -> str:
        """What it does, in words."""

    def solve(self, loads: Array) -> Array:
        """Displacements (m, k) of loads (m, k)."""

    def precondition(self, residual: Array) -> Array:
        """A cheap approximation to K^-1 residual (m,), linear in it."""


@dataclass(frozen=True, kw_only=True)
class DirectElastic:
    """Sparse LU of the free dofs."""

    factors: Factors
    free: Integers

    @property
    def method(self) -> str:
        return self.factors.method

    def solve(self, loads: Array) -> Array:
        result = np.zeros(loads.shape)
        result[self.free] = self.factors.solve(loads[self.free])
        return result

    def precondition(self, residual: Array) -> Array:
        result = np.zeros(residual.shape)
        result[self.free] = self.factors.precondition(residual[self.free])
        return result


def elastic_solver(elasticity: BodyElasticity, stiffness: sparse.csr_array) -> ElasticFactors:
    """The solver that suits the size of the problem."""
    d = elasticity.space.mesh.dimension
    if elasticity.size > DIRECT_LIMIT[d] and elasticity.space.order <= 2:
        return multigrid_elastic(elasticity, stiffness)
    free = np.flatnonzero(~elasticity.fixed)
    nodes = np.repeat(elasticity.space.nodes, d, axis=0)[free]
    return DirectElastic(factors=factorise(stiffness[free][:, free], nodes), free=free)


@dataclass(kw_only=True)
class TangentSolver:
    """Solves Newton systems of one body and remembers the last factors."""

    factors: Factors | PhaseFactors | DiffusionIterations | None = None
    mass_factors: Factors | None = None
    dissection: Dissection | None = None
    methods: set[str] = field(default_factory=set)
    factorisations: int = 0
    iterations: int = 0

    def solve(self, system: BodySystem, linearised: BodyLinearised) -> tuple[Array, Array]:
        """Step of all unknowns and of the global ones; conserves sodium to rounding."""
        if linearised.is_linear and _is_large_diffusion(system, linearised):
            return self._diffuse(system, linearised), linearised.overall_residual
        matrix = _bordered(linearised)
        tolerance = LINEAR_TOLERANCE if linearised.is_linear else NEWTON_FORCING
        right_side = -np.concatenate(
            [
                linearised.residual[: system.phi.stop],
                linearised.overall_residual,
                linearised.residual[system.phi.stop :],
            ]
        )
        step = self._attempt(system, linearised, matrix, right_side, tolerance)
        if step is None:
            self._factorise(system, linearised, matrix)
            step = self._attempt(system, linearised, matrix, right_side, tolerance, last=True)
        if step is None:
            raise np.linalg.LinAlgError("the linear solver of a Newton step did not converge")
        t, g = system.phi.stop, len(linearised.overall_residual)
        packed = np.concatenate([step[:t], step[t + g :]])
        if not linearised.held:
            self._conserve(system, linearised, packed, step[t : t + g])
        return packed, step[t : t + g]

    def _diffuse(self, system: BodySystem, linearised: BodyLinearised) -> Array:
        """A linear stage of a large body: conjugate gradients, no matrix factorised."""
        known = self.factors
        if not isinstance(known, DiffusionIterations) or known.length != linearised.length:
            self._factorise(system, linearised, linearised.tangent)
        assert isinstance(self.factors, DiffusionIterations)
        step = self.factors.solve(-linearised.residual, LINEAR_TOLERANCE)
        self._conserve(system, linearised, step, linearised.overall_residual)
        return step

    def _attempt(
        self,
        system: BodySystem,
        linearised: BodyLinearised,
        matrix: sparse.csr_array,
        right_side: Array,
        tolerance: float,
        *,
        last: bool = False,
    ) -> Array | None:
        """GMRES with the factors at hand; ``None`` where there are none or they are too old."""
        if self.factors is None:
            return None
        apply, precondition = _operators(linearised, matrix, self.factors)
        product = _operator(len(right_side), lambda x: apply(precondition(x)))
        count, step, left = _Count(), np.zeros_like(right_side), right_side
        wanted = tolerance * float(np.linalg.norm(right_side))
        # preconditioned from the right, and restarted from the true residual: a preconditioner in
        # single precision is not exactly linear, so the residual GMRES keeps itself drifts
        for _ in range(LAST_PASSES if last else 1):
            inner, _ = gmres(
                product,
                left,
                rtol=0.0,
                atol=0.5 * wanted,
                restart=50 if last else PATIENCE[self.factors.kind],
                maxiter=1,
                callback=count,
                callback_type="pr_norm",
            )
            step = step + precondition(np.asarray(inner))
            left = right_side - apply(step)
            if float(np.linalg.norm(left)) <= wanted:
                break
        self.iterations += count.total
        enough = max(wanted, ROUNDED * float(np.linalg.norm(right_side)) if last else 0.0)
        return step if float(np.linalg.norm(left)) <= enough else None

    def _factorise(
        self, system: BodySystem, linearised: BodyLinearised, matrix: sparse.csr_array
    ) -> None:
        if _is_large_phase_field(system, linearised):
            self._factorise_phases(system, linearised)
        elif _is_large_diffusion(system, linearised):
            self._prepare_diffusion(system, linearised)
        else:
            self._factorise_all(system, matrix)
        assert self.factors is not None
        self.factorisations += 1
        self.methods.add(f"sodium: GMRES preconditioned by {self.factors.method}")
        if system.is_coupled:
            self.methods.add(f"displacement: {system.elasticity.solver.method}")

    def _factorise_phases(self, system: BodySystem, linearised: BodyLinearised) -> None:
        n = system.space.dimension
        assert linearised.mobility is not None
        if self.dissection is None or self.mass_factors is None:
            self.dissection = dissect(system.forms.mass_matrix, system.space.nodes)
            self.mass_factors = factors_of(self.dissection, system.forms.mass_matrix)
        smoothing = smoothing_matrix(
            system.forms.mass_matrix,
            system.forms.stiff_matrix(root_mobility(linearised.mobility)),
            float(np.sqrt(linearised.length * system.gradient_energy)),
        )
        self.factors = PhaseFactors(
            mass=system.forms.mass_matrix,
            mass_factors=self.mass_factors,
            smoothing_factors=factors_of(self.dissection, smoothing),
            upper=sparse.csr_array(linearised.tangent[:n, n:]),
            lower=sparse.csr_array(linearised.tangent[n:, :n]),
            columns=linearised.columns,
            rows=linearised.rows,
            corner=linearised.corner,
        )

    def _prepare_diffusion(self, system: BodySystem, linearised: BodyLinearised) -> None:
        known = self.factors
        if isinstance(known, DiffusionIterations) and linearised.is_linear:
            self.factors = known.at(linearised.length)
        else:
            self.factors = diffusion_iterations(system, linearised.diffusivity, linearised.length)

    def _factorise_all(self, system: BodySystem, matrix: sparse.csr_array) -> None:
        if self.dissection is None or len(self.dissection.sources) != matrix.nnz:
            nodes = system.space.nodes
            fields = [nodes, nodes] if system.potentials else [nodes]
            extra = np.full((len(system.exchange.unknown_voltages), nodes.shape[1]), np.nan)
            self.dissection = dissect(matrix, np.concatenate([*fields, extra]))
        self.factors = self.dissection.factorise(matrix)

    @staticmethod
    def _conserve(
        system: BodySystem, linearised: BodyLinearised, packed: Array, overall: Array
    ) -> None:
        """Make the totals exact, in place: sodium by an even shift of theta, currents by that of
        the electrode potentials. The linear solver leaves a little of both.
        """
        t, n = system.phi.stop, system.space.dimension
        even = (np.arange(t) < n).astype(float)
        sodium = linearised.residual[:t] + linearised.tangent @ packed[:t]
        sodium += linearised.columns @ overall
        current = linearised.overall_residual + linearised.rows @ packed[:t]
        current += linearised.corner @ overall
        left = np.append(sodium[:n].sum(), current)
        by_theta = np.append((linearised.tangent @ even)[:n].sum(), linearised.rows @ even)
        by_voltage = np.vstack([linearised.columns[:n].sum(axis=0), linearised.corner])
        shift = np.linalg.solve(np.column_stack([by_theta, by_voltage]), left)
        packed[:n] -= shift[0]
        overall -= shift[1:]

    def solve_mass(self, system: BodySystem, matrix: Any, right_side: Array) -> Array:
        """Solve with the mass matrix (Jacobi-preconditioned conjugate gradients)."""
        diagonal = matrix.diagonal()
        scaling = _operator(len(diagonal), lambda x: x / diagonal)
        symmetric = not any(s.held_site_fraction is not None for s in system.surfaces.values())
        solve: Any = cg if symmetric else gmres
        solution, _ = solve(matrix, right_side, M=scaling, rtol=1e-13, atol=0.0, maxiter=400)
        return np.asarray(solution)


@dataclass
class _Count:
    """Counts iterations."""

    total: int = 0

    def __call__(self, _: Any) -> None:
        self.total += 1


def _is_large_phase_field(system: BodySystem, linearised: BodyLinearised) -> bool:
    in_space = system.space.mesh.dimension == 3
    large = system.space.dimension > PHASE_FIELD_LIMIT and system.gradient_energy > 0
    return in_space and large and linearised.length > 0


def _is_large_diffusion(system: BodySystem, linearised: BodyLinearised) -> bool:
    large = system.space.dimension > DIFFUSION_LIMIT and system.particle.order <= 2
    in_space = system.space.mesh.dimension == 3
    alone = not system.potentials and linearised.columns.shape[1] == 0 and not linearised.held
    return in_space and large and alone and linearised.length > 0


def _bordered(linearised: BodyLinearised) -> sparse.csr_array:
    if linearised.columns.shape[1] == 0:
        return linearised.tangent
    blocks = [
        [linearised.tangent, sparse.csr_array(linearised.columns)],
        [sparse.csr_array(linearised.rows), sparse.csr_array(linearised.corner)],
    ]
    return sparse.csr_array(sparse.block_array(blocks, format="csr"))


def _operators(
    linearised: BodyLinearised,
    matrix: sparse.csr_array,
    factors: Factors | PhaseFactors | DiffusionIterations,
) -> tuple[Callable[[Array], Array], Callable[[Array], Array]]:
    """The tangent's action and its preconditioner, displacement included where it is coupled."""
    coupling, t = linearised.coupling, matrix.shape[0]
    if coupling is None:
        return matrix.__matmul__, factors.precondition
    n = coupling.push.shape[0]
    elastic, fixed = coupling.elasticity.solver, coupling.elasticity.fixed

    def apply(x: Array) -> Array:
        first = matrix @ x[:t]
        on_phi, equilibrium = coupling.apply(x[:n], x[t:])
        first[n : 2 * n] += on_phi
        return np.concatenate([first, equilibrium])

    def precondition(x: Array) -> Array:
        sodium = factors.precondition(x[:t])
        force = np.where(fixed, 0.0, x[t:] + coupling.push.T @ sodium[:n])
        return np.concatenate([sodium, np.where(fixed, x[t:], elastic.precondition(force))])

    return apply, precondition


def _operator(size: int, function: Callable[[Array], Array]) -> Any:
    make: Any = LinearOperator
    return make((size, size), matvec=function, dtype=float)
