"""Lattice parameters of a hexagonal crystal against the carrier: do they give the volume change?

V(x)/V(x_0) = a(x)^2 c(x) / (a(x_0)^2 c(x_0)),   x_0 the stress-free composition
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

import numpy as np

from particle_sim.materials.functions import LinearTable
from particle_sim.materials.property import Property
from particle_sim.materials.schema import PropertyEntry
from particle_sim.units import Array

LATTICE = ("lattice_a", "lattice_c")

VOLUME_ROUNDING = 0.001
"""How far both volumes may differ beyond the printed range: half of a printed 0.1 %, twice."""


def layered(*layers: Mapping[str, PropertyEntry]) -> dict[str, PropertyEntry]:
    """Entries of a file, of a reading over it and of the user over both.

    A lattice belongs to the volume change that it stands beside: a layer with another volume
    change and no lattice of its own takes it away, and ``axial_strain_ratio`` stands again.
    """
    written: dict[str, PropertyEntry] = {}
    for layer in layers:
        if "volume_change" in layer and not set(LATTICE) & set(layer):
            written = {name: entry for name, entry in written.items() if name not in LATTICE}
        written |= layer
    return written


def lattice_problems(properties: Mapping[str, Property], rest: float) -> Iterator[str]:
    """A lattice without its other half, or one that is not that of the volume change.

    ``rest`` is the stress-free site fraction. The largest deviation of the volume over all points
    of all tables must lie within the plausible range of the volume change.
    """
    given = [name for name in LATTICE if name in properties]
    if len(given) == 1:
        (other,) = set(LATTICE) - set(given)
        yield f"properties.{given[0]} stands alone; add {other} beside it, or leave both out."
    if len(given) < len(LATTICE):
        return
    tables = [properties[name].function for name in (*LATTICE, "volume_change")]
    points = {0.0, 1.0, *(p for t in tables if isinstance(t, LinearTable) for p in t.points)}
    theta = np.array(sorted(point for point in points if 0 <= point <= 1))
    volume = properties["volume_change"]
    strain = volume(theta) - volume(np.array(rest))
    differing = lattice_volume(properties, theta, rest) - np.expm1(3 * strain)
    worst = int(np.argmax(np.abs(differing)))
    allowed = _allowed(volume)
    if abs(differing[worst]) > allowed:
        found = 100 * (differing + np.expm1(3 * strain))[worst]
        yield (
            f"properties.lattice_a and lattice_c give a volume change of {found:.2f} % at filling "
            f"{theta[worst]:.3g}, but properties.volume_change says "
            f"{100 * math.expm1(3 * strain[worst]):.2f} %; its range allows {100 * allowed:.2f} % "
            "between them; correct one of them."
        )


def lattice_volume(properties: Mapping[str, Property], theta: Array, rest: float) -> Array:
    """a^2 c at site fractions ``theta`` over its value at ``rest``, minus one."""
    along_a, along_c = (properties[name] for name in LATTICE)
    at_rest = np.array(rest)
    return np.asarray(
        (along_a(theta) / along_a(at_rest)) ** 2 * along_c(theta) / along_c(at_rest) - 1
    )


def _allowed(volume: Property) -> float:
    """Largest distance of the plausible ends from the central volume change."""
    if volume.plausible is None:
        return VOLUME_ROUNDING
    ends = (volume.plausible.low, volume.plausible.high)
    return VOLUME_ROUNDING + max(abs(end - volume.magnitude) for end in ends)
