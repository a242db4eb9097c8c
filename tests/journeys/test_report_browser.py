"""Pages of results in a real browser: the first screen, what moves, and what is printed."""

from __future__ import annotations

import dataclasses
import re
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from browser import SIZES, OpenPage, findings, photograph
from matplotlib.figure import Figure

from particle_sim.claims.compare import ComparisonResult
from particle_sim.figures import FIGURES
from particle_sim.figures.save import draw_files
from particle_sim.life import loads, size_map
from particle_sim.life.asked import LifeStudy
from particle_sim.life.study import life_study
from particle_sim.report import life_folder
from particle_sim.report.life_page import life_page
from particle_sim.report.live import at_states
from particle_sim.report.page import render_page
from particle_sim.report.pages import caption_of
from particle_sim.report.tree import to_tree
from particle_sim.report.words_page import words_page
from particle_sim.transport.laws import TWO_PHASE

pytest_plugins = ["browser_fixtures"]

PAGES = {"compare": 6, "life": 6, "words": 2}
"""Kinds of pages, and the lines of their first screens."""
WINDOWS = ("desktop", "tablet", "phone")
SOON = 100
"""From a move of the charge to its picture, the median of many [ms]."""


@pytest.fixture(scope="module")
def two_laws(comparison: ComparisonResult) -> ComparisonResult:
    """A second law for the first material; the run of the other one stands in for it."""
    baseline, candidate = comparison.materials
    runs = {**baseline.runs, "two_phase": candidate.particle}
    return dataclasses.replace(comparison, baseline=dataclasses.replace(baseline, runs=runs))


