"""Bytes of a measured file as text, in whichever encoding its program wrote.

UTF-8 (with its mark or without), UTF-16, then GB18030 where a word of the Chinese exports stands
in it, else Latin-1, which every byte can be: so that one is taken only where hardly any byte is a
control character.
"""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from particle_sim.errors import InputError
from particle_sim.inputs import LARGEST, read_input

MOST_BYTES = LARGEST
"""Largest file that is read: some four million rows of a cycler."""
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CHINESE = tuple(
    word.encode("gb18030") for word in ("电压", "电流", "时间", "容量", "放电", "充电")
)
_PIECE = 1 << 20
_HEAD = 1 << 16
_CONTROL = bytes(set(range(32)) - {9, 10, 11, 12, 13, 27})
MOST_CONTROL = 1e-3
"""Share of control characters from which bytes are no text."""


@dataclass(frozen=True, kw_only=True)
class Text:
    """A file that is text: its bytes and their encoding."""

    name: str
    content: bytes
    encoding: str

    def lines(self) -> Iterator[str]:
        """Line by line, whatever ends them; never all at once."""
        raw = io.BytesIO(self.content)
        return io.TextIOWrapper(raw, encoding=self.encoding, errors="replace", newline=None)

    def whole(self) -> str:
        """All of it."""
        return "".join(self.lines())

    @property
    def ends(self) -> bool:
        """Whether the last line has its end; a file that was cut off hardly ever has."""
        return self.content.rstrip(b"\0 \t").endswith((b"\n", b"\r"))


def read_text_file(path: Path, most: int = MOST_BYTES) -> Text:
    """The text of a regular file.

    Raises :class:`InputError` for what is no text, and as :func:`particle_sim.inputs.read_input`.
    """
    content = read_input(path, most)
    return Text(name=path.name, content=content, encoding=_encoding(path.name, content))


def _encoding(name: str, content: bytes) -> str:
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            if _reads(content, encoding):
                return encoding
            raise InputError(f"{name}: begins as {encoding} and is none; save it as UTF-8 text.")
    if b"\0" in content[:_HEAD]:
        return _sixteen_bits(name, content[:_HEAD])
    head = content[:_HEAD]
    if len(head) and sum(map(head.count, _CONTROL)) > MOST_CONTROL * len(head):
        raise _no_text(name)
    if _reads(content, "utf-8"):
        return "utf-8"
    chinese = any(word in head for word in _CHINESE)
    return "gb18030" if chinese and _reads(content, "gb18030") else "latin-1"


def _sixteen_bits(name: str, head: bytes) -> str:
    """UTF-16 without its mark has every other byte empty."""
    for first, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        there, other = head[first::2], head[1 - first :: 2]
        if there.count(0) > 0.5 * len(there) and not other.count(0):
            return encoding
    raise _no_text(name)


def _no_text(name: str) -> InputError:
    return InputError(
        f"{name}: this is no text file; export the measurement as text (CSV or TXT, UTF-8)."
    )


def _reads(content: bytes, encoding: str) -> bool:
    """Whether all of it decodes; the last character may be cut off."""
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for first in range(0, len(content), _PIECE):
            decoder.decode(content[first : first + _PIECE])
    except UnicodeError:
        return False
    return True
