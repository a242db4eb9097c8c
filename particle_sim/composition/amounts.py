"""The parts and brackets of a formula, and amounts: a number, a fraction, or a + b x."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from particle_sim.composition.spelling import refusal
from particle_sim.composition.tokens import Token
from particle_sim.errors import InputError

DEPTH_LIMIT = 8
"""Brackets inside brackets; three are used."""

VACANCY = "vac"
"""The name of an empty site among species."""

AMOUNT_LIMIT = 1000.0
"""Largest amount of anything in one formula unit; beyond it a decimal point is missing."""

_ROUNDING = 1e-9
"""Absolute; an amount below it is a difference of equal decimals, hence zero."""


@dataclass(frozen=True, kw_only=True)
class Amount:
    """``constant + slope * variable``; ``variable`` is ``None`` for a plain number."""

    constant: float
    slope: float = 0.0
    variable: str | None = None


ONE = Amount(constant=1.0)


@dataclass(frozen=True, kw_only=True)
class Item:
    """An element, a vacancy or a bracket with its amount; ``inner`` is empty unless a bracket."""

    symbol: str
    amount: Amount | None
    inner: tuple[Item, ...] = ()
    commas: bool = False


def read_parts(text: str, tokens: Sequence[Token]) -> list[tuple[Amount, tuple[Item, ...]]]:
    """The parts between dots, each with the count in front of it."""
    parts = []
    position = 0
    while True:
        count, position = _read_amount(text, tokens, position)
        items, position, _ = _items(text, tokens, position, 0)
        if not items:
            raise refusal(text, "a part has no element; write it like Na3V2(PO4)3.")
        parts.append((count or ONE, items))
        if position == len(tokens):
            return parts
        if tokens[position].kind != "dot":
            raise refusal(text, f"{tokens[position].text!r} has no opening bracket; add it.")
        position += 1


def _items(
    text: str, tokens: Sequence[Token], position: int, depth: int
) -> tuple[tuple[Item, ...], int, int]:
    """The items up to a closing bracket, a dot or the end; the position there; the commas met."""
    if depth > DEPTH_LIMIT:
        raise refusal(text, f"brackets are nested deeper than {DEPTH_LIMIT}; write it flatter.")
    items: list[Item] = []
    commas = 0
    while position < len(tokens) and tokens[position].kind not in ("close", "dot"):
        token = tokens[position]
        if token.kind == "comma" and depth and len(items) == commas + 1:
            commas, position = commas + 1, position + 1
        elif token.kind in ("symbol", "vacancy"):
            symbol = VACANCY if token.kind == "vacancy" else token.text
            amount, position = _read_amount(text, tokens, position + 1)
            items.append(Item(symbol=symbol, amount=amount))
        elif token.kind == "open":
            item, position = _bracket(text, tokens, position, depth)
            items.append(item)
        else:
            raise refusal(
                text, f"{token.text!r} has no place where it stands; write it like Na3V2(PO4)3."
            )
    if commas and commas != len(items) - 1:
        raise refusal(text, "a comma list must have a comma between all its elements.")
    return tuple(items), position, commas


def _bracket(text: str, tokens: Sequence[Token], position: int, depth: int) -> tuple[Item, int]:
    opening = tokens[position].text
    inner, position, commas = _items(text, tokens, position + 1, depth + 1)
    if not inner:
        raise refusal(text, "a bracket is empty or starts with a number; put elements into it.")
    closing = tokens[position].text if position < len(tokens) else ""
    if closing != {"(": ")", "[": "]"}[opening]:
        raise refusal(text, f"{opening!r} is not closed by its own bracket; balance the brackets.")
    amount, position = _read_amount(text, tokens, position + 1)
    return Item(symbol=opening, amount=amount, inner=inner, commas=commas > 0), position


def _read_amount(text: str, tokens: Sequence[Token], position: int) -> tuple[Amount | None, int]:
    """The amount at ``position``, if there is one, and the position behind it."""
    if _kind(tokens, position) == "open" and _kind(tokens, position + 1) in ("number", "variable"):
        amount, position = _linear(text, tokens, position + 1)
        if _kind(tokens, position) != "close":
            raise _too_clever(text)
        return amount, position + 1
    if _kind(tokens, position) in ("number", "variable"):
        return _linear(text, tokens, position)
    if _kind(tokens, position) == "slash":
        raise refusal(text, "/ joins two materials; give one of them, or numbers as in Na2/3.")
    if _kind(tokens, position) == "sign":
        sign = tokens[position].text
        raise refusal(text, f"{sign!r} does not follow a number; write amounts like 2-x.")
    return None, position


def letters(items: Iterable[Item]) -> list[str]:
    """Letters that stand for amounts, in order of first use."""
    found: dict[str, None] = {}
    for item in items:
        found.update(dict.fromkeys(letters(item.inner)))
        if item.amount is not None and item.amount.variable is not None:
            found[item.amount.variable] = None
    return list(found)


def value_of(text: str, amount: Amount, symbol: str, variables: Mapping[str, float]) -> float:
    """The amount as a number; zero only where a variable makes it so.

    The oxygen deficiency d of ``O(2-d)`` is 0 unless it is given.
    """
    value = amount.constant
    if amount.variable is not None:
        value += amount.slope * _variable(text, amount, symbol, variables)
    if not math.isfinite(value) or value > AMOUNT_LIMIT:
        raise refusal(
            text, f"the amount of {symbol} is {value:g}; at most {AMOUNT_LIMIT:g} is allowed."
        )
    if value < -_ROUNDING:
        given = f" at {amount.variable} = {variables.get(amount.variable or '', 0.0):g}"
        raise refusal(text, f"the amount of {symbol} is {value:g}{given}; it must not be negative.")
    if value < _ROUNDING and amount.variable is None:
        raise refusal(text, f"the amount of {symbol} is {value:g}; leave it out or correct it.")
    return value if value >= _ROUNDING else 0.0


def _kind(tokens: Sequence[Token], position: int) -> str:
    return tokens[position].kind if position < len(tokens) else ""


def _linear(text: str, tokens: Sequence[Token], position: int) -> tuple[Amount, int]:
    first, position = _number(text, tokens, position)
    if _kind(tokens, position) == "variable":
        amount = Amount(
            constant=0.0, slope=1.0 if first is None else first, variable=tokens[position].text
        )
        position += 1
    else:
        amount = Amount(constant=0.0 if first is None else first)
        if _kind(tokens, position) == "sign":
            amount, position = _with_slope(text, amount, tokens, position)
    if _kind(tokens, position) in ("sign", "slash", "number"):
        raise _too_clever(text)
    return amount, position


def _with_slope(
    text: str, amount: Amount, tokens: Sequence[Token], position: int
) -> tuple[Amount, int]:
    sign = -1.0 if tokens[position].text == "-" else 1.0
    slope, position = _number(text, tokens, position + 1)
    if _kind(tokens, position) != "variable":
        raise _too_clever(text)
    slope = 1.0 if slope is None else slope
    linear = Amount(constant=amount.constant, slope=sign * slope, variable=tokens[position].text)
    return linear, position + 1


def _number(text: str, tokens: Sequence[Token], position: int) -> tuple[float | None, int]:
    """A number or a fraction of two, if there is one."""
    if _kind(tokens, position) != "number":
        return None, position
    value = float(tokens[position].text)
    if _kind(tokens, position + 1) != "slash":
        return value, position + 1
    if _kind(tokens, position + 2) != "number":
        raise refusal(text, "/ does not stand between two numbers; it must, as in Na2/3.")
    divisor = float(tokens[position + 2].text)
    if divisor == 0:
        raise refusal(text, f"{value:g}/0 is no amount; correct the fraction.")
    return value / divisor, position + 3


def _variable(text: str, amount: Amount, symbol: str, variables: Mapping[str, float]) -> float:
    name = amount.variable or ""
    if name in variables:
        return variables[name]
    if symbol == "O" and name == "d" and amount.slope < 0:
        return 0.0
    if len(symbol) == 1 and name == "z":
        raise refusal(
            text,
            f"{symbol}z is not an element; if z is an amount, write its number, as in {symbol}0.1.",
        )
    raise refusal(
        text, f"the amount {name} of {symbol} is free; write a number in its place, as in 0.67."
    )


def _too_clever(text: str) -> InputError:
    return refusal(text, "an amount is more than a number, a fraction or a-bx; work it out first.")
