"""The claims on two materials, put to the runs and maps of their comparison.

Each sentence is one kind of test of :mod:`particle_sim.claims.kinds`, asked as the ledger asks it:
the same draws, judged in the same way, with the assumptions that the ledger's claim names. At the
settings of the ledger's claim the answer is the ledger's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path

import xarray as xr

from particle_sim.claims import central
from particle_sim.claims.answer import Answer, judged, question_of, untested
from particle_sim.claims.central import Central
from particle_sim.claims.kinds import KINDS, NEEDS
from particle_sim.claims.ledger import stored_entries
from particle_sim.claims.question import COHERENT, SOLID, Numbers, Tools
from particle_sim.claims.schema import (
    Claim,
    ClaimFile,
    ClaimHeader,
    TestEntry,
    claims_folder,
    load_claims,
)
from particle_sim.claims.tools import cycle_loads, full_cells, learned
from particle_sim.materials.carriers import CARRIER_NAMES
from particle_sim.materials.load import load_material
from particle_sim.materials.material import Material
from particle_sim.materials.schema import ClaimEntry
from particle_sim.shown import shown
from particle_sim.studies.choices import Direction
from particle_sim.studies.drawn_half_cells import drawn_half_cells
from particle_sim.studies.result import MaterialResult, as_it_reacts
from particle_sim.studies.settings import Comparison
from particle_sim.studies.size_map import map_dataset
from particle_sim.transport import laws

BASELINE, CANDIDATE = "baseline", "candidate"
Pair = Mapping[str, MaterialResult]
"""Both materials of a comparison, by role."""

NEVER_MOVED = (
    "At {c_rate:g}C the current alone takes {titles} beyond a voltage limit: nothing moves, so "
    "there is nothing to judge; choose a lower rate."
)


@shown
@dataclass(frozen=True, kw_only=True)
class Finding:
    """One claim, tested."""

    kind: str
    subject: str
    """Material the claim is about"""
    claim: str
    """The sentence that is tested"""
    short: str
    """The same in a few words"""
    source: str
    place: str
    answer: Answer
    """Its id is that of the ledger's claim, where there is one"""
    numbers: Numbers
    """Every number of the sentence"""

    @property
    def in_brief(self) -> dict[str, str]:
        """The verdict, and the sentence that says why."""
        return {
            "finding": f"{self.answer.verdict.value}: {self.short}",
            "answer": self.answer.sentence,
            "source": f"{self.source}, {self.place}" if self.place else self.source,
        }


@dataclass(frozen=True)
class Sentence:
    """A kind of sentence that a material file, or anybody, may ask of two materials."""

    test: str
    about: tuple[str, ...]
    """Whom it is about, first the one that it praises or blames"""
    central: Callable[..., Central | str]
    generic: str
    """What it says where no paper does"""
    over_cycles: str = ""
    """The test of the ledger's claim where that speaks of many cycles; without one, of a charge"""
    reads_fields: bool = False
    """Whether it is asked of the sodium under the material's own law, in both directions"""


_LOW, _HIGH, _BOTH = (BASELINE,), (CANDIDATE,), (CANDIDATE, BASELINE)
SENTENCES: Mapping[str, Sentence] = {
    "uniform": Sentence(
        "uniform",
        _HIGH,
        central.spread,
        "{ion} is uniform in {candidate} at 90 %.",
        reads_fields=True,
    ),
    "heterogeneous": Sentence(
        "heterogeneous",
        _LOW,
        central.spread,
        "{ion} is heterogeneous in {baseline} at 90 %.",
        reads_fields=True,
    ),
    "lower_stress": Sentence(
        "lower_stress", _BOTH, central.peaks, "{candidate} is stressed less than {baseline}."
    ),
    "surface_retained": Sentence(
        "surface_richer",
        _LOW,
        central.surface,
        "{ion} is retained on the surface of {baseline}.",
        reads_fields=True,
    ),
    "cracks": Sentence(
        "cracks", _LOW, central.flaw, "{baseline} cracks.", over_cycles="cracks_over_cycles"
    ),
    "no_cracks": Sentence(
        "holds_together",
        _HIGH,
        central.flaw,
        "{candidate} does not crack.",
        over_cycles="stays_whole",
    ),
}
"""By the kind that a material file names."""


def findings(
    settings: Comparison,
    baseline: MaterialResult,
    candidate: MaterialResult,
    tell: Callable[[str, float], None] = lambda _text, _share: None,
) -> tuple[Finding, ...]:
    """One finding per claim of the two material files, or of the generic six without any.

    ``tell`` is told which is asked, and the share of them that is answered.
    """
    pair = {BASELINE: baseline, CANDIDATE: candidate}
    known = load_claims(claims_folder(), NEEDS)
    tools = _tools(settings, pair)
    claims, found = _claims(pair), []
    for place, claim in enumerate(claims):
        asked = in_words(SENTENCES[claim.kind], pair)
        tell(f"sentence {place + 1} of {len(claims)}: {asked}", place / len(claims))
        found.append(_finding(settings, pair, tools, claim, known))
    return tuple(found)


def _claims(pair: Pair) -> Sequence[ClaimEntry]:
    generic = {kind: in_words(entry, pair) for kind, entry in SENTENCES.items()}
    return pair[CANDIDATE].record.claims_on(pair[BASELINE].name) or [
        ClaimEntry.model_validate(
            {"kind": kind, "text": text, "source": "user", "place": "generic question"}
        )
        for kind, text in generic.items()
    ]


