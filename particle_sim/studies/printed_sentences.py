"""What a printed picture assumes, in words."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any

from particle_sim.constants import FARADAY, GAS_CONSTANT, REFERENCE_TEMPERATURE
from particle_sim.studies.as_printed import AsPrinted, StateAnswer
from particle_sim.studies.nearest_point import Point


def sentences(found: AsPrinted) -> tuple[str, ...]:
    """What is asked, one sentence for each reading of the state, and what the nearest point is."""
    return (
        _asked(found),
        *(reading_sentence(found, each) for each in found.answers),
        _nearest(found),
    )


def summary(found: AsPrinted) -> dict[str, Any]:
    """The answer as plain data, for JSON."""
    chosen, rate = found.chosen, found.settings.c_rate
    return {
        "printed": found.printed,
        "chosen": None if chosen is None else chosen.state.name,
        "sentences": list(sentences(found)),
        "readings": {
            answer.state.name: {
                "title": answer.state.title,
                "share": found.share(answer.state, rate),
                "surface_richer": answer.surface_richer,
                "desodiated": answer.state.desodiated,
                "whole": answer.holds_whole,
                "likeliest_c_rate": answer.likeliest,
                "nearest": None if answer.nearest is None else asdict(answer.nearest),
            }
            for answer in found.answers
        },
    }


def _titles(found: AsPrinted) -> tuple[str, str]:
    baseline, candidate = (own.title for own in found.pair)
    return baseline, candidate


def _asked(found: AsPrinted) -> str:
    baseline, candidate = _titles(found)
    limit = f"{100 * found.settings.uniform_below:.3g} %"
    words = (
        f"{baseline} uneven and {candidate} even at 90 %, read as sodium that varies by more and "
        f"by less than {limit} of the sites inside a particle, under Fick's law with one constant "
        "diffusivity each at a constant current"
    )
    if found.printed:
        return f"The picture as its paper describes it, whose inputs it does not print: {words}."
    return f"No paper of the library prints such a picture of this pair; it is asked here: {words}."


def reading_sentence(found: AsPrinted, answer: StateAnswer) -> str:
    """How many draws show the picture in one reading of its state, and which words hold there."""
    baseline, candidate = _titles(found)
    state, rate = answer.state, found.settings.c_rate
    own, likeliest = (found.share(state, each) for each in (rate, answer.likeliest))
    reached = [float(x) for x in found.shares.reached.sel(state=state.name, c_rate=rate)]
    most = f"the largest share is {_percent(likeliest)}, at {answer.likeliest:.2g}C"
    return (
        f"Read as {state.title}: {_percent(own)} of the draws show it at {rate:g}C (the state is "
        f"reached before a cut-off in {_percent(reached[0])} for {baseline} and "
        f"{_percent(reached[1])} for {candidate}); "
        f"{most if likeliest > 0 else 'none do at any rate of the map'}. "
        f"{_retained(answer, baseline)}"
    )


def _retained(answer: StateAnswer, baseline: str) -> str:
    """Whether the words on the surface and on the state hold as well."""
    if not answer.surface_richer:
        return (
            f"Sodium is then poorer at the surface of {baseline} than inside at every D, R and "
            'rate, so that "retained at the surface" has no region.'
        )
    if not answer.state.desodiated:
        return (
            f"Sodium is then richer at the surface of {baseline} at every D, R and rate, but the "
            "cathode is full of it and not desodiated."
        )
    words = "all words hold together" if answer.holds_whole else "no word contradicts another"
    return (
        f"Sodium is then richer at the surface of {baseline} at every D, R and rate, and the "
        f"cathode is desodiated by 90 %: {words}."
    )


def _nearest(found: AsPrinted) -> str:
    chosen, rate = found.chosen, found.settings.c_rate
    if chosen is None or chosen.nearest is None:
        return (
            f"At {rate:g}C no diffusivities and no radius within three standard deviations give "
            "the picture in any reading; choose another rate."
        )
    words = (
        f"Nearest to the plausible centre, read as {chosen.state.title} at {rate:g}C: "
        f"{point_text(found, chosen.nearest)}."
    )
    free = chosen.freest
    if free is None or free.distance >= chosen.nearest.distance:
        return words
    return f"{words} With the rate free it is {free.distance:.2g}, at {free.c_rate:.2g}C."


def point_text(found: AsPrinted, point: Point) -> str:
    """D and R of both materials, the barriers apart that D implies, kT ln(D2/D1), and how far
    from the plausible centre they are.
    """
    each = [
        f"{own.title} with D = {at.diffusivity:.2g} m^2/s and R = {1e6 * at.radius:.2g} um "
        f"(D/R^2 = {at.diffusion_rate:.2g}/s, above {_percent(at.percentile)} of the draws)"
        for own, at in zip(found.pair, (point.baseline, point.candidate), strict=True)
    ]
    ratio = point.candidate.diffusivity / point.baseline.diffusivity
    barrier = GAS_CONSTANT * REFERENCE_TEMPERATURE / FARADAY * math.log(ratio)
    return (
        f"{each[0]} and {each[1]}. Their D differ by a factor of {ratio:.2g}, as barriers do that "
        f"are {1e3 * barrier:.0f} meV apart with equal prefactors. The point is "
        f"{point.distance:.2g} standard deviations from the centre"
    )


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %" if share == 0 or share >= 0.01 else "under 1 %"
