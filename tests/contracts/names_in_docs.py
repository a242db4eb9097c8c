"""Functions and classes of ``particle_sim`` that README, the pages, notebooks and examples use."""

from __future__ import annotations

import ast
import importlib
import inspect
import json
import pydoc
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "docs" / "_tools")]

from blocks import DOCS, blocks_of, pages  # noqa: E402

MAGIC = re.compile(r"^[%!].*$", re.MULTILINE)
"""A line for the notebook, as ``%matplotlib inline``, or for the shell"""
PYTHON = re.compile(r"python\b|\{code-cell\}")


def used_in_docs() -> dict[str, Any]:
    """Each by the module and the name that it is written under."""
    used = {name for code in code_shown() for name in names_in(code)}
    found = [located(name) for name in sorted(used)]
    return {
        f"{value.__module__}.{value.__qualname__}": value
        for value in found
        if inspect.isfunction(value) or inspect.isclass(value)
        if value.__module__.startswith("particle_sim.")
    }


def located(name: str) -> Any:
    """What a full name stands for, a function rather than the module of its name."""
    module, _, last = name.rpartition(".")
    try:
        return getattr(importlib.import_module(module), last)
    except (ImportError, AttributeError):
        return pydoc.locate(name)


def code_shown() -> Iterator[str]:
    """What every page, notebook and example shows in Python."""
    for page in (ROOT / "README.md", *pages()):
        blocks = blocks_of(page.read_text("utf-8"))
        yield "\n".join(each.body for each in blocks if PYTHON.match(each.language))
    for notebook in (DOCS / "notebooks").glob("*.ipynb"):
        cells = json.loads(notebook.read_text("utf-8"))["cells"]
        yield "\n".join("".join(each["source"]) for each in cells if each["cell_type"] == "code")
    for example in (ROOT / "examples").rglob("*.py"):
        yield example.read_text("utf-8")


def names_in(code: str) -> set[str]:
    """Full names of ``particle_sim`` that code imports, or reaches through what it imports."""
    nodes = list(ast.walk(ast.parse(MAGIC.sub("", code))))
    full = {"ps": "particle_sim"}
    for node in nodes:
        if isinstance(node, ast.ImportFrom):
            full |= {each.asname or each.name: f"{node.module}.{each.name}" for each in node.names}
        elif isinstance(node, ast.Import):
            full |= {each.asname: each.name for each in node.names if each.asname}
    used = set(full.values()) - {"particle_sim"}
    for node in nodes:
        if isinstance(node, ast.Attribute):
            first, _, rest = ast.unparse(node).partition(".")
            used.add(f"{full.get(first, first)}.{rest}")
    return {name for name in used if re.fullmatch(r"particle_sim(\.\w+)+", name)}
