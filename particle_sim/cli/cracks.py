"""``particle-sim cracks``: a wire of one or two materials is charged until it cracks, as a film."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from particle_sim.cli.complete import complete_material
from particle_sim.cli.options import (
    FileOption,
    FootingOption,
    ForceOption,
    OutOption,
    QuietOption,
    typed,
)
from particle_sim.cli.verb import Aim, verb
from particle_sim.errors import InputError
from particle_sim.studies.choices import Footing


@verb(
    Aim.SEE,
    10,
    "cracks and sodium as the charge passes, as a film",
    'cracks nvp he_v --radius "3 um" --c-rate 3',
    completes={"materials": complete_material},
)
def cracks(
    materials: Annotated[
        list[str], typer.Argument(help="One material, or two: name, name@reading, .toml.")
    ],
    radius: Annotated[str, typer.Option(help="Of the wires, the same for both.")] = "2 um",
    c_rate: Annotated[float, typer.Option(help="Rate in units of each material's 1C.")] = 1.0,
    footing: FootingOption = Footing.EQUAL,
    frames: Annotated[int, typer.Option(help="Times, even in charge.")] = 12,
    wetted: Annotated[
        bool, typer.Option("--wetted", help="Electrolyte fills the cracks; else they are dry.")
    ] = False,
    vtu: Annotated[
        bool, typer.Option("--vtu", help="Write the fields for ParaView as well, beside the film.")
    ] = False,
    out: OutOption = None,
    file: FileOption = None,
    force: ForceOption = False,
    quiet: QuietOption = False,
) -> None:
    """Charge long wires whose surface is flawed, and film their cracks on one scale.

    Fick's law, no boundary between phases; toughness is the host's, the length scale R/8 and the
    flaw 1.5 of that deep: all assumed, the same rule for both. About a second a frame. With --file:
    the film alone, a .gif or .mp4, in no folder that rerun could make again.
    """
    from particle_sim.figures import crack_pair_film
    from particle_sim.figures.film import check_film
    from particle_sim.materials.load import load_record
    from particle_sim.outputs import check_folder
    from particle_sim.report.cracks_folder import write_cracks_folder, write_fields
    from particle_sim.studies.crack_charge import CrackCharge, charged_wire
    from particle_sim.studies.footing import level
    from particle_sim.units import positive_quantity

    if len(materials) > 2:
        raise InputError(f"{len(materials)} materials are given; a film shows one or two.")
    case = CrackCharge(
        radius=positive_quantity("--radius", radius, "m") or 0.0,
        c_rate=c_rate,
        frames=frames,
        wetted=wetted,
    )
    names = [Path(name).stem.replace("@", "_") for name in materials]
    folder = out or Path("results") / f"cracks_{'_'.join(names)}"
    if file is None:
        check_folder(folder, force=force)
    elif out is None:
        check_film(file)
    else:
        raise InputError(
            "--out is a folder with film and data, and --file the film alone; give one."
        )
    levelled, equal = level([load_record(name) for name in materials], footing)
    if equal:
        made = ", ".join(each.name.replace("_", " ") for each in equal)
        print(f"Known of one at most, and therefore the same for both: {made}.")
    wires = {}
    for name, material in zip(names, levelled, strict=True):
        wire = charged_wire(material, case, progress=None if quiet else print)
        ended = ", when its surface was empty" if wire.emptied else ""
        print(
            f"{wire.title}: cracks grew by {1e9 * wire.grown[-1]:.0f} nm in each quarter over "
            f"{wire.charge[-1]:.3g} mAh/g{ended}"
        )
        wires[name] = wire
    if file is None:
        write_cracks_folder(wires, folder, typed(), vtu=vtu, force=force)
        print(f"Film and data: {folder}")
        return
    print(crack_pair_film(list(wires.values()), file, force=force))
    for path in write_fields(wires, file, force=force) if vtu else []:
        print(path)
