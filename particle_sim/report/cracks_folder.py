"""Write charged wires to a folder: film, growth as data, fields for ParaView, all or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import xarray as xr

from particle_sim import figures
from particle_sim.damage.charged_wire import ChargedWire
from particle_sim.damage.field.crack_files import write_crack_vtu
from particle_sim.outputs import FROM_PYTHON, new_folder, write_netcdf
from particle_sim.studies.crack_charge import filling_around

FILM_FILE, DATA_FILE = "cracks.gif", "cracks.nc"


def write_cracks_folder(
    wires: Mapping[str, ChargedWire],
    folder: Path,
    command: str = FROM_PYTHON,
    *,
    vtu: bool = False,
    force: bool = False,
) -> None:
    """Write everything into ``folder``; earlier cracks there are replaced in one move.

    ``wires`` by name. Raises :class:`InputError` as :func:`particle_sim.outputs.new_folder` does.
    """
    with new_folder(folder, command=command, force=force) as work:
        write_netcdf(cracks_tree(wires), work / DATA_FILE)
        figures.crack_pair_film(list(wires.values()), work / FILM_FILE)
        if vtu:
            write_fields(wires, work / FILM_FILE)


def write_fields(
    wires: Mapping[str, ChargedWire], film: Path, *, force: bool = False
) -> list[Path]:
    """The fields of each wire for ParaView, beside its film."""
    return [
        write_crack_vtu(
            wire.cracks,
            film.with_name(f"{film.stem}_{name}.pvd"),
            site_fraction=filling_around(wire),
            force=force,
        )
        for name, wire in wires.items()
    ]


def cracks_tree(wires: Mapping[str, ChargedWire]) -> xr.DataTree:
    """Charge and growth of each wire over time."""
    nodes = {"/": xr.Dataset(attrs={"title": " and ".join(w.title for w in wires.values())})}
    for name, wire in wires.items():
        grown = {"units": "m", "long_name": "length of cracks in a quarter beyond its flaw"}
        nodes[f"/{name}"] = xr.Dataset(
            {
                "charge": ("time", wire.charge, {"units": "mA h/g", "long_name": "charge gone"}),
                "grown": ("time", wire.grown, grown),
            },
            coords={"time": ("time", wire.cracks.time, {"units": "s", "long_name": "time"})},
            attrs={"title": wire.title, "c_rate": wire.c_rate, "emptied": int(wire.emptied)},
        )
    return xr.DataTree.from_dict(nodes)
