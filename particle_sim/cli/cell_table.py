"""The table of ``particle-sim cell``: what each assumption could change."""

from __future__ import annotations

from particle_sim.cell.design import CELL_CATALOGUE, FULL_CELL_CATALOGUE, CellDesign
from particle_sim.cell.half_cell import CellModel
from particle_sim.cli.progress import reporting
from particle_sim.cli.tables import print_table
from particle_sim.cli.told import print_json
from particle_sim.materials.load import MaterialRecord
from particle_sim.studies.cell_check import CellCheck, check_cell
from particle_sim.studies.choices import PhysicsChoice

NO_EFFECT = 0.005
"""Relative change of the capacity below which an assumption is not worth a line."""


def show_check(
    record: MaterialRecord,
    design: CellDesign,
    model: CellModel,
    physics: PhysicsChoice,
    c_rate: float,
    *,
    as_json: bool,
    shown: bool,
) -> None:
    """Run the check of a discharge and print it; how far that is, is ``shown``."""
    with reporting(enabled=shown) as report:
        check = check_cell(
            record,
            c_rate=c_rate,
            design=design,
            model=model,
            physics=physics,
            progress=report.solving,
        )
    if as_json:
        tell_json(check, record, design, c_rate)
    else:
        print_check(check, record, f"{design.title}, {model.value}, discharge at {c_rate:g}C")


def tell_json(check: CellCheck, record: MaterialRecord, design: CellDesign, c_rate: float) -> None:
    """The check as JSON."""
    shown = {
        "material": record.material.name,
        "design": design.name,
        "law": check.run.cell.law.name,
        "c_rate": c_rate,
        "capacity [mAh/g]": float(check.run.capacity[-1]),
        "energy [Wh/kg]": float(check.run.energy[-1]),
        "end": check.run.end.value,
        "printed": [vars(printed) for printed in check.printed],
        "variations": [vars(variation) for variation in check.variations],
    }
    print_json(shown)


def print_check(check: CellCheck, record: MaterialRecord, what: str) -> None:
    """The run beside what is printed, and what each assumption could change."""
    run = check.run
    capacity, energy = float(run.capacity[-1]), float(run.energy[-1])
    print(f"{record.material.title}, {what}: {run.end.value}")
    print(f"Transport: {run.cell.law.title}")
    mean = f", {energy / capacity:.3f} V on average" if capacity > 0 else ", at once"
    print(f"{capacity:.1f} mAh/g, {energy:.1f} Wh/kg of cathode{mean}")
    for printed in check.printed:
        words = []
        if printed.capacity is not None:
            words.append(f"{printed.capacity:g} mAh/g ({capacity / printed.capacity - 1:+.1%})")
        if printed.energy is not None:
            words.append(f"{printed.energy:g} Wh/kg ({energy / printed.energy - 1:+.1%})")
        if words:
            print(f"Printed: {', '.join(words)}, {printed.what}: {printed.source}")
    if not check.printed:
        print("Nothing is printed of this cell at this rate.")
    _print_assumptions(check)


def _print_assumptions(check: CellCheck) -> None:
    """Each assumption of the cell at both ends of its range."""
    catalogue = {**CELL_CATALOGUE, **FULL_CELL_CATALOGUE}
    rows, idle = [], []
    central = float(check.run.capacity[-1])
    for variation in check.variations:
        moved = [
            abs(c - central) / (central or 1.0) if c is not None else 1.0
            for c in variation.capacity
        ]
        if max(moved) < NO_EFFECT:
            idle.append(variation.name.replace("_", " "))
            continue
        kind = catalogue[variation.name]
        unit, factor = kind.shown_unit, kind.shown_factor
        low, high = (f"{end * factor:.3g}" for end in variation.ends)
        rows.append(
            {
                "property": variation.name.replace("_", " "),
                "from": low,
                "to": high,
                "unit": "" if unit == "1" else unit,
                "mAh/g": _pair(variation.capacity),
                "Wh/kg": _pair(variation.energy),
            }
        )
    print_table("Each assumption of the cell at both ends of its range, the others central", rows)
    print(f"Below {NO_EFFECT:.1%} over their whole range: {', '.join(idle) or 'none'}.")


def _pair(values: tuple[float | None, float | None]) -> str:
    return " / ".join("no cell" if v is None else f"{v:.0f}" for v in values)
