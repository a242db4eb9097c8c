"""What is believed of a powder before its own data: what other powders have in common.

Normal distributions of the unknowns of a fit over the public rate tests of sodium cathodes,
``parameters/evidence/hyperpriors.toml``. They know nothing of entropy, and are the same for every
material. Where a file states a measured property with its range, that range takes their place:

    log10 k = log10 D - 2 log10 R,    log10 (3 j0 / rho R),    log10 (film resistance x loading)

each with the variances of what it is made of.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import numpy as np

from particle_sim.cell.half_cell import Cell
from particle_sim.inference.coordinates import Coordinate
from particle_sim.inference.form import Form
from particle_sim.inference.forms import SHAPES
from particle_sim.inference.groups import MEANINGS
from particle_sim.inference.moving_boundary import decades_faster, gap_in
from particle_sim.inference.problem import DISCREPANCY, NOISE
from particle_sim.materials.property import Property
from particle_sim.plausible.learned import OWN
from particle_sim.resources import shipped_table

RIVAL = "tian"
"""The curve without physics (:mod:`particle_sim.inference.tian`)."""
REACH = 4.0
"""Deviations from the centre at which a belief is cut off."""
_MADE_OF: Mapping[str, Mapping[str, float]] = {
    "diffusion_rate": {"diffusivity": 1.0, "particle_radius": -2.0},
    "exchange_current": {"exchange_current_density": 1.0, "particle_radius": -1.0},
    "series_resistance": {"film_resistance": 1.0, "active_loading": 1.0},
}
"""Exponents of the properties in a group; the first must be the material's own."""


@cache
def hyperpriors(model: str) -> Mapping[str, tuple[float, float]]:
    """Centre and deviation of every unknown of a model, by name.

    ``model``: the value of a :class:`~particle_sim.inference.form.Form`, or ``RIVAL``.

    >>> centre, deviation = hyperpriors(Form.SIZES.value)["diffusion_rate"]
    >>> deviation > 0
    True
    """
    table = shipped_table("evidence", "hyperpriors.toml")[model]
    return {name: (centre, deviation) for name, (centre, deviation) in table.items()}


def beliefs_of(form: Form) -> Mapping[str, tuple[float, float]]:
    """The :func:`hyperpriors` of a form; a moving boundary takes those of one size.

    The public rate tests are of one phase; :func:`coordinates_of` says what they know of rates of
    the diffusion behind a boundary.
    """
    return hyperpriors((Form.ONE_SIZE if form is Form.MOVING_BOUNDARY else form).value)


def model_weights() -> dict[str, float]:
    """Shares (summing to 1) of the models in a prediction, by name."""
    table = shipped_table("evidence", "hyperpriors.toml")["weights"]
    return {name: share / sum(table.values()) for name, share in table.items()}


def likeness() -> float:
    """r between the unknowns of two cells of one paper (:mod:`particle_sim.inference.sisters`).

    >>> 0 < likeness() < 1
    True
    """
    return float(shipped_table("evidence", "hyperpriors.toml")["sisters"]["likeness"])


def coordinates_of(
    cell: Cell,
    form: Form,
    *,
    stated: bool,
    capacity: float | None = None,
    learned: Mapping[str, tuple[float, float]] | None = None,
) -> tuple[Coordinate, ...]:
    """The unknowns of a fit to capacities of ``cell``, in the order of its vectors.

    ``stated``: the data come with their noise. ``capacity`` [A h/kg] stands for the material's own
    where its file is that of a relative, of which no measurement counts; ``learned`` for
    :func:`hyperpriors`.
    """
    known = _for_boundary(cell, form, beliefs_of(form) if learned is None else learned)
    whole = float(np.log10(cell.material.specific_capacity if capacity is None else capacity))
    own = cell if capacity is None else None
    groups = [_group(name, own, known[name]) for name in _MADE_OF]
    centre, deviation = known["window_capacity"]
    groups.append(_coordinate("window_capacity", whole + centre, deviation))
    shapes = [
        Coordinate(
            name=shape.name,
            meaning=shape.meaning,
            centre=known[shape.name][0],
            deviation=known[shape.name][1],
            low=shape.low,
            high=shape.high,
        )
        for shape in SHAPES[form]
    ]
    return (*groups, *shapes, *scatter_coordinates(known, stated=stated))


def _for_boundary(
    cell: Cell, form: Form, known: Mapping[str, tuple[float, float]]
) -> Mapping[str, tuple[float, float]]:
    """The beliefs with D/R^2 that of the outer phase, where a boundary moves."""
    gap = gap_in(cell.material) if form is Form.MOVING_BOUNDARY else None
    if gap is None:
        return known
    centre, deviation = known["diffusion_rate"]
    return {**known, "diffusion_rate": (centre + decades_faster(cell, gap), deviation)}


def scatter_coordinates(
    known: Mapping[str, tuple[float, float]], *, stated: bool
) -> tuple[Coordinate, ...]:
    """Discrepancy and, unless it is ``stated`` with the data, noise."""
    wrong = Coordinate(
        name=DISCREPANCY,
        meaning="discrepancy over the largest capacity, per square root of a decade of rate",
        centre=known[DISCREPANCY][0],
        deviation=known[DISCREPANCY][1],
        low=0.0,
        high=1.0,
    )
    noise = Coordinate(
        name=NOISE,
        meaning="noise over the largest capacity",
        centre=known[NOISE][0],
        deviation=known[NOISE][1],
    )
    return (wrong, *([] if stated else [noise]))


def _group(name: str, cell: Cell | None, learned: tuple[float, float]) -> Coordinate:
    """A group as other powders have it, or as the own measurement in the file of ``cell`` says."""
    if cell is None:
        return _coordinate(name, *learned)
    properties = {**cell.design.properties, **cell.material.properties}
    parts = [(properties[each], power) for each, power in _MADE_OF[name].items()]
    if parts[0][0].evidence not in OWN or parts[0][0].plausible is None:
        return _coordinate(name, *learned)
    spread = [(_log_normal(entry), power) for entry, power in parts]
    centre = sum(power * middle for (middle, _), power in spread)
    width = np.hypot.reduce([power * wide for (_, wide), power in spread])
    if name == "exchange_current":
        centre += float(np.log10(3 / cell.material.value("density")))
    return _coordinate(name, centre, float(width))


def _coordinate(name: str, centre: float, deviation: float) -> Coordinate:
    reach = REACH * deviation
    return Coordinate(
        name=name,
        meaning=MEANINGS[name],
        centre=centre,
        deviation=deviation,
        low=centre - reach,
        high=centre + reach,
    )


def _log_normal(entry: Property) -> tuple[float, float]:
    """Median and deviation of log10 of a property's belief."""
    if entry.plausible is None:
        return float(np.log10(entry.magnitude)), 0.0
    low, middle, high = np.log10(entry.quantile(np.array([0.1587, 0.5, 0.8413])))
    return float(middle), float((high - low) / 2)
