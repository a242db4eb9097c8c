"""Answers as they are told of two materials: what a file measured is not called assumed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from particle_sim.claims.answer import Answer
from particle_sim.claims.words import plain
from particle_sim.materials.material import Material
from particle_sim.materials.property import Evidence
from particle_sim.plausible.inputs import VARIED
from particle_sim.studies.footing import OWN

ASSUMED = "the assumed "
"""How a decision on one input begins."""


def as_known(found: Answer, materials: Sequence[Material]) -> Answer:
    """The answer without "assumed" before an input that is known of these materials, and without
    the worth of measuring what is measured of them.

    An input that is drawn once for all is known where it is known of each.
    """
    name = found.decided_by.removeprefix(ASSUMED)
    known = {plain(each) for each in _inputs(materials, OWN)}
    measured = _inputs(materials, frozenset({Evidence.MEASURED}))
    return replace(
        found,
        decided_by=f"the {name}" if name in known else found.decided_by,
        worth={each: share for each, share in found.worth.items() if each not in measured},
    )


def _inputs(materials: Sequence[Material], evidence: frozenset[Evidence]) -> set[str]:
    """Drawn inputs with such evidence, by the names that draws have."""
    having = [
        {name for name, each in material.properties.items() if each.evidence in evidence}
        for material in materials
    ]
    shared = {name for name in set.intersection(*having) & VARIED.keys() if not VARIED[name].own}
    return shared | {
        f"{name} of {material.title}"
        for material, names in zip(materials, having, strict=True)
        for name in names & VARIED.keys()
        if VARIED[name].own
    }
