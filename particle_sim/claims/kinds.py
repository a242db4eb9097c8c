"""The closed set of tests a claim file may name."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from particle_sim.claims import kinds_field as field
from particle_sim.claims import kinds_print, kinds_rate
from particle_sim.claims.question import Evidence, Question
from particle_sim.claims.schema import Needs


@dataclass(frozen=True)
class Kind:
    """A test, what it must find in the claim file and what it reads besides."""

    test: Callable[[Question], Evidence]
    needs: Needs

    @property
    def meaning(self) -> str:
        """What it asks: the first sentence of the test's docstring."""
        return (inspect.getdoc(self.test) or "").split("\n")[0].replace("``", "")


_FIELD = Needs(parameters={"c_rate": "1/h"})
_EVEN = Needs(parameters={"c_rate": "1/h", "uniform_below": "1"})
_RATE = Needs(optional={"c_rate": "1/h", "current": "A/kg"})
_GAP = replace(_RATE, parameters={"polarisation_below": "V"})
_KEPT = Needs(
    parameters={"tolerance": "1"},
    optional={**_RATE.optional, "keeps": "1"},
    optional_printed=("kept", "at_rate", "low_rate"),
)
_FIRST, _SECOND = ("first", "first_low"), ("second", "second_low")
_ORDER = replace(_RATE, parameters={"tolerance": "1"}, printed=_FIRST + _SECOND, materials=2)
_CELL = Needs(
    parameters={"c_rate": "1/h", "presodiated": "1", "tolerance": "1"},
    optional={"lower_voltage": "V"},
    cells=kinds_print.FULL_CELLS,
)
_CELL_CAPACITY = replace(_CELL, printed=("capacity",), optional_printed=("retention",))
_FORMULA = Needs(parameters={"electrons": "1", "tolerance": "1"}, printed=("capacity",))
_PLATEAU = Needs(parameters={"plateau": "V", "within": "V"}, materials=0)


def _of_two(needs: Needs) -> Needs:
    return replace(needs, materials=2)


_KINDS = (
    Kind(field.uniform, _EVEN),
    Kind(field.heterogeneous, _EVEN),
    Kind(field.surface_richer, _FIELD),
    Kind(field.caused_by_diffusivity, _of_two(_EVEN)),
    Kind(field.lower_stress, _of_two(_FIELD)),
    Kind(field.cracks, _FIELD),
    Kind(field.holds_together, _FIELD),
    Kind(field.fewer_cracks, _of_two(_FIELD)),
    Kind(kinds_rate.keeps_capacity, _KEPT),
    Kind(kinds_rate.loses_capacity, _KEPT),
    Kind(kinds_rate.keeps_more, _of_two(_RATE)),
    Kind(kinds_rate.holds_at_rate, _RATE),
    Kind(kinds_rate.cracks_at_rate, _RATE),
    Kind(kinds_rate.fewer_cracks_at_rate, _of_two(_RATE)),
    Kind(kinds_rate.low_polarisation, _GAP),
    Kind(kinds_rate.narrower_gap, _of_two(_RATE)),
    Kind(kinds_rate.rate_orders_diffusivity, _ORDER),
    Kind(kinds_print.full_cell_capacity, _CELL_CAPACITY),
    Kind(kinds_print.full_cell_energy, replace(_CELL, printed=("energy",))),
    Kind(kinds_print.formula_capacity, _FORMULA),
    Kind(kinds_print.carbon_plateau, _PLATEAU),
    Kind(kinds_print.fade_follows_strain, Needs(materials=0, whole_library=True)),
)
KINDS: Mapping[str, Kind] = {kind.test.__name__: kind for kind in _KINDS}
"""Tests by the name a claim file gives."""

NEEDS: Mapping[str, Needs] = {name: kind.needs for name, kind in KINDS.items()}
