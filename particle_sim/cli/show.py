"""``particle-sim show``: what is known of a material, and how."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from particle_sim.cli.complete import complete_material
from particle_sim.cli.folding import whole_output
from particle_sim.cli.options import JsonOption
from particle_sim.cli.told import print_json
from particle_sim.cli.verb import Aim, verb
from particle_sim.errors import InputError, closest

KINDS = ("material", "materials")
_NARROW = ("name", "formula", "status")
_WIDE = ("name", "formula", "family", "role", "carrier", "high-entropy", "status", "known",
         "printed numbers")  # fmt: skip
"""Columns a terminal has room for; ``--json`` has them all."""
DISTANCE = "distance, at%"
NEAREST = 10
"""Materials that --near lists."""


@verb(
    Aim.SEE,
    2,
    "the library, or every number of a material with its source",
    "show material nvp",
    completes={"name": complete_material},
)
def show(
    kind: Annotated[str, typer.Argument(help="material or materials")],
    name: Annotated[str | None, typer.Argument(help="Name, name@reading, or a .toml file.")] = None,
    carrier: Annotated[str | None, typer.Option(help="Only this carrier: Na, Li or K.")] = None,
    family: Annotated[str | None, typer.Option(help="Only families with this word.")] = None,
    role: Annotated[str | None, typer.Option(help="Only cathode, anode, ...")] = None,
    element: Annotated[
        list[str] | None, typer.Option(help="Only what holds it, e.g. Mn. Repeatable: all of them.")
    ] = None,
    formula: Annotated[
        str | None, typer.Option(help="Only formulas with this in them, e.g. Ni1/3.")
    ] = None,
    paper: Annotated[
        str | None, typer.Option(help="Only what a paper names: words of its citation, or a DOI.")
    ] = None,
    near: Annotated[
        str | None,
        typer.Option(help="The ten nearest to a formula, by the shares of their atoms."),
    ] = None,
    simulable: Annotated[bool, typer.Option("--simulable", help="Only what can be run.")] = False,
    high_entropy: Annotated[
        bool, typer.Option("--high-entropy", help="Only what its paper calls high-entropy.")
    ] = False,
    sort: Annotated[str | None, typer.Option(help="Column to sort the list by.")] = None,
    as_json: JsonOption = False,
    study: Annotated[
        Path | None, typer.Option(help="Folder that compare wrote: adds each number's influence.")
    ] = None,
    markdown: Annotated[
        bool, typer.Option("--markdown", help="Print the list as a page in Markdown.")
    ] = False,
) -> None:
    """Every number of a material with unit, range, evidence and source; or the whole library."""
    if kind not in KINDS:
        raise InputError(f'show does not know "{kind}"; {_meant(kind)}')
    if kind == "material":
        if name is None:
            raise InputError('show material needs a name; try "particle-sim show materials".')
        _one(name, as_json, study)
        return
    from particle_sim.materials.library import Selection, library_rows, select, sorted_rows

    chosen = Selection(
        carrier=carrier,
        family=family,
        role=role,
        simulable=simulable,
        high_entropy=high_entropy,
        text=name,
        elements=tuple(element or ()),
        formula=formula,
        paper=paper,
    )
    systems = select(chosen)
    if markdown:
        from particle_sim.materials.page import library_page

        print(library_page(systems), end="", file=whole_output())
        return
    rows = library_rows(systems) if near is None else _nearest(near, systems)
    if sort is not None:
        rows = sorted_rows(rows, sort)
    _list(rows, as_json)


def _nearest(formula: str, systems: Sequence[Any]) -> list[dict[str, str]]:
    """Rows of the nearest materials; their distance is that of their compositions in at%."""
    from particle_sim.materials.library import library_rows
    from particle_sim.materials.near import nearest

    found = nearest(formula, systems)[:NEAREST]
    rows = library_rows([system for _, system in found])
    return [{DISTANCE: f"{far:.1f}", **row} for (far, _), row in zip(found, rows, strict=True)]


def _meant(kind: str) -> str:
    """What to write instead of an unknown kind: most often a name without its "material"."""
    from particle_sim.materials.system import system_names

    if kind.endswith(".toml") or kind in system_names():
        return f'write "particle-sim show material {kind}".'
    return f'{closest(kind, KINDS)} E.g. "particle-sim show material nvp".'


def _list(rows: list[dict[str, str]], as_json: bool) -> None:
    from particle_sim.cli.tables import (
        WIDE_TERMINAL,
        print_table,
        terminal_width,
        with_short_formulas,
    )

    if as_json:
        print_json(rows)
        return
    columns = _WIDE if terminal_width() >= WIDE_TERMINAL else _NARROW
    columns = (*((DISTANCE,) if rows and DISTANCE in rows[0] else ()), *columns)
    shown = [{key: row[key] for key in columns} for row in rows]
    if columns[-1] == "status":
        shown = with_short_formulas(shown)
    simulable = sum(row["status"] == "simulable" for row in rows)
    print_table(f"{len(rows)} materials, {simulable} simulable", shown)
    if DISTANCE in columns:
        print("distance: Euclidean, of the shares of the elements among all atoms.")
    if "known" in columns:
        print("known: properties of a simulation that are its own, not stand-ins or assumptions.")
    print('"particle-sim show material NAME" shows each number with its source.')


def _one(name: str, as_json: bool, study: Path | None) -> None:
    from particle_sim.cli.tables import print_facts, print_lines, print_properties
    from particle_sim.composition.report import sentences
    from particle_sim.materials.load import build_record
    from particle_sim.materials.system import load_system
    from particle_sim.materials.table import fact_rows, input_rows

    system = load_system(name)
    header = system.file.material
    rows = []
    if system.status.simulable or system.file.properties:
        rows = input_rows(build_record(system))
    if study is not None:
        rows = _with_influence(rows, header.name, study)
    facts = fact_rows(system)
    try:
        composition = list(sentences(system.composition()))
    except InputError as error:
        composition = [f"No composition analysis: {' '.join(error.problems)}"]
    if as_json:
        shown = {
            "name": header.name,
            "status": system.status.sentence,
            "properties": rows,
            "printed": facts,
            "composition": composition,
        }
        print_json(shown)
        return
    if rows:
        title = f"{header.title}  {header.formula}  reading: {system.reading}"
        print_properties(title, rows)
    print_facts(f"{header.title}  {header.formula}: what its papers print", facts)
    print_lines("Composition", composition)
    print(f"Status: {system.status.sentence}")
    for other, reading in system.file.readings.items():
        print(f"Other reading: {header.name}@{other}: {reading.title}")


def _with_influence(rows: list[dict[str, str]], name: str, study: Path) -> list[dict[str, str]]:
    """Rows whose "matters for" ends with what a stored comparison found."""
    from particle_sim.report.influences import stored_influences

    stored = stored_influences(study)
    if name not in stored:
        raise InputError(f"{study} compares {' and '.join(stored)}, not {name}.")
    found = {}
    for key, (result, rho) in stored[name].items():
        found[key.replace("_", " ")] = f"{result} {rho:+.2f}"
    return [{**row, "matters for": found.get(row["property"], row["matters for"])} for row in rows]
