"""Whether a mesh can show cracks of a length scale, and what that length means in a body."""

from __future__ import annotations

import enum

import numpy as np

from particle_sim.damage.field.body import CrackBody
from particle_sim.damage.field.point import strength_in_words
from particle_sim.errors import InputError
from particle_sim.units import Array

RESOLUTION = 4.0
"""l / h wherever there is a crack"""

LARGEST, LARGE, NOTCHED = 5.0, 10.0, 20.0
"""R / l below which a body is refused; below which strength decides; that a notch asks for."""

NOTCH = 4.0
"""Length of a notch over l"""


class LengthScale(enum.Enum):
    """What l is. Nothing in a run can tell, so that the user must.

    >>> LengthScale.MATERIAL.value
    'a property of the solid that sets where cracks start'
    """

    MATERIAL = "a property of the solid that sets where cracks start"
    NUMERICAL = "a width small enough that a notch grows by its toughness"


def length_warnings(body: CrackBody, meaning: LengthScale, flaw: Array) -> tuple[str, ...]:
    """Refuse a length scale too large for the body; say what a large one means."""
    length, size = body.solid.length_scale, body.mesh.extent
    if length > size / LARGEST:
        raise InputError(
            f"The length scale is {length:.3g} m and the body reaches {size:.3g} m from its "
            f"middle; it must be at most a fifth of that, {size / LARGEST:.3g} m."
        )
    if meaning is LengthScale.MATERIAL:
        if length < size / LARGE:
            return ()
        return (
            f"The length scale is 1/{size / length:.2g} of the body: strength, not toughness, "
            f"decides. {strength_in_words(body.solid)}",
        )
    warnings = []
    if length > size / NOTCHED:
        warnings.append(
            f"The length scale is 1/{size / length:.2g} of the body; a numerical one should be at "
            f"most 1/{NOTCHED:g}."
        )
    across = body.crack_size(flaw) ** (1 / (body.mesh.symmetry.power - 1))
    if length > across / NOTCH:
        warnings.append(
            f"The notch is {across:.3g} m long, less than {NOTCH:g} length scales: strength "
            "decides whether it grows."
        )
    return tuple(warnings)


def check_resolution(body: CrackBody) -> None:
    """Refuse a mesh without a cell fine enough."""
    finest = float(body.cell_size.min())
    if body.solid.length_scale < RESOLUTION * finest * (1 - 1e-9):
        raise InputError(
            f"The finest cells are {finest:.3g} m and the length scale is "
            f"{body.solid.length_scale:.3g} m; {_advice(body)}"
        )


def check_cracked(body: CrackBody, damage: Array) -> None:
    """Refuse damage in cells too coarse for it."""
    coarse = np.flatnonzero(body.too_coarse(damage, RESOLUTION))
    if len(coarse):
        where = body.mesh.points[body.mesh.vertices[coarse[0]]].mean(axis=0)
        raise InputError(
            f"Damage has reached cells of {body.cell_size[coarse[0]]:.3g} m near "
            f"({', '.join(f'{x:.3g}' for x in where)}) m; the length scale is "
            f"{body.solid.length_scale:.3g} m: {_advice(body)}"
        )


def _advice(body: CrackBody) -> str:
    size = body.solid.length_scale / RESOLUTION
    x = body.mesh.points[body.mesh.vertices]
    bricks = float(np.abs(np.linalg.det(x[:, 1:] - x[:, :1])).sum()) / size**body.mesh.dimension
    return (
        f"use cells of at most {size:.3g} m wherever a crack may go; everywhere they would be "
        f"{bricks:,.0f}."
    )
