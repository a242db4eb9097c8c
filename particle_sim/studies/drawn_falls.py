"""Particles whose diffusivity falls by an amount of their own: two tables and a weight.

A batch shares one D(theta), and a second table that every particle adds with a weight of its own.
Between two falls a_1 and a_2 = a_1 + ``STEP`` decades,

    D(theta; a) = D(theta; a_1) + w [D(theta; a_2) - D(theta; a_1)],
    w = (10^-a - 10^-a_1)/(10^-a_2 - 10^-a_1),

is D up to half occupancy and at a full lattice, and within 0.17 % of it in between. So drawn falls
take one batch for every tenth of a decade that they span.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from particle_sim.batch.advance import BatchRun, Spheres
from particle_sim.errors import InputError
from particle_sim.materials.catalogue import CATALOGUE
from particle_sim.materials.material import Material
from particle_sim.materials.property import assumed
from particle_sim.transport.laws import Law
from particle_sim.transport.sphere import SphereTransport
from particle_sim.transport.table import tabulated
from particle_sim.units import Array

Run = TypeVar("Run", bound=BatchRun)

FALL = "diffusivity_fall"

STEP = 0.1
"""Decades between the falls whose tables are mixed: D is then known to 0.17 %."""


@dataclass(frozen=True, kw_only=True)
class Bent:
    """Particles ``rows`` (k,) of a batch: D of two falls, and their weights (k,) of the other."""

    rows: NDArray[np.intp]
    carried: SphereTransport
    other: SphereTransport
    weight: Array

    def part(self, drawn: Mapping[str, Array]) -> dict[str, Array]:
        """What was drawn for these rows."""
        return {name: values[self.rows] for name, values in drawn.items()}

    def spheres(self, alike: Spheres) -> Spheres:
        """The same particles with their own falls."""
        change = (self.other.values - self.carried.values) / self.carried.scale
        return replace(alike, mobile=tabulated(change), drift=self.weight)


def bent(material: Material, law: Law, temperature: float, falls: Array) -> Iterator[Bent]:
    """The particles of ``falls`` (n,) [decades] in groups that share two tables.

    Raises :class:`InputError` for a fall that is not allowed, and for a law that reads stress.
    """
    reason = next(filter(None, map(_problem, (falls.min(), falls.max()))), None)
    if reason is not None:
        raise InputError(f"{material.name}: {FALL} holds {reason}.")
    group = np.floor(falls / STEP + 1e-9)
    for number in np.unique(group):
        low, high = STEP * number, STEP * (number + 1)
        ends = [_falling(material, law, temperature, fall) for fall in (low, high)]
        rows = np.flatnonzero(group == number)
        share = (10**-low - 10 ** -falls[rows]) / (10**-low - 10**-high)
        yield Bent(rows=rows, carried=ends[0], other=ends[1], weight=share)


def joined(parts: Iterable[tuple[NDArray[np.intp], Run]]) -> Run:
    """Runs of some rows each as one, in the order of the rows; every field is (n, ...)."""
    rows, runs = zip(*parts, strict=True)
    back, first = np.argsort(np.concatenate(rows)), runs[0]
    whole = {name: np.concatenate([vars(run)[name] for run in runs])[back] for name in vars(first)}
    together: Run = replace(first, **whole)
    return together


def _problem(value: float) -> str | None:
    kind = CATALOGUE[FALL]
    reason = kind.problem(float(value)) if np.isfinite(value) else "it must be finite"
    return None if reason is None else f"{value:g}; {reason}"


def _falling(material: Material, law: Law, temperature: float, fall: float) -> SphereTransport:
    own = material.replaced(**{FALL: assumed(FALL, float(fall), "1")})
    found = law.in_sphere(own, temperature)
    if found.drift:
        raise InputError(
            f"{material.name}: {FALL} cannot be drawn where stress acts on the carrier; choose "
            "--physics solid-solution, or set it in the material."
        )
    return found
