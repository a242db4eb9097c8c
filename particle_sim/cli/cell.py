"""``particle-sim cell``: one discharge beside what is printed, and what could carry the rest."""

from __future__ import annotations

from typing import Annotated

import typer

from particle_sim.cli.options import PhysicsOption, complete_material
from particle_sim.cli.verb import Aim, verb
from particle_sim.errors import InputError
from particle_sim.studies.choices import PhysicsChoice


@verb(
    Aim.SEE,
    3,
    "one discharge beside what its paper prints",
    "cell he_v --c-rate 0.2",
    completes={"name": complete_material},
)
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
    physics: PhysicsOption = PhysicsChoice.SOLID_SOLUTION,
    inventory: Annotated[
        int | None, typer.Option(help="With --full: draws of the inventory to hold to the print.")
    ] = None,
    tolerance: Annotated[
        float, typer.Option(min=1e-3, max=0.5, help="Of --inventory, relative.")
    ] = 0.05,
    as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """Discharge one cell, compare with print, vary every assumption of the cell on its own."""
    from particle_sim.cell.design import load_cell_design
    from particle_sim.cell.half_cell import CellModel
    from particle_sim.cli.cell_table import print_check, print_json
    from particle_sim.cli.inventory_table import print_inventory
    from particle_sim.errors import closest
    from particle_sim.materials.load import load_record
    from particle_sim.studies.cell_check import check_cell, default_design

    if not 0 < c_rate < float("inf"):
        raise InputError(f"--c-rate is {c_rate:g}; it must be positive.")
    if inventory is not None and not full:
        raise InputError("--inventory is of a full cell; give --full with it.")
    models = {known.value: known for known in CellModel if known is not CellModel.MPM}
    if model not in models:
        raise InputError(f'--model is "{model}"; {closest(model, models)}')
    record = load_record(name)
    if inventory is not None:
        own = None if design is None else load_cell_design(design)
        print_inventory(
            record, own, c_rate=c_rate, samples=inventory, tolerance=tolerance, as_json=as_json
        )
        return
    chosen = default_design(record, full=full) if design is None else load_cell_design(design)
    check = check_cell(record, c_rate=c_rate, design=chosen, model=models[model], physics=physics)
    if as_json:
        print_json(check, record, chosen, c_rate)
    else:
        print_check(check, record, f"{chosen.title}, {model}, discharge at {c_rate:g}C")
