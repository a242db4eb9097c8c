"""Read a TOML file into plain data, or say in one sentence why not. Nothing is executed."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from particle_sim.errors import InputError, closest
from particle_sim.inputs import input_text

SIZE_LIMIT = 1_000_000
"""Bytes; the largest shipped file is below a tenth of this."""

FILES = 1024
"""Files kept as they were read, four times what is shipped."""

Model = TypeVar("Model", bound=BaseModel)


def read_toml(path: Path) -> dict[str, Any]:
    """The file as nested dictionaries; :class:`InputError` when unreadable."""
    return _toml(input_text(path, SIZE_LIMIT), path.name)


def read_shared(model: type[Model], path: Path) -> Model:
    """A file as ``model``; parsed again only when its text is another.

    Whoever gets it shares it, and must not change it.
    """
    found: Model = _shared(model, input_text(path, SIZE_LIMIT), path.name)
    return found


@lru_cache(maxsize=FILES)
def _shared(model: Any, text: str, where: str) -> Any:
    return validated(model, _toml(text, where), where)


def _toml(text: str, where: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{where}: not valid TOML: {error}; {_mend(text, str(error))}") from None
    except (ValueError, RecursionError):  # an integer of 5000 digits, a thousand brackets
        raise InputError(f"{where}: not readable; is it the right file?") from None


def _mend(text: str, said: str) -> str:
    """What to do about the line that the parser names."""
    place = re.search(r"at line (\d+)", said)
    line = "" if place is None else text.split("\n")[int(place[1]) - 1]
    number = re.search(r"=\s*([-+]?\d+),(\d+)(?![\d.,])", line)
    if number is None:
        return "correct that line."
    whole, part = number.groups()
    return f"numbers take a decimal point: {whole}.{part}, not {whole},{part}."


def validated(model: type[Model], data: dict[str, Any], where: str) -> Model:
    """``data`` as ``model``; all problems at once as one :class:`InputError`."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        sentences = (_sentence(model, where, problem) for problem in error.errors())
        raise InputError(*sentences) from None


def _sentence(model: type[BaseModel], where: str, problem: Any) -> str:
    location = [str(part) for part in problem["loc"]]
    key = ".".join(location)
    if problem["type"] == "missing":
        return f"{where}: {key} is missing; add it."
    if problem["type"] == "extra_forbidden":
        known = _known_keys(model, location[:-1])
        return f"{where}: {key} is not a known key; {closest(location[-1], known)}"
    reason = str(problem["msg"]).replace("Input should be", "it must be")
    if problem["type"] in ("dict_type", "model_type"):
        reason = f"it must be a table, [{key}]"
    value = repr(problem["input"])
    shown = value if len(value) <= 60 else value[:57] + "..."
    return f"{where}: {key} is {shown}; {reason}."


def _known_keys(model: type[BaseModel], location: Iterable[str]) -> list[str]:
    """Field names of the model found by walking down ``location``."""
    current: Any = model
    for part in location:
        fields = getattr(current, "model_fields", None)
        if fields is not None and part in fields:
            current = _inner_model(fields[part].annotation)
    return list(getattr(current, "model_fields", {}))


def _inner_model(annotation: Any) -> Any:
    if hasattr(annotation, "model_fields"):
        return annotation
    for argument in getattr(annotation, "__args__", ()):
        found = _inner_model(argument)
        if found is not None:
            return found
    return None
