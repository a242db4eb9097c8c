"""One batch of samples: call the function, catch what fails, return plain numbers.

A function takes the axes as keyword arguments (SI floats, or the name of a choice) and returns a
float with its unit in the return type, a mapping of floats, or an ``xr.Dataset`` of scalars. A
*vectorised* function takes arrays (n,) and returns arrays (n,) of the same kinds.

A function object may say more of itself: ``units`` (of its results by name), ``axis_units`` (SI
units of its inputs by name; other inputs are refused), ``content()`` (plain data that changes
when its answers do), ``for_axes(names)`` (a faster function for these inputs).
"""

from __future__ import annotations

import inspect
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from particle_sim.errors import InputError, ParticleSimError, closest, refuse
from particle_sim.sweeps.plan import Column
from particle_sim.units import Array, unit_of

Function = Callable[..., Any]
LONGEST_ERROR = 400
"""Characters of an error that the ledger keeps."""


@dataclass(frozen=True, kw_only=True)
class Batch:
    """Inputs of consecutive samples from number ``start``."""

    start: int
    inputs: Mapping[str, Column]

    @property
    def size(self) -> int:
        """Number of samples."""
        return len(next(iter(self.inputs.values())))

    def part(self, begin: int, end: int) -> Batch:
        """Samples ``begin`` to ``end``, counted within the batch."""
        cut = {name: values[begin:end] for name, values in self.inputs.items()}
        return Batch(start=self.start + begin, inputs=cut)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """Results (n,) of a batch by name, nan where a sample failed, and why it did."""

    start: int
    size: int
    values: Mapping[str, Array]
    units: Mapping[str, str]
    errors: Mapping[int, str]
    """By sample number"""
    seconds: float


def vectorised(function: Function) -> Function:
    """Mark a function as taking and returning arrays over samples."""
    setattr(function, "vectorised", True)  # noqa: B010  a function has no such attribute to mypy
    return function


def is_vectorised(function: Function) -> bool:
    """Whether the function takes arrays."""
    return bool(getattr(function, "vectorised", False))


def check_axes(function: Function, names: Sequence[str]) -> None:
    """:class:`InputError` for axes the function does not take, and arguments that have no axis."""
    declared = getattr(function, "axis_units", None)
    if declared is not None:
        known, required = list(declared), []
    else:
        parameters = inspect.signature(function).parameters.values()
        known = [p.name for p in parameters if p.kind in (p.KEYWORD_ONLY, p.POSITIONAL_OR_KEYWORD)]
        required = [p.name for p in parameters if p.name in known and p.default is p.empty]
        if any(p.kind is p.VAR_KEYWORD for p in parameters):
            known += names
    title = name_of(function)
    problems = [
        f"The axis {name} is no input of {title}; {closest(name, known)}"
        for name in names
        if name not in known
    ]
    problems += [
        f"{title} needs {name}, which no axis gives; add an axis or a default."
        for name in required
        if name not in names
    ]
    refuse(problems)


def name_of(function: Function) -> str:
    """The function's own name, through partials; of a callable object its type's."""
    inner = getattr(function, "func", function)
    return str(getattr(inner, "__name__", type(inner).__name__))


def run_batch(function: Function, batch: Batch) -> Answer:
    """Evaluate a batch; a sample that raises goes to ``errors`` and does not stop the others.

    A result that is nan counts as failed too, so that no hole stays unexplained.
    """
    began = time.perf_counter()
    values, units, errors = (
        _all_at_once(function, batch) if is_vectorised(function) else _one_by_one(function, batch)
    )
    for name, found in values.items():
        for place in np.flatnonzero(np.isnan(found)):
            errors.setdefault(batch.start + int(place), f"{name} is nan.")
    return Answer(
        start=batch.start,
        size=batch.size,
        values=values,
        units=units,
        errors=errors,
        seconds=time.perf_counter() - began,
    )


Evaluated = tuple[dict[str, Array], dict[str, str], dict[int, str]]


def _one_by_one(function: Function, batch: Batch) -> Evaluated:
    columns = {name: values.tolist() for name, values in batch.inputs.items()}
    values: dict[str, Array] = {}
    units: dict[str, str] = {}
    errors: dict[int, str] = {}
    for place in range(batch.size):
        inputs = {name: column[place] for name, column in columns.items()}
        try:
            found, units = numbers(function, function(**inputs))
            if values and found.keys() != values.keys():
                raise InputError(f"it returned {sorted(found)}, other samples {sorted(values)}.")
            scalars = {name: float(value) for name, value in found.items()}
        except Exception as error:  # whatever a user's function raises belongs into the ledger
            errors[batch.start + place] = sentence(error)
            continue
        for name, scalar in scalars.items():
            values.setdefault(name, np.full(batch.size, math.nan))[place] = scalar
    return values, units, errors


def _all_at_once(function: Function, batch: Batch) -> Evaluated:
    try:
        found, units = numbers(function, function(**batch.inputs))
        arrays = {name: np.asarray(value, dtype=float) for name, value in found.items()}
        wrong = [name for name, array in arrays.items() if array.shape != (batch.size,)]
        if wrong:
            raise InputError(
                f"{wrong[0]} has the shape {arrays[wrong[0]].shape}, expected ({batch.size},)."
            )
    except Exception as error:  # one bad sample must not take its batch with it
        if batch.size == 1:
            return {}, {}, {batch.start: sentence(error)}
        middle = batch.size // 2
        halves = [batch.part(0, middle), batch.part(middle, batch.size)]
        return _joined(batch, [_all_at_once(function, half) for half in halves])
    return arrays, units, {}


def _joined(batch: Batch, halves: list[Evaluated]) -> Evaluated:
    sizes = (batch.size // 2, batch.size - batch.size // 2)
    names = dict.fromkeys(name for values, _, _ in halves for name in values)
    values = {
        name: np.concatenate(
            [
                half[0].get(name, np.full(size, math.nan))
                for half, size in zip(halves, sizes, strict=True)
            ]
        )
        for name in names
    }
    return values, {**halves[0][1], **halves[1][1]}, {**halves[0][2], **halves[1][2]}


def numbers(function: Function, result: Any) -> tuple[dict[str, Any], dict[str, str]]:
    """A result as numbers by name, and their units; "" where nothing states one."""
    if isinstance(result, xr.Dataset):
        found = {str(name): variable.values for name, variable in result.data_vars.items()}
        units = {str(n): str(v.attrs.get("units", "")) for n, v in result.data_vars.items()}
        return found, units
    declared: Mapping[str, str] = getattr(function, "units", {})
    if isinstance(result, Mapping):
        return dict(result), {str(name): declared.get(name, "") for name in result}
    name = name_of(function)
    return {name: result}, {name: declared.get(name) or _returned_unit(function)}


def _returned_unit(function: Function) -> str:
    try:
        return unit_of(getattr(function, "func", function))
    except (KeyError, AttributeError, StopIteration, TypeError, NameError):
        return ""


def sentence(error: BaseException) -> str:
    """An error on one line, with its kind unless it is meant for users."""
    text = " ".join(str(error).split())[:LONGEST_ERROR]
    return text if isinstance(error, ParticleSimError) else f"{type(error).__name__}: {text}"
