"""``particle-sim fit``: what measured rates, a discharge curve or a titration determine."""

from __future__ import annotations

import enum
import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from particle_sim.cli.options import ForceOption, typed
from particle_sim.errors import InputError

if TYPE_CHECKING:
    from particle_sim.inference.fit import Fit
    from particle_sim.inference.titration import Titration


class Kind(enum.Enum):
    """What the file holds."""

    RATE = "rate"
    VOLTAGE = "voltage"
    GITT = "gitt"


def fit(
    data: Annotated[
        Path,
        typer.Argument(
            help="CSV file with units in its header, e.g. c_rate [1/h], capacity [mAh/g]."
        ),
    ],
    material: Annotated[str, typer.Option(help="Material name, name@reading, or a .toml file.")],
    kind: Annotated[Kind, typer.Option(help="What the file holds.")] = Kind.RATE,
    hold_out: Annotated[
        str | None, typer.Option(help="Rates to predict instead of fit, e.g. 5C,10C.")
    ] = None,
    c_rate: Annotated[
        float | None, typer.Option(help="Rate of a voltage curve, in C (with --kind voltage).")
    ] = None,
    radius: Annotated[
        str | None, typer.Option(help='Particle radius for --kind gitt, e.g. "0.25 um".')
    ] = None,
    mass: Annotated[
        str | None,
        typer.Option(help='Active mass, where the file has mA and mAh of the cell, e.g. "2.1 mg".'),
    ] = None,
    cell: Annotated[str | None, typer.Option(help="Cell design, by name or .toml file.")] = None,
    seed: Annotated[int, typer.Option(help="Equal seeds give equal results.")] = 1,
    steps: Annotated[int, typer.Option(min=200, help="Sampling steps of each walker.")] = 2000,
    out: Annotated[Path | None, typer.Option(help="Result folder.")] = None,
    force: ForceOption = False,
) -> None:
    """Fit a half cell to measurements and say what they determine, and what they cannot."""
    from particle_sim.inference.folder import write_fit, write_titration
    from particle_sim.inference.words import fit_lines, titration_lines
    from particle_sim.outputs import check_folder

    folder = out or Path("results") / f"fit_{data.stem}"
    _refuse_misplaced(kind, hold_out, c_rate, radius)
    check_folder(folder, force=force)
    if kind is Kind.GITT:
        titration = _titration(data, material, radius, mass)
        paths = write_titration(titration, folder, typed(), force=force)
        lines = titration_lines(titration)
    else:
        fitted = _fitted(data, material, c_rate, hold_out, cell, seed, steps, mass)
        paths = write_fit(fitted, folder, typed(), force=force)
        lines = fit_lines(fitted)
    print("\n".join(lines))
    print(f"\nWritten: {', '.join(path.name for path in paths)} in {folder}")


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


def _fitted(
    data: Path,
    material: str,
    c_rate: float | None,
    hold_out: str | None,
    cell: str | None,
    seed: int,
    steps: int,
    mass: str | None,
) -> Fit:
    from particle_sim.cell.design import load_cell_design
    from particle_sim.inference.data import read_rates, read_voltage
    from particle_sim.inference.fit import FitSettings, fit_rates, fit_voltage
    from particle_sim.inference.sampling import SamplingSettings
    from particle_sim.materials.load import load_material

    loaded = load_material(material)
    active = _positive("--mass", mass, "kg")
    one_c = loaded.value("one_c_current")
    settings = FitSettings(sampling=SamplingSettings(steps=steps))
    design = None if cell is None else load_cell_design(cell)
    if c_rate is None:
        rates = read_rates(data, one_c_current=one_c, mass=active)
        return fit_rates(
            loaded, rates, design=design, hold_out=rates_of(hold_out), settings=settings, seed=seed
        )
    curve = read_voltage(data, current=c_rate * one_c, mass=active)
    return fit_voltage(loaded, curve, design=design, settings=settings, seed=seed)


def _titration(data: Path, material: str, radius: str | None, mass: str | None) -> Titration:
    from particle_sim.inference.data import read_titration
    from particle_sim.inference.titration import titrate
    from particle_sim.materials.load import load_material

    size, active = _positive("--radius", radius, "m"), _positive("--mass", mass, "kg")
    return titrate(read_titration(data, mass=active), load_material(material), radius=size)


def _positive(option: str, text: str | None, unit: str) -> float | None:
    """A positive quantity in SI; None where the option is not given."""
    from particle_sim.units import quantity

    if text is None:
        return None
    value = quantity(option, text, unit)
    if value <= 0:
        raise InputError(f'{option} is "{text}"; it must be positive.')
    return value


def _refuse_misplaced(
    kind: Kind, hold_out: str | None, c_rate: float | None, radius: str | None
) -> None:
    """An option that its kind of data does not use, or one that it needs."""
    if kind is Kind.VOLTAGE and (c_rate is None or not 0 < c_rate < math.inf):
        given = "missing" if c_rate is None else f"{c_rate:g}"
        raise InputError(f"--c-rate is {given}; --kind voltage needs a positive one, e.g. 0.5.")
    misplaced = {
        "--hold-out": (hold_out, Kind.RATE),
        "--c-rate": (c_rate, Kind.VOLTAGE),
        "--radius": (radius, Kind.GITT),
    }
    problems = [
        f"{option} is given, but --kind is {kind.value}; it belongs to --kind {home.value}."
        for option, (value, home) in misplaced.items()
        if value is not None and home is not kind
    ]
    if problems:
        raise InputError(*problems)
