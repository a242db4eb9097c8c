"""One time step of a particle system: six linear systems with one exact tangent (RODAS).

A stage's residual r = M (theta - theta_0) + GAMMA h T(y, t), and the rows of phi, displacement and
potentials g(y, t) = 0, are those of an implicit Euler step of length GAMMA h. With the tangent J of
the step's start, its moves U_i solve

    J U_i = -r(y + sum_j A_ij U_j, t + ALPHA_i h) - DERIVATIVE_i h dr/dt,
    theta_0 = theta_i + GAMMA sum_j C_ij U_j,

which is the method of ``batch.rosenbrock`` for M theta' = -T, 0 = g. No nonlinear system is solved
but the first state's, for what is not sodium.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from particle_sim.batch import rosenbrock
from particle_sim.batch.rosenbrock import ALPHA, DERIVATIVE, GAMMA
from particle_sim.errors import ConvergenceError
from particle_sim.particle.linearised import Linearised, Missed
from particle_sim.particle.stability import UniformStability
from particle_sim.particle.system import ParticleSystem
from particle_sim.particle.unknowns import Piece, Stage
from particle_sim.units import Array

A = tuple(np.array(row) for row in rosenbrock.A)
KEPT = tuple(GAMMA * np.array(row) for row in rosenbrock.C)

NEWTON_LIMIT = 12
OVERSTATED = 0.5
"""What a step leaves over its estimate, which is the error of the embedded third order. At the end
of 236 runs of every law, shape and surface that makes errors of a hundredth of the tolerance at the
median, and of three times it at most."""
FAILED = 256.0
"""Error handed back for a step without a solution; shortens it to a quarter."""
NO_STRESS: NDArray[np.float32] = np.zeros(0, dtype=np.float32)
ROUNDING = 1e-9
"""Change of theta below which an iteration that no longer improves has met rounding."""


@dataclass(frozen=True, kw_only=True)
class Controls:
    """Error scales per dof test: theta error over ``theta_scale`` and stress over ``stress_scale``.

    ``stress_response`` maps a theta error (n,) to scaled stresses; empty without chemical strain.
    """

    tolerance: float
    theta_scale: float
    stress_scale: float
    stress_response: NDArray[np.float32]
    newton_tolerance: float
    limits: tuple[float, float] | None
    event_tolerance: float = 1e-9
    """How closely the end of a run is met, in site fraction and in V."""
    stability: UniformStability | None = None
    """Of a particle in which phases part"""

    def error(self, theta_error: Array) -> float:
        """Error over tolerance; below 1 is good."""
        worst = float(np.abs(theta_error).max()) / self.theta_scale
        if self.stress_response.size:
            stress = float(np.abs(self.stress_response @ theta_error.astype(np.float32)).max())
            worst = max(worst, stress / self.stress_scale)
        return worst / self.tolerance


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """Everything a step starts from, in scaled time."""

    time: float
    packed: Array
    overall: Array
    piece: Piece
    """Of the surface's history, by which this state was reached"""
    passed: float
    """Sodium that left so far, scaled."""


@dataclass(kw_only=True)
class Trajectory:
    """Accepted snapshots and what the stepping cost."""

    snapshots: list[Snapshot] = field(default_factory=list)
    rejected_steps: int = 0
    linear_solves: int = 0
    newton_residuals: tuple[float, ...] = ()
    stopped_early: bool = False
    stopped_by_voltage: bool = False
    paused: bool = False
    """Whether the stepping waits for another mesh"""


