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
from particle_sim.plausible.inputs import Moves
from particle_sim.plausible.space import draw, space_of
from particle_sim.protocols.discharge import discharge
from particle_sim.studies.choices import Direction, PhysicsChoice, StressMeasure
from particle_sim.studies.drawn_half_cells import drawn_half_cells
from particle_sim.studies.size_map import map_dataset, map_rates, map_task, run_map_task
from particle_sim.studies.swept_half_cells import swept_half_cells
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


def field_map(name: str, c_rate: float, law: str) -> xr.Dataset:
    """Stress and inhomogeneity of a free sphere on charge to 90 %, against D/R^2.

    ``law`` is ``OWN`` for the reaction the material's source describes, ``SOLID`` for one phase,
    or ``COHERENT`` for a single point at the central D/R^2 with coherency in the potential.
    """
    material = load_material(name)
    if law == COHERENT:
        chosen = laws.COHERENT
        rates = [material.value("diffusivity") / material.value("particle_radius") ** 2]
    else:
        declared = law_of(PhysicsChoice.DECLARED.value, material)
        chosen = declared if law == OWN else laws.SOLID_SOLUTION
        rates = [float(rate) for rate in map_rates(chosen)]
    points = [
        map_task(
            material,
            chosen,
            rate,
            c_rate=c_rate,
            direction=Direction.CHARGE,
            stress=StressMeasure.VON_MISES,
        )
        for rate in rates
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
    "sweeps": swept_half_cells,
}
"""What a test asks for by these names of its :class:`Tools`."""
