"""What rate and voltage data can determine: groups of parameters.

A single-particle half cell at a current I per active mass obeys

    theta_s = theta_0 + (I / 3600 Q) (R^2 / 3D) g(D t / R^2)
    V = U(theta_s) - (2RT/F) asinh( I / (2 k f(theta_s)) ) - I r - metal,

with f of :class:`~particle_sim.materials.functions.SquareRoot`, 1 at half filling of the window,
so D and R enter only as ``diffusion_rate`` D/R^2 [1/s], j0 and R only as ``exchange_current``
k = 3 j0/(rho R) [A/kg], the series resistance and the loading only as their product
``series_resistance`` r [ohm kg]; Q is the ``window_capacity`` [A h/kg]. The data cannot tell two
cells with equal groups apart, however good they are.
"""

from __future__ import annotations

import numpy as np

from particle_sim.cell.half_cell import Cell
from particle_sim.materials.material import Material
from particle_sim.units import Array

GROUPS = ("diffusion_rate", "exchange_current", "series_resistance", "window_capacity")
UNITS = {
    "diffusion_rate": "1/s",
    "exchange_current": "A/kg",
    "series_resistance": "ohm*kg",
    "window_capacity": "A*h/kg",
}
MEANINGS = {
    "diffusion_rate": "D/R²",
    "exchange_current": "3 j0/(ρ R), exchange current per active mass",
    "series_resistance": "film resistance × loading",
    "window_capacity": "capacity of the whole sodium window",
}

UNKNOWN_DECADES = 0.5
"""Standard deviation of log10 of a radius without a plausible range (assumed)."""


def draw_radius(material: Material, count: int, rng: np.random.Generator) -> Array:
    """log10 of the radius [m] (count,), as the material's file has it before any datum."""
    radius = material["particle_radius"]
    if radius.plausible is None:
        spread = UNKNOWN_DECADES * rng.standard_normal(count)
        return np.asarray(np.log10(radius.magnitude) + spread)
    return np.asarray(np.log10(radius.quantile(rng.random(count))))


def central_groups(cell: Cell) -> Array:
    """log10 (4,) of the groups at the central values of the material and the design."""
    material, design = cell.material, cell.design
    radius = material.value("particle_radius")
    exchange = material.value("exchange_current_density")
    return np.log10(
        [
            material.value("diffusivity") / radius**2,
            3 * exchange / (material.value("density") * radius),
            design.value("film_resistance") * design.value("active_loading"),
            material.specific_capacity,
        ]
    )
