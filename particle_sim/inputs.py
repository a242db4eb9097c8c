"""What a verb was asked for: its options, and the files it reads, kept whole for its manifest.

Every file of parameters or measurements comes in by :func:`read_input`. While a verb runs, what it
returns is kept; while a stored result is repeated, it is served from that result's manifest, and no
file of the user's is read that the manifest does not embed.
"""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from particle_sim.errors import InputError
from particle_sim.files import (
    MOST_BYTES,
    check_regular,
    decoded,
    is_there,
    read_bytes,
    write_file,
)

_PACKAGE = Path(__file__).resolve().parent
SHIPPED = tuple(
    root / name
    for root in (_PACKAGE / "_shipped", _PACKAGE.parent)
    for name in ("parameters", "scenarios")
)
"""Where files of the package may be; whatever else is read is the user's."""

Files = dict[str, bytes]
LARGEST = 400_000_000
"""Bytes of the largest input that any reader takes, and so of one that is unpacked."""
PLAIN = 1_000_000
"""Bytes of a text that is still readable in its manifest; a longer one is compressed."""


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """Contents of files: the user's by the name that was given, the package's by their place."""

    yours: Files = field(default_factory=dict)
    shipped: Files = field(default_factory=dict)

    def place(self, path: Path) -> tuple[Files, str]:
        """The files that a path belongs to, and its name among them."""
        for folder in SHIPPED:
            if path.is_relative_to(folder):
                return self.shipped, path.relative_to(folder.parent).as_posix()
        return self.yours, path.as_posix()


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A verb with its options as plain data, and its files: those read, and those served."""

    verb: str
    options: Mapping[str, Any]
    read: Inputs = field(default_factory=Inputs)
    served: Inputs | None = None


_ASKED: ContextVar[Asked | None] = ContextVar("asked", default=None)


@contextmanager
def asking(verb: str, options: Mapping[str, Any], served: Inputs | None = None) -> Iterator[None]:
    """What is written meanwhile says that it was made by ``verb``; within a repetition, of it."""
    outer = _ASKED.get()
    if served is None and outer is not None:
        served = outer.served
    token = _ASKED.set(Asked(verb=verb, options=plain_option(options), served=served))
    try:
        yield
    finally:
        _ASKED.reset(token)


def served_inputs() -> Inputs | None:
    """The files of the result that is being repeated; ``None`` outside a repetition."""
    asked = _ASKED.get()
    return None if asked is None else asked.served


def take_over(served: Inputs | None) -> None:
    """In a new process: serve what its parent serves."""
    _ASKED.set(None if served is None else Asked(verb="", options={}, served=served))


def read_input(path: Path, most: int = MOST_BYTES) -> bytes:
    """What is in a file, as :func:`particle_sim.files.read_bytes`, kept for the manifest.

    Raises :class:`InputError` as that does and, in a repetition, for a file that is not embedded.
    """
    asked = _ASKED.get()
    if asked is None:
        return read_bytes(path, most)
    content = None if asked.served is None else _served(asked.served, path)
    if content is None:
        content = read_bytes(path, most)
    files, name = asked.read.place(path)
    files[name] = content
    return content


def _served(served: Inputs, path: Path) -> bytes | None:
    """``None`` for a file of the package that the earlier run did not read."""
    files, name = served.place(path)
    if files is served.yours and name not in files:
        raise InputError(
            f"{name}: the manifest of the result embeds no such file, and nothing else is read "
            "when a result is repeated; run the verb itself with your file."
        )
    return files.get(name)


def input_text(path: Path, most: int = MOST_BYTES) -> str:
    """The UTF-8 text of such a file, as :func:`particle_sim.files.read_text`."""
    return decoded(path.name, read_input(path, most))


def check_input(path: Path) -> None:
    """Refuse what :func:`read_input` would, before it is needed."""
    served = served_inputs()
    if served is None:
        check_regular(path)
    else:
        _served(served, path)


def is_input(path: Path) -> bool:
    """Whether there is such a file to read."""
    served = served_inputs()
    if served is None:
        return is_there(path)
    files, name = served.place(path)
    return name in files or (files is served.shipped and is_there(path))


def inputs_in(folder: Path, suffix: str) -> list[Path]:
    """The files of a folder whose names end in ``suffix``; in a repetition those embedded."""
    served = served_inputs()
    if served is None or any(folder.is_relative_to(own) for own in SHIPPED):
        return sorted(folder.glob(f"*{suffix}"))
    there = map(Path, served.yours)
    return [path for path in there if path.parent == folder and path.suffix == suffix]


@contextmanager
def input_file(path: Path, most: int = MOST_BYTES) -> Iterator[Path]:
    """The file itself, for a library that opens it by name; in a repetition a copy of it."""
    content = read_input(path, most)
    if served_inputs() is None:
        yield path
        return
    with TemporaryDirectory() as folder:
        copy = Path(folder) / f"input{path.suffix}"
        write_file(copy, content)
        yield copy


def hash_of(path: Path) -> str:
    """SHA-256 of an input, in hexadecimal digits."""
    return _digest(read_input(path))


def asked_record() -> dict[str, Any]:
    """For a manifest: the verb, every option and the files it has read, whole; or nothing."""
    asked = _ASKED.get()
    if asked is None or not asked.verb:
        return {}
    yours = {name: embedded(content) for name, content in sorted(asked.read.yours.items())}
    inputs = {"yours": yours, "shipped": _packed(asked.read.shipped)}
    return {"asked": {"verb": asked.verb, "options": asked.options, "inputs": inputs}}


def inputs_of(asked: Mapping[str, Any]) -> Inputs:
    """The files that :func:`asked_record` holds; :class:`InputError` for one that was edited."""
    inputs = asked["inputs"]
    yours = {name: unpacked(name, entry) for name, entry in inputs["yours"].items()}
    pack = json.loads(unpacked("of particle-sim", inputs["shipped"]))
    shipped = {name: text.encode("latin-1") for name, text in pack.items()}
    return Inputs(yours=yours, shipped=shipped)


def _packed(files: Files) -> dict[str, str]:
    """Several hundred small files, most of which are the package's of that version."""
    pack = {name: content.decode("latin-1") for name, content in sorted(files.items())}
    return _compressed(json.dumps(pack).encode("ascii"))


