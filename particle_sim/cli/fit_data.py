"""The working half of ``particle-sim fit``: from a file and typed options to what it holds."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from particle_sim.cell.design import load_cell_design
from particle_sim.cli.told import plain, table_data
from particle_sim.errors import InputError
from particle_sim.inference.data import read_rates, read_titration, read_voltage
from particle_sim.inference.fit import Fit, FitSettings, Progress, fit_rates, fit_voltage
from particle_sim.inference.form import Form
from particle_sim.inference.titration import Titration, titrate
from particle_sim.inference.tree import fit_tree, titration_dataset
from particle_sim.materials.load import load_material
from particle_sim.readers.positive import Positive
from particle_sim.units import positive_quantity


def fitted_rates(
    data: Path,
    material: str,
    c_rate: float | None,
    hold_out: str | None,
    form: Form,
    cell: str | None,
    seed: int,
    particles: int,
    mass: str | None,
    positive: Positive | None,
    progress: Progress,
) -> Fit:
    """A fit to the rates of a file, or to its voltage at ``c_rate``; options as typed."""
    loaded = load_material(material)
    active = positive_quantity("--mass", mass, "kg")
    one_c = loaded.value("one_c_current")
    settings = FitSettings(particles=particles)
    design = None if cell is None else load_cell_design(cell)
    if c_rate is None:
        rates = read_rates(data, one_c_current=one_c, mass=active, positive=positive)
        return fit_rates(
            loaded,
            rates,
            design=design,
            hold_out=rates_of(hold_out),
            form=form,
            settings=settings,
            seed=seed,
            progress=progress,
        )
    curve = read_voltage(data, current=c_rate * one_c, mass=active, positive=positive)
    return fit_voltage(
        loaded, curve, design=design, settings=settings, seed=seed, progress=progress
    )


def titration_of(
    data: Path,
    material: str,
    radius: str | None,
    mass: str | None,
    positive: Positive | None = None,
    area: str | None = None,
) -> Titration:
    """The titration of a file, with the options as typed; ``area`` is of the particles per mass.

    A sphere of the radius 3/(rho A) has that area.
    """
    size = positive_quantity("--radius", radius, "m")
    active = positive_quantity("--mass", mass, "kg")
    surface, loaded = positive_quantity("--area", area, "m^2/kg"), load_material(material)
    if size is not None and surface is not None:
        raise InputError("--radius and --area both say how far sodium diffuses; give one of them.")
    if surface is not None:
        size = 3 / (loaded.value("density") * surface)
    return titrate(read_titration(data, mass=active, positive=positive), loaded, radius=size)


def rates_of(text: str | None) -> tuple[float, ...]:
    """``"5C,10C"`` -> (5.0, 10.0)."""
    if text is None:
        return ()
    try:
        rates = tuple(float(part.strip().rstrip("Cc")) for part in text.split(","))
    except ValueError:
        rates = (math.nan,)
    if not all(0 < rate < math.inf for rate in rates):
        raise InputError(f'--hold-out is "{text}"; give rates with commas, e.g. 5C,10C.')
    return rates


def fit_data(fit: Fit) -> dict[str, Any]:
    """What the report of a fit is read off, less the draws, which the file holds."""
    tree = fit_tree(fit)
    told = {"knowledge", "data", "held_out", "rival_held_out"}
    parts = {name: table_data(tree[name].to_dataset()) for name in told & set(tree.children)}
    return {**plain(tree.attrs), "tables": dict(sorted(parts.items()))}


def titration_data(titration: Titration) -> dict[str, Any]:
    """What the report of a titration is read off: a row for each pulse."""
    table = titration_dataset(titration).drop_dims("row")
    return {**plain(table.attrs), "tables": {"pulses": table_data(table.drop_attrs(deep=False))}}