def in_words(asked: Sentence, pair: Pair) -> str:
    """The general sentence about these two, and about what moves in the one it is about."""
    titles = {role: result.title for role, result in pair.items()}
    ion = CARRIER_NAMES[pair[asked.about[0]].material.carrier]
    return asked.generic.format(**titles, ion=ion.capitalize())


def _finding(
    settings: Comparison, pair: Pair, tools: Tools, entry: ClaimEntry, known: Sequence[Claim]
) -> Finding:
    asked = SENTENCES[entry.kind]
    about = [pair[role] for role in asked.about]
    claim, test = _as_claim(settings, asked, pair, known)
    middle = asked.central(settings, *about)
    still = " and ".join(result.title for result in about if result.never_moved)
    numbers: Numbers = {}
    if isinstance(middle, str):
        found = untested(claim, middle)
    elif still:
        found = untested(claim, NEVER_MOVED.format(titles=still, c_rate=settings.c_rate))
    else:
        opening = middle.text
        if test.kind == asked.over_cycles:
            opening += f" Over {claim.parameters['cycles']:g} cycles, cracks growing per cycle:"
        stored = _stored(settings, pair, claim, known) if test.kind == asked.over_cycles else None
        if stored is not None:
            found = replace(stored, sentence=f"{middle.text} {stored.sentence}")
        else:
            question = question_of(claim, tools, settings.samples, settings.seed)
            found = judged(question, test, KINDS[test.kind].test, opening=opening)
        numbers = {**middle.numbers, **_shares(found)} if found.share is not None else {}
    return Finding(
        kind=entry.kind,
        subject=about[0].title,
        claim=entry.text,
        short=in_words(asked, pair),
        source=pair[CANDIDATE].record.citation(entry.source),
        place=entry.place,
        answer=found,
        numbers=numbers,
    )


def _stored(
    settings: Comparison, pair: Pair, claim: Claim, known: Sequence[Claim]
) -> Answer | None:
    """The ledger's answer where this is its question, of shipped materials, and nothing has changed
    since; asked at the cut-offs of the claim's own materials.

    Thousands of cycles cost more than the rest of a comparison.
    """
    usual = Comparison(baseline=settings.baseline, candidate=settings.candidate)
    same = ("physics", "footing", "samples", "seed", "cell")
    if any(getattr(settings, name) != getattr(usual, name) for name in same):
        return None
    names = frozenset(result.name for result in pair.values())
    if any(settings.overrides.values()) or names != {settings.baseline, settings.candidate}:
        return None  # a reading, or a file of the user's that bears the name of a shipped one
    asked = [each for each in known if each.id == claim.id and each.parameters == claim.parameters]
    entries = stored_entries(asked, claims_folder())
    return next((each.answer for each in entries if not each.stale), None)


def _shares(found: Answer) -> Numbers:
    """The share, its interval, how many draws were counted, and the share if things were equal."""
    low, high = found.interval or (None, None)
    known = {
        "share": found.share,
        "share_low": low,
        "share_high": high,
        "draws": found.draws,
        "share_with_equal_ranges": found.alike_share,
    }
    return {name: (float(value), "1") for name, value in known.items() if value is not None}


def _as_claim(
    settings: Comparison, asked: Sentence, pair: Pair, known: Sequence[Claim]
) -> tuple[Claim, TestEntry]:
    """The ledger's claim of this test on these materials, or one without assumptions.

    It names the roles of the comparison, and asks at the comparison's settings.
    """
    names = [pair[role].name for role in asked.about]
    test = TestEntry(kind=asked.test)
    header = ClaimHeader(id="", paper="", place="", says=asked.generic)
    parameters: dict[str, float] = {}
    for claim in known:
        written, told = claim.file.test, claim.file.claim
        bare = [name.partition("@")[0] for name in told.materials]
        kinds = (asked.test, asked.over_cycles)
        if written is not None and written.kind in kinds and bare == names:
            test, header, parameters = written, told, dict(claim.parameters)
            break
    roles = {result.name: role for role, result in pair.items()}
    apart = roles.get(test.tells_apart or "")
    if apart and not pair[apart].material.properties.keys() >= central.CRACK_INPUTS:
        apart = None
    test = test.model_copy(
        update={"alike": roles.get(test.alike or "", test.alike), "tells_apart": apart}
    )
    header = header.model_copy(update={"materials": list(asked.about)})
    given = {"c_rate": settings.c_rate, "uniform_below": settings.uniform_below}
    asks = KINDS[test.kind].needs
    parameters |= {
        name: given[name] for name in given.keys() & {**asks.parameters, **asks.optional}.keys()
    }
    file = ClaimFile(claim=header, test=test)
    return Claim(path=Path("compare"), file=file, parameters=parameters, printed={}), test


def _tools(settings: Comparison, pair: Pair) -> Tools:
    """The runs and maps that the comparison has, by role; two-phase is what its law separates."""

    def load(name: str) -> Material:
        if name not in pair:
            return replace(load_material(name), half_cell=settings.cell)
        return as_it_reacts(pair[name])

    def field_map(name: str, c_rate: float, law: str, direction: Direction) -> xr.Dataset:
        result = pair[name]
        if law == COHERENT:
            point = central.coherent_beside(settings, result)
            if point is not None:
                return map_dataset([point], laws.COHERENT)
        maps = result.maps if direction is settings.direction else result.opposite_maps
        return maps[laws.SOLID_SOLUTION.name if law == SOLID else result.law.name]

    return Tools(
        load=load,
        half_cells=drawn_half_cells,
        field_map=field_map,
        full_cells=full_cells,
        learned=learned,
        cycle_loads=cache(partial(cycle_loads, load=load)),
        directions=(settings.direction, settings.direction.opposite),
    )
