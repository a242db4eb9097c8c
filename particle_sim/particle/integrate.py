"""Adaptive implicit time stepping of a particle system.

ESDIRK of order 4(3) (see ``tableau``) with Newton's method on exact tangents. A step is accepted
when the embedded error of the concentration, and of the stress it causes, is below the tolerance at
every dof. Steps land on requested times and on kinks of the surface history; the time at which the
surface runs empty or full is found to ``EVENT_TOLERANCE`` in site fraction.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from particle_sim.errors import ConvergenceError
from particle_sim.particle.linearised import Rate
from particle_sim.particle.system import ParticleSystem
from particle_sim.particle.tableau import EMBEDDED, GAMMA, NODES, STAGES, WEIGHTS
from particle_sim.particle.unknowns import Stage
from particle_sim.units import Array

EVENT_TOLERANCE = 1e-9
NEWTON_LIMIT = 12
ROUNDING = 1e-9
"""Change of theta below which an iteration that no longer improves has met rounding."""
SAFETY, SLOWEST, FASTEST = 0.9, 0.2, 6.0


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
    emptied_or_filled: bool = False


class StepFailed(Exception):
    """Newton did not converge within one step; carries the residual history."""

    def __init__(self, residuals: tuple[float, ...]) -> None:
        super().__init__("Newton's method did not converge")
        self.residuals = residuals


def integrate(
    system: ParticleSystem,
    start: Array,
    breaks: Array,
    landings: Array,
    controls: Controls,
    progress: Callable[[float], None] | None = None,
) -> Trajectory:
    """Step from ``breaks[0]`` to ``breaks[-1]`` [s]; ``start`` is theta at every dof (n,)."""
    unit = system.scales.time
    trajectory = Trajectory()
    snapshot = _initial(system, start, (breaks[0], breaks[1]), trajectory, controls)
    trajectory.snapshots.append(snapshot)
    step = _first_step(system, (breaks[-1] - breaks[0]) / unit)
    for left, right in itertools.pairwise(breaks):
        piece = (float(left), float(right))
        restarted = _restart(system, snapshot, piece)
        if np.abs(restarted.theta - snapshot.rate.theta).max() > 1e-6 * (
            1e-12 + np.abs(restarted.theta).max()
        ):
            step = min(step, _first_step(system, (right - left) / unit))
        snapshot = _with_rate(snapshot, restarted)
        inside = landings[(landings > left) & (landings < right)]
        for stop in np.append(inside, right) / unit:
            snapshot, step = _advance(
                system, snapshot, float(stop), piece, step, trajectory, controls
            )
            if trajectory.emptied_or_filled:
                return trajectory
            if progress is not None:
                progress(float((stop * unit - breaks[0]) / (breaks[-1] - breaks[0])))
    return trajectory


def _first_step(system: ParticleSystem, duration: float) -> float:
    """A tenth of the time in which sodium crosses the smallest cell."""
    return float(min(0.1 * system.space.mesh.cell_sizes.min() ** 2, 0.01 * duration))


def _initial(
    system: ParticleSystem,
    theta: Array,
    piece: tuple[float, float],
    trajectory: Trajectory,
    controls: Controls,
) -> Snapshot:
    packed = np.zeros(system.numbering.size)
    packed[system.numbering.theta] = theta
    overall = np.zeros(system.elasticity.globals_count if system.is_coupled else 0)
    moved = theta.copy()
    for dof, surface in system.surfaces.items():
        if surface.held_site_fraction is not None:
            moved[dof] = surface.held_site_fraction
    packed[system.numbering.theta] = moved
    time = piece[0] / system.scales.time
    if system.potentials:
        stage = Stage(time=time, piece=piece, length=0.0, history=moved)
        packed, overall, _ = _newton(system, packed, overall, stage, trajectory, controls)
    passed = float(system.volumes @ (theta - moved))
    rate = system.rate(packed, overall, time, piece)
    return Snapshot(time=time, packed=packed, overall=overall, rate=rate, passed=passed)


def _restart(system: ParticleSystem, snapshot: Snapshot, piece: tuple[float, float]) -> Rate:
    return system.rate(snapshot.packed, snapshot.overall, snapshot.time, piece)


def _with_rate(snapshot: Snapshot, rate: Rate) -> Snapshot:
    return Snapshot(
        time=snapshot.time,
        packed=snapshot.packed,
        overall=snapshot.overall,
        rate=rate,
        passed=snapshot.passed,
    )


def _advance(
    system: ParticleSystem,
    snapshot: Snapshot,
    stop: float,
    piece: tuple[float, float],
    step: float,
    trajectory: Trajectory,
    controls: Controls,
) -> tuple[Snapshot, float]:
    """Accepted steps up to ``stop`` (scaled); returns the last snapshot and the next step."""
    longest = np.inf  # recently Newton failed above this length
    while stop - snapshot.time > 1e-12 * max(stop, 1e-300):
        remaining = stop - snapshot.time
        step = min(step, longest)
        length = remaining if step > 0.99 * remaining else min(step, 0.5 * remaining)
        candidate, error = _attempt(system, snapshot, length, piece, trajectory, controls)
        if candidate is None or error > 1:
            trajectory.rejected_steps += 1
            step = length * max(SLOWEST, SAFETY * error**-0.25)
            longest = 0.5 * length if candidate is None else longest
            _give_up_if_stuck(step, snapshot, trajectory)
            continue
        if _crosses(system, candidate, controls):
            snapshot = _locate(system, snapshot, candidate, piece, trajectory, controls)
            trajectory.snapshots.append(snapshot)
            trajectory.emptied_or_filled = True
            return snapshot, step
        landed = candidate.time if length < remaining else stop
        snapshot = Snapshot(
            time=landed,
            packed=candidate.packed,
            overall=candidate.overall,
            rate=candidate.rate,
            passed=candidate.passed,
        )
        trajectory.snapshots.append(snapshot)
        longest *= 1.15
        grown = length * min(FASTEST, SAFETY * max(error, 1e-8) ** -0.25)
        step = max(grown, step) if length < step else grown
    return snapshot, step


def _attempt(
    system: ParticleSystem,
    snapshot: Snapshot,
    length: float,
    piece: tuple[float, float],
    trajectory: Trajectory,
    controls: Controls,
) -> tuple[Snapshot | None, float]:
    """One step of the given length and its error; ``None`` where Newton failed."""
    try:
        return _step(system, snapshot, length, piece, trajectory, controls)
    except (StepFailed, np.linalg.LinAlgError) as failure:
        trajectory.hardest_newton = getattr(failure, "residuals", ())
        return None, 256.0


def _step(
    system: ParticleSystem,
    snapshot: Snapshot,
    length: float,
    piece: tuple[float, float],
    trajectory: Trajectory,
    controls: Controls,
) -> tuple[Snapshot, float]:
    places = system.numbering.theta
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
        guess[places] = history + stage.length * rates[-1]
        packed, overall, flows = _newton(system, guess, overall, stage, trajectory, controls)
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
    return candidate, max(controls.error(error), 1e-10)


def _newton(
    system: ParticleSystem,
    packed: Array,
    overall: Array,
    stage: Stage,
    trajectory: Trajectory,
    controls: Controls,
) -> tuple[Array, Array, dict[int, float]]:
    """Solve one stage; returns the unknowns and the sodium outflow by surface dof."""
    residuals: list[float] = []
    moves: list[float] = []  # largest change of theta per iteration
    for _ in range(NEWTON_LIMIT):
        linearised = system.linearise(packed, overall, stage)
        residuals.append(system.residual_norm(linearised))
        if moves and _is_settled(residuals[-1], moves, controls.newton_tolerance):
            if len(residuals) > len(trajectory.hardest_newton):
                trajectory.hardest_newton = tuple(residuals)
            length = stage.length or np.inf  # a stage of no length only finds phi and stress
            reactions = {dof: -value / length for dof, value in linearised.held.items()}
            return packed, overall, {**linearised.flows, **reactions}
        if _diverges(residuals):
            break
        change, overall_change = system.newton_step(linearised)
        if linearised.is_linear:
            trajectory.newton_iterations += 1
            return packed + change, overall + overall_change, linearised.flows
        packed, overall = packed + change, overall + overall_change
        moves.append(float(np.abs(change[system.numbering.theta]).max()))
        trajectory.newton_iterations += 1
    raise StepFailed(tuple(residuals))


def _is_settled(residual: float, moves: list[float], tolerance: float) -> bool:
    """Below tolerance by residual or by last change, or stalled at the rounding of the residual.

    On stiff meshes rounding alone leaves a residual above any tolerance.
    """
    if min(residual, moves[-1]) <= tolerance:
        return True
    return len(moves) > 1 and 0.1 * moves[-2] < moves[-1] <= ROUNDING


def _diverges(residuals: list[float]) -> bool:
    """Not finite, or grown in two of the iterations so far."""
    grown = sum(b > a for a, b in itertools.pairwise(residuals))
    return not np.isfinite(residuals[-1]) or (grown >= 2 and residuals[-1] > ROUNDING)


def _crosses(system: ParticleSystem, snapshot: Snapshot, controls: Controls) -> bool:
    return _excess(system, snapshot, controls) > EVENT_TOLERANCE


def _excess(system: ParticleSystem, snapshot: Snapshot, controls: Controls) -> float:
    """How far the surface filling lies beyond the limits; negative inside."""
    if controls.limits is None:
        return -1.0
    low, high = controls.limits
    places = system.numbering.theta
    surface = [snapshot.packed[places[dof]] for dof in system.surfaces]
    return float(max(max(low - value, value - high) for value in surface))


def _locate(
    system: ParticleSystem,
    before: Snapshot,
    after: Snapshot,
    piece: tuple[float, float],
    trajectory: Trajectory,
    controls: Controls,
) -> Snapshot:
    """The step from ``before`` that just reaches the limit (regula falsi on the step length)."""
    short, long = 0.0, after.time - before.time
    low, high = _excess(system, before, controls), _excess(system, after, controls)
    best = after
    for _ in range(60):
        length = short + (long - short) * min(max(-low / (high - low), 0.02), 0.98)
        candidate, _ = _attempt(system, before, length, piece, trajectory, controls)
        if candidate is None:
            return best
        excess = _excess(system, candidate, controls)
        if excess > 0:
            long, high, best = length, excess, candidate
            low *= 0.5
        else:
            short, low = length, excess
            high *= 0.5
        if abs(excess) < EVENT_TOLERANCE:
            return candidate
    return best


def _give_up_if_stuck(step: float, snapshot: Snapshot, trajectory: Trajectory) -> None:
    if step > 1e-13 * max(snapshot.time, 1e-6):
        return
    raise ConvergenceError(
        f"The particle solve stopped at scaled time {snapshot.time:.6g}: the step fell to "
        f"{step:.1e} without converging; refine the mesh or loosen the tolerance.",
        last_state=snapshot,
        residuals=trajectory.hardest_newton,
    )
