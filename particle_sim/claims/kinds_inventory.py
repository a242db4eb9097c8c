"""Tests on full cells whose inventory is not printed: what the rest of the print leaves of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from particle_sim.cell.design import FULL_CELL_CATALOGUE
from particle_sim.cell.negative import load_negative
from particle_sim.cell.negative_tables import volumetric_capacity
from particle_sim.claims.conditioned import Others, Predicted, predicted
from particle_sim.claims.expected import expectation
from particle_sim.claims.kind import claim_kind
from particle_sim.claims.question import (
    MEASURED,
    Branch,
    Evidence,
    Flags,
    FullCells,
    Question,
    every,
)
from particle_sim.materials.catalogue import CATALOGUE
from particle_sim.plausible.streams import evenly
from particle_sim.studies.inventory import narrowings
from particle_sim.units import Array

FULL_CELLS = ("sodium_full_cell", "sodium_full_cell_presodiated")
OTHER_RATES = {"at_0p1c": 0.1, "at_0p3c": 0.3, "at_0p5c": 0.5, "at_1c": 1.0, "at_3c": 3.0}
"""C-rates [1/h] of the other capacities that are printed of the cell, by their names in a file."""
RUNS = 24_000
"""Full cells discharged for an answer, shared among the rates that it needs: half a minute."""
FEWEST_EFFECTIVE = 100
"""Effective draws below which weights say too little for an answer."""
NARROWED = 0.9
"""Share of its drawn range from which an input is not called narrowed."""
USUAL = "with the usual discrepancy"
WIDER = {"with half the discrepancy": 0.5, "with twice the discrepancy": 2.0}
"""What an answer must stand besides: how wrong the model may be is a belief of ours."""

_BAND = (0.05, 0.5, 0.95)
_CELL = {"c_rate": "1/h", "presodiated": "1", "tolerance": "1"}
_WINDOW = {"lower_voltage": "V"}


def _capacity(question: Question) -> Evidence:
    """The full cell delivers the printed capacity within ``tolerance``, given its other rates.

    A draw of the inventory weighs as much as it agrees with the capacities printed at other rates,
    never with the one that is asked; where none is printed all draws weigh alike.
    """
    printed, tolerance = _asked(question), question.number("tolerance")
    cells = _cells(question)
    found = _predicted(question, cells, printed)
    off = found.values / printed - 1
    holds, counted = every(np.abs(off) <= tolerance)
    few = _too_few(found)
    low, middle, high = (float(np.quantile(found.values, q)) for q in _BAND)
    below = float(np.mean(off < 0))
    return Evidence(
        holds=holds,
        counted=counted,
        inputs=cells.at(found.rows),
        text=(
            f"Full cell on discharge at {question.number('c_rate'):.3g}C: {printed:.4g} mA h/g "
            f"printed, {middle:.4g} ({low:.4g} to {high:.4g}) predicted "
            f"{_given(cells, found)}; {100 * below:.0f} % of the predictions lie below the print."
            f"{_narrowed(cells, found, np.abs(cells.capacity / printed - 1) <= tolerance)}"
        ),
        name=USUAL,
        branches=_other_beliefs(question, cells, printed),
        fit="" if few else expectation([found.values], printed, printed),
        follows=found.values,
        cannot_contradict=few or MEASURED,
        cannot_support=few,
        numbers={
            "as printed": (printed, "mA h/g"),
            "predicted, 5 %": (low, "mA h/g"),
            "predicted, median": (middle, "mA h/g"),
            "predicted, 95 %": (high, "mA h/g"),
            "predictions below the print": (below, "1"),
            "effective draws": (found.effective, "1"),
        },
    )


def _energy(question: Question) -> Evidence:
    """Full cells that give the printed capacity give the printed energy within ``tolerance``.

    Draws weigh by the capacity Q. What one lacks of it, or has too much, is delivered at the end of
    the discharge, so that its energy is E + V_low (Q_printed - Q) with the lower cut-off V_low.
    """
    capacity, energy = (question.claim.printed[name] for name in ("capacity", "energy"))
    cells, rate = _cells(question), question.number("c_rate")
    same = Others(
        rates=np.array([rate]), printed=np.array([capacity]), drawn=cells.capacity[:, None]
    )
    delivered = cells.energy + _lower_voltage(question) * (capacity - cells.capacity)
    near = np.abs(delivered / energy - 1) <= question.number("tolerance")
    own, *others = (
        predicted(cells.capacity, rate, same, unit=capacity, seed=question.seed, wider=wider)
        for wider in (1.0, *WIDER.values())
    )
    few = _too_few(own)
    mean = float(np.median(delivered[own.rows])) / capacity
    holds, counted = every(near[own.rows])
    return Evidence(
        holds=holds,
        counted=counted,
        inputs=cells.at(own.rows),
        name=USUAL,
        branches=tuple(
            replace(_branch(name, near[each.rows]), measurable=cells.at(each.rows))
            for name, each in zip(WIDER, others, strict=True)
        ),
        text=(
            f"Drawn inventories weighed by the printed {capacity:.4g} mA h/g "
            f"({own.effective:.0f} effective draws) deliver {mean:.3f} V on average; the print "
            f"says {energy / capacity:.3f} V."
        ),
        cannot_support=few,
        cannot_contradict=few,
        numbers={
            "as printed": (energy, "W h/kg"),
            "mean voltage": (mean, "V"),
            "printed mean voltage": (energy / capacity, "V"),
            "effective draws": (own.effective, "1"),
        },
    )


def _carbon(question: Question) -> Evidence:
    """The hard carbon's sites hold the printed capacity per mass within ``within``."""
    low, high = (question.number(name) for name in ("density_low", "density_high"))
    density = low + (high - low) * evenly("hard_carbon density", question.samples, question.seed)
    per_volume = volumetric_capacity(load_negative("hard_carbon"))
    found = per_volume / density
    printed = question.number("capacity")
    off = found / printed - 1
    holds, counted = every(np.abs(off) <= question.number("within"))
    return Evidence(
        holds=holds,
        counted=counted,
        inputs={"density of hard_carbon": density},
        text=(
            f"PyBaMM's hard carbon holds {per_volume / 1e3:.0f} A h/L: {found.min():.0f} to "
            f"{found.max():.0f} mA h/g over densities of {low:.0f} to {high:.0f} kg/m3, "
            f"{printed:.0f} printed of another carbon. Its sites are meant; a run delivers less."
        ),
        fit=expectation([found], printed, printed),
        cannot_contradict=MEASURED,
        numbers={"median": (float(np.median(found)), "mA h/g"), "as printed": (printed, "mA h/g")},
    )


