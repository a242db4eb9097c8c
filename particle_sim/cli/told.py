"""What ``--json`` prints: one document, with null for what is no number."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from particle_sim.cli.folding import whole_output

if TYPE_CHECKING:
    import xarray as xr


def print_json(data: Any) -> None:
    """One document on standard output; not-a-number and infinity are null there."""
    document = json.dumps(plain(data), indent=2, ensure_ascii=False, allow_nan=False)
    print(document, file=whole_output())


def plain(data: Any) -> Any:
    """Lists, texts and numbers in the place of whatever holds them.

    >>> plain({"a": (1.5, float("nan")), "b": Path("results") / "x"}) == {
    ...     "a": [1.5, None], "b": str(Path("results/x"))}
    True
    """
    if isinstance(data, Mapping):
        return {str(key): plain(value) for key, value in data.items()}
    if hasattr(data, "tolist"):  # arrays and scalars of numpy
        return plain(data.tolist())
    if isinstance(data, list | tuple):
        return [plain(value) for value in data]
    if isinstance(data, Enum):
        return plain(data.value)
    if isinstance(data, Path):
        return str(data)
    return None if isinstance(data, float) and not math.isfinite(data) else data


def table_data(table: xr.Dataset) -> dict[str, Any]:
    """Attributes, then every variable with its dimensions, unit and values."""
    told: dict[str, Any] = plain(table.attrs)
    for name, variable in table.variables.items():
        told[str(name)] = {
            "dimensions": list(variable.dims),
            "units": variable.attrs.get("units", ""),
            "values": variable.values,
        }
    return told
