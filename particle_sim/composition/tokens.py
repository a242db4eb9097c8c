"""The characters of a formula as tokens, in one pass; what is no formula is named in a sentence."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

from particle_sim.composition.spelling import plain_spelling, refusal

SUBSCRIPTS = "xyzd"
"""Letters that may stand for an amount behind an element."""

VARIABLES = SUBSCRIPTS + "n"
"""Letters that may stand for a number; n only counts a part, as in ·nH2O."""

_TOKEN = re.compile(
    r"(?P<number>[0-9]+(?:\.[0-9]+)?)|(?P<vacancy>□|[vV]ac(?![a-z])|Va(?![a-z]))"
    r"|(?P<symbol>[A-Z][a-z]?)|(?P<variable>[xyzdn])|(?P<open>[(\[])|(?P<close>[)\]])"
    r"|(?P<sign>[+-])|(?P<comma>,)|(?P<slash>/)|(?P<dot>[·.])"
)
PLACEHOLDERS = ("TM", "Me", "Ln", "RE", "HE")
"""What papers write for any of several elements, beside M and other single letters."""


@dataclass(frozen=True, kw_only=True)
class Token:
    """One piece of a formula: its ``kind`` (the name in the pattern above) and its ``text``."""

    kind: str
    text: str


@functools.cache
def element_symbols() -> frozenset[str]:
    """Symbols of all elements."""
    import periodictable  # a table of a tenth of a second, only needed when a formula is read

    return frozenset(str(element.symbol) for element in periodictable.elements if element.number)


def tokens_of(text: str) -> list[Token]:
    """The tokens of a formula, without spaces and with one spelling of each sign.

    Subscripts, LaTeX, □ or vac or Va for a vacancy, δ for d, and · * • before water are understood
    (:mod:`particle_sim.composition.spelling`). :class:`InputError` when a character has no place.
    """
    plain = plain_spelling(text)
    found = []
    position = 0
    while position < len(plain):
        match = _TOKEN.match(plain, position)
        if match is None or match.lastgroup is None:
            raise refusal(text, _stray(plain, position))
        token = _element(text, plain, position) if match.lastgroup == "symbol" else None
        found.append(token or Token(kind=match.lastgroup, text=match.group()))
        position += len(found[-1].text)
    return found


def _element(text: str, plain: str, position: int) -> Token:
    for name in PLACEHOLDERS:
        end = position + len(name)
        if plain.startswith(name, position) and not plain[end : end + 1].islower():
            raise refusal(text, f"{name} is not an element; write the elements it stands for.")
    known = element_symbols()
    for length in (2, 1):
        symbol = plain[position : position + length]
        if symbol in known and (length == 1 or len(symbol) == 2):
            after = plain[position + length : position + length + 1]
            if length == 2 or not after.islower() or after in SUBSCRIPTS:
                return Token(kind="symbol", text=symbol)
    word = re.match("[A-Z][a-z]*", plain[position:])
    name = word.group() if word is not None else plain[position]
    if len(name) == 1:
        raise refusal(text, f"{name} is not an element; write the elements it stands for.")
    raise refusal(text, f"{name} is not an element; {_closest_element(name)}")


def _closest_element(name: str) -> str:
    """The elements that start like ``name``, else what to write."""
    near = [s for s in sorted(element_symbols()) if s[0] == name[0]]
    near.sort(key=lambda symbol: (len(symbol), symbol[-1] not in name))
    return f"did you mean {' or '.join(near[:3])}?" if near else "write it like Na3V2(PO4)3."


def _stray(plain: str, position: int) -> str:
    stray = plain[position]
    if stray.isalpha() and not stray.isascii():
        return f"{stray!r} is not a Latin letter; type the element symbol again."
    if not stray.islower():
        return f"{stray!r} has no place in a formula; write it like Na3V2(PO4)3."
    capital = plain[position : position + 2].capitalize()
    hint = capital if capital in element_symbols() else "Na"
    return f'"{stray}" is in lower case; element symbols start with a capital, as in {hint}.'
