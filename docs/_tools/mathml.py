"""Sphinx extension: formulas as MathML, which browsers draw without scripts."""

from __future__ import annotations

from html import escape
from typing import Any

from docutils import nodes
from latex2mathml.converter import convert
from sphinx.application import Sphinx
from sphinx.util.math import get_node_equation_number


def inline(self: Any, node: nodes.math) -> None:
    """A formula inside a sentence."""
    self.body.append(f'<span class="math">{convert(node.astext())}</span>')
    raise nodes.SkipNode


def block(self: Any, node: nodes.math_block) -> None:
    """A formula of its own, with its number and anchor where it has a label."""
    anchors = "".join(f' id="{escape(name)}"' for name in node.get("ids", [])[:1])
    number = get_node_equation_number(self, node) if node.get("number") else ""
    label = f'<span class="eqno">({number})</span>' if number else ""
    formula = convert(node.astext().strip(), display="block")
    self.body.append(f'<div class="math"{anchors}>{label}{formula}</div>')
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, bool]:
    """Register as ``html_math_renderer = "mathml"``."""
    app.add_html_math_renderer("mathml", (inline, None), (block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
