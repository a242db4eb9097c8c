"""What leaves a claim open, for a reader: of many ways that disagree, like ones together."""

from __future__ import annotations

import re
from collections.abc import Sequence

CLAUSE = re.compile(r"(?P<word>yes|no|in (?P<share>\d+) % of the draws) (?P<names>.*)")
"""One verdict of :func:`particle_sim.claims.words.decisive`, with the ways that have it."""
NEXT = re.compile(r", and (?=(?:if|with|on|under|without) )")
MOST = 3
"""Ways that are named one by one."""


def gathered(clause: str) -> str:
    """Verdict by verdict, ways that differ in a condition alone together, and none where there are
    too many: the answer's own sentence lists them all. Other clauses stay as they are.

    >>> gathered("no if A, and if B, and if A, dense, and if B, dense; "
    ...          "in 12 % of the draws if A, thick; in 28 % of the draws if A, dense, thick")
    'no if A, or if B (also dense); in 12 to 28 % of the draws if A (thick; dense, thick)'
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
    return "; ".join(f"{_word(word, shares)} {_named(names)}" for word, names in ways.items())


def _word(word: str, shares: Sequence[int]) -> str:
    if word != "open":
        return word
    low, high = min(shares), max(shares)
    return f"in {low} % of the draws" if low == high else f"in {low} to {high} % of the draws"


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
