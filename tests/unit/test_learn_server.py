"""Pages and pictures of the lesson server, asked directly."""

from __future__ import annotations

import asyncio
import itertools
import json
import re
import socket
from collections.abc import Mapping
from html import unescape
from typing import Any

import pytest

from particle_sim.errors import InputError
from particle_sim.learn import server, site
from particle_sim.learn.controls import Choice
from particle_sim.learn.lesson import lesson_names, load_lesson
from particle_sim.learn.playground import playground
from particle_sim.learn.server import application, serve
from particle_sim.materials.load import load_material
from particle_sim.studies.footing import level_pair

httpx = pytest.importorskip("httpx")
pytest.importorskip("starlette")

CORNERS = ("a_particle_radius", "a_diffusivity", "b_diffusivity", "b_volume_change")


class Client:
    """A browser without a window; an error in the server is an error here."""

    def __init__(self) -> None:
        self.transport = httpx.ASGITransport(application())

    def get(self, address: str, params: Mapping[str, str] | None = None) -> Any:
        """The answer to one request."""

        async def ask() -> Any:
            async with httpx.AsyncClient(
                transport=self.transport, base_url="http://localhost"
            ) as client:
                return await client.get(address, params=params)

        return asyncio.run(ask())


@pytest.fixture(scope="module")
def client() -> Client:
    return Client()


def strict(text: str) -> Any:
    """JSON as browsers read it: no NaN, no Infinity."""

    def refuse(constant: str) -> None:
        raise ValueError(constant)

    return json.loads(text, parse_constant=refuse)


def test_pages_are_there_and_closed_to_the_outside(client: Client) -> None:
    paths = ["/", "/sheet", "/key", "/playground", *(f"/lesson/{n}" for n in lesson_names())]
    for path in paths:
        answer = client.get(path)
        assert (path, answer.status_code) == (path, 200)
        assert "default-src 'self'" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        addresses = re.findall(r'(?:src|href|action)="([^"]*)"', answer.text)
        assert all(re.match(r"/|#|data:,$", address) for address in addresses), addresses


def test_every_link_of_every_page_leads_somewhere(client: Client) -> None:
    known: dict[str, int] = {}
    for path in ["/", "/sheet", "/key", "/playground", f"/lesson/{lesson_names()[0]}"]:
        for address in re.findall(r'(?:src|href)="(/[^"]*)"', client.get(path).text):
            known.setdefault(address, client.get(address).status_code)
    assert {address for address, status in known.items() if status != 200} == set()
    assert len(known) > len(lesson_names())


@pytest.mark.parametrize("name", lesson_names())
def test_a_picture_is_strict_json_at_both_ends_of_every_control(client: Client, name: str) -> None:
    for control in load_lesson(name).scene.controls:
        values = tuple(control.options if isinstance(control, Choice) else control.values)
        for value in (values[0], values[-1]):
            answer = client.get(f"/api/lesson/{name}", params={control.name: str(value)})
            content = strict(answer.text)
            assert content["problems"] == []
            assert content["picture"]["sentences"]
            assert content["picture"]["panels"]


@pytest.mark.parametrize("physics", ["solid-solution", "declared", "two-phase"])
def test_the_playground_answers_at_its_corners(client: Client, physics: str) -> None:
    controls = playground(*level_pair("nvp", "he_v")).controls
    ends = {c.name: (c.low, c.high) for c in controls if not isinstance(c, Choice)}
    for rate, side in itertools.product(ends["c_rate"], (0, 1)):
        state = {name: str(ends[name][side]) for name in CORNERS}
        state |= {"c_rate": str(rate), "physics": physics}
        answer = client.get("/api/playground", params=state)
        assert answer.status_code == 200, state
        content = strict(answer.text)
        assert content["problems"] == [], state
        assert content["picture"]["sentences"], state


def test_what_cannot_be_is_told_beside_a_picture(client: Client) -> None:
    query = {"radius": "inf", "radios": "1", "supply": "both"}
    content = strict(client.get(f"/api/lesson/{lesson_names()[0]}", params=query).text)
    assert len(content["problems"]) == 3
    assert all(problem.startswith("The link sets") for problem in content["problems"])
    start = strict(client.get(f"/api/lesson/{lesson_names()[0]}").text)
    assert content["picture"] == start["picture"]


@pytest.mark.parametrize(
    ("path", "sign"),
    [
        ("/lesson/l1_difusion_in_a_sphere", "did you mean l1_diffusion_in_a_sphere?"),
        ("/lesson/nowhere", "There is no lesson nowhere"),
        ("/nowhere", "There is no page /nowhere."),
        ("/assets/secret.js", "There is no page /assets/secret.js."),
        ("/assets/..%2fserver.py", "There is no page"),
        ("/lesson/..%2f..%2fl1", "There is no"),
    ],
)
def test_an_unknown_address_is_told_with_a_way_home(client: Client, path: str, sign: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert sign in unescape(answer.text)
    assert 'href="/"' in answer.text


def test_a_link_cannot_bring_its_own_script(client: Client) -> None:
    evil = "</script><script>alert(1)</script>"
    for path, query in (("/playground", {"baseline": evil}), (f"/lesson/{evil}", {})):
        assert evil not in client.get(path, params=query).text


def test_the_same_material_twice_is_told(client: Client) -> None:
    text = client.get("/playground", params={"baseline": "nvp", "candidate": "nvp"}).text
    assert "Both materials are nvp; choose two different ones." in text
    assert "Shown instead: nvp and he_v." in text


def test_any_two_materials_have_a_playground(client: Client) -> None:
    text = client.get("/playground", params={"baseline": "nfm_li2024", "candidate": "lfp"}).text
    assert load_material("lfp").title in unescape(text)
    assert text.count(" selected") == 2


def test_assets_are_those_of_the_package(client: Client) -> None:
    for name, kind in site.ASSETS.items():
        answer = client.get(f"/assets/{name}")
        assert answer.headers["content-type"].startswith(kind)
        assert answer.content == site.asset(name)


def test_an_address_that_is_taken_is_told() -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        with pytest.raises(InputError, match=f"{port} cannot be used .*try --port {port + 1}"):
            serve("127.0.0.1", port, open_browser=False)


def test_a_browser_quicker_than_the_server_is_not_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    class Visited(Exception):
        pass

    def visit(address: str) -> None:
        port = int(address.rstrip("/").rpartition(":")[2])
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
        raise Visited

    monkeypatch.setattr("webbrowser.open", visit)
    monkeypatch.setattr(server, "_warm", lambda _asked: None)
    with pytest.raises(Visited):
        serve("127.0.0.1", 0, open_browser=True)
