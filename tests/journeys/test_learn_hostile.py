"""A real lesson server under clients that mean harm: raw sockets, seeded, and how it stops.

``PARTICLE_SIM_HOSTILE=400`` sends as many requests; the usual run sends fewer.
"""

from __future__ import annotations

import os
import random
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from particle_sim.resources import shipped_folder

pytest.importorskip("uvicorn")
if sys.platform != "linux":
    pytest.skip("memory is read from /proc, and a pipe is named", allow_module_level=True)

COUNT = int(os.environ.get("PARTICLE_SIM_HOSTILE", "90"))
ANSWERED = 5.0
"""Longest wait for an answer [s]."""
STOPPED = 2.0
"""Longest wait for the end after Ctrl-C [s]."""
GROWTH = 100.0
"""Memory that hostile requests may cost; /dev/zero and bodies of 64 MB would cost more [MB]."""
KNOWN = {200, 400, 403, 404, 405, 413, 414, 431, 501, 503}
SERVE = "from particle_sim.cli.main import main; main()"
SCRIPT = "<script>alert(1)</script>"


def started() -> tuple[subprocess.Popen[str], int]:
    """``particle-sim learn`` and its port."""
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE, "learn", "--no-browser", "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    found = re.search(r":(\d+)/", process.stdout.readline())
    assert found is not None
    return process, int(found[1])


