"""The socket of the lesson server, its connections, and how it stops."""

from __future__ import annotations

import ipaddress
import logging
import socket
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from particle_sim.errors import InputError

MOST_CONNECTIONS, MOST_OF_ONE = 600, 100
"""Connections at the same time, of all addresses and of each: a browser opens six."""
LONGEST_HEAD = 16_384
"""Bytes of a request before its end is seen."""
LOOK_EVERY = 5.0
"""Seconds between two looks at a connection."""
IDLE_LOOKS, BUSY_LOOKS = 1, 8
"""Further looks without anything new after which a connection is cut: while no request, or no
whole one, is there, and while one is answered."""
LAST_WORDS = 0
"""Seconds in which answers may be finished when the server stops; pages simply ask again."""


def listener(host: str, port: int) -> socket.socket:
    """A socket that listens already, so that a browser quicker than the server waits.

    Raises :class:`InputError` where the address cannot be had, or stands for every network.
    """
    try:
        family, *_, address = socket.getaddrinfo(
            host or "0.0.0.0", port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except (OSError, UnicodeError):
        raise InputError(f"--host {host[:80]!r} is no address; use 127.0.0.1.") from None
    if ipaddress.ip_address(address[0]).is_unspecified:
        raise InputError(
            f"--host {host or repr(host)} would open the lessons to every network, under any name; "
            "give the one address of this computer to listen on, e.g. --host 127.0.0.1."
        )
    found = socket.socket(family, socket.SOCK_STREAM)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind(address)
    except OSError as error:
        found.close()
        raise InputError(
            f"{host}:{port} cannot be used ({error.strerror}); try --port {min(port + 1, 65535)}."
        ) from None
    found.listen()
    return found


def is_open(listening: socket.socket) -> bool:
    """Whether other computers can reach a socket."""
    return not ipaddress.ip_address(listening.getsockname()[0]).is_loopback


class Connection(H11Protocol):
    """Is cut when its request does not arrive whole, or its answer is not taken, in time."""

    _seen: Any = ()
    _looks = 0

    def connection_made(self, transport: Any) -> None:
        """Refuse what is too many, and look again from time to time."""
        super().connection_made(transport)
        own = sum(_address(other) == _address(self) for other in self.connections)
        if len(self.connections) > MOST_CONNECTIONS or own > MOST_OF_ONE:
            transport.abort()
        else:
            self.loop.call_later(LOOK_EVERY, self._look)

    def _look(self) -> None:
        if self not in self.connections:
            return
        busy = self.cycle is not None and not self.cycle.response_complete
        now = (self.cycle, busy)
        self._looks = self._looks + 1 if now == self._seen else 0
        self._seen = now
        if self._looks >= (BUSY_LOOKS if busy else IDLE_LOOKS):
            self.transport.abort()
        else:
            self.loop.call_later(LOOK_EVERY, self._look)


def _address(connection: Any) -> str:
    return connection.client[0] if connection.client else ""


class Server(uvicorn.Server):
    """Stops soon, whatever is open, and says nothing about it."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close every connection; answers under way are dropped."""
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL + 1)
        await super().shutdown(sockets)


def run(app: Any, listening: socket.socket) -> None:
    """Answer requests until Ctrl-C."""
    config = uvicorn.Config(
        app,
        http=Connection,
        ws="none",
        lifespan="off",
        log_level="error",
        server_header=False,
        timeout_graceful_shutdown=LAST_WORDS,
        h11_max_incomplete_event_size=LONGEST_HEAD,
    )
    try:
        Server(config).run(sockets=[listening])
    except KeyboardInterrupt:  # uvicorn passes it on when everything is closed
        return
