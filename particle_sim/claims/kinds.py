"""The closed set of tests a claim file may name: every kind that stands in this module.

A kind in a file of its own joins by one line, ``from ... import name as name``.
"""

from __future__ import annotations

from collections.abc import Mapping

from particle_sim.claims import (
    kinds_crack,
    kinds_field,
    kinds_lattice,
    kinds_learned,
    kinds_life,
    kinds_print,
    kinds_rate,
    kinds_retention,
    kinds_sweep,
)
from particle_sim.claims.kind import Kind, claim_kind
from particle_sim.claims.kinds_full_cell import full_cell_retention as full_cell_retention
from particle_sim.claims.kinds_inventory import carbon_capacity as carbon_capacity
from particle_sim.claims.kinds_inventory import inventory_capacity as inventory_capacity
from particle_sim.claims.kinds_inventory import inventory_energy as inventory_energy
from particle_sim.claims.kinds_redox import higher_discharge as higher_discharge
from particle_sim.claims.kinds_redox import higher_redox as higher_redox
from particle_sim.claims.kinds_redox import reaches_couple as reaches_couple
from particle_sim.claims.schema import Needs

_SMOOTH = {"c_rate": "1/h", "uniform_below": "1"}
_RATE = {"c_rate": "1/h", "current": "A/kg"}
_FATIGUE = {**_RATE, "threshold": "1"}
_CYCLED = {**_RATE, "cycles": "1"}
_LIMITS = {"limit": "1", "other_limit": "1"}
_KEPT = ("kept", "at_rate", "low_rate")

uniform = claim_kind(kinds_field.uniform, _SMOOTH)
heterogeneous = claim_kind(kinds_field.heterogeneous, _SMOOTH)
surface_richer = claim_kind(kinds_field.surface_richer, {"c_rate": "1/h"})
caused_by_diffusivity = claim_kind(kinds_field.caused_by_diffusivity, _SMOOTH, materials=2)
one_phase_goes_farther = claim_kind(kinds_field.one_phase_goes_farther, {"c_rate": "1/h"})
lower_stress = claim_kind(kinds_crack.lower_stress, {"c_rate": "1/h"}, materials=2)
cracks = claim_kind(kinds_crack.cracks, {}, optional=_RATE)
holds_together = claim_kind(kinds_crack.holds_together, {}, optional=_FATIGUE)
cracks_over_cycles = claim_kind(
    kinds_life.cracks_over_cycles,
    _LIMITS,
    optional={**_CYCLED, "agglomerate_least": "m", "agglomerate_most": "m"},
)
stays_whole = claim_kind(kinds_life.stays_whole, _LIMITS, optional=_CYCLED)
cracks_less_over_cycles = claim_kind(
    kinds_life.cracks_less_over_cycles,
    _LIMITS,
    materials=2,
    optional=_CYCLED,
    optional_printed=("cycles",),
)
fades_less_by_cracks = claim_kind(
    kinds_life.fades_less_by_cracks,
    _LIMITS,
    materials=2,
    optional=_CYCLED,
    optional_printed=("cycles",),
)
cracks_leave = claim_kind(kinds_life.cracks_leave, {}, optional=_RATE, printed=("kept", "cycles"))
keeps_capacity = claim_kind(
    kinds_learned.keeps_capacity, {}, optional=_RATE, optional_printed=_KEPT
)
keeps_at_least = claim_kind(
    kinds_learned.keeps_at_least, {}, optional={**_RATE, "keeps": "1"}, optional_printed=_KEPT
)
keeps_more = claim_kind(kinds_learned.keeps_more, {}, materials=2, optional=_RATE)
keeps_over_cycles, keeps_as_in_print = (
    claim_kind(
        test,
        {},
        optional={**_RATE, "known_rate": "1/h"},
        printed=("kept", "cycles"),
        optional_printed=("known_kept", "known_cycles"),
        whole_library=test is kinds_retention.keeps_as_in_print,
    )
    for test in (kinds_retention.keeps_over_cycles, kinds_retention.keeps_as_in_print)
)
low_polarisation = claim_kind(
    kinds_rate.low_polarisation, {"polarisation_below": "V"}, optional=_RATE
)
narrower_gap = claim_kind(kinds_rate.narrower_gap, {}, materials=2, optional=_RATE)
rate_orders_diffusivity = claim_kind(
    kinds_learned.rate_orders_diffusivity,
    {},
    materials=2,
    optional=_RATE,
    printed=("first", "second"),
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
lattice_moves_reflection = claim_kind(
    kinds_lattice.lattice_moves_reflection,
    {
        "sodium_layer_rounding": "1",
        "metal_layer_rounding": "1",
        "change_rounding": "1",
        "shift_rounding": "1",
    },
    materials=2,
    printed=tuple(
        f"{role}_{name}"
        for role in ("first", "second")
        for name in ("sodium_layer", "metal_layer", "c_change", "shift")
    ),
)
lattice_orders_reflections = claim_kind(
    kinds_lattice.lattice_orders_reflections,
    {"sodium_layer_rounding": "1", "metal_layer_rounding": "1", "change_rounding": "1"},
    materials=2,
    printed=tuple(
        f"{role}_{name}"
        for role in ("first", "second")
        for name in ("sodium_layer", "metal_layer", "c_change")
    ),
)
_HOPS = {"shortest": "s", "longest": "s", "barrier_error": "1"}
barrier_holds_metal = claim_kind(
    kinds_lattice.barrier_holds_metal,
    {**_HOPS, "limit": "1"},
    materials=2,
    printed=kinds_lattice.BARRIERS,
)
barrier_carries_share = claim_kind(
    kinds_lattice.barrier_carries_share, _HOPS, printed=("barrier", "share")
)
barrier_carries_gain = claim_kind(
    kinds_lattice.barrier_carries_gain,
    {"barrier_error": "1"},
    materials=2,
    printed=(*kinds_lattice.BARRIERS, *kinds_lattice.SERIES),
)
rates_allow_barriers = claim_kind(
    kinds_lattice.rates_allow_barriers,
    {"barrier_rounding": "1"},
    materials=2,
    printed=(*kinds_lattice.BARRIERS, *kinds_lattice.SERIES),
)
_SWEEP = {"scan_rate": "V/s", "lower_voltage": "V", "upper_voltage": "V"}
larger_peaks = claim_kind(kinds_sweep.larger_peaks, _SWEEP, materials=2)
narrower_peaks = claim_kind(kinds_sweep.narrower_peaks, _SWEEP, materials=2)
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