@pytest.fixture
def server() -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A server of its own, because each test ends it."""
    process, port = started()
    with process:
        yield process, port
        process.kill()


def memory(process: subprocess.Popen[str]) -> float:
    """The most memory that the server has taken so far [MB]."""
    status = Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8")
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert found is not None
    return int(found[1]) / 1024


def ask(port: int, request: bytes, *, whole: bool = True, patience: float = ANSWERED) -> bytes:
    """Everything the server answers until it closes; fails after ``patience``.

    What is no whole request is followed by the end of what the client has to say.
    """
    with socket.create_connection(("127.0.0.1", port), timeout=patience) as client:
        parts = []
        try:
            client.sendall(request)
            if not whole:
                client.shutdown(socket.SHUT_WR)
            while part := client.recv(65536):
                parts.append(part)
        except (ConnectionResetError, BrokenPipeError):
            pass
        return b"".join(parts)


def get(target: str, *headers: str, method: str = "GET", host: str = "localhost") -> bytes:
    """The bytes of a request after which the connection is closed."""
    lines = [f"{method} {target} HTTP/1.1", f"Host: {host}", "Connection: close", *headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


# --- what a hostile client sends -----------------------------------------------------------------


def texts(folder: Path) -> list[str]:
    """Values that are no material, no number and no name."""
    material = shipped_folder("parameters") / "materials" / "nvp.toml"
    files = ["/dev/zero", "/dev/stdin", str(folder / "pipe"), str(material), "/etc/passwd"]
    names = ["nvp.toml", "nvp@nowhere", "../nvp", "..", "nvp\0", "nvp/", "NVP", "", "con", "~", "."]
    numbers = ["nan", "inf", "-inf", "1e999", "1_0", "0x10", "-1", "9" * 60, "1e-999", "٣", "1,0"]
    scripts = [SCRIPT, '"><img src=x onerror=alert(1)>', "{{7*7}}", "javascript:alert(1)", "%00"]
    return [*files, *names, *numbers, *scripts, "x" * 5000, "\r\nSet-Cookie: a=b", "\ud7ff", "🧂"]


def hostile(seed: int, folder: Path) -> Iterator[tuple[bytes, bool]]:
    """Requests without end, the same for the same seed, and whether they are whole."""
    draw = random.Random(seed)
    values = texts(folder)
    kinds: list[Callable[[], bytes]] = [
        lambda: get("/playground?" + query(draw, values)),
        lambda: get("/api/playground?" + query(draw, values)),
        lambda: get("/api/lesson/l1_diffusion_in_a_sphere?" + query(draw, values)),
        lambda: get(path(draw, values)),
        lambda: get("/", host=draw.choice(["evil.example", "", "localhost.evil", "127.0.0.1:x"])),
        lambda: get("/api/playground", draw.choice(["Origin: null", "Sec-Fetch-Site: cross-site"])),
        lambda: get(
            "/", method=draw.choice(["POST", "PUT", "DELETE", "TRACE", "OPTIONS", "X" * 9])
        ),
        lambda: get("/", "Content-Length: 99999999999") + b"a" * draw.randrange(200_000),
        lambda: get("/", "Transfer-Encoding: chunked") + draw.randbytes(50),
        lambda: get("/", "X: " + "a" * draw.choice([100, 20_000, 300_000])),
        lambda: get("/", "Upgrade: websocket", "Connection: Upgrade"),
        lambda: get("/").replace(b"Connection: close", b"X: y") * draw.randrange(20) + get("/"),
    ]
    broken: list[Callable[[], bytes]] = [
        lambda: get("/")[: draw.randrange(40)],
        lambda: draw.randbytes(draw.randrange(1, 3000)),
    ]
    while True:
        make = draw.choice([*kinds, *broken])
        yield make(), make in kinds


def query(draw: random.Random, values: list[str]) -> str:
    """Settings, some of them right, some of them twice, sometimes very many."""
    names = ["baseline", "candidate", "c_rate", "physics", "a_diffusivity", "radius", "nowhere"]
    count = draw.choice([1, 2, 3, 4, 400])
    return "&".join(f"{draw.choice(names)}={quote(draw.choice(values))}" for _ in range(count))


def path(draw: random.Random, values: list[str]) -> str:
    """An address below a folder of the pages, with its dots and slashes in several spellings."""
    tail = draw.choice([*values, "../server.py", "..%2f..%2fserver.py", "....//", "%2e%2e/draw.js"])
    folder = draw.choice(["/assets/", "/lesson/", "/api/lesson/", "/", "/assets/%2e%2e/"])
    return folder + draw.choice([quote(tail), quote(quote(tail, safe=""))])


def test_no_client_gets_more_than_a_sentence(
    server: tuple[subprocess.Popen[str], int], tmp_path: Path
) -> None:
    process, port = server
    os.mkfifo(tmp_path / "pipe")
    first = get("/api/playground?physics=solid-solution")
    assert ask(port, first, patience=60).startswith(b"HTTP/1.1 200")
    before, slowest, seen = memory(process), 0.0, set()
    source = hostile(20, tmp_path)
    for _ in range(COUNT):
        request, whole = next(source)
        start = time.monotonic()
        answer = ask(port, request, whole=whole)
        slowest = max(slowest, time.monotonic() - start)
        status = {int(code) for code in re.findall(rb"HTTP/1\.1 (\d{3})", answer)}
        assert status <= KNOWN, (request[:200], answer[:300])
        assert SCRIPT.encode() not in answer, request[:200]
        assert b"root:" not in answer
        assert b"Set-Cookie" not in answer.partition(b"\r\n\r\n")[0]
        seen |= status
    print(
        f"\n{COUNT} requests, slowest {slowest:.1f} s, +{memory(process) - before:.0f} MB, {seen}"
    )
    assert seen >= {200, 400, 403, 404, 405, 413}
    assert memory(process) - before < GROWTH
    assert ask(port, first).startswith(b"HTTP/1.1 200")
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=10)
    assert (out, err, process.returncode) == ("", "", 0)


# --- how it stops --------------------------------------------------------------------------------


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_it_stops_at_once_whatever_is_open(
    server: tuple[subprocess.Popen[str], int], sent: signal.Signals
) -> None:
    process, port = server
    clients = [socket.create_connection(("127.0.0.1", port), timeout=9) for _ in range(12)]
    idle, half, kept, reader, *asking = clients
    half.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-")
    kept.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert kept.recv(100).startswith(b"HTTP/1.1 200")
    reader.sendall(get("/assets/plotly.min.js"))
    for i, client in enumerate(asking):
        client.sendall(get(f"/api/playground?c_rate={0.05 + 0.01 * i:.2f}"))
    time.sleep(0.3)
    start = time.monotonic()
    process.send_signal(sent)
    out, err = process.communicate(timeout=10)
    assert time.monotonic() - start < STOPPED
    assert (out, err) == ("", "")
    assert process.returncode in {0, -sent, 128 + sent}
    assert idle.recv(1) == b""
    for client in clients:
        client.close()
