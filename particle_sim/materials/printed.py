"""What papers print about a material: facts as they stand there, each with its place.

A fact is a flat record. Its keys carry their units (``capacity_mAh_g``, ``pct``, ``lo_V``); the
words ``rate``, ``kind``, ``qualifier`` and the like are the paper's own conditions, shortened.
Facts are never altered; properties are derived from them (:mod:`particle_sim.materials.derive`).
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping

from pydantic import BaseModel, ConfigDict

from particle_sim.errors import closest

FactValue = str | bool | int | float | list[str] | list[int | float]


class Fact(BaseModel):
    """One printed statement: where it stands, and whatever it states."""

    model_config = ConfigDict(extra="allow", frozen=True, strict=True, allow_inf_nan=False)
    __pydantic_extra__: dict[str, FactValue]

    source: str
    place: str

    def text(self, key: str) -> str:
        """A statement in words, or an empty text."""
        value = self.__pydantic_extra__.get(key)
        return value if isinstance(value, str) else ""

    def number(self, key: str) -> float | None:
        """A printed number, or ``None`` when the fact does not hold it."""
        value = self.__pydantic_extra__.get(key)
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        return float(value) if abs(value) <= sys.float_info.max else None

    @property
    def statement(self) -> dict[str, FactValue]:
        """Everything but source and place."""
        return dict(self.__pydantic_extra__)


PRINTED: dict[str, str] = {
    "average_voltage": "average voltage",
    "bonding": "bond energies and bond strengths",
    "capacity": "specific capacity",
    "capacity_vol": "volumetric capacity",
    "claim": "statement of the paper",
    "composition": "measured composition",
    "conductivity": "ionic or electronic conductivity",
    "config_entropy": "configurational entropy",
    "coulombic_efficiency": "coulombic efficiency",
    "diffusion": "diffusion measurement",
    "dqdv_peak": "peak of dQ/dV",
    "energy_density": "energy density",
    "full_cell": "full cell",
    "impedance": "resistance",
    "lattice_change": "change of a lattice parameter",
    "lattice_spacing": "lattice spacing",
    "mechanical": "cracks and strain",
    "migration_barrier": "migration barrier",
    "morphology": "morphology",
    "one_C": "current called 1C",
    "phase": "phase sequence",
    "plateau": "voltage plateau",
    "rate_capability": "rate capability",
    "rate_series": "rate test",
    "redox": "redox activity",
    "redox_share": "share of a redox couple",
    "retention": "capacity retention",
    "simulation": "simulation",
    "site_energy": "site energy",
    "space_charge": "space-charge storage",
    "spectroscopy": "spectroscopy",
    "synthesis": "synthesis",
    "theoretical_capacity": "theoretical capacity",
    "thermal": "thermal behaviour",
    "tm_migration": "migration of transition metals",
    "valences": "oxidation states used in the design",
    "voltage_region_capacity": "capacity of a voltage region",
    "voltage_window": "voltage window",
    "volume_change": "volume change",
}
"""The kinds of printed facts a material file may hold, and how a table calls them."""


RULE_NUMBERS = frozenset({"capacity_mAh_g", "mA_g", "mA_g_at_rate", "pct", "lo_V", "hi_V"})
"""Keys whose numbers the rules read; a list is a series, which they leave alone."""


def printed_numbers(facts: dict[str, list[Fact]]) -> int:
    """How many numbers the facts hold; those inside words are not counted."""
    total = 0
    for fact in (fact for group in facts.values() for fact in group):
        for value in fact.statement.values():
            if isinstance(value, list):
                total += sum(isinstance(item, int | float) for item in value)
            elif isinstance(value, int | float) and not isinstance(value, bool):
                total += 1
    return total


def printed_problems(printed: Mapping[str, list[Fact]]) -> Iterator[str]:
    """Kinds of facts that are not known, and every number a rule would read that is not one."""
    for kind, facts in printed.items():
        if kind not in PRINTED:
            yield f"printed.{kind} is not a known kind of printed fact; {closest(kind, PRINTED)}"
        for number, fact in enumerate(facts):
            for name in RULE_NUMBERS & fact.statement.keys():
                value = fact.statement[name]
                if fact.number(name) is None and not isinstance(value, list):
                    key = f"printed.{kind}.{number}.{name}"
                    yield f"{key} is {str(value)[:60]!r}; write a finite number."
