"""Sentences on a terminal: broken between words, and below their first word."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from textwrap import TextWrapper
from typing import Any, TextIO

COMMAND = re.compile(r'(?<=")particle-sim [^"]*|(?<![("])particle-sim .*')
"""What somebody copies; it is not broken."""
KEPT = "\x1b\u2500\u2502\u2503\u250f"
"""Signs of what is laid out already: colours and the frames of tables."""
DEEPEST = 30
"""Columns from which a line that goes on would be a ribbon."""
_GLUE = "\x00"


def folded(line: str, width: int) -> str:
    """A line over several, none longer than ``width`` unless a word or a command is.

    >>> print(folded("    SUPPORTED  HE-V is stressed less than NVP in all draws.", 40))
        SUPPORTED  HE-V is stressed less
                   than NVP in all draws.
    """
    if len(line) <= width or any(sign in line for sign in KEPT):
        return line
    lead = re.match(r"\s*", line)
    indent = len(lead[0]) if lead else 0
    label = re.match(r"\s*\S+ {2,}", line)
    hang = len(label[0]) if label else indent + (2 if indent else 0)
    wrapper = TextWrapper(
        width=width,
        subsequent_indent=" " * (hang if hang <= DEEPEST else indent),
        break_long_words=False,
        break_on_hyphens=False,
        replace_whitespace=False,
    )
    glued = COMMAND.sub(lambda command: command[0].replace(" ", _GLUE), line)
    return "\n".join(wrapper.wrap(glued)).replace(_GLUE, " ")


class Folding:
    """A stream whose long lines are folded; ``whole`` is the one beneath."""

    def __init__(self, whole: TextIO, width: int) -> None:
        self.whole, self._width = whole, width

    def __getattr__(self, name: str) -> Any:
        return getattr(self.whole, name)

    def write(self, text: str) -> int:
        """Write ``text`` with each of its lines folded."""
        self.whole.write("\n".join(folded(line, self._width) for line in text.split("\n")))
        return len(text)


@contextmanager
def folded_output() -> Iterator[None]:
    """Inside, what is printed on a terminal is folded; a file or a pipe gets whole lines."""
    before: Any = sys.stdout
    if not before.isatty():
        yield
        return
    from shutil import get_terminal_size

    sys.stdout = Folding(before, get_terminal_size().columns)
    try:
        yield
    finally:
        sys.stdout = before


def whole_output() -> Any:
    """Where whole lines go: what another program reads is not folded."""
    return getattr(sys.stdout, "whole", sys.stdout)
