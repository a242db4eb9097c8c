"""``particle-sim learn --export``: pages that open from a disk, without any server."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from browser import SIZES, OpenPage, commit, photograph, pictures, settled

from particle_sim.learn.export import export_site
from particle_sim.learn.lesson import lesson_names

if TYPE_CHECKING:
    from playwright.sync_api import Page

fcntl = pytest.importorskip("fcntl")
if not os.environ.get("PARTICLE_SIM_NEED_BROWSER"):
    pytest.importorskip("playwright")
pytest_plugins = ["browser_fixtures"]

MOST_BYTES = 40e6
"""Of a folder that a teacher puts on a web space."""
LESSON = "l1_diffusion_in_a_sphere"


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The exported pages; worked out once, whichever process needs them first."""
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / "site"
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            export_site(folder)
    return folder


def address(site: Path, page: str, query: str = "") -> str:
    return f"{(site / page).as_uri()}{query}"


def test_the_folder_is_whole_and_small(site: Path) -> None:
    files = [file for file in site.rglob("*") if file.is_file()]
    pages = {file.name for file in files if file.suffix == ".html"}
    named = {f"{name}.html" for name in lesson_names()}
    assert pages == named | {"index.html", "playground.html", "sheet.html", "key.html"}
    assert sum(file.stat().st_size for file in files) < MOST_BYTES
    assert not [file.name for file in files if file.suffix == ".part"]
    print(f"\n{len(files)} files, {sum(file.stat().st_size for file in files) / 1e6:.1f} MB")


@pytest.mark.parametrize("page_name", ["index", "sheet", "key"])
def test_a_page_opens_from_the_disk(open_page: OpenPage, site: Path, page_name: str) -> None:
    for size in SIZES:
        watched = open_page(address(site, f"{page_name}.html"), size)
        assert watched.page.inner_text("h1")
        assert watched.problems() == []


@pytest.mark.parametrize("name", [*lesson_names(), "playground"])
def test_exported_positions_move_the_picture(open_page: OpenPage, site: Path, name: str) -> None:
    watched = open_page(address(site, f"{name}.html"), "phone")
    page = watched.page
    if name == "playground":
        settled(page)
    else:
        assert page.is_hidden("#scene")
        commit(page)
    photograph(page, f"static_{name}_phone")
    seen = set()
    for control in page.evaluate("controls"):
        selector, count = f"#c-{control['name']}", len(control["values"])
        assert page.is_disabled(selector) == (count == 1 and "titles" not in control)
        for position in range(count if count > 1 else 0):
            before = pictures(page)
            put(page, control["name"], position)
            settled(page, before)
            seen.add(page.evaluate("JSON.stringify(picture.panels)"))
    assert len(seen) > 1
    assert page.is_hidden("#problems")
    assert watched.problems() == []


def put(page: Page, name: str, position: int) -> None:
    page.evaluate(
        "([name, position]) => { const c = document.getElementById(`c-${name}`);"
        "if (c.options) c.selectedIndex = position; else c.value = position;"
        "c.dispatchEvent(new Event(c.options ? 'change' : 'input')); }",
        [name, position],
    )


def test_a_link_brings_the_state_back(open_page: OpenPage, site: Path) -> None:
    first = open_page(address(site, f"{LESSON}.html")).page
    commit(first)
    put(first, "radius", 0)
    settled(first, 1)
    second = open_page(first.url).page
    commit(second)
    assert second.url.partition("?")[2].startswith("radius=")
    assert second.evaluate("picture") == first.evaluate("picture")


@pytest.mark.parametrize("query", ["?radius=abc", "?supply=both", "?nothing=1"])
def test_a_wrong_value_is_named_and_replaced(open_page: OpenPage, site: Path, query: str) -> None:
    watched = open_page(address(site, f"{LESSON}.html", query))
    commit(watched.page)
    assert watched.page.inner_text("#problems").startswith("The link sets")
    assert watched.page.evaluate("controls.every((c) => state[c.name] === c.start)")
    assert watched.problems() == []


def test_every_link_leads_to_a_page(open_page: OpenPage, site: Path) -> None:
    page = open_page(address(site, "index.html")).page
    targets = set(page.eval_on_selector_all("a", "links => links.map(a => a.getAttribute('href'))"))
    assert len(targets) > len(lesson_names())
    missing = [t for t in targets if not t.startswith("#") and not (site / t).exists()]
    assert missing == []
