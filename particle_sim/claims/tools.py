"""The simulations behind the tests: half cells, full cells, and fields in a particle."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache, partial

import numpy as np
import xarray as xr

from particle_sim.cell.design import load_cell_design, with_values
from particle_sim.claims.question import COHERENT, OWN, FullCells, Learned, Prints, Tools
from particle_sim.inference.rate_evidence import members
from particle_sim.life.loads import GradientTable, Site, gradient_tables
from particle_sim.materials.load import load_material
from particle_sim.materials.material import Material
from particle_sim.plausible.inputs import Moves
from particle_sim.plausible.space import draw, space_of
from particle_sim.studies.choices import Direction, PhysicsChoice, StressMeasure
from particle_sim.studies.coherent_body import coherent_point
from particle_sim.studies.drawn_half_cells import drawn_half_cells
from particle_sim.studies.footing import made_equal, same_test
from particle_sim.studies.full_cell_batch import full_cell_batch
from particle_sim.studies.particle_case import rest_fillings
from particle_sim.studies.size_map import (
    LAST_FRACTION,
    map_dataset,
    map_rates,
    map_task,
    run_map_task,
)
from particle_sim.studies.swept_half_cells import swept_half_cells
from particle_sim.transport import laws
from particle_sim.transport.laws import law_of

AT_ONCE = 4000
"""Full cells in one batch; more would only fill the memory."""


def simulations(cell: str | None = None) -> Tools:
    """The real simulations; each is run once per set of arguments and process.

    ``cell``: the design of half cells, by name or file, in the place of the shipped one; full cells
    and what is learned from print stand on those that the tests name.
    """

    @cache
    def load(name: str) -> Material:
        return replace(load_material(name), half_cell=cell)

    return Tools(
        load=load,
        half_cells=drawn_half_cells,
        field_map=cache(field_map),
        full_cells=cache(full_cells),
        learned=cache(learned),
        cycle_loads=cache(partial(cycle_loads, load=load)),
    )


def level(materials: tuple[Material, ...]) -> tuple[Material, ...]:
    """The materials of one claim with the cut-offs of one test.

    What else is not printed of a pair is drawn once for both, or asked again with one range.
    """
    return made_equal(materials, same_test(materials))[0]


def field_map(name: str, c_rate: float, law: str, direction: Direction) -> xr.Dataset:
    """Stress and inhomogeneity of a free sphere to 90 % of its capacity, against D/R^2.

    ``law`` is ``OWN`` for the reaction the material's source describes, ``SOLID`` for one phase,
    or ``COHERENT`` for a single point at the central D/R^2, of phases side by side and coherent.
    """
    material = load_material(name)
    if law == COHERENT:
        start, stop = rest_fillings(material, direction)
        last = start + LAST_FRACTION * (stop - start)
        point = coherent_point(material, start, last, StressMeasure.VON_MISES)
        return map_dataset([point], laws.COHERENT)
    declared = law_of(PhysicsChoice.DECLARED.value, material)
    chosen = declared if law == OWN else laws.SOLID_SOLUTION
    points = [
        map_task(
            material,
            chosen,
            float(rate),
            c_rate=c_rate,
            direction=direction,
            stress=StressMeasure.VON_MISES,
        )
        for rate in map_rates(chosen)
    ]
    return map_dataset([run_map_task(point) for point in points], chosen)


def full_cells(
    material_name: str,
    design_name: str,
    c_rate: float,
    lower_voltage: float | None,
    samples: int,
    seed: int,
) -> FullCells:
    """Full cells with hard carbon, discharged, all draws in one batch.

    ``lower_voltage`` [V], ``None`` for the design's or the material's. Drawn is what moves sodium
    in the positive material and the design: the inventory, N/P, the carbon's radius. A draw whose
    electrodes cannot hold the sodium is no cell and counts as delivering nothing.
    """
    material, design = load_material(material_name), load_cell_design(design_name)
    varied = space_of(material, design.properties, frozenset({Moves.SODIUM}))
    inputs = draw(varied, samples, seed)
    if lower_voltage is not None:
        design = with_values(design, lower_voltage=lower_voltage)
    parts = []
    for start in range(0, samples, AT_ONCE):
        part = {name: values[start : start + AT_ONCE] for name, values in inputs.items()}
        parts.append(full_cell_batch(material, design, c_rate=c_rate, values=part))
    return FullCells(
        capacity=np.concatenate([part.capacity for part in parts]),
        energy=np.concatenate([part.energy for part in parts]),
        inputs=inputs,
    )


def learned(names: tuple[str, ...], up_to: float, prints: Prints) -> tuple[Learned, ...]:
    """What the printed rate tests of materials say together, with the cut-offs of one test."""
    materials = level(tuple(map(load_material, names)))
    return members(dict(zip(names, materials, strict=True)), up_to=up_to, prints=dict(prints))


def cycle_loads(
    names: tuple[str, ...], place: int, load: Callable[[str], Material] = load_material
) -> Mapping[Site, GradientTable]:
    """Stress intensity of a cycle at 1C of one of ``names``, with the cut-offs of one test."""
    return gradient_tables(level(tuple(map(load, names)))[place])


SIMULATIONS: Mapping[str, Callable[..., object]] = {
    "half_cells": drawn_half_cells,
    "field_map": field_map,
    "full_cells": full_cells,
    "learned": learned,
    "cycle_loads": cycle_loads,
    "sweeps": swept_half_cells,
}
"""What a test asks for by these names of its :class:`Tools`."""
