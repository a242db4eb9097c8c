"""The forms of a property that are more than a number: tables over the window, and plateaus."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from particle_sim.errors import InputError, each
from particle_sim.materials.functions import LinearTable, LogTable, SiteFunction
from particle_sim.materials.kind import PropertyKind, Setter, Window, plausible_range, user_entry
from particle_sim.materials.potential import Plateau, PlateauPotential, TabulatedPotential
from particle_sim.materials.schema import PlateauEntry, PropertyEntry
from particle_sim.units import to_si

WIDTHS = (1e-3, 20.0)
"""Allowed plateau widths: from a slope of some 0.1 mV, flatter than any measured, to 20 R T / F."""

STRAIN_ROUNDING = 0.01
"""Half width in theta over which corners of a volume table are rounded: the partial molar volume
enters the chemical potential, and a jump in it is not physical."""

Numbers = tuple[float, ...]


def not_a_number(
    kind: PropertyKind, name: str, text: str, old: PropertyEntry | None
) -> PropertyEntry:
    """Refuses what the user typed: a curve is no number."""
    raise InputError(
        f"{name} is not a single number, so it cannot be set to {text!r}; "
        "choose a reading or copy the file and edit it."
    )


@dataclass(frozen=True, kw_only=True)
class Table:
    """``values`` over ``stoichiometry`` or ``filling``, and the function laid through them."""

    function: Callable[[Numbers, Numbers], SiteFunction]
    magnitude: Callable[[Numbers], float]
    fault: Callable[[Numbers], str | None] = lambda values: None
    """What is wrong with the values as a whole, in words."""
    set_to: Setter = not_a_number
    name: str = "table"

    def read(
        self, kind: PropertyKind, entry: PropertyEntry, place: str, window: Window | None
    ) -> tuple[SiteFunction, float]:
        theta = _fillings(entry, place, window)
        given = entry.values or []
        values = tuple(each(lambda v: kind.in_si(f"{place}.values", v, entry.unit), given))
        fault = self.fault(values)
        if fault is not None:
            raise InputError(f"{place}.values {fault}")
        return self.function(theta, values), self.magnitude(values)


def _fillings(entry: PropertyEntry, place: str, window: Window | None) -> Numbers:
    """Where the values of a table stand in the site fraction; they must cover all of it."""
    if entry.filling is not None:
        axis, x, window = "filling", entry.filling, (0.0, 1.0)
    else:
        axis, x = "stoichiometry", entry.stoichiometry or []
    if len(x) < 2 or len(x) != len(entry.values or []):
        complete = f"give {axis} and values, equally long."
        raise InputError(f"{place} has no complete table; {complete}")
    if any(b <= a for a, b in pairwise(x)):
        raise InputError(f"{place}.{axis} is {x}; it must increase strictly.")
    low, high = window or (x[0], x[-1])
    if x[0] > low + 1e-9 or x[-1] < high - 1e-9:
        covered = f"it must cover the window {low:g} to {high:g}."
        raise InputError(f"{place}.{axis} covers {x[0]:g} to {x[-1]:g}; {covered}")
    return tuple((value - low) / (high - low) for value in x)


@dataclass(frozen=True, kw_only=True)
class Plateaus:
    """Steps of a potential, from high to low, each with its share of the window."""

    set_to: Setter = not_a_number
    name: str = "plateaus"

    def read(
        self, kind: PropertyKind, entry: PropertyEntry, place: str, window: Window | None
    ) -> tuple[SiteFunction, float]:
        key, steps = f"{place}.plateaus", entry.plateaus or []
        total, voltages = sum(step.share for step in steps), [step.voltage for step in steps]
        if not steps:
            raise InputError(f"{key} is empty; add at least one plateau.")
        if abs(total - 1) > 1e-3 or any(step.share <= 0 for step in steps):
            raise InputError(f"{key}.share sums to {total:g}; positive shares must sum to 1.")
        if any(b >= a for a, b in pairwise(voltages)):
            raise InputError(f"{key}.voltage is {voltages}; list them from high to low.")

        def made(numbered: tuple[int, PlateauEntry]) -> Plateau:
            number, step = numbered
            return _plateau(kind, f"{key}.{number}", step, entry.unit, total)

        return PlateauPotential(tuple(each(made, enumerate(steps)))), max(voltages)


def _plateau(
    kind: PropertyKind, place: str, step: PlateauEntry, unit: str, total: float
) -> Plateau:
    voltage = kind.in_si(f"{place}.voltage", step.voltage, unit)
    low, high = WIDTHS
    if not low <= step.width <= high:
        allowed = f"it must lie in {low:g} to {high:g} (R T / F)."
        raise InputError(f"{place}.width is {step.width:g}; {allowed}")
    plausible_range(kind, place, step, voltage, unit)
    return Plateau(voltage=voltage, share=step.share / total, width=step.width)


# --- tables by what they are tables of ----------------------------------------------------------


def _mean(values: Numbers) -> float:
    return sum(values) / len(values)


def _logarithmic_mean(values: Numbers) -> float:
    return math.exp(_mean(tuple(math.log(value) for value in values)))


def _span(values: Numbers) -> float:
    return max(values) - min(values)


def _rises(values: Numbers) -> str | None:
    falls = all(b < a for a, b in pairwise(values))
    return None if falls else "do not fall; the potential must fall as x rises."


def _strain(theta: Numbers, volume_change: Numbers) -> LinearTable:
    """Linear strain of a cell whose volume changes, ln(1 + dV/V) / 3."""
    strain = tuple(math.log1p(value) / 3 for value in volume_change)
    return LinearTable(theta, strain, STRAIN_ROUNDING)


def typed_span(
    kind: PropertyKind, name: str, text: str, old: PropertyEntry | None
) -> PropertyEntry:
    """The table with values that span what ``text`` says, end to end; shape and signs stay."""
    if old is None:
        return not_a_number(kind, name, text, old)
    value, unit = kind.quantity(name, text)
    values = old.values or []
    span = to_si(_span(tuple(values or [0.0])), old.unit, kind.unit)
    if not span > 0 or not value > 0:
        raise InputError(
            f'{name} was set to "{text}"; give its size as a positive number, and '
            "a file whose table is not flat."
        )
    factor = to_si(value, unit, kind.unit) / span
    return user_entry(
        form=old.form,
        stoichiometry=old.stoichiometry,
        filling=old.filling,
        values=[factor * v for v in values],
        unit=old.unit,
        note="size set by the user, shape of the file",
    )


STRAIGHT = Table(function=LinearTable, magnitude=_mean)
LOGARITHMIC = Table(function=LogTable, magnitude=_logarithmic_mean)
POTENTIAL = Table(function=TabulatedPotential, magnitude=max, fault=_rises)
STRAIN = Table(function=_strain, magnitude=_span, set_to=typed_span)
