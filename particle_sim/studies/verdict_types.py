"""The pieces of a verdict."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Status(enum.Enum):
    """What these inputs say about a claim."""

    SUPPORTED = "supported"
    CONTRADICTED = "contradicted"
    UNDECIDED = "undecided"
    NOT_TESTED = "not tested"


SUPPORTED_FROM = 0.9
"""Share of plausible draws from which a claim counts as supported; contradicted below 1 - this."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One claim, tested."""

    kind: str
    subject: str
    """Material the claim is about"""
    claim: str
    """The sentence that is tested"""
    source: str
    place: str
    status: Status
    sentence: str
    decided_by: str
    numbers: dict[str, tuple[float, str]]
    """Every number of the sentence: name -> (value, unit)"""
