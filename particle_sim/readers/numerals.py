"""Columns of texts as numbers: decimal points and commas, thousands, clocks and dates.

Which sign parts the decimals is said by the texts: ``1,234.5`` and ``0,5`` have one reading,
``1,234`` alone has two, and a file in which only such texts stand is asked about.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Sequence
from datetime import date

import numpy as np

from particle_sim.errors import InputError
from particle_sim.units import Array

LARGEST = 1e15
"""No measurement is larger."""


class Decimal(enum.Enum):
    """The sign before the decimals."""

    POINT = "."
    COMMA = ","


_SPACES = r"[ \t\u00a0\u202f]*"
_PLAIN = re.compile(
    rf"(?:{_SPACES}[-+]?(?:\d++(?:\.\d*+)?|\.\d++)(?:[eE][-+]?\d+)?{_SPACES}(?:\n|\Z))*", re.ASCII
)
_WITH_THOUSANDS = {
    Decimal.POINT: re.compile(
        r"[-+]?\d{1,3}(?:[,' \u00a0\u202f]\d{3})+(?:\.\d*)?(?:[eE][-+]?\d+)?", re.ASCII
    ),
    Decimal.COMMA: re.compile(
        r"[-+]?\d{1,3}(?:[.' \u00a0\u202f]\d{3})+(?:,\d*)?(?:[eE][-+]?\d+)?", re.ASCII
    ),
}
_COMMA_ONLY = re.compile(r"[-+]?\d*,\d*(?:[eE][-+]?\d+)?", re.ASCII)
_TWO_READINGS = re.compile(r"[-+]?[1-9]\d{0,2},\d{3}", re.ASCII)


class NotANumber(Exception):
    """A text that is none, at an index of a column."""

    def __init__(self, index: int) -> None:
        self.index = index


def decimal_of(name: str, texts: Sequence[str], separator: str) -> Decimal:
    """The decimal sign of the numbers of a file.

    Raises :class:`InputError` where they can be read in two ways, or disagree.

    >>> decimal_of("a.csv", ["1,234.5", "999.0"], ";"), decimal_of("a.csv", ["0,5", "1,234"], ";")
    (<Decimal.POINT: '.'>, <Decimal.COMMA: ','>)
    """
    commas = [text.strip() for text in texts if "," in text]
    if not commas:
        return Decimal.POINT
    both = [text for text in commas if "." in text]
    decimal_commas = [
        t for t in commas if _COMMA_ONLY.fullmatch(t) and not _TWO_READINGS.fullmatch(t)
    ]
    comma = any(text.rfind(",") > text.rfind(".") for text in both) or bool(decimal_commas)
    point = any(text.rfind(",") < text.rfind(".") for text in both) or any(
        "." in text and "," not in text for text in texts
    )
    if comma and point and decimal_commas:
        other = next(text for text in texts if "." in text)
        raise InputError(
            f'{name}: both comma and point stand in numbers ("{decimal_commas[0][:20]}" and '
            f'"{other.strip()[:20]}"); keep one decimal sign, and no sign between thousands.'
        )
    if comma or point:
        return Decimal.COMMA if comma else Decimal.POINT
    raise InputError(
        f'{name}: "{commas[0][:20]}" may have a decimal comma or thousands, and no other number '
        "says "
        "which; export decimals with a point."
    )


def floats(texts: Sequence[str], decimal: Decimal) -> Array:
    """Numbers of a column; :class:`NotANumber` at the first text that is none.

    >>> floats(["1.234,5", "0,5"], Decimal.COMMA)
    array([1.2345e+03, 5.0000e-01])
    """
    joined = "\n".join(texts)
    if "\u2212" in joined:
        texts = joined.replace("\u2212", "-").split("\n")
        joined = "\n".join(texts)
    if decimal is Decimal.COMMA and "." not in joined:
        joined = joined.replace(",", ".")
    if (decimal is Decimal.POINT and "," in joined) or not _PLAIN.fullmatch(joined):
        return np.array([_one(text, index, decimal) for index, text in enumerate(texts)])
    values = np.array(list(map(float, joined.split("\n"))))
    large = np.flatnonzero(~(np.abs(values) <= LARGEST))
    if len(large):
        raise NotANumber(int(large[0]))
    return values


def _one(text: str, index: int, decimal: Decimal) -> float:
    plain = text.strip()
    if _WITH_THOUSANDS[decimal].fullmatch(plain):
        plain = re.sub(r"[' \u00a0\u202f]", "", plain)
        plain = plain.replace("," if decimal is Decimal.POINT else ".", "")
    if decimal is Decimal.COMMA and "." not in plain:
        plain = plain.replace(",", ".")
    if not plain or not _PLAIN.fullmatch(plain):
        raise NotANumber(index)
    value = float(plain)
    if not abs(value) <= LARGEST:
        raise NotANumber(index)
    return value


_CLOCK = re.compile(
    r"\s*(?:(\d+)\s*(?:d(?:ays?)?\b)?\s*[-,. ]\s*)?(\d+):(\d{1,2}):(\d{1,2}(?:[.,]\d+)?)\s*",
    re.IGNORECASE | re.ASCII,
)


def clocks(texts: Sequence[str]) -> Array:
    """Seconds of ``h:mm:ss``, ``0d 00:00:10.00`` or ``1-02:03:04``; :class:`NotANumber` else.

    >>> clocks(["0:01:00.5", "1d 00:00:01", "1-02:00:00"])
    array([6.0500e+01, 8.6401e+04, 9.3600e+04])
    """
    joined = "\n".join(texts)
    if _SHORT_CLOCKS.fullmatch(joined):
        fields = np.array(list(map(float, joined.replace(":", "\n").split("\n"))))
        return np.asarray(fields.reshape(-1, 3) @ np.array([3600.0, 60.0, 1.0]))
    return np.array([_clock(text, index) for index, text in enumerate(texts)])


_SHORT_CLOCKS = re.compile(r"(?:\d+:[0-5]\d:[0-5]\d(?:\.\d+)?(?:\n|\Z))*", re.ASCII)
"""What nearly all clocks look like, so that a million of them are read at once."""


def _clock(text: str, index: int) -> float:
    found = _CLOCK.fullmatch(text)
    if found is None:
        raise NotANumber(index)
    days, hours, minutes, seconds = found.groups()
    if int(minutes) > 59 or float(seconds.replace(",", ".")) >= 61:
        raise NotANumber(index)
    whole = 3600 * int(hours) + 60 * int(minutes) + float(seconds.replace(",", "."))
    return whole + 86400 * int(days or 0)


_DATE = re.compile(
    r"\s*(\d{1,4})([-/.])(\d{1,2}|[A-Za-z]{3})\2(\d{1,4})"
    r"[T ]+(\d{1,2}):(\d{2})(?::(\d{2}(?:[.,]\d+)?))?\s*([AaPp][Mm])?\s*",
    re.ASCII,
)
_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS = {name: number for number, name in enumerate(_NAMES, 1)}


def looks_like_dates(texts: Sequence[str]) -> bool:
    """Whether the first text is a date with a time of day."""
    return bool(texts) and _DATE.fullmatch(texts[0]) is not None


def dates(name: str, texts: Sequence[str], month_first: bool | None = None) -> Array:
    """Seconds of dates with a time of day, from some day on; :class:`NotANumber` where one is none.

    ``03/04/2026`` is of April or of March: what the other dates leave open is asked, unless the
    order is known.
    """
    rows = [_date_parts(text, index) for index, text in enumerate(texts)]
    first = {row[0] for row in rows}
    known = {day: _ordinal(day, month_first) for day in first}
    if any(value is None for value in known.values()):
        known = _settled(name, first)
    return np.array([86400.0 * (known[day] or 0) + seconds for day, seconds in rows])


def _date_parts(text: str, index: int) -> tuple[tuple[str, str, str, str], float]:
    found = _DATE.fullmatch(text)
    if found is None:
        raise NotANumber(index)
    one, sign, two, three, hours, minutes, seconds, half = found.groups()
    hour = int(hours) % 12 + 12 * (half.lower() == "pm") if half else int(hours)
    whole = 3600 * hour + 60 * int(minutes) + float((seconds or "0").replace(",", "."))
    return (one, sign, two, three), whole


def _ordinal(day: tuple[str, str, str, str], month_first: bool | None) -> int | None:
    """The day's number; None where day and month may be the other way round."""
    one, sign, two, three = day
    if two.isalpha():
        return _number_of(three, str(_MONTHS.get(two.lower(), 13)), one)
    if len(one) == 4:
        return _number_of(one, two, three)
    if sign == ".":
        return _number_of(three, two, one)
    if month_first is None and int(one) <= 12 and int(two) <= 12 and one != two:
        return None
    swapped = int(two) > 12 or (bool(month_first) and int(one) <= 12)
    return _number_of(three, one, two) if swapped else _number_of(three, two, one)


def _number_of(year: str, month: str, day: str) -> int:
    try:
        whole = int(year) + (2000 if len(year) == 2 else 0)
        return date(whole, int(month), int(day)).toordinal()
    except ValueError:
        return 0


def _settled(
    name: str, days: set[tuple[str, str, str, str]]
) -> dict[tuple[str, str, str, str], int | None]:
    """All days in the one order in which each of them exists; asked where both orders do."""
    if len(days) == 1:
        return {day: _ordinal(day, month_first=False) for day in days}
    told = [(int(one) > 12, int(two) > 12) for one, _, two, _ in days]
    day_first, month_first = (any(pair[which] for pair in told) for which in (0, 1))
    if day_first != month_first:
        return {day: _ordinal(day, month_first) for day in days}
    one, _, two, three = sorted(days)[0]
    shown = f"{one}/{two}/{three}"
    raise InputError(
        f'{name}: "{shown}" may begin with the day or the month, and no other date says which; '
        "export the time since the start of the test instead."
    )
