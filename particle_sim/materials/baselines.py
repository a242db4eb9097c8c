"""Baselines: the materials that a material was made to improve on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from particle_sim.errors import closest
from particle_sim.inputs import inputs_in
from particle_sim.materials.document import read_toml
from particle_sim.materials.schema import MaterialFile
from particle_sim.resources import shipped_files


def baseline_problems(path: Path, file: MaterialFile) -> Iterator[str]:
    """A sentence for a baseline that does not exist or leads back to the material itself."""
    known = shipped_files("parameters", "materials")
    if known.get(path.stem) != path:
        known |= {other.stem: other for other in inputs_in(path.parent, ".toml")}
    for name in file.material.baseline:
        if name not in known:
            yield (
                f'material.baseline names "{name}", which is no material; {closest(name, known)}'
            )
            continue
        chain = _chain_back(file.material.name, name, known)
        if chain:
            yield (
                f"material.baseline goes in a circle, {' -> '.join(chain)}; "
                "a baseline must not lead back to the material."
            )


def _chain_back(start: str, first: str, known: Mapping[str, Path]) -> list[str]:
    """The baselines from ``start`` through ``first`` back to ``start``, or nothing."""
    waiting, seen = [[start, first]], {first}
    while waiting:
        chain = waiting.pop()
        if chain[-1] == start:
            return chain
        for name in _baselines(known[chain[-1]]) if chain[-1] in known else []:
            if name == start:
                return [*chain, name]
            if name not in seen:
                seen.add(name)
                waiting.append([*chain, name])
    return []


def _baselines(path: Path) -> list[str]:
    """The baselines another file names; none where that file is not a material."""
    header = read_toml(path).get("material")
    names = header.get("baseline") if isinstance(header, dict) else None
    return [name for name in names if isinstance(name, str)] if isinstance(names, list) else []
