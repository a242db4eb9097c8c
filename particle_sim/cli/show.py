"""``particle-sim show``: what is known of a material, and how."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from particle_sim.errors import InputError, closest

KINDS = ("material", "materials")


def show(
    kind: Annotated[str, typer.Argument(help="material or materials")],
    name: Annotated[str | None, typer.Argument(help="Name, name@reading, or a .toml file.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """Every number of a material with unit, range, evidence and source."""
    if kind not in KINDS:
        raise InputError(f'show does not know "{kind}"; {closest(kind, KINDS)}')
    if kind == "materials":
        _list(as_json)
        return
    if name is None:
        raise InputError('show material needs a name; try "particle-sim show materials".')
    _one(name, as_json)


def _list(as_json: bool) -> None:
    from particle_sim.materials.load import load_record, material_names

    rows = []
    for name in material_names():
        header = load_record(name).file.material
        rows.append(
            {
                "name": name,
                "formula": header.formula,
                "family": header.family,
                "carrier": header.carrier,
                "phase": header.phase_behaviour.kind,
                "baseline": header.baseline or "",
            }
        )
    if as_json:
        print(json.dumps(rows, indent=2))
        return
    _print_table("Materials", rows)


def _one(name: str, as_json: bool) -> None:
    from particle_sim.materials.load import load_record
    from particle_sim.materials.table import input_rows

    record = load_record(name)
    rows = input_rows(record)
    if as_json:
        print(json.dumps({"name": record.material.name, "properties": rows}, indent=2))
        return
    header = record.file.material
    numbers = {source: n for n, source in enumerate(dict.fromkeys(r["source"] for r in rows), 1)}
    _print_table(
        f"{header.title}  {header.formula}  reading: {record.material.reading}",
        [
            {
                "property": row["property"],
                "value": f"{row['value']} {row['unit']}".strip(),
                "plausible": row["plausible"],
                "evidence": row["evidence"],
                "from": f"[{numbers[row['source']]}] {row['place']}".strip(),
            }
            for row in rows
        ],
    )
    for source, number in numbers.items():
        print(f"[{number}] {source}")
    for other, reading in record.file.readings.items():
        print(f"Other reading: {header.name}@{other}: {reading.title}")


def _print_table(title: str, rows: list[dict[str, str]]) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table(title=title, title_justify="left")
    for column in rows[0]:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*map(escape, row.values()))
    Console().print(table)
