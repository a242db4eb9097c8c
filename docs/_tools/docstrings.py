"""Sphinx extension: docstrings are plain text, and names in pages lead to the reference.

A docstring may say ``|grad x|^2`` or ``2*a``, which reStructuredText reads as markup. All but
double backquotes, roles and one *stressed* word is escaped, and an indented paragraph becomes a
literal block. Examples stay as they are.

>>> plain(["a*b of c_d", "", ">>> c_d(1)", "1_0", "", "e_f"])
['a\\\\*b of c\\\\_d', '', '>>> c_d(1)', '1_0', '', 'e\\\\_f']
"""

from __future__ import annotations

import re

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.inspect import TypeAliasForwardRef

KEPT = re.compile(r"(``.+?``|:\w+:`.+?`|(?<!\w)\*\w+\*(?!\w))")
MARKUP = re.compile(r"([*|_`\\])")


def escaped(line: str) -> str:
    """A line whose markup characters mean themselves."""
    parts = KEPT.split(line)
    return "".join(part if KEPT.fullmatch(part) else MARKUP.sub(r"\\\1", part) for part in parts)


def plain(lines: list[str]) -> list[str]:
    """A docstring's lines as reStructuredText that shows them as they are."""
    made: list[str] = []
    literal = example = False
    for line in lines:
        example = bool(line.strip()) and (example or line.lstrip().startswith(">>> "))
        if example and not literal:
            made.append(line)
            continue
        indented = line.startswith(" ")
        starts = indented and not literal and (not made or not made[-1].strip())
        if starts:
            made += ["::", ""]
        literal = (literal or starts) and (indented or not line.strip())
        if not indented and line.strip() and made and made[-1].startswith(" "):
            made.append("")
        made.append(line if literal else escaped(line.strip()))
    return made


def process(
    app: Sphinx, what: str, name: str, item: object, options: object, lines: list[str]
) -> None:
    """Handler of ``autodoc-process-docstring``."""
    lines[:] = plain(lines)


def missing(app: Sphinx, env: BuildEnvironment, node: nodes.Element, shown: nodes.Node) -> None:
    """Warn where a page names a function that the reference does not hold."""
    page = str(node.get("refdoc", ""))
    if node.get("refdomain") == "py" and not page.startswith("api/"):
        logging.getLogger(__name__).warning(
            "%s is not in the API reference", node.get("reftarget"), location=node
        )


def setup(app: Sphinx) -> dict[str, bool]:
    """Handle every docstring that autodoc reads, and every name that leads nowhere.

    A type's short name is written as itself inside unions and containers too.
    """
    setattr(TypeAliasForwardRef, "__repr__", lambda alias: alias.name)  # noqa: B010
    app.connect("autodoc-process-docstring", process)
    app.connect("missing-reference", missing)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
