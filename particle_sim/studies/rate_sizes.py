"""Rate and stress of half cells whose particles have many sizes, beside one size."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr

from particle_sim.cell.half_cell import Cell
from particle_sim.errors import InputError
from particle_sim.materials.material import Material
from particle_sim.materials.sizes import SizeDistribution, log_normal
from particle_sim.metrics.fracture import EDGE_CRACK
from particle_sim.studies.choices import Direction
from particle_sim.studies.half_cell_batch import half_cell_batch
from particle_sim.studies.sized_half_cells import share_above, sized_half_cells
from particle_sim.units import Array

WIDEST = 1.2
"""Largest spread of ln R: sizes then reach over three decades, as far as seven classes carry."""


@dataclass(frozen=True, kw_only=True)
class ParticleSizes:
    """Sizes of a comparison: a ``spread`` of ln R about each median, or one ``counted`` for all.

    ``stress`` [Pa]: the share of the volume whose surface tension passes it is told; without one,
    the stress at which the material's edge flaw grows.
    """

    spread: float | None = None
    counted: SizeDistribution | None = None
    stress: float | None = None

    def __post_init__(self) -> None:
        if (self.spread is None) is (self.counted is None):
            raise InputError(
                "Particle sizes need a spread or counted sizes, and not both; give one of them."
            )
        if self.spread is not None and not 0 < self.spread <= WIDEST:
            raise InputError(
                f"The size spread is {self.spread:g}; the standard deviation of ln R must lie "
                f"above 0 and up to {WIDEST:g}, 0.3 to 0.6 is usual."
            )
        if self.stress is not None and not 0 < self.stress < np.inf:
            raise InputError(f"The stress is {self.stress:g} Pa; it must be positive.")

    def of(self, material: Material) -> SizeDistribution:
        """The sizes of a material's particles; the median of a spread is by volume."""
        if self.counted is not None:
            return self.counted
        return log_normal(material.value("particle_radius"), self.spread or 0.0)


def flaw_stress(material: Material) -> float:
    """Surface tension [Pa] at which the edge flaw grows, K_IC/(1.12 sqrt(pi a))."""
    flaw = material.value("flaw_size")
    return float(material.value("fracture_toughness") / (EDGE_CRACK * np.sqrt(np.pi * flaw)))


def rate_of_sizes(cell: Cell, rates: Array, sizes: ParticleSizes) -> xr.Dataset:
    """Capacity (c_rate) of many sizes and of one, and the share of the volume above a stress.

    At the central values, in the batch (:mod:`particle_sim.studies.sized_half_cells`). The stress
    is the peak tension at the surface on charge, that of free spheres.
    """
    material, distribution = cell.material, sizes.of(cell.material)
    run = sized_half_cells(material, cell.design, sizes=distribution, c_rate=rates, law=cell.law)
    one = half_cell_batch(material, cell.design, c_rate=rates, law=cell.law)
    up = sized_half_cells(
        material,
        cell.design,
        sizes=distribution,
        c_rate=rates,
        law=cell.law,
        direction=Direction.CHARGE,
    )
    stress = flaw_stress(material) if sizes.stress is None else sizes.stress
    columns = {
        "capacity": (run.capacity, "mA h/g"),
        "capacity_of_one_size": (np.asarray(one.capacity), "mA h/g"),
        "share_above": (share_above(up, stress, up.peak_tension), "1"),
    }
    return xr.Dataset(
        {name: ("c_rate", values, {"units": unit}) for name, (values, unit) in columns.items()},
        coords={
            "c_rate": ("c_rate", rates, {"units": "1/h"}),
            "radius": ("size", run.radius, {"units": "m"}),
            "volume_share": ("size", run.volume_share, {"units": "1"}),
        },
        attrs={"stress": stress, "model": "half cell of many sizes at one potential"},
    )
