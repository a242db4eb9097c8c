"""One cell run beside what is printed of it, and which assumption could carry the difference."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from particle_sim.cell.design import CellDesign, CellKind, load_cell_design, with_values
from particle_sim.cell.full_cell import FULL_CELL, full_cell
from particle_sim.cell.half_cell import Cell, CellModel, half_cell
from particle_sim.cell.run import CellRun
from particle_sim.errors import ConvergenceError, InputError
from particle_sim.materials.derive import c_rate as rate_in_c
from particle_sim.materials.load import MaterialRecord
from particle_sim.materials.material import Material
from particle_sim.progress import shows_progress
from particle_sim.protocols.discharge import discharge
from particle_sim.studies.choices import PhysicsChoice
from particle_sim.studies.particle_cell import run_cell
from particle_sim.studies.rate_data import in_printed_window
from particle_sim.transport.laws import Law, law_of

SAME_RATE = 1e-3
"""Relative difference below which a printed rate is the rate of the run."""


@dataclass(frozen=True, kw_only=True)
class Printed:
    """A printed result at the rate of the run; ``None`` where the paper gives no number."""

    what: str
    capacity: float | None
    energy: float | None
    source: str


@dataclass(frozen=True, kw_only=True)
class Variation:
    """Capacity [A h/kg] and energy [W h/kg] with one assumption at each end of its range.

    ``None`` where the cell cannot be made or run there.
    """

    name: str
    ends: tuple[float, float]
    capacity: tuple[float | None, float | None]
    energy: tuple[float | None, float | None]


@dataclass(frozen=True, kw_only=True)
class CellCheck:
    """A discharge, what is printed of it, and the assumptions varied one at a time."""

    run: CellRun
    printed: tuple[Printed, ...]
    variations: tuple[Variation, ...]


@shows_progress
def check_cell(
    record: MaterialRecord,
    *,
    c_rate: float,
    design: CellDesign,
    model: CellModel = CellModel.SPM,
    physics: PhysicsChoice = PhysicsChoice.SOLID_SOLUTION,
    progress: Callable[[str, float], None] | None = None,
) -> CellCheck:
    """Discharge the cell, find the printed numbers at that rate, vary every assumption.

    Every ranged property of the design is put to both ends of its range, one at a time, the rest
    central. A full cell runs between the cut-offs printed of it, unless the design has its own.
    ``progress`` is called with what is varied and the finished share. :class:`InputError` when the
    central cell cannot be made.
    """
    report = progress or (lambda _text, _share: None)
    design = _in_printed_window(record, design)
    cell = cell_of(record.material, design, model, physics)
    run = run_cell(cell, discharge(c_rate))
    varied = [name for name, prop in design.properties.items() if prop.plausible is not None]
    variations = []
    for place, name in enumerate(varied):
        report(name.replace("_", " "), place / len(varied))
        variations.append(_vary(cell, name, c_rate))
    variations.sort(key=lambda v: -_swing(v, float(run.capacity[-1])))
    kind = "full_cell" if design.kind is CellKind.FULL else "capacity"
    return CellCheck(
        run=run, printed=tuple(_printed(record, kind, c_rate)), variations=tuple(variations)
    )


def default_design(record: MaterialRecord, *, full: bool) -> CellDesign:
    """The shipped design: a full cell with hard carbon, or the half cell of the carrier."""
    return load_cell_design(FULL_CELL) if full else half_cell(record.material).design


def _in_printed_window(record: MaterialRecord, design: CellDesign) -> CellDesign:
    if design.kind is CellKind.HALF or "lower_voltage" in design.properties:
        return design
    return in_printed_window(record.system, design)


def cell_of(
    material: Material, design: CellDesign, model: CellModel, physics: PhysicsChoice
) -> Cell:
    """The half or full cell that the design is of, under the chosen law."""
    return _cell(material, design, model, law_of(physics.value, material))


def _cell(material: Material, design: CellDesign, model: CellModel, law: Law) -> Cell:
    make = full_cell if design.kind is CellKind.FULL else half_cell
    return make(material, design=design, model=model, law=law)


def _vary(cell: Cell, name: str, c_rate: float) -> Variation:
    plausible = cell.design.properties[name].plausible
    assert plausible is not None
    ends = (plausible.low, plausible.high)
    results: list[tuple[float | None, float | None]] = []
    for end in ends:
        try:
            design = with_values(cell.design, **{name: end})
            run = run_cell(_cell(cell.material, design, cell.model, cell.law), discharge(c_rate))
        except (InputError, ConvergenceError):
            results.append((None, None))
            continue
        results.append((float(run.capacity[-1]), float(run.energy[-1])))
    return Variation(
        name=name,
        ends=ends,
        capacity=(results[0][0], results[1][0]),
        energy=(results[0][1], results[1][1]),
    )


def _swing(variation: Variation, central: float) -> float:
    """Largest change of the capacity from the central run."""
    return max((abs(c - central) for c in variation.capacity if c is not None), default=0.0)


def _printed(record: MaterialRecord, kind: str, c_rate: float) -> list[Printed]:
    """Printed numbers of fresh cells at the rate of the run."""
    found = []
    one_c = record.material.value("one_c_current")
    for fact in record.file.printed.get(kind, []):
        if fact.number("cycles") is not None or fact.number("cycle") is not None:
            continue
        rate = rate_in_c(fact.text("rate"), one_c)
        if rate is not None and abs(rate - c_rate) <= SAME_RATE * c_rate:
            found.append(
                Printed(
                    what=fact.text("window") or fact.text("series") or fact.text("kind"),
                    capacity=fact.number("capacity_mAh_g"),
                    energy=fact.number("energy_density_Wh_kg"),
                    source=f"{record.citation(fact.source)}, {fact.place}",
                )
            )
    return found
