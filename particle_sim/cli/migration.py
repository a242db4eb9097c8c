"""``particle-sim migration``: how long metal ions wait at a barrier; what a share means."""

from __future__ import annotations

from typing import Annotated

import typer

from particle_sim.cli.complete import complete_material
from particle_sim.cli.options import JsonOption
from particle_sim.cli.told import print_json
from particle_sim.cli.verb import Aim, verb
from particle_sim.errors import InputError


@verb(
    Aim.SEE,
    8,
    "metal ions that hop: barrier to time and share, and back",
    "migration nafeo2 --c-rate 0.1",
    completes={"name": complete_material},
)
def migration(
    name: Annotated[
        str | None, typer.Argument(help="A material whose printed barriers and shares are taken.")
    ] = None,
    barrier: Annotated[str | None, typer.Option(help='A barrier, e.g. "0.75 eV".')] = None,
    share: Annotated[str | None, typer.Option(help='A share that moved, e.g. "29 %".')] = None,
    c_rate: Annotated[float, typer.Option(help="Rate of the charge [1/h]; it lasts 1/rate.")] = 1.0,
    site_energy: Annotated[
        str | None,
        typer.Option(help='Energy of the new site over the old, e.g. "0.1 eV"; none: no return.'),
    ] = None,
    temperature: Annotated[float, typer.Option(help="[K]")] = 298.15,
    as_json: JsonOption = False,
) -> None:
    """Waiting time and share moved in a charge, and the barrier that a reported share means."""
    from particle_sim.cli.migration_table import (
        Charge,
        hops_of_barrier,
        hops_of_share,
        print_hops,
        printed_barriers,
        printed_shares,
        typed_energy,
    )
    from particle_sim.units import quantity

    if not 0 < c_rate < float("inf"):
        raise InputError(f"--c-rate is {c_rate:g}; it must be positive.")
    barriers, shares = [], []
    if barrier is not None:
        barriers.append(("typed", typed_energy("--barrier", barrier)))
    if share is not None:
        shares.append(("typed", quantity("--share", share, "1")))
    if name is not None:
        barriers += printed_barriers(name)
        shares += printed_shares(name)
    if not barriers and not shares:
        where = "Nothing is given" if name is None else f"{name} prints no hop of a metal"
        raise InputError(f'{where}; add e.g. --barrier "0.75 eV" or --share "29 %".')
    energy = None if site_energy is None else typed_energy("--site-energy", site_energy)
    charge = Charge(duration=3600 / c_rate, temperature=temperature, site_energy=energy)
    found = [hops_of_barrier(*each, charge) for each in barriers]
    found += [hops_of_share(*each, charge) for each in shares]
    if as_json:
        print_json([hops.as_json for hops in found])
        return
    print_hops(f"A charge at {c_rate:g}C, {temperature:g} K", found)
