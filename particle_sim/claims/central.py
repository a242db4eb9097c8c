"""What the central runs of a comparison say about a kind of claim: words and numbers."""

from __future__ import annotations

from typing import NamedTuple

from particle_sim.claims.question import Numbers
from particle_sim.materials.carriers import CARRIER_NAMES
from particle_sim.metrics.flaw import LARGEST_FLAW
from particle_sim.metrics.flaw_free_bound import largest_edge_intensity
from particle_sim.metrics.fracture import EDGE_CRACK, edge_crack_intensity
from particle_sim.metrics.inhomogeneity import inhomogeneity_history
from particle_sim.metrics.stress_bracket import NEEDS as BRACKET_NEEDS
from particle_sim.metrics.stress_bracket import StressBracket, boundary_in, stress_bracket
from particle_sim.metrics.surface_excess import surface_excess_history
from particle_sim.metrics.surface_tension import surface_tension_history
from particle_sim.studies.choices import Direction
from particle_sim.studies.coherent_body import coherent_point
from particle_sim.studies.measures import STRESSES
from particle_sim.studies.result import MaterialResult
from particle_sim.studies.settings import Comparison
from particle_sim.studies.size_map import LAST_FRACTION, MapPoint
from particle_sim.transport.laws import COHERENT, SOLID_SOLUTION
from particle_sim.units import readable

CRACK_INPUTS = {"fracture_toughness", "flaw_size"}
"""What a material must give before its cracks are judged."""


class Central(NamedTuple):
    """The central result in words, and every number in them."""

    text: str
    numbers: Numbers


def spread(settings: Comparison, result: MaterialResult) -> Central:
    """How uneven the sodium is at 90 % of the capacity."""
    index, fraction = _at_last(result)
    value = float(inhomogeneity_history(result.particle)[index])
    limit = settings.uniform_below
    text = (
        f"{_state(result, fraction)}, the {CARRIER_NAMES[result.material.carrier]} content of "
        f"{result.title} varies by {_percent(value)} of its full range inside a particle "
        f"(uniform means below {limit:.0%})."
    )
    numbers: Numbers = {
        "inhomogeneity": (value, "1"),
        "fraction": (fraction, "1"),
        "uniform_below": (limit, "1"),
    }
    if not result.law.separates:
        text += f" With an interaction chi above 2, {result.title} would separate: not uniform."
    beside = coherent_beside(settings, result)
    if beside is not None:
        coherent = beside["inhomogeneity"]
        text += f" If the phases stay coherent, side by side, it varies by {_percent(coherent)}."
        numbers["coherent_inhomogeneity"] = (coherent, "1")
    return Central(text, numbers)


def peaks(settings: Comparison, candidate: MaterialResult, baseline: MaterialResult) -> Central:
    """The peak stress of both materials as solid solutions: on one law, as only that is fair."""
    measure = STRESSES[settings.stress]

    def peak(result: MaterialResult) -> float:
        stress = measure.read(result.runs[SOLID_SOLUTION.name].stress)
        return float(measure.size(stress).max())

    first, second = (peak(result) for result in (baseline, candidate))
    ratio = first / max(second, 1e-300)
    text = (
        f"As solid solutions the peak {measure.title} is {_megapascal(first)} in {baseline.title} "
        f"and {_megapascal(second)} in {candidate.title}, a ratio of about {_two_digits(ratio)}."
    )
    numbers = {
        "baseline_peak": (first, "Pa"),
        "candidate_peak": (second, "Pa"),
        "ratio": (ratio, "1"),
    }
    for role, result in (("baseline", baseline), ("candidate", candidate)):
        bracket = _bracket(settings, result)
        if bracket is not None:
            low, high = float(bracket.relieved), float(bracket.upper)
            reach = (
                f"{_megapascal(low)} to {_megapascal(high)}" if low < high else _megapascal(high)
            )
            ends = "relieved or held" if low < high else "as relief would cost more energy"
            text += f" A boundary between two phases puts {reach} on {result.title}, {ends}."
            numbers |= {f"{role}_relieved": (low, "Pa"), f"{role}_held": (high, "Pa")}
    return Central(text, numbers)


