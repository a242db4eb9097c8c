"""One spelling of a formula: what papers, LaTeX and tables write around it is taken off or refused.

Taken off, because it can mean one thing only: LaTeX and HTML around subscripts, spaces, invisible
signs, a stacking label with a dash in front (``P2-``, ``α-``). Refused, because it can mean two
things: dots that may be decimal points, decimal commas, charges, coatings, labels without a dash,
abbreviations whose letters are elements too. The sentence says how to write what is meant.
"""

from __future__ import annotations

import re
import unicodedata

from particle_sim.errors import InputError

LENGTH_LIMIT = 500
"""Characters; the longest formula of the high-entropy battery literature we met has 75."""

_SAME = str.maketrans(
    "₀₁₂₃₄₅₆₇₈₉₊₋−–—‐‑ₓδ•∙⋅・‧*{}（）［］⁄∕，",
    "0123456789+------xd······()()[]//,",
    "_",
)
_WRAPPER = re.compile(r"\\(?:mathrm|mathsf|mathbf|mathit|textrm|text|ce|rm)\s*\{([^{}]*)\}")
_SUBSCRIPT = re.compile(r"_\{\s*([^{}]*?)\s*\}")
_PLAIN_AMOUNT = re.compile(r"[0-9.]+(?:/[0-9.]+)?|[xyzd]")
_LATEX = (
    (re.compile(r"\\(?:cdot|bullet|ast)(?![a-zA-Z])"), "·"),
    (re.compile(r"\\delta(?![a-zA-Z])"), "δ"),
    (re.compile(r"\\(?:alpha|beta|gamma)(?![a-zA-Z])"), "α"),
    (re.compile(r"\\(?:square|Box)(?![a-zA-Z])"), "□"),
    (re.compile(r"\\[td]?frac\{([^{}]*)\}\{([^{}]*)\}"), r"\1/\2"),
    (re.compile(r"\\(?:left|right|rm|,|;|!|:|\(|\))|[$~]|</?(?:sub|i|b)>"), ""),
)

_LABEL = r"[OPT]['′]?[1-3]['′]?"
_IN_FRONT = r"^[OT][1-3](?=[A-Z])|^P[1-3](?=K|V|Y|W|(?!Se|Cl|Br)[A-Z][a-z])"
"""A label glued to a formula: nobody puts oxygen first, or phosphorus before a metal."""

_PREFIX = re.compile(rf"^(?:{_LABEL}(?:/{_LABEL})*|[hmortα-ω]['′]?)-(?=[A-Z(\[0-9])")
_ABBREVIATION = re.compile(r"(?=(?:[^A-Z]*[A-Z]){3})[A-Z]+(?:-[A-Z]+)*(?:-?[0-9]{3})?")
_ALTERNATIVES = re.compile(r"\bor\b|\band\b|;")
_GARBLED_WATER = re.compile(r"\](?P<count>[0-9]+\.[0-9]+)\.H2O$")
_COUNTED_WATER = re.compile(r"(?<=[\])A-Za-z])\.(?=[0-9]+\.[0-9]+H2O$)|\.(?=H2O$)")

_AMBIGUOUS = (
    (
        re.compile(r"\^|[⁰¹²³⁴-⁹⁺⁻]|\+(?=[A-Z(\[])|[0-9]*[+-]$"),
        "{0!r} is a charge or a raised number; a formula is neutral, so leave it out.",
    ),
    (
        re.compile(r"[0-9]+,[0-9]+"),
        "{0} has a decimal comma; write a point, {1}.",
    ),
    (
        re.compile(r"(?:(?<=[A-Za-z0-9)\]])/|@)[A-Za-z(\[].*$"),
        "{0} joins two materials (or names a coating); give one of them without it.",
    ),
    (
        re.compile(r"-[A-Z(\[].*$"),
        "{0} behind a dash is another material or a label; give one formula, or write · between "
        "two parts of it.",
    ),
    (
        re.compile(rf"^[(\[](?:{_LABEL}|C)[)\]]-?|[(\[](?:{_LABEL}|C)[)\]]$|{_IN_FRONT}"),
        "{0} may be a label (stacking, coating) or atoms; leave a label out, and write atoms "
        "without a bracket of their own and not in front.",
    ),
    (
        re.compile(r"(?<![0-9.])0[0-9]+(?![0-9.])"),
        "{0} has a zero in front and no point; write it like 0.67.",
    ),
    (
        re.compile(r"[0-9]+\.[0-9]*\.[0-9.]*"),
        "{0} has two dots, of which one may be a decimal point; write · between two parts.",
    ),
    (
        re.compile(r"[^.·0-9][0-9]+\.[0-9]+\(?[HD]2O\)?$"),
        "the dot before H2O may be a decimal point; write · before the water.",
    ),
    (
        re.compile(r"(?<![0-9])\.[0-9]+"),
        "{0} may be the number 0{0} or a part behind a dot; write 0{0} or ·, whichever is meant.",
    ),
    (
        re.compile(r"\.(?![0-9]).{0,6}"),
        "{0!r} begins with a dot that is no decimal point; write · between two parts, or leave it "
        "out.",
    ),
)
"""What may mean two things, and the sentence: {0} is the passage, {1} the same with a point."""


