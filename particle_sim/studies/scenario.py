"""Scenarios: one question in a file, with its expected answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

import numpy as np
import xarray as xr
from pydantic import Field

from particle_sim.errors import InputError, closest, gathering, located, refuse
from particle_sim.inputs import is_input
from particle_sim.materials.document import read_toml, validated
from particle_sim.materials.load import load_record
from particle_sim.materials.schema import Block, ClaimEntry
from particle_sim.particle.run import ParticleRun
from particle_sim.resources import shipped_files
from particle_sim.studies.choices import (
    Direction,
    EvidenceChoice,
    PhysicsChoice,
    StrainMeasure,
    StressMeasure,
)
from particle_sim.studies.known_metrics import METRICS
from particle_sim.studies.pair import records_of
from particle_sim.studies.settings import FRACTIONS, UNIFORM_BELOW, Comparison
from particle_sim.units import to_si, unit_of

CLAIM_KINDS: tuple[str, ...] = get_args(ClaimEntry.model_fields["kind"].annotation)


class _Question(Block):
    question: str
    baseline: str
    candidate: str
    c_rate: float = 1.0
    direction: Direction = Direction.CHARGE
    at: tuple[float, ...] = FRACTIONS
    physics: PhysicsChoice = PhysicsChoice.DECLARED
    evidence: EvidenceChoice = EvidenceChoice.SHIPPED
    cell: str | None = None
    stress: StressMeasure = StressMeasure.VON_MISES
    strain: StrainMeasure = StrainMeasure.VOLUMETRIC
    uniform_below: float = UNIFORM_BELOW
    as_printed: bool = False


class Expectation(Block):
    """A claim's status, one of its numbers, a metric of a particle or a cell's capacity.

    A metric is one of :mod:`particle_sim.metrics`, ``of`` the baseline's or the candidate's
    particle under its own law, in ``unit`` (its SI unit where none is given).
    """

    claim: str | None = None
    status: Literal["supported", "contradicted", "undecided", "not testable"] | None = None
    number: str | None = None
    capacity_of: Literal["baseline", "candidate"] | None = None
    metric: str | None = None
    of: Literal["baseline", "candidate"] | None = None
    unit: str | None = None
    between: tuple[float, float] | None = None
    reason: str = ""


class _ScenarioFile(Block):
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
    as_printed: bool
    """Whether it is asked as well which inputs would give the picture in print"""


def find_scenario(file: Path) -> Path:
    """The file itself, or the shipped scenario of that name."""
    if is_input(file):
        return file
    shipped = shipped_files("scenarios")
    if file.stem in shipped:
        return shipped[file.stem]
    raise InputError(f"{file}: there is no such scenario; {closest(file.stem, shipped)}")


def load_scenario(path: Path) -> Scenario:
    """A scenario file, checked together with the materials it names."""
    file = validated(_ScenarioFile, read_toml(path), path.name)
    asked, problems = file.scenario, []
    for number, expected in enumerate(file.expect):
        problems += [f"expect.{number}{problem}" for problem in _expectation_problems(expected)]
    with located(path.name):
        settings = asked.model_dump(exclude={"question", "as_printed"})
        comparison = Comparison(**settings, overrides=file.set)
        compared = (comparison.baseline, comparison.candidate)
        problems += [
            f"set.{name} is not compared; {closest(name, compared)}"
            for name in file.set
            if name not in compared
        ]
        for name in dict.fromkeys(compared):
            with gathering(problems):
                load_record(name, overrides=file.set.get(name, {}))
        if comparison.cell is not None and not problems:
            with gathering(problems):
                records_of(comparison)
        refuse(problems)
    return Scenario(
        path=path,
        question=asked.question,
        comparison=comparison,
        expectations=tuple(file.expect),
        as_printed=asked.as_printed,
    )


def _expectation_problems(expected: Expectation) -> list[str]:
    """What is wrong with an expectation, to be read after its number in the file."""
    problems = []
    if expected.claim is not None and expected.claim not in CLAIM_KINDS:
        known = closest(expected.claim, CLAIM_KINDS)
        problems.append(f'.claim is "{expected.claim}", which is not a kind of claim; {known}')
    if expected.between is not None and not expected.between[0] <= expected.between[1]:
        problems.append(f".between is {list(expected.between)}; put the lower end first.")
    complete = expected.claim is not None and expected.status is not None
    if expected.metric is not None:
        problems += _metric_problems(expected)
        complete = expected.of is not None and expected.between is not None
    if expected.capacity_of is not None or (
        expected.claim is not None and expected.number is not None
    ):
        complete = expected.between is not None
    if not complete:
        problems.append(
            " needs claim with status or number, metric with of, or capacity_of, and between for "
            "numbers."
        )
    return problems


def _metric_problems(expected: Expectation) -> list[str]:
    name = str(expected.metric)
    if name not in METRICS:
        return [f'.metric is "{name}", which is no metric; {closest(name, METRICS)}']
    problems: list[str] = []
    with gathering(problems), located(".unit"):
        to_si(1.0, _unit(expected), unit_of(METRICS[name]))
    return problems


def _unit(expected: Expectation) -> str:
    return expected.unit or unit_of(METRICS[str(expected.metric)])


def failures(
    scenario: Scenario, results: xr.DataTree, runs: Mapping[str, ParticleRun]
) -> list[str]:
    """Sentences for the expectations that results do not meet; ``runs`` are those of both roles."""
    checked = (_failure(expected, results, runs) for expected in scenario.expectations)
    return [sentence for sentence in checked if sentence is not None]


def _failure(
    expected: Expectation, results: xr.DataTree, runs: Mapping[str, ParticleRun]
) -> str | None:
    if expected.metric is not None:
        metric, unit = METRICS[expected.metric], _unit(expected)
        value = metric(runs[str(expected.of)]) / to_si(1.0, unit, unit_of(metric))
        return _outside(f"the {expected.of}'s {expected.metric} [{unit}]", value, expected)
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
