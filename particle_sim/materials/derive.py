"""From what is written to what is needed: the rules that complete a material file.

A file may leave out whatever follows from its formula, its printed facts and its host. Each rule
below gives one property when the file does not; the order matters, later rules read earlier ones.

    molar_mass            from the formula and the atomic weights
    capacity              the largest reversible capacity printed at 1C or slower, else
                          dx F / (3.6 M) with the carrier the host usually exchanges
    window of x           dx = 3.6 Q M / F down from the carrier of the formula; where that would
                          leave less than the host keeps, up from there instead
    carrier_sites         the host's, per formula unit; x_max where that is more
    formula_unit_volume   the host's, per formula unit counted by its anions
    density               M / (N_A V)
    maximum_concentration (x_max - x_min) / (N_A V)
    cut-offs, 1C          as printed, else the host's
    volume_change         as printed, spread evenly over the window; shrinking on extraction
    potential             the host's plateaus that lie between the cut-offs
    all else              the host's

A printed number is taken over unaltered as ``measured``; a host's number is a ``proxy`` or
``assumed``. Nothing here predicts a diffusivity or a modulus from composition or entropy.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from particle_sim.composition.formula import molar_mass
from particle_sim.constants import AVOGADRO, FARADAY, GAS_CONSTANT, REFERENCE_TEMPERATURE
from particle_sim.errors import InputError, located
from particle_sim.materials.draft import (
    Draft,
    derived,
    from_host,
    measured,
    stand_in,
    stress_free,
)
from particle_sim.materials.printed import Fact
from particle_sim.materials.schema import PropertyEntry
from particle_sim.units import to_si

PLATEAU_MARGIN = 0.03
"""Least distance of a plateau from a cut-off [V]: nearer, the curve would be cut in its middle."""

PLATEAU_REACH = 4.8
"""Distance of a plateau from a cut-off in its widths times R T / F that keeps 99 % of it inside."""

PRINTED_SPREAD = 0.2
"""Relative half width assumed around a printed volume change, which comes without an error."""

_THERMAL_VOLTAGE = GAS_CONSTANT * REFERENCE_TEMPERATURE / FARADAY

SLOW_ENOUGH = 1.0
"""Fastest rate (in C) at which a printed capacity may stand for the window."""


Rule = Callable[[Draft], PropertyEntry | None]


def complete(draft: Draft) -> dict[str, PropertyEntry]:
    """All entries of a draft: the written ones, those the rules give, then the host's."""
    entries = dict(draft.entries)
    draft = replace(draft, entries=entries)  # a rule reads what the rules before it gave
    with located(draft.where):
        for name, rule in RULES.items():
            entry = None if name in entries else _followed(draft, name, rule)
            if entry is not None:
                entries[name] = entry
    if draft.host is not None:
        for name, entry in draft.host.properties.items():
            entries.setdefault(name, stand_in(draft.host, entry))
    return entries


def _followed(draft: Draft, name: str, rule: Rule) -> PropertyEntry | None:
    """What a rule gives; numbers that divide by zero or leave all bounds end in one sentence."""
    try:
        return rule(draft)
    except (ArithmeticError, ValueError):  # pydantic's error on an infinite result is the latter
        raise InputError(
            f"{name} cannot be derived from the formula and the printed numbers; "
            "one of them is zero or beyond all bounds; correct it."
        ) from None


def _molar_mass(draft: Draft) -> PropertyEntry | None:
    formula = draft.formula
    if formula is None:
        return None
    mass = round(molar_mass(formula) * 1e3, 3)
    return derived(mass, "g/mol", "Sum of the formula.", source="atomic_weights")


_NUMBER = r"\d+(?:\.\d+)?"
_RATE = re.compile(
    rf"(?:(?P<c>{_NUMBER})C|C/(?P<over>{_NUMBER})|(?P<current>{_NUMBER}) (?P<unit>m?A)/g)"
)
_WINDOW = re.compile(rf"({_NUMBER})-({_NUMBER}) V")


def c_rate(text: str, one_c_current: float) -> float | None:
    """The printed rate at the start of ``text`` in units of C, else ``None``.

    ``0.2C``, ``C/10`` and ``10 mA/g`` are rates; ``one_c_current`` [mA/g] is the current called 1C.
    """
    match = _RATE.match(text)
    if match is None:
        return None
    if match["c"]:
        return float(match["c"])
    if match["over"]:
        return 1 / float(match["over"])
    return float(match["current"]) * (1000 if match["unit"] == "A" else 1) / one_c_current


def _one_c_current(draft: Draft) -> PropertyEntry | None:
    for fact in draft.facts("one_C"):
        current, stated = fact.number("mA_g"), fact.text("stated")
        if current is not None:
            return measured(current, "mA/g", fact)
        at_rate, rate = fact.number("mA_g_at_rate"), c_rate(stated, 1.0)
        if at_rate is not None and rate:
            return measured(at_rate / rate, "mA/g", fact, f"Printed as: {stated}.")
    return from_host(draft, "one_c_current")