def embedded(content: bytes) -> dict[str, str]:
    """A file as text of JSON with its SHA-256; a long one, or no UTF-8 text, is compressed.

    >>> embedded(b"x = 1")["text"]
    'x = 1'
    >>> unpacked("a.bin", embedded(bytes([255, 0])))
    b'\\xff\\x00'
    """
    if len(content) > PLAIN:
        return _compressed(content)
    try:
        return {"sha256": _digest(content), "text": content.decode("utf-8")}
    except UnicodeDecodeError:
        return _compressed(content)


def _compressed(content: bytes) -> dict[str, str]:
    packed = base64.b64encode(zlib.compress(content)).decode("ascii")
    return {"sha256": _digest(content), "zlib": packed}


def unpacked(name: str, entry: Mapping[str, str]) -> bytes:
    """What :func:`embedded` was given; :class:`InputError` for an entry that was edited."""
    if "text" in entry:
        content = entry["text"].encode("utf-8")
    else:
        content = zlib.decompressobj().decompress(base64.b64decode(entry["zlib"]), LARGEST)
    if _digest(content) != entry["sha256"]:
        raise InputError(
            f'the embedded file "{name}" was edited (its SHA-256 is another); to run with other '
            "inputs, save it as a file and give that to the verb."
        )
    return content


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def plain_option(value: Any) -> Any:
    """Options as JSON has them."""
    if isinstance(value, Mapping):
        return {key: plain_option(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain_option(one) for one in value]
    if isinstance(value, Path):
        return value.as_posix()
    return value.value if isinstance(value, Enum) else value
