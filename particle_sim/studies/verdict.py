"""Test claims against the runs and against everything that was varied."""

from __future__ import annotations

from particle_sim.materials.schema import ClaimEntry
from particle_sim.studies.claim_tests import CLAIM_TESTS, Case, Numbers, Outcome, Test
from particle_sim.studies.draws import draw, most_decisive
from particle_sim.studies.result import MaterialResult
from particle_sim.studies.settings import Comparison
from particle_sim.studies.verdict_types import SUPPORTED_FROM, Finding, Status

NEVER_MOVED = (
    "At {c_rate:g}C the current alone takes {titles} beyond a voltage limit: no sodium moves, so "
    "there is nothing to judge; choose a lower rate."
)
NEVER_REACHED = "No combination of plausible inputs reaches that state at this rate."


def judge(
    settings: Comparison, baseline: MaterialResult, candidate: MaterialResult
) -> tuple[Finding, ...]:
    """One finding per claim of the two material files, or of the generic five without any."""
    materials = (baseline, candidate)
    case = Case(
        settings=settings,
        baseline=baseline,
        candidate=candidate,
        pair=draw(*materials, settings.samples, settings.seed),
        single=draw(*materials, settings.samples, settings.seed, ordered=False),
    )
    return tuple(_finding(case, claim) for claim in _claims(case))


def _claims(case: Case) -> list[ClaimEntry]:
    file = case.candidate.record.file
    if file.claims and case.baseline.name in file.material.baseline:
        return list(file.claims)
    low, high = case.baseline.title, case.candidate.title
    generic = {
        "uniform": f"Sodium is uniform in {high} at 90 %.",
        "heterogeneous": f"Sodium is heterogeneous in {low} at 90 %.",
        "lower_stress": f"{high} is stressed less than {low}.",
        "surface_retained": f"Sodium is retained on the surface of {low}.",
        "cracks": f"{low} cracks.",
        "no_cracks": f"{high} does not crack.",
    }
    return [
        ClaimEntry.model_validate(
            {"kind": kind, "text": text, "source": "user", "place": "generic question"}
        )
        for kind, text in generic.items()
    ]


def _finding(case: Case, claim: ClaimEntry) -> Finding:
    test = CLAIM_TESTS[claim.kind](case)
    subject = case.candidate if claim.kind in ("uniform", "no_cracks") else case.baseline
    if isinstance(test, str):
        return _untested(case, claim, subject.title, test)
    still = [result.title for result in test.about(case) if result.never_moved]
    if still:
        why = NEVER_MOVED.format(titles=" and ".join(still), c_rate=case.settings.c_rate)
        return _untested(case, claim, subject.title, why)
    own = test.outcome(False)
    if not own.counted.any():
        return _untested(case, claim, subject.title, f"{test.text} {NEVER_REACHED}")
    share, draws = own.share, int(own.counted.sum())
    status = _status(share)
    numbers: Numbers = {**test.numbers, "share": (share, "1"), "draws": (float(draws), "1")}
    reaching = "" if own.counted.all() else " that get there"
    sentence = (
        f"{test.text} It holds in {share:.0%} of {draws} random combinations of plausible "
        f"inputs{reaching}"
    )
    other_share = None
    if case.baseline.law.separates or case.candidate.law.separates:
        other_share = test.outcome(True).share
        numbers["solid_solution_share"] = (other_share, "1")
        sentence += f"; with both materials as solid solutions, in {other_share:.0%}"
    decided_by = _decided_by(case, test, status, own, other_share)
    if status is Status.CONTRADICTED and test.cannot_contradict is not None:
        status, decided_by = Status.UNDECIDED, test.cannot_contradict
    if test.coherent_differs:
        status = Status.UNDECIDED
        decided_by = (
            f"whether the phase boundary in {test.subject.title} is free of elastic cost "
            "(cracked, slipped) or coherent"
        )
    return Finding(
        kind=claim.kind,
        subject=test.subject.title,
        claim=claim.text,
        source=case.candidate.record.citation(claim.source),
        place=claim.place,
        status=status,
        sentence=sentence + ".",
        decided_by=decided_by,
        numbers=numbers,
    )


def _untested(case: Case, claim: ClaimEntry, subject: str, why: str) -> Finding:
    return Finding(
        kind=claim.kind,
        subject=subject,
        claim=claim.text,
        source=case.candidate.record.citation(claim.source),
        place=claim.place,
        status=Status.NOT_TESTED,
        sentence=why,
        decided_by="",
        numbers={},
    )


def _status(share: float) -> Status:
    if round(share, 9) >= SUPPORTED_FROM:
        return Status.SUPPORTED
    if round(1 - share, 9) >= SUPPORTED_FROM:
        return Status.CONTRADICTED
    return Status.UNDECIDED


def _decided_by(
    case: Case, test: Test, status: Status, own: Outcome, other_share: float | None
) -> str:
    if other_share is not None and _status(other_share) is not status:
        separating = [material.title for material in test.about(case) if material.law.separates]
        if separating:
            return f"whether {' and '.join(separating)} takes up sodium in two phases"
    counted = {name: values[own.counted] for name, values in test.inputs.items()}
    name = most_decisive(own.holds[own.counted], counted)
    if name is None:
        return test.otherwise
    return f"the assumed {name.replace('_', ' ')}"
