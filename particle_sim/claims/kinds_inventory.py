"""Tests on full cells whose inventory is not printed: which draws of it agree with the print."""

from __future__ import annotations

import numpy as np

from particle_sim.cell.design import FULL_CELL_CATALOGUE
from particle_sim.cell.negative import load_negative
from particle_sim.cell.negative_tables import volumetric_capacity
from particle_sim.claims.kind import claim_kind
from particle_sim.claims.question import MEASURED, Evidence, FullCells, Question, every
from particle_sim.materials.catalogue import CATALOGUE
from particle_sim.plausible.streams import evenly
from particle_sim.studies.inventory import narrowings

FULL_CELL_DRAWS = 1000
"""Few agree with a print; of forty that agree all must hold for a 95 % interval above 90 %."""
FULL_CELLS = ("sodium_full_cell", "sodium_full_cell_presodiated")
AGES = "it is about cycles, and nothing here ages"

_CELL = {"c_rate": "1/h", "presodiated": "1", "tolerance": "1"}
_WINDOW = {"lower_voltage": "V"}


def _capacity(question: Question) -> Evidence:
    """The full cell with hard carbon delivers the printed capacity within ``tolerance``."""
    printed, cannot = question.claim.printed["capacity"], ""
    if "retention" in question.claim.printed:
        printed, cannot = printed / (question.claim.printed["retention"] / 100), AGES
    runs = _full_cells(question)
    agrees = np.abs(runs.capacity / printed - 1) <= question.number("tolerance")
    counted = runs.capacity > 0
    return Evidence(
        holds=agrees,
        counted=counted,
        inputs=runs.inputs,
        text=_sentence(question, runs, printed, agrees),
        cannot_contradict=MEASURED,
        cannot_support=cannot,
        numbers={
            "as printed": (printed, "mA h/g"),
            "median": (float(np.median(runs.capacity[counted])), "mA h/g"),
            "largest": (float(runs.capacity.max()), "mA h/g"),
            "draws that agree": (float(agrees.sum()), "1"),
        },
    )


def _energy(question: Question) -> Evidence:
    """Full cells that give the printed capacity give the printed energy within ``tolerance``."""
    runs, tolerance = _full_cells(question), question.number("tolerance")
    capacity, energy = (question.claim.printed[name] for name in ("capacity", "energy"))
    counted = np.abs(runs.capacity / capacity - 1) <= tolerance
    mean = float(np.median(runs.energy[counted] / runs.capacity[counted])) if counted.any() else 0.0
    return Evidence(
        holds=np.abs(runs.energy / energy - 1) <= tolerance,
        counted=counted,
        inputs=runs.inputs,
        text=(
            f"Of {len(counted)} drawn inventories {counted.sum()} give the printed "
            f"{capacity:.4g} mA h/g within {tolerance:.0%}; they deliver {mean:.3f} V on average, "
            f"the print says {energy / capacity:.3f} V."
        ),
        numbers={
            "as printed": (energy, "W h/kg"),
            "mean voltage": (mean, "V"),
            "printed mean voltage": (energy / capacity, "V"),
        },
    )


def _carbon(question: Question) -> Evidence:
    """The hard carbon's sites hold the printed capacity per mass within ``within``."""
    low, high = (question.number(name) for name in ("density_low", "density_high"))
    density = low + (high - low) * evenly("hard_carbon density", question.samples, question.seed)
    per_volume = volumetric_capacity(load_negative("hard_carbon"))
    found = per_volume / density
    printed = question.number("capacity")
    holds, counted = every(np.abs(found / printed - 1) <= question.number("within"))
    return Evidence(
        holds=holds,
        counted=counted,
        inputs={"density of hard_carbon": density},
        text=(
            f"PyBaMM's hard carbon holds {per_volume / 1e3:.0f} A h/L: {found.min():.0f} to "
            f"{found.max():.0f} mA h/g over densities of {low:.0f} to {high:.0f} kg/m3, "
            f"{printed:.0f} printed."
        ),
        numbers={"median": (float(np.median(found)), "mA h/g"), "as printed": (printed, "mA h/g")},
    )


inventory_capacity = claim_kind(
    _capacity,
    _CELL,
    optional=_WINDOW,
    printed=("capacity",),
    optional_printed=("retention",),
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


def _full_cells(question: Question) -> FullCells:
    return question.tools.full_cells(
        question.names[0],
        FULL_CELLS[int(question.number("presodiated"))],
        question.number("c_rate"),
        question.claim.parameters.get("lower_voltage"),
        FULL_CELL_DRAWS,
        question.seed,
    )


def _sentence(
    question: Question, runs: FullCells, printed: float, agrees: np.typing.NDArray[np.bool_]
) -> str:
    decide = [each for each in narrowings(runs.inputs, agrees) if each.decides]
    parts = [_part(each.name, each.agreeing) for each in decide]
    known = f" They have {', '.join(parts)} (5 to 95 %)." if parts else ""
    return (
        f"Full cell on discharge at {question.number('c_rate'):.3g}C: {printed:.4g} mA h/g "
        f"printed, {np.median(runs.capacity[runs.capacity > 0]):.4g} in the median draw. "
        f"{agrees.sum()} of {len(agrees)} inventories give the print within "
        f"{question.number('tolerance'):.0%}.{known}"
    )


def _part(name: str, ends: tuple[float, float]) -> str:
    kind = {**CATALOGUE, **FULL_CELL_CATALOGUE}[name]
    low, high = (f"{end * kind.shown_factor:.2g}" for end in ends)
    unit = "" if kind.shown_unit == "1" else f" {kind.shown_unit}"
    return f"{name.replace('_', ' ')} {low} to {high}{unit}"
