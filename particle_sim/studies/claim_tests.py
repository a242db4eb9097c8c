"""How each kind of claim is tested: its central numbers, and where it holds among the draws."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from particle_sim.metrics.fracture import EDGE_CRACK, edge_crack_intensity
from particle_sim.metrics.inhomogeneity import inhomogeneity_history
from particle_sim.metrics.surface_excess import surface_excess_history
from particle_sim.metrics.surface_tension import surface_tension_history
from particle_sim.studies.choices import Direction
from particle_sim.studies.draws import LARGEST_FLAW, OWN, SEPARATES_ABOVE, MaterialDraws
from particle_sim.studies.measures import STRESSES
from particle_sim.studies.result import MaterialResult
from particle_sim.studies.settings import Comparison
from particle_sim.studies.size_map import LAST_FRACTION
from particle_sim.transport.laws import COHERENT, SOLID_SOLUTION
from particle_sim.units import Array, readable

Numbers = dict[str, tuple[float, str]]
Flags = NDArray[np.bool_]

REACHED = 0.97 * LAST_FRACTION
"""Fraction of the capacity from which a draw counts as having reached the last state."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """Everything a claim may look at."""

    settings: Comparison
    baseline: MaterialResult
    candidate: MaterialResult
    pair: tuple[MaterialDraws, MaterialDraws]
    """Draws of both for claims that compare them"""
    single: tuple[MaterialDraws, MaterialDraws]
    """Draws of each for claims about one"""

    def law_name(self, result: MaterialResult, as_solid_solution: bool) -> str:
        return SOLID_SOLUTION.name if as_solid_solution else result.law.name


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """Whether a claim holds at each draw, and which draws count."""

    holds: Flags
    counted: Flags

    @property
    def share(self) -> float:
        """Share of the counted draws in which it holds; nan if none counts."""
        return float(self.holds[self.counted].mean()) if self.counted.any() else float("nan")


def _every(holds: Flags) -> Outcome:
    return Outcome(holds=holds, counted=np.ones_like(holds))


@dataclass(frozen=True, kw_only=True)
class Test:
    """What one kind of claim needs to be judged."""

    subject: MaterialResult
    text: str
    """The central result in words, numbers filled in"""
    numbers: Numbers
    outcome: Callable[[bool], Outcome]
    """Whether the claim holds at every draw; the argument swaps two phases for solid solution"""
    inputs: dict[str, Array]
    compares: bool = False
    """Whether the claim is about both materials"""
    coherent_differs: bool = False
    """Whether the claim turns round when coherency stress acts back on the sodium"""
    cannot_contradict: str | None = None
    """Why a small share leaves the claim open, where it does"""
    otherwise: str = "nothing that was varied changes it"
    """What decides when no varied input does"""

    def about(self, case: Case) -> tuple[MaterialResult, ...]:
        """The materials whose law the claim depends on."""
        return (case.baseline, case.candidate) if self.compares else (self.subject,)


def _inputs(*draws: MaterialDraws) -> dict[str, Array]:
    named = {}
    for each in draws:
        for name, values in each.values.items():
            label = "interaction chi" if name == "regular_solution_parameter" else name
            named[f"{label} of {each.material.title}" if name in OWN else label] = values
    return named


def _at_last(result: MaterialResult) -> tuple[int, float]:
    """Index and fraction of the state at 90 %, or of the end if that came first."""
    index = result.index(LAST_FRACTION)
    if index is not None:
        return index, LAST_FRACTION
    return len(result.particle.time) - 1, result.reached


def _state(result: MaterialResult, fraction: float) -> str:
    """After how much of the usable capacity, and how much sodium is left in a formula unit."""
    left = result.material.stoichiometry(result.filling(fraction))
    state = f"{max(0.0, fraction):.0%} of the usable capacity ({result.material.carrier}{left:.2f})"
    if fraction == LAST_FRACTION:
        return f"After {state}"
    return f"The run ends early, after {state}; there"


def _uniform(case: Case) -> Test:
    return _spread_test(case, case.candidate, case.single[1], uniform=True)


def _heterogeneous(case: Case) -> Test:
    return _spread_test(case, case.baseline, case.single[0], uniform=False)


def _spread_test(
    case: Case, result: MaterialResult, draws: MaterialDraws, *, uniform: bool
) -> Test:
    index, fraction = _at_last(result)
    value = float(inhomogeneity_history(result.particle)[index])
    limit = case.settings.uniform_below
    text = (
        f"{_state(result, fraction)}, the sodium content of {result.title} varies by "
        f"{_percent(value)} of its full range inside a particle "
        f"(uniform means below {limit:.0%})."
    )
    numbers: Numbers = {
        "inhomogeneity": (value, "1"),
        "fraction": (fraction, "1"),
        "uniform_below": (limit, "1"),
    }
    coherent = _coherent_spread(result)
    if not result.law.separates:
        text += f" With an interaction chi above 2, {result.title} would separate: not uniform."
    if coherent is not None:
        text += f" If the phase boundary stays coherent, it varies by {_percent(coherent)}."
        numbers["coherent_inhomogeneity"] = (coherent, "1")

    def outcome(as_solid_solution: bool) -> Outcome:
        table = result.maps[case.law_name(result, as_solid_solution)]
        even = draws.spread(table) < limit
        chi = draws.values.get("regular_solution_parameter")
        if chi is not None and not (result.law.separates or as_solid_solution):
            even &= chi <= SEPARATES_ABOVE
        return Outcome(
            holds=np.asarray(even == uniform),
            counted=draws.read(table, "reached") >= REACHED,
        )

    return Test(
        subject=result,
        text=text,
        numbers=numbers,
        outcome=outcome,
        inputs=_inputs(draws),
        coherent_differs=coherent is not None and (coherent < limit) != (value < limit),
    )


def _coherent_spread(result: MaterialResult) -> float | None:
    """Inhomogeneity of the same state with coherency in the chemical potential, if that was run."""
    run = result.runs.get(COHERENT.name)
    if run is None or result.law is COHERENT:
        return None
    index = result.index(LAST_FRACTION, COHERENT.name)
    return float(inhomogeneity_history(run)[-1 if index is None else index])


def _lower_stress(case: Case) -> Test:
    measure = STRESSES[case.settings.stress]
    peaks = [
        float(np.abs(measure.read(result.particle.stress)).max())
        for result in (case.baseline, case.candidate)
    ]
    ratio = peaks[0] / max(peaks[1], 1e-300)
    text = (
        f"The peak {measure.title} is {_megapascal(peaks[0])} in {case.baseline.title} and "
        f"{_megapascal(peaks[1])} in {case.candidate.title}, a ratio of about {_two_digits(ratio)}."
    )
    coherent = _coherent_peak(case)
    if coherent is not None:
        text += (
            f" If the phase boundary stays coherent, so that its stress acts back on the sodium, "
            f"the peak in {case.baseline.title} is {_megapascal(coherent)}."
        )

    def outcome(as_solid_solution: bool) -> Outcome:
        first, second = (
            draws.stress(result.maps[case.law_name(result, as_solid_solution)], "peak_stress")
            for result, draws in zip((case.baseline, case.candidate), case.pair, strict=True)
        )
        return _every(np.asarray(second < first))

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
        inputs=_inputs(*case.pair),
        compares=True,
        coherent_differs=coherent is not None and (coherent > peaks[1]) != (peaks[0] > peaks[1]),
        otherwise=(
            "the assumption that both have the same particle size and stiffness and that "
            f"{case.candidate.title} diffuses at least as fast"
        ),
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
        f"{_state(result, fraction)}, the surface of {result.title} is {side} in sodium than the "
        f"particle's mean by {_percent(abs(value))} of the full range"
    )
    text += (
        ": sodium leaves through the surface, so what stays behind sits inside."
        if value < 0
        else "."
    )
    draws = case.single[0]

    def outcome(as_solid_solution: bool) -> Outcome:
        table = result.maps[case.law_name(result, as_solid_solution)]
        return _every(draws.read(table, "surface_excess") > 0)

    return Test(
        subject=result,
        text=text,
        numbers={"surface_excess": (value, "1"), "fraction": (fraction, "1")},
        outcome=outcome,
        inputs=_inputs(draws),
    )


def _cracks(case: Case) -> Test | str:
    return _crack_test(case, case.baseline, case.single[0], cracked=True)


def _no_cracks(case: Case) -> Test | str:
    return _crack_test(case, case.candidate, case.single[1], cracked=False)


def _crack_test(
    case: Case, result: MaterialResult, draws: MaterialDraws, *, cracked: bool
) -> Test | str:
    properties = result.material.properties
    if "fracture_toughness" not in properties or "flaw_size" not in properties:
        return f"{result.title}: add fracture_toughness and flaw_size to its file to test this."
    tension = float(surface_tension_history(result.particle).max())
    radius, toughness = (
        result.material.value(name) for name in ("particle_radius", "fracture_toughness")
    )
    flaw = min(result.material.value("flaw_size"), LARGEST_FLAW * radius)
    intensity = edge_crack_intensity(tension, flaw)
    text = (
        f"The largest tensile stress at the surface of {result.title} in one run, "
        f"{_megapascal(tension)}, on a flaw of {flaw * 1e9:.3g} nm gives a stress intensity of "
        f"{intensity / 1e6:.3g} MPa m^0.5 against a toughness of {toughness / 1e6:.3g} MPa m^0.5 "
        f"(K = {EDGE_CRACK} sigma sqrt(pi a))."
    )

    def outcome(as_solid_solution: bool) -> Outcome:
        table = result.maps[case.law_name(result, as_solid_solution)]
        return _every(np.asarray((draws.crack_driving(table) > 1) == cracked))

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
        cannot_contradict=(
            "the flaw size, and the growth of cracks over cycles, which is not modelled"
            if cracked
            else None
        ),
    )


def _two_digits(value: float) -> str:
    """A ratio between guesses, without digits it does not have."""
    rounded = float(f"{value:.2g}")
    return f"{rounded:,.0f}" if rounded >= 10 else f"{rounded:g}"


def _percent(value: float) -> str:
    return f"{readable(100 * value)} %"


def _megapascal(value: float) -> str:
    return f"{readable(value / 1e6)} MPa"


CLAIM_TESTS: Mapping[str, Callable[[Case], Test | str]] = {
    "uniform": _uniform,
    "heterogeneous": _heterogeneous,
    "lower_stress": _lower_stress,
    "surface_retained": _surface_retained,
    "cracks": _cracks,
    "no_cracks": _no_cracks,
}
"""Tests by kind of claim; a sentence instead of a test says why it cannot be made."""
