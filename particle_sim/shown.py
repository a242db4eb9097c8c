"""How our objects show themselves: at most three lines at a prompt, a table in a notebook.

A class says what it is ``in_brief``, and :func:`shown` makes ``repr`` and ``_repr_html_`` of it.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from html import escape
from typing import Any, Protocol, TypeVar

WIDTH, LINES = 100, 3
"""Letters of a line and lines of a ``repr``."""
LEFT = 'style="text-align: left; vertical-align: top"'
"""Where words stand; notebooks put cells of tables to the right, as numbers need it."""


class Brief(Protocol):
    """What can be shown."""

    @property
    def in_brief(self) -> Mapping[str, str]:
        """What it is, in words under short names; the first entry says which one it is."""


Shown = TypeVar("Shown", bound=Brief)


def shown(kind: type[Shown]) -> type[Shown]:
    """The class with a ``repr`` of at most three lines and a table for notebooks.

    >>> @shown
    ... class Cup:
    ...     in_brief = {"cup": "of <tea>", "volume": "0.2 L"}
    >>> Cup()
    Cup of <tea>
      volume 0.2 L
    >>> print(Cup()._repr_html_()[:86] + "...")
    <table><caption>Cup</caption><tr><th style="text-align: left; vertical-align: top">cup...
    """
    setattr(kind, "__repr__", in_lines)  # noqa: B010
    setattr(kind, "_repr_html_", in_table)  # noqa: B010
    return kind


def in_lines(thing: Brief) -> str:
    """The first entry after the class's name, the others below, cut where they are too long."""
    (_, first), *others = thing.in_brief.items()
    head = " ".join(f"{type(thing).__name__} {first}".split())
    head = head if len(head) <= WIDTH else head[: WIDTH - 4] + " ..."
    rest = "; ".join(f"{name} {words.rstrip('.')}" for name, words in others)
    kept = textwrap.wrap(
        rest,
        WIDTH,
        initial_indent="  ",
        subsequent_indent="  ",
        max_lines=LINES - 1,
        placeholder=" ...",
    )
    return "\n".join([head, *kept])


def in_table(thing: Brief) -> str:
    """Rows of HTML; whatever a file or user put into a name is text and nothing else."""
    rows = [
        f"<tr><th {LEFT}>{escape(name)}</th><td {LEFT}>{escape(words)}</td></tr>"
        for name, words in thing.in_brief.items()
    ]
    return f"<table><caption>{escape(type(thing).__name__)}</caption>{''.join(rows)}</table>"


def span(values: Any) -> str:
    """First to last of a sequence of numbers.

    >>> span([0.0, 1.0, 12345.678])
    '0 to 1.235e+04'
    """
    return f"{values[0]:.4g} to {values[-1]:.4g}"
