"""Options that had another name: what a verb says where the old one is typed."""

from __future__ import annotations

import re
from collections.abc import Sequence

RENAMED = {
    ("rate", "--full-cell"): "--full",
    ("cell", "--design"): "--cell",
    ("design", "--out"): "--file",
    ("export", "--out"): "--file",
    ("export", "--to"): "--format",
    ("import", "--out"): "--file",
}
"""By verb and old name, the name that it has now."""


def now_called(usage: str, arguments: Sequence[str]) -> str:
    """The sentence for an old name that the parser does not know; "" for any other mistake.

    >>> now_called("No such option: --design", ["cell", "he_v", "--design", "mine.toml"])
    'cell calls --design now --cell; write --cell instead.'
    """
    verb = arguments[0] if arguments else ""
    option = re.match(r"No such option: (--[\w-]+)", usage)
    if option is not None and (verb, option[1]) in RENAMED:
        name = RENAMED[verb, option[1]]
        return f"{verb} calls {option[1]} now {name}; write {name} instead."
    extra = re.match(r"Got unexpected extra argument(?:s|\(s\))? \((\S+)\)", usage)
    if extra is not None and verb == "plot":
        return f"plot takes the name of a figure by --figure; write --figure {extra[1]}."
    return ""
