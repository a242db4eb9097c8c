"""Retentions that are in print, as fades: of the material files, and of other public papers.

A material's file holds what its papers print (``[[printed.retention]]``, and full cells);
``parameters/retention`` holds what is printed of cells whose material is not in the library, or
was made otherwise than the library's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from particle_sim.damage.fade import Fade
from particle_sim.errors import closest, refuse
from particle_sim.materials.derive import c_rate
from particle_sim.materials.document import read_shared
from particle_sim.materials.printed import Fact
from particle_sim.materials.schema import Source, Strict
from particle_sim.materials.system import System, load_system
from particle_sim.resources import named_file, shipped_files

PLACE = ("parameters", "retention")


class _Header(Strict):
    name: str
    title: str
    formula: str
    material: str = ""
    cell: Literal["half", "full"] = "half"
    source: str
    note: str = ""


class _Row(Strict):
    c_rate: float
    cycles: float
    retention_pct: float
    place: str


class _RetentionFile(Strict):
    retention: _Header
    rows: list[_Row]
    sources: dict[str, Source]


@dataclass(frozen=True, kw_only=True)
class PrintedFade:
    """One printed retention."""

    name: str
    """Of the file"""
    title: str
    material: str
    """The library's material of that composition; empty where there is none"""
    full_cell: bool
    fade: Fade
    span: str
    """Which cycles, where the paper prints several stretches of one test"""
    place: str
    citation: str
    note: str


def retention_names() -> list[str]:
    """Names of the shipped files of public retentions."""
    return list(shipped_files(*PLACE))


def load_retention(name: str) -> tuple[PrintedFade, ...]:
    """What a shipped file, or your own ``.toml``, states of one cell.

    Raises :class:`InputError` with every problem of the file.

    >>> [f"{row.fade.per_cycle:.1e}" for row in load_retention("nvp_cmc_cnts")]
    ['1.7e-04', '3.1e-06']
    """
    path = named_file("retention", name, *PLACE)
    file = read_shared(_RetentionFile, path)
    refuse(_problems(path.name, file))
    header = file.retention
    source = file.sources[header.source]
    return tuple(
        PrintedFade(
            name=header.name,
            title=header.title,
            material=header.material,
            full_cell=header.cell == "full",
            fade=Fade(retention=row.retention_pct / 100, cycles=row.cycles, c_rate=row.c_rate),
            span="",
            place=row.place,
            citation=source.citation,
            note=header.note,
        )
        for row in file.rows
    )


def _problems(where: str, file: _RetentionFile) -> Iterator[str]:
    source = file.retention.source
    if source not in file.sources:
        yield (
            f'{where}: retention.source is "{source}", which is not in [sources] of this file; '
            f"{closest(source, file.sources)}"
        )
    if not file.rows:
        yield f"{where}: it holds no [[rows]]; add one."
    for number, row in enumerate(file.rows, 1):
        if not 0 < row.retention_pct <= 100:
            yield (
                f"{where}: retention_pct of row {number} is {row.retention_pct:g}; it must be "
                "above 0 and at most 100."
            )
        if not (row.cycles > 0 and row.c_rate > 0):
            yield (
                f"{where}: row {number} has {row.cycles:g} cycles at {row.c_rate:g}C; both must be "
                "positive."
            )


def printed_of(material: str) -> tuple[PrintedFade, ...]:
    """Retentions of a library's ``material``, half cells and full cells, and of public cells of it.

    A rate in mA/g is in units of the material's 1C. Facts in words, without a rate or with a
    capacity that does not fall are no fades and are left out.

    >>> [(row.fade.c_rate, round(row.fade.half_life)) for row in printed_of("nfm_li2024")]
    [(3.0, 152), (5.0, 329)]

    Raises :class:`InputError` for an unknown material, and with every problem of its file.
    """
    system = load_system(material)
    facts = system.file.printed
    found = [
        *(_row(system, fact, full_cell=False) for fact in facts.get("retention", [])),
        *(_row(system, fact, full_cell=True) for fact in facts.get("full_cell", [])),
    ]
    public = (load_retention(name) for name in retention_names())
    return (
        *(row for row in found if row is not None),
        *(row for rows in public for row in rows if row.material == material),
    )


def _row(system: System, fact: Fact, *, full_cell: bool) -> PrintedFade | None:
    one_c = system.entries.get("one_c_current")
    current = one_c.value if one_c is not None and one_c.unit == "mA/g" else None
    rate = c_rate(fact.text("rate"), current or float("nan"))
    cycles, kept = fact.number("cycles"), fact.number("retention_pct")
    if not (rate and rate > 0) or not cycles or kept is None or not 0 < kept < 100:
        return None
    return PrintedFade(
        name=system.file.material.name,
        title=system.file.material.title,
        material=system.file.material.name,
        full_cell=full_cell,
        fade=Fade(retention=kept / 100, cycles=cycles, c_rate=rate),
        span=fact.text("span"),
        place=fact.place,
        citation=system.sources[fact.source].citation,
        note="; ".join(filter(None, map(fact.text, ("qualifier", "cell", "condition", "note")))),
    )
