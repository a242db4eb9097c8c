"""``particle-sim life``: how many particles crack over cycles, and what is left of the capacity."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from particle_sim.cli.complete import complete_material
from particle_sim.cli.evidence_options import asked_evidence
from particle_sim.cli.options import (
    CellOption,
    ForceOption,
    FullOption,
    JsonOption,
    MassOption,
    OutOption,
    PositiveOption,
    QuietOption,
    SetOption,
    typed,
)
from particle_sim.cli.overrides import overrides
from particle_sim.cli.progress import reporting
from particle_sim.cli.verb import Aim, verb
from particle_sim.errors import InputError
from particle_sim.studies.choices import EvidenceChoice, GrowthChoice


@verb(
    Aim.SEE,
    9,
    "cracks and capacity over cycles, calibrated or predicted",
    "life nvp he_v --cycles 10000",
    completes={"materials": complete_material},
)
def life(
    materials: Annotated[
        list[str],
        typer.Argument(help="One material, or a baseline and one more: name, name@reading, .toml."),
    ],
    cycles: Annotated[int, typer.Option(help="Charges and discharges.")] = 1000,
    c_rate: Annotated[float, typer.Option(help="Rate in units of each material's 1C.")] = 1.0,
    window: Annotated[
        str | None, typer.Option(help='Cut-offs of all, e.g. "2-4 V", without the tests in print.')
    ] = None,
    law: Annotated[
        GrowthChoice,
        typer.Option(help="Growth per cycle (fatigue), per second (slow), or each by itself."),
    ] = GrowthChoice.BOTH,
    full: FullOption = False,
    design: CellOption = None,
    override: SetOption = None,
    constants: Annotated[
        str,
        typer.Option(help="Constants of crack growth: your own .toml like the shipped ceramic."),
    ] = "ceramic",
    evidence: Annotated[
        EvidenceChoice,
        typer.Option(
            help="Rate tests that narrow D/R², of both or of neither: shipped, mine (with --rates)."
        ),
    ] = EvidenceChoice.NONE,
    rates: Annotated[
        list[str] | None,
        typer.Option(help="Your own rate test: NAME=rates.csv, c_rate [1/h], capacity [mAh/g]."),
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option(
            help="Your own retention of the one material, CSV: cycle, capacity [mAh/g] or "
            "retention [%]; or a cycler's file."
        ),
    ] = None,
    mass: MassOption = None,
    positive: PositiveOption = None,
    samples: Annotated[int, typer.Option(help="Draws from the plausible ranges.")] = 500,
    seed: Annotated[int, typer.Option(min=0, help="Of the draws.")] = 1,
    out: OutOption = None,
    force: ForceOption = False,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Share of particles that cycling cracks and capacity kept, with what is printed beside it.

    A boundary between phases is taken at both ends of what it may do: it is relieved of its misfit,
    or holds it up to yielding. Constants of growth are frozen on one printed retention; every other
    one is held against them, beside three rules without physics. Constants of your own calibrate
    nothing: they are drawn as you give them. With --cell: all of it in your own cell but the
    retentions in print, which were of others.
    """
    from particle_sim.cell.design import CellKind
    from particle_sim.life.asked import LifeStudy, read_window
    from particle_sim.life.study import life_study
    from particle_sim.outputs import check_folder
    from particle_sim.readers.retention import read_retention
    from particle_sim.report.life_folder import (
        PAGE_FILE,
        REPORT_FILE,
        summary_text,
        write_life_folder,
    )
    from particle_sim.units import positive_quantity

    active = positive_quantity("--mass", mass, "kg")
    if data is None and (active, positive) != (None, None):
        raise InputError("--mass and --positive are of a file; give it with --data.")
    given = None if evidence is EvidenceChoice.NONE and rates else evidence
    chosen, files = asked_evidence(given, rates, materials, option="--rates")
    study = LifeStudy(
        materials=tuple(materials),
        cycles=cycles,
        c_rate=c_rate,
        window=None if window is None else read_window(window),
        law=law,
        samples=samples,
        seed=seed,
        cell=CellKind.FULL if full else CellKind.HALF,
        constants=constants,
        evidence=chosen,
        rates=tuple(files.items()),
        replaced=overrides(override, materials),
        design=design,
        data=None if data is None else read_retention(data, mass=active, positive=positive),
    )
    folder = out or Path("results") / ("life_" + "_".join(Path(name).stem for name in materials))
    check_folder(folder, force=force)
    with reporting(enabled=not (quiet or as_json)) as report:
        tree = life_study(study, progress=report.solving)
        report.writing("drawing")
        write_life_folder(tree, folder, typed(), force=force)
    if as_json:
        print(summary_text(tree))
        return
    print((folder / REPORT_FILE).read_text(encoding="utf-8"))
    print(f"Report: {folder / PAGE_FILE}")
