"""Extending keeps its promise: one of each kind, in one new file, joins by one line.

The package is copied, one of each is added the way docs/architecture.md says, and the contract
tests of the copy have to take them up. In a second copy every line is forgotten, which has to be
noticed.
"""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

import particle_sim
from particle_sim.cli.new import template_text

PACKAGE = Path(particle_sim.__file__).parent
ROOT = Path(__file__).parents[2]
TERMS = "transport"
"""Folder of the physics terms."""

TESTS = (
    "contracts/test_exports.py",
    "contracts/test_figure_labels.py",
    "contracts/test_metrics.py",
    "contracts/test_physics_terms.py",
    "contracts/test_shapes.py",
    "journeys/test_help.py",
    "unit/test_claims.py",
    "unit/test_templates.py",
)
"""What is run in a copy."""
HELPERS = (
    "coarse.py",
    "conftest.py",
    "remembered.py",
    "contracts/conftest.py",
    "contracts/docstring_examples.py",
    "contracts/paper.py",
)


@dataclass(frozen=True)
class Addition:
    """A new file of the package, and the line by which it joins in another one."""

    file: str
    text: str
    joins: str
    line: str


def of_template(name: str) -> str:
    """What the metric's template says to contribute: the first function and its imports."""
    tree = ast.parse(template_text("metric", name))
    function = next(node for node in tree.body if isinstance(node, ast.FunctionDef))
    used = {node.id for node in ast.walk(function) if isinstance(node, ast.Name)}
    imports = [
        node
        for node in tree.body
        if isinstance(node, ast.ImportFrom)
        and (node.module == "__future__" or used & {alias.name for alias in node.names})
    ]
    return ast.unparse(ast.Module([tree.body[0], *imports, function], []))


def renamed(file: str, old: str, new: str) -> str:
    """A shipped file with another name for what is in it."""
    return (PACKAGE / file).read_text("utf-8").replace(f"def {old}(", f"def {new}(")


TERM = """
\"\"\"Diffusion that a material's hop enhancement speeds up.\"\"\"

from PHYSICS.fickian_diffusion import fickian_diffusion
from PHYSICS.term import Flux, PhysicsTerm, Point
from particle_sim.materials.material import Material


def _flux(point: Point, material: Material) -> Flux:
    plain = fickian_diffusion.flux(point, material)
    given = material.properties.get("hop_enhancement")
    factor = 1.0 if given is None else given.magnitude
    return Flux(
        diffusivity=factor * plain.diffusivity, diffusivity_slope=factor * plain.diffusivity_slope
    )


enhanced_hops = PhysicsTerm(
    name="enhanced_hops", law="enhanced hops, N = -f D grad c", flux=_flux
)
""".replace("PHYSICS", f"particle_sim.{TERMS.replace('/', '.')}")

FIGURE = """
\"\"\"Voltage alone.\"\"\"

import xarray as xr
from particle_sim.figures.of_comparison import of_comparison
from particle_sim.figures.voltage import voltage


@of_comparison(place=35, caption="The voltage once more.")
def voltage_again(results: xr.DataTree):
    \"\"\"As the other one.\"\"\"
    return voltage(results)
"""

KIND = """
\"\"\"Claims on a plateau, asked anew.\"\"\"

from particle_sim.claims.kind import claim_kind
from particle_sim.claims.kinds_print import carbon_plateau
from particle_sim.claims.question import Evidence, Question


def _plateau(question: Question) -> Evidence:
    \"\"\"Does hard carbon have a plateau there?.\"\"\"
    return carbon_plateau(question)


another_plateau = claim_kind(_plateau, {"plateau": "V", "within": "V"}, materials=0)
"""

VERB = """
\"\"\"``particle-sim count``: how many materials there are.\"\"\"

from particle_sim.cli.verb import Aim, verb


@verb(Aim.SEE, 9, "how many materials there are", "count")
def count() -> None:
    \"\"\"Print the number of materials.\"\"\"
    from particle_sim.materials.system import system_names

    print(len(system_names()), "materials")
"""

PHYSICS = f"particle_sim.{TERMS.replace('/', '.')}"
ADDITIONS = {
    "metric": Addition(
        "metrics/least_surface.py",
        of_template("least_surface"),
        "metrics/__init__.py",
        "from particle_sim.metrics.least_surface import least_surface as least_surface",
    ),
    "figure": Addition(
        "figures/voltage_again.py",
        FIGURE,
        "figures/__init__.py",
        "from particle_sim.figures.voltage_again import voltage_again as voltage_again",
    ),
    "shape": Addition(
        "particle/shapes/second_sphere.py",
        renamed("particle/shapes/sphere.py", "sphere", "second_sphere"),
        "particle/shapes/__init__.py",
        "from particle_sim.particle.shapes.second_sphere import second_sphere as second_sphere",
    ),
    "physics term": Addition(
        f"{TERMS}/enhanced_hops.py",
        TERM,
        f"{TERMS}/__init__.py",
        f"from {PHYSICS}.enhanced_hops import enhanced_hops as enhanced_hops",
    ),
    "claim kind": Addition(
        "claims/kinds_again.py",
        KIND,
        "claims/kinds.py",
        "from particle_sim.claims.kinds_again import another_plateau as another_plateau",
    ),
    "verb": Addition(
        "cli/count.py",
        VERB,
        "cli/verbs.py",
        "from particle_sim.cli.count import count as count",
    ),
}
CHOSEN = " or ".join(
    (
        "(least_surface and not uniform)",  # at rest a filling is not zero, as a voltage is not
        "enhanced_hops",
        "second_sphere",
        "(caption and voltage_again)",
        "count",
        "every_kind",
        "explains_every_property",
        "forgotten",
    )
)

