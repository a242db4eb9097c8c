"""The open-circuit potential that follows from a formula, its printed voltages and its host.

    plateaus   the redox steps of the formula that the window crosses, each with its share of it;
               where the host lists no couples, the host's plateaus between the cut-offs
    printed    a printed plateau replaces the potential of its couple; a printed mean (average
               voltage, or energy over capacity) shifts all steps alike until the mean is met
    ends       ``END_SHARE`` of the window slopes from the last plateau to each cut-off (assumed)

The mean over the window is the sum of share times voltage, ends included.
"""

from __future__ import annotations

from dataclasses import replace as replaced
from itertools import pairwise

from particle_sim.constants import FARADAY, GAS_CONSTANT, REFERENCE_TEMPERATURE
from particle_sim.materials.draft import Draft, from_host, window_of
from particle_sim.materials.redox_ladder import Rung, redox_ladder
from particle_sim.materials.schema import PlateauEntry, PropertyEntry, RedoxStep

PLATEAU_MARGIN = 0.03
"""Least distance of a plateau from a cut-off [V]: nearer, the curve would be cut in its middle."""

PLATEAU_REACH = 4.8
"""Distance of a plateau from a cut-off in its widths times R T / F that keeps 99 % of it inside."""

STEP_MARGIN = 0.08
"""As ``PLATEAU_MARGIN`` for a couple [V]: what the print says is inside is moved inside."""

LEAST_SHARE = 0.08
"""Part of the window below which a step is joined to its neighbour: too narrow to be resolved."""

FAR_OUTSIDE = 0.4
"""Distance from a cut-off [V] from which a couple takes no part, whatever the window asks for."""

END_SHARE = 0.04
"""Part of the window on the slope to each cut-off, assumed; measured curves have 2 to 10 %."""

END_GAP = 0.15
"""Distance of the last plateau from a cut-off [V] from which there is such a slope."""

END_REACH = 3.0
"""Half the gap in widths of the slope: 5 % of the slope's share lie beyond the cut-off."""

_THERMAL_VOLTAGE = GAS_CONSTANT * REFERENCE_TEMPERATURE / FARADAY

_KNOWN_SHAPE = ("measured", "digitised", "fitted")
"""Evidence of a host's curve that was taken with its ends."""

Cuts = tuple[float, float]


def open_circuit_potential(draft: Draft) -> PropertyEntry | None:
    """The entry of the potential; the host's where the cut-offs are not known."""
    entry = from_host(draft, "open_circuit_potential")
    low, high = (draft.si(f"{end}_voltage", "V") for end in ("lower", "upper"))
    if entry is None or entry.plateaus is None or low is None or high is None:
        return entry
    cuts = (low, high)
    steps = _from_ladder(draft, cuts)
    note = _STEPS if steps else f"{entry.note} Fitted between the cut-offs."
    measured = not steps and _host_evidence(draft) in _KNOWN_SHAPE
    plateaus = steps or _between(entry.plateaus, cuts)
    if not plateaus:
        return entry
    ends = [] if measured else _ends(plateaus, cuts)
    mean = _printed_mean(draft)
    for _ in range(_ROUNDS if mean is not None else 0):
        plateaus = _shifted(plateaus, (mean or 0.0) - _mean(plateaus, ends), cuts)
        ends = _ends(plateaus, cuts)
    fitted = [_inside(plateau, cuts) for plateau in plateaus]
    if not (steps or ends or mean) and fitted == entry.plateaus:
        return entry
    own = _of_the_widest(plateaus) if steps else {}
    return entry.model_copy(
        update={
            **own,
            "plateaus": fitted,
            "ends": ends or None,
            "note": f"{note} {_SLOPES if ends else ''} {_MEAN if mean else ''}".strip(),
        }
    )


_STEPS = (
    "Redox steps of the formula between the cut-offs, each at the potential of its couple in this "
    "structure, or as printed."
)
_SLOPES = f"{100 * END_SHARE:g} % of the window slopes to a cut-off, assumed."
_MEAN = "Shifted as a whole to the printed mean."
_ROUNDS = 40
"""Passes until the mean is met: the ends move with the steps, and a cut-off may hold one back."""


def _of_the_widest(plateaus: list[PlateauEntry]) -> dict[str, str]:
    widest = max(plateaus, key=lambda plateau: plateau.share)
    evidence = "assumed" if widest.evidence == "assumed" else "proxy"
    return {"evidence": evidence, "source": widest.source, "place": widest.place}


def _host_evidence(draft: Draft) -> str:
    return "" if draft.host is None else draft.host.properties["open_circuit_potential"].evidence


def _from_ladder(draft: Draft, cuts: Cuts) -> list[PlateauEntry]:
    """The rungs that the window crosses; beyond the ladder its last rung goes on."""
    near = (cuts[0] - FAR_OUTSIDE, cuts[1] + FAR_OUTSIDE)
    rungs = [rung for rung in redox_ladder(draft) if near[0] < rung.step.voltage < near[1]]
    window = window_of(draft.entries)
    if window is None or not rungs:
        return []
    poor, rich = window
    rungs[0] = replaced(rungs[0], poor=min(rungs[0].poor, poor))
    rungs[-1] = replaced(rungs[-1], rich=max(rungs[-1].rich, rich))
    shares = [
        (rung, (min(rung.rich, rich) - max(rung.poor, poor)) / (rich - poor)) for rung in rungs
    ]
    crossed = [_plateau(rung, share, cuts) for rung, share in shares if share > 1e-6]
    return _joined(crossed)


