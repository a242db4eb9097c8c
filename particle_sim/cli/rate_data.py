"""What ``particle-sim rate --json`` prints of a rate study."""

from __future__ import annotations

from typing import Any

import xarray as xr

from particle_sim.cli.told import plain, table_data
from particle_sim.studies.rate_sentences import summary

DRAWN = ("band", "map")
"""Parts that are there for the pictures; the file holds them."""


def rate_data(tree: xr.DataTree) -> dict[str, Any]:
    """The words, and the tables of every material that they are read off."""
    return {
        **plain(tree.attrs),
        "says": summary(tree).splitlines(),
        "tables": {
            name: {
                **node.attrs,
                **{
                    part: table_data(child.to_dataset())
                    for part, child in node.children.items()
                    if part not in DRAWN
                },
            }
            for name, node in tree.children.items()
        },
    }
