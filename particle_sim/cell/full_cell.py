"""A full cell: one positive material against a negative electrode such as hard carbon."""

from __future__ import annotations

from particle_sim.cell.balance import rest_state
from particle_sim.cell.design import CellDesign, CellKind, load_cell_design
from particle_sim.cell.half_cell import Cell, CellModel, check_design
from particle_sim.cell.negative import NegativeElectrode, load_negative
from particle_sim.checks import arguments_checked
from particle_sim.errors import InputError
from particle_sim.materials.material import Material
from particle_sim.transport.laws import SOLID_SOLUTION, Law

HARD_CARBON = "hard_carbon"
FULL_CELL = "sodium_full_cell"
"""The shipped design: hard carbon as made. ``sodium_full_cell_presodiated`` is the other."""


@arguments_checked
def full_cell(
    positive: Material,
    *,
    design: CellDesign | None = None,
    model: CellModel = CellModel.SPM,
    negative: str = HARD_CARBON,
    radial_points: int = 40,
    law: Law = SOLID_SOLUTION,
) -> Cell:
    """A full cell of ``positive`` against ``negative``, by default in the shipped ``design``.

    ``model``, ``radial_points`` and ``law`` as in :func:`~particle_sim.cell.half_cell.half_cell`.
    The negative electrode's thickness follows from the design's N/P ratio, the carrier in the
    cell from the material as made and the design's ``negative_initial_sodium``.

    >>> import particle_sim as ps
    >>> full_cell(ps.load_material("nvp")).negative.name
    'hard_carbon'

    Raises :class:`InputError` for another carrier, or when the electrodes cannot hold the carrier.
    """
    electrode = negative_of(positive, negative)
    chosen = design or load_cell_design(FULL_CELL)
    check_design(positive, chosen, CellKind.FULL)
    cell = Cell(
        material=positive,
        design=chosen,
        model=model,
        radial_points=radial_points,
        law=law,
        negative=electrode,
    )
    rest_state(cell, cell.voltage_limits[0])
    return cell


def negative_of(positive: Material, name: str = HARD_CARBON) -> NegativeElectrode:
    """The negative electrode of that name; :class:`InputError` if it is of another carrier."""
    electrode = load_negative(name)
    if positive.carrier != electrode.carrier:
        raise InputError(
            f"{positive.name}: it takes up {positive.carrier} but {electrode.name} is known for "
            f"{electrode.carrier} only; use half_cell for it, or leave --full out."
        )
    return electrode
