"""Expressions of a BPX file, read as arithmetic and turned into tables.

BPX lets a function be a line such as ``4.1 - 0.5 * x + exp(-30 * x)``; the ``bpx`` package makes
Python of it. Here the line is parsed, and only numbers, ``x``, + - * / ** and the functions in
``FUNCTIONS`` are understood. Nothing is executed; everything else is refused.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

import numpy as np

from particle_sim.errors import InputError
from particle_sim.units import Array

LENGTH_LIMIT = 5000
"""Letters of one expression; those of published sets have a few hundred."""
POINTS = 401

FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "exp": np.exp,
    "log": np.log,
    "sqrt": np.sqrt,
    "sin": np.sin,
    "cos": np.cos,
    "tanh": np.tanh,
    "sinh": np.sinh,
    "cosh": np.cosh,
}

_OPERATORS: dict[type[ast.AST], Callable[..., Any]] = {
    ast.Add: np.add,
    ast.Sub: np.subtract,
    ast.Mult: np.multiply,
    ast.Div: np.divide,
    ast.Pow: np.power,
    ast.USub: np.negative,
    ast.UAdd: np.positive,
}


def tabulated(where: str, text: str, span: tuple[float, float]) -> float | dict[str, list[float]]:
    """``text`` as a table {"x", "y"} of ``POINTS`` over ``span``, or as a number without an x.

    ``where`` begins the error.
    """
    shown = text if len(text) <= 40 else text[:37] + "..."
    refusal = (
        f'{where} is "{shown}", which is not arithmetic with x, numbers and '
        f"{', '.join(FUNCTIONS)}; nothing in a file is executed, so give it as a table "
        '{"x": [...], "y": [...]}.'
    )
    if len(text) > LENGTH_LIMIT:
        raise InputError(refusal)
    x = np.linspace(*span, POINTS)
    try:
        tree = ast.parse(text.strip(), mode="eval")
        with np.errstate(all="ignore"):
            y = np.broadcast_to(_value(tree.body, x), x.shape)
    except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError, OverflowError):
        raise InputError(refusal) from None
    if not np.isfinite(y).all():
        raise InputError(
            f'{where} is "{shown}", which is not finite from {span[0]:g} to {span[1]:g}; '
            "give it as a table."
        )
    if not any(isinstance(node, ast.Name) and node.id == "x" for node in ast.walk(tree)):
        return float(y[0])
    return {"x": x.tolist(), "y": y.tolist()}


def _value(node: ast.AST, x: Array) -> Any:
    """The value of a node; :class:`ValueError` for anything that is not arithmetic."""
    match node:
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            return np.float64(number)
        case ast.Name(id="x"):
            return x
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
            return _OPERATORS[type(op)](_value(left, x), _value(right, x))
        case ast.UnaryOp(op=op, operand=operand) if type(op) in _OPERATORS:
            return _OPERATORS[type(op)](_value(operand, x))
        case ast.Call(func=ast.Name(id=name), args=[argument], keywords=[]) if name in FUNCTIONS:
            return FUNCTIONS[name](_value(argument, x))
    raise ValueError(ast.dump(node)[:40])
