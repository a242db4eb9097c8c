"""Grain boundaries that opened: the section as it is torn, and energies against the load."""

from __future__ import annotations

from typing import Any

import numpy as np

from particle_sim.checks import arguments_checked
from particle_sim.damage.interfaces.opening import BoundaryOpening
from particle_sim.errors import InputError
from particle_sim.figures.style import BASELINE, CANDIDATE, Figure, figure_style
from particle_sim.units import Array

GRAIN, CASING = "#DCE3EA", "#7A8794"
SPAN = np.linspace(0.0, 1.0, 7)
"""Places along a facet at which its sides are drawn."""


@arguments_checked
def boundary_opening(
    opening: BoundaryOpening, index: int = -1, *, magnification: float = 5.0
) -> Figure:
    """Grain boundaries of ``opening`` at the load ``index``, and what all of them have spent.

    Left: the section with its displacement times ``magnification``, both sides of every boundary in
    the colour of the energy it has spent. Right: shares of all boundaries that are spent and
    broken.

    >>> from dataclasses import replace
    >>> import particle_sim as ps
    >>> from particle_sim.damage.interfaces.cohesive_law import CohesiveLaw
    >>> from particle_sim.damage.interfaces.grain_boundaries import pull_apart
    >>> mesh = ps.shapes.rectangle((20e-9, 5e-9), cells=(2, 1))
    >>> half = (mesh.points[mesh.cells, 0].mean(axis=1) > 10e-9).astype(np.intp)
    >>> grains = ps.Particle(material=ps.load_material("nvp"), mesh=replace(mesh, regions=half))
    >>> law = CohesiveLaw(strength=0.6e9, energy=0.8, stiffness=2e21)
    >>> opening = pull_apart(grains, law, np.array([1e-11]), sides=("left", "right"), axis=0)
    >>> boundary_opening(opening).axes[0].get_xlabel()
    'x [nm]'

    Raises :class:`InputError` for a body, whose boundaries are surfaces, and :class:`IndexError`
    for an index outside the loads.
    """
    if opening.body.dimension != 2:
        raise InputError("The opened body is three-dimensional; draw a section's boundaries.")
    from matplotlib.collections import LineCollection, PolyCollection

    triangles, sides = _drawn(opening, index, magnification)
    with figure_style() as figure_class:
        figure = figure_class(figsize=(8.6, 4.0), layout="constrained")
        section, curves = figure.subplots(1, 2, width_ratios=[1.15, 1.0])
        section.add_collection(
            PolyCollection(list(triangles), facecolor=GRAIN, edgecolor=GRAIN, lw=0.3)
        )
        section.add_collection(LineCollection(list(sides), color=CASING, lw=2.6))
        lines = LineCollection(list(sides), cmap="inferno_r", lw=1.6)
        lines.set_array(np.tile(opening.spent[index].mean(axis=1), 2))
        lines.set_clim(0.0, 1.0)
        section.add_collection(lines)
        section.autoscale_view()
        section.set_aspect("equal")
        axes = "rz" if opening.body.elasticity.symmetry.name == "AXISYMMETRIC" else "xy"
        section.set(xlabel=f"{axes[0]} [nm]", ylabel=f"{axes[1]} [nm]")
        section.set_title(f"displacement × {magnification:g}")
        bar = figure.colorbar(lines, ax=section, shrink=0.8)
        bar.set_label("Fraction of the energy G spent")
        _curves(curves, opening)
    return figure


def _drawn(opening: BoundaryOpening, index: int, magnification: float) -> tuple[Array, Array]:
    """Corners of triangles (e, 3, 2) and lines along both sides of facets (2 f, k, 2) [nm]."""
    space, facets = opening.body.elasticity.space, opening.body.facets
    moved = space.nodes + magnification * opening.displacement[index].reshape(-1, 2)
    count = facets.points.shape[1]
    nodes = 0.5 * (np.polynomial.legendre.leggauss(count)[0] + 1)
    along = np.linalg.solve(np.vander(nodes).T, np.vander(SPAN, count).T)  # (q, k)
    sides = [
        np.einsum(
            "fqi,fid->fqd", facets.shapes[side], moved[space.cell_dofs[facets.cells[:, side]]]
        )
        for side in (0, 1)
    ]
    lines = np.einsum("fqd,qk->fkd", np.concatenate(sides), along)
    unit = 1e9 * opening.length
    return unit * moved[space.cell_dofs[:, :3]], unit * lines


def _curves(axes: Any, opening: BoundaryOpening) -> None:
    whole = opening.law.energy * float(opening.areas.sum())
    pulled = opening.traction is not None
    axes.plot(opening.time, opening.dissipated / whole, "o-", color=BASELINE, ms=3,
              label="energy spent, of G × area")  # fmt: skip
    axes.plot(opening.time, opening.cracked_share, "s--", color=CANDIDATE, ms=3,
              label="area broken")  # fmt: skip
    axes.set_xlabel("Load (fraction of the path, by its number)" if pulled else "Time [s]")
    axes.set_ylabel("Fraction of all boundaries")
    axes.set_ylim(bottom=0.0)
    axes.legend()
