"""Sphinx extension: what scrolls can be reached and scrolled by keyboard, headings have a level.

A signature on several lines is no list of definitions, as which Sphinx writes it.
"""

from __future__ import annotations

import re
from typing import Any

from sphinx.application import Sphinx

MENDED = {
    "body": (
        ("<pre>", '<pre tabindex="0">'),
        ('<div class="math', '<div tabindex="0" class="math'),
    ),
    "furo_navigation_tree": (('role="heading"', 'role="heading" aria-level="2"'),),
}
"""Texts of a page, and what is written in the place of what."""
LINES = re.compile(r"<dl>\n(.*?)</dl>", re.DOTALL)
"""A list with no class: the parameters of a long signature, without a term."""
LAST = 900
"""Behind the theme, which makes the navigation."""


def mend(app: Sphinx, name: str, template: str, context: dict[str, Any], tree: object) -> None:
    """Handler of ``html-page-context``."""
    for part, changes in MENDED.items():
        for old, new in changes:
            context[part] = context.get(part, "").replace(old, new)
    context["body"] = LINES.sub(as_lines, context["body"])


def as_lines(found: re.Match[str]) -> str:
    """Parameters line by line."""
    lines = found[1].replace("<dd>", "<div>").replace("</dd>", "</div>")
    return f'<div class="sig-lines">\n{lines}</div>'


def setup(app: Sphinx) -> dict[str, bool]:
    """Mend every page."""
    app.connect("html-page-context", mend, priority=LAST)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
