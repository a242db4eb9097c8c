"""Compiled functions that are compiled once a machine, or once a process where nothing can be kept.

Importing this module needs numba.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any

import numba as nb

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
