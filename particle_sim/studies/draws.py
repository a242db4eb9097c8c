"""Draws from the plausible ranges of two materials, and what the maps say about each draw.

Particle radius, modulus, Poisson ratio, flaw size and toughness are drawn once for both materials
(same morphology, same test); diffusivity, volume change and the interaction chi are drawn for each.
Where the candidate's file quotes its paper's claims over the other, draws in which the candidate
diffuses more slowly are dropped: the papers of both such pairs report the opposite.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from particle_sim.materials.material import Material
from particle_sim.metrics.fracture import EDGE_CRACK
from particle_sim.studies.result import MaterialResult
from particle_sim.units import Array

SEPARATES_ABOVE = 2.0
"""Interaction chi above which a regular solution splits into two phases."""

SHARED = ("particle_radius", "youngs_modulus", "poisson_ratio", "flaw_size", "fracture_toughness")
OWN = ("diffusivity", "volume_change", "regular_solution_parameter")
LARGEST_FLAW = 0.1
"""Largest flaw over the radius: beyond it an edge crack no longer sees a uniform stress."""


@dataclass(frozen=True, kw_only=True)
class MaterialDraws:
    """Drawn magnitudes (s,) of one material by property name, and its centre."""

    material: Material
    values: Mapping[str, Array]

    @property
    def diffusion_rate(self) -> Array:
        """D/R^2 of every draw [1/s]."""
        return self.values["diffusivity"] / self.values["particle_radius"] ** 2

    @property
    def stress_factor(self) -> Array:
        """Stress over that of the central values at the same D/R^2: E span / (1 - nu)."""
        factor: Array = np.ones_like(self.values["volume_change"])
        for name in ("youngs_modulus", "volume_change"):
            factor = factor * self.values[name] / self.material.value(name)
        ratio = self.material.value("poisson_ratio")
        return factor * (1 - ratio) / (1 - self.values["poisson_ratio"])

    def read(self, table: xr.Dataset, name: str) -> Array:
        """A map variable at every draw, interpolated in log(D/R^2); ends held."""
        rate = np.log(self.diffusion_rate)
        known = np.log(table.diffusion_rate.values)
        return np.asarray(np.interp(rate, known, table[name].values))

    def spread(self, table: xr.Dataset) -> Array:
        """(max - min)/c_max of the map at every draw, interpolated in its logarithm."""
        known = np.log(table.diffusion_rate.values)
        logs = np.log(np.maximum(table.inhomogeneity.values, 1e-12))
        return np.asarray(np.exp(np.interp(np.log(self.diffusion_rate), known, logs)))

    def stress(self, table: xr.Dataset, name: str) -> Array:
        """A stress of the map at every draw [Pa], interpolated in its logarithm."""
        rate = np.log(self.diffusion_rate)
        known = np.log(table.diffusion_rate.values)
        logs = np.log(np.maximum(table[name].values, 1e-6))
        return np.asarray(np.exp(np.interp(rate, known, logs)) * self.stress_factor)

    def crack_driving(self, table: xr.Dataset) -> Array:
        """Stress intensity of the edge flaw over toughness at every draw."""
        tension = self.stress(table, "peak_tension")
        flaw = np.minimum(self.values["flaw_size"], LARGEST_FLAW * self.values["particle_radius"])
        return EDGE_CRACK * tension * np.sqrt(np.pi * flaw) / self.values["fracture_toughness"]


def draw(
    baseline: MaterialResult,
    candidate: MaterialResult,
    samples: int,
    seed: int,
    *,
    ordered: bool = True,
) -> tuple[MaterialDraws, MaterialDraws]:
    """At most ``samples`` draws of both materials; ``ordered`` drops those in which a candidate
    diffuses more slowly than the baseline its paper holds it against.
    """
    rng = np.random.default_rng(seed)
    shared = {name: rng.random(samples) for name in SHARED}
    own = [{name: rng.random(samples) for name in OWN} for _ in range(2)]
    made = []
    for result, mine in zip((baseline, candidate), own, strict=True):
        properties = result.material.properties
        values = {
            name: properties[name].quantile(probability)
            for name, probability in {**shared, **mine}.items()
            if name in properties
        }
        made.append(MaterialDraws(material=result.material, values=values))
    keep = made[1].values["diffusivity"] >= made[0].values["diffusivity"]
    file = candidate.record.file
    related = bool(file.claims) and baseline.name in file.material.baseline
    if not (ordered and related and keep.any()):
        keep[:] = True
    first, second = (
        MaterialDraws(material=m.material, values={n: v[keep] for n, v in m.values.items()})
        for m in made
    )
    return first, second


def most_decisive(outcome: NDArray[np.bool_], inputs: Mapping[str, Array]) -> str | None:
    """Name of the input whose rank follows the outcome (0 or 1) most closely."""
    if outcome.all() or not outcome.any():
        return None
    strengths = {}
    for name, values in inputs.items():
        if np.ptp(values) == 0:
            continue
        ranks = np.argsort(np.argsort(values)).astype(float)
        strengths[name] = abs(float(np.corrcoef(ranks, outcome.astype(float))[0, 1]))
    return max(strengths, key=lambda name: strengths[name]) if strengths else None
