"""The influence table of a stored sweep, in the form that ``--study`` reads of a comparison.

Spearman's rho of every property with every result of the same material: +1 when a larger number
always means a larger result, 0 when it does not matter. Monotonic influence only.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import xarray as xr

from particle_sim.errors import InputError
from particle_sim.materials.catalogue import CATALOGUE
from particle_sim.plausible.sensitivity import strongest
from particle_sim.sweeps.damage import DONE, STATUS
from particle_sim.sweeps.result import open_sweep
from particle_sim.units import Array

FEWEST = 3
"""Samples that a rank correlation needs to mean anything."""


def stored_influences(folder: Path) -> dict[str, dict[str, tuple[str, float]]]:
    """Material name -> property -> the result it moves most, and Spearman's rho with it.

    Of the sweep in ``folder``.

    >>> from tempfile import TemporaryDirectory
    >>> from particle_sim.studies.sweep_functions import particle_metrics
    >>> from particle_sim.sweeps.axes import Axis
    >>> from particle_sim.sweeps.sweep import sweep
    >>> axes = [Axis("nvp.diffusivity", 1e-16, 1e-15, "m^2/s")]
    >>> with TemporaryDirectory() as place:
    ...     excess = particle_metrics(material="nvp", metrics=["surface_excess"])
    ...     _ = sweep(excess, axes, samples=3, store=Path(place) / "mine")
    ...     (result, rho) = stored_influences(Path(place) / "mine")["nvp"]["diffusivity"]
    >>> print(f"{result} {rho:.2f}")
    surface_excess 1.00

    Raises :class:`InputError` when the folder holds no sweep, or one without materials.
    """
    return influences(open_sweep(folder))


def influences(data: xr.Dataset) -> dict[str, dict[str, tuple[str, float]]]:
    """As :func:`stored_influences`, of a sweep's data.

    An input ``nvp.diffusivity`` speaks of ``nvp`` and its results ``nvp.*``; one without a
    material, of every material. What is no material property (a C-rate, a choice) is left out.
    """
    function = json.loads(data.attrs["content"])["function"]
    materials = function.get("materials", []) if isinstance(function, dict) else []
    if not materials:
        raise InputError("The sweep names no materials; its function has no influence table.")
    done = (data[STATUS].values == DONE).ravel()
    if np.count_nonzero(done) < FEWEST:
        raise InputError(
            f"The sweep has {np.count_nonzero(done)} results; at least {FEWEST} are needed."
        )
    return {name: _of_material(data, name, materials, done) for name in materials}


def _of_material(
    data: xr.Dataset, material: str, materials: Sequence[str], done: Array
) -> dict[str, tuple[str, float]]:
    prefix = "" if len(materials) == 1 else f"{material}."
    results = {
        str(name).removeprefix(prefix): variable.values.ravel()[done]
        for name, variable in data.data_vars.items()
        if name != STATUS and str(name).startswith(prefix)
    }
    found = {}
    for name, coordinate in data.coords.items():
        key = str(name).removeprefix(f"{material}.")
        if key not in CATALOGUE or not results:
            continue
        values = coordinate.broadcast_like(data[STATUS]).values.ravel()[done]
        found[key] = strongest(results, values)
    return found
