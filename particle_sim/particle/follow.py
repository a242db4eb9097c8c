"""A run whose mesh follows its phase boundary, as one run on the common refinement of its meshes.

Between two meshes sodium is projected, so that none is lost; what is not sodium is found again. The
fields of all stored times are functions on the common refinement too, hence nothing is smoothed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np

from particle_sim.errors import InputError
from particle_sim.fem.bisection import Bisection, bisected, common_refinement
from particle_sim.fem.space import Space
from particle_sim.fem.transfer import Nested, embedded, projected
from particle_sim.particle.adaptive import TOLD, Adaptive, largest_around, next_cells, wanted_sizes
from particle_sim.particle.discretise import on_mesh
from particle_sim.particle.filling import check_start, filling_at
from particle_sim.particle.integrate import first_snapshot, first_step, go_on, placed
from particle_sim.particle.interface import interface_width
from particle_sim.particle.outcome import Balances, Cost, extent
from particle_sim.particle.result import is_wanted, noted, run_of, sodium_and_passed
from particle_sim.particle.run import ParticleRun
from particle_sim.particle.space_error import estimated_error
from particle_sim.particle.stepper import Controls, Snapshot, Stepper, Trajectory
from particle_sim.particle.system import ParticleSystem
from particle_sim.units import Array

MOST_ROUNDS = 40
"""Meshes made in turn until one holds the starting field."""


@dataclass(frozen=True, kw_only=True)
class Due:
    """When states are due: kinks of the surface's history [s], landings [s], which are stored."""

    breaks: Array
    landings: Array
    stored: Array
    progress: Callable[[float], None] | None = None


@dataclass(frozen=True, kw_only=True)
class Part:
    """What is kept of the steps on one mesh; ``run``: the fields of its stored states, if any.

    A run without its elasticity, whose tables are large and made anew on the common refinement.
    """

    cells: Bisection
    run: Mapping[str, Any]
    nodes: int
    counts: tuple[int, int, int]
    totals: Array
    extent: tuple[float, float]


@dataclass(kw_only=True)
class Follower:
    """Solves a system whose mesh is made anew for its phase boundary."""

    settings: Adaptive
    controls: Controls
    system: ParticleSystem
    cells: Bisection
    due: Due
    parts: list[Part] = field(default_factory=list)

    def solve(self, start: Callable[[Array], Array]) -> ParticleRun:
        """From a filling, given as a function of the position, to the end."""
        theta = self._begin(start)
        breaks, unit = self.due.breaks, self.system.scales.time
        at = first_snapshot(self.system, breaks)
        step = first_step(self.system, (breaks[-1] - breaks[0]) / unit)
        while True:
            stepper = self._stepper()
            stepper.trajectory.snapshots.append(placed(stepper, theta, at))
            landings = self.due.landings
            step = go_on(stepper, step, breaks, landings, self.due.progress)
            at = stepper.trajectory.snapshots[-1]
            is_last = not stepper.trajectory.paused or at.time * unit >= breaks[-1] * (1 - 1e-12)
            self.parts.append(self._part(stepper.trajectory, is_last))
            if is_last:
                return joined(self.system, self.parts)
            theta = self._moved(at.packed[self.system.theta])

    def _begin(self, start: Callable[[Array], Array]) -> Array:
        """The starting field on a mesh that holds it."""
        for _ in range(MOST_ROUNDS):
            theta = filling_at(self.system.positions, start)
            cells = next_cells(self.settings, self.system, self.cells, theta)
            if np.array_equal(cells.starts, self.cells.starts):
                break
            self.cells, self.system = cells, on_mesh(self.system, cells.mesh)
        check_start(theta, self.controls.limits)
        return theta

    def _stepper(self) -> Stepper:
        system, settings = self.system, self.settings
        largest = largest_around(system, self.cells)

        def pauses(snapshot: Snapshot) -> bool:
            wanted = wanted_sizes(settings, system, snapshot.packed[system.theta])
            return bool((largest > TOLD * wanted).any())

        return Stepper(
            system=system, controls=self.controls, trajectory=Trajectory(), pauses=pauses
        )

    def _moved(self, theta: Array) -> Array:
        """The same sodium on the next mesh, which is the present one from now on."""
        old = Nested(cells=self.cells, space=self.system.space)
        self.cells = next_cells(self.settings, self.system, self.cells, theta)
        self.system = on_mesh(self.system, self.cells.mesh)
        new = Nested(cells=self.cells, space=self.system.space)
        return projected(theta, old, new)

    def _part(self, trajectory: Trajectory, is_last: bool) -> Part:
        system, every = self.system, trajectory.snapshots
        wanted = self.due.stored / system.scales.time
        kept = every[:1] if not self.parts else []
        kept += [s for s in every[1:] if is_wanted(s, wanted) or (is_last and s is every[-1])]
        run: dict[str, Any] = {}
        if kept:
            found = run_of(system, trajectory, kept)
            space = estimated_error(found, self.controls, begins_with_a_jump=False)
            found = noted(found, balances=replace(found.balances, space=space))
            run = {each.name: getattr(found, each.name) for each in fields(found)}
            del run["elasticity"]
        return Part(
            cells=self.cells,
            run=run,
            nodes=system.space.dimension,
            counts=(len(every) - 1, trajectory.rejected_steps, trajectory.linear_solves),
            totals=sodium_and_passed(system, every),
            extent=extent(np.array([extent(s.packed[system.theta]) for s in every])),
        )


