"""Test claims against the runs and against everything that is not known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from particle_sim.materials.schema import ClaimEntry
from particle_sim.metrics.fracture import EDGE_CRACK, edge_crack_intensity
from particle_sim.metrics.inhomogeneity import inhomogeneity_history
from particle_sim.metrics.surface_excess import surface_excess_history
from particle_sim.studies.choices import Direction
from particle_sim.studies.draws import MaterialDraws, draw, most_decisive
from particle_sim.studies.laws import COHERENT, SOLID_SOLUTION
from particle_sim.studies.measures import STRESSES
from particle_sim.studies.result import MaterialResult
from particle_sim.studies.settings import Comparison
from particle_sim.studies.size_map import LAST_FRACTION
from particle_sim.studies.verdict_types import SUPPORTED_FROM, Finding, Status
from particle_sim.units import Array, readable

Numbers = dict[str, tuple[float, str]]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Case:
    """Everything a claim may look at."""

    settings: Comparison
    baseline: MaterialResult
    candidate: MaterialResult
    baseline_draws: MaterialDraws
    candidate_draws: MaterialDraws

    def law_name(self, result: MaterialResult, as_solid_solution: bool) -> str:
        return SOLID_SOLUTION.name if as_solid_solution else result.law.name


@dataclass(frozen=True, kw_only=True)
class Test:
    """What one kind of claim needs to be judged."""

    subject: MaterialResult
    text: str
    """The central result in words, numbers filled in"""
    numbers: Numbers
    outcome: Callable[[bool], Flags]
    """Whether the claim holds at every draw; the argument swaps two phases for solid solution"""
    inputs: dict[str, Array]


def judge(
    settings: Comparison, baseline: MaterialResult, candidate: MaterialResult
) -> tuple[Finding, ...]:
    """One finding per claim of the two material files, or of the generic five without any."""
    first, second = draw(baseline, candidate, settings.samples, settings.seed)
    case = Case(
        settings=settings,
        baseline=baseline,
        candidate=candidate,
        baseline_draws=first,
        candidate_draws=second,
    )
    return tuple(_finding(case, claim) for claim in _claims(case))


def _claims(case: Case) -> list[ClaimEntry]:
    file = case.candidate.record.file
    if file.claims and file.material.baseline == case.baseline.name:
        return list(file.claims)
    low, high = case.baseline.title, case.candidate.title
    generic = {
        "uniform": f"Sodium is uniform in {high} at 90 %.",
        "heterogeneous": f"Sodium is heterogeneous in {low} at 90 %.",
        "lower_stress": f"{high} is stressed less than {low}.",
        "surface_retained": f"Sodium is retained on the surface of {low}.",
        "cracks": f"{low} cracks.",
        "no_cracks": f"{high} does not crack.",
    }
    return [
        ClaimEntry.model_validate(
            {"kind": kind, "text": text, "source": "user", "place": "generic question"}
        )
        for kind, text in generic.items()
    ]


def _finding(case: Case, claim: ClaimEntry) -> Finding:
    tests: dict[str, Callable[[Case], Test | str]] = {
        "uniform": _uniform,
        "heterogeneous": _heterogeneous,
        "lower_stress": _lower_stress,
        "surface_retained": _surface_retained,
        "cracks": _cracks,
        "no_cracks": _no_cracks,
    }
    test = tests[claim.kind](case)
    subject = case.candidate if claim.kind in ("uniform", "no_cracks") else case.baseline
    if isinstance(test, str):
        return _untested(case, claim, subject.title, test)
    own = test.outcome(False)
    share, draws = float(own.mean()), len(own)
    status = _status(share)
    numbers: Numbers = {**test.numbers, "share": (share, "1"), "draws": (float(draws), "1")}
    sentence = f"{test.text} It holds in {share:.0%} of {draws} draws from the plausible ranges"
    other_share = None
    if case.baseline.law.separates or case.candidate.law.separates:
        other_share = float(test.outcome(True).mean())
        numbers["solid_solution_share"] = (other_share, "1")
        sentence += f"; with both materials as solid solutions, in {other_share:.0%}"
    return Finding(
        kind=claim.kind,
        subject=test.subject.title,
        claim=claim.text,
        source=case.candidate.record.citation(claim.source),
        place=claim.place,
        status=status,
        sentence=sentence + ".",
        decided_by=_decided_by(case, test, status, own, other_share),
        numbers=numbers,
    )


def _untested(case: Case, claim: ClaimEntry, subject: str, why: str) -> Finding:
    return Finding(
        kind=claim.kind,
        subject=subject,
        claim=claim.text,
        source=case.candidate.record.citation(claim.source),
        place=claim.place,
        status=Status.NOT_TESTED,
        sentence=why,
        decided_by="",
        numbers={},
    )


def _status(share: float) -> Status:
    if round(share, 9) >= SUPPORTED_FROM:
        return Status.SUPPORTED
    if round(1 - share, 9) >= SUPPORTED_FROM:
        return Status.CONTRADICTED
    return Status.UNDECIDED


def _decided_by(
    case: Case, test: Test, status: Status, own: Flags, other_share: float | None
) -> str:
    if other_share is not None and _status(other_share) is not status:
        separating = [m for m in (case.baseline, case.candidate) if m.law.separates]
        names = " and ".join(result.title for result in separating)
        return f"whether {names} takes up sodium in two phases"
    name = most_decisive(own, test.inputs)
    if name is None:
        return "nothing within the plausible ranges changes it"
    return f"the assumed {name.replace('_', ' ')}"


def _inputs(*draws: MaterialDraws) -> dict[str, Array]:
    named = {}
    for each in draws:
        for name, values in each.values.items():
            shared = name not in ("diffusivity", "volume_change")
            named[name if shared else f"{name} of {each.material.title}"] = values
    return named


def _at_last(result: MaterialResult) -> tuple[int, float]:
    """Index and fraction of the state at 90 %, or of the end if that came first."""
    index = result.index(LAST_FRACTION)
    if index is not None:
        return index, LAST_FRACTION
    return len(result.particle.time) - 1, result.reached


def _state(case: Case, fraction: float) -> str:
    passed = f"{fraction:.0%} of the {case.settings.direction.passed}"
    if fraction == LAST_FRACTION:
        return f"With {passed}"
    return f"The run ends early, with {passed}; there"


def _uniform(case: Case) -> Test:
    return _spread_test(case, case.candidate, case.candidate_draws, uniform=True)


def _heterogeneous(case: Case) -> Test:
    return _spread_test(case, case.baseline, case.baseline_draws, uniform=False)


def _spread_test(
    case: Case, result: MaterialResult, draws: MaterialDraws, *, uniform: bool
) -> Test:
    index, fraction = _at_last(result)
    value = float(inhomogeneity_history(result.particle)[index])
    limit = case.settings.uniform_below
    text = (
        f"{_state(case, fraction)}, the sodium content of {result.title} varies by "
        f"{_percent(value)} of its full range inside a particle "
        f"(uniform means below {limit:.0%})."
    )

    def outcome(as_solid_solution: bool) -> Flags:
        table = result.maps[case.law_name(result, as_solid_solution)]
        return np.asarray((draws.read(table, "inhomogeneity") < limit) == uniform)

    return Test(
        subject=result,
        text=text,
        numbers={
            "inhomogeneity": (value, "1"),
            "fraction": (fraction, "1"),
            "uniform_below": (limit, "1"),
        },
        outcome=outcome,
        inputs=_inputs(draws),
    )


def _lower_stress(case: Case) -> Test:
    measure = STRESSES[case.settings.stress]
    peaks = [
        float(np.abs(measure.read(result.particle.stress)).max())
        for result in (case.baseline, case.candidate)
    ]
    ratio = peaks[0] / max(peaks[1], 1e-300)
    text = (
        f"The peak {measure.title} is {_megapascal(peaks[0])} in {case.baseline.title} and "
        f"{_megapascal(peaks[1])} in {case.candidate.title}, a ratio of {readable(ratio)}."
    )
    coherent = _coherent_peak(case)
    if coherent is not None:
        text += (
            f" If coherency stress acts back on the sodium, {case.baseline.title}'s two-phase "
            f"peak is {_megapascal(coherent)} instead."
        )

    def outcome(as_solid_solution: bool) -> Flags:
        pairs = (
            (case.baseline, case.baseline_draws),
            (case.candidate, case.candidate_draws),
        )
        first, second = (
            draws.stress(result.maps[case.law_name(result, as_solid_solution)], "peak_stress")
            for result, draws in pairs
        )
        return np.asarray(second < first)

    return Test(
        subject=case.candidate,
        text=text,
        numbers={
            "baseline_peak": (peaks[0], "Pa"),
            "candidate_peak": (peaks[1], "Pa"),
            "ratio": (ratio, "1"),
            **({} if coherent is None else {"coherent_peak": (coherent, "Pa")}),
        },
        outcome=outcome,
        inputs=_inputs(case.baseline_draws, case.candidate_draws),
    )


def _coherent_peak(case: Case) -> float | None:
    """Peak of the chosen stress with coherency in the chemical potential, where that was run."""
    run = case.baseline.runs.get(COHERENT.name)
    if run is None or case.baseline.law is COHERENT:
        return None
    return float(np.abs(STRESSES[case.settings.stress].read(run.stress)).max())


def _surface_retained(case: Case) -> Test | str:
    if case.settings.direction is Direction.DISCHARGE:
        return (
            "The claim is about removing sodium; this run inserts it. Run with --direction charge."
        )
    result = case.baseline
    index, fraction = _at_last(result)
    value = float(surface_excess_history(result.particle)[index])
    side = "richer" if value > 0 else "poorer"
    text = (
        f"{_state(case, fraction)}, the surface of {result.title} is {side} in sodium than the "
        f"particle's mean by {_percent(abs(value))} of the full range: sodium leaves through the "
        "surface, so what stays behind sits inside."
    )

    def outcome(as_solid_solution: bool) -> Flags:
        table = result.maps[case.law_name(result, as_solid_solution)]
        return case.baseline_draws.read(table, "surface_excess") > 0

    return Test(
        subject=result,
        text=text,
        numbers={"surface_excess": (value, "1"), "fraction": (fraction, "1")},
        outcome=outcome,
        inputs=_inputs(case.baseline_draws),
    )


def _cracks(case: Case) -> Test | str:
    return _crack_test(case, case.baseline, case.baseline_draws, cracked=True)


def _no_cracks(case: Case) -> Test | str:
    return _crack_test(case, case.candidate, case.candidate_draws, cracked=False)


def _crack_test(
    case: Case, result: MaterialResult, draws: MaterialDraws, *, cracked: bool
) -> Test | str:
    properties = result.material.properties
    if "fracture_toughness" not in properties or "flaw_size" not in properties:
        return f"{result.title}: add fracture_toughness and flaw_size to its file to test this."
    tension = max(float(result.particle.stress.max()), 0.0)
    flaw, toughness = (result.material.value(n) for n in ("flaw_size", "fracture_toughness"))
    intensity = edge_crack_intensity(tension, flaw)
    text = (
        f"The largest tension in {result.title}, {_megapascal(tension)}, on a flaw of "
        f"{flaw * 1e9:.3g} nm gives a stress intensity of {intensity / 1e6:.3g} MPa m^0.5 against "
        f"a toughness of {toughness / 1e6:.3g} MPa m^0.5 (K = {EDGE_CRACK} sigma sqrt(pi a))."
    )

    def outcome(as_solid_solution: bool) -> Flags:
        table = result.maps[case.law_name(result, as_solid_solution)]
        return np.asarray((draws.crack_driving(table) > 1) == cracked)

    return Test(
        subject=result,
        text=text,
        numbers={
            "tension": (tension, "Pa"),
            "flaw_size": (flaw, "m"),
            "stress_intensity": (intensity, "Pa m^0.5"),
            "fracture_toughness": (toughness, "Pa m^0.5"),
        },
        outcome=outcome,
        inputs=_inputs(draws),
    )


def _percent(value: float) -> str:
    return f"{readable(100 * value)} %"


def _megapascal(value: float) -> str:
    return f"{readable(value / 1e6)} MPa"
