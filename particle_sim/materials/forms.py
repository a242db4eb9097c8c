"""The forms of a property that are more than a number: tables over the window, and plateaus."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise

from particle_sim.errors import InputError, each
from particle_sim.materials.functions import LinearTable, LogTable, SiteFunction, StrainTable
from particle_sim.materials.kind import (
    Form,
    Made,
    PropertyKind,
    Written,
    plausible_range,
    user_entry,
)
from particle_sim.materials.potential import Plateau, PlateauPotential, TabulatedPotential
from particle_sim.materials.schema import PlateauEntry, PropertyEntry
from particle_sim.units import to_si

WIDTHS = (1e-3, 20.0)
"""Allowed plateau widths: from a slope of some 0.1 mV, flatter than any measured, to 20 R T / F."""

STRAIN_ROUNDING = 0.01
"""Half width in theta over which corners of a volume table are rounded: the partial molar volume
enters the chemical potential, and a jump in it is not physical."""

Numbers = tuple[float, ...]


def _not_a_number(
    kind: PropertyKind, name: str, text: str, old: PropertyEntry | None
) -> PropertyEntry:
    raise InputError(
        f"{name} is not a single number, so it cannot be set to {text!r}; "
        "choose a reading or copy the file and edit it."
    )


def _typed_span(
    kind: PropertyKind, name: str, text: str, old: PropertyEntry | None
) -> PropertyEntry:
    """The table with values that span what ``text`` says, end to end; shape and signs stay."""
    if old is None:
        return _not_a_number(kind, name, text, old)
    value, unit = kind.quantity(name, text)
    values = old.values or [0.0]
    span = to_si(_span(tuple(values)), old.unit, kind.unit)
    if not span > 0 or not value > 0:
        raise InputError(
            f'{name} was set to "{text}"; give its size as a positive number, and '
            "a file whose table is not flat."
        )
    factor = to_si(value, unit, kind.unit) / span
    shape = old.model_dump(include={"form", "stoichiometry", "filling", "unit"})
    note = "size set by the user, shape of the file"
    return user_entry(values=[factor * v for v in values], note=note, **shape)


def _mean(values: Numbers) -> float:
    return sum(values) / len(values)


def _logarithmic_mean(values: Numbers) -> float:
    return math.exp(_mean(tuple(math.log(value) for value in values)))


def _span(values: Numbers) -> float:
    return max(values) - min(values)


def _strain(theta: Numbers, volume_change: Numbers) -> StrainTable:
    strain = tuple(math.log1p(value) / 3 for value in volume_change)
    return StrainTable(theta, strain, STRAIN_ROUNDING)


def _falling(theta: Numbers, voltage: Numbers) -> TabulatedPotential:
    if any(b >= a for a, b in pairwise(voltage)):
        raise InputError("do not fall; the potential must fall as x rises.")
    return TabulatedPotential(theta, voltage)


def table(
    function: Callable[[Numbers, Numbers], SiteFunction],
    magnitude: Callable[[Numbers], float],
    set_to: Callable[[PropertyKind, str, str, PropertyEntry | None], PropertyEntry] = _not_a_number,
) -> Form:
    """``values`` over ``stoichiometry`` or ``filling``, and the ``function`` laid through them."""

    def read(written: Written) -> Made:
        theta, given = _fillings(written), written.entry.values or []
        values = tuple(each(lambda value: written.si(".values", value), given))
        try:
            return function(theta, values), magnitude(values)
        except InputError as error:
            raise InputError(f"{written.place}.values {error}") from None

    return Form("table", read, set_to)


def _fillings(written: Written) -> Numbers:
    """Where the values of a table stand in the site fraction; they must cover all of it."""
    entry, place, window = written.entry, written.place, written.window
    if entry.filling is not None:
        axis, x, window = "filling", entry.filling, (0.0, 1.0)
    else:
        axis, x = "stoichiometry", entry.stoichiometry or []
    if len(x) < 2 or len(x) != len(entry.values or []):
        raise InputError(f"{place} has no complete table; give {axis} and values, equally long.")
    if any(b <= a for a, b in pairwise(x)):
        raise InputError(f"{place}.{axis} is {x}; it must increase strictly.")
    low, high = window or (x[0], x[-1])
    if x[0] > low + 1e-9 or x[-1] < high - 1e-9:
        covered = f"it must cover the window {low:g} to {high:g}."
        raise InputError(f"{place}.{axis} covers {x[0]:g} to {x[-1]:g}; {covered}")
    return tuple((value - low) / (high - low) for value in x)


def _read_plateaus(written: Written) -> Made:
    """Steps of a potential, from high to low, each with its share of the window."""
    key, steps = f"{written.place}.plateaus", written.entry.plateaus or []
    total, voltages = sum(step.share for step in steps), [step.voltage for step in steps]
    if not steps:
        raise InputError(f"{key} is empty; add at least one plateau.")
    if abs(total - 1) > 1e-3 or any(step.share <= 0 for step in steps):
        raise InputError(f"{key}.share sums to {total:g}; positive shares must sum to 1.")
    if any(b >= a for a, b in pairwise(voltages)):
        raise InputError(f"{key}.voltage is {voltages}; list them from high to low.")

    def made(named: tuple[str, PlateauEntry], total: float = total) -> Plateau:
        key, step = named
        place, voltage = written.place + key, written.si(f"{key}.voltage", step.voltage)
        low, high = WIDTHS
        if not low <= step.width <= high:
            allowed = f"it must lie in {low:g} to {high:g} (R T / F)."
            raise InputError(f"{place}.width is {step.width:g}; {allowed}")
        plausible_range(written.kind, place, step, voltage, written.entry.unit)
        return Plateau(voltage=voltage, share=step.share / total, width=step.width)

    ends = written.entry.ends or []
    if any(end.share <= 0 for end in ends) or sum(end.share for end in ends) >= 1:
        raise InputError(f"{written.place}.ends have shares that are not positive and below 1.")
    plateaus = each(made, ((f".plateaus.{n}", step) for n, step in enumerate(steps)))
    slopes = each(lambda end: made(end, 1.0), ((f".ends.{n}", end) for n, end in enumerate(ends)))
    return PlateauPotential(tuple(plateaus), tuple(slopes)), max(voltages)


STRAIGHT = table(LinearTable, _mean)
LOGARITHMIC = table(LogTable, _logarithmic_mean)
POTENTIAL = table(_falling, max)
STRAIN = table(_strain, _span, _typed_span)
PLATEAUS = Form("plateaus", _read_plateaus, _not_a_number)
