"""compare: run a baseline and a candidate the same way, and test what is claimed of them."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Any

import xarray as xr

from particle_sim.cell.design import CellKind
from particle_sim.checks import arguments_checked
from particle_sim.claims.findings import (
    BASELINE,
    CANDIDATE,
    SENTENCES,
    Finding,
    findings,
)
from particle_sim.claims.gathered import as_told, decision
from particle_sim.claims.headline import Headline, headline
from particle_sim.claims.known import as_known
from particle_sim.claims.law_table import LawTable, law_table, solid_rows
from particle_sim.claims.learned_pair import (
    LearnedPair,
    known_pair,
    learned_data,
    learned_pair,
    narrowed_words,
)
from particle_sim.claims.ledger import Entry, as_data, share_in_words
from particle_sim.claims.missing import next_lines
from particle_sim.claims.own import fixed_cells
from particle_sim.claims.schema import BECAUSE
from particle_sim.claims.words import percent
from particle_sim.materials.carriers import CARRIER_NAMES
from particle_sim.materials.load import MaterialRecord
from particle_sim.plausible.draws import MaterialDraws, draw_material
from particle_sim.progress import shows_progress
from particle_sim.shown import shown
from particle_sim.studies.as_printed import AsPrinted
from particle_sim.studies.body_numbers import body_numbers
from particle_sim.studies.differences import Difference, differences
from particle_sim.studies.own_cell import cells_told
from particle_sim.studies.pair import Progress, records_of, run_pair
from particle_sim.studies.printed_sentences import summary as printed_summary
from particle_sim.studies.result import MaterialResult, as_it_reacts
from particle_sim.studies.settings import Comparison
from particle_sim.studies.sizes import size_cautions
from particle_sim.transport.laws import SOLID_SOLUTION

TURNED = ("on charge", "on discharge")
"""Names of the branch in the direction that a sentence is not about."""

COMPARED = frozenset(
    {
        "volume_change",
        "open_circuit_potential",
        "regular_solution_parameter",
        "diffusivity",
        "exchange_current_density",
    }
)
"""What materials are compared for; anything else is the same for both anyway."""


STORED_CELL = (
    "What is quoted from the ledger, and what rate tests in print leave of D/R², stand on the "
    "shipped half cell."
)
RUN_SHARE, DRAWN_SHARE, SAID_SHARE = 0.49, 0.5, 0.97
"""Of the work: done when the runs, the draws and the sentences are. Measured, sentences take 6 % of
the time where the ledger has their answers and 75 % where they are asked of the draws."""


@shown
@dataclass(frozen=True, kw_only=True)
class ComparisonResult:
    """Both materials and the verdict."""

    settings: Comparison
    baseline: MaterialResult
    candidate: MaterialResult
    findings: tuple[Finding, ...]
    learned: LearnedPair
    """Draws of every plausible input of both, with and without their rate tests"""
    told: tuple[str, ...]
    """What the rate tests did, or why nothing"""
    differences: tuple[Difference, ...]
    """Between the two sides: made equal, and kept"""
    table: LawTable
    """Both materials under each law, and the ratio taken apart"""
    seconds: float
    own: tuple[Entry, ...] = ()
    """The user's own claims about these materials"""
    as_printed: AsPrinted | None = None
    """What :func:`~particle_sim.studies.as_printed.as_printed` says of the pair, where asked"""

    @property
    def in_brief(self) -> dict[str, str]:
        """The answer, what decides it, and every sentence with its verdict."""
        told = self.headline
        return {
            "result": f"{self.candidate.title} against {self.baseline.title}",
            "answer": told.answer,
            **{each.short.rstrip("."): each.answer.verdict.value for each in self.findings},
            "what decides": told.decides,
        }

    @property
    def headline(self) -> Headline:
        """One answer, what a boundary would add, what decides."""
        return headline(
            self.settings,
            self.baseline,
            self.candidate,
            self.table,
            narrowed=self.learned.narrowed,
        )

    @property
    def draws(self) -> tuple[MaterialDraws, MaterialDraws]:
        """Of every plausible input of both, as the table reads them."""
        return self.learned.after

    @property
    def materials(self) -> tuple[MaterialResult, MaterialResult]:
        return self.baseline, self.candidate

    @property
    def carrier(self) -> str:
        """What moves in both, in a word."""
        names = {CARRIER_NAMES[each.material.carrier] for each in self.materials}
        return names.pop() if len(names) == 1 else "ions"

    @property
    def shared_stand_ins(self) -> tuple[str, ...]:
        """Properties that materials are compared for, with the number of one host for both."""
        first, second = (material.record for material in self.materials)
        if first.file.material.host != second.file.material.host:
            return ()
        return tuple(
            name
            for name in first.system.stand_ins
            if name in second.system.stand_ins
            and name in COMPARED
            and first.material[name].function == second.material[name].function
        )

    @property
    def cautions(self) -> tuple[str, ...]:
        """What must be known before the answer is quoted: unlike ions, sizes, shared stand-ins."""
        sizes = size_cautions(self.settings, self.baseline.material, self.candidate.material)
        sizes = (*sizes, *filter(None, [self.learned.known.caution]), *self._cells_told())
        ions = [CARRIER_NAMES[material.material.carrier] for material in self.materials]
        if ions[0] != ions[1]:
            first, second = (f"{m.title} exchanges" for m in self.materials)
            sizes = (
                f"{first} {ions[0]} and {second} {ions[1]}: each has cut-offs against a metal of "
                "its own, and their diffusivities are of two ions.",
                *sizes,
            )
        shared = self.shared_stand_ins
        if not shared:
            return sizes
        names = ", ".join(name.replace("_", " ") for name in shared)
        return (
            *sizes,
            f"{self.baseline.title} and {self.candidate.title} share the stand-in numbers of one "
            f"host family for {names}: no difference between them is known in these.",
        )

    def _cells_told(self) -> list[str]:
        """Which cells are the user's, and what stands on others all the same."""
        cell = self.settings.cell
        told = [f"{each} {STORED_CELL}" for each in cells_told(cell, (CellKind.HALF,))]
        return [*told, *fixed_cells((each.claim for each in self.own), cell)]


