"""From drawn inputs to cracks and capacity over cycles, for every mechanism and rule of growth."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from particle_sim.cell.half_cell import Cell, half_cell
from particle_sim.damage.constants import GrowthConstants, load_growth_constants
from particle_sim.damage.growth import CrackGrowth
from particle_sim.errors import InputError
from particle_sim.life.loads import GradientTable, Site, boundary, gradient_tables, gradients
from particle_sim.life.powder import CycledPowder, Effects, worn_capacities
from particle_sim.materials.material import Material
from particle_sim.plausible.draws import MaterialDraws, draw_material
from particle_sim.units import Array


class Held(enum.Enum):
    """What a boundary between phases does with its misfit; the two ends of what is possible.

    >>> Held.HELD.value
    'a boundary holds its misfit up to yielding'
    """

    RELIEVED = "no boundary, or one relieved of its misfit"
    HELD = "a boundary holds its misfit up to yielding"


class Rule(enum.Enum):
    """How cracks grow.

    >>> Rule("per cycle") is Rule.FATIGUE
    True
    """

    FATIGUE = "per cycle"
    SLOW = "per second"


CONSTANT = {Rule.FATIGUE: "growth_rate", Rule.SLOW: "slow_growth_rate"}
"""The one number of each rule that nothing but a retention can tell."""


def draw_powder(
    material: Material,
    count: int,
    seed: int,
    *,
    cell: Cell | None = None,
    constants: GrowthConstants | None = None,
) -> MaterialDraws:
    """Draws (n,) of a ``material``, its half ``cell`` and the ``constants`` of growth.

    ``count`` n of them; left out, cell and constants are the shipped ones. Materials drawn with one
    ``seed`` share the powder's making, the cell and all of growth.

    >>> from particle_sim.materials.load import load_material
    >>> draws = draw_powder(load_material("nvp"), 4, seed=1)
    >>> draws.values["growth_rate"].shape, "flaw_size" in draws.values
    ((4,), True)

    Raises :class:`InputError` where no half cell serves the material's carrier.
    """
    design = (cell or half_cell(material)).design.properties
    growth = (constants or load_growth_constants()).properties
    return draw_material(material, count, seed, design={**design, **growth})


def with_growth(draws: MaterialDraws, seed: int) -> MaterialDraws:
    """Draws (n,) of a material and its half cell, with the constants of growth drawn beside them.

    As these belong to no material, draws of two that stand in one order share them.
    """
    count = len(draws.values["diffusivity"])
    growth = load_growth_constants().properties
    found = draw_material(draws.material, count, seed, design=growth).values
    return draws.having(**{name: found[name] for name in growth})


def cycled(
    draws: MaterialDraws,
    c_rate: float,
    held: Held,
    *,
    cell: Cell | None = None,
    effects: Effects | None = None,
    tables: Mapping[Site, GradientTable] | None = None,
) -> CycledPowder:
    """The ``draws`` in a test at ``c_rate`` [1/h]: what a cycle does to their cracks, and their
    capacity.

    A half cycle exchanges what the fresh powder delivers at that rate. ``held`` says what
    boundaries do with their misfit; ``cell`` is the half cell (the material's own), ``effects``
    what cracks take away. ``tables`` are those of :func:`~particle_sim.life.loads.gradient_tables`,
    the same at every rate; left out they are solved for, which takes some seconds.

    >>> from particle_sim.life.example import no_gradients
    >>> from particle_sim.materials.load import load_material
    >>> draws = draw_powder(load_material("lfp"), 3, seed=1)
    >>> cycled(draws, 1.0, Held.RELIEVED, tables=no_gradients()).fresh.round()
    array([159., 113., 157.])

    Raises :class:`InputError` for a rate that is not positive, and :class:`KeyError` for a material
    without a property that stress or capacity follows from.
    """
    if not c_rate > 0:
        raise InputError(f"c_rate is {c_rate:g} 1/h; a test cycles at a positive one.")
    material, effects = draws.material, effects or Effects()
    cell = cell or half_cell(material)
    tables = tables or gradient_tables(material)
    fresh = worn_capacities(draws, cell, c_rate, np.zeros(1), effects)[:, 0]
    passed, duration = _half_cycle(draws, fresh, c_rate)
    relieved = CycledPowder(
        draws=draws,
        c_rate=c_rate,
        cell=cell,
        fresh=fresh,
        drivings={
            site: (gradients(draws, tables[site], c_rate, passed, duration),) for site in Site
        },
        effects=effects,
    )
    return holding(relieved) if held is Held.HELD else relieved


def holding(relieved: CycledPowder, draws: MaterialDraws | None = None) -> CycledPowder:
    """The same powder where boundaries hold their misfit; ``draws`` differ in that alone."""
    draws = draws or relieved.draws
    half = _half_cycle(draws, relieved.fresh, relieved.c_rate)
    drivings = {
        site: (*found, boundary(draws, site, *half)) for site, found in relieved.drivings.items()
    }
    return replace(relieved, draws=draws, drivings=drivings)


def _half_cycle(draws: MaterialDraws, fresh: Array, c_rate: float) -> tuple[Array, Array]:
    """Share of the window (n,) that a half cycle exchanges, and how long it takes [s]."""
    hourly = c_rate * draws.material.value("one_c_current")
    return fresh / _window(draws), 3600 * fresh / hourly


def growth_of(values: Mapping[str, Array], *rules: Rule) -> CrackGrowth:
    """The constants (n,) of growth by ``rules``, of drawn ``values`` by name (n,).

    A rule that is left out has the rate 0.

    >>> from particle_sim.materials.load import load_material
    >>> draws = draw_powder(load_material("nvp"), 2, seed=1)
    >>> growth_of(draws.values, Rule.FATIGUE).slow_rate
    0.0

    Raises :class:`InputError` for drawn constants that :class:`CrackGrowth` refuses.
    """

    def rate(rule: Rule) -> Array | float:
        return values[CONSTANT[rule]] if rule in rules else 0.0

    return CrackGrowth(
        rate=rate(Rule.FATIGUE),
        exponent=values["growth_exponent"],
        threshold=values["growth_threshold"],
        slow_rate=rate(Rule.SLOW),
        slow_exponent=values["slow_growth_exponent"],
    )


def _window(draws: MaterialDraws) -> Array:
    more = draws.values.get("maximum_concentration")
    material = draws.material
    scale = 1.0 if more is None else more / material.maximum_concentration
    return np.asarray(material.specific_capacity * scale)