def printed_window(text: str) -> tuple[float, float] | None:
    """The cut-offs [V] at the start of ``2.0-4.2 V vs Na+/Na``, else ``None``."""
    match = _WINDOW.match(text)
    return None if match is None else (float(match[1]), float(match[2]))


def _cut_off(draft: Draft, name: str, end: int) -> PropertyEntry | None:
    """The window of a printed capacity first, then the printed windows in their order."""
    for fact in draft.facts("capacity"):
        window = printed_window(fact.text("window"))
        if window is not None:
            return measured(window[end], "V", fact, "Window of the capacity.")
    for fact in draft.facts("voltage_window"):
        voltage = fact.number(("lo_V", "hi_V")[end])
        if voltage is not None:
            return measured(voltage, "V", fact, fact.text("context"))
    return from_host(draft, name)


def _capacity(draft: Draft) -> PropertyEntry | None:
    one_c = draft.si("one_c_current", "A/kg") or 100.0
    slow: list[tuple[float, Fact]] = []
    fast = 0.0
    for fact in draft.facts("capacity"):
        value, rate = fact.number("capacity_mAh_g"), c_rate(fact.text("rate"), one_c)
        if value is not None and (rate is None or rate <= SLOW_ENOUGH):
            slow.append((value, fact))
        elif value is not None:
            fast = max(fast, value)
    if not slow:
        return _usual_capacity(draft, fast)
    value, fact = max(slow, key=lambda pair: pair[0])
    words = (fact.text(key) for key in ("qualifier", "kind", "rate"))
    return measured(value, "mA*h/g", fact, ", ".join(word for word in words if word))


def _usual_capacity(draft: Draft, least: float) -> PropertyEntry | None:
    """dx F / (3.6 M) with the carrier the host usually exchanges, at least ``least`` [mAh/g]."""
    mass = draft.si("molar_mass", "kg/mol")
    if draft.host is None or mass is None or draft.host.exchanged_carrier.value is None:
        return None
    usual = draft.host.exchanged_carrier
    per_carrier = _units(draft) * FARADAY / (3600 * mass)
    value = usual.value or 0.0
    ends = [max(end * per_carrier, least) for end in (value, *(usual.range or (value, value)))]
    note = "No capacity at a low rate is printed: dx F / (3.6 M) with what the host exchanges."
    if least:
        note += f" At least {least:g} mAh/g, which is printed at a high rate."
    return PropertyEntry(
        value=ends[0],
        unit="mA*h/g",
        range=(ends[1], ends[2]),
        evidence="assumed",
        source=usual.source,
        place=usual.place,
        note=note,
    )


def _units(draft: Draft) -> float:
    """How many of the host's formula units the material's formula counts, by its anions."""
    formula = draft.formula
    if draft.host is None or formula is None:
        return 1.0
    anions = sum(formula.amounts.get(element, 0.0) for element in draft.host.host.anions)
    return max(round(anions / draft.host.host.anions_per_formula_unit), 1)


def _window(draft: Draft) -> tuple[float, float] | None:
    capacity, mass = draft.si("capacity", "A*h/kg"), draft.si("molar_mass", "kg/mol")
    formula, host = draft.formula, draft.host
    if capacity is None or mass is None or formula is None or host is None:
        return None
    if capacity <= 0:
        raise InputError(f"the capacity is {capacity:g} mAh/g; it must be positive.")
    exchanged = 3600 * capacity * mass / FARADAY
    written = formula.amounts.get(draft.header.carrier, 0.0)
    units = _units(draft)
    most = max(host.host.carrier_sites * units, written)
    left = max(min(host.host.lowest_stoichiometry * units, most - exchanged), 0.0)
    low = max(written - exchanged, left)
    high = low + exchanged
    if high > most * 1.005:
        raise InputError(
            f"{capacity:g} mAh/g is {exchanged:.3g} {draft.header.carrier} per "
            f"formula unit, but there is room for {most:.3g} only; correct the capacity, the "
            "formula or the host."
        )
    return low, high


_MIN_NOTE = "x_max - 3.6 Q M / F; starts from the carrier of the formula, or the host's minimum."
_MAX_NOTE = "The carrier of the formula, or more where the capacity asks for it."


def _end_of_window(draft: Draft, end: int, note: str) -> PropertyEntry | None:
    window = _window(draft)
    return None if window is None else derived(round(window[end], 5), "1", note)


def _carrier_sites(draft: Draft) -> PropertyEntry | None:
    full, host = draft.si("stoichiometry_max", "1"), draft.host
    if full is None or host is None:
        return None
    sites = round(host.host.carrier_sites * _units(draft), 5)
    beyond = f"The host has {sites:g}, but the window goes to {full:g}: all are taken as full."
    note = beyond if full > sites else f"Sites of the host: {host.host.title}."
    return derived(max(sites, full), "1", note)


