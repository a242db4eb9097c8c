"""Tables on a terminal."""

from __future__ import annotations

import re
from collections.abc import Sequence

WIDE_TERMINAL = 110
"""Columns from which a terminal has room for words beside the numbers."""

VALUE_WIDTH = 13
"""Characters that hold a number with its unit."""

WHOLE = (
    "name",
    "distance, at%",
    "property",
    "evidence",
    "status",
    "carrier",
    "high-entropy",
    "known",
)
"""Columns that never break over lines."""


def terminal_width() -> int:
    """Characters in a line of the terminal."""
    from rich.console import Console

    return Console().width


def with_short_formulas(rows: Sequence[dict[str, str]]) -> list[dict[str, str]]:
    """Rows whose formulas are broken between elements where the terminal has no room for them."""
    taken = sum(
        3 + max(len(name), *(len(row[name]) for row in rows))
        for name in (rows[0] if rows else ())
        if name != "formula"
    )
    room = terminal_width() - taken - 4
    return [{**row, "formula": broken(row["formula"], room)} for row in rows]


def broken(formula: str, width: int) -> str:
    """A formula over lines of ``width``, broken in front of an element or a bracket.

    >>> broken("NaNi0.2Fe0.2Mn0.6O2", 12).splitlines()
    ['NaNi0.2Fe0.2', 'Mn0.6O2']
    """
    lines = [""]
    for part in re.findall(r"[A-Z(\[ ]?[^A-Z(\[ ]*", formula):
        if lines[-1] and len(lines[-1]) + len(part) > width:
            lines.append("")
        lines[-1] += part
    return "\n".join(line.strip() for line in lines)


def print_table(title: str, rows: Sequence[dict[str, str]]) -> None:
    """Rows of equal keys as a table; an empty list prints a sentence instead."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    if not rows:
        print(f"{title}: nothing to show.")
        return
    table = Table(title=title, title_justify="left")
    for column in rows[0]:
        table.add_column(
            column,
            overflow="fold",
            no_wrap=column in WHOLE,
            min_width=VALUE_WIDTH if column == "value" else None,
        )
    for row in rows:
        table.add_row(*map(escape, row.values()))
    Console().print(table)


def print_properties(title: str, rows: Sequence[dict[str, str]]) -> None:
    """Properties of a material, each with its source as a number that the list below explains."""
    numbers = {source: n for n, source in enumerate(dict.fromkeys(r["source"] for r in rows), 1)}
    wide = terminal_width() >= WIDE_TERMINAL
    shown = []
    for row in rows:
        columns = {
            "property": row["property"],
            "value": f"{row['value']} {row['unit']}".strip(),
            "plausible": row["plausible"],
            "evidence": row["evidence"],
            "matters for": row["matters for"],
            "from": f"[{numbers[row['source']]}] {row['place'] if wide else ''}".strip(),
        }
        if not wide:
            del columns["matters for"]
        shown.append(columns)
    print_table(title, shown)
    if not wide:
        print("A terminal of 110 columns also shows what each number matters for, and the place.")
    for source, number in numbers.items():
        print(f"[{number}] {source}")


def print_facts(title: str, facts: Sequence[dict[str, str]]) -> None:
    """What papers print of a material."""
    print_table(title, [{key: row[key] for key in ("fact", "statement", "place")} for row in facts])
    for source in dict.fromkeys(row["source"] for row in facts):
        print(f"From: {source}")


def print_lines(title: str, lines: Sequence[str]) -> None:
    """Sentences under a title."""
    print(f"{title}:")
    for line in lines:
        print(f"  {line}")
