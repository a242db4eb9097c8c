"""The working half of ``compare`` and of ``run`` with a scenario: solve, write, tell."""

from __future__ import annotations

import os
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from particle_sim.claims import compare as study
from particle_sim.claims.compare import ComparisonResult
from particle_sim.claims.ledger import ledger_lines
from particle_sim.claims.own import answers_data, claims_beside, own_entries, own_lines
from particle_sim.claims.tools import simulations
from particle_sim.cli.options import typed
from particle_sim.cli.progress import reporting
from particle_sim.outputs import check_folder
from particle_sim.report.folder import PAGE_FILE, write_folder
from particle_sim.studies import as_printed as pictures
from particle_sim.studies.pair import records_of
from particle_sim.studies.printed_sentences import sentences
from particle_sim.studies.settings import Comparison


def run_comparison(
    settings: Comparison,
    folder: Path,
    *,
    force: bool,
    workers: int | None,
    shown: bool,
    as_printed: bool = False,
) -> ComparisonResult:
    """Solve and write; how far that is, is ``shown``."""
    check_folder(folder, force=force)
    own = claims_beside(records_of(settings))
    with reporting(enabled=shown) as report:
        result = study.compare(
            settings, workers=workers or os.cpu_count() or 1, progress=report.solving
        )
        if own:
            result = replace(
                result, own=tuple(own_entries(own, partial(simulations, settings.cell)))
            )
        if as_printed:
            result = replace(result, as_printed=pictures.as_printed(settings))
        write_folder(result, folder, typed(), progress=report.writing, force=force)
    return result


def tell_comparison(result: ComparisonResult, folder: Path) -> None:
    """The verdict, the printed picture and the other claims of the papers."""
    for line in study.lines(result):
        print(line)
    if result.as_printed is not None:
        print("\nThe picture as printed:")
        for sentence in sentences(result.as_printed):
            print(f"  {sentence}")
    ledger = _ledger(result)
    if ledger:
        print(
            "\nThe papers' other claims on these materials, from the ledger (particle-sim claims):"
        )
        for line in ledger:
            print(f"  {line}")
    if result.own:
        print("\nYour own claims:")
        for line in own_lines(result.own):
            print(f"  {line}")
    print(f"\nReport: {folder / PAGE_FILE}")


def comparison_data(result: ComparisonResult, folder: Path) -> dict[str, Any]:
    """What :func:`tell_comparison` tells, as data."""
    return {**study.summary(result), "ledger": _ledger(result), **_own(result), "folder": folder}


def _own(result: ComparisonResult) -> dict[str, Any]:
    return {"own_claims": answers_data(result.own)} if result.own else {}


def _ledger(result: ComparisonResult) -> list[str]:
    asked = {finding.answer.id for finding in result.findings}
    return list(ledger_lines(result.baseline.name, result.candidate.name, without=asked))
