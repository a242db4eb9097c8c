"""What a boundary between phases may do with its misfit, whole or shared between two boundaries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import xarray as xr

from particle_sim.materials.material import Material
from particle_sim.metrics.mechanisms import Mechanism, mechanisms
from particle_sim.metrics.stress_bracket import boundary_in
from particle_sim.plausible.draws import MaterialDraws

PARTS = (1.0, 0.5)
"""Of the misfit that one boundary has: all of it, or half where a phase lies between."""


def mechanism_table(materials: Sequence[Material]) -> xr.Dataset:
    """Tension [Pa] and energy [J] of every branch (material, part, mechanism) at the central
    values, half the volume changed; and the misfit (material, part)."""
    names = list(Mechanism)
    tension = np.full((len(materials), len(PARTS), len(names)), np.nan)
    energy = tension.copy()
    misfit = tension[..., 0].copy()
    for first, material in enumerate(materials):
        whole = boundary_in(material)
        for second, part in enumerate(PARTS):
            boundary = replace(whole, misfit=whole.misfit * part)
            misfit[first, second] = float(np.asarray(boundary.misfit))
            for name, branch in mechanisms(boundary).items():
                tension[first, second, names.index(name)] = float(branch.tension)
                energy[first, second, names.index(name)] = float(branch.energy)
    dims = ("material", "part", "mechanism")
    return xr.Dataset(
        {
            "tension": (dims, tension, {"units": "Pa"}),
            "energy": (dims, energy, {"units": "J"}),
            "misfit": (dims[:2], misfit, {"units": "1"}),
        },
        coords={"part": list(PARTS), "mechanism": [name.value for name in names]},
    )


def griffith(draws: Sequence[MaterialDraws], quantiles: Sequence[float]) -> dict[str, Any]:
    """Griffith's radius [m] of a coherent boundary, over the particle's too, and of two materials
    the second's over the first's in the same draw; it asks nothing about flaws."""
    found = [boundary_in(each.material, each.values).critical_radius for each in draws]
    sizes = [each.values["particle_radius"] for each in draws]
    over = [np.quantile(r / size, quantiles) for r, size in zip(found, sizes, strict=True)]
    table: dict[str, Any] = {
        "griffith_radius": (
            ("material", "quantile"),
            [np.quantile(each, quantiles) for each in found],
            {"units": "m"},
        ),
        "griffith_over_radius": (("material", "quantile"), over, {"units": "1"}),
    }
    if len(found) > 1:
        table["griffith_ratio"] = "quantile", np.quantile(found[1] / found[0], quantiles)
    return table