@arguments_checked
@shows_progress
def compare(
    settings: Comparison, *, workers: int = 1, progress: Progress | None = None
) -> ComparisonResult:
    """Cell runs, particle runs under each material's law and its alternatives, maps and verdict.

    ``settings``: who is compared and how; ``workers``: processes, which change no result;
    ``progress`` is told what is being done and the finished share, or is ``ps.progress_bar``.
    Raises :class:`InputError` for a material that is not known or cannot be simulated, and
    :class:`ConvergenceError` where a solve does not end.

    >>> from particle_sim.studies.settings import Comparison
    >>> compare(Comparison(baseline="nvp", candidate="he_vv"))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    particle_sim.errors.InputError: ...he_v...
    """
    began = time.perf_counter()
    report = progress or (lambda _text, _share: None)
    records = records_of(settings)
    known = known_pair(settings, records)
    turned = _fields_read(*records)
    baseline, candidate, levelled = run_pair(
        settings, records, turned, workers, partial(_share_of, report, 0.0, RUN_SHARE)
    )
    report("draws from the plausible ranges", RUN_SHARE)
    first, second = (
        draw_material(as_it_reacts(result), settings.samples, settings.seed)
        for result in (baseline, candidate)
    )
    learned = learned_pair(known, (first, second), settings.seed)
    maps = _maps(baseline, candidate)
    table = law_table(learned.after, maps, settings.direction, settings.stress)
    told = partial(_share_of, report, DRAWN_SHARE, SAID_SHARE)
    said = _as_known(findings(settings, baseline, candidate, told), baseline, candidate)
    report("the ratio without each difference", SAID_SHARE)
    return ComparisonResult(
        settings=settings,
        baseline=baseline,
        candidate=candidate,
        findings=said,
        learned=learned,
        told=tuple(narrowed_words(learned, solid_rows(learned.before, maps)[-1], table.rows[-1])),
        differences=differences(
            settings,
            (baseline.material, candidate.material),
            levelled,
            (baseline.record.material, candidate.record.material),
        ),
        table=table,
        seconds=time.perf_counter() - began,
    )


def _share_of(report: Progress, low: float, high: float, text: str, share: float) -> None:
    """Tell ``report`` of a part that takes it from ``low`` to ``high``."""
    report(text, low + (high - low) * share)


