"""What is refused before any page is looked for, and the headers of every answer.

A page of another site can make a browser send requests to this computer. They are told apart by
their ``Host`` (a name of that site which was pointed at this computer) and by ``Origin`` and
``Sec-Fetch-Site`` (a request that a page elsewhere made).
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

HERE = frozenset({"localhost", "127.0.0.1", "[::1]"})
"""Names of this computer for itself."""
API = "/api/"
LONGEST_PATH, LONGEST_QUERY = 200, 2000
"""Characters of a path, and of all that follows its question mark."""
MOST_SETTINGS = 32
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; connect-src 'self' data: blob:; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-cache",
}

AT_HOME = {"Cross-Origin-Opener-Policy": "same-origin"}
"""Where the browser is on this computer; elsewhere, without encryption, it would complain."""


class Rate:
    """How many requests an address may send: ``burst`` at once, and ``per_second`` in the long run.

    Remembered are the ``addresses`` that asked last. A whole class may come from one address.

    >>> now = [0.0]
    >>> rate = Rate(per_second=2, burst=3, clock=lambda: now[0])
    >>> [rate.allows("a") for _ in range(4)], rate.allows("b")
    ([True, True, True, False], True)
    >>> now[0] = 0.5
    >>> [rate.allows("a") for _ in range(2)]
    [True, False]
    """

    def __init__(
        self,
        *,
        per_second: float = 60.0,
        burst: float = 600.0,
        addresses: int = 1024,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.per_second, self.burst = per_second, burst
        self._most, self._clock = addresses, clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def allows(self, address: str) -> bool:
        """Count one request, and say whether it is answered."""
        now = self._clock()
        left, then = self._left.pop(address, (self.burst, now))
        left = min(self.burst, left + (now - then) * self.per_second)
        self._left[address] = max(left - 1, 0.0) if left >= 1 else left, now
        if len(self._left) > self._most:
            self._left.popitem(last=False)
        return left >= 1


class Guard:
    """An ASGI application around another one; ``host`` is the address listened on."""

    def __init__(self, app: ASGIApp, host: str, rate: Rate | None = None) -> None:
        self.app, self.rate = app, rate
        self.hosts = HERE | {f"[{host}]" if ":" in host else host.lower()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; what is no HTTP request gets no answer."""
        from starlette.datastructures import MutableHeaders
        from starlette.requests import Request

        if scope["type"] != "http":
            return

        request = Request(scope)
        at_home = _name(request.headers.get("host", "")) in HERE
        own = HEADERS | AT_HOME if at_home else HEADERS

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in own.items():
                    headers.setdefault(name, value)
            await send(message)

        refused = refusal(request, self.hosts)
        if self.rate and not self.rate.allows(str((scope.get("client") or [""])[0])):
            refused = 429, "This computer asks for too much at once; try again in a second."
        app = self.app if refused is None else said(*refused, api=is_api(scope["path"]))
        await app(scope, receive, with_headers)


def is_api(path: str) -> bool:
    """Whether a program, not a reader, asks."""
    return path.startswith(API)


def said(status: int, sentence: str, *, api: bool) -> ASGIApp:
    """One sentence as an answer, after which the connection is closed."""
    from starlette.responses import JSONResponse, PlainTextResponse

    more = {405: {"Allow": "GET, HEAD"}, 429: {"Retry-After": "1"}}
    headers = {"Connection": "close", **more.get(status, {})}
    if api:
        return JSONResponse({"picture": None, "problems": [sentence]}, status, headers=headers)
    return PlainTextResponse(sentence, status, headers=headers)


def refusal(request: Request, hosts: frozenset[str]) -> tuple[int, str] | None:
    """Status and sentence for a request that no page of ours makes; None for the others."""
    headers, path = request.headers, request.scope["path"]
    given = headers.getlist("host")
    if len(given) != 1 or _name(given[0]) not in hosts:
        return 400, f"This server answers to {', '.join(sorted(hosts))} only; use that address."
    if request.method not in ("GET", "HEAD"):
        return 405, "Pages and pictures can only be read; use GET."
    if headers.get("content-length", "0") != "0" or "transfer-encoding" in headers:
        return 413, "A request for a page has no content; send none."
    if is_api(path) and _from_elsewhere(
        headers.get("origin"), headers.get("sec-fetch-site"), given
    ):
        return 403, "A page of another site asked for a picture; open the lessons themselves."
    return _address_problem(path, request.scope["query_string"])


def _name(host: str) -> str:
    """``Host`` without its port, in small letters; nothing if the port is none."""
    name, colon, port = host.lower().rpartition(":")
    if not colon or host.endswith("]"):
        return host.lower()
    return name if port.isascii() and port.isdigit() else ""


def _from_elsewhere(origin: str | None, site: str | None, host: list[str]) -> bool:
    own = (None, f"http://{host[0]}")
    return origin not in own or site not in (None, "same-origin", "none")


def _address_problem(path: str, query: bytes) -> tuple[int, str] | None:
    if len(path) > LONGEST_PATH or len(query) > LONGEST_QUERY:
        return 414, "The address is too long for any page here; start from the first page."
    if not path.isprintable():
        return 400, "The address holds a control character; start from the first page."
    try:
        pairs = parse_qsl(
            query.decode("latin-1"), keep_blank_values=True, max_num_fields=MOST_SETTINGS
        )
    except ValueError:
        return 400, f"The link has more than {MOST_SETTINGS} settings; take some out."
    names = [name for name, _ in pairs]
    if len(set(names)) < len(names):
        return 400, "The link sets something twice; keep one of the two."
    return None
