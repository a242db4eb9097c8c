"""The materials of a life on one footing: draws that belong together, in the test that is asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from particle_sim.cell.design import CellKind
from particle_sim.cell.full_cell import negative_of
from particle_sim.life.against_print import delivers
from particle_sim.life.asked import LifeStudy, check_toughness
from particle_sim.life.chain import Held, Rule, cycled, draw_powder, growth_of, holding
from particle_sim.life.evidence import narrowed
from particle_sim.life.loads import GradientTable, Site, gradient_tables
from particle_sim.life.powder import CycledPowder
from particle_sim.materials.load import load_record
from particle_sim.materials.material import Material
from particle_sim.plausible.draws import MaterialDraws
from particle_sim.studies.footing import level, rests_on
from particle_sim.studies.own_cell import in_one_half_cell, own_half_cell
from particle_sim.units import Array

SLOW_RATE = 0.1
"""C-rate [1/h] at which capacity is read besides: what is lost there is lost for good."""


@dataclass(frozen=True, kw_only=True)
class Side:
    """One material of a life: ``name`` as it was asked for, draws (n,), and what a cycle does."""

    name: str
    material: Material
    draws: MaterialDraws
    tables: Mapping[Site, GradientTable]
    powders: Mapping[Held, CycledPowder]
    rests: str = ""
    """Whose volume change, which every stress is proportional to, is not its own"""
    says: tuple[str, ...] = ()
    """What rate tests have narrowed, or why they have not"""


def sides_of(study: LifeStudy) -> tuple[Side, ...]:
    """The materials, equal in what is printed of neither. Raises :class:`InputError` for a
    material without what a phase boundary's stress follows from, or without toughness."""
    half = own_half_cell(study.design, study.cells)
    named = [
        load_record(name, overrides={**study.replaced.get(name, {}), **study.overrides})
        for name in study.materials
    ]
    records = in_one_half_cell(named, half)
    materials, found = level(records)[0], []
    for material in materials:
        check_toughness(material)
        if study.cell is CellKind.FULL:
            negative_of(material)
    drawn, says = narrowed(
        study,
        records,
        [
            draw_powder(material, study.samples, study.seed, constants=study.growth)
            for material in materials
        ],
    )
    for name, material, draws in zip(study.materials, materials, drawn, strict=True):
        tables = gradient_tables(material)
        relieved = cycled(draws, study.c_rate, Held.RELIEVED, tables=tables)
        found.append(
            Side(
                name=name,
                material=material,
                draws=draws,
                tables=tables,
                powders={Held.RELIEVED: relieved, Held.HELD: holding(relieved)},
                rests=rests_on(records, "volume_change"),
                says=tuple(says),
            )
        )
    return tuple(found)


def largest_ratio(powder: CycledPowder) -> Array:
    """K_max/K_IC (n,) of the worst crack of any depth to 0.3 R, from the surface or the middle."""
    found = [each.largest.max(axis=1) for drivings in powder.drivings.values() for each in drivings]
    return np.asarray(np.max(found, axis=0) / powder.draws.values["fracture_toughness"])


def no_flaw_grows(powder: CycledPowder) -> NDArray[np.bool_]:
    """In which draws (n,) the largest K of any flaw stays below K_th: asks nothing about flaws."""
    return np.asarray(largest_ratio(powder) < powder.draws.values["growth_threshold"])


def made_cracked(powder: CycledPowder) -> Array:
    """Share (n,) of particles made with a flaw as deep as the last depth that is followed."""
    whole = np.ones(len(powder.powder.flaw_size))
    for drivings in powder.drivings.values():
        whole *= 1 - powder.powder.share_beyond(drivings[0].depth[:, -1])
    return np.asarray(1 - whole)


def by_cycling(powder: CycledPowder, through: Array) -> Array:
    """Of the particles of a ``powder`` made without a crack, the share (n, k) that has one.

    (s - s_0)/(1 - s_0) of ``through`` s (n, k), those with a crack whenever it was made, and the
    share s_0 that was made with one.

    >>> from particle_sim.life.example import no_gradients
    >>> from particle_sim.materials.load import load_material
    >>> draws = draw_powder(load_material("lfp"), 2, seed=1)
    >>> powder = cycled(draws, 1.0, Held.RELIEVED, tables=no_gradients())
    >>> by_cycling(powder, np.full((2, 1), 0.3)).round(2)
    array([[0.16],
           [0.3 ]])

    Raises nothing.
    """
    made = made_cracked(powder)[:, None]
    return np.asarray(np.maximum(through - made, 0.0) / (1 - made))


def cracked_by_cycling(powder: CycledPowder, rules: tuple[Rule, ...], cycles: Array) -> Array:
    """The same after ``cycles`` (k,), the rules acting together."""
    return by_cycling(powder, powder.cracked(growth_of(powder.draws.values, *rules), cycles))


def retained(powder: CycledPowder, through: Array, capacity: Array | None = None) -> Array:
    """Capacity (n, k) over that at the first of the cycles of ``through`` (n, k); nan where a draw
    delivers too little at the rate of the test to tell."""
    found = powder.retention(through, through[:, 0], capacity)
    return np.asarray(np.where(delivers(powder)[:, None], found, np.nan))
