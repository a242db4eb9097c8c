"""compare: run a baseline and a candidate the same way, and test what is claimed of them."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from particle_sim.checks import arguments_checked
from particle_sim.claims.findings import Finding, findings
from particle_sim.plausible.draws import MaterialDraws, draw_material
from particle_sim.studies.as_printed import AsPrinted
from particle_sim.studies.body_numbers import body_numbers
from particle_sim.studies.pair import Progress, run_pair
from particle_sim.studies.printed_sentences import summary as printed_summary
from particle_sim.studies.result import MaterialResult
from particle_sim.studies.settings import Comparison


@dataclass(frozen=True, kw_only=True)
class ComparisonResult:
    """Both materials and the verdict."""

    settings: Comparison
    baseline: MaterialResult
    candidate: MaterialResult
    findings: tuple[Finding, ...]
    draws: tuple[MaterialDraws, MaterialDraws]
    """Of every plausible input of both"""
    seconds: float
    as_printed: AsPrinted | None = None
    """What :func:`~particle_sim.studies.as_printed.as_printed` says of the pair, where asked"""

    @property
    def materials(self) -> tuple[MaterialResult, MaterialResult]:
        return self.baseline, self.candidate

    @property
    def shared_stand_ins(self) -> tuple[str, ...]:
        """Properties for which both materials use the number of the same host."""
        systems = [material.record.system for material in self.materials]
        hosts = {system.file.material.host for system in systems}
        if len(hosts) > 1:
            return ()
        return tuple(name for name in systems[0].stand_ins if name in systems[1].stand_ins)

    @property
    def caution(self) -> str:
        """What the comparison cannot tell because both materials share stand-ins, or nothing."""
        shared = self.shared_stand_ins
        if not shared:
            return ""
        names = ", ".join(name.replace("_", " ") for name in shared)
        return (
            f"{self.baseline.title} and {self.candidate.title} share the stand-in numbers of one "
            f"host family for {names}: no difference between them can come from these."
        )


@arguments_checked
def compare(
    settings: Comparison, *, workers: int = 1, progress: Progress | None = None
) -> ComparisonResult:
    """Cell runs, particle runs under each material's law and its alternatives, maps and verdict.

    ``workers`` > 1 solves particles in that many processes; the results do not depend on it.
    ``progress`` is called with what is being done and the finished share.
    """
    began = time.perf_counter()
    baseline, candidate = run_pair(settings, workers, progress)
    first, second = (
        draw_material(result.material, settings.samples, settings.seed)
        for result in (baseline, candidate)
    )
    return ComparisonResult(
        settings=settings,
        baseline=baseline,
        candidate=candidate,
        findings=findings(settings, baseline, candidate),
        draws=(first, second),
        seconds=time.perf_counter() - began,
    )


def summary(result: ComparisonResult) -> dict[str, Any]:
    """The verdict and the headline numbers as plain data, for JSON."""
    return {
        "baseline": result.baseline.name,
        "candidate": result.candidate.name,
        "findings": [
            {
                "kind": finding.kind,
                "id": finding.answer.id,
                "subject": finding.subject,
                "claim": finding.claim,
                "status": finding.answer.verdict.value,
                "sentence": finding.answer.sentence,
                "decided_by": finding.answer.decided_by,
                "numbers": {
                    name: {"value": value, "unit": unit}
                    for name, (value, unit) in finding.numbers.items()
                },
            }
            for finding in result.findings
        ],
        "caution": result.caution,
        "warnings": {m.name: list(m.particle.warnings) for m in result.materials},
        "bodies": {
            m.name: {n.name: {"value": n.value, "unit": n.unit} for n in body_numbers(m.body)}
            for m in result.materials
            if m.body is not None
        },
        **({} if result.as_printed is None else {"as_printed": printed_summary(result.as_printed)}),
    }
