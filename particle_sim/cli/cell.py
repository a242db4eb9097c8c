"""``particle-sim cell``: one discharge beside what is printed, any other protocol, impedance."""

from __future__ import annotations

from typing import Annotated

import typer

from particle_sim.cli.options import (
    CellOption,
    ForceOption,
    FullOption,
    JsonOption,
    MaterialArgument,
    OutOption,
    PhysicsOption,
    QuietOption,
    SetOption,
)
from particle_sim.cli.overrides import overrides
from particle_sim.cli.verb import Aim, verb
from particle_sim.errors import InputError
from particle_sim.studies.choices import PhysicsChoice

ProtocolOption = Annotated[
    str | None,
    typer.Option(
        help="charge, discharge, cc-cv, cycle, gitt, sweep, or steps such as "
        '"Discharge at C/5 until 2.0 V; Rest for 1 hour".'
    ),
]
ImpedanceOption = Annotated[
    str | None, typer.Option(help='Spectrum between two frequencies, e.g. "1mHz:100kHz".')
]
ScanRateOption = Annotated[
    str | None, typer.Option(help='Of a sweep, one or several: "0.1,0.2,0.5 mV/s".')
]
WindowOption = Annotated[str | None, typer.Option(help='Ends of a sweep, e.g. "2.5:4.0 V".')]
CyclesOption = Annotated[int, typer.Option(help="Times a protocol is repeated, or GITT pulses.")]
ChargeOption = Annotated[
    float, typer.Option(help="State of charge of --impedance, 0 to 1 between the cut-offs.")
]


@verb(
    Aim.SEE,
    3,
    "one discharge beside what its paper prints, or any protocol",
    "cell he_v --c-rate 0.2",
)
def cell(
    name: MaterialArgument,
    c_rate: Annotated[
        float, typer.Option(help="Rate in units of the material's printed 1C.")
    ] = 0.1,
    full: FullOption = False,
    design: CellOption = None,
    override: SetOption = None,
    model: Annotated[str, typer.Option(help="SPM, SPMe or DFN.")] = "SPM",
    physics: PhysicsOption = PhysicsChoice.SOLID_SOLUTION,
    inventory: Annotated[
        int | None, typer.Option(help="With --full: draws of the inventory to hold to the print.")
    ] = None,
    tolerance: Annotated[
        float, typer.Option(min=1e-3, max=0.5, help="Of --inventory, relative.")
    ] = 0.05,
    protocol: ProtocolOption = None,
    impedance: ImpedanceOption = None,
    scan_rate: ScanRateOption = None,
    window: WindowOption = None,
    cycles: CyclesOption = 1,
    state_of_charge: ChargeOption = 0.5,
    out: OutOption = None,
    force: ForceOption = False,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Discharge one cell, compare with print, vary every assumption of the cell on its own.

    With --protocol or --impedance: run the cell so, and tell or write what it shows.
    """
    from particle_sim.cell.design import CellKind, load_cell_design
    from particle_sim.cell.half_cell import CellModel
    from particle_sim.cli.cell_run import Asked, run_asked
    from particle_sim.cli.cell_table import show_check
    from particle_sim.cli.inventory_table import print_inventory
    from particle_sim.errors import closest
    from particle_sim.materials.load import load_record
    from particle_sim.studies.cell_check import cell_of, default_design

    if not 0 < c_rate < float("inf"):
        raise InputError(f"--c-rate is {c_rate:g}; it must be positive.")
    if inventory is not None and not full:
        raise InputError("--inventory is of a full cell; give --full with it.")
    models = {known.value: known for known in CellModel if known is not CellModel.MPM}
    if model not in models:
        raise InputError(f'--model is "{model}"; {closest(model, models)}')
    own = None if design is None else load_cell_design(design)
    if full and own is not None and own.kind is CellKind.HALF:
        raise InputError(
            f"--cell is {design}, a half cell, and --full asks for a full one; leave --full "
            "out, or name a full cell, e.g. sodium_full_cell."
        )
    shown = not (quiet or as_json)
    record = load_record(name, overrides=overrides(override, [name]).get(name))
    if inventory is not None:
        print_inventory(record, own, c_rate=c_rate, samples=inventory, tolerance=tolerance,
                        as_json=as_json, shown=shown)  # fmt: skip
        return
    chosen = own or default_design(record, full=full)
    asked = Asked(protocol=protocol, impedance=impedance, c_rate=c_rate, scan_rate=scan_rate,
                  window=window, cycles=cycles, state_of_charge=state_of_charge, out=out,
                  force=force, as_json=as_json, shown=shown)  # fmt: skip
    if protocol is None and impedance is None:
        asked.refuse_idle()
        show_check(record, chosen, models[model], physics, c_rate,
                   as_json=as_json, shown=shown)  # fmt: skip
    else:
        run_asked(cell_of(record.material, chosen, models[model], physics), asked)