def _formula_unit_volume(draft: Draft) -> PropertyEntry | None:
    entry, units = from_host(draft, "formula_unit_volume"), _units(draft)
    if entry is None or entry.value is None or units == 1:
        return entry
    low, high = entry.range or (entry.value, entry.value)
    return entry.model_copy(
        update={"value": entry.value * units, "range": (low * units, high * units)}
    )


def _per_volume(draft: Draft, amount: float, unit: str, note: str) -> PropertyEntry | None:
    volume = draft.entries.get("formula_unit_volume")
    if volume is None or volume.value is None:
        return None

    def over(cell: float) -> float:
        with located("properties.formula_unit_volume"):
            return amount / (AVOGADRO * to_si(cell, volume.unit, "m^3"))

    value = over(volume.value)
    if volume.range is None:
        return derived(value, unit, note)
    low, high = (over(end) for end in reversed(volume.range))
    return derived(value, unit, note, range=(low, high), distribution=volume.distribution)


def _density(draft: Draft) -> PropertyEntry | None:
    mass = draft.si("molar_mass", "kg/mol")
    return None if mass is None else _per_volume(draft, mass, "kg/m^3", "M / (N_A V)")


def _maximum_concentration(draft: Draft) -> PropertyEntry | None:
    low, high = (draft.si(f"stoichiometry_{end}", "1") for end in ("min", "max"))
    if low is None or high is None:
        return None
    return _per_volume(draft, high - low, "mol/m^3", "(x_max - x_min) / (N_A V)")


def _volume_change(draft: Draft) -> PropertyEntry | None:
    low, high = (draft.si(f"stoichiometry_{end}", "1") for end in ("min", "max"))
    if low is None or high is None or low >= high or draft.formula is None:
        return None
    share = (stress_free(draft.header, draft.formula, (low, high)) - low) / (high - low)
    for fact in draft.facts("volume_change"):
        percent = fact.number("pct")
        if percent is not None:
            words = ", ".join(w for w in (fact.text("qualifier"), fact.text("kind")) if w)
            entry = measured(percent, "%", fact, f"{words}. {_EVEN}".lstrip(". "))
            ends = (percent * (1 - PRINTED_SPREAD), percent * (1 + PRINTED_SPREAD))
            return _spread_evenly(entry.model_copy(update={"range": ends}), percent, share)
    usual = from_host(draft, "volume_change")
    if usual is None or usual.value is None:
        return usual
    return _spread_evenly(usual, usual.value, share)


_EVEN = "Taken as isotropic, even over the window and shrinking on extraction; range assumed."


def _spread_evenly(entry: PropertyEntry, percent: float, rest: float) -> PropertyEntry:
    """``percent`` from end to end, zero at the stress-free filling ``rest``."""
    filling = sorted({0.0, rest, 1.0})
    values = [percent * (x - rest) for x in filling]
    changes = {"form": "table", "value": None, "filling": filling, "values": values}
    return entry.model_copy(update=changes)


def _open_circuit_potential(draft: Draft) -> PropertyEntry | None:
    entry = from_host(draft, "open_circuit_potential")
    low, high = (draft.si(f"{end}_voltage", "V") for end in ("lower", "upper"))
    if entry is None or entry.plateaus is None or low is None or high is None:
        return entry
    gaps = [
        (plateau, min(plateau.voltage - low, high - plateau.voltage)) for plateau in entry.plateaus
    ]
    inside = [(plateau, gap) for plateau, gap in gaps if gap >= PLATEAU_MARGIN]
    total = sum(plateau.share for plateau, _ in inside)
    fitted = [
        plateau.model_copy(
            update={
                "share": plateau.share / total,
                "width": min(plateau.width, gap / (PLATEAU_REACH * _THERMAL_VOLTAGE)),
            }
        )
        for plateau, gap in inside
    ]
    if not fitted or fitted == entry.plateaus:
        return entry
    note = f"{entry.note} Fitted between the cut-offs: steps outside left out, tails narrowed."
    return entry.model_copy(update={"plateaus": fitted, "note": note.strip()})


RULES: dict[str, Rule] = {
    "molar_mass": _molar_mass,
    "one_c_current": _one_c_current,
    "capacity": _capacity,
    "stoichiometry_min": partial(_end_of_window, end=0, note=_MIN_NOTE),
    "stoichiometry_max": partial(_end_of_window, end=1, note=_MAX_NOTE),
    "carrier_sites": _carrier_sites,
    "formula_unit_volume": _formula_unit_volume,
    "density": _density,
    "maximum_concentration": _maximum_concentration,
    "lower_voltage": partial(_cut_off, name="lower_voltage", end=0),
    "upper_voltage": partial(_cut_off, name="upper_voltage", end=1),
    "volume_change": _volume_change,
    "open_circuit_potential": _open_circuit_potential,
}