def follow(
    settings: Adaptive,
    controls: Controls,
    system: ParticleSystem,
    due: Due,
    start: Callable[[Array], Array],
) -> ParticleRun:
    """Solve from a filling, a function of the position, on meshes made from that of ``system``.

    Raises :class:`InputError` where no phases part, beside inert regions and outside of sections.
    """
    title = system.material.title
    if interface_width(system.material, system.particle.physics, system.scales.temperature) is None:
        raise InputError(
            f"{title}: no phases part, so that no mesh can follow their boundary; leave adaptive= "
            "out, or use phase_separation with a regular_solution_parameter above 2."
        )
    if system.particle.order < 2:
        raise InputError(
            f"{title}: the particle's order is 1, whose sums of sodium in curved cells are not "
            "exact enough to keep it from mesh to mesh; use order 2 or more with adaptive=."
        )
    if system.particle.inert:
        raise InputError(
            f"{title}: the particle has the inert regions {sorted(system.particle.inert)}, beside "
            "which no mesh is adapted; leave adaptive= or the regions out."
        )
    follower = Follower(
        settings=settings,
        controls=controls,
        system=system,
        cells=bisected(system.space.mesh, lambda cells: np.zeros(len(cells.starts), dtype=bool)),
        due=due,
    )
    follower.system = on_mesh(system, follower.cells.mesh)
    return follower.solve(start)


def joined(system: ParticleSystem, parts: list[Part]) -> ParticleRun:
    """One run on the common refinement of the meshes on which states are stored."""
    stored = [part for part in parts if part.run]
    cells = common_refinement([part.cells for part in stored])
    whole = on_mesh(system, cells.mesh)
    runs = [part.run for part in stored]
    first, last = runs[0], runs[-1]

    def together(name: str) -> Array:
        return np.concatenate([run[name] for run in runs])

    def on_all(name: str, space: Space) -> Array:
        return np.concatenate([_embedded(part.run[name], part, cells, space) for part in stored])

    elasticity, totals = whole.elasticity, np.concatenate([part.totals for part in parts])
    balances: list[Balances] = [run["balances"] for run in runs]
    steps, rejected, solves = np.sum([part.counts for part in parts], axis=0).tolist()
    changed = {
        "elasticity": elasticity,
        "time": together("time"),
        "site_fraction": on_all("site_fraction", whole.space),
        "potential": on_all("potential", whole.space),
        "scaled_displacement": on_all("scaled_displacement", elasticity.space),
        "surface_flux": {
            name: np.concatenate([run["surface_flux"][name] for run in runs])
            for name in first["surface_flux"]
        },
        "voltage": None if first["voltage"] is None else together("voltage"),
        "balances": Balances(
            sodium=float(np.abs(totals - totals[0]).max()),
            equilibrium=max(each.equilibrium for each in balances),
            site_fraction=extent(np.array([part.extent for part in parts])),
            space=max(each.space or 0.0 for each in balances),
        ),
        "cost": Cost(
            steps=steps,
            rejected_steps=rejected,
            linear_solves=solves,
            newton_residuals=first["cost"].newton_residuals,
            methods=tuple(sorted({m for run in runs for m in run["cost"].methods})),
            meshes=tuple(part.nodes for part in parts),
        ),
    }
    return ParticleRun(**{**last, **changed})


def _embedded(values: Array, part: Part, cells: Bisection, space: Space) -> Array:
    """States (t, k n) of a field with k components per dof, on a finer mesh (t, k m)."""
    old = Nested(cells=part.cells, space=replace(space, mesh=part.cells.mesh))
    times = len(values)
    nodal = values.reshape(times, old.space.dimension, -1)
    moved = embedded(np.moveaxis(nodal, 0, -1), old, Nested(cells=cells, space=space))
    return np.moveaxis(moved, -1, 0).reshape(times, -1)
