"""A kind of claim: a test, and what it must find in the claim's file."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from particle_sim.claims.question import Evidence, Question
from particle_sim.claims.schema import Needs


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A test and what it must find in the claim file."""

    test: Callable[[Question], Evidence]
    needs: Needs

    @property
    def meaning(self) -> str:
        """What it asks: the first sentence of the test's docstring."""
        return (inspect.getdoc(self.test) or "").split("\n")[0].replace("``", "")


def claim_kind(
    test: Callable[[Question], Evidence],
    parameters: Mapping[str, str],
    *,
    materials: int = 1,
    optional: Mapping[str, str] | None = None,
    printed: tuple[str, ...] = (),
    optional_printed: tuple[str, ...] = (),
    cells: tuple[str, ...] = (),
    whole_library: bool = False,
) -> Kind:
    """A kind from its test, the parameters it needs (name to unit), and what else it may take."""
    needs = Needs(
        materials=materials,
        parameters=parameters,
        optional=optional or {},
        printed=printed,
        optional_printed=optional_printed,
        cells=cells,
        whole_library=whole_library,
    )
    return Kind(test=test, needs=needs)
