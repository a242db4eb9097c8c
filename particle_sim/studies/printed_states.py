"""What a printed picture may be of: the states its words can mean, and two materials in them.

The text around a picture may call a state desodiated, charged or discharged to a depth; each is a
direction and a fraction of the usable capacity. All inputs but D/R^2 and the C-rate keep to the
draws or the centre of the material files.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from particle_sim.cell.half_cell import Cell, half_cell
from particle_sim.constants import FARADAY
from particle_sim.materials.load import MaterialRecord
from particle_sim.materials.material import Material
from particle_sim.plausible.draws import MaterialDraws, diffusion_rate
from particle_sim.studies import half_cell_batch
from particle_sim.studies.choices import Direction
from particle_sim.studies.drawn_half_cells import draw_half_cells
from particle_sim.studies.footing import level, with_own_transport
from particle_sim.studies.pair import records_of
from particle_sim.studies.settings import Comparison
from particle_sim.studies.surface_room import surface_room
from particle_sim.units import Array


@dataclass(frozen=True, kw_only=True)
class State:
    """A direction and a fraction of the usable capacity passed."""

    name: str
    title: str
    direction: Direction
    fraction: float

    @property
    def desodiated(self) -> bool:
        """Whether most of the sodium is out of the cathode."""
        return (self.fraction > 0.5) is (self.direction is Direction.CHARGE)


STATES = (
    State(name="charge", title="90 % of a charge", direction=Direction.CHARGE, fraction=0.9),
    State(
        name="discharge",
        title="90 % depth of discharge",
        direction=Direction.DISCHARGE,
        fraction=0.9,
    ),
    State(
        name="early_discharge",
        title="10 % depth of discharge",
        direction=Direction.DISCHARGE,
        fraction=0.1,
    ),
)
"""What "90 %" beside a picture can mean, which one paper calls desodiated, state of charge and
depth of discharge at once; a cathode discharged by 10 % is desodiated by 90 %."""


@dataclass(frozen=True, kw_only=True)
class Subject:
    """A material of the picture, with its plausible inputs and those of its half cell."""

    record: MaterialRecord
    cell: Cell
    draws: MaterialDraws
    uneven: bool
    """Whether the picture shows it uneven, or even"""

    @property
    def title(self) -> str:
        return self.record.material.title

    def central(self, name: str) -> float:
        """The number of the material file."""
        return self.record.material.value(name)

    def spread_of(self, name: str) -> float:
        """Standard deviation of the logarithm of what is drawn; 0 where nothing is."""
        drawn = self.draws.values.get(name)
        return 0.0 if drawn is None or np.ptp(drawn) == 0 else float(np.log(drawn).std())

    @property
    def diffusion_rates(self) -> Array:
        """D/R^2 of the draws [1/s] (n,); one for all where neither is drawn."""
        return diffusion_rate(self.draws)

    def filling_rate(self, concentration: Array | float | None = None) -> Array:
        """Mean filling that 1C moves [1/s]: I rho/(F c_max)."""
        held = (
            self.record.material.maximum_concentration if concentration is None else concentration
        )
        current = self.central("one_c_current") * self.central("density")
        return np.asarray(current / (FARADAY * np.asarray(held)))

    def passed(self, state: State) -> float:
        """Mean filling given or taken until a state."""
        empty, full = (self.cell.rest_filling(limit) for limit in self.cell.voltage_limits[::-1])
        return state.fraction * (full - empty)

    def room(self, direction: Direction, c_rate: Array, values: Mapping[str, Array]) -> Array:
        """Surface filling to the cut-off (n,) with values in place of the central ones."""
        return surface_room(self.cell, c_rate=c_rate, values=values, direction=direction)

    def drawn_room(self, direction: Direction, c_rates: Array) -> Array:
        """The same of every draw at every rate (n, m)."""
        felt = (*half_cell_batch.MATERIAL_NAMES, *half_cell_batch.DESIGN_NAMES)
        values = {name: each for name, each in self.draws.values.items() if name in felt}
        count = len(self.diffusion_rates)
        return np.stack(
            [self.room(direction, np.full(count, c_rate), values) for c_rate in c_rates], axis=1
        )


def subjects(settings: Comparison) -> tuple[Subject, Subject]:
    """The baseline, shown uneven, and the candidate, shown even, with the comparison's draws.

    Both in one test, each with its own plausible transport.
    """
    filed = records_of(settings)
    (first, second), _ = level(filed, settings.footing)
    return (
        _subject(settings, filed[0], first, uneven=True),
        _subject(settings, filed[1], second, uneven=False),
    )


def _subject(
    settings: Comparison, filed: MaterialRecord, levelled: Material, *, uneven: bool
) -> Subject:
    material = with_own_transport(levelled, filed.material)
    draws = draw_half_cells(material, settings.samples, settings.seed)
    record = replace(filed, material=material)
    return Subject(record=record, cell=half_cell(material), draws=draws, uneven=uneven)


def is_printed(pair: tuple[Subject, Subject]) -> bool:
    """Whether the candidate's paper shows this picture of the pair, as its file quotes it."""
    baseline, candidate = pair
    file = candidate.record.file
    kinds = {claim.kind for claim in file.claims}
    named = baseline.record.material.name in file.material.baseline
    return named and {"heterogeneous", "uniform"} <= kinds
