"""Adaptive implicit time stepping of a particle system.

A step is accepted when the embedded error of the concentration, and of the stress it causes, is
below the tolerance at every dof. Steps land on requested times and on kinks of the surface
history; the time at which the surface runs empty or full, or the voltage meets a limit, is found
to the controls' ``event_tolerance``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import numpy as np

from particle_sim.errors import ConvergenceError
from particle_sim.particle.checkpoint import Checkpoint
from particle_sim.particle.stepper import Snapshot, Stepper, Trajectory
from particle_sim.particle.system import ParticleSystem
from particle_sim.particle.unknowns import Piece, Stage
from particle_sim.units import Array

SAFETY, SLOWEST, FASTEST = 0.8, 0.2, 6.0


def integrate(
    stepper: Stepper,
    start: Array,
    breaks: Array,
    landings: Array,
    progress: Callable[[float], None] | None = None,
    checkpoint: Checkpoint | None = None,
) -> Trajectory:
    """Step from ``breaks[0]`` to ``breaks[-1]`` [s]; ``start`` is theta at every dof (n,).

    With a ``checkpoint`` whose file exists the run goes on from there; a run that fails leaves
    its last good state in it.
    """
    begun = _begin(stepper, start, breaks, checkpoint)
    try:
        go_on(stepper, begun, breaks, landings, progress, checkpoint)
    except ConvergenceError:
        if checkpoint is not None:
            checkpoint.save(stepper.trajectory.snapshots, begun, at_once=True)
        raise
    if checkpoint is not None:
        checkpoint.remove()
    return stepper.trajectory


def _begin(stepper: Stepper, start: Array, breaks: Array, checkpoint: Checkpoint | None) -> float:
    """Put the first or the stored states into the trajectory; returns the next step (scaled)."""
    system, snapshots = stepper.system, stepper.trajectory.snapshots
    first = placed(stepper, start, first_snapshot(system, breaks))
    stored = checkpoint.load() if checkpoint is not None else None
    if stored is not None:
        snapshots.extend(stored[0])
        return stored[1]
    snapshots.append(first)
    return first_step(system, (breaks[-1] - breaks[0]) / system.scales.time)


def go_on(
    stepper: Stepper,
    step: float,
    breaks: Array,
    landings: Array,
    progress: Callable[[float], None] | None = None,
    checkpoint: Checkpoint | None = None,
) -> float:
    """Step on from the trajectory's last state to the end, or until the stepper pauses.

    ``step``: the first step; returns the next one (both scaled).
    """
    system, trajectory = stepper.system, stepper.trajectory
    unit, snapshot = system.scales.time, trajectory.snapshots[-1]
    done = snapshot.time * unit * (1 + 1e-12)
    for left, right in pairwise(breaks):
        if right <= done:
            continue
        piece = (float(left), float(right))
        if left >= done or len(trajectory.snapshots) == 1:
            if _jumps(system, snapshot, piece):
                step = min(step, first_step(system, (right - left) / unit))
                snapshot = _settled(stepper, snapshot, piece)
            if _ends(stepper, snapshot, piece):
                return step
        inside = landings[(landings > max(left, done)) & (landings < right)]
        for stop in np.append(inside, right) / unit:
            snapshot, step = _advance(stepper, snapshot, float(stop), piece, step)
            if trajectory.stopped_early or trajectory.paused:
                return step
            if checkpoint is not None:
                checkpoint.save(trajectory.snapshots, step, at_once=True)
            if progress is not None:
                progress(float((stop * unit - breaks[0]) / (breaks[-1] - breaks[0])))
    return step


def first_step(system: ParticleSystem, duration: float) -> float:
    """A tenth of the time in which sodium crosses the smallest cell."""
    return float(min(0.1 * system.smallest_cell**2, 0.01 * duration))


def _jumps(system: ParticleSystem, snapshot: Snapshot, piece: Piece) -> bool:
    """Whether another flux passes a surface in the next piece of its history."""
    at = snapshot.packed, snapshot.overall, snapshot.time
    before, after = (np.array(list(system.flows(*at, p).values())) for p in (snapshot.piece, piece))
    return bool(np.abs(after - before).max() > 1e-6 * (1e-12 + np.abs(after).max()))


def first_snapshot(system: ParticleSystem, breaks: Array) -> Snapshot:
    """Nothing yet, at the beginning of the surface's history."""
    piece = (float(breaks[0]), float(breaks[1]))
    none = np.zeros(0)
    time = piece[0] / system.scales.time
    return Snapshot(time=time, packed=none, overall=none, piece=piece, passed=0.0)


def placed(stepper: Stepper, theta: Array, at: Snapshot) -> Snapshot:
    """A filling (n,) as the state ``at`` a time, with held surfaces moved to their value and phi
    and stress found."""
    system = stepper.system
    packed, overall = system.start(theta)
    first = replace(
        at,
        packed=packed,
        overall=overall,
        passed=at.passed + float(system.volumes @ (theta - packed[system.theta])),
    )
    return _settled(stepper, first, at.piece)


