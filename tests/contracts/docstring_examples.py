"""Runs the examples of docstrings."""

from __future__ import annotations

import doctest
from types import ModuleType
from typing import Any


def wrong_examples(module: ModuleType, **known: Any) -> str:
    """What a module's examples print in the place of what they say; ``known`` are names to use."""
    told: list[str] = []
    runner = doctest.DocTestRunner(verbose=False)
    for test in doctest.DocTestFinder(exclude_empty=True).find(module, extraglobs=known):
        runner.run(test, out=told.append)
    return "".join(told)
