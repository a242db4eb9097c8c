"""Scenarios: one question in a file, with its expected answer."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import xarray as xr
from pydantic import BaseModel, ConfigDict, Field

from particle_sim.errors import InputError, closest
from particle_sim.materials.document import read_toml, validated
from particle_sim.materials.load import load_record
from particle_sim.resources import shipped_folder
from particle_sim.studies.choices import Direction, PhysicsChoice, StrainMeasure, StressMeasure
from particle_sim.studies.settings import FRACTIONS, UNIFORM_BELOW, Comparison


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Question(_Strict):
    question: str
    baseline: str
    candidate: str
    c_rate: float = 1.0
    direction: Direction = Direction.CHARGE
    at: tuple[float, ...] = FRACTIONS
    physics: PhysicsChoice = PhysicsChoice.DECLARED
    stress: StressMeasure = StressMeasure.VON_MISES
    strain: StrainMeasure = StrainMeasure.VOLUMETRIC
    uniform_below: float = UNIFORM_BELOW


class Expectation(_Strict):
    """A claim's status, one of its numbers, or a cell's capacity, with what it must be."""

    claim: str | None = None
    status: Literal["supported", "contradicted", "undecided", "not tested"] | None = None
    number: str | None = None
    capacity_of: Literal["baseline", "candidate"] | None = None
    between: tuple[float, float] | None = None
    reason: str = ""


class _ScenarioFile(_Strict):
    scenario: _Question
    set: dict[str, dict[str, str]] = Field(default={})
    expect: list[Expectation] = Field(default=[])


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """A comparison with its question and expectations."""

    path: Path
    question: str
    comparison: Comparison
    expectations: tuple[Expectation, ...]


def find_scenario(file: Path) -> Path:
    """The file itself, or the shipped scenario of that name."""
    if file.is_file():
        return file
    folder = shipped_folder("scenarios")
    shipped = folder / f"{file.stem}.toml"
    if shipped.is_file():
        return shipped
    names = [path.stem for path in folder.glob("*.toml")]
    raise InputError(f"{file}: there is no such scenario; {closest(file.stem, names)}")


def load_scenario(path: Path) -> Scenario:
    """A scenario file, checked together with the materials it names."""
    file = validated(_ScenarioFile, read_toml(path), path.name)
    asked = file.scenario
    try:
        comparison = Comparison(
            **{name: getattr(asked, name) for name in _Question.model_fields if name != "question"},
            overrides=file.set,
        )
    except InputError as error:
        raise InputError(*(f"{path.name}: {problem}" for problem in error.problems)) from None
    _check_names(path.name, comparison)
    problems = [
        f"{path.name}: expect.{number} needs claim with status or number, or capacity_of, and "
        "between for numbers."
        for number, expected in enumerate(file.expect)
        if not _is_complete(expected)
    ]
    if problems:
        raise InputError(*problems)
    return Scenario(
        path=path,
        question=asked.question,
        comparison=comparison,
        expectations=tuple(file.expect),
    )


def _check_names(where: str, comparison: Comparison) -> None:
    compared = (comparison.baseline, comparison.candidate)
    for name in comparison.overrides:
        if name not in compared:
            raise InputError(f"{where}: set.{name} is not compared; {closest(name, compared)}")
    for name in compared:
        load_record(name, overrides=comparison.overrides.get(name, {}))


def _is_complete(expected: Expectation) -> bool:
    if expected.capacity_of is not None:
        return expected.between is not None
    if expected.claim is None:
        return False
    return expected.status is not None or (
        expected.number is not None and expected.between is not None
    )


def failures(scenario: Scenario, results: xr.DataTree) -> list[str]:
    """Sentences for the expectations that stored results do not meet."""
    checked = (_failure(expected, results) for expected in scenario.expectations)
    return [sentence for sentence in checked if sentence is not None]


def _failure(expected: Expectation, results: xr.DataTree) -> str | None:
    if expected.capacity_of is not None:
        capacity = float(results[f"{expected.capacity_of}/cell"].capacity.values[-1])
        return _outside(f"the {expected.capacity_of}'s capacity [mAh/g]", capacity, expected)
    verdict = results["verdict"].to_dataset()
    kinds = list(verdict.kind.values)
    if expected.claim not in kinds:
        return f"there is no claim {expected.claim}; {closest(str(expected.claim), kinds)}"
    entry = verdict.isel(kind=kinds.index(expected.claim))
    if expected.status is not None:
        status = str(entry.status.values)
        if status != expected.status:
            return f"{expected.claim} is {status}, expected {expected.status}."
        return None
    if expected.number not in entry:
        known = [str(name) for name in entry.data_vars]
        return f"{expected.claim} has no {expected.number}; {closest(str(expected.number), known)}"
    return _outside(
        f"{expected.claim}.{expected.number}", float(entry[expected.number].values), expected
    )


def _outside(what: str, value: float, expected: Expectation) -> str | None:
    low, high = expected.between or (-np.inf, np.inf)
    if low <= value <= high:
        return None
    return f"{what} is {value:.6g}, expected between {low:g} and {high:g}."
