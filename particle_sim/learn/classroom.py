"""A class on one machine: the address that phones and laptops reach, and how it is handed out."""

from __future__ import annotations

import ipaddress
import secrets
import socket
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from typing import TextIO

from particle_sim.errors import InputError
from particle_sim.learn.site import Links

FAR = ("192.0.2.1", "10.255.255.255", "192.168.255.255", "172.31.255.255")
"""Where a packet would leave through the default route, or through that of a private network; the
first is kept for documents (RFC 5737). None is sent."""
QUIET_ZONE = 2
"""Modules around the code; phones read it with half of the standard's four."""


@dataclass(frozen=True, kw_only=True)
class Classroom:
    """Where a class finds the lessons, and what only its teacher knows."""

    address: str
    token: str = field(default_factory=lambda: secrets.token_urlsafe(16), repr=False)

    def knows(self, token: str) -> bool:
        """Whether somebody has the token; as slow for a wrong one as for the right one."""
        return secrets.compare_digest(token.encode(), self.token.encode())

    def links(self, links: Links) -> Links:
        """Links of the teacher's pages, the token in them."""
        own = f"?token={self.token}"
        return replace(links, key=f"/key{own}", teacher=f"/teacher{own}")


def class_address() -> str:
    """The address of this computer on the network of the class; others are named if there are any.

    Taken is the address from which a packet to elsewhere would leave. Not this computer's own name
    for itself (127.0.0.1), and none that a network gave up on (169.254, link-local).

    Raises :class:`InputError` where there is none.
    """
    found = usable(_own_addresses())
    if not found:
        raise InputError(
            "This computer has no address on a network, so nobody can join; connect it to the "
            "network of the class, or give the address with --host."
        )
    return found[0]


def other_addresses(chosen: str) -> tuple[str, ...]:
    """Further addresses, for a computer on several networks."""
    return tuple(address for address in usable(_own_addresses()) if address != chosen)


def usable(addresses: Iterable[str]) -> list[str]:
    """Those that another computer can reach, each once, in their order.

    >>> usable(["127.0.1.1", "169.254.3.4", "192.168.1.7", "0.0.0.0", "192.168.1.7"])
    ['192.168.1.7']
    """
    found: dict[str, None] = {}
    for text in addresses:
        address = ipaddress.ip_address(text)
        if not (
            address.is_loopback
            or address.is_link_local
            or address.is_unspecified
            or address.is_multicast
        ):
            found.setdefault(text)
    return list(found)


def _own_addresses() -> Iterator[str]:
    for far in FAR:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            try:
                probe.connect((far, 9))
            except OSError:
                continue
            yield probe.getsockname()[0]
    try:
        yield from socket.gethostbyname_ex(socket.gethostname())[2]
    except OSError:
        return


def code(address: str) -> str:
    """An address as a QR code of half blocks: what is light is drawn, what is dark is left out.

    Empty where the ``learn`` extra came without ``segno``.
    """
    if find_spec("segno") is None:
        return ""
    import segno

    rows = [list(row) for row in segno.make(address, error="l").matrix_iter(border=QUIET_ZONE)]
    rows += [[0] * len(rows[0])] * (len(rows) % 2)
    halves = {(0, 0): "█", (0, 1): "▀", (1, 0): "▄", (1, 1): " "}
    pairs = zip(rows[::2], rows[1::2], strict=True)
    return "\n".join("".join(halves[p] for p in zip(*two, strict=True)) for two in pairs)


def picture(address: str) -> str:
    """The same as an SVG for a page; empty without ``segno``."""
    if find_spec("segno") is None:
        return ""
    import segno

    drawn: str = segno.make(address, error="m").svg_inline(
        border=4, light="#ffffff", dark="#000000", omitsize=True, title=f"QR code of {address}"
    )
    return drawn


def opened(address: str, out: TextIO) -> Classroom:
    """A classroom, and what its teacher needs to know, in 80 columns."""
    room = Classroom(address=address)
    drawn = code(address)
    try:
        drawn.encode(out.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        drawn = ""
    if out.isatty():  # black and white, whatever the terminal's own colours
        drawn = "\n".join(f"\x1b[97;40m{row}\x1b[0m" for row in drawn.splitlines())
    host = address.split("//")[1].rstrip("/").rpartition(":")[0]
    lines = [f"Class: {address}  (stop with Ctrl-C)", *([drawn] if drawn else [])]
    if ipaddress.ip_address(host.strip("[]")).is_loopback:
        lines.append("This address is of this computer only: no other one can join.")
    else:
        lines.append("Everybody on this network can open the lessons; nothing is encrypted.")
        if others := other_addresses(host):
            lines.append(f"Nobody can join? Try --host {' or --host '.join(others)}.")
    lines += [
        f"For the projector: {address}join",
        "For you alone, with the answers; not for the projector:",
        f"{address}teacher?token={room.token}",
    ]
    print("\n".join(lines), file=out, flush=True)
    return room
