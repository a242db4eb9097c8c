"""The batched half-cell kernel as a function to sweep: all samples of a chunk advance together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from particle_sim.materials.catalogue import CATALOGUE
from particle_sim.materials.material import Material
from particle_sim.plausible.learned import DIFFUSIVITY, EXCHANGE, exchange_of
from particle_sim.studies import half_cell_batch as kernel
from particle_sim.studies.choices import Direction, PhysicsChoice
from particle_sim.transport.laws import law_of
from particle_sim.units import Array

GROUPS = {"diffusion_rate": "1/s", "exchange_current": "A/kg"}
"""Units of what one row of a rate test's posterior gives: D/R² and 3 j0/(rho R)."""
RESULTS = {
    "inhomogeneity": "peak_inhomogeneity",
    "peak_hoop_stress": "peak_hoop_stress",
    "peak_hydrostatic_stress": "peak_hydrostatic_stress",
}
"""Metrics by the kernel's name for them. Peaks of a run that starts uniform are never negative."""


def batched_inputs() -> set[str]:
    """Inputs that may differ from sample to sample, without the material's name."""
    return {"c_rate", kernel.FALL, *(name for name in kernel.MATERIAL_NAMES if name in CATALOGUE)}


@dataclass(frozen=True, kw_only=True)
class BatchedHalfCells:
    """Half cells of each material; takes and returns arrays (n,)."""

    materials: Mapping[str, Material]
    direction: Direction
    physics: PhysicsChoice
    c_rate: float
    metrics: tuple[str, ...]
    units: Mapping[str, str]
    axis_units: Mapping[str, str]
    origin: Mapping[str, Any]
    vectorised: bool = True

    def __call__(self, **inputs: Array) -> dict[str, Array]:
        """Every metric (n,), with the material's name before it where there are several."""
        size = len(next(iter(inputs.values())))
        c_rate = np.asarray(inputs.get("c_rate", np.full(size, self.c_rate)), dtype=float)
        found = {}
        for name, material in self.materials.items():
            run = kernel.half_cell_batch(
                material,
                c_rate=c_rate,
                values=own_inputs(material, name, inputs),
                direction=self.direction,
                law=law_of(self.physics.value, material),
            )
            for metric in self.metrics:
                label = metric if len(self.materials) == 1 else f"{name}.{metric}"
                found[label] = getattr(run, RESULTS[metric])
        return found

    def content(self) -> dict[str, Any]:
        """What its answers depend on; the kernel rounds otherwise than single runs do."""
        return {**self.origin, "kernel": "half_cell_batch"}


def own_inputs(material: Material, name: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Property values that concern the material ``name``; its own ones win over shared ones.

    Groups that rate tests tell, ``GROUPS``, become properties at the sample's own radius.
    """
    shared = {k: v for k, v in inputs.items() if k in CATALOGUE}
    prefix = f"{name}."
    own = {k.removeprefix(prefix): v for k, v in inputs.items() if k.startswith(prefix)}
    rate, exchange = (own.pop(each, inputs.get(each)) for each in GROUPS)
    found = {**shared, **own}
    radius = found.get("particle_radius", material.value("particle_radius"))
    if rate is not None:
        found.setdefault(DIFFUSIVITY, rate * radius**2)
    if exchange is not None:
        found.setdefault(EXCHANGE, exchange_of(material, exchange, radius))
    return found
