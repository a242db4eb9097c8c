"""What figures draw, against the stored numbers: pixels, colour bars, axes, lines and scales."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import xarray as xr
from matplotlib import colormaps

import particle_sim as ps
from particle_sim.claims.compare import ComparisonResult
from particle_sim.figures import FIGURES, SODIUM, VON_MISES, body_fields, quantities
from particle_sim.figures.ball import PIXELS
from particle_sim.figures.quantities import Colours, Quantity
from particle_sim.figures.style import COLOURS, ROLES
from particle_sim.particle import shapes
from particle_sim.units import to_si

HUE = 0.02
"""Of a colour's share of the brightest; half a pixel along the radius and 256 steps of a map."""
ROUNDED = 1e-4
"""Of the span: what a caption may call 0."""


def is_stress(quantity: object) -> bool:
    return isinstance(quantity, Quantity) and quantity.unit.endswith("Pa")


def hue(rgb: Any) -> Any:
    """A colour whatever its brightness: shade darkens all three alike."""
    rgb = np.asarray(rgb, dtype=float)[..., :3]
    return rgb / np.linalg.norm(rgb, axis=-1, keepdims=True)


def bar_colour(bar: Any, value: float) -> Any:
    """The colour that is drawn beside a value on a colour bar."""
    mesh = bar.collections[-1]
    edges = np.unique(mesh.get_coordinates()[..., 1])
    drawn = mesh.to_rgba(mesh.get_array()).reshape(-1, 4)
    place = np.searchsorted(edges, value, side="right") - 1
    return drawn[int(np.clip(place, 0, len(drawn) - 1))]


def own_run(stored: xr.DataTree, role: str) -> xr.Dataset:
    return stored[role]["fields"].to_dataset()


def state(run: xr.Dataset, name: str, fraction: float) -> Any:
    """A field along the radius at the stored state of a fraction of the capacity."""
    return run[name].values[int(np.abs(run.fraction.values - fraction).argmin())]


@pytest.mark.parametrize("drawn", [q for q in vars(quantities).values() if is_stress(q)])
def test_stress_is_shown_in_its_unit(drawn: Quantity) -> None:
    assert drawn.factor * to_si(1.0, drawn.unit, "Pa") == pytest.approx(1.0)


# --- cut balls -----------------------------------------------------------------------------------

ROWS = (
    ("site_fraction", 1.0, "viridis", "filling of the sodium window"),
    ("shown_stress", 1e-6, "PuOr_r", "[MPa]"),
    ("shown_strain", 100.0, "cividis", "[%]"),
)


