"""``particle-sim check``: are these files right?"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from particle_sim.cli.options import JsonOption
from particle_sim.cli.tables import print_table
from particle_sim.cli.told import print_json
from particle_sim.cli.verb import Aim, verb
from particle_sim.errors import InputError, gathering, refuse
from particle_sim.files import is_there

PLACEHOLDER = "FILL IN"
"""What "particle-sim new" writes where a number or a word of yours belongs."""

MOST_NAMED = 3
"""Standing-in properties a line names; "show material" lists them all."""


@verb(Aim.BRING, 3, "everything that is wrong with my files, at once", "check my_nasicon.toml")
def check(
    files: Annotated[
        list[Path], typer.Argument(help="Material, cell or scenario files, or folders of them.")
    ],
    study: Annotated[
        Path | None,
        typer.Option(help="Folder that compare wrote: list uncertain numbers by their influence."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Check files and report every problem at once; exit code 2 if there is one."""
    problems: list[str] = []
    names: Counter[str] = Counter()
    fine = []
    for path in _expanded(files):
        with gathering(problems):
            fine.append((path.name, _checked(path, names)))
            if not as_json:
                print(": ".join(fine[-1]))
    problems += [
        f'{count} files call their material "{name}"; give each its own name.'
        for name, count in names.items()
        if count > 1
    ]
    refuse(problems)
    rows = [] if study is None else _by_influence(study, files)
    if as_json:
        print_json({"files": dict(fine), "by influence": rows})
    elif study is not None:
        print_table(f"Stand-ins and assumptions by influence in {study}", rows)
    elif len(files) == len(names) == 1 and sys.stdout.isatty():
        _tell_next(files[0])


def _tell_next(path: Path) -> None:
    """The command that uses a material, where somebody reads along."""
    from particle_sim.materials.system import load_system

    system = load_system(str(path))
    baselines = system.file.material.baseline or _BASELINES.get(system.file.material.carrier, [])
    if system.status.simulable and baselines:
        print(f"Next: particle-sim compare {baselines[0]} {path}")


_BASELINES = {"Na": ["nvp"], "Li": ["ncm811"]}
"""By carrier, the baseline that is suggested for a material that names none."""


def _by_influence(study: Path, files: list[Path]) -> list[dict[str, str]]:
    """The numbers that are not the material's own, those that move results most first."""
    from particle_sim.materials.document import read_toml
    from particle_sim.materials.system import load_system
    from particle_sim.report.influences import stored_influences

    documents = {path: read_toml(path) for path in _expanded(files)}
    paths = {d["material"]["name"]: path for path, d in documents.items() if "material" in d}
    rows = []
    for name, moved in stored_influences(study).items():
        if name not in paths:
            continue
        entries = load_system(str(paths[name])).entries
        for key, (result, rho) in moved.items():
            if key in entries and entries[key].evidence in ("proxy", "assumed"):
                rows.append((name, key, entries[key].evidence, result, rho))
    rows.sort(key=lambda row: -abs(row[-1]))
    return [
        {
            "name": name,
            "property": key.replace("_", " "),
            "evidence": evidence,
            "moves most": result,
            "rank correlation": f"{rho:+.2f}",
        }
        for name, key, evidence, result, rho in rows
    ]


def _expanded(files: list[Path]) -> list[Path]:
    """The files, with every folder replaced by the TOML files inside it."""
    found: list[Path] = []
    for path in files:
        folder = is_there(path) and path.is_dir()
        found += sorted(path.rglob("*.toml")) if folder else [path]
    if not found:
        raise InputError(f"{files[0]}: the folder holds no .toml file; check the path.")
    return found


def _checked(path: Path, names: Counter[str]) -> str:
    from particle_sim.materials.document import read_toml

    data = read_toml(path)
    if path.suffix != ".toml":
        raise InputError(f"{path.name}: the name does not end in .toml; rename the file.")
    if "material" in data:
        return _material(path, data, names)
    block = next((name for name in READERS if name in data), None)
    if block is not None:
        READERS[block](path)
        return f"{block} {'are' if block == 'sources' else 'is'} fine"
    if path.parent.name == "composition":
        return "table of the composition analysis"
    *others, last = (f"[{name}]" for name in ("material", *READERS))
    raise InputError(f"{path.name}: has none of the blocks {', '.join(others)} or {last}; add one.")


def _sweep(path: Path) -> None:
    from particle_sim.studies.sweep_catalogue import FUNCTIONS
    from particle_sim.sweeps.scenario import load_sweep

    load_sweep(path, FUNCTIONS)


def _scenario(path: Path) -> None:
    from particle_sim.studies.scenario import load_scenario

    load_scenario(path)


