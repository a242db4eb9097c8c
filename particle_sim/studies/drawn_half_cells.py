"""Half cells of drawn inputs: every draw that a half cell can feel, at one rate."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from particle_sim.cell.half_cell import half_cell
from particle_sim.materials.material import Material
from particle_sim.materials.property import Property
from particle_sim.plausible.draws import MaterialDraws, draw_material
from particle_sim.studies import half_cell_batch as batch
from particle_sim.studies.choices import Direction


def draw_half_cells(
    material: Material, count: int, seed: int, beliefs: Mapping[str, Property] | None = None
) -> MaterialDraws:
    """Draws of a material and of the half cell that it stands in.

    Raises :class:`InputError` where it names none and none is shipped for its carrier.
    """
    design = half_cell(material).design.properties
    return draw_material(material, count, seed, design=design, beliefs=beliefs)


def drawn_half_cells(
    draws: MaterialDraws, c_rate: float, direction: Direction, output: int = 0
) -> batch.HalfCellBatch:
    """One half cell a draw (n,), of the material's design, from rest at the opposite cut-off."""
    felt = (*batch.MATERIAL_NAMES, batch.FALL, *batch.DESIGN_NAMES)
    return batch.half_cell_batch(
        draws.material,
        c_rate=np.full_like(draws.values["diffusivity"], c_rate),
        values={name: values for name, values in draws.values.items() if name in felt},
        direction=direction,
        output=output,
    )
