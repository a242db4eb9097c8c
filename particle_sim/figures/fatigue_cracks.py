"""Cracks that grew by fatigue: the section after chosen cycles, crack size and energies over N."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from particle_sim.checks import arguments_checked
from particle_sim.damage.field.fatigue_run import FatigueRun
from particle_sim.errors import InputError
from particle_sim.fem.simplices import Symmetry
from particle_sim.figures.crack_section import DAMAGE_MAP
from particle_sim.figures.style import BASELINE, CANDIDATE, Figure, figure_style

MOST = 4
"""Pictures of the section side by side"""


@arguments_checked
def fatigue_cracks(run: FatigueRun, cycles: Sequence[int]) -> Figure:
    """Cracks of ``run`` after one to four ``cycles``, and what cycles have added.

    Upper: damage of the unloaded section. Lower: crack size that cycles have added, and energies,
    over cycles; a dot is a cycle that was solved, and upright lines are the cycles above. A cycle
    between two that were solved shows the earlier.

    >>> import particle_sim as ps
    >>> from particle_sim.damage import field
    >>> solid = field.BrittleSolid(
    ...     youngs_modulus=80e9, poisson_ratio=0.28, toughness=17.0, length_scale=40e-9
    ... )
    >>> mesh = ps.shapes.rectangle((4e-7, 1e-8), cells=(40, 1))
    >>> ends = {"left": lambda x, t: 0 * x - (t, 0), "right": lambda x, t: 0 * x + (t, 0)}
    >>> run = field.fatigue_cracks(
    ...     field.CrackBody(mesh=mesh, solid=solid), field.CrackLoad(displacement=ends),
    ...     [1e-9, 0.0], 4, fatigue=field.Fatigue(threshold=1e9),
    ...     meaning=field.LengthScale.MATERIAL,
    ... )
    >>> [axes.get_title() for axes in fatigue_cracks(run, [1, 4]).axes[:2]]
    ['N = 1', 'N = 4']

    Raises :class:`InputError` for no cycle, more than four, and cycles outside the run.
    """
    if not 1 <= len(cycles) <= MOST or min(cycles) < run.cycle[0] or max(cycles) > run.cycle[-1]:
        raise InputError(
            f"The cycles to draw are {list(cycles)}; give one to {MOST} from {run.cycle[0]:,} to "
            f"{run.cycle[-1]:,}."
        )
    with figure_style() as figure_class:
        figure = figure_class(figsize=(8.6, 6.4), layout="constrained")
        upper, lower = figure.subfigures(2, 1, squeeze=False)[:, 0]
        panels = np.atleast_1d(upper.subplots(1, len(cycles), sharey=True))
        for axes, cycle in zip(panels, cycles, strict=True):
            drawn = _section(axes, run, run.index_at(cycle))
        panels[0].set_ylabel(f"{_axes(run)[1]} [µm]")
        upper.colorbar(drawn, ax=list(panels), shrink=0.8).set_label("Damage (fraction)")
        _curves(lower.subplots(), run, cycles)
    return figure


def _axes(run: FatigueRun) -> str:
    return "rz" if run.cycling.body.mesh.symmetry is Symmetry.AXISYMMETRIC else "xy"


def _section(axes: Any, run: FatigueRun, index: int) -> Any:
    body = run.cycling.body
    x, y = 1e6 * body.vertices.T
    drawn = axes.tripcolor(
        x, y, body.damaged.cell_dofs, run.damage[index], shading="gouraud", cmap=DAMAGE_MAP,
        vmin=0.0, vmax=1.0, rasterized=True,
    )  # fmt: skip
    axes.set_aspect("equal")
    axes.set(xlabel=f"{_axes(run)[0]} [µm]", title=f"N = {run.cycle[index]:,}")
    return drawn


def _curves(axes: Any, run: FatigueRun, cycles: Sequence[int]) -> None:
    flat = run.cycling.body.mesh.symmetry is not Symmetry.AXISYMMETRIC
    size, unit = (1e6, "length [µm]") if flat else (1e12, "area [µm²]")
    axes.plot(run.cycle, size * run.grown, "o-", color=BASELINE, ms=3, label="added by cycles")
    axes.set(xlabel="Cycles N", ylim=(0.0, None))
    axes.set_ylabel(f"Crack {unit}", color=BASELINE)
    for cycle in cycles:
        axes.axvline(run.cycle[run.index_at(cycle)], color="black", lw=0.8, ls=":", label="shown")
    right = axes.twinx()
    right.spines["right"].set_visible(True)
    power, unit = (1e6, "µJ/m") if flat else (1e12, "pJ")
    right.plot(run.cycle, power * run.elastic_energy, "s--", color=CANDIDATE, ms=3,
               label="largest elastic energy")  # fmt: skip
    right.plot(run.cycle, power * run.crack_energy, "^-.", color=CANDIDATE, ms=3,
               label="crack energy, worn")  # fmt: skip
    right.set_ylabel(f"Energy [{unit}]", color=CANDIDATE)
    right.set_ylim(bottom=0.0)
    named = {line.get_label(): line for line in (*axes.lines, *right.lines)}
    axes.legend(
        handles=list(named.values()), loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=4
    )
