"""The closed set of tests a claim file may name."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from particle_sim.claims import kinds_field, kinds_print, kinds_rate
from particle_sim.claims.question import Evidence, Question
from particle_sim.claims.schema import Needs

_SMOOTH = {"c_rate": "1/h", "uniform_below": "1"}
_RATE = {"c_rate": "1/h", "current": "A/kg"}
_KEPT = ("kept", "at_rate", "low_rate")
_CELL = {"c_rate": "1/h", "presodiated": "1", "tolerance": "1"}
_WINDOW = {"lower_voltage": "V"}


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A test and what it must find in the claim file."""

    test: Callable[[Question], Evidence]
    needs: Needs
    cells: tuple[str, ...] = ()
    """Cell designs of its own that it reads"""
    whole_library: bool = False
    """Whether it reads every material"""

    @property
    def meaning(self) -> str:
        """What it asks: the first sentence of the test's docstring."""
        return (inspect.getdoc(self.test) or "").split("\n")[0].replace("``", "")


def _kind(
    test: Callable[[Question], Evidence],
    parameters: Mapping[str, str],
    *,
    materials: int = 1,
    optional: Mapping[str, str] | None = None,
    printed: tuple[str, ...] = (),
    optional_printed: tuple[str, ...] = (),
    cells: tuple[str, ...] = (),
    whole_library: bool = False,
) -> Kind:
    needs = Needs(
        materials=materials,
        parameters=parameters,
        optional=optional or {},
        printed=printed,
        optional_printed=optional_printed,
    )
    return Kind(test=test, needs=needs, cells=cells, whole_library=whole_library)


KINDS: Mapping[str, Kind] = {
    "uniform": _kind(kinds_field.uniform, _SMOOTH),
    "heterogeneous": _kind(kinds_field.heterogeneous, _SMOOTH),
    "surface_richer": _kind(kinds_field.surface_richer, {"c_rate": "1/h"}),
    "caused_by_diffusivity": _kind(kinds_field.caused_by_diffusivity, _SMOOTH, materials=2),
    "lower_stress": _kind(kinds_field.lower_stress, {"c_rate": "1/h"}, materials=2),
    "cracks": _kind(kinds_field.cracks, {"c_rate": "1/h"}),
    "holds_together": _kind(kinds_field.holds_together, {"c_rate": "1/h"}),
    "fewer_cracks": _kind(kinds_field.fewer_cracks, {"c_rate": "1/h"}, materials=2),
    "keeps_capacity": _kind(
        kinds_rate.keeps_capacity,
        {"tolerance": "1"},
        optional={**_RATE, "keeps": "1"},
        optional_printed=_KEPT,
    ),
    "loses_capacity": _kind(
        kinds_rate.loses_capacity,
        {"tolerance": "1"},
        optional={**_RATE, "keeps": "1"},
        optional_printed=_KEPT,
    ),
    "keeps_more": _kind(kinds_rate.keeps_more, {}, materials=2, optional=_RATE),
    "holds_at_rate": _kind(kinds_rate.holds_at_rate, {}, optional=_RATE),
    "cracks_at_rate": _kind(kinds_rate.cracks_at_rate, {}, optional=_RATE),
    "fewer_cracks_at_rate": _kind(kinds_rate.fewer_cracks_at_rate, {}, materials=2, optional=_RATE),
    "low_polarisation": _kind(
        kinds_rate.low_polarisation, {"polarisation_below": "V"}, optional=_RATE
    ),
    "narrower_gap": _kind(kinds_rate.narrower_gap, {}, materials=2, optional=_RATE),
    "rate_orders_diffusivity": _kind(
        kinds_rate.rate_orders_diffusivity,
        {"tolerance": "1"},
        materials=2,
        optional=_RATE,
        printed=("first", "first_low", "second", "second_low"),
    ),
    "full_cell_capacity": _kind(
        kinds_print.full_cell_capacity,
        _CELL,
        optional=_WINDOW,
        printed=("capacity",),
        optional_printed=("retention",),
        cells=kinds_print.FULL_CELLS,
    ),
    "full_cell_energy": _kind(
        kinds_print.full_cell_energy,
        _CELL,
        optional=_WINDOW,
        printed=("energy",),
        cells=kinds_print.FULL_CELLS,
    ),
    "formula_capacity": _kind(
        kinds_print.formula_capacity, {"electrons": "1", "tolerance": "1"}, printed=("capacity",)
    ),
    "carbon_plateau": _kind(
        kinds_print.carbon_plateau, {"plateau": "V", "within": "V"}, materials=0
    ),
    "fade_follows_strain": _kind(
        kinds_print.fade_follows_strain, {}, materials=0, whole_library=True
    ),
}
"""Tests by the name a claim file gives."""

NEEDS: Mapping[str, Needs] = {name: kind.needs for name, kind in KINDS.items()}
