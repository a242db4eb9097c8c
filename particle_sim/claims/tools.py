"""The simulations behind the tests: half cells, full cells, and fields in a particle."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache

import numpy as np
import xarray as xr

from particle_sim.cell.design import CellDesign, load_cell_design, with_values
from particle_sim.cell.full_cell import full_cell
from particle_sim.cell.half_cell import HALF_CELLS, half_cell
from particle_sim.cell.solve import solve_cell
from particle_sim.claims.question import COHERENT, OWN, FullCellCase, FullCells, Runs, Tools
from particle_sim.errors import ConvergenceError, InputError
from particle_sim.materials.load import load_material
from particle_sim.materials.material import Material
from particle_sim.plausible.draws import MaterialDraws
from particle_sim.plausible.inputs import Moves
from particle_sim.plausible.space import draw, space_of
from particle_sim.protocols.discharge import discharge
from particle_sim.studies import laws
from particle_sim.studies.choices import Direction, PhysicsChoice, StressMeasure
from particle_sim.studies.drawn_half_cells import drawn_half_cells
from particle_sim.studies.particle_case import ParticleCase, galvanostatic_flux
from particle_sim.studies.size_map import (
    LAST_FRACTION,
    MapPoint,
    MapTask,
    map_dataset,
    map_rates,
    run_map_task,
    with_diffusion_rate,
)


def simulations() -> Tools:
    """The real simulations; each is run once per set of arguments and process."""
    return Tools(
        load=cache(load_material),
        half_cells=run_half_cells,
        field_map=cache(field_map),
        full_cells=cache(full_cells),
    )


def design_of(material: Material) -> CellDesign:
    """The shipped half cell of a material's carrier."""
    if material.carrier not in HALF_CELLS:
        raise InputError(
            f"{material.name}: no half cell for {material.carrier} is shipped; choose another "
            "material or state the claim as not testable."
        )
    return load_cell_design(HALF_CELLS[material.carrier])


def run_half_cells(draws: MaterialDraws, c_rate: float, direction: Direction, output: int) -> Runs:
    """Single-particle half cells of all draws at one rate, from rest at the opposite cut-off."""
    design = design_of(draws.material)
    found = drawn_half_cells(draws, c_rate, direction, design=design, output=output)
    return Runs(
        capacity=found.capacity,
        peak_tension=found.peak_tension,
        voltage=found.voltage if output else None,
        mean_filling=found.mean_site_fraction if output else None,
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
        declared = laws.law_of(PhysicsChoice.DECLARED, material)
        chosen = declared if law == OWN else laws.SOLID_SOLUTION
        rates = [float(rate) for rate in map_rates(chosen)]
    return map_dataset([_point(material, c_rate, chosen, rate) for rate in rates], chosen)


def _point(material: Material, c_rate: float, law: laws.Law, rate: float) -> MapPoint:
    cell = half_cell(material)
    start, stop = (
        cell.rest_filling(material.value(name)) for name in ("lower_voltage", "upper_voltage")
    )
    last = start + LAST_FRACTION * (stop - start)
    case = ParticleCase(
        material=with_diffusion_rate(material, rate),
        law=law,
        flux=galvanostatic_flux(material, c_rate, Direction.CHARGE, start, last),
        fillings=(last,),
        tolerance=5e-3 if law.separates else 1e-3,
        history_points=2,
    )
    return run_map_task(MapTask(case=case, stress=StressMeasure.VON_MISES))


def full_cells(case: FullCellCase) -> FullCells:
    """Full cells with hard carbon, discharged; one PyBaMM run a draw, so a few dozen at most.

    Drawn: the positive material's transport, and the design's N/P, sodium and film. A draw whose
    electrodes cannot hold the sodium is no cell and counts as delivering nothing.
    """
    material, design = load_material(case.material), load_cell_design(case.design)
    varied = space_of(material, design.properties, frozenset({Moves.SODIUM}))
    inputs = draw(varied, case.samples, case.seed)
    if case.lower_voltage is not None:
        design = with_values(design, lower_voltage=case.lower_voltage)
    found = [
        _full_cell(material, design, case.c_rate, {n: float(v[i]) for n, v in inputs.items()})
        for i in range(case.samples)
    ]
    return FullCells(
        capacity=np.array([capacity for capacity, _ in found]),
        energy=np.array([energy for _, energy in found]),
        inputs=inputs,
    )


def _full_cell(
    material: Material, design: CellDesign, c_rate: float, values: dict[str, float]
) -> tuple[float, float]:
    of_material = {name: values[name] for name in values if name in material.properties}
    of_design = {name: values[name] for name in values if name not in of_material}
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
    "half_cells": run_half_cells,
    "field_map": field_map,
    "full_cells": full_cells,
}
"""What a test asks for by these names of its :class:`Tools`."""
