"""Write ``parameters/fields/coherent_sphere.toml``: stress in a coherent two-phase sphere at rest.

``python docs/_tools/coherent_sphere.py`` takes every field of ``studies.coherent_sphere`` over a
grid of chi, B and filling, and solves its stress in an axisymmetric section (some five minutes).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

import particle_sim as ps
from particle_sim.fem.bisection import Bisection, bisected
from particle_sim.studies.coherent_sphere import RAMP, CoherentField, coherent_field
from particle_sim.units import Array

TARGET = Path(__file__).resolve().parents[2] / "parameters" / "fields" / "coherent_sphere.toml"
INTERACTIONS = (2.1, 2.3, 2.6, 3.0, 3.6, 4.5, 6.0)
COHERENCIES = (0.1, 0.3, 1.0, 2.0, 4.0, 8.0, 16.0)
FILLINGS = (0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5)
POISSON_RATIO = 0.28
WIDTH = 0.03
"""Of a sharp boundary over R."""
MODULUS, STRAIN, FULL = 8e10, 0.01, 2e4
EVEN = 1e-3
"""Difference of y below which no phases are left."""
NAMES = ("von_mises", "tension", "compression", "surface_tension", "surface_compression")


def smooth(
    field: CoherentField, interaction: float, coherency: float
) -> Callable[[Array, Array], Array]:
    """y(axial, radius), a sharp boundary widened to WIDTH."""
    if interaction - coherency / 2 <= 2:
        return field.filling
    middle = coherency / 2

    def filling(axial: Array, radius: Array) -> Array:
        m = field.potential(axial, radius)
        across = np.sqrt(np.maximum(radius**2 - axial**2, 0))
        step = 1e-4
        ahead = field.potential(axial + step, np.hypot(axial + step, across))
        aside = field.potential(axial, np.hypot(axial, across + step))
        steep = np.hypot(ahead - m, aside - m) / step
        share = 0.5 + 0.5 * np.tanh(2 * (m - middle) / steep / WIDTH)
        low = field.filling_of(np.minimum(m, middle - RAMP * coherency))
        high = field.filling_of(np.maximum(m, middle + RAMP * coherency))
        return np.asarray(low + (high - low) * share)

    return filling


def row(interaction: float, coherency: float, filling: float) -> dict[str, float]:
    """Peaks over S = E e/(1 - nu), the difference of y, and that of the surface to the mean."""
    field = coherent_field(interaction, coherency, filling, POISSON_RATIO)
    ends = field.filling(np.array([-1.0, 1.0]), np.ones(2))
    found = {"spread": float(np.ptp(ends)), "energy": field.energy}
    if found["spread"] < EVEN:
        return {**dict.fromkeys((*NAMES, *found, "surface_excess"), 0.0)}
    y = smooth(field, interaction, coherency)

    def theta(x: Array) -> Array:
        return y(x[:, 1], np.hypot(x[:, 0], x[:, 1]))

    def divides(cells: Bisection) -> Array:
        at = np.asarray(cells.centres)
        near = [
            theta(at + cells.sizes[:, None] * np.array(d))
            for d in ((0, 0.5), (0, -0.5), (0.5, 0), (-0.5, 0))
        ]
        return np.asarray((cells.sizes > 0.006) & (np.ptp(near, axis=0) > 0.15))

    mesh = bisected(ps.shapes.ball_section(1.0, cell_size=0.1), divides).mesh
    material = ps.material_from_values(
        maximum_concentration=FULL,
        diffusivity=1e-15,
        youngs_modulus=MODULUS,
        poisson_ratio=POISSON_RATIO,
        partial_molar_volume=3 * STRAIN / FULL,
    )
    run = ps.solve_stress(ps.Particle(material=material, mesh=mesh), theta)
    unit = MODULUS * STRAIN / (1 - POISSON_RATIO)
    largest, least = run.principal_stress[0].max(), run.principal_stress[0].min()
    outside = run.principal_stress[0][np.hypot(*run.positions.T) > 1 - 1e-6]
    mean = float(run.surface_mean(run.site_fraction)[0])
    values = (
        run.von_mises_stress[0].max(),
        largest,
        -least,
        max(outside.max(), 0),
        max(-outside.min(), 0),
    )
    found |= {name: float(v / unit) for name, v in zip(NAMES, values, strict=True)}
    return {**found, "surface_excess": mean - float(run.mean_site_fraction[0])}


def main() -> None:
    """The table, rounded to four digits."""
    rows = [
        [[row(chi, energy, y) for y in FILLINGS] for energy in COHERENCIES] for chi in INTERACTIONS
    ]
    lines = [
        "# Computed, not measured: docs/_tools/coherent_sphere.py",
        f"interaction = {list(INTERACTIONS)}",
        f"coherency = {list(COHERENCIES)}",
        f"filling = {list(FILLINGS)}",
        f"poisson_ratio = {POISSON_RATIO}",
        f"boundary_width = {WIDTH}",
    ]
    for name in rows[0][0][0]:
        table = [[[round(cell[name], 4) for cell in line] for line in block] for block in rows]
        lines.append(f"{name} = [")
        lines += [f"  {block}," for block in table]
        lines.append("]")
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
