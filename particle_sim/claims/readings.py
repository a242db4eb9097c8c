"""What a map of stress and inhomogeneity against D/R^2 says about each draw.

For a constant flux a solid solution depends on N R / (D c_max) alone, so that a draw with more
sodium per volume is read at D/R^2 c_max/c_max(central); stress scales with E span / (1 - nu).
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from particle_sim.claims.question import Flags
from particle_sim.metrics.flaw import LARGEST_FLAW
from particle_sim.metrics.fracture import EDGE_CRACK
from particle_sim.plausible.draws import MaterialDraws, diffusion_rate, stress_factor
from particle_sim.units import Array


def read(draws: MaterialDraws, table: xr.Dataset, name: str) -> Array:
    """A map variable at every draw, interpolated in log(D/R^2); ends held."""
    return np.asarray(np.interp(_place(draws), _places(table), table[name].values))


def on_map(draws: MaterialDraws, table: xr.Dataset) -> Flags:
    """Whether a draw lies between the ends of the map, beyond which they are held."""
    place, places = _place(draws), _places(table)
    return np.asarray((place >= places[0]) & (place <= places[-1]))


def spread(draws: MaterialDraws, table: xr.Dataset) -> Array:
    """(max - min)/c_max of the map at every draw, interpolated in its logarithm."""
    return _in_logarithm(draws, table, "inhomogeneity", 1e-12)


def stress(draws: MaterialDraws, table: xr.Dataset, name: str) -> Array:
    """A stress of the map at every draw [Pa], interpolated in its logarithm."""
    return np.asarray(_in_logarithm(draws, table, name, 1e-6) * stress_factor(draws))


def map_driving(draws: MaterialDraws, table: xr.Dataset) -> Array:
    """K over K_IC of the surface flaw at every draw, with the tension of the map."""
    return crack_driving(draws, stress(draws, table, "peak_tension"))


def crack_driving(draws: MaterialDraws, tension: Array) -> Array:
    """K = 1.12 sigma sqrt(pi a) over K_IC under ``tension`` (n,); a at most a tenth of R."""
    flaw = np.minimum(draws.values["flaw_size"], LARGEST_FLAW * draws.values["particle_radius"])
    intensity = EDGE_CRACK * np.maximum(tension, 0) * np.sqrt(np.pi * flaw)
    return np.asarray(intensity / draws.values["fracture_toughness"])


RESULTS = {
    "inhomogeneity": spread,
    "peak tension": lambda draws, table: stress(draws, table, "peak_tension"),
    "K over K_IC": map_driving,
}
"""Results of a draw that a comparison names the influences on."""


def _in_logarithm(draws: MaterialDraws, table: xr.Dataset, name: str, least: float) -> Array:
    logs = np.log(np.maximum(table[name].values, least))
    return np.asarray(np.exp(np.interp(_place(draws), _places(table), logs)))


def _place(draws: MaterialDraws) -> Array:
    held = draws.values.get("maximum_concentration")
    more = 1.0 if held is None else held / draws.material.maximum_concentration
    return np.asarray(np.log(diffusion_rate(draws) * more))


def _places(table: xr.Dataset) -> Array:
    return np.asarray(np.log(table.diffusion_rate.values))
