"""The characters of a formula as tokens, in one pass; what is no formula is named in a sentence."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

from particle_sim.errors import InputError

LENGTH_LIMIT = 500
"""Characters; the longest formula of the high-entropy battery literature we met has 75."""

SUBSCRIPTS = "xyzd"
"""Letters that may stand for an amount behind an element."""

VARIABLES = SUBSCRIPTS + "n"
"""Letters that may stand for a number; n only counts a part, as in ·nH2O."""

_SAME = str.maketrans("₀₁₂₃₄₅₆₇₈₉₊₋−–—δ•∙⋅*{}", "0123456789+----d····()", "_")
_TOKEN = re.compile(
    r"(?P<number>[0-9]+(?:\.[0-9]+)?)|(?P<vacancy>□|[vV]ac(?![a-z])|Va(?![a-z]))"
    r"|(?P<symbol>[A-Z][a-z]?)|(?P<variable>[xyzdn])|(?P<open>[(\[])|(?P<close>[)\]])"
    r"|(?P<sign>[+-])|(?P<comma>,)|(?P<slash>/)|(?P<dot>[·.])"
)
_ALTERNATIVES = re.compile(r"\bor\b|\band\b|;")
_GLUED_WATER = re.compile(r"[^.·0-9][0-9]+\.[0-9]+H2O$")
_GARBLED_WATER = re.compile(r"\](?P<count>[0-9]+\.[0-9]+)\.H2O$")


@dataclass(frozen=True, kw_only=True)
class Token:
    """One piece of a formula: its ``kind`` (the name in the pattern above) and its ``text``."""

    kind: str
    text: str


def refusal(text: str, reason: str) -> InputError:
    """The one sentence about ``text``: which formula, and ``reason`` (what, and what to do)."""
    start = "".join(letter if letter.isprintable() else " " for letter in text[:81])
    shown = start if len(text) <= 80 else start[:77] + "..."
    return InputError(f'Formula "{shown}": {reason}')


@functools.cache
def element_symbols() -> frozenset[str]:
    """Symbols of all elements."""
    import periodictable  # a table of a tenth of a second, only needed when a formula is read

    return frozenset(str(element.symbol) for element in periodictable.elements if element.number)


def tokens_of(text: str) -> list[Token]:
    """The tokens of a formula, without spaces and with one spelling of each sign.

    Subscript digits, □ or vac or Va for a vacancy, δ for d, and · * • . before water are
    understood. :class:`InputError` when a character has no place in a formula.
    """
    if len(text) > LENGTH_LIMIT:
        raise refusal(text, f"it has {len(text)} characters; at most {LENGTH_LIMIT} are allowed.")
    if not text.strip():
        raise refusal(text, "it is empty; write it like Na3V2(PO4)3.")
    _refuse_prose(text)
    plain = _one_water(text, "".join(text.split()).translate(_SAME))
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


def _refuse_prose(text: str) -> None:
    if _ALTERNATIVES.search(text):
        raise refusal(text, "it holds more than one formula; give one of them.")
    if "=" in text:
        raise refusal(text, "it holds an explanation with =; write the elements into the formula.")
    if "doped" in text.lower():
        raise refusal(text, '"doped" says no amounts; write the dopant with its amount.')
    if not any(letter.isupper() for letter in text):
        raise refusal(text, "it has no capital letter; element symbols start with one, as in Na.")


def _one_water(text: str, plain: str) -> str:
    """``plain`` with an unmistakable dot before water, or a sentence when it could be two things.

    ``[Fe(CN)6]1.26.H2O`` is read as 1.26 H2O: a hexacyanometallate framework holds at most one
    [M(CN)6] per formula unit, so a number above 1 before ``.H2O`` counts the water.
    """
    garbled = _GARBLED_WATER.search(plain)
    if garbled is not None:
        count = garbled.group("count")
        if float(count) <= 1:
            raise refusal(text, f"{count} may count the bracket or the water; write ·{count}H2O.")
        return plain[: garbled.start()] + f"]·{count}H2O"
    if _GLUED_WATER.search(plain):
        raise refusal(text, "the dot before H2O may be a decimal point; write · before the water.")
    return plain


def _element(text: str, plain: str, position: int) -> Token:
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
    if not stray.islower():
        return f"{stray!r} has no place in a formula; write it like Na3V2(PO4)3."
    capital = plain[position : position + 2].capitalize()
    hint = capital if capital in element_symbols() else "Na"
    return f'"{stray}" is in lower case; element symbols start with a capital, as in {hint}.'
