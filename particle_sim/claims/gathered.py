"""What decides a claim or leaves it open, for a reader: of many ways that disagree, like ones
together."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from particle_sim.claims.answer import Answer
from particle_sim.claims.interval import Verdict

CLAUSE = re.compile(r"(?P<word>yes|no|in (?P<share>\d+) % of the draws) (?P<names>.*)")
"""One verdict of :func:`particle_sim.claims.words.decisive`, with the ways that have it."""
NEXT = re.compile(r", and (?=(?:if|with|on|under|without) )")
MOST = 3
"""Ways that are named one by one."""
SAID = {"yes": "true", "no": "false"}
DIFFERS = "the answer differs from case to case: "


def decision(found: Answer) -> tuple[str, str] | None:
    """What decides an answer, behind the word that says whether it is open; nothing is known of
    some."""
    if not found.decided_by:
        return None
    word = "Open" if found.verdict is Verdict.UNDECIDED else "Decided by"
    return word, gathered(found.decided_by)


def told(found: Answer) -> str:
    """The sentence of an answer, with what leaves it open in few words."""
    few = f"Open: {gathered(found.decided_by)}."
    return found.sentence.replace(f"Left open: {found.decided_by}.", few)


def bare(found: Answer) -> str:
    """The sentence without what leaves it open, where :func:`decision` stands beside it."""
    return found.sentence.replace(f" Left open: {found.decided_by}.", "")


def as_told(found: Answer) -> dict[str, Any]:
    """The words of an answer for JSON, as pages and terminals have them."""
    return {"sentence": told(found), "decided_by": gathered(found.decided_by)}


def gathered(clause: str) -> str:
    """Verdict by verdict, ways that differ in a condition alone together, and none where there are
    too many: the answer's own sentence lists them all. Other clauses stay as they are.

    >>> gathered("no if A, and if B, and if A, dense, and if B, dense; "
    ...          "in 12 % of the draws if A, thick; in 28 % of the draws if A, dense, thick")
    ... # doctest: +NORMALIZE_WHITESPACE
    'the answer differs from case to case: false if A, or if B (also dense);
    unsettled, true in 12 to 28 % of the draws, if A (thick; dense, thick)'
    >>> gathered("the assumed diffusivity of NVP")
    'the assumed diffusivity of NVP'
    """
    found = [CLAUSE.fullmatch(part) for part in clause.split("; ")]
    if not all(found):
        return clause
    ways: dict[str, list[str]] = {}
    shares: list[int] = []
    for each in filter(None, found):
        if each["share"]:
            shares.append(int(each["share"]))
        word = "open" if each["share"] else each["word"]
        ways.setdefault(word, []).extend(NEXT.split(each["names"]))
    said = (f"{_word(word, shares)} {_named(names)}" for word, names in ways.items())
    return DIFFERS + "; ".join(said)


def _word(word: str, shares: Sequence[int]) -> str:
    if word != "open":
        return SAID[word]
    low, high = min(shares), max(shares)
    return f"unsettled, true in {low if low == high else f'{low} to {high}'} % of the draws,"


def _named(names: Sequence[str]) -> str:
    """``if A (also dense)``: heads with what is added to each, or how many ways there are."""
    heads: dict[str, list[str]] = {}
    for name in names:
        head, _, condition = name.partition(", ")
        heads.setdefault(head, []).append(condition)
    together: dict[str, list[str]] = {}
    for head, conditions in heads.items():
        together.setdefault(_conditions(conditions), []).append(head)
    if max(len(heads), *map(len, heads.values())) > MOST:
        return f"in {len(names)} ways, as {names[0]}"
    return ", or ".join(", or ".join(same) + added for added, same in together.items())


def _conditions(conditions: Sequence[str]) -> str:
    """Behind the head: nothing, ``(dense)``, or ``(also dense)`` where it holds without as well."""
    added = [condition for condition in conditions if condition]
    if not added:
        return ""
    return f" ({'also ' if '' in conditions else ''}{'; '.join(added)})"
