"""What the page's own script draws and judges, run by node without a browser."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from typing import Any

import numpy as np
import pytest
from matplotlib import colormaps

from particle_sim.learn import site
from particle_sim.learn.judge import judged
from particle_sim.learn.picture import Ball, Line, Panel, Picture, as_json

NODE = shutil.which("node")
SCRIPTS = tuple(
    f"{name}.js"
    for name in ("store", "panel", "draw", "save", "play", "ask", "learn", "sketch", "lesson")
)
SHADE = 6
"""Of 255; between the page's straight lines and the map."""

STAGE = """
const elements = {};
const element = (id) => elements[id] ??= {
  id, dataset: {}, textContent: "", value: "", hidden: false, children: [], listeners: {},
  addEventListener(name, act) { this.listeners[name] = act; },
  append() {}, replaceChildren() {}, setAttribute() {}, removeAttribute() {},
  querySelector: (name) => element(id + " " + name), querySelectorAll: () => [],
};
globalThis.document = { getElementById: element, body: element("body"), title: "A · B",
  documentElement: {}, createElement: (name) => element("new " + name) };
globalThis.getComputedStyle = () => ({ fontSize: "16px" });
globalThis.location = { search: "", pathname: "/" };
globalThis.history = { replaceState() {} };
element("asked").textContent = JSON.stringify({ name: "l", feedback: [],
  sketch: { y: [0, 1], points: 2, y_range: [0, 1], x_range: [0, 1] },
  exercise: { unit: "MPa", units: { MPa: 1, GPa: 1000 }, slips: [[3, "a third"]],
    sets: [{ question: "q", answer: "1", solution: "s" }] } });
element("setup").textContent = JSON.stringify({ controls: [], fixed: {}, problems: [] });
"""

DRAWN = """
const pixels = (ball) => {
  const size = 100, data = new Float64Array(4 * size * size);
  const context = { createImageData: () => ({ data }), clearRect() {}, putImageData() {},
    beginPath() {}, arc() {}, stroke() {} };
  drawBall({ width: size, getContext: () => context }, ball);
  const at = ([x, y]) => Array.from(data.slice(4 * (size * y + x), 4 * (size * y + x) + 4));
  return [[50, 50], [50, 90], [2, 2]].map(at);
};
const along = { radius: [0, 0.5, 1], values: [2, 3, 5], low: 1, high: 6 };
const ball = (quantity) => ({ quantity, size: 1, ...along });
const marked = [{ label: "a", x: 100, y: null }, { label: "b", x: null, y: 4 }];
const lines = [{ label: "l", x: [1], y: [2] }];
const room = { width: 360, height: 260, size: 13 };
const levels = (...places) => marks({ log_x: false, log_y: false, y_range: [0, 1],
  marks: places.map((y) => ({ label: "level", x: null, y })) }, LIGHT, room).annotations;
const played = (now) => plot({ x_label: "x", y_label: "y", y_range: [0, 1], marks: [], lines: [
  { label: "l", x: [0, 10], y: [0, 1], kind: "simulation" },
  ...(now === null ? [] : [{ label: "now", x: [now], y: [0.5], kind: "points" }]),
] }, LIGHT, room).layout.xaxis.range;
const pictures = [
  { title: "p", kind: "panel", x_label: "t", y_label: "c", lines },
  { title: "b", kind: "ball", label: "filling", radius: [0, 1], values: [7, 8] },
];
const judged = (text) => {
  const form = element("exercise");
  form.dataset.tolerance = "0.05";
  element("answer").value = text;
  form.listeners.submit({ preventDefault() {} });
  return element("exercise-said").textContent;
};
element("hint-button").listeners.click();
console.log(JSON.stringify({
  hinted: [element("solution-button").disabled, element("solution-text").innerHTML],
  sodium: pixels(ball("sodium")), stress: pixels(ball("stress")),
  text: ballText(ball("sodium")),
  line: trace({ x: [1, 2], y: [3, 4], kind: "simulation", label: "a" }),
  axes: [axis("x", true, [10, 1000], []), axis("y", false, [1, 2], [])],
  marks: marks({ log_x: true, log_y: false, marks: marked }),
  levels: [levels(0.3, 0.24), levels(0.3, 0.1)],
  played: [played(5), played(10), played(null) ?? null],
  numbers: [1e-15, 1200, 99000, 316000, 1e6].map(printed),
  table: asTable({ panels: pictures, numbers: [] }),
  said: Object.fromEntries(["1.04", "0.9", "1.1", "-1", "1,0",
    "1 MPa", "0.001 GPa", "1 kN", "3", "1000", "many"].map((x) => [x, judged(x)])),
}));
"""