PROPERTY = Addition(
    "",
    "",
    "materials/catalogue.py",
    'CATALOGUE["hop_enhancement"] = _optional("1", "jumps per attempt", "gradients")',
)
"""A property is an entry of its own; here it stands behind the others."""


def copy_of(folder: Path, joined: Sequence[Addition]) -> Path:
    """The package with every new file, of which ``joined`` have their line."""
    shutil.copytree(
        PACKAGE, folder / "particle_sim", ignore=shutil.ignore_patterns("__pycache__", "_shipped")
    )
    for name in ("parameters", "scenarios", "pyproject.toml"):
        (folder / name).symlink_to(ROOT / name)
    for test in (*HELPERS, *TESTS):
        (folder / "tests" / test).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / "tests" / test, folder / "tests" / test)
    for addition in ADDITIONS.values():
        new = folder / "particle_sim" / addition.file
        assert not new.exists()
        new.write_text(addition.text, encoding="utf-8")
    for addition in joined:
        join(folder / "particle_sim" / addition.joins, addition.line)
    return folder


def join(path: Path, line: str) -> None:
    """An import goes to the other imports, an entry to the end."""
    lines = path.read_text("utf-8").splitlines()
    imports = [number for number, old in enumerate(lines) if old.startswith("from particle_sim.")]
    lines.insert(imports[0] if line.startswith("from ") else len(lines), line)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def run_tests(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The contract tests of a copy, in a process of their own."""
    command = [sys.executable, "-m", "pytest", "-n0", "-p", "no:cacheprovider", "-rf", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    environment.pop("PYTEST_XDIST_WORKER", None)
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)


@pytest.fixture(scope="module")
def extended(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("extended")
    return copy_of(folder, [*ADDITIONS.values(), PROPERTY])


def test_what_joins_by_one_line_is_taken_up(extended: Path) -> None:
    """The copy's contract tests name each of them, and pass."""
    ended = run_tests(extended, "tests", "-v", "-k", CHOSEN)
    assert ended.returncode == 0, ended.stdout[-3000:]
    passed = {line.split()[0] for line in ended.stdout.splitlines() if " PASSED" in line}
    for name, least in (
        ("test_metrics.py::test_metric_is_a_finite_float[least_surface]", 1),
        ("test_physics_terms.py::test_slopes_are_derivatives[enhanced_hops", 3),
        ("test_shapes.py::test_volume[second_sphere]", 1),
        ("test_figure_labels.py::test_figure_has_a_caption_and_a_docstring[voltage_again]", 1),
        ("test_help.py::test_help_prints_every_letter_of_its_source[count]", 1),
        ("test_claims.py::test_every_kind_says_what_it_asks", 1),
        ("test_templates.py::test_the_material_explains_every_property_with_its_unit", 1),
        ("test_exports.py::test_no_export_line_is_forgotten", 6),
    ):
        assert sum(name in test for test in passed) >= least, name


USED = """
from pathlib import Path

import particle_sim as ps
from particle_sim.claims.kinds import NEEDS
from particle_sim.claims.schema import library, load_claim
from particle_sim.cli.main import app
from particle_sim.cli.new import template_text

assert Path(ps.__file__).parents[1] == Path.cwd(), ps.__file__
ENTRY = [
    "[properties.hop_enhancement]", "value = 4.0", "unit = '1'", "evidence = 'assumed'",
    "source = 'user'",
]
shipped = Path("parameters/materials/nvp.toml").read_text("utf-8").splitlines()
Path("own.toml").write_text(chr(10).join([*shipped, *ENTRY]), encoding="utf-8")
assert ENTRY[0] in template_text("material", "own")
material = ps.load_material("own.toml")
assert material.value("hop_enhancement") == 4.0


def spread(term):
    mesh = ps.shapes.second_sphere(1e-7, cells=8)
    particle = ps.Particle(material=material, mesh=mesh, physics=[term])
    run = ps.solve_particle(particle, ps.constant_flux(1e-8, 30.0, initial_site_fraction=0.5))
    return float(run.site_fraction[-1].max() - run.site_fraction[-1].min())


ratio = spread(ps.physics.fickian_diffusion) / spread(ps.physics.enhanced_hops)
assert 3 < ratio < 5, ratio
claim = Path("scenarios/claims/c64a.toml").read_text("utf-8")
claim = claim.replace("carbon_plateau", "another_plateau")
Path("c64a.toml").write_text(claim, encoding="utf-8")
load_claim(Path("c64a.toml"), NEEDS, library())
app(["count"], standalone_mode=False)
app([], standalone_mode=False)
"""


def test_what_joins_by_one_line_is_used(extended: Path) -> None:
    """A particle with the term, its property and the shape; a claim of the kind; the verb."""
    environment = {**os.environ, "PYTHONPATH": str(extended)}
    ended = subprocess.run(
        [sys.executable, "-c", USED], cwd=extended, env=environment, capture_output=True, text=True
    )
    assert ended.returncode == 0, ended.stderr[-3000:]
    assert "138 materials" in ended.stdout
    assert "count how many materials there are" in " ".join(ended.stdout.split())


def test_a_forgotten_line_is_noticed(tmp_path: Path) -> None:
    """Without any line each of the six is missed by name, and nothing else fails."""
    ended = run_tests(copy_of(tmp_path, []), "tests/contracts/test_exports.py")
    failed = {line for line in ended.stdout.splitlines() if line.startswith("FAILED")}
    assert len(failed) == len(ADDITIONS)
    for name in ADDITIONS:
        assert any(f"[{name}]" in line for line in failed), name
