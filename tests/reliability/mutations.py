"""Ways to spoil a file: as bytes, as text, as numbers; every one drawn from a given source."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

NUMBER = re.compile(rb"(?<![A-Za-z_\d.])[-+]?\d+\.?\d*(?:[eE][-+]?\d+)?")
WORD = re.compile(rb"[A-Za-z_][\w.\-]{1,40}")
HOSTILE_NUMBERS = (
    b"0", b"-1", b"1e-320", b"1e308", b"-1e308", b"1e999", b"nan", b"inf", b"1" * 400, b"0.5",
    b"1,5", b"0x10", b"1_000", b"65536", b"4294967295", b"-0.0", b"true",
)  # fmt: skip
HOSTILE_WORDS = (
    b"", b"__import__('os').getpid()", b"../../etc/passwd", b"/dev/zero", b"\x00", b"NaN",
    b"\xe2\x80\xae", "Ω".encode(), b"a" * 5000, b"[[", b'"', b"{}", b"%n", b"<b>", b"$x$",
)  # fmt: skip

Change = Callable[[bytes, random.Random], bytes]


def _place(data: bytes, source: random.Random) -> int:
    return source.randrange(len(data) + 1)


def _span(data: bytes, source: random.Random) -> tuple[int, int]:
    start = _place(data, source)
    return start, min(len(data), start + source.choice((1, 4, 16, 200)))


def flip_a_bit(data: bytes, source: random.Random) -> bytes:
    if not data:
        return b"\x01"
    at = source.randrange(len(data))
    return data[:at] + bytes([data[at] ^ 1 << source.randrange(8)]) + data[at + 1 :]


def cut_short(data: bytes, source: random.Random) -> bytes:
    return data[: _place(data, source)]


def leave_out(data: bytes, source: random.Random) -> bytes:
    start, end = _span(data, source)
    return data[:start] + data[end:]


def repeat(data: bytes, source: random.Random) -> bytes:
    start, end = _span(data, source)
    return data[:end] + data[start:end] + data[end:]


def put_noise_in(data: bytes, source: random.Random) -> bytes:
    at = _place(data, source)
    return data[:at] + source.randbytes(source.choice((1, 4, 64))) + data[at:]


def replace_a_number(data: bytes, source: random.Random) -> bytes:
    return _replaced(NUMBER, HOSTILE_NUMBERS, data, source)


def scale_a_number(data: bytes, source: random.Random) -> bytes:
    """Keeps the type, so that it reaches the checks behind the reader."""
    found = list(NUMBER.finditer(data))
    if not found:
        return flip_a_bit(data, source)
    match = source.choice(found)
    value = float(match[0]) * source.choice((-1, 0, 0.5, 0.99, 1.01, 2, 1e3, 1e-3, 1e9, 1e-9))
    return data[: match.start()] + f"{value:.6g}".encode() + data[match.end() :]


def replace_a_word(data: bytes, source: random.Random) -> bytes:
    return _replaced(WORD, HOSTILE_WORDS, data, source)


def swap_words(data: bytes, source: random.Random) -> bytes:
    found = list(WORD.finditer(data))
    if len(found) < 2:
        return flip_a_bit(data, source)
    first, second = sorted(source.sample(found, 2), key=lambda match: match.start())
    between = data[first.end() : second.start()]
    return data[: first.start()] + second[0] + between + first[0] + data[second.end() :]


def swap_lines(data: bytes, source: random.Random) -> bytes:
    lines = data.split(b"\n")
    first, second = source.randrange(len(lines)), source.randrange(len(lines))
    lines[first], lines[second] = lines[second], lines[first]
    return b"\n".join(lines)


def repeat_a_line(data: bytes, source: random.Random) -> bytes:
    lines = data.split(b"\n")
    at = source.randrange(len(lines))
    return b"\n".join([*lines[:at], lines[at], *lines[at:]])


def leave_out_a_line(data: bytes, source: random.Random) -> bytes:
    lines = data.split(b"\n")
    del lines[source.randrange(len(lines))]
    return b"\n".join(lines)


def change_the_encoding(data: bytes, source: random.Random) -> bytes:
    """Another line end, mark, encoding or separator; a reader may well understand these."""
    swaps = ((b"\n", b"\r\n"), (b"\n", b"\r"), (b",", b";"), (b",", b"\t"), (b".", b","))
    change = source.randrange(len(swaps) + 2)
    if change < len(swaps):
        return data.replace(*swaps[change])
    if change == len(swaps):
        return b"\xef\xbb\xbf" + data
    return data.decode("latin-1").encode("utf-16")


def _replaced(
    pattern: re.Pattern[bytes], hostile: tuple[bytes, ...], data: bytes, source: random.Random
) -> bytes:
    found = list(pattern.finditer(data))
    if not found:
        return flip_a_bit(data, source)
    match = source.choice(found)
    return data[: match.start()] + source.choice(hostile) + data[match.end() :]


BINARY: tuple[Change, ...] = (flip_a_bit, cut_short, leave_out, repeat, put_noise_in)
TEXT: tuple[Change, ...] = (
    *BINARY, replace_a_number, replace_a_number, scale_a_number, scale_a_number, scale_a_number,
    replace_a_word, swap_words, swap_lines, repeat_a_line, leave_out_a_line, change_the_encoding,
)  # fmt: skip


def spoiled(data: bytes, source: random.Random, changes: tuple[Change, ...]) -> bytes:
    """``data`` after one change, now and then two."""
    for _ in range(source.choice((1, 1, 1, 2))):
        data = source.choice(changes)(data, source)
    return data
