"""Claims of your own: any number in one file, about any material, from any source.

    [[claim]]
    id = "stressed_less"                    a short name in small letters
    source = "our notebook, 2026"           where it is said
    says = "The new oxide is stressed less than NFM at 2C."
    materials = ["mine.toml", "nfm_li2024"]  shipped names, or files beside this one
    [claim.test]                            as in a shipped claim: kind, parameters, printed, ...

Asked, drawn and judged as the shipped claims are; the answers are kept nowhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import Field

from particle_sim.claims.answer import answer
from particle_sim.claims.fingerprint import roots_of
from particle_sim.claims.gathered import as_told, told
from particle_sim.claims.kinds import KINDS, NEEDS
from particle_sim.claims.ledger import Entry, Progress, as_data, headline, wanted_claims
from particle_sim.claims.printed import Library, library
from particle_sim.claims.question import Tools
from particle_sim.claims.schema import (
    Claim,
    ClaimFile,
    ClaimHeader,
    Label,
    TestEntry,
    checked_claim,
)
from particle_sim.claims.tools import learned
from particle_sim.errors import InputError
from particle_sim.inputs import is_input
from particle_sim.materials.document import read_toml, validated
from particle_sim.materials.load import MaterialRecord
from particle_sim.materials.schema import Strict
from particle_sim.resources import shipped_folder

OWN_ID = re.compile(r"[a-z][a-z0-9_]{0,29}")


class OwnClaim(Strict):
    """What is said, where, about which materials, and the test."""

    id: str
    source: str = Field(min_length=3)
    place: str = ""
    says: str = Field(min_length=10)
    materials: list[str] = Field(default=[])
    label: Label = ""
    settled_by: list[str] = Field(default=[])
    test: TestEntry


class OwnFile(Strict):
    """A whole file of own claims."""

    claim: list[OwnClaim] = Field(min_length=1)


def load_own(path: Path) -> list[Claim]:
    """The claims of a file, in its order; every problem of all of them at once.

    Names of material files are taken from the folder of the claims. Raises :class:`InputError`
    for an unknown key, kind, material or parameter, a number without which the kind cannot be
    asked, a unit of another dimension, and a name that stands twice.
    """
    file = validated(OwnFile, read_toml(path), path.name)
    problems: list[str] = []
    claims: list[Claim] = []
    known = _with_own(path.parent, file)
    for number, said in enumerate(file.claim):
        where = f'{path.name}: claim "{said.id}"'
        if OWN_ID.fullmatch(said.id) is None:
            problems.append(
                f'{path.name}: claim.{number}.id is "{said.id}"; write small letters, digits and '
                "underscores, a letter first, at most 30."
            )
        if said.id in [other.id for other in file.claim[:number]]:
            problems.append(f"{where} stands twice; give each claim an id of its own.")
        try:
            claims.append(checked_claim(path, where, _as_shipped(path.parent, said), NEEDS, known))
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(*problems)
    return claims


def own_entries(
    claims: Sequence[Claim],
    tools: Callable[[], Tools],
    only: Sequence[str] = (),
    progress: Progress | None = None,
) -> list[Entry]:
    """The answers, computed now; the shipped ledger is neither read nor written."""
    wanted = wanted_claims(claims, only)
    at_hand = tools()
    entries = []
    for number, claim in enumerate(wanted):
        if progress is not None:
            progress(claim.id, number / len(wanted))
        entries.append(Entry(claim=claim, answer=answer(claim, at_hand), fingerprint={}))
    return entries


def fixed_cells(claims: Iterable[Claim], cell: str | None) -> list[str]:
    """The sentence on claims that stand on cells of their own where half cells are the user's."""
    kinds = {claim.id: KINDS[claim.file.test.kind] for claim in claims if claim.file.test}
    fixed = [name for name, kind in kinds.items() if kind.needs.cells or learned in roots_of(kind)]
    if cell is None or not fixed:
        return []
    return [
        f"Your own claims on full cells, or learned from rate tests in print ({', '.join(fixed)}), "
        "stand on the shipped cells."
    ]


def own_lines(entries: Iterable[Entry]) -> list[str]:
    """Verdict and share, the sentence, and what was found, line by line."""
    return [
        line
        for entry in entries
        for line in (headline(entry), *(f"      {text}" for text in _told(entry)))
    ]


def _told(entry: Entry) -> tuple[str, str]:
    return entry.claim.file.claim.says, told(entry.answer)


def answers_data(entries: Iterable[Entry]) -> list[dict[str, Any]]:
    """The answers with what was claimed, for JSON."""
    return [
        {**as_data(each.answer), **as_told(each.answer), "says": each.claim.file.claim.says}
        for each in entries
    ]


def claims_beside(records: Iterable[MaterialRecord]) -> list[Claim]:
    """The claims of the files that material files name, about these materials and no other."""
    records = list(records)
    asked = {_key(str(record.path)) for record in records}
    shipped = shipped_folder("parameters")
    asked |= {each.material.name for each in records if each.path.is_relative_to(shipped)}
    files = [
        record.path.parent / _plain(record, record.file.material.claims)
        for record in records
        if record.file.material.claims
    ]
    found = [claim for path in dict.fromkeys(files) for claim in load_own(path)]
    about = [(claim, {_key(name) for name in claim.file.claim.materials}) for claim in found]
    return [claim for claim, names in about if names and names <= asked]


def _plain(record: MaterialRecord, name: str) -> str:
    if name != Path(name).name or "\\" in name or not name.endswith(".toml"):
        raise InputError(
            f'{record.path.name}: material.claims is "{name}"; give the name of a .toml file '
            "beside this file, no folder."
        )
    return name


def _key(name: str) -> str:
    """What tells materials apart: the place of a file, or the name without its reading."""
    return str(Path(name).resolve()) if name.endswith(".toml") else name.partition("@")[0]


def _with_own(folder: Path, file: OwnFile) -> Library:
    """The shipped materials and papers, with those that the file names."""
    known = library()
    named = {_placed(folder, name) for said in file.claim for name in _named(said)}
    files = [name for name in named if name.endswith(".toml") and is_input(Path(name))]
    sources = {said.source for said in file.claim}
    return replace(known, names=(*known.names, *files), papers=known.papers | sources)


def _named(said: OwnClaim) -> list[str]:
    others = [name for name in (said.test.alike, said.test.tells_apart) if name is not None]
    return [*said.materials, *others]


def _as_shipped(folder: Path, said: OwnClaim) -> ClaimFile:
    """The claim as the one of a shipped file, with its files where they are."""
    test = said.test
    printed: Mapping[str, object] = {
        name: reference.model_copy(update={"material": _placed(folder, reference.material)})
        for name, reference in test.printed.items()
    }
    names = {
        "alike": test.alike and _placed(folder, test.alike),
        "tells_apart": test.tells_apart and _placed(folder, test.tells_apart),
    }
    header = ClaimHeader(
        id=said.id,
        paper=said.source,
        place=said.place,
        says=said.says,
        materials=[_placed(folder, name) for name in said.materials],
        label=said.label,
        settled_by=said.settled_by,
    )
    return ClaimFile(claim=header, test=test.model_copy(update={**names, "printed": printed}))


def _placed(folder: Path, name: str) -> str:
    return (folder / name).as_posix() if name.endswith(".toml") else name