@pytest.fixture(scope="module")
def pages(two_laws: ComparisonResult, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Address of a page of each kind, with blank still figures and a life of coarse tables."""
    folder = tmp_path_factory.mktemp("pages")
    for name in (*FIGURES, *life_folder.FIGURES):
        draw_files(Figure(figsize=(6.8, 5.0)), folder / name)
    with pytest.MonkeyPatch.context() as patch:
        for module, names in ((loads, ("RATES",)), (size_map, ("RATES", "RADII"))):
            for name in names:
                values = getattr(module, name)
                patch.setattr(module, name, values[[0, len(values) // 2, -1]])
        lived = life_study(LifeStudy(materials=("nvp", "he_v"), samples=50, cycles=10))
    captions = {name: caption_of(draw) for name, draw in life_folder.FIGURES.items()}
    texts = {
        "compare": render_page(two_laws, to_tree(two_laws), "particle-sim compare", folder),
        "life": life_page(lived, captions, "particle-sim life", folder),
        "words": words_page(
            "Fit of NVP",
            "what the measurement says, and what it cannot",
            "Fit of NVP to rates.csv: 6 values of capacity.",
            [
                ("determined", "D/R²: 1 (0.5 to 2) 1/s; " + "said at length, " * 20),
                ("", "The end."),
            ],
            captions={"voltage": "Half cells.", "history": "The same against time."},
            words="\n".join(f"line {number}, " + "and on, " * 20 for number in range(40)),
            data=("posterior.nc",),
            command="particle-sim fit rates.csv --material nvp",
            folder=folder,
        ),
    }
    for name, text in texts.items():
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    return {name: (folder / f"{name}.html").as_uri() for name in texts}


# --- every page in every window, in both colours -------------------------------------------------


@pytest.mark.parametrize(
    ("name", "size", "colours"),
    [
        (name, size, colours)
        for name, size, colours in product(PAGES, WINDOWS, ("light", "dark"))
        if name == "compare" or size != "tablet" or colours == "dark"
    ],
)
def test_a_page_answers_on_its_first_screen(
    open_page: OpenPage, pages: dict[str, str], name: str, size: str, colours: str
) -> None:
    watched = open_page(pages[name], size, color_scheme=colours)
    page = watched.page
    photograph(page, f"report_{name}_{size}_{colours}")
    last = page.locator(".line").last.bounding_box()
    seen = page.locator("#live canvas >> visible=true" if name == "compare" else ".hero img")
    picture = seen.first.bounding_box()
    assert page.locator(".line").count() == PAGES[name]
    assert last is not None
    assert picture is not None
    bottom = SIZES[size][1]
    if size == "desktop":
        assert picture["y"] + picture["height"] < bottom, "the picture is beside the answer"
    else:
        assert last["y"] < picture["y"], "the picture follows the verdict"
    assert last["y"] + last["height"] < bottom
    assert page.locator("details.fold[open]").count() == 0
    assert findings(page) == []
    page.click("#open-all")
    assert page.locator("details.fold:not([open])").count() == 0
    assert watched.problems() == []
    assert findings(page) == []


def test_a_line_leads_to_its_sentence(open_page: OpenPage, pages: dict[str, str]) -> None:
    page = open_page(pages["compare"]).page
    assert not page.is_visible("#lower_stress")
    page.click(".line a[href='#lower_stress']")
    page.wait_for_selector("#lower_stress", state="visible")
    assert page.locator("details.fold[open]").count() == 1


def test_materials_of_two_laws_are_opened_under_one(
    open_page: OpenPage, two_laws: ComparisonResult, tmp_path: Path
) -> None:
    own = dataclasses.replace(two_laws.baseline, law=TWO_PHASE)
    parted = dataclasses.replace(two_laws, baseline=own)
    for name in FIGURES:
        draw_files(Figure(figsize=(6.8, 5.0)), tmp_path / name)
    text = render_page(parted, to_tree(two_laws), "particle-sim compare", tmp_path)
    (tmp_path / "page.html").write_text(text, encoding="utf-8")
    watched = open_page((tmp_path / "page.html").as_uri(), "phone")
    laws = watched.page.locator(".card .law").all_inner_texts()
    assert laws == [parted.candidate.law.title] * 2
    said = watched.page.inner_text(".bylaw")
    assert "Both by one law" in said
    assert f"{own.title} is read as {TWO_PHASE.title} in its file" in said
    assert findings(watched.page) == []
    assert watched.problems() == []


# --- what moves ----------------------------------------------------------------------------------

SEEN = """() => Object.fromEntries(["baseline", "candidate"].map((role) => {
  const canvas = document.querySelector(`.${role} canvas`), size = canvas.width;
  const pixels = canvas.getContext("2d").getImageData(0, 0, size, size).data;
  const dots = [...document.querySelectorAll(`.dot.${role}`)].map((d) => d.getAttribute("cx"));
  return [role, { told: canvas.getAttribute("aria-label"), pixels: [...pixels], size, dots,
    profile: document.querySelector(`.profile .curve.${role}`).getAttribute("d") }];
}))"""

MOVE = """async (positions) => {
  const charge = document.getElementById("charge"), taken = [];
  for (const at of positions) {
    const begun = performance.now();
    charge.value = at;
    charge.dispatchEvent(new Event("input"));
    while (document.getElementById("live").dataset.drawn !== String(at))
      await new Promise(requestAnimationFrame);
    taken.push(performance.now() - begun);
  }
  return taken.sort((a, b) => a - b)[Math.floor(taken.length / 2)];
}"""


def span(told: str) -> list[float]:
    """The numbers after the colon of a picture's description."""
    return [float(each) for each in re.findall(r"-?\d+\.?\d*(?:e-?\d+)?", told.partition(":")[2])]


def test_the_charge_moves_all_pictures_together(
    open_page: OpenPage, pages: dict[str, str], two_laws: ComparisonResult
) -> None:
    """Balls, profiles and both histories show the state that the solver computed."""
    watched = open_page(pages["compare"])
    page = watched.page
    page.select_option("label:has-text('Show') select", label="sodium filling")
    before = page.evaluate(SEEN)
    assert page.evaluate(MOVE, [*range(5, 95, 9), 30]) < SOON
    after = page.evaluate(SEEN)
    for material, role in zip(two_laws.materials, ("baseline", "candidate"), strict=True):
        run = material.particle
        data = run.to_dataset()
        passed = (run.mean_site_fraction - material.start) / (material.stop - material.start)
        values = at_states(passed, data.site_fraction.values, np.array([0.3]))[0]
        told = span(after[role]["told"])
        assert told[0] == pytest.approx(values.min(), rel=5e-3)
        assert told[-1] == pytest.approx(values.max(), rel=5e-3)
        for part in ("pixels", "dots", "profile"):
            assert after[role][part] != before[role][part], part
    page.locator("#charge").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_selector("#charge[aria-valuetext='31 % of the sodium removed']")
    page.click("#play")
    page.wait_for_function("Number(document.getElementById('charge').value) > 33")
    page.click("#play")
    assert page.inner_text("#play") == "Play"
    assert watched.problems() == []


def test_law_material_and_quantity_are_chosen(open_page: OpenPage, pages: dict[str, str]) -> None:
    """Under the stand-in for a second law, the first material shows what the other one does."""
    page = open_page(pages["compare"]).page
    own = page.evaluate(SEEN)
    assert "von Mises stress" in own["baseline"]["told"]
    assert page.is_hidden(".bylaw"), "one law, each one's own"
    page.select_option("label:has-text('Law of') select", index=1)
    other = page.evaluate(SEEN)
    assert other["baseline"]["told"] != own["baseline"]["told"]
    assert "By two laws" in page.inner_text(".bylaw")
    assert span(other["baseline"]["told"]) == span(other["candidate"]["told"])
    page.select_option("label:has-text('Show') select", label="hoop stress")
    assert span(page.evaluate(SEEN)["baseline"]["told"])[0] < 0, "compression in the middle"
    page.select_option("label:has-text('Material') select", index=1)
    assert page.is_hidden(".card.candidate")


def test_a_radius_is_marked_everywhere(open_page: OpenPage, pages: dict[str, str]) -> None:
    page = open_page(pages["compare"]).page
    before = page.evaluate(SEEN)
    page.locator("#ring").fill("60")
    page.wait_for_selector(".profile .marked", state="attached")
    after = page.evaluate(SEEN)
    for role in ("baseline", "candidate"):
        assert "at 0.60 of the radius" in after[role]["told"]
        assert after[role]["pixels"] != before[role]["pixels"]
        assert page.locator(f".history .local.{role}").count() == 1


def test_one_scale_colours_both_as_the_figures_do(
    open_page: OpenPage, pages: dict[str, str], two_laws: ComparisonResult
) -> None:
    """Pixels on the cut face, where nothing is shaded, against matplotlib's map."""
    from matplotlib import colormaps

    page = open_page(pages["compare"]).page
    page.select_option("label:has-text('Show') select", label="sodium filling")
    page.evaluate(MOVE, [50])
    seen = page.evaluate(SEEN)
    for material, role in zip(two_laws.materials, ("baseline", "candidate"), strict=True):
        run = material.particle
        passed = (run.mean_site_fraction - material.start) / (material.stop - material.start)
        middle = at_states(passed, run.to_dataset().site_fraction.values, np.array([0.5]))[0][0]
        size = seen[role]["size"]
        row, column = size // 2 + size // 20, size // 2  # below the corner, on a face
        pixel = seen[role]["pixels"][4 * (row * size + column) :][:3]
        assert pixel == pytest.approx(255 * np.array(colormaps["viridis"](middle)[:3]), abs=3)


def test_without_script_the_still_figures_stand(open_page: OpenPage, pages: dict[str, str]) -> None:
    page = open_page(pages["compare"], java_script_enabled=False).page
    assert page.locator(".hero img").is_visible()
    assert page.locator("#live").is_hidden()
    assert page.locator("#open-all").is_hidden()


# --- on paper ------------------------------------------------------------------------------------

UNSEEN = """() => [...document.querySelectorAll("main *")]
  .filter((e) => !e.closest("#live, .contents, button, .gist, .files"))
  .filter((e) => e.children.length === 0 && e.textContent.trim())
  .filter((e) => !e.checkVisibility({ contentVisibilityAuto: true })
    || e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).overflow !== "visible")
  .map((e) => e.textContent.trim().slice(0, 60))"""


@pytest.mark.parametrize("name", PAGES)
def test_paper_shows_every_word(open_page: OpenPage, pages: dict[str, str], name: str) -> None:
    """Folded on the screen, whole on paper: each text is laid out, and none is cut."""
    page = open_page(pages[name], color_scheme="dark").page
    page.set_viewport_size({"width": 680, "height": 970})  # A4 within its margins
    assert page.evaluate(UNSEEN) != []
    turned = "getComputedStyle(document.querySelector('.static img')).filter"
    assert "invert" in page.evaluate(turned), "no white card on a dark page"
    page.emulate_media(media="print")
    assert page.evaluate(turned) == "none"
    assert page.evaluate(UNSEEN) == []
    assert page.locator("#live").is_hidden()
    assert all(figure.is_visible() for figure in page.locator("figure.static").all())
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(wide) <= 0
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    made = page.pdf(prefer_css_page_size=True)
    assert 2 <= len(re.findall(rb"/Type\s*/Page\b", made)) <= 40
