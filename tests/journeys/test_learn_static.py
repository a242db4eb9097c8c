"""``particle-sim learn --export``: pages that open from a disk, without any server."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest
from browser import SIZES, OpenPage, commit, photograph, pictures, settled
from command_line import RunCommand

from particle_sim.cell.half_cell import half_cell
from particle_sim.cell.solve import solve_cell
from particle_sim.learn.charge_data import material_data
from particle_sim.learn.controls import Slider
from particle_sim.learn.export import export_site
from particle_sim.learn.lesson import lesson_names
from particle_sim.learn.playground import playground
from particle_sim.protocols import charge
from particle_sim.studies.footing import level, level_pair
from particle_sim.studies.measures import STRESSES
from particle_sim.studies.pair import records_of
from particle_sim.studies.particle_case import ParticleCase, run_case
from particle_sim.studies.settings import Comparison
from particle_sim.transport.laws import law_of

if TYPE_CHECKING:
    from playwright.sync_api import Page

fcntl = pytest.importorskip("fcntl")
if not os.environ.get("PARTICLE_SIM_NEED_BROWSER"):
    pytest.importorskip("playwright")
pytest_plugins = ["browser_fixtures"]

MOST_BYTES = 40e6
"""Of a folder that a teacher puts on a web space."""
LESSON = "l1_diffusion_in_a_sphere"
SHOWN = 6e-3
"""Relative: half of the last of three digits that the page shows."""
SVG = "{http://www.w3.org/2000/svg}"


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


@pytest.mark.parametrize("name", lesson_names())
def test_exported_positions_move_the_picture(open_page: OpenPage, site: Path, name: str) -> None:
    watched = open_page(address(site, f"{name}.html"), "phone")
    page = watched.page
    assert page.is_hidden("#scene")
    commit(page)
    photograph(page, f"static_{name}_phone")
    seen = set()
    for control in page.evaluate("controls"):
        selector, count = f"#c-{control['name']}", len(control["values"])
        assert page.is_disabled(selector) == (count == 1 and "titles" not in control)
        for position in sorted({0, count // 2, count - 1}) if count > 1 else ():
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


# --- the playground of any two materials ----------------------------------------------------------

PAIRS = [("lfp", "ncm811"), ("nfm_li2024", "he_o3_li2024")]


@pytest.mark.parametrize("pair", PAIRS)
def test_any_two_materials_are_on_the_footing_of_the_report(
    open_page: OpenPage, site: Path, pair: tuple[str, str]
) -> None:
    """Numbers and sliders of a pair that no program made for this page."""
    query = f"?baseline={pair[0]}&candidate={pair[1]}"
    watched = open_page(address(site, "playground.html", query))
    page = watched.page
    settled(page)
    materials = level_pair(*pair)
    assert page.inner_text("h1") == f"Playground: {' and '.join(m.title for m in materials)}"
    for own, material in zip(page.evaluate("setup.charges.materials"), materials, strict=True):
        known = material_data(material)
        assert own["numbers"] == pytest.approx(known["numbers"], rel=1e-12)
        assert own["plausible"] == known["plausible"]
    for own, control in zip(
        page.evaluate("controls"), playground(*materials).controls, strict=True
    ):
        assert (own["name"], own["start"]) == (control.name, control.start)
        if isinstance(control, Slider):
            assert own["values"] == pytest.approx(control.values)
    assert watched.problems() == []


def test_a_boundary_is_shown_where_it_was_worked_out_and_refused_elsewhere(
    open_page: OpenPage, site: Path
) -> None:
    watched = open_page(address(site, "playground.html", "?physics=declared"))
    page = watched.page
    settled(page)
    assert page.is_hidden("#problems")
    assert "drawn" in page.inner_text("#sentences")
    put(page, "c_rate", 3)
    settled(page, 1)
    assert "is computed by the program" in page.inner_text("#problems")
    assert "--physics solid-solution" in page.inner_text("#command-text")
    page.select_option("#c-physics", "solid-solution")
    settled(page, 2)
    assert page.is_hidden("#problems")
    assert watched.problems() == []


def test_materials_that_are_not_there_are_told(open_page: OpenPage, site: Path) -> None:
    page = open_page(address(site, "playground.html", "?baseline=unobtainium")).page
    settled(page)
    assert page.inner_text("#problems").endswith("Shown instead: nvp and he_v.")


def test_the_command_line_gives_the_numbers_of_the_page(
    open_page: OpenPage, site: Path, run: RunCommand, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The printed command is run as far as its cells and particles, as the report runs them."""
    query = "?c_rate=3.15&stress=first-principal"
    page = open_page(address(site, "playground.html", query)).page
    settled(page)
    put(page, "a_diffusivity", 15)
    put(page, "b_volume_change", 30)
    settled(page, 2)
    peaks, capacities = (
        [
            float(number["value"])
            for number in page.evaluate("picture.numbers")
            if number["label"].endswith(label)
        ]
        for label in (": peak first principal stress", ": capacity")
    )
    asked: list[Comparison] = []
    comparison = "particle_sim.cli.comparison"
    monkeypatch.setattr(f"{comparison}.run_comparison", lambda *a, **_: asked.append(a[0]))
    monkeypatch.setattr(f"{comparison}.tell_comparison", lambda *_: None)
    outcome = run(*shlex.split(page.inner_text("#command-text"))[1:])
    assert (outcome.code, outcome.err) == (0, "")
    (settings,) = asked
    materials, _ = level(records_of(settings), settings.footing)
    measure = STRESSES[settings.stress]
    for material, peak, capacity in zip(materials, peaks, capacities, strict=True):
        cell = solve_cell(half_cell(material), charge(settings.c_rate))
        case = ParticleCase(
            material=material,
            law=law_of(settings.physics.value, material),
            flux=cell.positive.surface_flux,
            fillings=(),
        )
        stress = measure.read(run_case(case).stress)
        assert float(measure.size(stress).max()) / 1e6 == pytest.approx(peak, rel=SHOWN)
        assert float(cell.capacity[-1]) == pytest.approx(capacity, rel=SHOWN)


def test_a_drawing_holds_what_the_page_shows(open_page: OpenPage, site: Path) -> None:
    page = open_page(address(site, "playground.html")).page
    settled(page)
    with page.expect_download() as download:
        page.click("#save-drawing")
    drawing = ElementTree.fromstring(Path(download.value.path()).read_bytes())
    texts = {"".join(text.itertext()) for text in drawing.iter(f"{SVG}text")}
    bars = list(drawing.iter(f"{SVG}linearGradient"))
    assert [len(bar) for bar in bars if bar.get("id", "").startswith("bar-")] == [17] * 4
    ball = page.evaluate("picture.panels[1]")
    assert {ball["title"], ball["label"], f"{ball['high']:.3g}"} <= texts
    assert page.inner_text("#command-text") in texts
    for number in page.evaluate("picture.numbers"):
        assert f"{number['label']}: {number['value']} {number['unit']}".strip() in texts
