"""The library as a page: one row per material, with links to the papers. Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from particle_sim.composition.entropy import Normalisation
from particle_sim.errors import InputError
from particle_sim.materials.library import library_rows
from particle_sim.materials.schema import Source
from particle_sim.materials.system import System

_KNOWN = "own, stand-ins, assumed"
_COLUMNS = ("name, papers", "formula", "family", "S [R]", _KNOWN, "baseline")
_CARRIERS = {"Na": "Sodium", "Li": "Lithium", "K": "Potassium"}
_CATHODES, _OTHERS = "Cathodes that cannot be simulated", "Other materials, not simulated"
_ORDER = [f"{ion}, simulable" for ion in _CARRIERS.values()] + [_CATHODES, _OTHERS]

_HEAD = """# Materials

Every material that the five papers name with a formula. This page is written by

```bash
particle-sim show materials --markdown
```

and a test keeps it equal to the files in `parameters/materials`.

A material is *simulable* when every property a simulation needs is there, whatever its evidence.
The three numbers say how many of those are its own (measured, digitised or derived for this very
material), stand in from its host family, and are assumed from nowhere but judgement. `S` is the
configurational entropy of the metal site, per site and per formula unit, from the formula alone:
1.5 R and more is called high, 1 to 1.5 R medium, and the label depends on which of the two is
meant. **HE** stands where a paper calls the material high-entropy. `particle-sim show material
NAME` prints every number with its source.
"""


def library_page(systems: Sequence[System]) -> str:
    """The page as Markdown text, ending with the papers."""
    rows = library_rows(systems)
    simulable = sum(system.status.simulable for system in systems)
    cited = list(
        dict.fromkeys(mention.source for s in systems for mention in s.file.material.named_in)
    )
    numbers = {source: n for n, source in enumerate(sorted(cited), 1)}
    lines = [_HEAD, f"{len(systems)} materials, {simulable} simulable.", ""]
    sections: dict[str, list[str]] = {}
    for system, row in zip(systems, rows, strict=True):
        sections.setdefault(_section(system, row), []).append(_line(system, row, numbers))
    for title in sorted(sections, key=_ORDER.index):
        lines += [f"## {title}", "", f"| {' | '.join(_COLUMNS)} |", f"|{'---|' * len(_COLUMNS)}"]
        lines += [*sections[title], ""]
    lines += ["## Papers", ""]
    lines += [f"{n}. {_reference(systems[0].sources[source])}" for source, n in numbers.items()]
    return "\n".join(lines) + "\n"


def _section(system: System, row: dict[str, str]) -> str:
    """What can be simulated, by its ion; then what cannot."""
    if system.status.simulable:
        return f"{_CARRIERS[row['carrier']]}, simulable"
    return _CATHODES if row["role"] == "cathode" else _OTHERS


def _line(system: System, row: dict[str, str], numbers: dict[str, int]) -> str:
    papers = sorted({numbers[mention.source] for mention in system.file.material.named_in})
    cells = (
        f"`{row['name']}` " + ", ".join(f"[{n}](#papers)" for n in papers),
        row["formula"],
        _family(system, row),
        _entropies(system) + (" **HE**" if row["high-entropy"] == "yes" else ""),
        _known(system, row),
        f"`{row['baseline'].replace(', ', '`, `')}`" if row["baseline"] else "",
    )
    return f"| {' | '.join(cells)} |"


def _family(system: System, row: dict[str, str]) -> str:
    """The family, with role and ion where the section does not say them."""
    if system.status.simulable:
        return row["family"] if row["role"] == "cathode" else f"{row['family']}; {row['role']}"
    ion = "" if row["carrier"] == "not stated" else f", {row['carrier']}"
    return f"{row['family']}; {row['role']}{ion}"


def _known(system: System, row: dict[str, str]) -> str:
    if not system.status.simulable:
        return row["status"]
    own = int(row["measured"] or 0) + int(row["derived"] or 0)
    return f"{own}, {row['stand-ins'] or 0}, {row['assumed'] or 0}"


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
