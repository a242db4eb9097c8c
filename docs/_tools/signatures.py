"""Sphinx extension: types in signatures as a reader writes them.

What Sphinx evaluates of ``Mapping[str, Array]`` it shows as the code of its own stand-ins, of an
``NDArray`` as its whole definition, of a checked text as the checks; none of it can be read.

>>> readable("Mapping[str, TypeAliasForwardRef('Array')]")
'Mapping[str, Array]'
>>> readable("ndarray[tuple[Any, ...], dtype[int64]]")
'NDArray[int64]'
>>> readable("times: ndarray[tuple[Any, ...], dtype[float64]]")
'times: Array'
>>> readable("why: Annotated[str, MinLen(min_length=10)], at: list[float] = <factory>")
'why: str, at: list[float] = ...'
"""

from __future__ import annotations

import re

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx

ANY_SHAPE = r"~?(?:numpy\.)?ndarray\[~?tuple\[~?(?:typing\.)?Any, \.\.\.\], ~?(?:numpy\.)?dtype"
ONE = r"(?:[^\[\]]|\[[^\[\]]*\])+"
"""A type with at most one pair of brackets."""
CALL = r"~?[\w.]+\([^()]*(?:\([^()]*\)[^()]*)*\)"
FOUND = tuple(
    (re.compile(pattern), shown)
    for pattern, shown in (
        (r"TypeAliasForwardRef\('(\w+)'\)", r"\1"),
        (ANY_SHAPE + r"\[~?(?:numpy\.)?float64\]\]", "Array"),
        (ANY_SHAPE + r"\[~?(?:numpy\.)?(\w+?)_?\]\]", r"NDArray[\1]"),
        (rf"~?(?:typing\.)?Annotated\[({ONE}), {CALL}\]", r"\1"),
        (r"PhysicsTerm\(name='(\w+)', .*?needs=frozenset\(\{[^}]*\}\)\)", r"\1"),
        (r"<factory>", "..."),
    )
)
"""What evaluated types look like, and what is shown; in this order."""
LONGEST_VALUE = 72
"""Letters of a constant's value that is shown."""


def readable(text: str) -> str:
    """A signature, or the type of an attribute, with the names that the code has."""
    for pattern, shown in FOUND:
        text = pattern.sub(shown, text)
    return text


def signature(
    app: Sphinx,
    what: str,
    name: str,
    item: object,
    options: object,
    arguments: str | None,
    returned: str | None,
) -> tuple[str | None, str | None]:
    """Handler of ``autodoc-process-signature``."""
    return arguments and readable(arguments), returned and readable(returned)


def attributes(app: Sphinx, page: nodes.document) -> None:
    """Handler of ``doctree-read``: types of attributes and aliases, which have no event.

    A value that is no short number or text is left out.
    """
    for node in list(page.findall(addnodes.desc_annotation)):
        text = node.astext()
        if text.lstrip().startswith("=") and (len(text) > LONGEST_VALUE or "<" in text):
            node.parent.remove(node)
        elif readable(text) != text:
            node.children = []
            node += nodes.Text(readable(text))
    for node in list(page.findall(nodes.paragraph)):
        text = node.astext().replace("\N{HORIZONTAL ELLIPSIS}", "...")
        if text.startswith("alias of ") and readable(text) != text:
            node.children = []
            node += [nodes.Text("alias of "), nodes.literal(text=readable(text)[9:])]


def setup(app: Sphinx) -> dict[str, bool]:
    """Handle every signature and every attribute."""
    app.connect("autodoc-process-signature", signature)
    app.connect("doctree-read", attributes)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
