"""How good predictions of public rate tests were, as ``benchmarks/prediction.py`` recorded it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from particle_sim.inference.learned import RIVAL
from particle_sim.inputs import input_text
from particle_sim.resources import shipped_folder

RECORD = ("parameters", "evidence", "prediction.json")


@dataclass(frozen=True, kw_only=True)
class Held:
    """How good predictions of held-out capacities were."""

    log_score: float
    """Mean of ln p(datum), capacities over the largest fitted one"""
    coverage: float
    """Share of the data inside the 5-95 % band"""
    error: float
    """Median of |datum - median| over the largest fitted capacity"""
    count: int


def public_score(extrapolation: float) -> Mapping[str, Held]:
    """``mixture`` and ``rival`` on the public series at a ratio of the current to the highest
    fitted one; empty where the record has none as far out.
    """
    for part in _record().get("by_extrapolation", []):
        if part["above"] < extrapolation <= part["up_to"]:
            return {name: Held(**part[name]) for name in ("mixture", "rival")}
    return {}


def task_score(task: str) -> Mapping[str, Held]:
    """``mixture`` and ``rival`` on a task of the record."""
    found = _record()["tasks"][task]
    keys = Held.__dataclass_fields__
    return {
        name: Held(**{key: found[model][key] for key in keys})
        for name, model in (("mixture", "mixture"), ("rival", RIVAL))
    }


@cache
def _record() -> dict[str, Any]:
    path = shipped_folder(RECORD[0]).joinpath(*RECORD[1:])
    return dict(json.loads(input_text(path))) if path.exists() else {}
