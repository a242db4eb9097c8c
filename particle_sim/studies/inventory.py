"""Which inventories of a full cell agree with what is printed of it.

A paper that prints the capacity of a full cell seldom prints N/P, the sodium that the carbon
brought, what its first cycle took or how large its particles are. So the question is turned round:
of draws over all that moves sodium, which give the print, and where do they lie in each range?
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from particle_sim.cell.design import CellDesign
from particle_sim.errors import InputError
from particle_sim.materials.material import Material
from particle_sim.plausible.inputs import Moves
from particle_sim.plausible.space import draw, space_of
from particle_sim.studies.full_cell_batch import full_cell_batch
from particle_sim.units import Array

BY_CHANCE = 0.01
"""Probability of the Kolmogorov-Smirnov test up to which a print is told to narrow an input."""
_EDGES = (0.05, 0.95)
FEWEST = 8
"""Agreeing draws from which quantiles of them are told."""


@dataclass(frozen=True, kw_only=True)
class Inventory:
    """Draws of full cells, and those that give the printed capacity."""

    capacity: Array
    """[A h/kg of positive material] (n,)"""
    energy: Array
    """[W h/kg] (n,)"""
    inputs: Mapping[str, Array]
    agrees: NDArray[np.bool_]

    @property
    def share(self) -> float:
        """Of the draws that are cells, those that agree."""
        return float(self.agrees.sum() / max(np.count_nonzero(self.capacity > 0), 1))


def inventory(
    material: Material,
    design: CellDesign,
    *,
    c_rate: float,
    printed: float,
    tolerance: float = 0.05,
    samples: int = 400,
    seed: int = 0,
) -> Inventory:
    """Full cells drawn over all that moves sodium, and which give ``printed`` [A h/kg].

    ``tolerance`` is relative: electrode loading and cell-to-cell scatter. The space is that of
    :func:`~particle_sim.plausible.space.space_of`; a range that the files do not hold is not
    searched, so an empty set says that a range or the model is wrong. Raises :class:`InputError`
    for a half cell's design and numbers that are not positive.

    >>> import particle_sim as ps
    >>> from particle_sim.cell.design import load_cell_design
    >>> design = load_cell_design("sodium_full_cell_presodiated")
    >>> found = inventory(ps.load_material("he_v"), design, c_rate=0.2, printed=170.8, samples=100)
    >>> 0 < found.share < 0.2
    True
    """
    for name, value in (("c_rate", c_rate), ("printed", printed), ("tolerance", tolerance)):
        if not 0 < value < np.inf:
            raise InputError(f"The {name} of an inventory is {value:g}; it must be positive.")
    inputs = draw(space_of(material, design.properties, frozenset({Moves.SODIUM})), samples, seed)
    run = full_cell_batch(material, design, c_rate=c_rate, values=inputs)
    return Inventory(
        capacity=run.capacity,
        energy=run.energy,
        inputs=inputs,
        agrees=np.abs(run.capacity / printed - 1) <= tolerance,
    )


@dataclass(frozen=True, kw_only=True)
class Narrowing:
    """One input: 5 and 95 % of all draws and of those that agree, SI."""

    name: str
    drawn: tuple[float, float]
    agreeing: tuple[float, float]
    width: float
    """Of the agreeing over all, in ranks: near 1 where the print says nothing of the input"""
    chance: float
    """Probability that so many draws taken at random lie as far from even ranks"""

    @property
    def decides(self) -> bool:
        """Whether the print says something of the input."""
        return self.chance <= BY_CHANCE


def narrowings(
    inputs: Mapping[str, Array], agrees: NDArray[np.bool_] | NDArray[np.intp]
) -> tuple[Narrowing, ...]:
    """What agreeing with the print leaves of every input, the surest first.

    ``agrees``: flags (n,) of the draws, or the numbers of those that agree, more than once where
    one weighs more. Ranges are those of each input by itself: agreeing draws lie in a part of their
    box. None where fewer than ``FEWEST`` draws agree.
    """
    if (agrees.sum() if agrees.dtype == bool else agrees.size) < FEWEST:
        return ()
    found = [_narrowing(name, values, agrees) for name, values in inputs.items()]
    return tuple(sorted(found, key=lambda each: each.chance))


def _narrowing(name: str, values: Array, agrees: NDArray[np.bool_] | NDArray[np.intp]) -> Narrowing:
    ranks = np.argsort(np.argsort(values)) / (len(values) - 1)
    low, high = np.quantile(ranks[agrees], _EDGES)
    from scipy.stats import kstest

    chance = kstest(ranks[agrees], "uniform").pvalue
    drawn, agreeing = (np.quantile(each, _EDGES) for each in (values, values[agrees]))
    return Narrowing(
        name=name,
        drawn=(float(drawn[0]), float(drawn[1])),
        agreeing=(float(agreeing[0]), float(agreeing[1])),
        width=float((high - low) / (_EDGES[1] - _EDGES[0])),
        chance=float(chance),
    )
