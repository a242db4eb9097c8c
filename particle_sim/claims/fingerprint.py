"""What an answer depends on, as hashes: the claim, the files it reads, and what its test calls.

A test counts with all that it calls (:mod:`particle_sim.claims.called`), not with its module: a new
kind of test changes no hash, another formula those of its own kind.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Callable, Iterable
from functools import cache, partial
from pathlib import Path

from particle_sim.cell.half_cell import HALF_CELLS
from particle_sim.claims.answer import judged, question_of
from particle_sim.claims.called import called_text
from particle_sim.claims.kind import Kind
from particle_sim.claims.kinds import KINDS
from particle_sim.claims.schema import Claim
from particle_sim.claims.tools import SIMULATIONS, cycle_loads, learned
from particle_sim.damage.constants import load_growth_constants
from particle_sim.inputs import input_text
from particle_sim.materials.document import read_toml
from particle_sim.materials.hosts import host_names, host_path
from particle_sim.materials.system import material_path, system_names
from particle_sim.plausible.defaults import SAMPLES, SEED
from particle_sim.resources import shipped_files, shipped_folder


def fingerprints(claims: Iterable[Claim]) -> dict[str, dict[str, str]]:
    """For each claim by id, the hash by name of everything its answer depends on.

    Comments and line endings of the files do not count.
    """
    of_toml, test = cache(_of_toml), cache(_of_test)
    material = cache(partial(_material_files, of_toml))
    return {claim.id: _fingerprint(claim, of_toml, material, test) for claim in claims}


def _fingerprint(
    claim: Claim,
    of_toml: Callable[[Path], str],
    material: Callable[[str], dict[str, str]],
    of_test: Callable[[str], str],
) -> dict[str, str]:
    parts = {"claim file": of_toml(claim.path)}
    test = claim.file.test
    if test is None:
        return parts
    kind = KINDS[test.kind]
    others = [name for name in (test.alike, test.tells_apart) if name is not None]
    names = [*claim.file.claim.materials, *others]
    names += [reference.material for reference in test.printed.values()]
    names += system_names() if kind.needs.whole_library else []
    for name in dict.fromkeys(names):
        parts |= material(name)
    if kind.needs.whole_library:
        for path in shipped_files("parameters", "retention").values():
            parts[f"retention {path.stem}"] = of_toml(path)
    for cell in kind.needs.cells:
        parts[f"cell {cell}"] = of_toml(_cell_path(cell))
    if learned in roots_of(kind):
        beliefs = shipped_folder("parameters") / "evidence" / "hyperpriors.toml"
        parts["learned beliefs"] = of_toml(beliefs)
    if cycle_loads in roots_of(kind):
        parts["crack growth"] = of_toml(load_growth_constants().path)
    parts[f"test {test.kind}"] = of_test(test.kind)
    return parts


def _of_test(kind: str) -> str:
    """The hash of a kind's test, its simulations, and how the answer is drawn and judged."""
    return _of_text(
        f"{SAMPLES} {SEED} {called_text([judged, question_of, *roots_of(KINDS[kind])])}"
    )


def roots_of(kind: Kind) -> list[Callable[..., object]]:
    """The test, and the simulations that it or what it calls asks for by name."""
    text = called_text([kind.test])
    asked = [name for name in SIMULATIONS if f"tools.{name}(" in text]
    return [kind.test, *map(SIMULATIONS.__getitem__, asked)]


def changed_parts(old: dict[str, str], new: dict[str, str]) -> list[str]:
    """Names of what differs between two fingerprints."""
    return [name for name in {**old, **new} if old.get(name) != new.get(name)]


def _material_files(of_toml: Callable[[Path], str], name: str) -> dict[str, str]:
    """A material, its host, and the half cell of its carrier."""
    path, _ = material_path(name)
    header = read_toml(path).get("material", {})
    paths = {f"material {path.stem}": path}
    host = header.get("host")
    if host in host_names():
        paths[f"host {host}"] = host_path(host)
    design = HALF_CELLS.get(header.get("carrier"))
    if design is not None:
        paths[f"cell {design}"] = _cell_path(design)
    return {label: of_toml(path) for label, path in paths.items()}


def _cell_path(name: str) -> Path:
    return shipped_folder("parameters") / "cells" / f"{name}.toml"


def _of_toml(path: Path) -> str:
    data = tomllib.loads(input_text(path))
    return _of_text(json.dumps(data, sort_keys=True))


def _of_text(text: str) -> str:
    lines = "\n".join(text.splitlines())
    return hashlib.sha256(lines.encode()).hexdigest()[:16]
