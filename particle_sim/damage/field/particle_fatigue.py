"""Fatigue of the section of a particle whose sodium comes and goes as in a solved cycle."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from particle_sim.checks import arguments_checked
from particle_sim.damage.field.body import CrackBody
from particle_sim.damage.field.crack import notch
from particle_sim.damage.field.cycling import Jumps
from particle_sim.damage.field.fatigue import Fatigue
from particle_sim.damage.field.fatigue_cracks import fatigue_cracks
from particle_sim.damage.field.fatigue_run import FatigueRun
from particle_sim.damage.field.particle_cracks import brittle_warnings, particle_load
from particle_sim.damage.field.resolution import LengthScale
from particle_sim.damage.field.solid import BrittleSolid
from particle_sim.fem.body_mesh import BodyMesh
from particle_sim.particle.run import ParticleRun
from particle_sim.progress import shows_progress
from particle_sim.units import Array


@arguments_checked
@shows_progress
def fatigue_particle(
    run: ParticleRun,
    solid: BrittleSolid,
    mesh: BodyMesh,
    instants: Sequence[float] | Array,
    cycles: int,
    *,
    fatigue: Fatigue,
    meaning: LengthScale,
    flaw: tuple[tuple[float, float], tuple[float, float]] | None = None,
    embrittlement: float = 0.0,
    jumps: Jumps | None = None,
    until: float = np.inf,
    checkpoint: str | Path | None = None,
    progress: Callable[[str], None] | None = None,
) -> FatigueRun:
    """Cracks over ``cycles`` cycles of the sodium of a radial ``run``, on a section ``mesh``.

    ``instants`` [s] are those of one cycle of the run, best one in which the sodium ends where it
    began; every cycle, jumped over or not, has the same. ``flaw``: start and end of a cut [m].
    ``solid`` and ``embrittlement`` as in :func:`particle_load`, which is the load; ``fatigue``,
    ``meaning``, ``jumps``, ``until``, ``checkpoint`` and ``progress`` as in :func:`fatigue_cracks`,
    which goes through the cycles.

    >>> import particle_sim as ps
    >>> from particle_sim.damage.example import example_cracks
    >>> from particle_sim.particle.example import example_run
    >>> quarter = ps.shapes.ball_section(2.5e-7, cell_size=1e-8, half=True, curved=False)
    >>> solid, worn = example_cracks().body.solid, Fatigue(threshold=1e9)
    >>> found = fatigue_particle(
    ...     example_run(), solid, quarter, [60.0, 0.0], 2,
    ...     fatigue=worn, meaning=LengthScale.MATERIAL,
    ... )
    >>> found.cycle.tolist(), found.end.name
    ([1, 2], 'CYCLES')

    Raises :class:`InputError` and :class:`ConvergenceError` as those two do.
    """
    load = particle_load(run, solid, mesh, instants, embrittlement=embrittlement)
    body = CrackBody(mesh=mesh, solid=solid)
    found = fatigue_cracks(
        body,
        load,
        instants,
        cycles,
        fatigue=fatigue,
        meaning=meaning,
        flaw=None if flaw is None else notch(body, *flaw),
        jumps=jumps,
        until=until,
        checkpoint=checkpoint,
        progress=progress,
    )
    return replace(found, warnings=found.warnings + brittle_warnings(embrittlement))