def _settled(stepper: Stepper, snapshot: Snapshot, piece: Piece) -> Snapshot:
    """The same sodium with the potentials and displacements that belong to it."""
    if not stepper.system.needs_start:
        return snapshot
    theta = snapshot.packed[stepper.system.theta]
    stage = Stage(time=snapshot.time, piece=piece, length=0.0, history=theta)
    packed, overall = stepper.newton(snapshot.packed, snapshot.overall, stage)
    return replace(snapshot, packed=packed, overall=overall)


def _advance(
    stepper: Stepper, snapshot: Snapshot, stop: float, piece: Piece, step: float
) -> tuple[Snapshot, float]:
    """Accepted steps up to ``stop`` (scaled); returns the last snapshot and the next step."""
    trajectory = stepper.trajectory
    longest = np.inf  # recently no step above this length had a solution
    while stop - snapshot.time > 1e-12 * max(stop, 1e-300):
        remaining = stop - snapshot.time
        step = min(step, longest)
        length = remaining if step > 0.99 * remaining else min(step, 0.5 * remaining)
        candidate, error = stepper.attempt(snapshot, length, piece)
        if candidate is None or error > 1:
            trajectory.rejected_steps += 1
            step = length * max(SLOWEST, SAFETY * error**-0.25)
            longest = 0.5 * length if candidate is None else longest
            _give_up_if_stuck(step, snapshot, error)
            continue
        if _excess(stepper, candidate, piece) > stepper.controls.event_tolerance:
            snapshot = _locate(stepper, snapshot, candidate, piece)
            trajectory.snapshots.append(snapshot)
            _stop(stepper, snapshot, piece)
            return snapshot, step
        landed = candidate.time if length < remaining else stop
        snapshot = replace(candidate, time=landed)
        trajectory.snapshots.append(snapshot)
        longest *= 1.15
        grown = length * min(FASTEST, SAFETY * max(error, 1e-8) ** -0.25)
        step = max(grown, step) if length < step else grown
        if stepper.pauses is not None and stepper.pauses(snapshot):
            trajectory.paused = True
            break
    return snapshot, step


def _ends(stepper: Stepper, snapshot: Snapshot, piece: Piece) -> bool:
    """Whether a new flux takes the voltage beyond its limits before any sodium has moved."""
    system = stepper.system
    beyond = system.voltage_excess(snapshot.packed, snapshot.overall, snapshot.time, piece)
    if beyond > stepper.controls.event_tolerance:
        _stop(stepper, snapshot, piece)
    return stepper.trajectory.stopped_early


def _stop(stepper: Stepper, snapshot: Snapshot, piece: Piece) -> None:
    beyond = stepper.system.voltage_excess(snapshot.packed, snapshot.overall, snapshot.time, piece)
    stepper.trajectory.stopped_early = True
    stepper.trajectory.stopped_by_voltage = beyond > -2 * stepper.controls.event_tolerance


def _excess(stepper: Stepper, snapshot: Snapshot, piece: Piece) -> float:
    """How far filling or voltage lie beyond their limits; negative inside."""
    system = stepper.system
    worst = system.voltage_excess(snapshot.packed, snapshot.overall, snapshot.time, piece)
    if stepper.controls.limits is None:
        return worst
    low, high = stepper.controls.limits
    surface = system.surface_fillings(snapshot.packed)
    return float(max(worst, low - surface.min(), surface.max() - high))


def _locate(stepper: Stepper, before: Snapshot, after: Snapshot, piece: Piece) -> Snapshot:
    """The step from ``before`` that just reaches the limit.

    Regula falsi on the step length; halving joins in where a potential ends as a wall.
    """
    short, long = 0.0, after.time - before.time
    low, high = _excess(stepper, before, piece), _excess(stepper, after, piece)
    best = after
    for tried in range(60):
        share = 0.5 if tried >= _SMOOTH and tried % 2 else min(max(-low / (high - low), 0.02), 0.98)
        length = short + (long - short) * share
        candidate, _ = stepper.attempt(before, length, piece)
        if candidate is None:
            return best
        excess = _excess(stepper, candidate, piece)
        if excess > 0:
            long, high, best = length, excess, candidate
            low *= 0.5
        else:
            short, low = length, excess
            high *= 0.5
        if abs(excess) < stepper.controls.event_tolerance:
            return candidate
    return best


_SMOOTH = 8
"""Trials after which regula falsi has met the limit of whatever is smooth."""


def _give_up_if_stuck(step: float, snapshot: Snapshot, error: float) -> None:
    if step > 1e-13 * max(snapshot.time, 1e-6):
        return
    raise ConvergenceError(
        f"The particle solve stopped at scaled time {snapshot.time:.6g}: the step fell to "
        f"{step:.1e} with an error of {error:.1e} times the tolerance; refine the mesh or loosen "
        "the tolerance.",
        last_state=snapshot,
        residuals=(error,),
    )
