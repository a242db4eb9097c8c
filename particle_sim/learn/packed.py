"""An answer as it is kept and sent: compressed once, named by its content."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

LEVEL = 6
PIECE = 65_536
"""Bytes handed on at once, so that a slow reader costs no memory."""
HTML, JSON = "text/html; charset=utf-8", "application/json"
FOR_EVER = "public, max-age=31536000, immutable"
"""Of an address that holds the content's own name."""


@dataclass(frozen=True, kw_only=True)
class Packed:
    """A compressed page, file or picture.

    >>> page = pack("<p>Sodium</p>", HTML)
    >>> gzip.decompress(page.content)
    b'<p>Sodium</p>'
    >>> page.tag == pack("<p>Sodium</p>", HTML).tag, page.tag == pack("", HTML).tag
    (True, False)
    """

    content: bytes = field(repr=False)
    kind: str
    tag: str
    """Of the content; the same for the same bytes"""


def pack(text: str | bytes, kind: str) -> Packed:
    """The same for the same content: no time of day is stored."""
    plain = text.encode() if isinstance(text, str) else text
    return Packed(
        content=gzip.compress(plain, LEVEL, mtime=0),
        kind=kind,
        tag=f'"{hashlib.sha256(plain).hexdigest()[:24]}"',
    )


def pack_json(data: Any) -> Packed:
    """Plain data as strict JSON."""
    return pack(json.dumps(data, separators=(",", ":"), allow_nan=False), JSON)


def respond(request: Request, packed: Packed, *, keep: str = "no-cache") -> Response:
    """The answer, or 304 to who has it already; unpacked for who cannot read it packed."""
    from starlette.responses import Response, StreamingResponse

    headers = {"ETag": packed.tag, "Cache-Control": keep, "Vary": "Accept-Encoding"}
    if packed.tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    content = packed.content
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
    else:
        content = gzip.decompress(content)
    headers["Content-Length"] = str(len(content))
    return StreamingResponse(_pieces(content), media_type=packed.kind, headers=headers)


async def _pieces(content: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(content), PIECE):
        yield content[start : start + PIECE]
