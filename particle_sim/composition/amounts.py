"""The amounts of a formula: a number, a fraction, or a + b x with one letter x."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from particle_sim.composition.spelling import refusal
from particle_sim.composition.tokens import Token
from particle_sim.errors import InputError

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


def read_amount(text: str, tokens: Sequence[Token], position: int) -> tuple[Amount | None, int]:
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
