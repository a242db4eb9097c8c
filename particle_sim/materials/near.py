"""Which materials of the library a composition is nearest to."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from particle_sim.composition.formula import parse_formula
from particle_sim.errors import located
from particle_sim.materials.system import System


def nearest(formula: str, systems: Iterable[System]) -> list[tuple[float, System]]:
    """The systems with a formula that can be read, by their distance from ``formula`` [at%].

    Raises :class:`InputError` for a formula that cannot be read.

    >>> from particle_sim.materials.system import load_system
    >>> known = [load_system(name) for name in ("nvp", "nafeo2")]
    >>> [(round(far, 1), system.file.material.name) for far, system in nearest("NaFeO2", known)]
    [(0.0, 'nafeo2'), (33.9, 'nvp')]
    """
    with located("--near"):
        asked = parse_formula(formula).amounts
    found = [
        (distance(asked, system.formula.amounts), system)
        for system in systems
        if system.formula is not None
    ]
    return sorted(found, key=lambda pair: (pair[0], pair[1].file.material.name))


def distance(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    r"""Euclidean distance of two compositions, :math:`\sqrt{\sum_i (x_i - y_i)^2}`.

    :math:`x_i` is the share of element *i* among all atoms, in at%; so that it does not matter how
    many atoms a formula unit is written with. 0 to 141.

    >>> distance({"Na": 1, "Fe": 1, "O": 2}, {"Na": 2, "Fe": 2, "O": 4})
    0.0
    >>> round(distance({"Na": 1}, {"Li": 1}), 1)
    141.4
    """
    first, second = (
        {element: 100 * amount / sum(each.values()) for element, amount in each.items()}
        for each in (one, other)
    )
    return math.hypot(*(first.get(e, 0.0) - second.get(e, 0.0) for e in first.keys() | second))
