"""What the lesson server refuses: names, hosts, sites, sizes, crowds and patience without end."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from particle_sim.errors import InputError
from particle_sim.learn.shipped import shipped_pair, shipped_titles
from particle_sim.materials import load, system
from particle_sim.materials.load import material_names
from particle_sim.resources import shipped_folder

httpx = pytest.importorskip("httpx")
pytest.importorskip("uvicorn")

from particle_sim.learn import listen, server  # noqa: E402
from particle_sim.learn.guard import HEADERS  # noqa: E402

NOT_SHIPPED = "The link names a material that is not in the list; choose two from it."


def ask(target: str, *, method: str = "GET", host: str = "127.0.0.1", **headers: str) -> Any:
    """The answer to one request, asked of the application directly."""

    async def asked() -> Any:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        transport = httpx.ASGITransport(server.application(host=host))
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8765") as own:
            return await own.request(method, target, headers=named)

    return asyncio.run(asked())


# --- materials -----------------------------------------------------------------------------------


def wrong_names(folder: Path) -> list[str]:
    """Texts that would be files, devices, pipes, other spellings or nothing, if looked up."""
    own = folder / "mine.toml"
    own.write_bytes((shipped_folder("parameters") / "materials" / "nvp.toml").read_bytes())
    shipped = shipped_folder("parameters") / "materials" / "nvp.toml"
    return [
        *("", " nvp", "NVP", "nvp ", "nvp@", "nvp@nowhere", "@", "nvp.toml", "../nvp", "..", "."),
        *("/dev/zero", "/etc/passwd", "/nowhere", str(own), f"{own}@x", str(shipped), "~", "nvpp"),
        *("NASICON", "Na3V2(PO4)3", "nacro2/../nvp", "file:///etc/passwd", "\u202envp", "nvp\\"),
        *("nvp\0", "\0", "nvp\n", "n" * 1900, "%00", "🧂" * 100, "<script>"),
    ]


def test_every_text_but_a_shipped_name_gets_the_same_answer_and_opens_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped_pair("nvp", "he_v")  # whatever is read once is read now

    def opened(*_: object, **__: object) -> None:
        raise AssertionError("a material of a link was looked up")

    monkeypatch.setattr(load, "load_system", opened)
    monkeypatch.setattr(system, "_find", opened)
    pages, pictures = set(), set()
    for text in wrong_names(tmp_path):
        for query in ({"baseline": text}, {"candidate": text}):
            page = ask(str(httpx.URL("/playground", params=query)))
            picture = ask(str(httpx.URL("/api/playground", params=query)))
            pages.add((page.status_code, page.text))
            pictures.add((picture.status_code, picture.text))
    assert len(pages) == len(pictures) == 1
    assert pictures == {(404, '{"picture":null,"problems":["' + NOT_SHIPPED + '"]}')}
    assert NOT_SHIPPED in next(iter(pages))[1]


def test_the_list_holds_every_material_with_its_readings() -> None:
    titles = shipped_titles()
    assert {name for name in titles if "@" not in name} == set(material_names())
    assert "nvp@na1_to_na4" in titles
    assert all(load.load_material(text).title == title for text, title in titles.items())


def test_a_reading_has_a_playground() -> None:
    answer = ask("/playground?baseline=nvp%40na1_to_na4")
    assert answer.status_code == 200
    assert NOT_SHIPPED not in answer.text


# --- hosts, sites, methods, sizes ----------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    ["localhost", "LOCALHOST", "localhost:1", "127.0.0.1:8765", "[::1]", "[::1]:9", "pc.lan:80"],
)
def test_the_server_answers_to_its_own_names(name: str) -> None:
    assert ask("/", host="pc.lan", Host=name).status_code == 200


@pytest.mark.parametrize(
    "name",
    ["evil.example", "localhost.evil.example", "127.0.0.1.evil", "localhost:", "localhost:x",
     "user@localhost", "[::1", "[::2]", "0.0.0.0:8765", "localhost, evil", "", "pc.lan"],
)  # fmt: skip
def test_a_name_that_was_pointed_here_is_refused(name: str) -> None:
    answer = ask("/", Host=name)
    assert (answer.status_code, answer.text) == (
        400,
        "This server answers to 127.0.0.1, [::1], localhost only; use that address.",
    )


@pytest.mark.parametrize(
    ("header", "value", "status"),
    [
        ("Origin", "http://localhost:8765", 200),
        ("Origin", "http://localhost:3000", 403),
        ("Origin", "https://localhost:8765", 403),
        ("Origin", "http://evil.example", 403),
        ("Origin", "null", 403),
        ("Sec_Fetch_Site", "same-origin", 200),
        ("Sec_Fetch_Site", "none", 200),
        ("Sec_Fetch_Site", "same-site", 403),
        ("Sec_Fetch_Site", "cross-site", 403),
    ],
)
def test_pictures_are_for_our_own_pages(header: str, value: str, status: int) -> None:
    target = "/api/lesson/l2_from_sodium_to_stress"
    assert ask(target, **{header: value}).status_code == status
    assert ask("/", **{header: value}).status_code == 200, "a link on another site may lead here"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "X"])
@pytest.mark.parametrize("target", ["/", "/api/playground", "/nowhere"])
def test_pages_can_only_be_read(method: str, target: str) -> None:
    answer = ask(target, method=method)
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")
    assert ask("/", method="HEAD").status_code == 200


def test_a_request_with_content_is_refused() -> None:
    assert ask("/", Content_Length="70000000").status_code == 413
    assert ask("/", Transfer_Encoding="chunked").status_code == 413


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("/" + "a" * 199, 404),
        ("/" + "a" * 200, 414),
        ("/?" + "&".join(f"a{i}=" for i in range(32)), 200),
        ("/?" + "&".join(f"a{i}=" for i in range(33)), 400),
        ("/?a=1&a=2", 400),
        ("/playground?baseline=nvp&baseline=lfp", 400),
        ("/?" + "b" * 2000, 200),
        ("/?" + "b" * 2001, 414),
        ("/lesson/%00", 400),
        ("/lesson/a%0d%0aSet-Cookie:x", 400),
        ("/assets/%2e%2e%2fserver.py", 404),
        ("/assets/draw.js%00.html", 400),
        ("/assets//etc/passwd", 404),
        ("/api/lesson/%2fetc%2fpasswd", 404),
    ],
)
def test_an_address_has_bounds(target: str, status: int) -> None:
    assert ask(target).status_code == status


@pytest.mark.parametrize("target", ["/", "/nowhere", "/?a&a", "/assets/draw.js", "/api/lesson/x"])
def test_every_answer_closes_the_page_to_others(target: str) -> None:
    found = ask(target).headers
    assert {name: found[name] for name in HEADERS} == HEADERS
    policy = found["content-security-policy"].split("; ")
    assert {"default-src 'self'", "frame-ancestors 'none'", "object-src 'none'"} <= set(policy)
    assert not any("script-src" in rule for rule in policy), "scripts only from this server"


def test_a_browser_on_another_computer_has_nothing_to_complain_of() -> None:
    """Chromium writes an error for an opener policy without encryption, except on this computer."""
    assert ask("/").headers["cross-origin-opener-policy"] == "same-origin"
    assert "cross-origin-opener-policy" not in ask("/", host="pc.lan", Host="pc.lan").headers


def test_a_page_that_is_late_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "PATIENCE", 0.02)
    go = threading.Event()
    monkeypatch.setattr(server.moves, "drawn", lambda *_: go.wait(10))
    monkeypatch.setattr(server.site, "index_page", lambda *_: go.wait(10))
    picture, page = ask("/api/playground"), ask("/")
    go.set()
    assert (picture.status_code, page.status_code) == (503, 503)
    assert picture.json()["problems"] == [
        "This takes longer than 0.02 s to compute; try again in a while."
    ]
    assert "<h1>Not yet</h1>" in page.text


# --- addresses and connections -------------------------------------------------------------------


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "0", "", "0x0", "0:0:0:0:0:0:0:0"])
def test_listening_to_every_network_is_refused(host: str) -> None:
    with pytest.raises(InputError, match="would open the lessons to every network"):
        listen.listener(host, 0)


@pytest.mark.parametrize("host", ["not a host", "a" * 300, "\ud800", "256.256.256.256"])
def test_an_address_that_is_none_is_told(host: str) -> None:
    with pytest.raises(InputError, match="is no address"):
        listen.listener(host, 0)


def test_only_this_computer_reaches_the_usual_address() -> None:
    with listen.listener("127.0.0.1", 0) as own:
        assert not listen.is_open(own)

    class Outside:
        def getsockname(self) -> tuple[str, int]:
            return "192.168.1.5", 80

    assert listen.is_open(Outside())  # type: ignore[arg-type]


@contextmanager
def running(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A server in a thread that looks at its connections fifty times a second; its port."""
    monkeypatch.setattr(listen, "LOOK_EVERY", 0.02)
    started = threading.Event()
    stop: list[listen.Server] = []

    class Known(listen.Server):
        async def main_loop(self) -> None:
            stop.append(self)
            started.set()
            await super().main_loop()

    monkeypatch.setattr(listen, "Server", Known)
    with listen.listener("127.0.0.1", 0) as own:
        thread = threading.Thread(target=listen.run, args=(server.application(), own))
        thread.start()
        assert started.wait(10)
        yield own.getsockname()[1]
        stop[0].should_exit = True
        thread.join(10)


