"""What stored results say of themselves: a long name and a unit for each variable, a title."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    import xarray as xr

Labelled = TypeVar("Labelled", bound="xr.DataTree | xr.Dataset")

TEXT = "text"
"""In the place of a unit, where a variable holds words."""

SAYS = {
    "source": "Computed by particle_sim; the command, the versions and the files that were read "
    "are in manifest.json beside this file.",
    "how_to_open": "particle_sim.open(FOLDER), with the folder that holds this file; or "
    "xarray.open_datatree(FILE).",
}


def described(data: Labelled) -> Labelled:
    """The same data, in which every known variable says what it is; what it says already stays.

    >>> import xarray as xr
    >>> told = described(xr.Dataset({"voltage": ("time", [3.3], {"units": "V"})}))
    >>> told.voltage.attrs
    {'units': 'V', 'long_name': 'voltage of the cell'}
    """
    told: Any = data.copy()
    titles = [str(title) for title in data.attrs.get("materials", ())]
    told.attrs = {
        "title": ", ".join(titles) or "particle_sim",
        **data.attrs,
        **SAYS,
        "version": metadata.version("particle-sim"),
    }
    for node in getattr(told, "subtree", [told]):
        place = str(getattr(node, "name", "") or "")
        for name, variable in node.variables.items():
            variable.attrs.update(about(str(name), place, variable.dtype.kind, variable.attrs))
    return told  # type: ignore[no-any-return]


def about(name: str, node: str, kind: str, known: Mapping[str, Any]) -> dict[str, str]:
    """``long_name`` and ``units`` of a variable of a node; none that nobody has written down."""
    long_names, units = _table()["long_names"], _table()["units"]
    meant = known.get("long_name") or known.get("meaning")
    long_name = meant or long_names.get(f"{node}/{name}") or long_names.get(name)
    without = {"b": "1"}.get(kind) or (
        units.get(f"{node}/{name}") or units.get(name) if kind in "fiu" else TEXT
    )
    unit = known.get("units") or without
    found = {"long_name": long_name, "units": unit}
    return {key: str(value) for key, value in found.items() if value is not None}


@cache
def _table() -> dict[str, dict[str, str]]:
    text = Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
