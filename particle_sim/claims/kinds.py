"""The closed set of tests a claim file may name: every kind that stands in this module.

A kind in a file of its own joins by one line, ``from ... import name as name``.
"""

from __future__ import annotations

from collections.abc import Mapping

from particle_sim.claims import kinds_field, kinds_print, kinds_rate, kinds_sweep
from particle_sim.claims.kind import Kind, claim_kind
from particle_sim.claims.schema import Needs

_SMOOTH = {"c_rate": "1/h", "uniform_below": "1"}
_RATE = {"c_rate": "1/h", "current": "A/kg"}
_KEPT = ("kept", "at_rate", "low_rate")
_CELL = {"c_rate": "1/h", "presodiated": "1", "tolerance": "1"}
_WINDOW = {"lower_voltage": "V"}

uniform = claim_kind(kinds_field.uniform, _SMOOTH)
heterogeneous = claim_kind(kinds_field.heterogeneous, _SMOOTH)
surface_richer = claim_kind(kinds_field.surface_richer, {"c_rate": "1/h"})
caused_by_diffusivity = claim_kind(kinds_field.caused_by_diffusivity, _SMOOTH, materials=2)
lower_stress = claim_kind(kinds_field.lower_stress, {"c_rate": "1/h"}, materials=2)
cracks = claim_kind(kinds_field.cracks, {"c_rate": "1/h"})
holds_together = claim_kind(kinds_field.holds_together, {"c_rate": "1/h"})
fewer_cracks = claim_kind(kinds_field.fewer_cracks, {"c_rate": "1/h"}, materials=2)
keeps_capacity = claim_kind(
    kinds_rate.keeps_capacity,
    {"tolerance": "1"},
    optional={**_RATE, "keeps": "1"},
    optional_printed=_KEPT,
)
loses_capacity = claim_kind(
    kinds_rate.loses_capacity,
    {"tolerance": "1"},
    optional={**_RATE, "keeps": "1"},
    optional_printed=_KEPT,
)
keeps_more = claim_kind(kinds_rate.keeps_more, {}, materials=2, optional=_RATE)
holds_at_rate = claim_kind(kinds_rate.holds_at_rate, {}, optional=_RATE)
cracks_at_rate = claim_kind(kinds_rate.cracks_at_rate, {}, optional=_RATE)
fewer_cracks_at_rate = claim_kind(kinds_rate.fewer_cracks_at_rate, {}, materials=2, optional=_RATE)
low_polarisation = claim_kind(
    kinds_rate.low_polarisation, {"polarisation_below": "V"}, optional=_RATE
)
narrower_gap = claim_kind(kinds_rate.narrower_gap, {}, materials=2, optional=_RATE)
rate_orders_diffusivity = claim_kind(
    kinds_rate.rate_orders_diffusivity,
    {"tolerance": "1"},
    materials=2,
    optional=_RATE,
    printed=("first", "first_low", "second", "second_low"),
)
full_cell_capacity = claim_kind(
    kinds_print.full_cell_capacity,
    _CELL,
    optional=_WINDOW,
    printed=("capacity",),
    optional_printed=("retention",),
    cells=kinds_print.FULL_CELLS,
)
full_cell_energy = claim_kind(
    kinds_print.full_cell_energy,
    _CELL,
    optional=_WINDOW,
    printed=("energy",),
    cells=kinds_print.FULL_CELLS,
)
formula_capacity = claim_kind(
    kinds_print.formula_capacity, {"electrons": "1", "tolerance": "1"}, printed=("capacity",)
)
carbon_plateau = claim_kind(
    kinds_print.carbon_plateau, {"plateau": "V", "within": "V"}, materials=0
)
fade_follows_strain = claim_kind(
    kinds_print.fade_follows_strain, {}, materials=0, whole_library=True
)
larger_and_narrower = claim_kind(
    kinds_sweep.larger_and_narrower,
    {"scan_rate": "V/s", "lower_voltage": "V", "upper_voltage": "V"},
    materials=2,
)
closer_peaks = claim_kind(
    kinds_sweep.closer_peaks,
    {"c_rate": "1/h", "lower_voltage": "V", "upper_voltage": "V"},
    materials=2,
)

KINDS: Mapping[str, Kind] = {
    name: value for name, value in list(vars().items()) if isinstance(value, Kind)
}
"""Tests by the name a claim file gives."""

NEEDS: Mapping[str, Needs] = {name: kind.needs for name, kind in KINDS.items()}
