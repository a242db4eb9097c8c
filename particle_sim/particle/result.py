"""From the accepted steps of a solve to a :class:`ParticleRun`."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np

from particle_sim.particle.outcome import Balances, Cost, ParticleEnd, extent
from particle_sim.particle.run import ParticleRun
from particle_sim.particle.stepper import Snapshot, Trajectory
from particle_sim.particle.system import ParticleSystem
from particle_sim.particle.unknowns import Stage
from particle_sim.units import Array


def particle_run(system: ParticleSystem, trajectory: Trajectory, wanted: Array) -> ParticleRun:
    """Fields at the ``wanted`` times [s] (every step without any), the start and the end."""
    every = trajectory.snapshots
    wanted = wanted / system.scales.time
    kept = [s for s in every if s is every[0] or s is every[-1] or is_wanted(s, wanted)]
    return run_of(system, trajectory, kept)


def run_of(
    system: ParticleSystem, trajectory: Trajectory, snapshots: list[Snapshot]
) -> ParticleRun:
    """Fields of some states of a trajectory; balances are those of all."""
    every = trajectory.snapshots
    unit, length = system.scales.time, system.scales.length
    packed = np.stack([snapshot.packed for snapshot in snapshots])
    theta = packed[:, system.theta]
    elasticity = system.elasticity
    found = system.is_coupled and not system.is_line
    displacement = packed[:, system.u] if found else elasticity.solve(theta)
    area = {name: system.exchange.area(name) for name in system.surfaces}
    flows = [system.flows(s.packed, s.overall, s.time, s.piece) for s in snapshots]
    return ParticleRun(
        particle=system.particle,
        elasticity=elasticity,
        length=length,
        time=np.array([snapshot.time for snapshot in snapshots]) * unit,
        site_fraction=theta,
        potential=packed[:, system.phi] * system.scales.energy,
        scaled_displacement=displacement,
        surface_flux={
            name: np.array([flow[name] for flow in flows]) * system.scales.flux / area[name]
            for name in system.surfaces
        },
        voltage=_voltage(system, snapshots),
        temperature=system.scales.temperature,
        end=_end(system, every[-1], trajectory),
        balances=Balances(
            sodium=_sodium_error(system, every),
            equilibrium=elasticity.work_error(theta, displacement),
            site_fraction=extent(np.array([extent(s.packed[system.theta]) for s in every])),
        ),
        cost=Cost(
            steps=len(every) - 1,
            rejected_steps=trajectory.rejected_steps,
            linear_solves=trajectory.linear_solves,
            newton_residuals=trajectory.newton_residuals,
            methods=tuple(
                sorted(
                    {*system.solver.methods}
                    | (set() if found else {f"displacement: {elasticity.solver.method}"})
                )
            ),
        ),
    )


def noted(run: ParticleRun, **found: Any) -> ParticleRun:
    """The run with more said of it; what was already made of its fields is kept."""
    result = replace(run, **found)
    given = {each.name for each in fields(run)}
    vars(result).update({name: value for name, value in vars(run).items() if name not in given})
    return result


def _voltage(system: ParticleSystem, snapshots: list[Snapshot]) -> Array | None:
    """Electrode potential of the first surface that is given a current."""
    for name, surface in system.surfaces.items():
        if surface.total is not None:
            breaks = surface.breaks
            return np.array([_voltage_at(system, name, s, breaks) for s in snapshots])
    return None


def _voltage_at(system: ParticleSystem, name: str, snapshot: Snapshot, breaks: Array) -> float:
    time = snapshot.time * system.scales.time
    right = int(np.clip(np.searchsorted(breaks, time), 1, len(breaks) - 1))
    piece = (float(breaks[right - 1]), float(breaks[right]))
    stage = Stage(time=snapshot.time, piece=piece, length=0.0, history=np.zeros(0))
    return system.exchange.voltage(name, snapshot.packed, snapshot.overall, stage)


def is_wanted(snapshot: Snapshot, wanted: Array) -> bool:
    """Whether a state is at one of the wanted times (scaled), or all are wanted."""
    if len(wanted) == 0:
        return True
    return bool(np.any(np.abs(wanted - snapshot.time) <= 1e-9 * max(abs(snapshot.time), 1e-300)))


def _end(system: ParticleSystem, last: Snapshot, trajectory: Trajectory) -> ParticleEnd:
    if not trajectory.stopped_early:
        return ParticleEnd.TIME
    if trajectory.stopped_by_voltage:
        return ParticleEnd.VOLTAGE
    fillings = system.surface_fillings(last.packed)
    emptier = fillings.min() < 1 - fillings.max()
    return ParticleEnd.EMPTY if emptier else ParticleEnd.FULL


def sodium_and_passed(system: ParticleSystem, snapshots: list[Snapshot]) -> Array:
    """Sodium inside and gone by (t,), over the volume; constant but for rounding."""
    volumes = system.volumes
    totals = [s.packed[system.theta] @ volumes + s.passed for s in snapshots]
    return np.asarray(np.array(totals) / volumes.sum())


def _sodium_error(system: ParticleSystem, snapshots: list[Snapshot]) -> float:
    totals = sodium_and_passed(system, snapshots)
    return float(np.abs(totals - totals[0]).max())
