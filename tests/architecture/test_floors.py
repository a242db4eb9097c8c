"""Is the code laid out as it says: light to import, imports downwards, short, documented?"""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path

import pytest

import particle_sim

PACKAGE = Path(particle_sim.__file__).parent
ROOT = Path(__file__).parents[2]
MODULES = sorted(PACKAGE.rglob("*.py"))
HEAVY = ("scipy", "pybamm", "matplotlib", "xarray", "pint", "basix", "pandas", "netgen", "numba")
OPEN_FLOOR = "particle_sim"
"""The package itself only names what lies on the floors."""


def module_name(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def layers() -> tuple[str, ...]:
    """Floors as the project's import contract writes them, highest first."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    return tuple(next(c["layers"] for c in contracts if c["type"] == "layers"))


def floors() -> list[list[str]]:
    """Packages by floor, highest first."""
    return [[name.strip() for name in layer.replace("|", ":").split(":")] for layer in layers()]


def may_not_meet() -> list[set[str]]:
    """Floors whose packages must not import each other (separated by a bar)."""
    return [{name.strip() for name in layer.split("|")} for layer in layers() if "|" in layer]


def home(module: str) -> str:
    """The package of a module that stands on a floor."""
    return ".".join(module.split(".")[:2])


def imports(path: Path, source: str | None = None) -> set[str]:
    """Modules of ours that a file imports, inside functions too."""
    tree = ast.parse(path.read_text(encoding="utf-8") if source is None else source)
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            base = node.module or ""
            found |= {
                f"{base}.{alias.name}" if base == OPEN_FLOOR else base for alias in node.names
            }
    return {name for name in found if name.split(".")[0] == OPEN_FLOOR}


def climbs(path: Path, source: str | None = None) -> list[str]:
    """Imports that go up, or across a bar."""
    level = {name: number for number, floor in enumerate(floors()) for name in floor}
    own = home(module_name(path))
    if own == OPEN_FLOOR:
        return []
    wrong = []
    for other in sorted(imports(path, source)):
        target = home(other)
        apart = any({own, target} <= group and own != target for group in may_not_meet())
        if level[target] < level[own] or apart:
            wrong.append(f"{module_name(path)} imports {other}")
    return wrong


HIDES = {"particle_sim": "public names load on first use, and a type checker has to see them"}
"""Modules with imports of ours that only a type checker sees, and why."""


def hidden(source: str) -> list[str]:
    """Imports of ours that stand where only a type checker sees them."""
    if "TYPE_CHECKING" not in source:
        return []
    return [
        ast.unparse(line)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for line in ast.walk(node)
        if isinstance(line, ast.Import | ast.ImportFrom) and OPEN_FLOOR in ast.unparse(line)
    ]


def test_no_import_of_ours_is_hidden() -> None:
    found = {module_name(path) for path in MODULES if hidden(path.read_text(encoding="utf-8"))}
    assert found == HIDES.keys()


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ("if TYPE_CHECKING:\n    from particle_sim.flux import SurfaceFlux", 1),
        ("if typing.TYPE_CHECKING:\n    import particle_sim.flux", 1),
        ("if TYPE_CHECKING:\n    from matplotlib.figure import Figure", 0),
        ("from particle_sim.flux import SurfaceFlux", 0),
    ],
)
def test_a_hidden_import_is_noticed(source: str, count: int) -> None:
    assert len(hidden(source)) == count


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = "import sys, particle_sim; print(*sorted({m.split('.')[0] for m in sys.modules}))"
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    loaded = set(answer.stdout.split())
    assert "particle_sim" in loaded
    assert not loaded & set(HEAVY)


def test_every_package_stands_on_a_floor() -> None:
    listed = {name for floor in floors() for name in floor}
    here = {home(module_name(path)) for path in MODULES} - {OPEN_FLOOR}
    assert here == listed


def test_imports_go_down() -> None:
    assert not [wrong for path in MODULES for wrong in climbs(path)]


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("fem/mesh.py", "from particle_sim.particle.run import ParticleRun"),
        ("units.py", "def f():\n    import particle_sim.flux"),
        ("particle/run.py", "from particle_sim.cell.run import CellRun"),
        ("metrics/gitt.py", "from particle_sim import figures"),
    ],
)
def test_import_check_notices(module: str, line: str) -> None:
    assert climbs(PACKAGE / module, line)


def libraries(path: Path) -> set[str]:
    """Top names a file imports, by statement or by ``import_module("name")``."""
    names = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names.append(node.module or "")
        elif isinstance(node, ast.Call) and "import_module" in ast.unparse(node.func):
            names += [str(a.value) for a in node.args if isinstance(a, ast.Constant)]
    return {name.split(".")[0] for name in names}


@pytest.mark.parametrize(
    ("library", "floor"), [("pybamm", "cell"), ("basix", "fem"), ("netgen", "fem")]
)
def test_heavy_libraries_have_one_home(library: str, floor: str) -> None:
    named = [path for path in MODULES if library in path.read_text(encoding="utf-8")]
    users = {path.relative_to(PACKAGE).parts[0] for path in named if library in libraries(path)}
    assert users == {floor}


def undocumented(name: str, source: str) -> list[str]:
    """The module, and its public functions and classes, where they have no docstring."""
    tree = ast.parse(source)
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    public = [
        n
        for n in tree.body
        if isinstance(n, kinds)
        and not n.name.startswith("_")
        and "overload" not in [ast.unparse(d) for d in n.decorator_list]
    ]
    wrong = [f"{name}.{node.name}" for node in public if not ast.get_docstring(node)]
    return wrong if not tree.body or ast.get_docstring(tree) else [name, *wrong]


def test_public_functions_and_classes_have_docstrings() -> None:
    texts = [(module_name(path), path.read_text(encoding="utf-8")) for path in MODULES]
    assert not [wrong for name, text in texts for wrong in undocumented(name, text)]


@pytest.mark.parametrize(
    ("source", "wrong"),
    [
        ("x = 1", ["m"]),
        ('"""M."""\ndef f(): ...', ["m.f"]),
        ('"""M."""\nclass A: ...', ["m.A"]),
        ('"""M."""\ndef f():\n    """F."""\ndef _g(): ...', []),
    ],
)
def test_a_missing_docstring_is_noticed(source: str, wrong: list[str]) -> None:
    assert undocumented("m", source) == wrong
