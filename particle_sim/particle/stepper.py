"""One time step of a particle system: five implicit stages, each solved by Newton's method.

ESDIRK of order 4(3) (see ``tableau``) on exact tangents.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from particle_sim.particle.linearised import Linearised
from particle_sim.particle.rate import Rate
from particle_sim.particle.stability import UniformStability
from particle_sim.particle.system import ParticleSystem
from particle_sim.particle.tableau import EMBEDDED, GAMMA, NODES, STAGES, WEIGHTS
from particle_sim.particle.unknowns import Stage
from particle_sim.units import Array

NEWTON_LIMIT = 12
FAILED = 256.0
"""Error handed back for a step that did not converge; shortens it to a quarter."""
ROUNDING = 1e-9
"""Change of theta below which an iteration that no longer improves has met rounding."""

Piece = tuple[float, float]
"""Start and end of a smooth piece of the surface history [s]."""


@dataclass(frozen=True, kw_only=True)
class Controls:
    """Error scales per dof test: theta error over ``theta_scale`` and stress over ``stress_scale``.

    ``stress_response`` maps a theta error (n,) to scaled stresses; empty without chemical strain.
    """

    tolerance: float
    theta_scale: float
    stress_scale: float
    stress_response: Array
    newton_tolerance: float
    limits: tuple[float, float] | None
    event_tolerance: float = 1e-9
    """How closely the end of a run is met, in site fraction and in V."""
    stability: UniformStability | None = None
    """Of a radial particle in which phases part"""

    def error(self, theta_error: Array) -> float:
        """Error over tolerance; below 1 is good."""
        worst = float(np.abs(theta_error).max()) / self.theta_scale
        if self.stress_response.size:
            stress = float(np.abs(self.stress_response @ theta_error).max())
            worst = max(worst, stress / self.stress_scale)
        return worst / self.tolerance


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """Everything a step starts from, in scaled time."""

    time: float
    packed: Array
    overall: Array
    rate: Rate
    passed: float
    """Sodium that left so far, scaled."""


@dataclass(kw_only=True)
class Trajectory:
    """Accepted snapshots and what the stepping cost."""

    snapshots: list[Snapshot] = field(default_factory=list)
    rejected_steps: int = 0
    newton_iterations: int = 0
    hardest_newton: tuple[float, ...] = ()
    stopped_early: bool = False
    stopped_by_voltage: bool = False


class StepFailed(Exception):
    """Newton did not converge within one step; carries the residual history."""

    def __init__(self, residuals: tuple[float, ...]) -> None:
        super().__init__("Newton's method did not converge")
        self.residuals = residuals


@dataclass(frozen=True, kw_only=True)
class Stepper:
    """Takes single steps of one system; what they cost is counted in ``trajectory``."""

    system: ParticleSystem
    controls: Controls
    trajectory: Trajectory

    def step(self, snapshot: Snapshot, length: float, piece: Piece) -> tuple[Snapshot, float]:
        """The state one step later and its error over the tolerance.

        Raises :class:`StepFailed` when a stage does not converge.
        """
        places = self.system.theta
        theta = snapshot.packed[places]
        rates, outflows = [snapshot.rate.theta], [snapshot.rate.outflow]
        packed, overall, flows = snapshot.packed, snapshot.overall, snapshot.rate.flows
        for index in range(1, len(NODES)):
            history = theta + length * (STAGES[index, :index] @ np.stack(rates))
            stage = Stage(
                time=snapshot.time + NODES[index] * length,
                piece=piece,
                length=GAMMA * length,
                history=history,
            )
            guess = packed.copy()
            if self.system.extrapolates:
                guess[places] = history + stage.length * rates[-1]
            packed, overall, flows = self.newton(guess, overall, stage)
            rates.append((packed[places] - history) / stage.length)
            outflows.append(sum(flows.values()))
        error = length * ((WEIGHTS - EMBEDDED) @ np.stack(rates))
        candidate = Snapshot(
            time=snapshot.time + length,
            packed=packed,
            overall=overall,
            rate=Rate(theta=rates[-1], flows=flows),
            passed=snapshot.passed + length * float(WEIGHTS @ np.asarray(outflows)),
        )
        worst = max(self.controls.error(error), 1e-10)
        if self.controls.stability is not None:
            after = packed[places]
            worst = max(worst, self.controls.stability.error(theta, after, length))
        return candidate, worst

    def attempt(
        self, snapshot: Snapshot, length: float, piece: Piece
    ) -> tuple[Snapshot | None, float]:
        """As :meth:`step`, with ``None`` and a large error where Newton failed."""
        try:
            return self.step(snapshot, length, piece)
        except (StepFailed, np.linalg.LinAlgError) as failure:
            self.trajectory.hardest_newton = getattr(failure, "residuals", ())
            return None, FAILED

    def newton(
        self, packed: Array, overall: Array, stage: Stage
    ) -> tuple[Array, Array, Mapping[str, float]]:
        """Solve one stage; returns the unknowns and the sodium outflow by surface."""
        system, trajectory = self.system, self.trajectory
        residuals: list[float] = []
        moves: list[float] = []  # largest change of theta and the global unknowns
        for _ in range(NEWTON_LIMIT):
            linearised = system.linearise(packed, overall, stage)
            if linearised.is_linear:
                return self._linear(packed, overall, linearised)
            residuals.append(system.residual_norm(linearised))
            if moves and _is_settled(residuals[-1], moves, self.controls.newton_tolerance):
                if len(residuals) > len(trajectory.hardest_newton):
                    trajectory.hardest_newton = tuple(residuals)
                length = stage.length or np.inf  # a stage of no length only finds phi and stress
                reactions = {key: -value / length for key, value in linearised.held.items()}
                return packed, overall, {**system.settled_flows(linearised), **reactions}
            if _diverges(residuals):
                break
            change, overall_change = system.newton_step(linearised)
            packed, overall = packed + change, overall + overall_change
            trajectory.newton_iterations += 1
            sodium = float(np.abs(change[system.theta]).max())
            moves.append(max(sodium, float(np.abs(overall_change).max(initial=0.0))))
        raise StepFailed(tuple(residuals))

    def _linear(
        self, packed: Array, overall: Array, linearised: Linearised
    ) -> tuple[Array, Array, Mapping[str, float]]:
        """The only iteration of a linear stage."""
        change, overall_change = self.system.newton_step(linearised)
        self.trajectory.newton_iterations += 1
        if not np.isfinite(change).all():
            raise StepFailed(())
        return packed + change, overall + overall_change, linearised.flows


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