def _plateau(rung: Rung, share: float, cuts: Cuts) -> PlateauEntry:
    step = rung.step
    voltage = min(max(step.voltage, cuts[0] + STEP_MARGIN), cuts[1] - STEP_MARGIN)
    moved = (
        "" if voltage == step.voltage else f" Moved from {step.voltage:g} V inside the cut-offs."
    )
    return PlateauEntry(
        voltage=voltage,
        share=share,
        width=step.width,
        range=_around(voltage, step.range),
        evidence=step.evidence if step.evidence in ("assumed", "measured") else "proxy",
        source=step.source,
        place=step.place,
        note=f"{_couple(step)}. {step.note}{moved}".strip(),
    )


def _couple(step: RedoxStep) -> str:
    if step.element == "O":
        return "Oxygen"
    low, high = step.charges
    return f"{step.element}{high}+/{step.element}{low}+"


def _around(voltage: float, ends: tuple[float, float] | None) -> tuple[float, float] | None:
    return None if ends is None else (min(ends[0], voltage), max(ends[1], voltage))


def _joined(plateaus: list[PlateauEntry]) -> list[PlateauEntry]:
    """Steps at one potential, and steps too narrow, as one with the mean of both."""
    joined = sorted(plateaus, key=lambda plateau: -plateau.voltage)
    while len(joined) > 1:
        gaps = [(a.voltage - b.voltage, n) for n, (a, b) in enumerate(pairwise(joined))]
        close = [
            (gap, n)
            for gap, n in gaps
            if gap < 1e-9 or min(joined[n].share, joined[n + 1].share) < LEAST_SHARE
        ]
        if not close:
            break
        _, n = min(close)
        joined[n : n + 2] = [_one(joined[n], joined[n + 1])]
    return joined


def _one(a: PlateauEntry, b: PlateauEntry) -> PlateauEntry:
    larger, smaller = (a, b) if a.share >= b.share else (b, a)
    share = a.share + b.share
    voltage = (a.voltage * a.share + b.voltage * b.share) / share
    if "measured" in (a.evidence, b.evidence) and larger.evidence == "measured":
        voltage = larger.voltage
    note = f"{larger.note} With {smaller.note.split('.')[0]}, {smaller.share:.0%} of the window."
    changes = {"voltage": voltage, "share": share, "range": _around(voltage, larger.range)}
    return larger.model_copy(update={**changes, "note": note})


def _between(plateaus: list[PlateauEntry], cuts: Cuts) -> list[PlateauEntry]:
    """The host's plateaus that the cut-offs leave, sharing the window."""
    low, high = cuts
    inside = [p for p in plateaus if low + PLATEAU_MARGIN <= p.voltage <= high - PLATEAU_MARGIN]
    total = sum(plateau.share for plateau in inside)
    return [plateau.model_copy(update={"share": plateau.share / total}) for plateau in inside]


def _inside(plateau: PlateauEntry, cuts: Cuts) -> PlateauEntry:
    gap = min(plateau.voltage - cuts[0], cuts[1] - plateau.voltage)
    width = min(plateau.width, gap / (PLATEAU_REACH * _THERMAL_VOLTAGE))
    return plateau.model_copy(update={"width": width, "voltage": round(plateau.voltage, 4)})


def _ends(plateaus: list[PlateauEntry], cuts: Cuts) -> list[PlateauEntry]:
    low, high = cuts
    gaps = ((plateaus[0].voltage, high), (low, plateaus[-1].voltage))
    return [
        PlateauEntry(
            voltage=(bottom + top) / 2,
            share=END_SHARE,
            width=(top - bottom) / (2 * END_REACH * _THERMAL_VOLTAGE),
            evidence="assumed",
            source="judgement",
            note="Slope to the cut-off.",
        )
        for bottom, top in gaps
        if top - bottom > END_GAP
    ]


def _printed_mean(draft: Draft) -> float | None:
    """The printed average voltage, or energy over capacity [V]."""
    for fact in draft.facts("average_voltage"):
        voltage = fact.number("V")
        if voltage is not None:
            return voltage
    capacity = draft.si("capacity", "A*h/kg")
    for fact in draft.facts("energy_density"):
        energy = fact.number("Wh_kg")
        if energy is not None and capacity:
            return energy / capacity
    return None


def _mean(plateaus: list[PlateauEntry], ends: list[PlateauEntry]) -> float:
    rest = 1 - sum(end.share for end in ends)
    steps = sum(plateau.share * plateau.voltage for plateau in plateaus)
    return rest * steps + sum(end.share * end.voltage for end in ends)


def _shifted(plateaus: list[PlateauEntry], by: float, cuts: Cuts) -> list[PlateauEntry]:
    """All steps moved alike, as far as the cut-offs let them, in their order."""
    low, high = cuts[0] + PLATEAU_MARGIN, cuts[1] - PLATEAU_MARGIN
    moved = []
    for plateau in plateaus:
        voltage = min(max(plateau.voltage + by, low), high)
        changes = {"voltage": voltage, "range": _around(voltage, plateau.range)}
        moved.append(plateau.model_copy(update=changes))
    return _joined(moved)
