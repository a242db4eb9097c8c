"""What a sweep is, as plain data and a hash: the same hash means the same numbers.

A function is known by its own ``content()``, or by its module, name, source text, defaults, closed
over values and partial arguments. What else it calls is not looked at, except for this package's
version; change a helper of your own and give the sweep another folder.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import inspect
import json
import platform
from collections.abc import Mapping, Sequence
from enum import Enum
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

from particle_sim.errors import InputError
from particle_sim.sweeps.evaluate import Function, name_of
from particle_sim.sweeps.plan import Plan

PACKAGES = ("particle-sim", "numpy", "scipy", "pybamm", "zarr", "xarray", "SALib", "distributed")


def content_of(function: Function, plan: Plan, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Everything a sweep's numbers depend on: function, axes, sampling, version."""
    return {
        "function": plain(function),
        "axes": [
            {
                "dimension": dimension.name,
                "members": [plain(axis) for axis in dimension.members],
            }
            for dimension in plan.dimensions
        ],
        "dependent axes": [plain(axis) for axis in plan.dependents],
        "samples": plan.samples,
        "shape": None if plan.shape is None else list(plan.shape),
        **settings,
        "version": metadata.version("particle-sim"),
    }


def digest(content: Mapping[str, Any]) -> str:
    """SHA-256 of plain data."""
    text = json.dumps(content, sort_keys=True, allow_nan=True)
    return hashlib.sha256(text.encode()).hexdigest()


@functools.cache
def surroundings() -> Mapping[str, Any]:
    """Versions and platform, for the record."""
    versions = {}
    for name in PACKAGES:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return {
        "versions": {"python": platform.python_version(), **versions},
        "platform": platform.platform(),
    }


def plain(value: Any) -> Any:
    """``value`` as data that JSON can hold; functions by what they are made of.

    Raises :class:`InputError` for objects whose content cannot be read off.
    """
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, np.ndarray | np.generic):
        shown = np.asarray(value)
        return {"shape": list(shown.shape), "sha256": hashlib.sha256(shown.tobytes()).hexdigest()}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, Sequence | set | frozenset):
        items = sorted(value) if isinstance(value, set | frozenset) else value
        return [plain(item) for item in items]
    if hasattr(value, "content"):
        return plain(value.content())
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
        return {"type": type(value).__qualname__, **plain(fields)}
    return _function(value)


def _function(function: Any) -> Any:
    if hasattr(function, "func") and hasattr(function, "keywords"):  # functools.partial
        return {
            "partial": plain(function.func),
            "arguments": [plain(item) for item in function.args],
            "keywords": plain(function.keywords),
        }
    if not hasattr(function, "__code__"):
        if isinstance(function, type) or hasattr(function, "__qualname__"):
            return f"{function.__module__}.{function.__qualname__}"
        raise InputError(
            f"{name_of(function)} cannot be told apart from others of its type; make it a frozen "
            "dataclass or give it a content() method."
        )
    cells = [cell.cell_contents for cell in function.__closure__ or ()]
    cells = [cell for cell in cells if cell is not function]  # it may call itself
    return {
        "name": f"{function.__module__}.{function.__qualname__}",
        "source": hashlib.sha256(_source(function).encode()).hexdigest(),
        "defaults": plain([*(function.__defaults__ or ())]),
        "keyword defaults": plain(function.__kwdefaults__ or {}),
        "closure": [plain(cell) for cell in cells],
    }


def _source(function: Any) -> str:
    try:
        return inspect.getsource(function)
    except (OSError, TypeError):  # typed at a prompt
        code = function.__code__
        shown = [item for item in code.co_consts if not hasattr(item, "co_code")]
        return f"{code.co_code.hex()} {shown!r}"
