"""Does every public name say what it takes, when it refuses, and show a use that is executed?"""

from __future__ import annotations

import inspect
import re
from types import ModuleType
from typing import Any

import pytest

import particle_sim as ps

MADE_ELSEWHERE = {"ResultFolder"}
"""Their docstring names the function that makes them, whose example shows one."""
NAMES = [name for name in ps.__all__ if not isinstance(getattr(ps, name), ModuleType)]
NEVER_REFUSES = {"Material", "Stored", "progress_bar", *MADE_ELSEWHERE}
"""Made by functions that check, or a choice, or called by ours alone."""
MEANING = {"drawings", "two_phase"}
"""Fields that are no argument of a user, or have a docstring of their own."""


def lacks(docstring: str, arguments: list[str], *, refuses: bool, shows: bool) -> list[str]:
    """What a docstring leaves out."""
    prose = [line for line in docstring.splitlines() if not line.startswith((">>>", "..."))]
    words = set(re.findall(r"\w+", "\n".join(prose)))
    left = [f"says nothing of {name}" for name in arguments if name not in words]
    if refuses and "Raises" not in docstring:
        left.append("has no Raises")
    if shows and ">>>" not in docstring:
        left.append("has no example")
    return left


def arguments_of(value: Any) -> list[str]:
    if isinstance(value, type) and not hasattr(value, "__dataclass_fields__"):
        return []
    return [name for name in inspect.signature(value).parameters if name not in MEANING]


@pytest.mark.parametrize("name", NAMES)
def test_a_public_name_says_all_of_it(name: str) -> None:
    value = getattr(ps, name)
    assert not lacks(
        inspect.getdoc(value) or "",
        arguments_of(value),
        refuses=name not in NEVER_REFUSES,
        shows=name not in MADE_ELSEWHERE,
    )


def test_a_docstring_that_leaves_things_out_is_noticed() -> None:
    found = lacks("Grow ``radius`` [m].", ["radius", "rate"], refuses=True, shows=True)
    assert found == ["says nothing of rate", "has no Raises", "has no example"]


@pytest.mark.parametrize("name", NAMES)
def test_its_types_are_its_own(name: str) -> None:
    """No argument of a public function is ``Any``."""
    value = getattr(ps, name)
    parameters = inspect.signature(value).parameters.values() if arguments_of(value) else ()
    assert not [each.name for each in parameters if each.annotation in ("Any", Any)]
