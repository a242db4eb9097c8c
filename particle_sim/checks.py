"""The door of the public functions: arguments of the wrong kind end in one sentence.

:func:`arguments_checked` reads what a function's signature says (a number, a whole number, a
text, a choice, an object, a sequence) and refuses anything else; :func:`check_fields` does it for
a dataclass.
Ranges are the functions' own, which also refuse NaN and infinity where these make no sense.
"""

from __future__ import annotations

import enum
import functools
import inspect
import numbers
import types
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, ParamSpec, TypeVar, Union, get_args, get_origin, get_type_hints

from particle_sim.errors import InputError

Parameters = ParamSpec("Parameters")
Answer = TypeVar("Answer")


def arguments_checked(function: Callable[Parameters, Answer]) -> Callable[Parameters, Answer]:
    """``function`` that refuses arguments of another kind than its signature says.

    >>> @arguments_checked
    ... def grow(radius: float) -> float:
    ...     return 2 * radius
    >>> grow("0.5 um")
    Traceback (most recent call last):
    ...
    particle_sim.errors.InputError: grow: radius is '0.5 um'; give a number in m, here 5e-07.
    """
    signature = inspect.signature(function)
    hints = functools.cache(lambda: get_type_hints(function))

    @functools.wraps(function)
    def door(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Answer:
        given = signature.bind(*args, **kwargs).arguments
        known = hints()
        _refuse(
            function.__name__, ((name, value, known.get(name)) for name, value in given.items())
        )
        return function(*args, **kwargs)

    return door


def check_fields(instance: Any) -> None:
    """Refuse a dataclass one of whose fields is of another kind than declared."""
    kind: Any = type(instance)
    fields = ((name, getattr(instance, name), hint) for name, hint in _field_hints(kind).items())
    _refuse(kind.__name__, fields)


@functools.cache
def _field_hints(kind: Any) -> dict[str, Any]:
    hints = get_type_hints(kind)
    return {name: hints[name] for name in kind.__dataclass_fields__}


def _refuse(where: str, given: Iterable[tuple[str, Any, Any]]) -> None:
    problems = []
    for name, value, hint in given:
        wanted = _wanted(value, hint)
        if wanted:
            shown = repr(value)
            shown = shown if len(shown) <= 60 else shown[:57] + "..."
            problems.append(f"{where}: {name} is {shown}; give {wanted}{_as_number(value, hint)}.")
    if problems:
        raise InputError(*problems)


def _wanted(value: Any, hint: Any) -> str:
    """What the hint asks for, where ``value`` is not that; nothing where it is."""
    if get_origin(hint) in (Union, types.UnionType):
        wanted = [_wanted(value, part) for part in get_args(hint)]
        return "" if "" in wanted else " or ".join(dict.fromkeys(wanted))
    if isinstance(hint, TypeVar):
        hint = Union[hint.__constraints__] if hint.__constraints__ else Any  # noqa: UP007
        return _wanted(value, hint)
    if hint is None or hint is Any:
        return ""
    if hint is type(None):
        return "" if value is None else "None"
    for kind in _KINDS:
        fits, words = kind(value, hint)
        if words:
            return "" if fits else words
    return ""


def _number(value: Any, hint: Any) -> tuple[bool, str]:
    if hint is bool:
        return _is_bool(value), "True or False"
    if hint is int:
        return _is_real(value, numbers.Integral), "a whole number"
    if hint is float:
        return _is_real(value, numbers.Real), "a number"
    return False, ""


def _is_real(value: Any, kind: type) -> bool:
    if getattr(value, "ndim", None) == 0 and hasattr(value, "item"):
        value = value.item()
    return isinstance(value, kind) and not _is_bool(value)


def _is_bool(value: Any) -> bool:
    return type(value).__name__ in ("bool", "bool_")  # NumPy's has two names, by version


def _text(value: Any, hint: Any) -> tuple[bool, str]:
    return isinstance(value, str), "a text" if hint is str else ""


def _choice(value: Any, hint: Any) -> tuple[bool, str]:
    if not (isinstance(hint, type) and issubclass(hint, enum.Enum)):
        return False, ""
    return isinstance(value, hint), " or ".join(str(member) for member in hint)


def _collection(value: Any, hint: Any) -> tuple[bool, str]:
    """Mappings, and sequences whose items are checked too; arrays hold numbers."""
    origin, parts = get_origin(hint), get_args(hint)
    if getattr(origin, "__name__", "") == "ndarray":
        return _is_numeric(value), "an array of numbers"
    if not isinstance(origin, type) or not issubclass(origin, Iterable):
        return False, ""
    if issubclass(origin, Mapping):
        return isinstance(value, Mapping), "a mapping"
    items = parts[:1] if origin is not tuple or parts[-1:] == (...,) else parts
    words = f"a sequence ({', '.join(_named(item) for item in items)})"
    if isinstance(value, str) or not isinstance(value, Iterable) or isinstance(value, Iterator):
        return False, words
    inner = items * len(list(value)) if len(items) == 1 else items
    return not any(_wanted(item, part) for item, part in zip(value, inner, strict=False)), words


def _is_numeric(value: Any) -> bool:
    import numpy as np  # a tenth of a second that analysing a formula does not need

    if isinstance(value, str | Mapping):
        return False
    try:
        array = np.asarray(value)
    except (ValueError, TypeError):  # rows of unequal length
        return False
    return array.dtype.kind in "iuf" and array.ndim > 0


def _instance(value: Any, hint: Any) -> tuple[bool, str]:
    kind: Any = get_origin(hint) or hint
    if not isinstance(kind, type):
        return False, ""
    if kind is Callable:
        return callable(value), "a function"
    if getattr(kind, "_is_protocol", False):
        names = {*kind.__annotations__, *vars(kind)}
        fits = all(hasattr(value, name) for name in names if not name.startswith("_"))
        return fits, f"a {kind.__name__}"
    return isinstance(value, kind), f"a {kind.__name__}"


_KINDS = (_number, _text, _choice, _collection, _instance)


def _named(hint: Any) -> str:
    return {float: "numbers", int: "whole numbers", str: "texts"}.get(
        hint, getattr(hint, "__name__", "items")
    )


def _as_number(value: Any, hint: Any) -> str:
    """The number a text with a unit stands for, where a number is wanted."""
    if not isinstance(value, str) or float not in (hint, *get_args(hint)):
        return ""
    from particle_sim.units import base_unit, split_quantity, to_si

    try:
        number, unit = split_quantity(value)
        if not unit:
            return f", here {number:g}"
        base = base_unit(unit)
        return f" in {base}, here {to_si(number, unit, base):g}"
    except InputError:
        return ""
