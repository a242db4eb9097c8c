"""The walk of a call: which modules of ours a reader opens, in which order.

A reader follows a call from function to function and opens the module of each the first time it is
entered. A *stay* is an unbroken run of functions of one module, a *return* a stay in a module that
was left before, a *climb* a step to a module on a higher floor than the one before it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import CodeType, FrameType
from typing import Any, cast

import particle_sim

PACKAGE = Path(particle_sim.__file__).parent


@dataclass(frozen=True)
class Walk:
    """Stays of a call, as modules below the package (``materials.load``)."""

    stays: tuple[str, ...]

    @classmethod
    def of(cls, modules: Iterable[str]) -> Walk:
        """From the module of each function as it is entered; code of others is passed over."""
        names = [name for name in modules if name]
        return cls(tuple(b for a, b in pairwise(["", *names]) if a != b))

    def then(self, other: Walk) -> Walk:
        """One walk after the other."""
        return Walk.of([*self.stays, *other.stays])

    @property
    def modules(self) -> tuple[str, ...]:
        """Each module once, where it is met first."""
        return tuple(dict.fromkeys(self.stays))

    @property
    def returns(self) -> int:
        """Stays in a module that was left before."""
        return len(self.stays) - len(self.modules)

    def climbs(self, floors: Sequence[Sequence[str]]) -> list[tuple[str, str]]:
        """Steps to a higher floor; ``floors`` lists packages, the highest first."""
        level = {name: number for number, floor in enumerate(floors) for name in floor}
        steps = pairwise(self.stays)
        return [(a, b) for a, b in steps if level[_package(b)] < level[_package(a)]]


def walk(call: Callable[[], Any], to: Callable[[FrameType], bool] | None = None) -> Walk:
    """The walk of ``call``; what runs while a module is being imported does not count.

    With ``to``, only what lies on the way: the functions under which a frame fulfils it.
    """
    seen: dict[int, CodeType] = {}  # by id: a code's own hash reads the whole of it, at each call
    done: dict[int, CodeType] = {}  # nothing more is to be learned of them
    importing = 0

    def note(frame: FrameType, event: str, _: Any) -> Callable[..., Any] | None:
        nonlocal importing
        code = frame.f_code
        if id(code) in done:
            return None
        if code.co_name == "<module>":
            importing += 1
            frame.f_trace_lines = False
            return leave
        if importing:
            return None
        ours = bool(module_of(code))
        if to is None or not ours:
            done[id(code)] = code
        if ours and (to is None or to(frame)):
            seen.update({id(code): code} if to is None else {id(way): way for way in _way(frame)})
        return None  # only the next function that is entered, and nothing inside this one

    def leave(_: FrameType, event: str, __: Any) -> Callable[..., Any]:
        nonlocal importing
        importing -= event == "return"
        return leave

    sys.settrace(note)
    try:
        call()
    finally:
        sys.settrace(None)
    # <lambda> and <listcomp> are read with what they stand in
    return Walk.of([module_of(code) for code in seen.values() if not code.co_name.startswith("<")])


def _way(frame: FrameType) -> list[CodeType]:
    """The functions on the way to a frame, the outermost first."""
    way, at = [], cast("FrameType | None", frame)
    while at is not None:
        way.append(at.f_code)
        at = at.f_back
    return way[::-1]


def module_of(code: CodeType) -> str:
    """``materials.load``; nothing for code that is not ours or was made at run time."""
    return _module_in(code.co_filename)


@cache
def _module_in(filename: str) -> str:
    path = Path(filename)
    if PACKAGE not in path.parents:
        return ""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _package(module: str) -> str:
    return f"particle_sim.{module.split('.')[0]}"
