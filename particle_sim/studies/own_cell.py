"""A cell design of the user's own in the place of a shipped one: where it stands, and where not."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from particle_sim.cell.design import CellDesign, CellKind, load_cell_design
from particle_sim.cell.half_cell import half_cell
from particle_sim.errors import InputError
from particle_sim.materials.load import MaterialRecord


def own_cell(
    name: str | None, asked: Collection[CellKind], *, has_full: bool = True
) -> Mapping[CellKind, CellDesign]:
    """The design of that name by its kind, or nothing without a name.

    Raises :class:`InputError` for a kind that is not ``asked`` for; ``has_full`` says whether
    full cells could have been.
    """
    if name is None:
        return {}
    design = load_cell_design(name)
    if design.kind not in asked:
        raise InputError(
            f"{name} is a {design.kind.value} cell, and only "
            f"{' and '.join(kind.value for kind in asked)} cells are asked for; "
            + (
                "add --full."
                if has_full and CellKind.FULL not in asked
                else f"name a {next(iter(asked)).value} cell, or none."
            )
        )
    return {design.kind: design}


def own_half_cell(name: str | None, asked: Collection[CellKind]) -> str | None:
    """The name, if it is a half cell's."""
    return name if CellKind.HALF in own_cell(name, asked) else None


def in_half_cell(record: MaterialRecord, name: str | None) -> MaterialRecord:
    """The material as it stands in the half cell of that name, or in the shipped one.

    Whatever has no design of its own to go by then takes this one: runs, draws and claims. Raises
    :class:`InputError` for a full cell, and for one of another carrier.
    """
    material = replace(record.material, half_cell=name)
    if name is not None:
        half_cell(material)
    return replace(record, material=material)


def in_one_half_cell(
    records: Sequence[MaterialRecord], name: str | None
) -> tuple[MaterialRecord, ...]:
    """All materials as they stand in one half cell, as :func:`in_half_cell` for each.

    Raises :class:`InputError` for materials of several carriers too: no half cell serves them.
    """
    carriers = {record.material.carrier: record.material.name for record in records}
    if name is not None and len(carriers) > 1:
        held = " and ".join(f"{material} takes up {metal}" for metal, material in carriers.items())
        raise InputError(
            f"{name} is one half cell, which serves one carrier, but {held}; name no cell, or take "
            "materials of one carrier."
        )
    return tuple(in_half_cell(record, name) for record in records)


def cells_told(name: str | None, asked: Collection[CellKind]) -> list[str]:
    """The sentence on which cells are the user's, and which are not; none without a name."""
    said = []
    for kind, design in own_cell(name, asked).items():
        rest = {
            CellKind.HALF: "; full cells are the shipped ones" if CellKind.FULL in asked else "",
            CellKind.FULL: "; everything else stands on the shipped half cell",
        }
        said.append(
            f"{kind.value.capitalize()} cells are those of {Path(str(name)).name} "
            f"({design.title}){rest[kind]}."
        )
    return said