def _as_known(
    said: tuple[Finding, ...], baseline: MaterialResult, candidate: MaterialResult
) -> tuple[Finding, ...]:
    materials = baseline.material, candidate.material
    return tuple(replace(each, answer=as_known(each.answer, materials)) for each in said)


def _fields_read(baseline: MaterialRecord, candidate: MaterialRecord) -> tuple[bool, bool]:
    """Of which of the two some sentence reads the filling under its own law."""
    kinds: list[str] = [each.kind for each in candidate.claims_on(baseline.material.name)]
    asked = [SENTENCES[kind] for kind in kinds or SENTENCES]
    read = {role for each in asked if each.reads_fields for role in each.about}
    return BASELINE in read, CANDIDATE in read


def _maps(baseline: MaterialResult, candidate: MaterialResult) -> tuple[xr.Dataset, xr.Dataset]:
    name = SOLID_SOLUTION.name
    return baseline.maps[name], candidate.maps[name]


def summary(result: ComparisonResult) -> dict[str, Any]:
    """The verdict and the headline numbers as plain data, for JSON."""
    return {
        "baseline": result.baseline.name,
        "candidate": result.candidate.name,
        "answer": vars(result.headline),
        "laws": [asdict(row) for row in result.table.rows],
        "factors": [asdict(factor) for factor in result.table.factors],
        "brackets": [None if each is None else asdict(each) for each in result.table.brackets],
        "boundary": [asdict(row) for row in result.table.boundary],
        "phase_behaviour": [asdict(each) for each in result.table.phases],
        "differences": [asdict(each) for each in result.differences],
        "evidence": learned_data(result.learned, result.told),
        "findings": [
            {
                "kind": finding.kind,
                "id": finding.answer.id,
                "subject": finding.subject,
                "claim": finding.claim,
                "status": finding.answer.verdict.value,
                **as_told(finding.answer),
                "branches": as_data(finding.answer)["branches"],
                "numbers": {
                    name: {"value": value, "unit": unit}
                    for name, (value, unit) in finding.numbers.items()
                },
            }
            for finding in result.findings
        ],
        "measure_next": next_lines(result.findings),
        "cautions": list(result.cautions),
        "warnings": {m.name: list(m.particle.warnings) for m in result.materials},
        "bodies": {
            m.name: {n.name: {"value": n.value, "unit": n.unit} for n in body_numbers(m.body)}
            for m in result.materials
            if m.body is not None
        },
        **({} if result.as_printed is None else {"as_printed": printed_summary(result.as_printed)}),
    }


def lines(result: ComparisonResult) -> list[str]:
    """One answer, cautions, a line for each sentence of the papers, then why: for a terminal."""
    said = [*filter(None, [result.headline.answer, result.headline.rests]), ""]
    said += [f"{'CAUTION':>12}  {caution}" for caution in result.cautions]
    said += [_line(finding) for finding in result.findings]
    said += ["", result.headline.decides, result.headline.phases, *result.told]
    equal = [each.name.replace("_", " ") for each in result.differences if each.common is not None]
    if equal:
        said.append(f"Known of one at most, and therefore the same for both: {', '.join(equal)}.")
    following = next_lines(result.findings)
    return said + (["", *following] if following else [])


def _line(finding: Finding) -> str:
    answer = finding.answer
    name = f" ({answer.id})" if answer.id else ""
    share = "" if answer.share is None else f" {share_in_words(answer)}; {answer.draws} draws."
    why = "".join(f" {each}." for each in besides(finding))
    return f"{answer.verdict.value.upper():>12}  {finding.short}{name}{share}{why}"


def besides(finding: Finding) -> list[str]:
    """What must be said beside a verdict: what it takes for true, what is open, the way back."""
    answer = finding.answer
    said = [f"Given {answer.given}"] if answer.given else []
    decided = decision(answer)
    said += [] if decided is None else [": ".join(decided)]
    if answer.share is None and answer.sentence:
        said.append(answer.sentence.rstrip(".").rpartition(". ")[2])
    if answer.because == BECAUSE[0] and answer.alike_share is not None:
        said.append(f"Only assumed: with one range for both {percent(answer.alike_share)}")
    return said + [
        f"{each.name.capitalize()}: {each.verdict.value}"
        for each in answer.branches
        if each.name in TURNED and each.verdict is not answer.verdict and not each.votes
    ]
