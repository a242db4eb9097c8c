"""The ledger: answers kept in a file, computed again when what they depend on changed.

``ledger.json`` holds one entry per claim with its fingerprint; ``CHANGES.md`` gets a line for every
verdict that changed, with what had changed before it.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from particle_sim.claims.answer import Answer, Asked, answer
from particle_sim.claims.fingerprint import changed_parts, fingerprints
from particle_sim.claims.interval import Region, Verdict
from particle_sim.claims.kinds import NEEDS
from particle_sim.claims.question import Tools
from particle_sim.claims.schema import Claim, claims_folder, load_claims
from particle_sim.errors import InputError, closest
from particle_sim.files import read_json, read_text, write_file
from particle_sim.outputs import check_file, new_files
from particle_sim.progress import shows_progress

LEDGER, CHANGES = "ledger.json", "CHANGES.md"

_CHANGES_HEAD = """# Changes of verdicts

Written by `particle-sim claims` whenever a verdict changes.

| date | claim | from | to | what changed |
|---|---|---|---|---|
"""

ALIKE = 0.005
"""Difference of two shares that a whole per cent does not show."""

Progress = Callable[[str, float], None]


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A claim with its answer and what the answer was computed from."""

    claim: Claim
    answer: Answer
    fingerprint: dict[str, str]
    stale: bool = False
    """Whether something it depends on has changed since"""


def read_ledger(folder: Path | None = None, *, within: frozenset[str] = frozenset()) -> list[Entry]:
    """The stored answers to the claims of a folder, in order; those never answered are left out.

    With ``within``, of claims about these materials and no other. ``stale`` marks an answer whose
    inputs have changed. Computes nothing.
    """
    where = folder or claims_folder()
    claims = load_claims(where, NEEDS)
    if within:
        claims = [claim for claim in claims if _about(claim) and _about(claim) <= within]
    return stored_entries(claims, where)


def stored_entries(claims: Sequence[Claim], folder: Path) -> list[Entry]:
    """As :func:`read_ledger`, of claims that have been read."""
    stored = _stored(folder)
    claims = [claim for claim in claims if claim.id in stored]
    now = fingerprints(claims)
    return [
        Entry(
            claim=claim,
            answer=stored[claim.id][0],
            fingerprint=stored[claim.id][1],
            stale=bool(changed_parts(stored[claim.id][1], now[claim.id])),
        )
        for claim in claims
    ]


@shows_progress
def update_ledger(
    tools: Callable[[], Tools],
    *,
    folder: Path | None = None,
    only: Sequence[str] = (),
    recompute: bool = False,
    kept: bool = True,
    today: datetime.date | None = None,
    progress: Progress | None = None,
) -> list[Entry]:
    """The answers to the claims ``only`` (all by default), computed where something changed.

    ``recompute`` computes them whatever is stored; ``tools`` is called when something has to be.
    The ledger and the list of changes are written when an entry is new, if it is ``kept``. Raises
    :class:`InputError` for an unknown id, or a folder that cannot be written.
    """
    where = folder or claims_folder()
    claims = load_claims(where, NEEDS)
    wanted = wanted_claims(claims, only)
    stored = _stored(where)
    prints = fingerprints(claims)
    due = [
        claim
        for claim in wanted
        if recompute or claim.id not in stored or stored[claim.id][1] != prints[claim.id]
    ]
    known = {claim.id for claim in claims}
    gone = sorted(name for name in stored if name not in known)
    changes = [f"| {name} | {_verdict(stored[name][0])} | gone | claim file |" for name in gone]
    answers = {name: entry for name, entry in stored.items() if name in known}
    changed = bool(due or gone) and kept
    if changed:
        _check_writable(where)
    at_hand = tools() if due else None
    for number, claim in enumerate(due):
        assert at_hand is not None
        if progress is not None:
            progress(claim.id, number / len(due))
        new = (answer(claim, at_hand), prints[claim.id])
        changes += _change(claim.id, stored.get(claim.id), new)
        answers[claim.id] = new
    if changed:
        with new_files(where / LEDGER, force=True) as work:  # both were read and hold what they did
            write_file(work / LEDGER, _ledger_text(claims, answers))
            if changes:
                write_file(work / CHANGES, _log(where, changes, today or datetime.date.today()))
    return [
        Entry(claim=claim, answer=answers[claim.id][0], fingerprint=answers[claim.id][1])
        for claim in wanted
    ]


def ledger_lines(
    baseline: str, candidate: str, folder: Path | None = None, *, without: Collection[str] = ()
) -> list[str]:
    """One line for every answered claim about the two materials, or one of them, and no other.

    Reads the stored ledger; an answer whose inputs have changed says so. Names may carry a
    reading. A material without a claim gives no lines; claims ``without`` are left out.
    """
    pair = frozenset(name.partition("@")[0] for name in (baseline, candidate))
    return [
        f"{headline(entry)}  {entry.claim.file.claim.says}"
        + " (inputs have changed since)" * entry.stale
        for entry in read_ledger(folder, within=pair)
        if entry.claim.id not in without
    ]


def _about(claim: Claim) -> frozenset[str]:
    return frozenset(name.partition("@")[0] for name in claim.file.claim.materials)


def headline(entry: Entry) -> str:
    """Id, verdict with its label or condition, and share, in columns."""
    found = entry.answer
    share = ""
    if found.share is not None and found.interval is not None:
        low, high = found.interval
        share = f"{100 * found.share:.0f} % ({100 * low:.0f}-{100 * high:.0f}) of {found.draws}"
    return f"{entry.claim.id:5} {verdict_in_words(found).upper():28} {share:22}".rstrip()


