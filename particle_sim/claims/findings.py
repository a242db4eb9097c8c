"""The claims on two materials, put to the runs and maps of their comparison.

Each sentence is one kind of test of :mod:`particle_sim.claims.kinds`, asked as the ledger asks it:
the same draws, judged in the same way, with the assumptions that the ledger's claim names. At the
settings of the ledger's claim the answer is the ledger's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import xarray as xr

from particle_sim.claims import central
from particle_sim.claims.answer import Answer, judged, question_of, untested
from particle_sim.claims.central import Central
from particle_sim.claims.interval import Verdict
from particle_sim.claims.kinds import KINDS, NEEDS
from particle_sim.claims.question import COHERENT, SOLID, Tools
from particle_sim.claims.schema import Claim, ClaimFile, TestEntry, claims_folder, load_claims
from particle_sim.claims.tools import full_cells, run_half_cells
from particle_sim.materials.load import load_material
from particle_sim.materials.material import Material
from particle_sim.materials.schema import ClaimEntry
from particle_sim.studies import laws
from particle_sim.studies.result import MaterialResult
from particle_sim.studies.settings import Comparison
from particle_sim.studies.size_map import LAST_FRACTION, map_dataset, map_point

BASELINE, CANDIDATE = "baseline", "candidate"

NEVER_MOVED = (
    "At {c_rate:g}C the current alone takes {titles} beyond a voltage limit: no sodium moves, so "
    "there is nothing to judge; choose a lower rate."
)


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One claim, tested."""

    kind: str
    subject: str
    """Material the claim is about"""
    claim: str
    """The sentence that is tested"""
    source: str
    place: str
    answer: Answer
    """Its id is that of the ledger's claim, where there is one"""
    numbers: Mapping[str, tuple[float, str]]
    """Every number of the sentence: name -> (value, unit)"""

    @property
    def status(self) -> Verdict:
        return self.answer.verdict

    @property
    def sentence(self) -> str:
        return self.answer.sentence

    @property
    def decided_by(self) -> str:
        return self.answer.decided_by


@dataclass(frozen=True, kw_only=True)
class Sentence:
    """A kind of sentence that a material file or anybody may ask of two materials."""

    test: str
    about: tuple[str, ...]
    """Whom it is about, first the one that it praises or blames"""
    central: Callable[..., Central | str]
    generic: str
    """What it says where no paper does"""


SENTENCES: Mapping[str, Sentence] = {
    "uniform": Sentence(
        test="uniform",
        about=(CANDIDATE,),
        central=central.spread,
        generic="Sodium is uniform in {candidate} at 90 %.",
    ),
    "heterogeneous": Sentence(
        test="heterogeneous",
        about=(BASELINE,),
        central=central.spread,
        generic="Sodium is heterogeneous in {baseline} at 90 %.",
    ),
    "lower_stress": Sentence(
        test="lower_stress",
        about=(CANDIDATE, BASELINE),
        central=central.peaks,
        generic="{candidate} is stressed less than {baseline}.",
    ),
    "surface_retained": Sentence(
        test="surface_richer",
        about=(BASELINE,),
        central=central.surface,
        generic="Sodium is retained on the surface of {baseline}.",
    ),
    "cracks": Sentence(
        test="cracks", about=(BASELINE,), central=central.flaw, generic="{baseline} cracks."
    ),
    "no_cracks": Sentence(
        test="holds_together",
        about=(CANDIDATE,),
        central=central.flaw,
        generic="{candidate} does not crack.",
    ),
}
"""By the kind that a material file names."""


def findings(
    settings: Comparison, baseline: MaterialResult, candidate: MaterialResult
) -> tuple[Finding, ...]:
    """One finding per claim of the two material files, or of the generic six without any."""
    pair = {BASELINE: baseline, CANDIDATE: candidate}
    known = load_claims(claims_folder(), NEEDS)
    return tuple(_finding(settings, pair, claim, known) for claim in _claims(pair))


def _claims(pair: Mapping[str, MaterialResult]) -> Sequence[ClaimEntry]:
    file = pair[CANDIDATE].record.file
    if file.claims and pair[BASELINE].name in file.material.baseline:
        return file.claims
    titles = {role: result.title for role, result in pair.items()}
    generic = {kind: entry.generic.format(**titles) for kind, entry in SENTENCES.items()}
    return [
        ClaimEntry.model_validate(
            {"kind": kind, "text": text, "source": "user", "place": "generic question"}
        )
        for kind, text in generic.items()
    ]


