"""What a picture's data say before a browser draws them: centre and rim, axes, colours, answers."""

from __future__ import annotations

import re
from html import unescape

import numpy as np
import pytest
from matplotlib import colormaps

from particle_sim.learn import site
from particle_sim.learn.charge_data import STATES
from particle_sim.learn.controls import keywords, start_state
from particle_sim.learn.lesson import lesson_names, load_lesson
from particle_sim.learn.picture import Ball, Picture, as_json
from particle_sim.learn.shipped import PAIR, shipped_pair

pytest.importorskip("latex2mathml")

SHADE = 6
"""Of 255; between the page's straight lines and the map, at 256 places."""
LOGARITHMIC = {
    "Filling against time": (True, False),
    "All particles on one curve": (True, True),
    "Turn one knob of your particle": (True, True),
    "Capacity at every rate": (True, False),
    "Ten times slower": (True, True),
    "Smallest flaw that grows": (True, True),
    "Plausible flaws that grow": (True, False),
    "How uneven is the sodium?": (True, True),
    "How hard one cycle pulls": (True, False),
    "One crack": (True, True),
    "A powder with flaws around it": (True, False),
}
"""Panels whose x and y are logarithmic; all others have none."""


def pictures() -> dict[str, Picture]:
    """Every lesson where the sliders start."""
    scenes = {name: load_lesson(name).scene for name in lesson_names()}
    return {
        name: scene.draw(**keywords(tuple(scene.controls), start_state(tuple(scene.controls))))
        for name, scene in scenes.items()
    }


@pytest.fixture(scope="module")
def drawn() -> dict[str, Picture]:
    return pictures()


def test_axes_are_logarithmic_where_they_should_be(drawn: dict[str, Picture]) -> None:
    panels = [p for picture in drawn.values() for p in as_json(picture)["panels"]]
    found = {p["title"]: (p["log_x"], p["log_y"]) for p in panels if p["kind"] == "panel"}
    assert {title: axes for title, axes in found.items() if any(axes)} == LOGARITHMIC


def test_curves_and_particles_keep_their_x_and_their_y(drawn: dict[str, Picture]) -> None:
    for picture in drawn.values():
        for panel, sent in zip(picture.panels, as_json(picture)["panels"], strict=True):
            if isinstance(panel, Ball):
                same(sent["radius"], panel.radius)
                same(sent["values"], panel.values)
                assert (sent["low"], sent["high"]) == (panel.low, panel.high)
                continue
            for line, curve in zip(panel.lines, sent["lines"], strict=True):
                same(curve["x"], line.x)
                same(curve["y"], line.y)


def same(sent: list[float | None], known: object) -> None:
    """Five digits of every number, and nothing where there is none."""
    values = np.array([np.nan if v is None else v for v in sent])
    np.testing.assert_allclose(values, np.asarray(known, dtype=float), rtol=5.1e-5)


def test_a_charge_empties_the_rim_first_and_pulls_it() -> None:
    """Sodium leaves through the surface; what has shrunk is held open by the core: tension."""
    scene = shipped_pair(*PAIR)
    controls = tuple(scene.controls)
    state = start_state(controls) | {"physics": "declared"}
    picture = as_json(scene.draw(**keywords(controls, state)))
    assert [run["title"] for run in picture["runs"]] == ["NVP", "HE-V"]
    for run in picture["runs"]:
        states = run["states"]
        assert {len(states[name]) for name in ("filling", "radial", "hoop")} == {len(STATES)}
        half = len(STATES) // 2
        filling, hoop = states["filling"][half], states["hoop"][half]
        assert (states["radius"][0], states["radius"][-1]) == (0.0, 1.0)
        assert filling[0] > filling[-1]
        assert hoop[0] < 0 < hoop[-1]
        assert max(run["history"]["first-principal"]) == pytest.approx(run["tension"], rel=1e-4)


@pytest.mark.parametrize(
    ("name", "cmap"), [("VIRIDIS", "viridis"), ("DIVERGING", "PuOr_r"), ("MAGMA", "magma_r")]
)
def test_the_page_has_the_colours_of_the_figures(name: str, cmap: str) -> None:
    text = site.asset("draw.js").decode("utf-8")
    found = re.search(rf"const {name} = \[(.*?)\];", text)
    assert found is not None
    stops = re.findall(r"#(..)(..)(..)", found[1])
    rgb = np.array([[int(part, 16) for part in stop] for stop in stops], dtype=float)
    shares = np.linspace(0, 1, 257)
    drawn = [np.interp(shares, np.linspace(0, 1, len(rgb)), rgb[:, k]) for k in range(3)]
    off = np.stack(drawn, axis=1) - 255 * np.asarray(colormaps[cmap](shares))[:, :3]
    assert np.abs(off).max() <= SHADE


@pytest.mark.parametrize("name", lesson_names())
def test_a_page_judges_by_the_lessons_answer_and_tolerance(name: str) -> None:
    """The digits written on the page may take a twentieth of the tolerance."""
    exercise = load_lesson(name).exercise
    page = unescape(site.lesson_page(name, site.LIVE))
    found = re.search(r'id="exercise" data-answer="(\S+)" data-tolerance="(\S+)"', page)
    assert found is not None
    answer, tolerance = map(float, found.groups())
    assert tolerance == exercise.tolerance
    assert answer == pytest.approx(exercise.answer(), rel=0.05 * tolerance)
    assert exercise.simulated() == pytest.approx(exercise.answer(), rel=tolerance)
