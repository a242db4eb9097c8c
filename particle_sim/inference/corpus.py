"""The public rate tests as one body of data, each with a potential that stands in for its powder's.

``parameters/evidence/corpus.toml`` holds the rule and the papers that are kept for the test.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from particle_sim.cell.half_cell import Cell, half_cell
from particle_sim.materials.load import load_material
from particle_sim.resources import shipped_table
from particle_sim.studies.rate_measurements import Measurement, load_measurement, measurement_names
from particle_sim.units import Array


@dataclass(frozen=True, kw_only=True)
class Series:
    """A public rate test as a fit takes it."""

    name: str
    paper: str
    """Its doi"""
    material: str
    """Whose potential stands in"""
    current: Array
    """[A/kg]; rates in C are of the capacity at the lowest rate"""
    capacity: Array
    """[A h/kg]"""

    @property
    def whole(self) -> float:
        """The capacity at the lowest rate [A h/kg]."""
        return float(self.capacity.max())


def stand_in(measurement: Measurement) -> str:
    """The library material whose potential stands in; empty where none does.

    >>> stand_in(load_measurement("nfpp_2025"))
    'nfpp_he'
    """
    if measurement.material:
        return measurement.material
    words = f"{measurement.title} {measurement.formula}"
    rules = _table()["stand_in"]
    return next((str(r["material"]) for r in rules if re.search(r["pattern"], words)), "")


def as_currents(measurement: Measurement) -> Array:
    """Rates (m,) as currents [A/kg]; 1C is the current that empties the largest capacity in 1 h."""
    rates = np.asarray(measurement.rates)
    return rates * max(measurement.capacity) if measurement.rate_unit == "C" else rates


def corpus() -> tuple[Series, ...]:
    """Every shipped rate test that has a stand-in, in the order of the names."""
    found = []
    for name in measurement_names():
        measurement = load_measurement(name)
        material = stand_in(measurement)
        if material:
            found.append(
                Series(
                    name=name,
                    paper=measurement.citation.rpartition("doi ")[2],
                    material=material,
                    current=as_currents(measurement),
                    capacity=np.asarray(measurement.capacity),
                )
            )
    return tuple(found)


def split() -> tuple[tuple[Series, ...], tuple[Series, ...]]:
    """The series that teach, and those of the held papers, which only test."""
    kept = held_papers()
    known = corpus()
    return (
        tuple(series for series in known if series.paper not in kept),
        tuple(series for series in known if series.paper in kept),
    )


def fingerprint(series: Sequence[Series]) -> str:
    """SHA-256 of names, stand-ins, currents and capacities."""
    words = [
        f"{each.name} {each.material} "
        + " ".join(f"{x:.6g}" for x in (*each.current, *each.capacity))
        for each in series
    ]
    return hashlib.sha256("\n".join(words).encode()).hexdigest()


@cache
def stand_in_cell(material: str) -> Cell:
    """The half cell of a stand-in, as shipped."""
    return half_cell(load_material(material))


def held_papers() -> frozenset[str]:
    """Papers from which nothing is learned or chosen."""
    return frozenset(_table()["test"]["papers"])


def _table() -> dict[str, Any]:
    return shipped_table("evidence", "corpus.toml")
