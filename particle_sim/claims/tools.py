"""The simulations behind the tests: half cells, full cells, and fields in a particle."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache

import numpy as np
import xarray as xr

from particle_sim.cell.design import CellDesign, load_cell_design, with_values
from particle_sim.cell.full_cell import full_cell
from particle_sim.cell.solve import solve_cell
from particle_sim.claims.question import COHERENT, OWN, FullCells, Tools
from particle_sim.errors import ConvergenceError, InputError
from particle_sim.materials.load import load_material
from particle_sim.materials.material import Material
from particle_sim.materials.property import Evidence
from particle_sim.plausible.inputs import Moves
from particle_sim.plausible.space import draw, space_of
from particle_sim.protocols.discharge import discharge
from particle_sim.studies.choices import Direction, PhysicsChoice, StressMeasure
from particle_sim.studies.coherent_body import coherent_point
from particle_sim.studies.drawn_half_cells import drawn_half_cells
from particle_sim.studies.particle_case import rest_fillings
from particle_sim.studies.size_map import (
    LAST_FRACTION,
    map_dataset,
    map_rates,
    map_task,
    run_map_task,
)
from particle_sim.transport import laws
from particle_sim.transport.laws import law_of


def simulations() -> Tools:
    """The real simulations; each is run once per set of arguments and process."""
    return Tools(
        load=cache(load_material),
        half_cells=drawn_half_cells,
        field_map=cache(field_map),
        full_cells=cache(full_cells),
    )


CUT_OFFS = {"lower_voltage": min, "upper_voltage": max}
"""What stands for both of a pair where neither is known."""
KNOWN = (Evidence.MEASURED, Evidence.DIGITISED)


def level(materials: tuple[Material, ...]) -> tuple[Material, ...]:
    """The materials of one claim on equal footing: the cut-offs of their tests.

    Those known of some alone stand for all; known of none, the widest. Where all are known each
    keeps its own.
    """
    common = {}
    for name, widest in CUT_OFFS.items():
        given = [each[name] for each in materials if name in each.properties]
        known = [prop for prop in given if prop.evidence in KNOWN]
        if len(known) < len(given):
            common[name] = widest(known or given, key=lambda prop: prop.magnitude)
    return tuple(each.replaced(**common) for each in materials) if len(materials) > 1 else materials


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
    """Full cells with hard carbon, discharged; one PyBaMM run a draw, so a few dozen at most.

    ``lower_voltage`` [V], ``None`` for the design's or the material's. Drawn is what moves sodium
    in the positive material and the design. A draw whose electrodes cannot hold the sodium is no
    cell and counts as delivering nothing.
    """
    material, design = load_material(material_name), load_cell_design(design_name)
    varied = space_of(material, design.properties, frozenset({Moves.SODIUM}))
    inputs = draw(varied, samples, seed)
    if lower_voltage is not None:
        design = with_values(design, lower_voltage=lower_voltage)
    found = [
        _full_cell(material, design, c_rate, {n: float(v[i]) for n, v in inputs.items()})
        for i in range(samples)
    ]
    return FullCells(
        capacity=np.array([capacity for capacity, _ in found]),
        energy=np.array([energy for _, energy in found]),
        inputs=inputs,
    )


def _full_cell(
    material: Material, design: CellDesign, c_rate: float, values: dict[str, float]
) -> tuple[float, float]:
    of_design = {name: values[name] for name in values if name not in material.properties}
    of_material = {name: values[name] for name in values if name not in of_design}
    drawn = material.replaced(
        **{name: material[name].with_magnitude(value) for name, value in of_material.items()}
    )
    changed = with_values(design, **of_design)
    try:
        cell = replace(full_cell(drawn, design=changed), radial_points=20)
    except InputError:
        return 0.0, 0.0
    try:
        run = solve_cell(cell, discharge(c_rate))
    except ConvergenceError:  # past the cut-off at once
        return 0.0, 0.0
    return float(run.capacity[-1]), float(run.energy[-1])


SIMULATIONS: Mapping[str, Callable[..., object]] = {
    "half_cells": drawn_half_cells,
    "field_map": field_map,
    "full_cells": full_cells,
}
"""What a test asks for by these names of its :class:`Tools`."""
