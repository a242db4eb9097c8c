"""Trees of a life as its words read them, of the nodes that a test has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import xarray as xr

from particle_sim.life.sides import Side


def tree_of(sides: Sequence[Side], nodes: Mapping[str, xr.Dataset]) -> xr.DataTree:
    names = [side.name for side in sides]
    head = xr.Dataset(attrs={"materials": names, "titles": [side.material.title for side in sides]})
    known = {"material": names}
    placed = {
        place: table.assign_coords({n: v for n, v in known.items() if n in table.dims})
        for place, table in nodes.items()
    }
    return xr.DataTree.from_dict({"/": head, **placed})