def refusal(text: str, reason: str) -> InputError:
    """The one sentence about ``text``: which formula, and ``reason`` (what, and what to do)."""
    start = "".join(letter if letter.isprintable() else " " for letter in text[:81])
    shown = start if len(text) <= 80 else start[:77] + "..."
    return InputError(f'Formula "{shown}": {reason}')


def plain_spelling(text: str) -> str:
    """``text`` without spaces and decoration, with one spelling of each sign.

    >>> plain_spelling(r"P2-Na$_{2/3}$MnO$_2$")
    'Na2/3MnO2'
    """
    if len(text) > LENGTH_LIMIT:
        raise refusal(text, f"it has {len(text)} characters; at most {LENGTH_LIMIT} are allowed.")
    if not text.strip():
        raise refusal(text, "it is empty; write it like Na3V2(PO4)3.")
    seen = "".join(letter for letter in text if unicodedata.category(letter) != "Cf")
    bare = _without_latex(text, seen)
    _refuse_prose(text, bare)
    plain = _PREFIX.sub("", "".join(bare.translate(_SAME).split()), count=1)
    if _ABBREVIATION.fullmatch(plain):
        raise refusal(
            text,
            "it is an abbreviation, or elements without amounts; write its formula, such as "
            "Na3V2(PO4)3, or a number behind each element.",
        )
    return _unambiguous(text, plain)


def _without_latex(text: str, seen: str) -> str:
    """The letters that LaTeX or HTML would print, subscripts in line."""
    for pattern, printed in _LATEX:
        seen = pattern.sub(printed, seen)
    seen = _SUBSCRIPT.sub(lambda found: _in_line(found[1]), seen)
    while (unwrapped := _WRAPPER.sub(r"\1", seen)) != seen:
        seen = _SUBSCRIPT.sub(lambda found: _in_line(found[1]), unwrapped)
    command = re.search(r"\\[a-zA-Z]*", seen)
    if command is not None:
        raise refusal(text, f"{command[0]} is LaTeX that is not read; write it like Na3V2(PO4)3.")
    return seen


def _in_line(subscript: str) -> str:
    return subscript if _PLAIN_AMOUNT.fullmatch(subscript) else f"({subscript})"


def _refuse_prose(text: str, bare: str) -> None:
    if _ALTERNATIVES.search(bare):
        raise refusal(text, "it holds more than one formula; give one of them.")
    if "=" in bare:
        raise refusal(
            text,
            "it holds an explanation with =; write each number or element in the place of its "
            "letter, as in Na0.67MnO2, and leave the explanation out.",
        )
    if "doped" in bare.lower():
        raise refusal(text, '"doped" says no amounts; write the dopant with its amount.')
    if not any(letter.isupper() for letter in bare):
        raise refusal(text, "it has no capital letter; element symbols start with one, as in Na.")
    names = set(re.split(r"[^A-Za-z]+", bare)) - {"vac", "Vac"}
    words = sorted(name for name in names if re.fullmatch(r"[A-Za-z]?[a-z]{3,}", name))
    words += [piece for piece in bare.split() if re.fullmatch(r"[A-Z]{2,}", piece)]
    if words and bare.strip() != words[0]:
        raise refusal(text, f'"{words[0]}" is a word beside the formula; give only the formula.')


def _unambiguous(text: str, plain: str) -> str:
    """``plain`` with · before counted water; a sentence for whatever may mean two things.

    ``[Fe(CN)6]1.26.H2O`` is read as 1.26 H2O: a hexacyanometallate framework holds at most one
    [M(CN)6] per formula unit, so a number above 1 before ``.H2O`` counts the water.
    """
    garbled = _GARBLED_WATER.search(plain)
    if garbled is not None:
        count = garbled.group("count")
        if float(count) <= 1:
            raise refusal(text, f"{count} may count the bracket or the water; write ·{count}H2O.")
        plain = f"{plain[: garbled.start()]}]·{count}H2O"
    plain = _COUNTED_WATER.sub("·", plain, count=1)
    for pattern, sentence in _AMBIGUOUS:
        found = pattern.search(plain)
        if found is not None:
            raise refusal(text, sentence.format(found[0], found[0].replace(",", ".")))
    doubled = re.search(r"([A-Z])\1", plain)
    if doubled is not None and not re.search("[a-z]", plain):
        raise refusal(
            text,
            f"it has no lower-case letter, and {doubled[1]} twice in a row; write two-letter "
            "symbols like Co, not CO.",
        )
    return plain