def verdict_in_words(found: Answer) -> str:
    """The verdict, why it is not testable, its label, and what it takes for true."""
    said = found.fit or found.verdict.value + (f": {found.because}" if found.because else "")
    said += f" ({found.label})" if found.label else ""
    settled = found.verdict in (Verdict.SUPPORTED, Verdict.CONTRADICTED)
    return said + (f", given {found.given}" if found.given and settled else "")


def share_in_words(found: Answer) -> str:
    """``89 % (88 to 90)``, or the span of the shares where ways of asking differ."""
    if found.share is None or found.interval is None:
        return ""
    ways = [found.share, *(each.share for each in found.branches if each.votes)]
    if max(ways) - min(ways) > ALIKE:
        return f"{100 * min(ways):.0f} to {100 * max(ways):.0f} %, asked {len(ways)} ways"
    low, high = (100 * end for end in found.interval)
    return f"{100 * found.share:.0f} % ({low:.0f} to {high:.0f})"


def as_data(found: Answer) -> dict[str, Any]:
    """An answer as plain data, for JSON."""
    data = asdict(found)
    data["verdict"] = found.verdict.value
    data["branches"] = [{**asdict(each), "verdict": each.verdict.value} for each in found.branches]
    data["settled_by"] = list(found.settled_by)
    data["interval"] = None if found.interval is None else list(found.interval)
    data["numbers"] = {
        name: {"value": value, "unit": unit} for name, (value, unit) in found.numbers.items()
    }
    return data


def from_data(data: dict[str, Any]) -> Answer:
    """An answer from what :func:`as_data` wrote."""
    known = {entry.name: data[entry.name] for entry in fields(Answer) if entry.name in data}
    region, interval = known["region"], known["interval"]
    asked = [
        Asked(**{**entry, "verdict": Verdict(entry["verdict"])})
        for entry in known.get("branches", ())
    ]
    return Answer(
        **{
            **known,
            "verdict": Verdict(known["verdict"]),
            "interval": None if interval is None else (interval[0], interval[1]),
            "branches": tuple(asked),
            "region": None if region is None else Region(**region),
            "settled_by": tuple(known.get("settled_by", ())),
            "numbers": {
                name: (entry["value"], entry["unit"]) for name, entry in known["numbers"].items()
            },
        }
    )


def wanted_claims(claims: Sequence[Claim], only: Sequence[str]) -> list[Claim]:
    """Claims of the ids given, where C6 means C6a and C6b too."""
    known = [claim.id for claim in claims]
    for name in only:
        if not any(_is_part(identifier, name) for identifier in known):
            raise InputError(f'There is no claim "{name}"; {closest(name, known)}')
    return [claim for claim in claims if not only or any(_is_part(claim.id, name) for name in only)]


def _is_part(identifier: str, name: str) -> bool:
    return identifier == name or identifier.rstrip("abcdefghijklmnopqrstuvwxyz") == name


def _stored(folder: Path) -> dict[str, tuple[Answer, dict[str, str]]]:
    path = folder / LEDGER
    if not path.exists():
        return {}
    try:
        data = read_json(path)
        return {
            name: (from_data(entry["answer"]), dict(entry["fingerprint"]))
            for name, entry in data["claims"].items()
        }
    except (ValueError, KeyError, TypeError, AttributeError):
        raise InputError(
            f"{path}: this is not a ledger of claims; remove it and run particle-sim claims."
        ) from None


def _check_writable(folder: Path) -> None:
    """Refuse a folder that takes no ledger, or whose list of changes is somebody else's."""
    check_file(folder / LEDGER)
    check_file(folder / CHANGES)
    if not _log(folder, [], datetime.date.today()).startswith(_CHANGES_HEAD.partition("\n")[0]):
        raise InputError(
            f"{folder / CHANGES}: this is not a list of changes of verdicts; rename it, or copy "
            "the claims to a folder of their own and give it with --folder."
        )


def _ledger_text(claims: list[Claim], answers: dict[str, tuple[Answer, dict[str, str]]]) -> str:
    entries = {}
    for claim in claims:
        if claim.id in answers:
            found, parts = answers[claim.id]
            entries[claim.id] = {"answer": as_data(found), "fingerprint": parts}
    return json.dumps({"claims": entries}, indent=1, sort_keys=False) + "\n"


def _log(folder: Path, changes: list[str], today: datetime.date) -> str:
    """The list of changes with new ones at its end."""
    path = folder / CHANGES
    before = read_text(path) if path.exists() else _CHANGES_HEAD
    return before + "".join(f"| {today.isoformat()} {change}\n" for change in changes)


def _change(
    name: str,
    old: tuple[Answer, dict[str, str]] | None,
    new: tuple[Answer, dict[str, str]],
) -> list[str]:
    if old is None:
        return [f"| {name} | | {_verdict(new[0])} | new |"]
    if _verdict(old[0]) == _verdict(new[0]):
        return []
    what = ", ".join(changed_parts(old[1], new[1])) or "computed again"
    return [f"| {name} | {_verdict(old[0])} | {_verdict(new[0])} | {what} |"]


def _verdict(found: Answer) -> str:
    because = f" ({found.because})" if found.because else ""
    return found.verdict.value + because + (f" [{found.label}]" if found.label else "")
