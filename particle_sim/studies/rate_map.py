"""The map over particle size and C-rate: what capacity is kept, and whether a flaw grows.

Capacity is that of a discharge over the capacity at rest between the cut-offs, and so is the charge
that a charge passes before its cut-off. The crack number is
K/K_IC = 1.12 sigma sqrt(pi a)/K_IC of an edge flaw of depth a under the largest surface tension of
a charge, when the surface of a material that shrinks on desodiation is pulled (Tada, Paris & Irwin,
2000, section 2.1). Two dimensionless groups order it:

    g = (R^2/D)/t                    t the time the rate takes for the whole window,
    S = K_full g/15 / K_IC           K_full = 1.12 sqrt(pi a) E beta/(1 - nu),

beta the linear misfit strain of the whole window.

S is K/K_IC in steady diffusion at constant D, E and flux: the surface then stands g/15 of the
window below the mean (Crank, The Mathematics of Diffusion, 1975, section 6.3.3), and
sigma = E beta (g/15)/(1 - nu). It is too high once the surface runs empty.
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from particle_sim.cell.design import CellDesign
from particle_sim.cell.half_cell import half_cell
from particle_sim.materials.material import Material
from particle_sim.metrics.flaw import LARGEST_FLAW
from particle_sim.metrics.fracture import EDGE_CRACK
from particle_sim.studies.choices import Direction
from particle_sim.studies.half_cell_batch import half_cell_batch
from particle_sim.studies.rate_band import Batch
from particle_sim.studies.rate_curves import group_per_c_rate, uniform_share, window_capacity
from particle_sim.units import Array

RADII = np.logspace(-8, -5, 25)
"""Particle radii of the map [m]."""
MAP_RATES = np.logspace(-1, 2, 25)
"""C-rates of the map."""
STEADY_DEPTH = 15.0
"""g = 3 N R/(D c_max) over the depth of the surface below the mean, N R/(5 D c_max)."""


def rate_map(
    material: Material,
    design: CellDesign,
    *,
    radii: Array = RADII,
    rates: Array = MAP_RATES,
    batch: Batch = half_cell_batch,
) -> xr.Dataset:
    """Capacity kept, charge passed, peak surface tension and K/K_IC (radius, c_rate) with both
    groups.
    """
    radius, rate = (axis.ravel() for axis in np.meshgrid(radii, rates, indexing="ij"))
    central = np.full_like(radius, material.value("diffusivity"))
    share = uniform_share(material, radius, central, rate)
    values = {"particle_radius": radius, "diffusivity": share * central}
    shape = (len(radii), len(rates))
    down = batch(material, design, c_rate=rate, values=values, direction=Direction.DISCHARGE)
    up = batch(material, design, c_rate=rate, values=values, direction=Direction.CHARGE)
    whole = window_capacity(half_cell(material, design=design))
    tension = share * np.asarray(up.peak_tension)
    dims = ("radius", "c_rate")
    number = group(material, radius, rate)
    columns = {
        "capacity_kept": (np.asarray(down.capacity) / whole, "1"),
        "charge_passed": (np.asarray(up.capacity) / whole, "1"),
        "peak_tension": (tension, "Pa"),
        "crack_number": (crack_number_of(material, tension, radius), "1"),
        "group": (number, "1"),
        "stress_group": (stress_group(material, number, radius), "1"),
    }
    return xr.Dataset(
        {name: (dims, v.reshape(shape), {"units": unit}) for name, (v, unit) in columns.items()},
        coords={
            "radius": ("radius", radii, {"units": "m"}),
            "c_rate": ("c_rate", rates, {"units": "1/h"}),
        },
        attrs={"model": "SPM half cell", "capacity_at_rest": whole},
    )


def group(material: Material, radius: Array, c_rate: Array) -> Array:
    """g = (R^2/D)/t of every point."""
    scale = (radius / material.value("particle_radius")) ** 2
    return np.asarray(group_per_c_rate(material) * scale * c_rate)


def stress_group(material: Material, number: Array, radius: Array) -> Array:
    """S = 1.12 sqrt(pi a) E beta (g/15)/((1 - nu) K_IC) of every point."""
    strain = float(np.ptp(material["chemical_strain"](np.linspace(0, 1, 201))))
    stiffness = material.value("youngs_modulus") / (1 - material.value("poisson_ratio"))
    return crack_number_of(material, stiffness * strain * number / STEADY_DEPTH, radius)


def crack_number_of(material: Material, tension: Array, radius: Array) -> Array:
    """K/K_IC of the material's edge flaw, no deeper than a tenth of the particle's radius."""
    flaw = np.minimum(material.value("flaw_size"), LARGEST_FLAW * radius)
    pulled = np.maximum(tension, 0.0)
    return np.asarray(
        EDGE_CRACK * pulled * np.sqrt(np.pi * flaw) / material.value("fracture_toughness")
    )
