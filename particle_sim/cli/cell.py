"""``particle-sim cell``: one discharge beside what is printed, and what could carry the rest."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from particle_sim.errors import InputError

if TYPE_CHECKING:
    from particle_sim.studies.cell_check import CellCheck


NO_EFFECT = 0.005
"""Relative change of the capacity below which an assumption is not worth a line."""


def cell(
    name: Annotated[str, typer.Argument(help="Material name, name@reading, or a .toml file.")],
    c_rate: Annotated[
        float, typer.Option(help="Rate in units of the material's printed 1C.")
    ] = 0.1,
    full: Annotated[bool, typer.Option("--full", help="Against hard carbon.")] = False,
    design: Annotated[
        str | None, typer.Option(help="Cell design: a shipped name or a .toml file.")
    ] = None,
    model: Annotated[str, typer.Option(help="SPM, SPMe or DFN.")] = "SPM",
    as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """Discharge one cell, compare with print, vary every assumption of the cell on its own."""
    from particle_sim.cell.design import load_cell_design
    from particle_sim.cell.half_cell import CellModel
    from particle_sim.errors import closest
    from particle_sim.materials.load import load_record
    from particle_sim.studies.cell_check import check_cell, default_design

    if not 0 < c_rate < float("inf"):
        raise InputError(f"--c-rate is {c_rate:g}; it must be positive.")
    models = {known.value: known for known in CellModel}
    if model not in models:
        raise InputError(f'--model is "{model}"; {closest(model, models)}')
    record = load_record(name)
    chosen = default_design(record, full=full) if design is None else load_cell_design(design)
    check = check_cell(record, c_rate=c_rate, design=chosen, model=models[model])
    run = check.run
    capacity, energy = float(run.capacity[-1]), float(run.energy[-1])
    if as_json:
        shown = {
            "material": record.material.name,
            "design": chosen.name,
            "c_rate": c_rate,
            "capacity [mAh/g]": capacity,
            "energy [Wh/kg]": energy,
            "end": run.end.value,
            "printed": [vars(printed) for printed in check.printed],
            "variations": [vars(variation) for variation in check.variations],
        }
        print(json.dumps(shown, indent=2))
        return
    title = record.material.title
    print(f"{title}, {chosen.title}, {model}, discharge at {c_rate:g}C: {run.end.value}")
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
    _table(check)


def _table(check: CellCheck) -> None:
    from particle_sim.cell.design import CELL_CATALOGUE, FULL_CELL_CATALOGUE
    from particle_sim.cli.tables import print_table

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
