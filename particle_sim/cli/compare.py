"""``particle-sim compare``: two materials, one report."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from particle_sim.cli.complete import complete_material
from particle_sim.cli.evidence_options import DataOption, EvidenceOption, asked_evidence
from particle_sim.cli.options import (
    CellOption,
    FootingOption,
    ForceOption,
    JsonOption,
    OutOption,
    PhysicsOption,
    QuietOption,
    SetOption,
    WorkersOption,
)
from particle_sim.cli.overrides import overrides
from particle_sim.cli.told import print_json
from particle_sim.cli.verb import Aim, verb
from particle_sim.errors import InputError
from particle_sim.studies.choices import (
    Direction,
    Footing,
    PhysicsChoice,
    ShapeChoice,
    StrainMeasure,
    StressMeasure,
)
from particle_sim.studies.settings import FRACTIONS, UNIFORM_BELOW, Comparison


@verb(
    Aim.SEE,
    1,
    "two materials, one report: sodium, stress and a verdict",
    "compare nvp he_v",
    completes={"baseline": complete_material, "candidate": complete_material},
)
def compare(
    baseline: Annotated[str, typer.Argument(help="Material name, name@reading, or a .toml file.")],
    candidate: Annotated[str, typer.Argument(help="The material to hold against it.")],
    c_rate: Annotated[float, typer.Option(help="Rate in units of each material's 1C.")] = 1.0,
    direction: Annotated[
        Direction, typer.Option(help="Charge removes sodium from the cathode.")
    ] = Direction.CHARGE,
    radius: Annotated[
        str | None, typer.Option(help='Particle radius of both, e.g. "0.5 um".')
    ] = None,
    at: Annotated[
        str, typer.Option(help="Fractions of the capacity to show, separated by commas.")
    ] = ",".join(map(str, FRACTIONS)),
    design: CellOption = None,
    override: SetOption = None,
    physics: PhysicsOption = PhysicsChoice.DECLARED,
    footing: FootingOption = Footing.EQUAL,
    evidence: EvidenceOption = None,
    data: DataOption = None,
    stress: Annotated[
        StressMeasure, typer.Option(help="Stress to show.")
    ] = StressMeasure.VON_MISES,
    strain: Annotated[
        StrainMeasure, typer.Option(help="Strain to show.")
    ] = StrainMeasure.VOLUMETRIC,
    shape: Annotated[
        ShapeChoice, typer.Option(help="Anything but sphere adds a 2-D or 3-D particle of each.")
    ] = ShapeChoice.SPHERE,
    grains: Annotated[int, typer.Option(help="Grains of a polycrystal.")] = 8,
    cells_per_radius: Annotated[
        float, typer.Option(help="How fine a body is meshed; cost grows with its fourth power.")
    ] = 2.0,
    uniform_below: Annotated[
        float, typer.Option(help="(max - min)/c_max that counts as uniform.")
    ] = UNIFORM_BELOW,
    as_printed: Annotated[
        bool,
        typer.Option("--as-printed", help="Add which inputs would give the picture in print."),
    ] = False,
    out: OutOption = None,
    force: ForceOption = False,
    as_json: JsonOption = False,
    workers: WorkersOption = None,
    quiet: QuietOption = False,
) -> None:
    """Sodium and stress of two materials under the same protocol, with an honest verdict."""
    from particle_sim.cli.comparison import comparison_data, run_comparison, tell_comparison

    choice, files = asked_evidence(evidence, data, (baseline, candidate))
    settings = Comparison(
        baseline=baseline,
        candidate=candidate,
        c_rate=c_rate,
        direction=direction,
        at=fractions(at),
        physics=physics,
        footing=footing,
        stress=stress,
        strain=strain,
        uniform_below=uniform_below,
        shape=shape,
        grains=grains,
        cells_per_radius=cells_per_radius,
        overrides=overrides(override, (baseline, candidate), radius),
        evidence=choice,
        data=files,
        cell=design,
    )
    folder = out or Path("results") / f"{Path(baseline).stem}_vs_{Path(candidate).stem}"
    result = run_comparison(
        settings,
        folder,
        force=force,
        workers=workers,
        shown=not (quiet or as_json),
        as_printed=as_printed,
    )
    if as_json:
        print_json(comparison_data(result, folder))
    else:
        tell_comparison(result, folder)


def fractions(text: str) -> tuple[float, ...]:
    """``"0.1,0.5"`` -> (0.1, 0.5), increasing."""
    try:
        return tuple(sorted({float(part) for part in text.split(",")}))
    except ValueError:
        raise InputError(f'--at is "{text}"; give numbers with commas, e.g. 0.1,0.5,0.9.') from None