inventory_capacity = claim_kind(
    _capacity,
    _CELL,
    optional=_WINDOW,
    printed=("capacity",),
    optional_printed=("retention", "retention_elsewhere", "energy", *OTHER_RATES),
    cells=FULL_CELLS,
)
inventory_energy = claim_kind(
    _energy, _CELL, optional=_WINDOW, printed=("capacity", "energy"), cells=FULL_CELLS
)
carbon_capacity = claim_kind(
    _carbon,
    {"capacity": "A*h/kg", "within": "1", "density_low": "kg/m^3", "density_high": "kg/m^3"},
    materials=0,
)


@dataclass(frozen=True, kw_only=True)
class _Cells:
    """Drawn full cells (n,) at the claim's rate, and at the rates of the other prints."""

    capacity: Array
    energy: Array
    inputs: Mapping[str, Array]
    others: Others

    def at(self, rows: NDArray[np.intp]) -> dict[str, Array]:
        """Inputs of some draws."""
        return {name: values[rows] for name, values in self.inputs.items()}


def _cells(question: Question) -> _Cells:
    """Every draw whose electrodes can hold the sodium."""
    names = [name for name in OTHER_RATES if name in question.claim.printed]
    rates = [OTHER_RATES[name] for name in names]
    asked = (question.number("c_rate"), *rates)
    own, *besides = (_run(question, rate, len(asked)) for rate in asked)
    cells = np.any([each.capacity > 0 for each in (own, *besides)], axis=0)
    drawn = np.empty((int(cells.sum()), len(names)))
    for column, each in enumerate(besides):
        drawn[:, column] = each.capacity[cells]
    return _Cells(
        capacity=own.capacity[cells],
        energy=own.energy[cells],
        inputs={name: values[cells] for name, values in own.inputs.items()},
        others=Others(
            rates=np.array(rates),
            printed=np.array([question.claim.printed[name] for name in names]),
            drawn=drawn,
        ),
    )


