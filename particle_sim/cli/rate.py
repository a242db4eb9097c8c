"""``particle-sim rate``: capacity against C-rate, its losses, and what print says about them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from particle_sim.cli.options import (
    FootingOption,
    ForceOption,
    PhysicsOption,
    ShareAboveOption,
    SizesOption,
    SizeSpreadOption,
    complete_material,
    typed,
)
from particle_sim.cli.progress import progress_bar
from particle_sim.cli.verb import Aim, verb
from particle_sim.errors import InputError, closest
from particle_sim.studies.choices import Footing, PhysicsChoice

Model = TypeVar("Model")

RATES = "0.1,0.2,0.5,1,2,5,10,20,50"


@verb(
    Aim.SEE,
    4,
    "capacity against C-rate, and what limits it",
    "rate nvp he_v --rates 0.1,1,10",
    completes={"materials": complete_material},
)
def rate(
    materials: Annotated[
        list[str], typer.Argument(help="Material names, name@reading, or .toml files.")
    ],
    rates: Annotated[
        str, typer.Option(help="C-rates of each material's printed 1C, increasing, with commas.")
    ] = RATES,
    model: Annotated[
        str, typer.Option(help="Cell models with commas: SPM, SPMe, DFN, MPM.")
    ] = "SPM,SPMe",
    physics: PhysicsOption = PhysicsChoice.SOLID_SOLUTION,
    footing: FootingOption = Footing.EQUAL,
    size_spread: SizeSpreadOption = None,
    sizes: SizesOption = None,
    share_above: ShareAboveOption = None,
    full_cell: Annotated[
        bool, typer.Option("--full-cell", help="Also against hard carbon (sodium only).")
    ] = False,
    samples: Annotated[int, typer.Option(help="Draws from the plausible ranges.")] = 200,
    seed: Annotated[int, typer.Option(min=0, help="Of the draws.")] = 0,
    out: Annotated[Path | None, typer.Option(help="Result folder.")] = None,
    force: ForceOption = False,
) -> None:
    """Capacity against C-rate with its losses, its band, a size map, and the printed data."""
    asked = read_rates(rates)
    folder = out or Path("results") / ("rate_" + "_".join(Path(name).stem for name in materials))
    from particle_sim.cell.design import CellKind
    from particle_sim.cell.half_cell import CellModel
    from particle_sim.cli.rate_sizes import sizes_of
    from particle_sim.outputs import check_folder
    from particle_sim.report.rate_folder import SUMMARY_FILE, write_rate_folder
    from particle_sim.studies.rate_capability import RateStudy, rate_study

    study = RateStudy(
        materials=tuple(materials),
        rates=asked,
        physics=physics,
        footing=footing,
        models=named_models(model, {model.value: model for model in CellModel}),
        sizes=sizes_of(size_spread, sizes, share_above),
        cells=(CellKind.HALF, CellKind.FULL) if full_cell else (CellKind.HALF,),
        samples=samples,
        seed=seed,
    )
    check_folder(folder, force=force)
    with progress_bar() as report:
        tree = rate_study(study, progress=report.solving)
        report.writing("drawing")
        write_rate_folder(tree, folder, typed(), force=force)
    print((folder / SUMMARY_FILE).read_text(encoding="utf-8"))
    print(f"Pictures and data: {folder}")


def read_rates(text: str) -> tuple[float, ...]:
    """``"0.1,1"`` -> (0.1, 1.0), in the order given."""
    try:
        return tuple(float(part) for part in text.split(",")) if text.strip() else ()
    except ValueError:
        raise InputError(f'--rates is "{text}"; give numbers with commas, e.g. 0.1,1,10.') from None


def named_models(text: str, known: Mapping[str, Model]) -> tuple[Model, ...]:
    """``"SPM,DFN"`` -> the ``known`` models of these names, each once."""
    named = list(dict.fromkeys(part.strip() for part in text.split(",")))
    for name in named:
        if name not in known:
            raise InputError(
                f'--model names "{name}", which is no cell model; {closest(name, known)}'
            )
    return tuple(known[name] for name in named)
