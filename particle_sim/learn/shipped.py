"""Materials that a link may name: a fixed list; no text of a link is looked up elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from particle_sim.errors import InputError
from particle_sim.learn.lesson import Scene
from particle_sim.learn.playground import playground
from particle_sim.learn.rate_tests import Asked
from particle_sim.materials.library import Selection, select
from particle_sim.studies.footing import level_pair

PAIR = ("nvp", "he_v")
"""Materials of the playground where a link names none."""
PAIRS = 8
"""Pairs of materials whose runs are kept."""


@lru_cache(maxsize=1)
def shipped_titles() -> Mapping[str, str]:
    """Title by what a link may say: ``name`` of a material with a half cell, or ``name@reading``.

    >>> shipped_titles()["nvp"]
    'NVP'
    """
    found = {}
    for system in select(Selection(simulable=True)):
        header = system.file.material
        readings = [header.default_reading.name, *system.file.readings]
        for text in [header.name, *(f"{header.name}@{reading}" for reading in readings)]:
            found[text] = header.title
    return found


def shipped_pair(baseline: str, candidate: str, asked: Asked | None = None) -> Scene:
    """The playground of two texts of the list, narrowed by the rate tests that are ``asked`` for.

    Raises :class:`InputError` with the same sentence for every other text: the answer to a path
    does not tell whether there is such a file.
    """
    if not {baseline, candidate} <= shipped_titles().keys():
        raise InputError("The link names a material that is not in the list; choose two from it.")
    return _pair(baseline, candidate, asked or Asked())


@lru_cache(maxsize=PAIRS)
def _pair(baseline: str, candidate: str, asked: Asked) -> Scene:
    return playground(*level_pair(baseline, candidate), asked.of(baseline, candidate))
