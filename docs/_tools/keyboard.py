"""Sphinx extension: what scrolls can be reached and scrolled by keyboard, headings have a level."""

from __future__ import annotations

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
LAST = 900
"""Behind the theme, which makes the navigation."""


def mend(app: Sphinx, name: str, template: str, context: dict[str, Any], tree: object) -> None:
    """Handler of ``html-page-context``."""
    for part, changes in MENDED.items():
        for old, new in changes:
            context[part] = context.get(part, "").replace(old, new)


def setup(app: Sphinx) -> dict[str, bool]:
    """Mend every page."""
    app.connect("html-page-context", mend, priority=LAST)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