def _bracket(settings: Comparison, result: MaterialResult) -> StressBracket | None:
    """What a boundary may do to a material whose law has one, where its file says enough."""
    if not result.law.separates or not result.material.properties.keys() >= set(BRACKET_NEEDS):
        return None
    extraction = settings.direction is Direction.CHARGE
    return stress_bracket(boundary_in(result.material, on_extraction=extraction))


def surface(settings: Comparison, result: MaterialResult) -> Central:
    """How much richer the surface is than the mean."""
    index, fraction = _at_last(result)
    value = float(surface_excess_history(result.particle)[index])
    side = "richer" if value > 0 else "poorer"
    text = (
        f"{_state(result, fraction)}, the surface of {result.title} is {side} in "
        f"{CARRIER_NAMES[result.material.carrier]} than the "
        f"particle's mean by {_percent(abs(value))} of the full range: it "
        f"{'leaves' if settings.direction is Direction.CHARGE else 'enters'} through the surface."
    )
    return Central(text=text, numbers={"surface_excess": (value, "1"), "fraction": (fraction, "1")})


def flaw(settings: Comparison, result: MaterialResult) -> Central | str:
    """The largest stress intensity of any flaw, then that of the surface flaw that is assumed; a
    sentence where the file gives none."""
    material = result.material
    if not material.properties.keys() >= CRACK_INPUTS:
        return f"{result.title}: add fracture_toughness and flaw_size to its file to test this."
    bracket = _bracket(settings, result)
    if bracket is not None:
        return _boundary_flaw(result, bracket)
    tension = float(surface_tension_history(result.particle).max())
    radius, toughness = (material.value(name) for name in ("particle_radius", "fracture_toughness"))
    depth = min(material.value("flaw_size"), LARGEST_FLAW * radius)
    intensity = edge_crack_intensity(tension, depth)
    bound = largest_edge_intensity(result.particle)
    safe = "no flaw grows, whatever its size" if bound < toughness else "larger flaws may grow"
    text = (
        f"Of all edge cracks in {result.title} in one run, none has more than "
        f"{bound / 1e6:.3g} MPa m^0.5 against a toughness of {toughness / 1e6:.3g}: {safe}. "
        f"The largest tensile stress at its surface, {_megapascal(tension)}, on a flaw of "
        f"{depth * 1e9:.3g} nm gives at most {intensity / 1e6:.3g} MPa m^0.5 "
        f"(K = {EDGE_CRACK} sigma sqrt(pi a), as if it were the same at any depth)."
    )
    numbers: Numbers = {
        "tension": (tension, "Pa"),
        "flaw_size": (depth, "m"),
        "stress_intensity": (intensity, "Pa m^0.5"),
        "flaw_free_bound": (bound, "Pa m^0.5"),
        "fracture_toughness": (toughness, "Pa m^0.5"),
    }
    return Central(text, numbers)


def _boundary_flaw(result: MaterialResult, bracket: StressBracket) -> Central:
    low, high = (float(value) for value in bracket.driving)
    bound, toughness = float(bracket.flaw_free_bound), float(bracket.toughness)
    text = (
        f"At a boundary between the two phases of {result.title} no flaw of any size has a stress "
        f"intensity above {readable(bound / toughness)} of the toughness, even if it stays "
        f"coherent; the assumed one has between {readable(low)} (relieved) and {readable(high)} "
        "(held) of it."
    )
    return Central(
        text,
        {
            "driving_relieved": (low, "1"),
            "driving_held": (high, "1"),
            "flaw_free_bound": (bound, "Pa m^0.5"),
            "fracture_toughness": (toughness, "Pa m^0.5"),
        },
    )


def coherent_beside(settings: Comparison, result: MaterialResult) -> MapPoint | None:
    """Coherent phases side by side, where they are an alternative to the material's own law."""
    if result.law is COHERENT or not result.law.separates:
        return None
    last = result.filling(LAST_FRACTION)
    return coherent_point(result.material, result.start, last, settings.stress)


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


def _two_digits(value: float) -> str:
    """A ratio between guesses, without digits it does not have."""
    rounded = float(f"{value:.2g}")
    return f"{rounded:,.0f}" if rounded >= 10 else f"{rounded:g}"


def _percent(value: float) -> str:
    return f"{readable(100 * value)} %"


def _megapascal(value: float) -> str:
    return f"{readable(value / 1e6)} MPa"
