"""The page and the words of a life: made from its tree alone, whatever its texts hold."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from remembered import once, remembering

from particle_sim.cli.folding import folded
from particle_sim.damage.population import UNSEEN
from particle_sim.life.asked import LifeStudy
from particle_sim.life.chain import Held, Rule, cycled, draw_powder, growth_of
from particle_sim.life.loads import GradientTable, Site, gradient_tables
from particle_sim.life.sides import (
    by_cycling,
    cracked_by_cycling,
    largest_ratio,
    made_cracked,
    no_flaw_grows,
)
from particle_sim.life.study import cycles_shown, life_study
from particle_sim.life.words import answer, carried_by, verdict
from particle_sim.materials.load import load_material
from particle_sim.materials.material import Material
from particle_sim.report.life_folder import FIGURES, report_lines
from particle_sim.report.life_page import life_page
from particle_sim.report.pages import caption_of

HOSTILE = '"><img src=x onerror=alert(1)></title><script>alert(1)</script>'


@pytest.fixture(scope="module")
def tree(answers: Path) -> xr.DataTree:
    with remembering(answers):
        return life_study(LifeStudy(materials=("nvp", "he_v"), samples=60, cycles=1000))


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append(tag)


def page(tree: xr.DataTree, folder: Path) -> str:
    for name in FIGURES:
        (folder / f"{name}.png").write_bytes(b"")
    captions = {name: caption_of(figure) for name, figure in FIGURES.items()}
    return life_page(tree, captions, "particle-sim life nvp he_v", folder)


def test_a_page_answers_first_and_shows_one_picture_before_the_rest(
    tree: xr.DataTree, tmp_path: Path
) -> None:
    text = page(tree, tmp_path)
    order = [text.index('class="answer'), text.index('class="verdicts"'),
             text.index('id="life_cracked"'), text.index("Where no flaw grows"),
             text.index("What is left of the capacity"), text.index("Calibrated or predicted"),
             text.index("What a boundary between phases may do"),
             text.index("Limits of the model")]  # fmt: skip
    assert order == sorted(order)
    shown = unescape(text).replace("\N{NO-BREAK SPACE}", " ")
    assert answer(tree) in shown
    assert re.search(r"\d %", text) is None, "a number and its % are torn apart at a line's end"
    assert all(line in shown for _, line in verdict(tree))
    assert "half the misfit" in text


def test_a_volume_change_of_another_is_told_under_the_answer(
    tree: xr.DataTree, tmp_path: Path
) -> None:
    said = "HE's volume change is assumed, not measured on it."
    assert tree.attrs["rests"] == "none", "both are measured"
    assert 'class="note rests"' not in page(tree, tmp_path)
    other = tree.copy()
    other.attrs = {**tree.attrs, "rests": said}
    shown = unescape(page(other, tmp_path))
    assert shown.index('class="answer') < shown.index(said) < shown.index('class="verdicts"')
    lines = list(report_lines(other))
    assert lines[lines.index(answer(other)) + 1] == said


def test_titles_are_shown_as_text(tree: xr.DataTree, tmp_path: Path) -> None:
    tags = []
    for title in ("HE-V", HOSTILE):
        other = tree.copy()
        other.attrs = {**tree.attrs, "titles": ["NVP", title], "title": f"NVP and {title}"}
        parser = Tags()
        parser.feed(page(other, tmp_path))
        tags.append(parser.found)
    assert tags[0] == tags[1]


def test_words_follow_the_numbers(tree: xr.DataTree) -> None:
    """The twin: with the materials' cracks exchanged, the sentences name the other one."""
    relieved, hold = answer(tree).split(" if boundaries between phases are relieved")
    assert relieved.startswith("1000 cycles at 1C crack ")
    assert "HE-V has fewer cracks" in hold.partition(" if they hold their misfit")[2]
    assert len(folded(answer(tree), 80).splitlines()) <= 4, "of a terminal"
    other = tree.copy(deep=True)
    order = other["order"].to_dataset()
    other["order"] = xr.DataTree(order.assign(fewer=order.more, more=order.fewer))
    said = answer(other)
    assert "HE-V has fewer cracks in 0 %" in said
    assert said != answer(tree)
    alike = tree.copy(deep=True)
    cracked = alike["cracked"].to_dataset()
    alike["cracked"] = xr.DataTree(cracked.assign(mean=0 * cracked["mean"] + 0.25))
    same = alike["order"].to_dataset()
    alike["order"] = xr.DataTree(same.assign(tie=0 * same.tie + 1.0))
    assert answer(alike) == (
        "1000 cycles at 1C crack 25 % of the particles of both, whatever boundaries between phases "
        "do (alike in 100 % of the draws)."
    )
    assert len(dict(verdict(tree))) == 6
    assert {title for title, _ in carried_by(tree)} == {"NVP", "HE-V"}
    assert "\n".join(report_lines(tree)).count("calibrated, seen before:") == 4


@pytest.fixture(scope="module")
def nvp() -> Material:
    return load_material("nvp")


@pytest.fixture(scope="module")
def tables(nvp: Material, answers: Path) -> dict[Site, GradientTable]:
    found: dict[Site, GradientTable] = once(answers, gradient_tables, nvp)
    return found


def test_cracks_only_grow_with_cycles_and_strain(
    nvp: Material, tables: dict[Site, GradientTable]
) -> None:
    """In every draw. The twin: cycles in the opposite order fall."""
    draws = draw_powder(nvp, 60, 1)
    cycles = cycles_shown(1000)
    for end in Held:
        powder = cycled(draws, 1.0, end, tables=tables)
        more = draws.having(volume_change=1.2 * draws.values["volume_change"])
        strained = cycled(more, 1.0, end, tables=tables)
        assert np.all(largest_ratio(strained) >= largest_ratio(powder))
        assert no_flaw_grows(strained).sum() <= no_flaw_grows(powder).sum()
        for rule in Rule:
            share = cracked_by_cycling(powder, (rule,), cycles)
            assert np.all(np.diff(share, axis=1) >= -1e-12), "rounding of a sum"
            assert np.all(cracked_by_cycling(strained, (rule,), cycles) >= share - UNSEEN)
            assert (np.diff(share[:, ::-1], axis=1) < 0).any() or share.max() == 0


def test_where_no_flaw_grows_no_particle_cracks_by_fatigue(
    nvp: Material, tables: dict[Site, GradientTable]
) -> None:
    """The flaw-free statement at the median toughness, of powders without a spread of it."""
    drawn = draw_powder(nvp, 200, 1)
    draws = drawn.having(toughness_spread=np.zeros(200))
    powder = cycled(draws, 1.0, Held.HELD, tables=tables)
    safe = no_flaw_grows(powder)
    assert 0 < safe.mean() < 1
    share = cracked_by_cycling(powder, (Rule.FATIGUE,), np.array([1e5]))[:, 0]
    assert share[safe].max() < 1e-12
    assert share[~safe].max() > 0.1, "the twin"


def test_particles_made_cracked_are_not_cracked_by_cycling(
    nvp: Material, tables: dict[Site, GradientTable]
) -> None:
    draws = draw_powder(nvp, 60, 1)
    still = draws.having(volume_change=np.full(60, 1e-9), misfit_share=np.full(60, 1e-9))
    powder = cycled(still, 1.0, Held.HELD, tables=tables)
    through = powder.cracked(growth_of(still.values, *Rule), np.array([0.0, 1e5]))
    assert through == pytest.approx(np.tile(made_cracked(powder)[:, None], 2))
    assert by_cycling(powder, through).max() < 1e-12
    assert through.max() > 0.01, "some are made so"
