"""Is every file, class and function small enough to be read at once? Exceptions have a reason."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

import particle_sim

PACKAGE = Path(particle_sim.__file__).parent
MOST = {"file": 350, "class": 100, "methods": 8, "function": 50}
"""Lines of a file, a class and a function; public methods of a class."""

RESULT = "a result: one named view of its fields each"
SYSTEM = "what the stepper asks of a system, and the parts it is made of"

LONGER: Mapping[str, str] = {
    "damage/field/crack.py: crack": "the arguments of a run are its documentation",
    "damage/field/fatigue_cracks.py: fatigue_cracks": "the same, cycle by cycle",
    "damage/interfaces/grain_boundaries.py: pull_apart": "the same, of a body of grains",
    "damage/field/particle_cracks.py: crack_particle": "the same, driven by a particle's run",
    "damage/field/particle_fatigue.py: fatigue_particle": "the same, cycle by cycle",
    "damage/field/body.py: CrackBody": "a discretised section: one quantity of it each",
    "damage/field/balance.py: Displacements": "one Newton step and what it asks for",
    "particle/elasticity.py: Elasticity": SYSTEM,
    "particle/open_surfaces.py: OpenSurfaces": SYSTEM,
    "particle/recovery.py: RecoveryPoints": RESULT,
    "particle/regions.py: Regions": "one property of the regions each",
    "particle/run.py: ParticleRun": RESULT,
    "particle/solve.py: solve_particle": "the arguments of a solve are its documentation",
    "particle/system.py: ParticleSystem": SYSTEM,
    "particle/tangent_solver.py: TangentSolver": "which solver, and what it remembers",
    "fem/body_mesh.py: BodyMesh": "what a mesh knows of itself: cells, facets, boundaries, regions",
    "fem/space.py: Space": "values, slopes and integrals of one element; a method each",
    "fem/mesh_checks.py: UncheckedMesh": "the fields of a mesh, a line each",
    "flux.py: SurfaceFlux": "the seam between cell and particle: how it is made, read and joined",
    "cli/cell.py: cell": "a verb is as long as its options",
    "cli/compare.py: compare": "a verb is as long as its options",
    "cli/cracks.py: cracks": "a verb is as long as its options",
    "cli/fit.py: fit": "a verb is as long as its options",
    "cli/life.py: life": "a verb is as long as its options",
    "cli/rate.py: rate": "a verb is as long as its options",
    "cli/show.py: show": "a verb is as long as its options",
    "inference/fit.py: fit_rates": "the arguments of a fit are its documentation",
    "report/tree.py: to_tree": "the groups of a stored comparison, one after the other",
    "studies/half_cell_batch.py: half_cell_batch": "the arguments of a study are its documentation",
    "studies/sized_half_cells.py: sized_half_cells": "the same, with a distribution of sizes",
}
"""What is longer, and why."""


def too_large(source: str, name: str) -> Iterator[tuple[str, str]]:
    """Name and size of whatever is too large in the file ``name``."""
    lines = len(source.splitlines())
    if lines > MOST["file"]:
        yield name, f"{lines} lines"
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        kind = "class" if isinstance(node, ast.ClassDef) else "function"
        assert node.end_lineno is not None
        lines = node.end_lineno - node.lineno + 1
        if lines > MOST[kind]:
            yield f"{name}: {node.name}", f"{lines} lines"
        methods = [
            part.name
            for part in node.body
            if isinstance(part, ast.FunctionDef) and not part.name.startswith("_")
        ]
        if kind == "class" and len(methods) > MOST["methods"]:
            yield f"{name}: {node.name}", f"{len(methods)} public methods"


def all_too_large() -> dict[str, str]:
    return {
        found: size
        for path in sorted(PACKAGE.rglob("*.py"))
        for found, size in too_large(
            path.read_text(encoding="utf-8"), path.relative_to(PACKAGE).as_posix()
        )
    }


def test_everything_can_be_read_at_once() -> None:
    assert {name: size for name, size in all_too_large().items() if name not in LONGER} == {}


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("\n" * 351, ["m.py"]),
        ("def f():\n" + "    x = 1\n" * 50, ["m.py: f"]),
        ("class A:\n" + "    x = 1\n" * 100, ["m.py: A"]),
        ("class A:\n" + "".join(f"    def m{n}(self): pass\n" for n in range(9)), ["m.py: A"]),
        ("class A:\n" + "".join(f"    def _m{n}(self): pass\n" for n in range(9)), []),
        ("\n" * 350, []),
    ],
)
def test_what_is_too_large_is_noticed(source: str, found: list[str]) -> None:
    assert [name for name, _ in too_large(source, "m.py")] == found
