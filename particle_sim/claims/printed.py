"""Where a printed number of a claim stands, and what claims may name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from pydantic import BaseModel, ConfigDict

from particle_sim.errors import InputError
from particle_sim.materials.system import System, load_system, shared_sources, system_names


class FactReference(BaseModel):
    """Where a printed number stands in a material file: the one fact that matches ``where``."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)

    material: str
    fact: str
    number: str
    where: dict[str, str | int | float] = {}
    item: int | None = None
    """Place in a list of numbers, from 0; -1 is the last."""


@dataclass(frozen=True, kw_only=True)
class Library:
    """What claims may name, read once."""

    load: Callable[[str], System]
    names: tuple[str, ...]
    papers: frozenset[str]


def library() -> Library:
    """The shipped materials and sources; each material is read when it is first asked for."""
    return Library(
        load=cache(load_system),
        names=tuple(system_names()),
        papers=frozenset(shared_sources().sources),
    )


def printed_number(reference: FactReference, known: Library) -> float:
    """The number a reference points at, as printed; :class:`InputError` unless there is one."""
    system = known.load(reference.material)
    facts = system.file.printed.get(reference.fact, [])
    matching = [
        fact
        for fact in facts
        if all(fact.statement.get(key) == value for key, value in reference.where.items())
        and reference.number in fact.statement
    ]
    if len(matching) != 1:
        raise InputError(
            f"{len(matching)} facts {reference.fact} of {reference.material} hold "
            f"{reference.number} where {reference.where or 'nothing is asked'}; name exactly one."
        )
    value = matching[0].statement[reference.number]
    if isinstance(value, list) and reference.item is not None:
        count = len(value)
        if not -count <= reference.item < count:
            raise InputError(f"item is {reference.item}; {reference.number} has {count} numbers.")
        value = value[reference.item]
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InputError(
            f"{reference.number} of {reference.material} is {value!r}; it must be one number."
        )
    return float(value)
