"""Tests on stress and cracks, over every mechanism that a particle has to bear its sodium.

Two things stress a particle: gradients of sodium within a phase, read off the map of a solid
solution against D/R^2 on charge, when the surface is in tension; and the misfit at a boundary
between two phases, of which a bracket is known (:mod:`particle_sim.metrics.stress_bracket`): fully
relieved at one end, min(coherent, yield) at the other. A claim is asked at both ends, and of
boundaries in every material of it; where the ends disagree it stays open, and what the boundary
does is what decides.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from particle_sim.claims.question import (
    ONE_CHARGE,
    SOLID,
    Branch,
    Evidence,
    Flags,
    Numbers,
    Question,
    every,
)
from particle_sim.claims.readings import crack_driving, stress
from particle_sim.metrics.flaw_free_bound import flaw_free_bound
from particle_sim.metrics.stress_bracket import (
    StressBracket,
    boundary_in,
    misfit_in,
    stress_bracket,
)
from particle_sim.plausible.draws import MaterialDraws, centre, named_inputs
from particle_sim.studies.choices import Direction
from particle_sim.units import Array

Loaded = Callable[[Question, int, bool], Array]
"""(question, which material, whether it holds a boundary) -> load of every draw"""

UNYIELDING = {"yield_stress": np.array(1e15), "interface_energy": np.array(1e15)}
"""Of a material whose file gives none [Pa, J/m^2]: far above any stress or energy here."""
RELIEVED = "if it stays one phase or its boundary relieves the misfit"
HELD = "if a boundary holds its misfit"
BOTH_RELIEVED = "if both stay one phase or relieve the misfit"
BOTH_HELD = "if boundaries in both hold their misfit"
ONE_HELD = "if a boundary holds its misfit in {} alone"


def lower_stress(question: Question) -> Evidence:
    """The peak stress of the first material is below that of the second."""
    return _ordered(question, _peak, "stress", "Pa")


def cracks(question: Question) -> Evidence:
    """K = 1.12 sigma sqrt(pi a) of the surface flaw reaches the toughness within one charge.

    A small share leaves the claim open: growth over cycles is not modelled.
    """
    found = _alone(question, lambda driving: driving >= 1)
    return replace(found, cannot_contradict=ONE_CHARGE)


def holds_together(question: Question) -> Evidence:
    """K of the surface flaw stays below the share ``threshold`` (1 without) of the toughness.

    Below the threshold of fatigue no flaw grows however many cycles follow.
    """
    limit = question.claim.parameters.get("threshold", 1.0)
    return _alone(question, lambda driving: driving < limit)


def _alone(question: Question, judge: Callable[[Array], Flags]) -> Evidence:
    """The first material in one phase and with a boundary, whichever its source describes first."""
    smooth, bound = (_driving(question, 0, held) for held in (False, True))
    rows = [(RELIEVED, judge(smooth)), (HELD, judge(bound))]
    if question.draws[0].material.two_phase:
        rows.reverse()
    found = _evidence(question, [(name, flags, True) for name, flags in rows])
    title, middle = question.draws[0].material.title, _centred(question)
    numbers: Numbers = {
        f"central K over K_IC of {title}, {name}": (float(_driving(middle, 0, held)[0]), "1")
        for name, held in ((RELIEVED, False), (HELD, True))
    }
    return replace(found, numbers=numbers)


def _ordered(question: Question, load: Loaded, what: str, unit: str) -> Evidence:
    """Whether the first material bears less under the same mechanism, and as their sources say.

    Shown and not counted is a boundary that holds in the first material alone.
    """
    first, second = (
        {held: load(question, place, held) for held in (False, True)} for place in (0, 1)
    )
    own = [each.material.two_phase for each in question.draws]
    titles = [each.material.title for each in question.draws]
    rows = [
        (BOTH_RELIEVED, first[False] < second[False], True),
        (BOTH_HELD, first[True] < second[True], True),
        (ONE_HELD.format(titles[1]), first[False] < second[True], own == [False, True]),
        (ONE_HELD.format(titles[0]), first[True] < second[False], own == [True, False]),
    ]
    found = _evidence(question, sorted(rows, key=lambda row: not row[2]))
    middle = _centred(question)
    numbers: Numbers = {
        f"central {what} of {title}, {name}": (float(load(middle, place, held)[0]), unit)
        for place, title in enumerate(titles)
        for name, held in ((RELIEVED, False), (HELD, True))
    }
    return replace(found, numbers=numbers)


def _evidence(question: Question, rows: list[tuple[str, Flags, bool]]) -> Evidence:
    branches = [
        Branch(name=name, holds=holds, counted=counted, votes=votes)
        for name, flags, votes in rows
        for holds, counted in (every(flags),)
    ]
    first = branches[0]
    return Evidence(
        holds=first.holds,
        counted=first.counted,
        inputs=named_inputs(question.draws),
        text=f"On {_charge(question).value} at {question.rate(question.draws[0].material):.3g}C.",
        name=first.name,
        branches=tuple(branches[1:]),
    )


def _peak(question: Question, place: int, held: bool) -> Array:
    """Largest stress [Pa] of every draw: the greater of the gradients' and the boundary's."""
    draws = question.draws[place]
    smooth = _of_map(question, place, "peak_stress")
    return np.maximum(smooth, _shell(draws)) if held else smooth


def _driving(question: Question, place: int, held: bool) -> Array:
    """K over K_IC of the flaw, at most that of any flaw in such a stress."""
    draws = question.draws[place]
    tension = _of_map(question, place, "peak_tension")
    any_flaw = flaw_free_bound(tension, draws.values["particle_radius"])
    smooth = np.minimum(
        crack_driving(draws, tension), any_flaw / draws.values["fracture_toughness"]
    )
    return np.maximum(smooth, _bracket(draws).driving[1]) if held else smooth


def _shell(draws: MaterialDraws) -> Array:
    """min(E e/(1 - nu), Y) [Pa] of every draw: a coherent shell around a core, up to yielding."""
    values = {**UNYIELDING, **draws.values}
    misfit = misfit_in(draws.material, values)
    elastic = values["youngs_modulus"] * misfit / (1 - values["poisson_ratio"])
    return np.asarray(np.minimum(elastic, values["yield_stress"]))


def _bracket(draws: MaterialDraws) -> StressBracket:
    missing = {
        name: value for name, value in UNYIELDING.items() if name not in draws.material.properties
    }
    return stress_bracket(boundary_in(draws.material, {**missing, **draws.values}))


def _of_map(question: Question, place: int, name: str) -> Array:
    draws = question.draws[place]
    rate = question.rate(draws.material)
    table = question.tools.field_map(question.names[place], rate, SOLID, _charge(question))
    return stress(draws, table, name)


def _charge(question: Question) -> Direction:
    """Charge, when the surface is in tension, unless there are no maps of it."""
    offered = question.tools.directions
    return Direction.CHARGE if Direction.CHARGE in offered else offered[0]


def _centred(question: Question) -> Question:
    return question.with_draws(*(centre(each) for each in question.draws))
