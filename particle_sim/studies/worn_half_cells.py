"""Thousands of half cells, each in states of wear of its own: what a discharge still gives.

Per kilogram as made and at the same current, wear changes four numbers of a half cell
(:mod:`particle_sim.cell.wear`), so that a worn cell is one more cell of a batch.

These are steps in time, for any law and temperature. Of one phase
:func:`particle_sim.life.powder.worn_capacities` has the same capacities in closed form, by which a
life of tens of thousands of states stays within seconds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields

import numpy as np

from particle_sim.cell.design import CellDesign
from particle_sim.cell.half_cell import half_cell
from particle_sim.cell.wear import Wear
from particle_sim.checks import arguments_checked
from particle_sim.constants import REFERENCE_TEMPERATURE
from particle_sim.errors import InputError, closest, refuse
from particle_sim.materials.material import Material
from particle_sim.studies.half_cell_batch import FALL, drawn_of, half_cell_batch, rates_of
from particle_sim.transport.laws import SOLID_SOLUTION, Law
from particle_sim.units import Array

FELT = ("active_share", "area_factor", "path_factor", "film_resistance")
"""Fields of :class:`Wear` that a half cell feels, whose metal replaces lost sodium."""


@arguments_checked
def worn_half_cells(
    material: Material,
    design: CellDesign | None = None,
    *,
    wear: Mapping[str, Array],
    c_rates: Sequence[float],
    values: Mapping[str, Array] | None = None,
    law: Law = SOLID_SOLUTION,
    temperature: float = REFERENCE_TEMPERATURE,
) -> Array:
    """Discharge capacities [A h/kg of active material as made] (n draws, m wears, k rates).

    ``wear``: by name of a field of :class:`~particle_sim.cell.wear.Wear`, one value for each draw
    and state (n, m), or (1, m) for all draws. ``values`` (n,) and ``law`` as in
    :func:`~particle_sim.studies.half_cell_batch.half_cell_batch`, whose single-particle half cell
    this is: from rest at the upper cut-off, ``c_rates`` of the 1C of the cell as made. Some 1e4
    cells take a CPU second. Raises :class:`InputError` as that does, for shapes that do not go
    together, and for what is no state of wear of a half cell.

    >>> import numpy as np, particle_sim as ps
    >>> nvp = ps.load_material("nvp")
    >>> wear = {"active_share": np.array([[1.0, 0.9, 0.5]])}
    >>> kept = worn_half_cells(nvp, wear=wear, c_rates=[0.1, 20.0])
    >>> (kept / kept[:, :1]).round(2)
    array([[[1.  , 1.  ],
            [0.9 , 0.88],
            [0.5 , 0.47]]])
    """
    given = {name: np.asarray(each, dtype=float) for name, each in (values or {}).items()}
    draws = max((len(np.atleast_1d(each)) for each in given.values()), default=0)
    states = states_of(material.name, wear, draws, FELT)
    shape = (*states["active_share"].shape, len(rates_of(material, np.asarray(c_rates))))
    fall = given.pop(FALL, None)
    drawn = drawn_of(half_cell(material, design=design), given, shape[0])
    each = np.repeat(np.arange(shape[0]), shape[1] * shape[2])
    flat = {name: np.broadcast_to(states[name][..., None], shape).ravel() for name in FELT}
    values = worn_values({name: array[each] for name, array in drawn.items()}, flat)
    run = half_cell_batch(
        material,
        design,
        c_rate=np.broadcast_to(np.asarray(c_rates, dtype=float), shape).ravel()
        / flat["active_share"],
        values=values if fall is None else {**values, FALL: fall[each]},
        law=law,
        temperature=temperature,
    )
    return np.asarray((run.capacity * flat["active_share"]).reshape(shape))


def worn_values(drawn: Mapping[str, Array], wear: Mapping[str, Array]) -> dict[str, Array]:
    """Properties by name in the states ``wear``, as :func:`particle_sim.cell.wear.worn` has it."""
    return {
        **drawn,
        "diffusivity": drawn["diffusivity"] / wear["path_factor"] ** 2,
        "exchange_current_density": drawn["exchange_current_density"] * wear["area_factor"],
        "active_loading": drawn["active_loading"] * wear["active_share"],
        "film_resistance": drawn["film_resistance"] + wear["film_resistance"],
    }


def states_of(
    where: str, wear: Mapping[str, Array], draws: int, felt: Sequence[str]
) -> dict[str, Array]:
    """Every field that is ``felt`` as (n, m); those not given are off."""
    known = [field.name for field in fields(Wear)]
    refuse(
        f"{where}: {name} is no state of wear that this cell feels; "
        + (f"leave it out, {', '.join(felt)} are." if name in known else closest(name, felt))
        for name in wear
        if name not in felt
    )
    arrays = {name: np.atleast_2d(np.asarray(each, dtype=float)) for name, each in wear.items()}
    shapes = [(max(draws, 1), 1), *(array.shape for array in arrays.values())]
    try:
        shape = np.broadcast_shapes(*shapes)
    except ValueError:
        shown = ", ".join(f"{name} {array.shape}" for name, array in arrays.items())
        raise InputError(
            f"{where}: the states of wear have the shapes {shown} and there are {draws} draws; "
            "give one value for each draw and state (n, m), or (1, m) for all draws."
        ) from None
    for name, array in arrays.items():
        for value in (array.min(), array.max()) if array.size else ():
            Wear(**{name: float(value)})
    off = Wear()
    return {
        name: np.broadcast_to(arrays.get(name, np.array([[getattr(off, name)]])), shape)
        for name in felt
    }
