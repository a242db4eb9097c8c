"""The table of ``particle-sim cell --full --inventory``: which inventories give the print."""

from __future__ import annotations

import numpy as np

from particle_sim.cell.design import FULL_CELL_CATALOGUE, CellDesign, CellKind
from particle_sim.cli.progress import reporting
from particle_sim.cli.tables import print_table
from particle_sim.cli.told import print_json
from particle_sim.errors import InputError
from particle_sim.materials.catalogue import CATALOGUE
from particle_sim.materials.load import MaterialRecord
from particle_sim.studies.inventory import Inventory, Narrowing, inventory, narrowings
from particle_sim.studies.rate_data import full_cell_design, printed_series

SAME_RATE = 0.01
FEWEST, MOST = 20, 100_000


def print_inventory(
    record: MaterialRecord,
    design: CellDesign | None,
    *,
    c_rate: float,
    samples: int,
    tolerance: float,
    as_json: bool,
    shown: bool,
) -> None:
    """Draw full cells, and say which give the capacity that is printed at ``c_rate``."""
    if not FEWEST <= samples <= MOST:
        raise InputError(f"--inventory is {samples}; give {FEWEST} to {MOST} draws, 400 is usual.")
    chosen = full_cell_design(record.system) if design is None else design
    printed, source = _printed(record, c_rate)
    with reporting(enabled=shown) as report:
        report.solving(f"{samples} full cells", 0.0)
        found = inventory(record.material, chosen, c_rate=c_rate, printed=printed,
                          tolerance=tolerance, samples=samples)  # fmt: skip
    told = narrowings(found.inputs, found.agrees)
    low, middle, high = np.quantile(found.capacity[found.capacity > 0], [0.05, 0.5, 0.95])
    if as_json:
        drawn = {"drawn [mAh/g]": {"5 %": low, "median": middle, "95 %": high}}
        print_json(_plain(record, chosen, found, told, printed) | drawn)
        return
    print(f"{record.material.title}, {chosen.title}, discharge at {c_rate:g}C")
    print(f"Printed: {printed:g} mAh/g: {source}")
    print(f"Drawn: {middle:.1f} mAh/g, 5 to 95 % {low:.1f} to {high:.1f}, of {samples} cells")
    print(
        f"{found.agrees.sum()} of them, {found.share:.0%} of those that can hold the sodium, give "
        f"the print within {tolerance:.0%}."
    )
    if told:
        rows = [_row(each) for each in told]
        print_table("What they have: 5 and 95 % of each input, the surest first", rows)
    else:
        print("Too few to say what they have in common: a range or the model is wrong.")


def _printed(record: MaterialRecord, c_rate: float) -> tuple[float, str]:
    """The full cell's capacity [A h/kg] at the rate, and who prints it."""
    series = printed_series(record.system, record.material.value("one_c_current"))
    fresh = [s for s in series if s.cell is CellKind.FULL and not s.relative and _is_new(s.label)]
    for one in fresh:
        for rate, value in zip(one.c_rate, one.capacity, strict=True):
            if abs(rate / c_rate - 1) <= SAME_RATE:
                return float(value), f"{record.citation(one.source)}, {one.place}"
    rates = sorted({float(rate) for one in fresh for rate in one.c_rate})
    known = ", ".join(f"{rate:g}C" for rate in rates) or "no rate at all"
    raise InputError(
        f"{record.material.name}: no capacity of a full cell is printed at {c_rate:g}C, only at "
        f"{known}; choose --c-rate among these."
        if rates
        else f"{record.material.name}: no capacity of a full cell is printed; "
        "leave --inventory out."
    )


def _is_new(label: str) -> bool:
    return "after cycles" not in label


def _row(each: Narrowing) -> dict[str, str]:
    kind = {**CATALOGUE, **FULL_CELL_CATALOGUE}[each.name]
    factor, unit = kind.shown_factor, kind.shown_unit
    ends = [f"{end * factor:.3g}" for pair in (each.drawn, each.agreeing) for end in pair]
    return {
        "input": each.name.replace("_", " "),
        "drawn": f"{ends[0]} to {ends[1]}",
        "agreeing": f"{ends[2]} to {ends[3]}",
        "unit": "" if unit == "1" else unit,
        "width left": f"{each.width:.0%}",
        "by chance": f"{each.chance:.1g}",
    }


def _plain(
    record: MaterialRecord,
    design: CellDesign,
    found: Inventory,
    told: tuple[Narrowing, ...],
    printed: float,
) -> dict[str, object]:
    return {
        "material": record.material.name,
        "design": design.name,
        "printed [mAh/g]": printed,
        "draws": len(found.capacity),
        "agreeing": int(found.agrees.sum()),
        "share": found.share,
        "inputs": [vars(each) for each in told],
    }