def check_ball(axes: Any, radius: Any, values: Any, bar: Any) -> None:
    """Colours below the middle, on the face z = 0, and on the skin above the opening.

    Seen along (1, 1, 1), a point u below the middle of the picture lies sqrt(3) u from the centre.
    """
    image = np.asarray(axes.images[0].get_array())
    pitch = 2.04 / (PIXELS - 1)
    for row in range(PIXELS // 2 + 6, PIXELS // 2 + 50, 4):
        u = row * pitch - 1.02
        value = np.interp(math.sqrt(3) * u * radius[-1], radius, values)
        drawn = image[row, PIXELS // 2]
        assert np.abs(hue(drawn) - hue(bar_colour(bar, value))).max() < HUE, (row, value)
    rim = image[4, PIXELS // 2]
    assert np.abs(hue(rim) - hue(bar_colour(bar, values[-1]))).max() < HUE


def test_cut_balls_have_the_colours_of_their_bars(stored: xr.DataTree) -> None:
    figure = FIGURES["particle_fields"](stored)
    figure.canvas.draw()
    balls = [axes for axes in figure.axes if axes.images]
    bars = [axes for axes in figure.axes if axes.collections and not axes.images]
    fractions = np.atleast_1d(stored.attrs["at"])
    assert (len(balls), len(bars)) == (3 * len(ROLES) * len(fractions), 3)
    at = iter(balls)
    for (name, factor, cmap, unit), bar in zip(ROWS, bars, strict=True):
        assert unit in bar.get_ylabel()
        shown = [factor * state(own_run(stored, r), name, f) for r in ROLES for f in fractions]
        for role in ROLES:
            run = own_run(stored, role)
            for fraction in fractions:
                values, axes = factor * state(run, name, fraction), next(at)
                check_ball(axes, run.radius.values, values, bar)
                least = values.min() if abs(values.min()) > ROUNDED * np.ptp(values) else 0.0
                assert f"{least:.3g}".replace("-", "−")[:4] in axes.texts[0].get_text()
        check_bar(bar, name, cmap, shown)


def test_the_law_stands_beside_every_row_of_balls(stored: xr.DataTree) -> None:
    figure = FIGURES["particle_fields"](stored)
    balls = [axes for axes in figure.axes if axes.images]
    rows = balls[:: len(np.atleast_1d(stored.attrs["at"]))]
    for number, axes in enumerate(rows):
        words = [text.get_text().replace("\n", " ") for text in axes.texts]
        assert stored[ROLES[number % 2]].attrs["law_title"] in words
    said = any("two laws" in text.get_text() for text in figure.texts)
    laws = {stored[role].attrs["law"] for role in ROLES}
    assert said == (len(laws) == 2)


def check_sizes(figure: Any, radii: dict[str, float]) -> None:
    """A ball is 2 wide in its axes, so that metres per inch are its radius over data per inch."""
    balls = [axes for axes in figure.axes if axes.images]
    per_row = len(balls) // (3 * len(ROLES))
    pitches = []
    for row, first in enumerate(balls[::per_row]):
        role = ROLES[row % len(ROLES)]
        (line,) = first.lines
        (words,) = (t.get_text() for t in first.texts if t.get_text().endswith(("nm", "µm")))
        length = float(words.split()[0]) * {"nm": 1e-9, "µm": 1e-6}[words.split()[1]]
        assert np.ptp(line.get_xdata()) * radii[role] == pytest.approx(length)
        box = first.get_window_extent()
        pitches.append(np.ptp(first.get_xlim()) * radii[role] / box.width)
    assert pitches == pytest.approx([pitches[0]] * len(pitches))


@pytest.mark.parametrize("larger", [1.0, 3.0])
def test_sizes_are_to_the_one_scale_of_their_bars(stored: xr.DataTree, larger: float) -> None:
    tree = stored.copy(deep=True)
    node = tree["candidate/fields"]
    node.dataset = node.to_dataset().assign_coords(radius=larger * node.radius)
    figure = FIGURES["particle_fields"](tree)
    figure.canvas.draw()
    radii = {role: float(own_run(tree, role).radius[-1]) for role in ROLES}
    check_sizes(figure, radii)
    with pytest.raises(AssertionError):
        check_sizes(figure, {**radii, "candidate": 2 * radii["candidate"]})


def test_sizes_too_far_apart_for_one_scale_say_so(stored: xr.DataTree) -> None:
    tree = stored.copy(deep=True)
    node = tree["candidate/fields"]
    node.dataset = node.to_dataset().assign_coords(radius=9 * node.radius)
    figure = FIGURES["particle_fields"](tree)
    words = [text.get_text() for text in figure.texts]
    assert any("too far apart for one scale" in text for text in words)


def check_bar(bar: Any, name: str, cmap: str, shown: list[Any]) -> None:
    """Ends of a bar from the values of every ball, and its colours at both ends."""
    low, high = min(v.min() for v in shown), max(v.max() for v in shown)
    if name == "site_fraction":
        low, high = 0.0, 1.0
    if name == "shown_stress":
        low, high, cmap = (
            (-max(-low, high), max(-low, high), cmap)
            if low < -0.05 * high
            else (0.0, high, "magma_r")
        )
    assert bar.get_ylim() == pytest.approx((low, high))
    for end, share in ((low, 0.0), (high, 1.0)):
        assert bar_colour(bar, end) == pytest.approx(colormaps[cmap](share), abs=0.02)


def test_more_sodium_is_brighter() -> None:
    """A map turned round would still agree with its own bar."""
    from particle_sim.figures.style import SODIUM_MAP, STRESS_MAP

    light = np.array([0.2126, 0.7152, 0.0722])
    assert colormaps[SODIUM_MAP](1.0)[:3] @ light > colormaps[SODIUM_MAP](0.0)[:3] @ light
    assert colormaps[STRESS_MAP](1.0)[:3] @ light < colormaps[STRESS_MAP](0.0)[:3] @ light


@pytest.fixture(scope="module")
def section() -> ps.ParticleRun:
    """A long wire with a filling that differs from right to left and from top to bottom."""
    mesh = shapes.disc(1e-6, cell_size=4e-7)
    particle = ps.Particle(material=ps.load_material("nvp"), mesh=mesh)
    return ps.solve_stress(particle, lambda x: 0.5 + 0.3e6 * x[:, 0] + 0.1e6 * x[:, 1])


def test_a_section_has_the_colours_of_its_bar_at_every_place(section: ps.ParticleRun) -> None:
    figure = body_fields({"wire": section}, indices=[0], quantities=(SODIUM,))
    figure.canvas.draw()
    (axes,) = (axes for axes in figure.axes if axes.images)
    bar = figure.axes[-1]
    image = np.asarray(axes.images[0].get_array())
    size = len(image)
    for x, y in ((0.0, 0.0), (0.9, 0.0), (-0.9, 0.0), (0.0, 0.9), (0.0, -0.9), (0.5, -0.5)):
        row, column = (int(size * 0.5 * (1 + c / 1.02)) for c in (-y, x))
        expected = bar_colour(bar, 0.5 + 0.3 * x + 0.1 * y)
        assert np.abs(hue(image[row, column]) - hue(expected)).max() < HUE, (x, y)
    reach = math.hypot(0.3, 0.1)
    assert bar.get_ylim() == pytest.approx((0.5 - reach, 0.5 + reach), abs=5e-3)
    assert image[0, 0, 3] == 0, "nothing is drawn beside the body"


def test_an_opened_sphere_has_the_colours_of_its_bar(comparison: ComparisonResult) -> None:
    """Distances from the centre, seen along (1, 1, 1), of points u below and beside the middle.

    Below lies the face z = 0, to the right the face x = 0, where they are at sqrt(3) u and
    sqrt(5/2) u.
    """
    run = comparison.candidate.particle
    distance = Quantity(
        title="r/R", unit="1", factor=1.0, values=lambda run, _: run.radius / run.radius[-1],
        colours=Colours.FILLING,
    )  # fmt: skip
    figure = body_fields({"ball": run}, indices=[0], quantities=(distance,))
    figure.canvas.draw()
    (axes,) = (axes for axes in figure.axes if axes.images)
    image, bar = np.asarray(axes.images[0].get_array()), figure.axes[-1]
    size = len(image)
    assert bar.get_ylim() == pytest.approx((0.0, 1.0), abs=1e-9)
    for steps in range(10, size // 4, 5):
        u = 1.02 * 2 * (steps + 0.5) / size
        for row, column, stretch in ((steps, 0, math.sqrt(3)), (0, steps, math.sqrt(2.5))):
            drawn = image[size // 2 + row, size // 2 + column]
            assert np.abs(hue(drawn) - hue(bar_colour(bar, stretch * u))).max() < HUE
    assert np.abs(hue(image[6, size // 2]) - hue(bar_colour(bar, 1.0))).max() < 0.1, "glossy skin"


def test_one_bar_serves_every_state_of_a_quantity(section: ps.ParticleRun) -> None:
    figure = body_fields({"a": section, "b": section}, indices=[0], quantities=(VON_MISES,))
    figure.canvas.draw()
    first, second = (np.asarray(a.images[0].get_array()) for a in figure.axes if a.images)
    assert np.array_equal(first, second)
    stress = 1e-6 * section.von_mises_stress[0]
    bar = figure.axes[-1]
    assert bar.get_ylim()[0] == 0.0
    assert np.quantile(stress, 0.99) <= bar.get_ylim()[1] <= stress.max() * (1 + 1e-9)
    assert "[MPa]" in bar.get_ylabel()


# --- curves of a comparison ----------------------------------------------------------------------


def line_data(axes: Any) -> list[tuple[Any, Any]]:
    return [(np.asarray(x, float), np.asarray(y, float)) for x, y in
            (line.get_data() for line in axes.lines)]  # fmt: skip


def same(drawn: tuple[Any, Any], x: Any, y: Any) -> None:
    np.testing.assert_allclose(drawn[0], np.asarray(x), rtol=1e-12)
    np.testing.assert_allclose(drawn[1], np.asarray(y), rtol=1e-12)


def scales(axes: Any) -> tuple[str, str]:
    return axes.get_xscale(), axes.get_yscale()


def test_profiles_run_from_the_centre_to_the_surface(stored: xr.DataTree) -> None:
    panels = FIGURES["radial_profiles"](stored).axes
    fractions = np.atleast_1d(stored.attrs["at"])
    rows = (("site_fraction", 1.0), ("radial_stress", 1e-6), ("hoop_stress", 1e-6))
    for number, axes in enumerate(panels):
        (name, factor), role = rows[number // 2], ROLES[number % 2]
        run = own_run(stored, role)
        assert scales(axes) == ("linear", "linear")
        for drawn, fraction in zip(line_data(axes), fractions, strict=True):
            same(
                drawn,
                run.radius.values / run.radius.values[-1],
                factor * state(run, name, fraction),
            )
            assert (drawn[0][0], drawn[0][-1]) == (0.0, 1.0)


def test_voltage_is_over_capacity(stored: xr.DataTree) -> None:
    above, below = FIGURES["voltage"](stored).axes
    assert scales(above) == ("linear", "linear")
    assert scales(below) == ("linear", "log")
    for place, role in enumerate(ROLES):
        cell = stored[role]["cell"].to_dataset()
        same(line_data(above)[place], cell.capacity, cell.voltage)
        same(line_data(below)[place], cell.grid_capacity, cell.differential_capacity)
        assert above.lines[place].get_color() == COLOURS[role]
        assert above.lines[place].get_label() == stored[role].attrs["title"]


def test_history_is_over_the_share_passed(stored: xr.DataTree) -> None:
    above, below = FIGURES["history"](stored).axes
    assert scales(above) == scales(below) == ("linear", "log")
    runs = [child.to_dataset() for r in ROLES for child in stored[r]["particle"].children.values()]
    for place, run in enumerate(runs):
        x = 100 * run.fraction.values[1:]
        spread, stress = run.inhomogeneity.values[1:], run.peak_stress.values[1:] / 1e6
        same(line_data(above)[place], x, np.where(spread > 1e-6, spread, np.nan))
        same(line_data(below)[place], x, np.where(stress > 1e-4, stress, np.nan))


def test_the_map_is_over_the_diffusion_rate(stored: xr.DataTree) -> None:
    bars, above, below = FIGURES["size_map"](stored).axes
    assert scales(above) == scales(below) == ("log", "log")
    assert bars.get_xlim() == above.get_xlim() == below.get_xlim()
    place = 0
    for number, role in enumerate(ROLES):
        node = stored[role]
        low, _, high = node["plausible"].diffusion_rate.values
        band, centre = line_data(bars)[2 * number : 2 * number + 2]
        assert list(band[0]) == [low, high]
        assert centre[0][0] == node.attrs["diffusion_rate"]
        for child in node["map"].children.values():
            table = child.to_dataset()
            stress = np.maximum(table.peak_stress.values / 1e6, 1e-6)
            spread = np.maximum(table.inhomogeneity.values, 1e-7)
            same(line_data(above)[place], table.diffusion_rate, stress)
            same(line_data(below)[place], table.diffusion_rate, spread)
            place += 1
