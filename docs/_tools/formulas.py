"""Sphinx extension: a long chemical formula in a table may break between its parts.

>>> parts("Na3.2V1.5Cr0.1Mn0.1(PO4)3")
['Na3.2', 'V1.5', 'Cr0.1', 'Mn0.1', '(PO4)3']
>>> parts("heterogeneous"), parts("NaFeO2")
(['heterogeneous'], ['NaFeO2'])
"""

from __future__ import annotations

import re

from docutils import nodes
from sphinx.application import Sphinx

LONG = 12
"""Letters of a word that may break."""
BETWEEN = re.compile(r"(?<=[\d\])])(?=[A-Z(\[])")


def parts(text: str) -> list[str]:
    """A text, cut wherever a formula in it may break."""
    cut = [BETWEEN.split(word) if len(word) > LONG else [word] for word in text.split(" ")]
    joined = cut[0]
    for pieces in cut[1:]:
        joined = [*joined[:-1], f"{joined[-1]} {pieces[0]}", *pieces[1:]]
    return joined


def breaks(app: Sphinx, page: nodes.document) -> None:
    """Handler of ``doctree-read``."""
    for entry in page.findall(nodes.entry):
        for text in list(entry.findall(nodes.Text)):
            first, *others = parts(str(text))
            if others and not isinstance(text.parent, nodes.literal):
                made: list[nodes.Node] = [nodes.Text(first)]
                for part in others:
                    made += [nodes.raw("", "<wbr>", format="html"), nodes.Text(part)]
                text.parent.replace(text, made)


def setup(app: Sphinx) -> dict[str, bool]:
    """Handle every table."""
    app.connect("doctree-read", breaks)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
