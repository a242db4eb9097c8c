"""How unlike the ions of one sublattice are: Shannon radii and Pauling electronegativities.

delta = sqrt(sum_i c_i (1 - r_i/r)^2), r = sum_i c_i r_i, over ions (element and charge);
spread = sqrt(sum_i c_i (chi_i - chi)^2), chi = sum_i c_i chi_i, over elements.
Radii are for six-fold coordination and high spin, except the ions that ``oxidation_states.toml``
lists as low spin. Valid for octahedral cation sites; a site of other coordination is only ranked.
"""

from __future__ import annotations

import csv
import functools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from particle_sim.composition.amounts import VACANCY
from particle_sim.composition.oxidation import (
    ChargeBalance,
    Ion,
    column_of,
    low_spin_ions,
)
from particle_sim.composition.structures import Structure, Sublattice
from particle_sim.inputs import input_text
from particle_sim.resources import shipped_folder

PICOMETRE = 1e-12
"""Metres."""

_COORDINATION = "VI"


@dataclass(frozen=True, kw_only=True)
class Mismatch:
    """Mismatch on one sublattice.

    ``radius`` is delta (1), ``mean_radius`` is in metres, ``electronegativity`` the spread on
    Pauling's scale. ``None`` where a value is not on file for one of ``missing``.
    """

    sublattice: str
    radii: Mapping[str, float]
    mean_radius: float | None
    radius: float | None
    electronegativity: float | None
    missing: tuple[str, ...]


def sublattice_mismatch(
    sublattice: Sublattice,
    sublattices: Sequence[Sublattice],
    structure: Structure,
    balance: ChargeBalance | None,
) -> Mismatch:
    """Radius and electronegativity mismatch of the ions on ``sublattice``."""
    ions = [ion for ion in balance.ions if ion.sublattice == sublattice.name] if balance else []
    low_spin = low_spin_ions(column_of(sublattice, sublattices, structure))
    radii = {ion.name: ionic_radius(ion, low_spin=low_spin) for ion in ions}
    chi = {e: _electronegativities().get(e) for e in sublattice.species if e != VACANCY}
    known = {name: radius for name, radius in radii.items() if radius is not None}
    mean = delta = None
    if ions and len(known) == len(radii):
        pairs = [(ion.amount, known[ion.name]) for ion in ions]
        mean, deviation = _mean_and_deviation(pairs)
        delta = deviation / mean
    values = [(sublattice.species[e], x) for e, x in chi.items() if x is not None]
    complete = len(values) == len(chi) and bool(values)
    return Mismatch(
        sublattice=sublattice.name,
        radii=known,
        mean_radius=mean,
        radius=delta,
        electronegativity=_mean_and_deviation(values)[1] if complete else None,
        missing=tuple(
            [name for name, radius in radii.items() if radius is None]
            + [element for element, value in chi.items() if value is None]
        ),
    )


def ionic_radius(ion: Ion, *, low_spin: frozenset[str] = frozenset()) -> float | None:
    """Shannon's six-fold ionic radius [m]; ``None`` when the table has none."""
    spins = _radii().get((ion.element, ion.charge), {})
    wanted = "low" if f"{ion.element}{ion.charge}" in low_spin else "high"
    picometres = spins.get(wanted, next(iter(spins.values()), None))
    return picometres * PICOMETRE if picometres is not None else None


def _mean_and_deviation(weighted: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Mean and root-mean-square deviation of (weight, value) pairs."""
    total = sum(weight for weight, _ in weighted)
    mean = sum(weight * value for weight, value in weighted) / total
    variance = sum(weight * (value - mean) ** 2 for weight, value in weighted) / total
    return mean, math.sqrt(max(variance, 0.0))


def read_rows(name: str) -> list[dict[str, str]]:
    """Rows of a table in ``parameters/composition``; lines that start with # are its source."""
    path = shipped_folder("parameters") / "composition" / name
    lines = input_text(path).splitlines()
    return list(csv.DictReader(line for line in lines if not line.startswith("#")))


@functools.cache
def _radii() -> Mapping[tuple[str, int], Mapping[str, float]]:
    table: dict[tuple[str, int], dict[str, float]] = {}
    for row in read_rows("shannon_radii.csv"):
        if row["coordination"] == _COORDINATION:
            spins = table.setdefault((row["ion"], int(row["charge"])), {})
            spins[row["spin"]] = float(row["radius_pm"])
    return table


@functools.cache
def _electronegativities() -> Mapping[str, float]:
    return {row["element"]: float(row["pauling"]) for row in read_rows("electronegativity.csv")}
