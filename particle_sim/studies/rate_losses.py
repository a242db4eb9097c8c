"""Where the capacity goes: each resistance's part of the loss at a rate.

A resistance is switched off by making its conductance ``REMOVED`` times larger (a fast particle's
less, see ``FASTEST``). With v(S) the
capacity when the set S is off, the part of resistance i is its Shapley value over the four,

    part_i = sum_S |S|! (3 - |S|)! / 4! (v(S + i) - v(S)),     sum_i part_i = v(all) - v(none),

so no order of removal is preferred and the parts add up to the loss exactly. A part is negative
where removing a resistance costs capacity. (Shapley, in Contributions to
the Theory of Games II, 1953.)
"""

from __future__ import annotations

import enum
import itertools
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial

import xarray as xr

from particle_sim.cell.design import CellDesign, with_values
from particle_sim.cell.half_cell import CellModel, half_cell
from particle_sim.materials.material import Material
from particle_sim.studies.rate_curves import discharge_capacity, group_per_c_rate
from particle_sim.transport.laws import SOLID_SOLUTION, Law
from particle_sim.units import Array

REMOVED = 1e6
"""Factor on the conductance of what is switched off; at 1e6 its loss is far below the solver's."""

FASTEST = 1e-8
"""(R^2/D)/t at 1C below which no particle is made faster: at 100C its loss is below 1e-6 of the
window already, and far below it the solver's own error grows (4 % at 1e-13)."""


class Resistance(enum.Enum):
    """What stands in the way of sodium and charge in a half cell."""

    DIFFUSION = "diffusion in the particle"
    KINETICS = "charge transfer"
    ELECTROLYTE = "electrolyte"
    SERIES = "film, contacts and electrode"


@dataclass(frozen=True, kw_only=True)
class HalfCellCase:
    """What a resistance is removed from."""

    material: Material
    design: CellDesign
    model: CellModel = CellModel.SPME
    law: Law = SOLID_SOLUTION


Solve = Callable[[HalfCellCase, float], float]
"""Capacity [A h/kg] of a case at a C-rate."""


Apply = Callable[..., Iterable["LossSplit"]]
"""``map``, or the method of a pool with the same meaning."""


def half_cell_capacity(case: HalfCellCase, c_rate: float) -> float:
    """As :func:`rate_curves.discharge_capacity`, of a half cell."""
    cell = half_cell(case.material, design=case.design, model=case.model, law=case.law)
    return discharge_capacity(cell, c_rate)


def without(case: HalfCellCase, off: frozenset[Resistance]) -> HalfCellCase:
    """The case with some resistances switched off; SPM has no electrolyte to begin with."""
    material, design = case.material, case.design
    if Resistance.DIFFUSION in off:
        enough = max(1.0, group_per_c_rate(material) / FASTEST)
        material = _scaled(material, "diffusivity", min(REMOVED, enough))
    if Resistance.KINETICS in off:
        material = _scaled(material, "exchange_current_density", REMOVED)
        design = _raised(design, "metal_exchange_current_density")
    if Resistance.ELECTROLYTE in off:
        design = _raised(design, "electrolyte_conductivity", "electrolyte_diffusivity")
    if Resistance.SERIES in off:
        design = with_values(_raised(design, "electrode_conductivity"), film_resistance=0.0)
    return replace(case, material=material, design=design)


@dataclass(frozen=True, kw_only=True)
class LossSplit:
    """A discharge and what each resistance took from it [A h/kg]."""

    delivered: float
    parts: dict[Resistance, float]

    @property
    def loss(self) -> float:
        """v(all) - v(none) [A h/kg]."""
        return sum(self.parts.values())


def loss_split(case: HalfCellCase, c_rate: float, solve: Solve = half_cell_capacity) -> LossSplit:
    """Each resistance's part in the loss at a rate: 16 discharges."""
    members = tuple(Resistance)
    sets = [
        frozenset(chosen)
        for size in range(len(members) + 1)
        for chosen in itertools.combinations(members, size)
    ]
    value = {off: solve(without(case, off), c_rate) for off in sets}
    parts = {member: _shapley(member, value) for member in members}
    return LossSplit(delivered=value[frozenset()], parts=parts)


def loss_table(
    case: HalfCellCase, rates: Array, *, solve: Solve = half_cell_capacity, apply: Apply = map
) -> xr.Dataset:
    """``parts`` (resistance, c_rate) and ``delivered`` (c_rate) [A h/kg].

    ``apply`` is ``map`` or that of a pool of processes.
    """
    splits = list(apply(partial(loss_split, case, solve=solve), map(float, rates)))
    parts = [[split.parts[member] for split in splits] for member in Resistance]
    name = f"capacity lost, Shapley value, {case.model.value} half cell"
    return xr.Dataset(
        {
            "parts": (("resistance", "c_rate"), parts, {"units": "mA h/g", "long_name": name}),
            "delivered": ("c_rate", [split.delivered for split in splits], {"units": "mA h/g"}),
        },
        coords={"resistance": [member.value for member in Resistance], "c_rate": rates},
    )


def _shapley(member: Resistance, value: dict[frozenset[Resistance], float]) -> float:
    count = len(Resistance)
    total = 0.0
    for off in value:
        if member in off:
            continue
        weight = math.factorial(len(off)) * math.factorial(count - len(off) - 1)
        total += weight / math.factorial(count) * (value[off | {member}] - value[off])
    return total


def _scaled(material: Material, name: str, factor: float) -> Material:
    raised = material[name].with_magnitude(factor * material.value(name))
    return material.replaced(**{name: raised})


def _raised(design: CellDesign, *names: str) -> CellDesign:
    return with_values(design, **{name: REMOVED * design.value(name) for name in names})
