"""``particle-sim fit``: what measured rates, a discharge curve or a titration determine."""

from __future__ import annotations

import enum
import math
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from particle_sim.cli.complete import complete_material
from particle_sim.cli.options import (
    CellOption,
    ForceOption,
    JsonOption,
    MassOption,
    OutOption,
    PositiveOption,
    QuietOption,
    typed,
)
from particle_sim.cli.progress import reporting
from particle_sim.cli.told import print_json
from particle_sim.cli.verb import Aim, verb
from particle_sim.errors import InputError, refuse
from particle_sim.inference.form import Form
from particle_sim.studies.choices import LAST_SEED


class Kind(enum.Enum):
    """What the file holds."""

    RATE = "rate"
    VOLTAGE = "voltage"
    GITT = "gitt"


AreaOption = Annotated[
    str | None,
    typer.Option(help='Or the particles\' area for --kind gitt, e.g. "5 m^2/g": R = 3/(rho A).'),
]


@verb(
    Aim.BRING,
    5,
    "what my rates, discharge curve or GITT determine, and what not",
    "fit rates.csv --material nvp",
    completes={"material": complete_material},
)
def fit(
    data: Annotated[
        Path,
        typer.Argument(
            help="CSV with units in its header: c_rate [1/h], capacity [mAh/g]; or a cycler's file."
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
    radius: Annotated[str | None, typer.Option(help='R for --kind gitt, e.g. "0.25 um".')] = None,
    area: AreaOption = None,
    mass: MassOption = None,
    positive: PositiveOption = None,
    form: Annotated[
        Form, typer.Option(help="What rates take the particles to be.")
    ] = Form.ONE_SIZE,
    cell: CellOption = None,
    seed: Annotated[
        int, typer.Option(min=0, max=LAST_SEED, help="Equal seeds give equal results.")
    ] = 1,
    particles: Annotated[int, typer.Option(min=200, help="Draws of the sampler.")] = 1000,
    out: OutOption = None,
    force: ForceOption = False,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Fit a half cell to measurements and say what they determine, and what they cannot."""
    from particle_sim.cli.fit_data import fit_data, fitted_rates, titration_data, titration_of
    from particle_sim.inference.folder import write_fit, write_titration
    from particle_sim.inference.headlines import fit_headline, titration_headline
    from particle_sim.inference.titration_words import titration_lines
    from particle_sim.inference.words import fit_lines
    from particle_sim.outputs import check_folder
    from particle_sim.report.fit_page import fit_page

    _refuse_misplaced(kind, hold_out, c_rate, radius, area, form)
    folder = out or Path("results") / f"fit_{data.stem}"
    check_folder(folder, force=force)
    if kind is Kind.GITT:
        titration = titration_of(data, material, radius, mass, positive, area)
        page = fit_page(
            f"Titration of {titration.material.title}",
            typed(),
            headline=titration_headline(titration),
        )
        paths = write_titration(titration, folder, typed(), force=force, page=page)
        lines, data_of = titration_lines(titration), partial(titration_data, titration)
    else:
        with reporting(enabled=not (quiet or as_json)) as bar:
            found = fitted_rates(
                data,
                material,
                c_rate,
                hold_out,
                form,
                cell,
                seed,
                particles,
                mass,
                positive,
                bar.solving,
            )
            bar.writing("drawing")
            title = f"Fit of {found.problem.cell.material.title}"
            page = fit_page(title, typed(), headline=fit_headline(found))
            paths = write_fit(found, folder, typed(), force=force, page=page)
        lines, data_of = fit_lines(found), partial(fit_data, found)
    if as_json:
        print_json({"says": lines, **data_of(), "folder": folder})
        return
    print("\n".join(lines))
    print(f"\nWritten: {', '.join(path.name for path in paths)} in {folder}")


def _refuse_misplaced(
    kind: Kind,
    hold_out: str | None,
    c_rate: float | None,
    radius: str | None,
    area: str | None,
    form: Form,
) -> None:
    """An option that its kind of data does not use, or one that it needs."""
    if kind is Kind.VOLTAGE and (c_rate is None or not 0 < c_rate < math.inf):
        given = "missing" if c_rate is None else f"{c_rate:g}"
        raise InputError(f"--c-rate is {given}; --kind voltage needs a positive one, e.g. 0.5.")
    misplaced = {
        "--hold-out": (hold_out, Kind.RATE),
        "--form": (None if form is Form.ONE_SIZE else form, Kind.RATE),
        "--c-rate": (c_rate, Kind.VOLTAGE),
        "--radius": (radius, Kind.GITT),
        "--area": (area, Kind.GITT),
    }
    problems = [
        f"{option} is given, but --kind is {kind.value}; it belongs to --kind {home.value}."
        for option, (value, home) in misplaced.items()
        if value is not None and home is not kind
    ]
    refuse(problems)
