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

TO_BE_ONE = "one system, one elasticity and one run for every dimension are to replace it"
KERNEL = "one compiled loop, and what it calls, in one place"

LONGER: Mapping[str, str] = {
    "particle/batch/compiled_parts.py": KERNEL,
    "particle/batch/numba_kernel.py": KERNEL,
    "particle/batch/numpy_kernel.py": KERNEL,
    "particle/body/elasticity.py: BodyElasticity": TO_BE_ONE,
    "particle/body/linear_solvers.py: TangentSolver": TO_BE_ONE,
    "particle/body/recovery.py: RecoveryPoints": TO_BE_ONE,
    "particle/body/regions.py: Regions": TO_BE_ONE,
    "particle/body/run.py: BodyRun": TO_BE_ONE,
    "particle/body/surfaces.py: OpenSurfaces": TO_BE_ONE,
    "particle/body/system.py": TO_BE_ONE,
    "particle/body/system.py: BodySystem": TO_BE_ONE,
    "particle/discrete.py: DiscreteParticle": TO_BE_ONE,
    "particle/elasticity.py: Elasticity": TO_BE_ONE,
    "particle/run.py: ParticleRun": TO_BE_ONE,
    "particle/solve.py: solve_particle": TO_BE_ONE,
    "particle/system.py": TO_BE_ONE,
    "particle/system.py: ParticleSystem": TO_BE_ONE,
    "fem/body_mesh.py: BodyMesh": "what a mesh knows of itself: cells, facets, boundaries, regions",
    "fem/body_space.py: BodySpace": "the only place that knows dimension and kind of section",
    "fem/space.py: Space": "values, slopes and integrals of one element; a method each",
    "flux.py: SurfaceFlux": "the seam between cell and particle: how it is made, read and joined",
    "cli/compare.py: compare": "a verb is as long as its options",
    "studies/half_cell_batch.py: half_cell_batch": "the arguments of a study are its documentation",
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
