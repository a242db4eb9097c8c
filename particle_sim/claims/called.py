"""The text of a function and of all that it calls in claims, plausible inputs, rate evidence,
retentions in print, damage and life.

Found by name, from the compiled code: functions, classes and constants. The solvers below stand
outside, held by their own tests; so do comments and docstrings.
"""

from __future__ import annotations

import ast
import enum
import inspect
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from types import CodeType, FunctionType, ModuleType
from typing import Any

INSIDE = (
    "particle_sim.claims",
    "particle_sim.plausible",
    "particle_sim.studies.drawn_half_cells",
    "particle_sim.inference.rate_evidence",
    "particle_sim.inference.fade_law",
    "particle_sim.life",
    "particle_sim.damage",
)
"""Packages and modules whose functions count."""


def called_text(roots: Iterable[Callable[..., object]]) -> str:
    """Every function, class and constant that ``roots`` reach, one after the other by name."""
    found: dict[str, str] = {}
    waiting: list[Any] = list(roots)
    while waiting:
        thing = waiting.pop()
        name = f"{thing.__module__}.{thing.__qualname__}"
        if name in found:
            continue
        found[name] = _texts(thing.__module__)[thing.__qualname__]
        for word, value in _named(thing):
            if _counts(value):
                waiting.append(value)
            elif not callable(value):
                found[f"{thing.__module__}.{word}"] = _plain(value)
    return "\n".join(f"{name}: {found[name]}" for name in sorted(found))


def _counts(value: Any) -> bool:
    home = getattr(value, "__module__", None)
    return isinstance(value, FunctionType | type) and str(home).startswith(INSIDE)


@cache
def _named(thing: Any) -> list[tuple[str, Any]]:
    """Globals that a function or the methods of a class name, and what they take from modules."""
    found = []
    for function in _functions(thing):
        words = set(_words(function.__code__))
        for word in sorted(words & function.__globals__.keys()):
            value = inspect.unwrap(function.__globals__[word])
            inside = vars(value) if isinstance(value, ModuleType) else {}
            found.append((word, value))
            found += [(f"{word}.{part}", inside[part]) for part in sorted(words & inside.keys())]
    return found


def _functions(thing: Any) -> list[FunctionType]:
    """A function itself; the written methods and properties of a class."""
    if isinstance(thing, FunctionType):
        return [thing]
    inside = [getattr(value, "fget", value) for value in vars(thing).values()]
    own = [each for each in inside if getattr(each, "__module__", "") == thing.__module__]
    functions = [each for each in own if isinstance(each, FunctionType)]
    return [each for each in functions if not each.__code__.co_filename.startswith("<")]


def _words(code: CodeType) -> Iterator[str]:
    """Global names and attributes that code, or a function inside it, uses."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _words(constant)


def _plain(value: Any) -> str:
    """Numbers, texts and what holds nothing else, the same on any machine; else an empty text."""
    if isinstance(value, enum.Enum):
        return str(value)
    if value is None or isinstance(value, bool | int | float | str):
        return repr(value)
    if isinstance(value, Mapping):
        return _joined(_plain(pair) for pair in sorted(value.items(), key=str))
    if is_dataclass(value) and type(value).__module__.startswith(INSIDE):
        return _joined(_plain(getattr(value, field.name)) for field in fields(value))
    if isinstance(value, list | tuple):
        return _joined(map(_plain, value))
    return _joined(sorted(map(_plain, value))) if isinstance(value, frozenset) else ""


def _joined(parts: Iterable[str]) -> str:
    held = list(parts)
    return f"[{', '.join(held)}]" if all(held) else ""


@cache
def _texts(module: str) -> dict[str, str]:
    """Source of every function and class of a module, without docstrings, comments and blanks."""
    source = inspect.getsource(sys.modules[module])
    lines = [line.strip() for line in source.splitlines()]
    kinds = (ast.FunctionDef, ast.ClassDef)
    return {
        node.name: _without_words(lines, node)
        for node in ast.parse(source).body
        if isinstance(node, kinds)
    }


def _without_words(lines: list[str], definition: ast.FunctionDef | ast.ClassDef) -> str:
    spoken: set[int] = set()
    for node in ast.walk(definition):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            spoken |= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    first = min([definition.lineno, *(each.lineno for each in definition.decorator_list)])
    kept = [n for n in range(first, (definition.end_lineno or first) + 1) if n not in spoken]
    return "\n".join(lines[n - 1] for n in kept if lines[n - 1] and lines[n - 1][0] != "#")
