"""Half cells of drawn inputs: every draw that a half cell can feel, at one rate."""

from __future__ import annotations

import numpy as np

from particle_sim.cell.design import CellDesign
from particle_sim.plausible.draws import MaterialDraws
from particle_sim.studies.choices import Direction
from particle_sim.studies.half_cell_batch import (
    DESIGN_NAMES,
    MATERIAL_NAMES,
    HalfCellBatch,
    half_cell_batch,
)


def drawn_half_cells(
    draws: MaterialDraws,
    c_rate: float,
    direction: Direction,
    *,
    design: CellDesign | None = None,
    output: int = 0,
) -> HalfCellBatch:
    """One half cell a draw (n,), from rest at the opposite cut-off; ``design`` as there."""
    count = len(draws.values["diffusivity"])
    felt = (*MATERIAL_NAMES, *DESIGN_NAMES)
    return half_cell_batch(
        draws.material,
        design,
        c_rate=np.full(count, c_rate),
        values={name: values for name, values in draws.values.items() if name in felt},
        direction=direction,
        output=output,
    )
