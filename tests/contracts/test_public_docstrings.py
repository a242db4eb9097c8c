"""Does every public name say what it takes, when it refuses, and show a use that is executed?

Public are the names of ``particle_sim``, what the pages of the reference hold of its packages of
figures, metrics, protocols and shapes, what ``EXPORTING`` export, and every function or class that
README, the pages, notebooks and examples use.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
import textwrap
from enum import Enum
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from docstring_examples import wrong_examples
from names_in_docs import located, names_in, used_in_docs

import particle_sim as ps
from particle_sim.damage import field, interfaces

PAGES = Path(__file__).parents[2] / "docs" / "api"
PACKAGES = (ps.figures, ps.metrics, ps.protocols, ps.shapes)
EXPORTING = (
    *(field, interfaces, ps.crystal, ps.export, ps.mechanics),
    *(ps.physics, ps.stiffness, ps.surface),
)
ON_PAGES = sorted(
    {
        name
        for page in PAGES.glob("*.md")
        for name in re.findall(r"automodule:: (\S+)", page.read_text("utf-8"))
        if name.startswith(tuple(f"{package.__name__}." for package in PACKAGES))
    }
)
NEVER_REFUSES = {"Material", "Stored", "progress_bar"}
"""Made by functions that check, or a choice, or called by ours alone."""
MEANING = {"drawings", "two_phase"}
"""Fields that are no argument of a user, or have a docstring of their own."""
OF_JSON = {"manifest"}
"""Fields of what any JSON file may hold."""
MADE_BY = re.compile(r"[Mm]ade by :func:`([\w.]+)`")
"""A docstring that names the function which makes its thing, and whose example shows one."""


def written_in(module: ModuleType) -> dict[str, Any]:
    """Functions and classes of a module's own, by their names."""
    return {
        name: value
        for name, value in vars(module).items()
        if not name.startswith("_")
        and callable(value)
        and getattr(value, "__module__", "") == module.__name__
    }


def exported_by(package: ModuleType) -> dict[str, Any]:
    """Functions and classes that are written in a package and can be had from it."""
    return {
        f"{package.__name__}.{name}": value
        for name, value in vars(package).items()
        if not name.startswith("_")
        and (inspect.isfunction(value) or inspect.isclass(value))
        and f"{value.__module__}.".startswith(f"{package.__name__}.")
    }


NAMES = {
    name: getattr(ps, name) for name in ps.__all__ if not isinstance(getattr(ps, name), ModuleType)
} | {
    f"{place}.{name}": value
    for place in ON_PAGES
    for name, value in written_in(importlib.import_module(place)).items()
}
KNOWN = {id(value) for value in NAMES.values()}
for found in (*map(exported_by, EXPORTING), used_in_docs()):
    NAMES |= {name: value for name, value in found.items() if id(value) not in KNOWN}
    KNOWN |= {id(value) for value in found.values()}


def lacks(docstring: str, arguments: list[str], *, refuses: bool, shows: bool) -> list[str]:
    """What a docstring leaves out."""
    prose = [line for line in docstring.splitlines() if not line.startswith((">>>", "..."))]
    words = set(re.findall(r"\w+", "\n".join(prose)))
    left = [f"says nothing of {name}" for name in arguments if name not in words]
    if refuses and "Raises" not in docstring:
        left.append("has no Raises")
    if shows and ">>>" not in docstring:
        left.append("has no example")
    return left


def arguments_of(value: Any) -> list[str]:
    if isinstance(value, type) and not hasattr(value, "__dataclass_fields__"):
        return []
    said = explained(value) if isinstance(value, type) else set()
    return [name for name in inspect.signature(value).parameters if name not in MEANING | said]


def explained(kind: type) -> set[str]:
    """Fields of a class with a docstring of their own, below them."""
    (tree,) = ast.parse(textwrap.dedent(inspect.getsource(kind))).body
    assert isinstance(tree, ast.ClassDef)
    return {
        field.target.id
        for field, below in zip(tree.body, tree.body[1:], strict=False)
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)
        if isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant)
    }


def maker_of(value: Any) -> str:
    """The docstring of the function that makes a thing, where its own names one."""
    found = MADE_BY.search(inspect.getdoc(value) or "")
    if found is None:
        return ""
    name = found[1] if "." in found[1] else f"{value.__module__}.{found[1]}"
    return inspect.getdoc(located(name)) or ""


