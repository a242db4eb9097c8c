"""What an answer depends on, as hashes: the claim, the files it reads, the test and the draws."""

from __future__ import annotations

import hashlib
import inspect
import json
import tomllib
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

from particle_sim.cell.half_cell import HALF_CELLS
from particle_sim.claims import interval, sample
from particle_sim.claims.answer import SAMPLES, SEED
from particle_sim.claims.kinds import KINDS
from particle_sim.claims.schema import Claim
from particle_sim.materials.hosts import host_path
from particle_sim.materials.system import load_system, system_names
from particle_sim.resources import shipped_folder

_WHOLE_LIBRARY = ("fade_follows_strain",)
"""Tests that read every material."""
_FULL_CELLS = ("sodium_full_cell", "sodium_full_cell_presodiated")


def fingerprints(claims: Iterable[Claim]) -> dict[str, dict[str, str]]:
    """For each claim by id, the hash by name of everything its answer depends on.

    Comments and line endings of the files do not count.
    """
    files = cache(_material_files)
    return {claim.id: _fingerprint(claim, files) for claim in claims}


def _fingerprint(claim: Claim, files: Callable[[str], dict[str, str]]) -> dict[str, str]:
    parts = {"claim file": _of_toml(claim.path)}
    test = claim.file.test
    if test is None:
        return parts
    names = [*claim.file.claim.materials, *([test.alike] if test.alike else [])]
    names += [reference.material for reference in test.printed.values()]
    if test.kind in _WHOLE_LIBRARY:
        names += system_names()
    for name in dict.fromkeys(names):
        parts |= files(name)
    if test.kind.startswith("full_cell"):
        for cell in _FULL_CELLS:
            parts[f"cell {cell}"] = _of_toml(_cell_path(cell))
    parts[f"test {test.kind}"] = _of_text(KINDS[test.kind].source)
    parts["draws"] = _of_text(
        f"{SAMPLES} {SEED} {inspect.getsource(sample)} {inspect.getsource(interval)}"
    )
    return parts


def changed_parts(old: dict[str, str], new: dict[str, str]) -> list[str]:
    """Names of what differs between two fingerprints."""
    return [name for name in {**old, **new} if old.get(name) != new.get(name)]


def _material_files(name: str) -> dict[str, str]:
    """A material, its host, and the half cell of its carrier."""
    system = load_system(name)
    paths = {f"material {system.path.stem}": system.path}
    if system.host is not None:
        host = system.host.host.name
        paths[f"host {host}"] = host_path(host)
    design = HALF_CELLS.get(system.file.material.carrier)
    if design is not None:
        paths[f"cell {design}"] = _cell_path(design)
    return {label: _of_toml(path) for label, path in paths.items()}


def _cell_path(name: str) -> Path:
    return shipped_folder("parameters") / "cells" / f"{name}.toml"


def _of_toml(path: Path) -> str:
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    return _of_text(json.dumps(data, sort_keys=True))


def _of_text(text: str) -> str:
    lines = "\n".join(text.splitlines())
    return hashlib.sha256(lines.encode()).hexdigest()[:16]
