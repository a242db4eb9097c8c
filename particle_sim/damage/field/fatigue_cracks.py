"""Cracks in a section that grow by fatigue, over as many cycles as asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from pathlib import Path

import numpy as np

from particle_sim.checks import arguments_checked
from particle_sim.damage.field.body import CrackBody
from particle_sim.damage.field.checkpoint import file_of
from particle_sim.damage.field.crack import checked_flaw, size_in_words
from particle_sim.damage.field.cycling import Cycling, Jumps, Worn
from particle_sim.damage.field.fatigue import Fatigue
from particle_sim.damage.field.fatigue_run import FatigueEnd, FatigueRun, SolvedCycle
from particle_sim.damage.field.load import CrackLoad, Loading
from particle_sim.damage.field.resolution import (
    LengthScale,
    check_cracked,
    check_resolution,
    length_warnings,
)
from particle_sim.damage.field.run_cost import check_forecast
from particle_sim.damage.steps import Steps, silent
from particle_sim.errors import ConvergenceError, InputError
from particle_sim.particle.state_file import StateFile
from particle_sim.progress import shows_progress
from particle_sim.units import Array

RESOLVED = Jumps(growth=0.0)
"""Every cycle in turn."""


@arguments_checked
@shows_progress
def fatigue_cracks(
    body: CrackBody,
    load: CrackLoad,
    instants: Sequence[float] | Array,
    cycles: int,
    *,
    fatigue: Fatigue,
    meaning: LengthScale,
    flaw: Array | None = None,
    jumps: Jumps | None = None,
    until: float = np.inf,
    checkpoint: str | Path | None = None,
    progress: Callable[[str], None] | None = None,
) -> FatigueRun:
    """Cracks of ``body`` under ``cycles`` cycles of a load: what :func:`crack` is for one, with
    f(A) G_c of ``fatigue``.

    One cycle takes ``load`` to each of ``instants`` (k,) in turn, in any order and at least to
    where it is largest and where it is smallest: A counts rises from instant to instant, and from
    the last to the first of the next cycle. ``jumps`` says how many cycles one solved cycle may
    stand for; :func:`jump_error` what that costs. The load must come back: sodium that drifts from
    cycle to cycle, and what cracks do to it, are left out. ``meaning`` and ``flaw`` (n,) as in
    :func:`crack`.

    The run ends early, with what it has, where cracks pass ``until`` [m, or m2 of a
    meridian], where they reach coarse cells and where a cycle is not found; ``end`` and ``said``
    tell. ``checkpoint`` and ``progress``, told each solved cycle, as in :func:`crack`. Raises
    :class:`InputError` as it does, and :class:`ConvergenceError` where not even the first cycle is
    found.

    >>> import particle_sim as ps
    >>> from particle_sim.damage.field import BrittleSolid, Fatigue
    >>> solid = BrittleSolid(
    ...     youngs_modulus=80e9, poisson_ratio=0.28, toughness=17.0, length_scale=40e-9
    ... )
    >>> body = CrackBody(mesh=ps.shapes.rectangle((4e-7, 4e-8), cells=(40, 4)), solid=solid)
    >>> ends = {"left": lambda x, t: 0 * x - (t, 0), "right": lambda x, t: 0 * x + (t, 0)}
    >>> worn, l = Fatigue(threshold=1e9), LengthScale.MATERIAL
    >>> pull = CrackLoad(displacement=ends)
    >>> fatigue_cracks(body, pull, [4e-9, 0.0], 10, fatigue=worn, meaning=l).cycle
    array([ 1,  2,  3,  4,  6,  8, 10])
    """
    times = _checked_cycle(body, instants, cycles)
    start = checked_flaw(body, flaw)
    warnings = length_warnings(body, meaning, start)
    check_resolution(body)
    (progress or silent)(f"of every solved cycle: {check_forecast(body, len(times))}")
    cycling = Cycling(
        body=body, load=load, instants=times, fatigue=fatigue, jumps=jumps or Jumps(), until=until
    )
    choices = start, meaning, cycles, fatigue, cycling.jumps, until
    file = file_of(checkpoint, Loading(body=body, load=load), times, *choices)
    rows, end, said = _cycled(cycling, start, cycles, file, progress or silent)
    if not rows:
        raise ConvergenceError(
            f"Not even the first cycle was found: {said}", last_state=start, residuals=()
        )
    table = {each.name: np.array([getattr(row, each.name) for row in rows])
             for each in fields(SolvedCycle)}  # fmt: skip
    return FatigueRun(cycling=cycling, flaw=start, end=end, said=said, warnings=warnings, **table)


def _checked_cycle(body: CrackBody, instants: Sequence[float] | Array, cycles: int) -> Array:
    if body.mesh.dimension == 3:
        raise InputError(
            "Fatigue is for sections: a solid takes minutes for one load path; use a section of it."
        )
    times = np.asarray(instants, dtype=float)
    if times.ndim != 1 or len(times) < 1 or not np.all(np.isfinite(times)) or cycles < 1:
        raise InputError(
            f"Fatigue has {cycles} cycles of {times.size} instants; give one cycle at least, and "
            "its instants as a row of finite numbers."
        )
    return times


def _cycled(
    cycling: Cycling,
    flaw: Array,
    cycles: int,
    file: StateFile | None = None,
    tell: Callable[[str], None] = silent,
) -> tuple[list[SolvedCycle], FatigueEnd, str]:
    """One cycle after the other, and why they end."""
    with Steps(state=cycling.start(flaw), row=SolvedCycle, file=file) as steps:
        end, said = _end_of(cycling, steps.state, cycles)
        while end is None:
            try:
                state = cycling.after(steps.state, cycles - steps.state.cycle)
            except ConvergenceError as error:
                return steps.rows, FatigueEnd.UNSETTLED, str(error)
            steps.add(state, SolvedCycle.of(state))
            tell(f"cycle {state.cycle:,}: {size_in_words(cycling.body, state.damage)}")
            end, said = _end_of(cycling, state, cycles)
    return steps.rows, end, said


def _end_of(cycling: Cycling, state: Worn, cycles: int) -> tuple[FatigueEnd | None, str]:
    """Whether the cycles end at a state, and the sentence that says why."""
    if not state.is_held:
        return FatigueEnd.RUNNING, ""
    try:
        if state.cycle > 0:
            check_cracked(cycling.body, state.damage)
    except InputError as error:
        return FatigueEnd.COARSE, str(error)
    return (FatigueEnd.CYCLES if state.cycle >= cycles else None), ""


@arguments_checked
def jump_error(run: FatigueRun) -> float:
    """How far jumps of half the size lead elsewhere, over what cycles added to the cracks.

    The largest difference of crack sizes at the rows of ``run``, over the largest that was added.
    As the error goes at least with the size of the jumps, about what the run itself is off by.
    Takes twice as long as the run. 0 where no crack has grown in either.

    >>> from particle_sim.damage.example import example_cracks
    >>> bar, worn = example_cracks(), Fatigue(threshold=1e9)
    >>> run = fatigue_cracks(
    ...     bar.body, bar.load, [4e-9, 0.0], 6, fatigue=worn, meaning=LengthScale.MATERIAL
    ... )
    >>> jump_error(run)  # the bar is whole
    0.0

    Raises nothing.
    """
    cycling = run.cycling
    half = replace(
        cycling,
        jumps=replace(
            cycling.jumps, growth=cycling.jumps.growth / 2, advance=cycling.jumps.advance / 2
        ),
    )
    rows, _, _ = _cycled(half, run.flaw, int(run.cycle[-1]))
    cycle = [0] + [each.cycle for each in rows]
    before = cycling.body.crack_size(run.flaw)
    grown = [0.0] + [cycling.body.crack_size(each.damage) - before for each in rows]
    known = run.cycle <= cycle[-1]
    apart = np.abs(np.interp(run.cycle, cycle, grown) - run.grown)[known]
    largest = max(float(run.grown.max()), float(np.max(grown)))
    return float(apart.max() / largest) if largest > 0 and known.any() else 0.0
