"""``particle-sim rate``: capacity against C-rate, its losses, and what print says about them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from particle_sim.cli.options import (
    CellOption,
    FootingOption,
    ForceOption,
    FullOption,
    JsonOption,
    MassOption,
    MaterialsArgument,
    OutOption,
    PhysicsOption,
    QuietOption,
    SetOption,
    ShareAboveOption,
    SizesOption,
    SizeSpreadOption,
    typed,
)
from particle_sim.cli.overrides import overrides
from particle_sim.cli.progress import reporting
from particle_sim.cli.verb import Aim, verb
from particle_sim.errors import InputError, closest
from particle_sim.studies.choices import LAST_SEED, EvidenceChoice, Footing, PhysicsChoice

Model = TypeVar("Model")

RATES = "0.1,0.2,0.5,1,2,5,10,20,50"
MODELS = "SPM,SPMe"
SAMPLES = 200


@verb(
    Aim.SEE,
    4,
    "capacity against C-rate, and what limits it",
    "rate nvp he_v --rates 0.1,1,10",
)
def rate(
    materials: MaterialsArgument,
    rates: Annotated[
        str, typer.Option(help="C-rates of each material's printed 1C, increasing, with commas.")
    ] = RATES,
    model: Annotated[
        str, typer.Option(help="Cell models with commas: SPM, SPMe, DFN, MPM.")
    ] = MODELS,
    physics: PhysicsOption = PhysicsChoice.SOLID_SOLUTION,
    footing: FootingOption = Footing.EQUAL,
    size_spread: SizeSpreadOption = None,
    sizes: SizesOption = None,
    share_above: ShareAboveOption = None,
    full: FullOption = False,
    design: CellOption = None,
    override: SetOption = None,
    samples: Annotated[int, typer.Option(help="Draws from the plausible ranges.")] = SAMPLES,
    seed: Annotated[int, typer.Option(min=0, max=LAST_SEED, help="Of the draws.")] = 0,
    evidence: Annotated[
        EvidenceChoice,
        typer.Option(
            help="shipped: beside the band, what rates in print leave of it (solid solution)."
        ),
    ] = EvidenceChoice.SHIPPED,
    data: Annotated[
        Path | None,
        typer.Option(help="Your own rates to learn from, CSV: c_rate [1/h], capacity [mAh/g]."),
    ] = None,
    predict: Annotated[
        str | None, typer.Option(help="With --data: rates to predict, e.g. 3C,5C,10C.")
    ] = None,
    mass: MassOption = None,
    out: OutOption = None,
    force: ForceOption = False,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> None:
    """Capacity against C-rate with its losses, its band, a size map, and the printed data.

    With --full: the curves of a full cell beside those of the half cell. With --cell: all of it in
    your own cell, without what rates in print leave of the band, which were of another one.

    With --data and --predict: learned from your own rates, what is to be expected at others.
    """
    _refuse_half(data, predict, mass, evidence=evidence)
    if data is not None and predict is not None:
        _refuse_misplaced(
            rates=rates != RATES,
            model=model != MODELS,
            physics=physics is not PhysicsChoice.SOLID_SOLUTION,
            footing=footing is not Footing.EQUAL,
            size_spread=size_spread is not None,
            sizes=sizes is not None,
            share_above=share_above is not None,
            full=full,
            cell=design is not None,
            set=bool(override),
            samples=samples != SAMPLES,
            evidence=evidence not in (EvidenceChoice.SHIPPED, EvidenceChoice.MINE),
        )
        asked = read_rates(predict, "--predict", "3C,5C,10C")
        from particle_sim.cli.rate_predict import predict_rates

        predict_rates(
            materials,
            data,
            asked,
            mass=mass,
            seed=seed,
            out=out,
            force=force,
            as_json=as_json,
            quiet=quiet,
        )
        return
    asked = read_rates(rates)
    folder = out or Path("results") / ("rate_" + "_".join(Path(name).stem for name in materials))
    from particle_sim.cell.design import CellKind
    from particle_sim.cell.half_cell import CellModel
    from particle_sim.claims.own import answers_data, claims_beside, fixed_cells, own_entries
    from particle_sim.claims.tools import simulations
    from particle_sim.cli.rate_sizes import sizes_of
    from particle_sim.materials.load import load_record
    from particle_sim.outputs import check_folder
    from particle_sim.report.rate_folder import PAGE_FILE, SUMMARY_FILE, write_rate_folder
    from particle_sim.studies.own_cell import own_half_cell
    from particle_sim.studies.rate_capability import RateStudy, rate_study

    study = RateStudy(
        materials=tuple(materials),
        rates=asked,
        physics=physics,
        footing=footing,
        models=named_models(model, {model.value: model for model in CellModel}),
        sizes=sizes_of(size_spread, sizes, share_above),
        cells=(CellKind.HALF, CellKind.FULL) if full else (CellKind.HALF,),
        samples=samples,
        seed=seed,
        overrides=overrides(override, materials),
        design=design,
    )
    learned = None if design is not None else _learned(evidence, physics)
    check_folder(folder, force=force)
    claims = claims_beside([load_record(name) for name in materials])
    with reporting(enabled=not (quiet or as_json)) as report:
        tree = rate_study(study, progress=report.solving, learned=learned)
        half = own_half_cell(design, study.cells)
        own = own_entries(claims, partial(simulations, half)) if claims else []
        report.writing("drawing")
        tree.attrs["cautions"] = [*tree.attrs["cautions"], *fixed_cells(claims, design)]
        write_rate_folder(tree, folder, typed(), force=force, own=own)
    if as_json:
        from particle_sim.cli.rate_data import rate_data
        from particle_sim.cli.told import print_json

        told = {"own_claims": answers_data(own)} if own else {}
        print_json({**rate_data(tree), **told, "folder": folder})
        return
    print((folder / SUMMARY_FILE).read_text(encoding="utf-8"))
    print(f"Report: {folder / PAGE_FILE}")


def _learned(evidence: EvidenceChoice, physics: PhysicsChoice) -> Callable[..., Any] | None:
    if evidence is EvidenceChoice.NONE or physics is not PhysicsChoice.SOLID_SOLUTION:
        return None
    from particle_sim.inference.learned_band import learned_band

    return learned_band


def _refuse_half(
    data: Path | None,
    predict: str | None,
    mass: str | None,
    *,
    evidence: EvidenceChoice,
) -> None:
    """What belongs to --data and --predict without one of them."""
    if data is not None and predict is None:
        raise InputError("--data needs --predict; say which rates to predict, e.g. 3C,5C,10C.")
    needing = {
        "--predict": predict,
        "--mass": mass,
        "--evidence mine": evidence if evidence is EvidenceChoice.MINE else None,
    }
    for option, given in needing.items():
        if data is None and given is not None:
            raise InputError(
                f"{option} needs --data; give a file of measured rates, or leave it out."
            )


def _refuse_misplaced(**given: bool) -> None:
    """What a prediction from measured rates does not use."""
    for name in (name for name, is_given in given.items() if is_given):
        raise InputError(
            f"--{name.replace('_', '-')} is given, but rates learned from --data do not use it; "
            "leave it out."
        )


def read_rates(text: str, option: str = "--rates", example: str = "0.1,1,10") -> tuple[float, ...]:
    """``"0.1,1C"`` -> (0.1, 1.0), in the order given."""
    try:
        parts = text.split(",") if text.strip() else []
        return tuple(float(part.strip().removesuffix("C")) for part in parts)
    except ValueError:
        raise InputError(
            f'{option} is "{text}"; give numbers with commas, e.g. {example}.'
        ) from None


def named_models(text: str, known: Mapping[str, Model]) -> tuple[Model, ...]:
    """``"SPM,DFN"`` -> the ``known`` models of these names, each once."""
    named = list(dict.fromkeys(part.strip() for part in text.split(",")))
    for name in named:
        if name not in known:
            raise InputError(
                f'--model names "{name}", which is no cell model; {closest(name, known)}'
            )
    return tuple(known[name] for name in named)
