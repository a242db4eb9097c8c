"""The library as a page: one row per material, with links to the papers. Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from particle_sim.composition.entropy import Normalisation
from particle_sim.errors import InputError
from particle_sim.materials.library import library_rows
from particle_sim.materials.schema import Source
from particle_sim.materials.system import System

_COLUMNS = (
    "name",
    "formula",
    "family",
    "role",
    "ion",
    "called high-entropy",
    "S per site, per formula unit [R]",
    "status",
    "own numbers",
    "stand-ins",
    "assumed",
    "baseline",
    "papers",
)

_HEAD = """# Materials

Every material that the five papers name with a formula. This page is written by

```bash
particle-sim show materials --markdown
```

and a test keeps it equal to the files in `parameters/materials`.

*Status* is derived: a material is simulable when every property a simulation needs is there,
whatever its evidence. *Own numbers* are measured, digitised or derived for this very material,
*stand-ins* come from its host family, *assumed* ones from nowhere but judgement. `S` is the
configurational entropy of the metal site, per site and per formula unit, from the formula alone:
1.5 R and more is called high, 1 to 1.5 R medium, and the label depends on which of the two is
meant. `particle-sim show material NAME` prints every number with its source.
"""


def library_page(systems: Sequence[System]) -> str:
    """The page as Markdown text, ending with the papers."""
    rows = library_rows(systems)
    simulable = sum(system.status.simulable for system in systems)
    cited = list(
        dict.fromkeys(mention.source for s in systems for mention in s.file.material.named_in)
    )
    numbers = {source: n for n, source in enumerate(sorted(cited), 1)}
    lines = [
        _HEAD,
        f"{len(systems)} materials, {simulable} simulable.",
        "",
        f"| {' | '.join(_COLUMNS)} |",
        f"|{'---|' * len(_COLUMNS)}",
        *(_line(system, row, numbers) for system, row in zip(systems, rows, strict=True)),
        "",
        "## Papers",
        "",
        *(f"{n}. {_reference(systems[0].sources[source])}" for source, n in numbers.items()),
    ]
    return "\n".join(lines) + "\n"


def _line(system: System, row: dict[str, str], numbers: dict[str, int]) -> str:
    own = int(row["measured"] or 0) + int(row["derived"] or 0)
    simulable = system.status.simulable
    papers = sorted({numbers[mention.source] for mention in system.file.material.named_in})
    cells = (
        f"`{row['name']}`",
        row["formula"],
        row["family"],
        row["role"],
        row["carrier"],
        row["high-entropy"],
        _entropies(system),
        row["status"],
        str(own) if simulable else "",
        row["stand-ins"],
        row["assumed"],
        f"`{row['baseline']}`" if row["baseline"] else "",
        ", ".join(f"[{n}](#papers)" for n in papers),
    )
    return f"| {' | '.join(cells)} |"


def _entropies(system: System) -> str:
    try:
        report = system.composition()
    except InputError:
        return ""
    values = report.entropy.values
    return f"{values[Normalisation.PER_SITE]:.2f}, {values[Normalisation.PER_FORMULA_UNIT]:.2f}"


def _reference(source: Source) -> str:
    link = f" [doi:{source.doi}](https://doi.org/{source.doi})" if source.doi else ""
    return f"{source.citation}.{link}"