@pytest.mark.parametrize("name", NAMES)
def test_a_public_name_says_all_of_it(name: str) -> None:
    value = NAMES[name]
    choice = isinstance(value, type) and issubclass(value, Enum)
    made = ">>>" in maker_of(value)
    assert not lacks(
        inspect.getdoc(value) or "",
        arguments_of(value),
        refuses=not (choice or made or name in NEVER_REFUSES),
        shows=not made,
    )


def test_a_docstring_that_leaves_things_out_is_noticed() -> None:
    found = lacks("Grow ``radius`` [m].", ["radius", "rate"], refuses=True, shows=True)
    assert found == ["says nothing of rate", "has no Raises", "has no example"]


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("import particle_sim as ps\nps.crystal.rotation()", "particle_sim.crystal.rotation"),
        ("from particle_sim.a import b as c", "particle_sim.a.b"),
        ("from particle_sim import a\na.b(1)", "particle_sim.a.b"),
        ("import particle_sim.a as x\n%time\nx.b", "particle_sim.a.b"),
    ],
)
def test_a_name_that_documentation_uses_is_found(code: str, name: str) -> None:
    assert name in names_in(code)


def test_documentation_uses_names_of_pages_notebooks_and_readme() -> None:
    used = used_in_docs()
    assert "particle_sim.damage.field.penny.penny" in used
    assert "particle_sim.metrics.crack_risk.crack_risk" in used
    assert "particle_sim.materials.load.load_material" in used


def test_a_public_name_is_on_the_pages() -> None:
    text = "".join(page.read_text("utf-8") for page in PAGES.glob("*.md"))
    shown = set(re.findall(r"auto\w+:: (\S+)", text))
    left = [
        name
        for name, value in NAMES.items()
        if not {value.__module__, f"{value.__module__}.{value.__qualname__}", name} & shown
        and f"particle_sim.{name}" not in shown
    ]
    assert not left, f"name these on a page of docs/api: {left}"


def test_what_a_package_exports_is_on_the_pages() -> None:
    shown = {id(value) for value in NAMES.values()}
    left = [
        f"{package.__name__}.{name}"
        for package in PACKAGES
        for name, value in vars(package).items()
        if getattr(value, "__module__", "").startswith(f"{package.__name__}.")
        and callable(value)
        and id(value) not in shown
    ]
    assert not left, f"name these on a page of docs/api: {left}"


@pytest.mark.parametrize("name", NAMES)
def test_its_types_are_its_own(name: str) -> None:
    """No argument and no answer of a public function holds ``Any``."""
    value = NAMES[name]
    signature = inspect.signature(value) if arguments_of(value) else inspect.Signature()
    types = {each.name: each.annotation for each in signature.parameters.values()}
    types["return"] = signature.return_annotation
    vague = {key for key, kind in types.items() if re.search(r"\bAny\b", str(kind))}
    assert not vague - OF_JSON


# --- examples -----------------------------------------------------------------------------------

OF_COMPARISONS = {
    figure.__module__ for figure in (*ps.figures.FIGURES.values(), *ps.figures.ASKED_FOR.values())
} | {"particle_sim.report.tree"}
"""Their examples need a comparison: ``test_figure_labels`` has one."""
MESHED = re.compile("where Netgen is missing|shapes.ball_section")
"""What a module says whose examples need Netgen."""
WITH_EXAMPLES = [
    module.name
    for module in pkgutil.walk_packages(ps.__path__, "particle_sim.")
    if module.name not in OF_COMPARISONS
    and ">>>" in Path(importlib.util.find_spec(module.name).origin).read_text("utf-8")
]


@pytest.mark.parametrize("name", WITH_EXAMPLES)
def test_its_examples_are_right(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = importlib.import_module(name)
    if MESHED.search(inspect.getsource(module)):
        pytest.importorskip("netgen", reason="has no wheel here")
    if "pyvista" in inspect.getsource(module):
        pytest.importorskip("pyvista", reason="needs the extra view")
    monkeypatch.chdir(tmp_path)
    wrong = wrong_examples(module)
    assert not wrong, wrong


def test_a_wrong_example_is_noticed() -> None:
    module = ModuleType("made_up")
    module.__doc__ = ">>> 1 + one\n3\n"
    assert "Expected:\n    3\nGot:\n    2\n" in wrong_examples(module, one=1)
    assert not wrong_examples(module, one=2)
