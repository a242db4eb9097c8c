"""``particle-sim compare``: two materials, one report."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from particle_sim.cli.evidence_options import DataOption, EvidenceOption, asked_evidence
from particle_sim.cli.options import (
    FootingOption,
    ForceOption,
    PhysicsOption,
    WorkersOption,
    complete_material,
    typed,
)
from particle_sim.cli.progress import progress_bar
from particle_sim.cli.verb import Aim, verb
from particle_sim.errors import InputError, closest
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
    override: Annotated[
        list[str] | None,
        typer.Option("--set", help='Replace a number: nvp.diffusivity="1e-15 m^2/s". Repeatable.'),
    ] = None,
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
    out: Annotated[Path | None, typer.Option(help="Result folder.")] = None,
    force: ForceOption = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the verdict as JSON.")] = False,
    workers: WorkersOption = None,
) -> None:
    """Sodium and stress of two materials under the same protocol, with an honest verdict."""
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
        overrides=overrides(override or [], radius, (baseline, candidate)),
        evidence=choice,
        data=files,
    )
    folder = out or Path("results") / f"{Path(baseline).stem}_vs_{Path(candidate).stem}"
    run_comparison(
        settings, folder, force=force, as_json=as_json, workers=workers, as_printed=as_printed
    )


def fractions(text: str) -> tuple[float, ...]:
    """``"0.1,0.5"`` -> (0.1, 0.5), increasing."""
    try:
        return tuple(sorted({float(part) for part in text.split(",")}))
    except ValueError:
        raise InputError(f'--at is "{text}"; give numbers with commas, e.g. 0.1,0.5,0.9.') from None


def overrides(
    given: list[str], radius: str | None, materials: tuple[str, str]
) -> dict[str, dict[str, str]]:
    """``nvp.diffusivity=1e-15 m^2/s`` and ``--radius`` as a nested mapping."""
    result: dict[str, dict[str, str]] = {}
    if radius is not None:
        result = {name: {"particle_radius": radius} for name in materials}
    for text in given:
        target, equals, value = text.partition("=")
        name, dot, key = target.strip().rpartition(".")
        if not (equals and dot and name and key):
            raise InputError(f'--set is "{text}"; write it like nvp.diffusivity="1e-15 m^2/s".')
        matching = [m for m in materials if name in (m, m.partition("@")[0], Path(m).stem)]
        if not matching:
            raise InputError(
                f'--set names the material "{name}", which is not compared; '
                f"{closest(name, materials)}"
            )
        for material in matching:
            result.setdefault(material, {})[key] = value.strip().strip('"')
    return result


def run_comparison(
    settings: Comparison,
    folder: Path,
    *,
    force: bool,
    as_json: bool,
    workers: int | None,
    as_printed: bool = False,
) -> None:
    """Solve, write and tell; shared with ``particle-sim run``."""
    from particle_sim.claims import compare as study
    from particle_sim.claims.ledger import ledger_lines
    from particle_sim.outputs import check_folder
    from particle_sim.report.folder import PAGE_FILE, write_folder
    from particle_sim.studies import as_printed as pictures
    from particle_sim.studies.printed_sentences import sentences

    check_folder(folder, force=force)
    with progress_bar(enabled=not as_json) as report:
        result = study.compare(
            settings, workers=workers or os.cpu_count() or 1, progress=report.solving
        )
        if as_printed:
            result = replace(result, as_printed=pictures.as_printed(settings))
        write_folder(result, folder, typed(), progress=report.writing, force=force)
    if as_json:
        print(json.dumps(study.summary(result), indent=2))
        return
    for line in study.lines(result):
        print(line)
    if result.as_printed is not None:
        print("\nThe picture as printed:")
        for sentence in sentences(result.as_printed):
            print(f"  {sentence}")
    asked = {finding.answer.id for finding in result.findings}
    ledger = ledger_lines(result.baseline.name, result.candidate.name, without=asked)
    if ledger:
        print(
            "\nThe papers' other claims on these materials, from the ledger (particle-sim claims):"
        )
        for line in ledger:
            print(f"  {line}")
    print(f"\nReport: {folder / PAGE_FILE}")
