"""Files: read only what is one and is not too large; written files appear whole or not at all."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from particle_sim.errors import InputError

MOST_BYTES = 50_000_000
"""Bytes of a file that is read as a whole, where its reader names no smaller number."""


def read_bytes(path: Path, most: int = MOST_BYTES) -> bytes:
    """What is in a regular file (or a link to one) of at most ``most`` bytes.

    Raises :class:`InputError` for anything else: a folder, a device, a pipe (opening one would
    wait for ever), a file without permission, a larger file.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder) / "a.txt"
    ...     _ = path.write_bytes(b"theta")
    ...     read_bytes(path)
    b'theta'
    """
    try:
        check_regular(path, most)
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | _BINARY)
        with os.fdopen(handle, "rb") as file:
            _check_kind(path, os.fstat(file.fileno()), most)  # it may have changed since
            content = file.read(most + 1)
    except OSError as error:
        raise _unreadable(path, error) from None
    if len(content) > most:  # it grew meanwhile, or does not tell its size
        raise _too_large(path, len(content), most)
    return content


_BINARY = getattr(os, "O_BINARY", 0)


def read_text(path: Path, most: int = MOST_BYTES) -> str:
    """The UTF-8 text of a regular file, without the byte-order mark some editors write first."""
    return decoded(path.name, read_bytes(path, most))


def decoded(name: str, content: bytes) -> str:
    """UTF-8 text of the file ``name``, without a byte-order mark."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            f"{name}: the file is not UTF-8 text (byte {error.start}); save it as UTF-8."
        ) from None


def read_json(path: Path, most: int = MOST_BYTES) -> Any:
    """The JSON of a regular file; NaN and Infinity are refused, as the format does."""
    text = read_text(path, most)
    try:
        return json.loads(text, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise InputError(
            f"{path.name}: not valid JSON: {error.msg} (line {error.lineno}, column "
            f"{error.colno}); correct that line."
        ) from None
    except (ValueError, RecursionError) as error:  # NaN, 5000 digits, a thousand brackets
        raise InputError(f"{path.name}: not valid JSON: {str(error)[:80]}.") from None


def _no_constant(text: str) -> float:
    raise ValueError(f"{text} is no number in JSON")


def check_regular(path: Path, most: int = MOST_BYTES) -> None:
    """Refuse what is not a regular file of at most ``most`` bytes, before a library opens it."""
    try:
        _check_kind(path, path.stat(), most)
    except (OSError, ValueError) as error:  # ValueError: a null character in the name
        raise _unreadable(path, error) from None


def _check_kind(path: Path, status: os.stat_result, most: int) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise InputError(f"{path}: this is a folder; give a file.")
    if not stat.S_ISREG(status.st_mode):
        raise InputError(f"{path}: this is a device, pipe or socket; give a file.")
    if status.st_size > most:
        raise _too_large(path, status.st_size, most)


def _too_large(path: Path, size: int, most: int) -> InputError:
    return InputError(
        f"{path.name}: the file has {size / 1e6:.1f} MB; at most {most / 1e6:g} MB is allowed; "
        "is it the right file?"
    )


def is_there(path: Path) -> bool:
    """Whether there is a file or folder; a name too long to be one is none."""
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def _unreadable(path: Path, error: OSError | ValueError) -> InputError:
    if isinstance(error, FileNotFoundError):
        return InputError(f"{path}: the file does not exist; check the path.")
    reason = error.strerror if isinstance(error, OSError) else str(error)
    return InputError(f"{path}: cannot be read ({reason}); check the path and its permissions.")


def write_file(path: Path, content: str | bytes) -> None:
    """Write a file, text as UTF-8, and wait until the disk has it.

    Folders on the way are made. A disk that is full, or a limit that is reached, is an
    :class:`OSError` here and not later.
    """
    if not path.parent.is_dir():
        path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(content.encode("utf-8") if isinstance(content, str) else content)
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """A temporary name beside ``path``; the file gets its own name at the end, or is removed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    try:
        yield part
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