@dataclass(frozen=True, kw_only=True)
class Stepper:
    """Takes single steps of one system; what they cost is counted in ``trajectory``."""

    system: ParticleSystem
    controls: Controls
    trajectory: Trajectory
    pauses: Callable[[Snapshot], bool] | None = None
    """After which states the stepping pauses"""

    def step(self, snapshot: Snapshot, length: float, piece: Piece) -> tuple[Snapshot, float]:
        """The state one step later and its error over the tolerance.

        Raises :class:`numpy.linalg.LinAlgError` where a linear system has no solution.
        """
        system, theta = self.system, self.system.theta
        start, n = np.concatenate([snapshot.packed, snapshot.overall]), len(snapshot.packed)
        stage = Stage(time=snapshot.time, piece=piece, length=GAMMA * length, history=start[theta])
        tangent = system.linearise(snapshot.packed, snapshot.overall, stage)
        drift = system.drift(tangent, stage, length)
        moves = np.zeros((len(A), len(start)))
        left = np.zeros(len(A))  # sodium that leaves with each move
        here: Linearised | Missed = tangent
        for i in range(len(A)):
            moved, kept = A[i] @ moves[:i], KEPT[i] @ moves[:i, theta]
            if i > 0 and tangent.is_linear:
                here = system.linear_stage(tangent, moved + kept, drift.times(ALPHA[i]))
            elif i > 0:
                at, state = snapshot.time + ALPHA[i] * length, start + moved
                kept += state[theta]
                later = Stage(time=at, piece=piece, length=stage.length, history=kept)
                here = system.missed(state[:n], state[n:], later, tangent.answers)
            extra = drift.times(DERIVATIVE[i])
            moves[i] = system.move(tangent, here, extra)
            if tangent.is_linear:
                moves[i] -= moved
            flow = stage.length * (here.outflow + extra.outflow)
            left[i] = KEPT[i] @ left[:i] + flow + tangent.borders.outflow_of(moves[i])
        self.trajectory.linear_solves += len(A)
        state, error = start + moved + moves[-1], moves[-1, theta]
        if not np.isfinite(state).all():
            raise np.linalg.LinAlgError("a step is not finite")
        candidate = Snapshot(
            time=snapshot.time + length,
            packed=state[:n],
            overall=state[n:],
            piece=piece,
            passed=snapshot.passed + self._passed(start, state, left),
        )
        worst = max(OVERSTATED * self.controls.error(error), 1e-10)
        if self.controls.stability is not None:
            worst = max(worst, self.controls.stability.error(start[theta], state[theta], length))
        return candidate, worst

    def _passed(self, start: Array, state: Array, left: Array) -> float:
        """Sodium that left in a step; at held concentrations it is what the particle lacks."""
        system = self.system
        if system.held.values:
            return float(system.volumes @ (start - state)[system.theta])
        return float(A[-1] @ left[:-1] + left[-1])

    def attempt(
        self, snapshot: Snapshot, length: float, piece: Piece
    ) -> tuple[Snapshot | None, float]:
        """As :meth:`step`, with ``None`` and a large error where it has no solution."""
        try:
            return self.step(snapshot, length, piece)
        except np.linalg.LinAlgError:
            return None, FAILED

    def newton(self, packed: Array, overall: Array, stage: Stage) -> tuple[Array, Array]:
        """The unknowns that solve one stage."""
        system, trajectory = self.system, self.trajectory
        residuals: list[float] = []
        moves: list[float] = []  # largest change of theta and the global unknowns
        for _ in range(NEWTON_LIMIT):
            linearised = system.linearise(packed, overall, stage)
            residuals.append(_residual_norm(system, linearised))
            if moves and _is_settled(residuals[-1], moves, self.controls.newton_tolerance):
                trajectory.newton_residuals = tuple(residuals)
                return packed, overall
            if _diverges(residuals):
                break
            change = system.move(linearised, linearised)
            packed, overall = packed + change[: len(packed)], overall + change[len(packed) :]
            sodium = float(np.abs(change[system.theta]).max())
            moves.append(max(sodium, float(np.abs(change[len(packed) :]).max(initial=0.0))))
        raise ConvergenceError(
            f"At scaled time {stage.time:.6g} no potential and displacement were found that fit "
            f"the sodium (Newton residuals {', '.join(f'{r:.1e}' for r in residuals)}); begin with "
            "another filling.",
            last_state=packed,
            residuals=tuple(residuals),
        )


def _residual_norm(system: ParticleSystem, linearised: Linearised) -> float:
    """Largest residual of sodium, potential (over the mass diagonal) and total current."""
    scale = system.forms.mass_matrix.diagonal()
    rows = [system.theta, system.phi] if system.potentials else [system.theta]
    worst = max(float(np.abs(linearised.residual[place] / scale).max()) for place in rows)
    if len(linearised.overall_residual):
        unit = max(float(system.volumes.sum()), 1e-300)
        worst = max(worst, float(np.abs(linearised.overall_residual).max()) / unit)
    return worst


def _is_settled(residual: float, moves: list[float], tolerance: float) -> bool:
    """Below tolerance by residual or by last change, or stalled at the rounding of the residual.

    On stiff meshes rounding alone leaves a residual above any tolerance.
    """
    if min(residual, moves[-1]) <= tolerance:
        return True
    return len(moves) > 1 and 0.1 * moves[-2] < moves[-1] <= ROUNDING


def _diverges(residuals: list[float]) -> bool:
    """Not finite, or grown in two of the iterations so far."""
    grown = sum(b > a for a, b in pairwise(residuals))
    return not np.isfinite(residuals[-1]) or (grown >= 2 and residuals[-1] > ROUNDING)