def _run(question: Question, rate: float, rates: int) -> FullCells:
    return question.tools.full_cells(
        question.names[0],
        FULL_CELLS[int(question.number("presodiated"))],
        rate,
        question.claim.parameters.get("lower_voltage"),
        RUNS // rates,
        question.seed,
    )


def _asked(question: Question) -> float:
    """The printed capacity, or that at the start of a printed retention [A h/kg]."""
    printed = question.claim.printed
    return printed["capacity"] / (printed.get("retention", 100.0) / 100)


def _lower_voltage(question: Question) -> float:
    given = question.claim.parameters.get("lower_voltage")
    return question.draws[0].material.value("lower_voltage") if given is None else given


def _predicted(question: Question, cells: _Cells, printed: float, wider: float = 1.0) -> Predicted:
    rate, seed = question.number("c_rate"), question.seed
    return predicted(cells.capacity, rate, cells.others, unit=printed, seed=seed, wider=wider)


def _other_beliefs(question: Question, cells: _Cells, printed: float) -> tuple[Branch, ...]:
    """The same with another discrepancy; of all draws alike, and by the energy, for show."""
    tolerance = question.number("tolerance")
    found = []
    for name, wider in WIDER.items():
        values = _predicted(question, cells, printed, wider).values
        found.append(_branch(name, np.abs(values / printed - 1) <= tolerance))
    if cells.others.printed.size:
        near = np.abs(cells.capacity / printed - 1) <= tolerance
        found.append(_branch("of all draws, whatever else is printed", near, votes=False))
    if "retention_elsewhere" in question.claim.printed:
        share = question.claim.printed["retention_elsewhere"] / 100
        start = question.claim.printed["capacity"] / share
        values = _predicted(question, cells, start).values
        near = np.abs(values / start - 1) <= tolerance
        found.append(_branch(f"from {start:.1f} mA h/g, as printed elsewhere", near))
    if "energy" in question.claim.printed:
        near = np.abs(_by_energy(question, cells).values / printed - 1) <= tolerance
        found.append(_branch("by the energy of the same discharge", near, votes=False))
    return tuple(found)


def _by_energy(question: Question, cells: _Cells) -> Predicted:
    """Capacities of draws weighed by the printed energy, which is no other measurement."""
    rate, energy = question.number("c_rate"), question.claim.printed["energy"]
    same = Others(rates=np.array([rate]), printed=np.array([energy]), drawn=cells.energy[:, None])
    weighed = predicted(cells.energy, rate, same, unit=energy, seed=question.seed)
    return replace(weighed, values=cells.capacity[weighed.rows])


def _branch(name: str, holds: Flags, votes: bool = True) -> Branch:
    flags, counted = every(holds)
    return Branch(name=name, holds=flags, counted=counted, votes=votes)


def _too_few(found: Predicted) -> str:
    if found.effective >= FEWEST_EFFECTIVE:
        return ""
    return f"only {found.effective:.0f} effective draws agree with the rest of the print"


def _given(cells: _Cells, found: Predicted) -> str:
    if not cells.others.printed.size:
        return f"by {len(cells.capacity)} inventories, as no other rate is printed"
    told = ", ".join(f"{value:g}" for value in cells.others.printed)
    rates = ", ".join(f"{rate:g}" for rate in cells.others.rates)
    return f"from {told} mA h/g at {rates}C by {found.effective:.0f} effective draws"


def _narrowed(cells: _Cells, found: Predicted, near: Flags) -> str:
    """What the other prints leave of the inputs that they narrow, or else the print itself."""
    besides = cells.others.printed.size > 0
    told = [
        _part(each.name, each.agreeing)
        for each in narrowings(cells.inputs, found.rows if besides else near)
        if each.decides and each.width < NARROWED
    ]
    who = "They leave" if besides else f"The {near.sum()} that come near the print have"
    return f" {who} {', '.join(told)} (5 to 95 %)." if told else ""


def _part(name: str, ends: tuple[float, float]) -> str:
    kind = {**CATALOGUE, **FULL_CELL_CATALOGUE}[name]
    low, high = (f"{end * kind.shown_factor:.2g}" for end in ends)
    unit = "" if kind.shown_unit == "1" else f" {kind.shown_unit}"
    return f"{name.replace('_', ' ')} {low} to {high}{unit}"
