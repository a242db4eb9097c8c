"""The closed set of tests a claim file may name: every kind that stands in this module.

A kind in a file of its own joins by one line, ``from ... import name as name``.
"""

from __future__ import annotations

from collections.abc import Mapping

from particle_sim.claims import kinds_field, kinds_print, kinds_rate
from particle_sim.claims.kind import Kind, claim_kind
from particle_sim.claims.kinds_inventory import carbon_capacity as carbon_capacity
from particle_sim.claims.kinds_inventory import inventory_capacity as inventory_capacity
from particle_sim.claims.kinds_inventory import inventory_energy as inventory_energy
from particle_sim.claims.schema import Needs

_SMOOTH = {"c_rate": "1/h", "uniform_below": "1"}
_RATE = {"c_rate": "1/h", "current": "A/kg"}
_KEPT = ("kept", "at_rate", "low_rate")

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
formula_capacity = claim_kind(
    kinds_print.formula_capacity, {"electrons": "1", "tolerance": "1"}, printed=("capacity",)
)
carbon_plateau = claim_kind(
    kinds_print.carbon_plateau, {"plateau": "V", "within": "V"}, materials=0
)
fade_follows_strain = claim_kind(
    kinds_print.fade_follows_strain, {}, materials=0, whole_library=True
)

KINDS: Mapping[str, Kind] = {
    name: value for name, value in list(vars().items()) if isinstance(value, Kind)
}
"""Tests by the name a claim file gives."""

NEEDS: Mapping[str, Needs] = {name: kind.needs for name, kind in KINDS.items()}
