"""Compiled functions that are compiled once a machine, or once a process where nothing can be kept.

Importing this module needs numba.
"""

from __future__ import annotations

import logging
import pickle
from collections.abc import Callable
from functools import cache
from typing import Any

import numba as nb

from particle_sim.workers import in_a_worker

UNUSABLE = (OSError, EOFError, ValueError, pickle.UnpicklingError)
"""What numba raises over a cache that cannot be read or written: a full disk, a torn file."""


def compiled(**options: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """``numba.njit(cache=True)`` for functions called from Python, where a cache is no duty.

    An install that is read only, with no home to write to, compiles anew in every process.
    """

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        plain: Callable[..., Any] = nb.njit(**options)(function)
        try:
            return _Kept(nb.njit(cache=True, **options)(function), plain)
        except RuntimeError:  # "no locator available": no folder that can be written
            return plain

    return decorate


def is_ready(function: Callable[..., Any], *arguments: Any) -> bool:
    """Whether a call of what :func:`compiled` made would compile nothing.

    numba has no public question for that; this asks its cache as a call would.
    """
    dispatcher: Any = function.function if isinstance(function, _Kept) else function
    type_of: Any = nb.typeof
    types = tuple(type_of(value) for value in arguments)
    if types in dispatcher.signatures:
        return True
    try:
        return dispatcher._cache.load_overload(types, dispatcher.targetctx) is not None
    except UNUSABLE:
        return False


def announced(ready: bool, what: str) -> bool:
    """``ready``; where it is not, the process says once what would compile ``what``."""
    if not ready and not in_a_worker():
        _say_once(what)
    return ready


@cache
def _say_once(what: str) -> None:
    logging.getLogger(__name__).warning(
        f"numba has not compiled {what} yet, NumPy computes without: "
        '"particle-sim warm-up" compiles once, in a minute.'
    )


class _Kept:
    """Calls the function with a cache, or the one without once the cache has failed."""

    def __init__(self, kept: Callable[..., Any], plain: Callable[..., Any]) -> None:
        self.function, self.plain = kept, plain

    def __call__(self, *arguments: Any) -> Any:
        try:
            return self.function(*arguments)
        except UNUSABLE:
            self.function = self.plain
        return self.plain(*arguments)
