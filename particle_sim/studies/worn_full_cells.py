"""Hundreds of full cells, each in states of wear of its own: what a discharge still gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields

import numpy as np

from particle_sim.cell.balance import carrier_of
from particle_sim.cell.design import CellDesign
from particle_sim.cell.wear import Wear
from particle_sim.checks import arguments_checked
from particle_sim.constants import FARADAY
from particle_sim.materials.material import Material
from particle_sim.studies.full_cell_batch import DESIGN_NAMES, full_cell_batch
from particle_sim.studies.half_cell_batch import MATERIAL_NAMES, rates_of
from particle_sim.studies.worn_half_cells import states_of, worn_values
from particle_sim.transport.laws import SOLID_SOLUTION, Law
from particle_sim.units import Array

_NAMES = tuple(field.name for field in fields(Wear))


@arguments_checked
def worn_full_cells(
    material: Material,
    design: CellDesign,
    *,
    wear: Mapping[str, Array],
    c_rates: Sequence[float],
    values: Mapping[str, Array] | None = None,
    law: Law = SOLID_SOLUTION,
) -> Array:
    """Discharge capacities [A h/kg of positive material as made] (n draws, m wears, k rates).

    ``wear``, ``c_rates`` and ``values`` as in
    :func:`~particle_sim.studies.worn_half_cells.worn_half_cells`, of
    :func:`~particle_sim.studies.full_cell_batch.full_cell_batch`: with hard carbon, from rest at
    the upper cut-off. 0 where the electrodes cannot hold the carrier that is left.

    >>> import numpy as np, particle_sim as ps
    >>> from particle_sim.cell.design import load_cell_design
    >>> material, design = ps.load_material("he_o3_li2024"), load_cell_design("sodium_full_cell")
    >>> wear = {"sodium_lost": np.array([[0.0, 10.0, 20.0]])}
    >>> worn_full_cells(material, design, wear=wear, c_rates=[0.1])[0, :, 0].round()
    array([95., 89., 81.])
    """
    given = {name: np.asarray(each, dtype=float) for name, each in (values or {}).items()}
    draws = max((len(np.atleast_1d(each)) for each in given.values()), default=0)
    states = states_of(material.name, wear, draws, _NAMES)
    count, states_each = states["active_share"].shape
    own = design.properties
    central = {name: material.value(name) for name in MATERIAL_NAMES}
    central |= {name: own[name].magnitude for name in DESIGN_NAMES if name in own}
    drawn = {
        name: np.repeat(np.broadcast_to(given.get(name, value), count), states_each)
        for name, value in central.items()
    }
    flat = {name: each.ravel() for name, each in states.items()}
    worn = worn_values(drawn, flat) | _carried(material, drawn, flat)
    found = [
        full_cell_batch(material, design, c_rate=float(rate), values=worn, law=law).capacity
        for rate in rates_of(material, np.asarray(c_rates))
    ]
    kept = np.stack(found, axis=-1) * flat["active_share"][:, None]
    return np.asarray(kept.reshape(count, states_each, len(found)))


def _carried(
    material: Material, drawn: Mapping[str, Array], wear: Mapping[str, Array]
) -> dict[str, Array]:
    """Current, balance and carrier, per window that is left."""
    share = wear["active_share"]
    window = drawn["maximum_concentration"] * FARADAY / (3600 * drawn["density"])
    brought = drawn["negative_initial_sodium"]
    made = carrier_of(material, brought, drawn.get("first_cycle_loss", 0.0))
    gone = (1 - share) * wear["lost_filling"] + wear["sodium_lost"] / window
    return {
        "one_c_current": drawn["one_c_current"] / share,
        "negative_to_positive_ratio": drawn["negative_to_positive_ratio"] / share,
        "negative_initial_sodium": brought - (made - (made - gone) / share),
    }
