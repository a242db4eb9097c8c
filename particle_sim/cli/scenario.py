"""The scenario half of ``particle-sim run``: a comparison held against what is expected."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from particle_sim.cli.comparison import comparison_data, run_comparison, tell_comparison
from particle_sim.cli.evidence_options import asked_evidence
from particle_sim.cli.told import print_json
from particle_sim.report.folder import open_folder
from particle_sim.studies.choices import EvidenceChoice
from particle_sim.studies.scenario import Scenario, failures


def narrowed(
    scenario: Scenario, evidence: EvidenceChoice | None, data: Sequence[str] | None
) -> Scenario:
    """The scenario with the rate tests that the command line asks for."""
    asked = scenario.comparison
    pair = (asked.baseline, asked.candidate)
    choice, files = asked_evidence(evidence, data, pair, asked.evidence)
    return replace(scenario, comparison=replace(asked, evidence=choice, data=files))


def run_scenario(
    scenario: Scenario,
    folder: Path,
    *,
    force: bool,
    workers: int | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Solve, write and tell; exit code 1 if something is not as expected."""
    result = run_comparison(
        scenario.comparison,
        folder,
        force=force,
        workers=workers,
        shown=not (quiet or as_json),
        as_printed=scenario.as_printed,
    )
    runs = {"baseline": result.baseline.particle, "candidate": result.candidate.particle}
    wrong = failures(scenario, open_folder(folder), runs)
    expected = {"asked": len(scenario.expectations), "not as expected": wrong}
    if as_json:
        print_json({**comparison_data(result, folder), "expectations": expected})
    else:
        tell_comparison(result, folder)
    for sentence in wrong:
        print(f"Not as expected: {sentence}", file=sys.stderr)
    if wrong:
        sys.exit(1)
    if not as_json:
        print(f"All {len(scenario.expectations)} expectations hold.")