@pytest.fixture(scope="module")
def page() -> dict[str, Any]:
    """What the two scripts answer."""
    if NODE is None:
        if os.environ.get("PARTICLE_SIM_NEED_BROWSER"):
            pytest.fail("node is missing, and PARTICLE_SIM_NEED_BROWSER is set")
        pytest.skip("node is missing")
    scripts = [site.asset(name).decode("utf-8") for name in SCRIPTS]
    done = subprocess.run(
        [NODE, "-"], input="\n".join([STAGE, *scripts, DRAWN]), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-500:]
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize(("quantity", "cmap"), [("sodium", "viridis"), ("stress", "PuOr_r")])
def test_centre_and_rim_have_the_colours_of_their_values(
    page: dict[str, Any], quantity: str, cmap: str
) -> None:
    """2 in the middle and, at r/R = 40/49 near the rim, 3 + 2 (2 40/49 - 1); from 1 to 6."""
    near = np.hypot(0.5, 40.5) / 49
    centre, rim, outside = page[quantity]
    for pixel, value in ((centre, 2.0), (rim, 3 + 2 * (2 * near - 1))):
        colour = 255 * np.array(colormaps[cmap]((value - 1) / 5))[:3]
        assert np.abs(np.array(pixel[:3]) - colour).max() <= SHADE
        assert pixel[3] == 255
    assert outside[3] == 0
    assert page["text"] == "centre 2, surface 5"


def test_axes_and_lines_are_as_the_picture_says(page: dict[str, Any]) -> None:
    across, up = page["axes"]
    assert (across["type"], across["range"]) == ("log", [1, 3])
    assert (up["type"], up["range"]) == ("linear", [1, 2])
    assert (page["line"]["x"], page["line"]["y"]) == ([1, 2], [3, 4])
    upright, level = page["marks"]["shapes"]
    assert (upright["x0"], upright["x1"], level["y0"], level["y1"]) == (100, 100, 4, 4)
    assert page["marks"]["annotations"][0]["x"] == 2


def test_a_label_lies_on_no_other_level(page: dict[str, Any]) -> None:
    """19.5 px of 200 above 0.24 reach over 0.3; above 0.1 they do not."""
    close, apart = page["levels"]
    assert [label["yanchor"] for label in close] == ["bottom", "top"]
    assert [label["yanchor"] for label in apart] == ["bottom", "bottom"]


def test_an_axis_stands_still_while_a_point_moves_along_it(page: dict[str, Any]) -> None:
    """With 4 % of room for the point; without one the axis ends with the curve."""
    assert page["played"] == [[-0.4, 10.4], [-0.4, 10.4], None]


def test_numbers_of_sliders_are_printed_as_those_of_axes(page: dict[str, Any]) -> None:
    assert page["numbers"] == ["10⁻¹⁵", "1200", "99000", "3.16 × 10⁵", "10⁶"]


def test_the_table_has_x_before_y(page: dict[str, Any]) -> None:
    rows = page["table"].splitlines()
    assert rows[0] == "picture,curve,x,x in,y,y in"
    assert rows[1] == '"p","l",1,"t",2,"c"'
    assert rows[2:] == [
        '"b","along the radius",0,"r/R [1]",7,"filling"',
        '"b","along the radius",1,"r/R [1]",8,"filling"',
    ]


def test_behind_a_hint_the_solution_is_whole(page: dict[str, Any]) -> None:
    assert page["hinted"] == [False, "s"]


def test_an_answer_is_judged_by_its_tolerance(page: dict[str, Any]) -> None:
    said = page["said"]
    assert said["1.04"] == said["1,0"] == "Right."
    assert "too small" in said["0.9"]
    assert "too large" in said["1.1"]
    assert "the sign is wrong" in said["-1"]
    assert said["1 MPa"] == said["0.001 GPa"] == "Right."
    assert said["1 kN"] == "The unit kN is not known here; write MPa or GPa."
    assert said["3"] == "Not yet: a third. Try again, or open the hint."
    assert "power of ten" in said["1000"]
    assert said["many"].startswith("Write a number")
    for text in ("1.04", "0.9", "1.1", "-1", "3", "1000"):
        off = judged(float(text), 1.0, 0.05, {3: "a third"})
        assert said[text] == (f"Not yet: {off}. Try again, or open the hint." if off else "Right.")


def test_a_picture_reaches_the_page_as_it_is() -> None:
    line = Line(label="l", x=[1.0, 2.0], y=[3.0, float("nan")])
    panel = Panel(title="p", x_label="t", y_label="c", lines=[line], log_x=True)
    ball = Ball(title="b", label="f", radius=[0.0, 1.0], values=[7.0, 8.0], low=0.0, high=9.0)
    data = as_json(Picture(panels=[panel, ball]))["panels"]
    assert (data[0]["log_x"], data[0]["log_y"]) == (True, False)
    assert (data[0]["lines"][0]["x"], data[0]["lines"][0]["y"]) == ([1, 2], [3, None])
    assert (data[1]["radius"], data[1]["values"]) == ([0, 1], [7, 8])
    assert (data[1]["low"], data[1]["high"], data[1]["quantity"]) == (0, 9, "sodium")