def closed(client: socket.socket) -> bool:
    """Whether the server ends a connection within ten seconds."""
    client.settimeout(10)
    try:
        return client.recv(1) == b""
    except ConnectionResetError:
        return True


def test_a_request_that_never_ends_is_cut_and_the_others_are_answered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with running(monkeypatch) as port:
        slow = [socket.create_connection(("127.0.0.1", port)) for _ in range(3)]
        slow[1].sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
        slow[2].sendall(b"GET /assets/learn.css HTTP/1.1\r\nHost: localhost\r\n\r\nGET /")
        assert slow[2].recv(12) == b"HTTP/1.1 200"
        while slow[2].recv(65536):
            pass
        assert all(closed(client) for client in slow[:2])
        for client in slow:
            client.close()


@pytest.mark.parametrize("bound", ["MOST_CONNECTIONS", "MOST_OF_ONE"])
def test_too_many_connections_are_cut(monkeypatch: pytest.MonkeyPatch, bound: str) -> None:
    monkeypatch.setattr(listen, bound, 4)
    with running(monkeypatch) as port:
        monkeypatch.setattr(listen, "LOOK_EVERY", 60.0)
        time.sleep(0.1)
        many = [socket.create_connection(("127.0.0.1", port)) for _ in range(5)]
        assert closed(many[4])
        many[0].sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert many[0].recv(12) == b"HTTP/1.1 200"
        for client in many:
            client.close()