def _cell(path: Path) -> None:
    from particle_sim.cell.design import load_cell_design

    load_cell_design(str(path))


def _electrolyte(path: Path) -> None:
    from particle_sim.cell.electrolyte import load_electrolyte

    load_electrolyte(str(path))


def _measurement(path: Path) -> None:
    from particle_sim.studies.rate_measurements import load_measurement

    load_measurement(str(path))


def _retention(path: Path) -> None:
    from particle_sim.damage.printed_fade import load_retention

    load_retention(str(path))


def _growth(path: Path) -> None:
    from particle_sim.damage.constants import load_growth_constants

    load_growth_constants(str(path))


def _calibration(path: Path) -> None:
    from particle_sim.life.frozen import load_calibration

    load_calibration(path)


def _prediction(path: Path) -> None:
    from particle_sim.life.record import load_predictions

    load_predictions(path)


def _claim(path: Path) -> None:
    from particle_sim.claims.kinds import NEEDS
    from particle_sim.claims.own import load_own
    from particle_sim.claims.schema import library, load_claim
    from particle_sim.materials.document import read_toml

    if isinstance(read_toml(path)["claim"], list):
        load_own(path)
    else:
        load_claim(path, NEEDS, library())


def _host_or_sources(path: Path) -> None:
    from particle_sim.materials.document import read_toml, validated
    from particle_sim.materials.schema import HostFile, SourcesFile

    data = read_toml(path)
    validated(HostFile if "host" in data else SourcesFile, data, path.name)


def _unfilled(where: str, data: dict[str, Any]) -> Iterator[str]:
    """A sentence for every place that still holds a placeholder."""
    from particle_sim.materials.catalogue import CATALOGUE

    for keys in _placeholders(data, ()):
        say = f"{where}: {'.'.join(keys)} still says {PLACEHOLDER}"
        kind = CATALOGUE.get(keys[1]) if keys[0] == "properties" and len(keys) == 3 else None
        if kind is None:
            yield f"{say}; {_HEADER_WORDS.get(keys[-1], 'write it, as the comment above it says')}."
            continue
        shown = "" if kind.shown_unit == "1" else f" in {kind.shown_unit}"
        block = f"delete the block [properties.{keys[1]}]"
        wanted, instead = {
            "range": (
                f"the lowest and highest you would believe, [low, high]{shown}",
                "delete that line, and the number counts as exactly known",
            ),
            "filling": ("numbers from 0 (charged) to 1 (discharged), [0.0, ..., 1.0]", block),
            "values": (f"{kind.meaning} at each filling{shown}", block),
        }.get(keys[2], (f"{kind.meaning}{shown}", block))
        yield f"{say}; give {wanted}, or {instead}."


_HEADER_WORDS = {
    "formula": 'write it like "Na3V2(PO4)3"',
    "family": 'write it like "NASICON"',
    "carrier": 'write "Na", "Li" or "K"',
    "host": 'name the host family that stands in, e.g. "sodium_nasicon"',
    "kind": 'write "two-phase" or "solid-solution", or delete the block',
    "citation": "say who measured, on which sample and when, or name the paper",
}


def _placeholders(value: Any, keys: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The keys that lead to each text with a placeholder in it."""
    if isinstance(value, str) and PLACEHOLDER in value:
        yield keys
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _placeholders(inner, (*keys, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _placeholders(inner, (*keys, str(number)))


def _material(path: Path, data: dict[str, Any], names: Counter[str]) -> str:
    from particle_sim.materials.load import build_record
    from particle_sim.materials.system import load_system

    refuse(_unfilled(path.name, data))
    system = load_system(str(path))
    names[system.file.material.name] += 1
    readings = system.file.readings
    if not system.status.simulable and not system.file.properties:
        return f"material is fine, {system.status.kind.value}"
    build_record(system)
    for reading in readings:
        build_record(load_system(str(path), reading=reading))
    text = f"material is fine, {1 + len(readings)} reading(s)"
    given = system.stand_ins
    if not given or system.host is None:
        return text
    shown = ", ".join(name.replace("_", " ") for name in given[:MOST_NAMED])
    more = f" and {len(given) - MOST_NAMED} more" if len(given) > MOST_NAMED else ""
    return f"{text}; {shown}{more} from the host {system.host.host.name}"


READERS: dict[str, Callable[[Path], None]] = {
    "host": _host_or_sources,
    "cell": _cell,
    "electrolyte": _electrolyte,
    "scenario": _scenario,
    "sweep": _sweep,
    "measurement": _measurement,
    "retention": _retention,
    "growth": _growth,
    "calibration": _calibration,
    "prediction": _prediction,
    "claim": _claim,
    "sources": _host_or_sources,
}
"""What checks a file that is no material, by the block that it holds."""
