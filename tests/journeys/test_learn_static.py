"""``particle-sim learn --export``: pages that open from a disk, without any server."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from browser import SIZES, OpenPage, commit, photograph, pictures, settled

from particle_sim.errors import InputError
from particle_sim.learn import export
from particle_sim.learn.export import export_site
from particle_sim.learn.lesson import lesson_names

if TYPE_CHECKING:
    from playwright.sync_api import Page

fcntl = pytest.importorskip("fcntl")
pytest_plugins = ["browser_fixtures"]

MOST_BYTES = 40e6
"""Of a folder that a teacher puts on a web space."""
LESSON = "l1_diffusion_in_a_sphere"


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The exported pages; worked out once, whichever process needs them first."""
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / "site"
    with open(folder.with_suffix(".lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            export_site(folder)
    return folder


def address(site: Path, page: str, query: str = "") -> str:
    return f"{(site / page).as_uri()}{query}"


# --- the folder ----------------------------------------------------------------------------------


def test_the_folder_is_whole_and_small(site: Path) -> None:
    files = [file for file in site.rglob("*") if file.is_file()]
    pages = {file.name for file in files if file.suffix == ".html"}
    named = {f"{name}.html" for name in lesson_names()}
    assert pages == named | {"index.html", "playground.html", "sheet.html", "key.html"}
    assert sum(file.stat().st_size for file in files) < MOST_BYTES
    assert not [file.name for file in files if file.suffix == ".part"]
    print(f"\n{len(files)} files, {sum(file.stat().st_size for file in files) / 1e6:.1f} MB")


def test_a_folder_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    mine = tmp_path / "thesis.txt"
    mine.write_text("three years of work", encoding="utf-8")
    with pytest.raises(
        InputError, match=r"holds thesis\.txt, which is no export; choose a new folder"
    ):
        export_site(tmp_path)
    assert mine.read_text(encoding="utf-8") == "three years of work"
    assert [file.name for file in tmp_path.iterdir()] == ["thesis.txt"]


def test_notes_in_an_earlier_export_are_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "lesson_names", lambda: ())
    monkeypatch.setattr(export, "_pages", lambda folder: iter(()))
    export_site(tmp_path / "site")
    notes = tmp_path / "site" / "notes.txt"
    notes.write_text("for Monday's class", encoding="utf-8")
    with pytest.raises(InputError, match=r"holds notes\.txt"):
        export_site(tmp_path / "site")
    assert notes.exists()
    notes.unlink()
    export_site(tmp_path / "site")
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="is a file"):
        export_site(tmp_path / "file")


def test_the_same_pages_have_the_same_bytes(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One lesson again, in another folder and then over itself."""
    monkeypatch.setattr(export, "lesson_names", lambda: (LESSON,))
    monkeypatch.setattr(export, "playground", lambda *pair: export.load_lesson(LESSON).scene)
    again = tmp_path / "again"
    names = [f"{LESSON}.html", f"data/{LESSON}.js", f"slides/{LESSON}.png"]
    for _ in range(2):
        export_site(again)
        assert [digest(again / name) for name in names] == [digest(site / name) for name in names]


def digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


# --- in the browser ------------------------------------------------------------------------------


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