def _finding(
    settings: Comparison,
    pair: Mapping[str, MaterialResult],
    entry: ClaimEntry,
    known: Sequence[Claim],
) -> Finding:
    asked = SENTENCES[entry.kind]
    about = [pair[role] for role in asked.about]
    claim = _as_claim(settings, asked, pair, known)
    middle = asked.central(settings, *about)
    still = [result.title for result in about if result.never_moved]
    numbers: dict[str, tuple[float, str]] = {}
    if isinstance(middle, str):
        found = untested(claim.id, middle)
    elif still:
        why = NEVER_MOVED.format(titles=" and ".join(still), c_rate=settings.c_rate)
        found = untested(claim.id, why)
    else:
        test = claim.file.test
        assert test is not None
        question = question_of(claim, _tools(settings, pair), settings.samples, settings.seed)
        found = judged(question, test, KINDS[test.kind].test, opening=middle.text)
        numbers = {**middle.numbers, **_shares(found)} if found.share is not None else {}
    return Finding(
        kind=entry.kind,
        subject=about[0].title,
        claim=entry.text,
        source=pair[CANDIDATE].record.citation(entry.source),
        place=entry.place,
        answer=found,
        numbers=numbers,
    )


def _shares(found: Answer) -> dict[str, tuple[float, str]]:
    """The share, its interval and how many draws were counted."""
    low, high = found.interval or (None, None)
    known = {
        "share": found.share,
        "share_low": low,
        "share_high": high,
        "draws": found.draws,
        "solid_solution_share": found.solid_share,
        "share_with_equal_ranges": found.alike_share,
    }
    return {name: (float(value), "1") for name, value in known.items() if value is not None}


def _as_claim(
    settings: Comparison,
    asked: Sentence,
    pair: Mapping[str, MaterialResult],
    known: Sequence[Claim],
) -> Claim:
    """The ledger's claim of this test on these materials, or one without assumptions.

    It names the roles of the comparison, and asks at the comparison's settings.
    """
    names = [pair[role].name for role in asked.about]
    given = {"c_rate": settings.c_rate, "uniform_below": settings.uniform_below}
    needed = KINDS[asked.test].needs.parameters
    parameters = {name: given[name] for name in needed}
    for claim in known:
        test = claim.file.test
        if test is None or test.kind != asked.test:
            continue
        if [name.partition("@")[0] for name in claim.file.claim.materials] != names:
            continue
        header = claim.file.claim.model_copy(update={"materials": list(asked.about)})
        alike = {pair[role].name: role for role in pair}.get(test.alike or "", test.alike)
        test = test.model_copy(update={"alike": alike})
        file = claim.file.model_copy(update={"claim": header, "test": test})
        return replace(claim, file=file, parameters=parameters)
    return _unpublished(asked, parameters)


def _unpublished(asked: Sentence, parameters: Mapping[str, float]) -> Claim:
    header: dict[str, Any] = {"id": "", "paper": "", "place": "", "says": asked.generic}
    file = ClaimFile.model_validate(
        {
            "claim": {**header, "materials": list(asked.about)},
            "test": TestEntry(kind=asked.test),
        }
    )
    return Claim(path=Path("compare"), file=file, parameters=parameters, printed={})


def _tools(settings: Comparison, pair: Mapping[str, MaterialResult]) -> Tools:
    """The runs and maps that the comparison has, by role; two-phase is what its law separates."""

    def load(name: str) -> Material:
        if name not in pair:
            return load_material(name)
        return replace(pair[name].material, two_phase=pair[name].law.separates)

    def field_map(name: str, c_rate: float, law: str) -> xr.Dataset:
        result = pair[name]
        if law == SOLID:
            return result.maps[laws.SOLID_SOLUTION.name]
        run = central.coherent_run(result)
        if law != COHERENT or run is None:
            return result.maps[result.law.name]
        point = map_point(run, result.start, result.filling(LAST_FRACTION), settings.stress)
        return map_dataset([point], laws.COHERENT)

    return Tools(load=load, half_cells=run_half_cells, field_map=field_map, full_cells=full_cells)
