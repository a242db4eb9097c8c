"""Errors that reach users: one sentence saying what, where, which value, what is allowed."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


class ParticleSimError(Exception):
    """Base of every error that is meant for the user."""


class InputError(ParticleSimError):
    """One or more things are wrong with a file, an argument or a command line.

    ``problems`` holds one sentence each; they are reported together.

    >>> import particle_sim as ps
    >>> try:
    ...     ps.load_material("nvpp")
    ... except InputError as error:
    ...     print(len(error.problems))
    1

    Raises nothing: it is raised.
    """

    def __init__(self, *problems: str) -> None:
        self.problems = tuple(one_line(problem) for problem in problems)
        super().__init__("\n".join(self.problems))


def refuse(problems: Iterable[str]) -> None:
    """All ``problems`` as one :class:`InputError`, if there are any."""
    found = list(problems)
    if found:
        raise InputError(*found)


@contextmanager
def gathering(problems: list[str]) -> Iterator[None]:
    """What is wrong inside joins ``problems``, and what follows goes on.

    >>> problems = []
    >>> with gathering(problems):
    ...     raise InputError("a", "b")
    >>> problems
    ['a', 'b']
    """
    try:
        yield
    except InputError as error:
        problems += error.problems


@contextmanager
def located(where: str) -> Iterator[None]:
    """Every problem found inside begins with ``where``: a file, or a key of one."""
    try:
        yield
    except InputError as error:
        raise InputError(*(f"{where}: {problem}" for problem in error.problems)) from None


def each(read: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
    """``read`` of every item; the problems of all of them as one :class:`InputError`."""
    problems: list[str] = []
    results = []
    for item in items:
        with gathering(problems):
            results.append(read(item))
    refuse(problems)
    return results


LONGEST_SENTENCE = 590
"""Characters of a problem; more is a page, and comes from a page pasted where a name belongs."""


def one_line(problem: str, longest: int = LONGEST_SENTENCE) -> str:
    """``problem`` on one line, its middle left out where it is too long."""
    line = " ".join(problem.split())
    half = longest // 2 - 3
    return line if len(line) <= longest else f"{line[:half]} ... {line[-half:]}"


class ConvergenceError(ParticleSimError):
    """A solve did not converge.

    ``last_state`` is the last accepted state and ``residuals`` the Newton residual history
    of a first state that was not found, or the error of the last step over its tolerance.
    """

    def __init__(self, message: str, *, last_state: Any, residuals: tuple[float, ...]) -> None:
        super().__init__(message)
        self.last_state = last_state
        self.residuals = residuals


MOST_LISTED = 30
"""Names a sentence may list; more would be a page."""

LONGEST_NAME = 200
"""Characters of a mistyped name that are compared."""


def closest(name: str, known: Iterable[str]) -> str:
    """The ending of an unknown-name sentence: the closest three names, or all of them if few.

    >>> closest("nvpp", ["nvp", "he_v"])
    'did you mean nvp?'
    """
    names = sorted(known)
    near = difflib.get_close_matches(name[:LONGEST_NAME], names, n=3, cutoff=0.6)
    if near:
        return f"did you mean {' or '.join(near)}?"
    if len(names) > MOST_LISTED:
        return f"there are {len(names)}, none of them like it."
    return f"choose from {', '.join(names)}."
