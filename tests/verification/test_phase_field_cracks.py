"""Cracks that grow: a centre crack, a surfing boundary, and one that cuts a prism in two.

The mesh's correction is on in every run: a crack costs the G_c that was asked for, where a plain
mesh would make it G_c (1 + h/(c_w l)).
"""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from plates import line, mirrored, plate, solid_of
from reference import Case, Inputs, assert_close, load

import particle_sim as ps
from particle_sim.damage.field import (
    CrackBody,
    CrackLoad,
    CrackRun,
    LengthScale,
    Split,
    crack,
    energy_release,
    notch,
    penny,
)
from particle_sim.units import Array

NUMERICAL = LengthScale.NUMERICAL


def sharp_intensity(case: Case, factor: float = 1.0) -> float:
    """K over sigma of a quarter plate with a slit, by J; half of it is in the half model."""
    inputs = case["inputs"]
    crack_, width, height = (inputs[k] for k in ("half_crack", "half_width", "half_height"))
    size = crack_ / 400
    x = line(0.0, width, (crack_ - 4 * size, crack_ + 4 * size), size, 1.12)
    y = line(0.0, height, (0.0, 4 * size), size, 1.12)
    mesh = plate(x, y)
    mesh = mesh.with_boundary("symmetry_y", "bottom", lambda p: p[:, 0] > crack_)
    solid = solid_of(inputs, toughness=1e6 * inputs["Gc"], split=Split.NONE)
    load_ = CrackLoad(
        displacement={
            "left": lambda p, t: np.stack([0 * p[:, 0], np.full(len(p), np.nan)], axis=1)
        },
        traction={"top": lambda p, t: np.stack([0 * p[:, 0], 0 * p[:, 0] + t], axis=1)},
    )
    run = crack(CrackBody(mesh=mesh, solid=solid), load_, [1e9 * factor], meaning=NUMERICAL)
    radii = (0.3 * crack_, 0.7 * crack_)
    release = 2 * energy_release(run, 0, (crack_, 0.0), radii)
    return float(np.sqrt(release * solid.plane_modulus)) / 1e9


def check_intensity(factor: float = 1.0) -> None:
    case = load("DM04")
    expected = case["K_over_sigma"]
    assert_close("K", sharp_intensity(case, factor), expected, scale=expected, tolerance=1e-3)


def test_intensity_of_a_centre_crack() -> None:
    """DM04, sharp: K = F sigma sqrt(pi a)."""
    check_intensity()


def test_sabotage_intensity() -> None:
    with pytest.raises(AssertionError, match="exceeds"):
        check_intensity(1.003)


def pulled_plate(inputs: Inputs) -> tuple[CrackBody, CrackLoad]:
    """A quarter of the plate of a centre crack; the time is the tension [Pa]."""
    size, length = inputs["h"], inputs["l"]
    fine = inputs["half_crack"] + 6 * length
    x = line(0.0, inputs["half_width"], (0.0, size * np.ceil(fine / size)), size, 1.25)
    y = line(0.0, inputs["half_height"] - size / 2, (0.0, 3 * length), size, 1.25)
    mesh = mirrored(x, y, size)
    boundaries = {("symmetry_x" if k == "left" else k): v for k, v in mesh.boundaries.items()}
    mesh = dataclasses.replace(mesh, boundaries=boundaries)
    solid = solid_of(inputs, toughness=inputs["Gc"], split=Split.NONE)
    pull = {"top": lambda p, t: np.stack([0 * p[:, 0], 0 * p[:, 0] + t], axis=1)}
    return CrackBody(mesh=mesh, solid=solid), CrackLoad(traction=pull)


LEAD = 0.45
"""By how many l the elastic field of a crack that has grown runs ahead of its energy over G_c."""


def precracked(inputs: Inputs, griffith: float) -> tuple[CrackBody, CrackLoad, Array]:
    """A notch 1.5 l too short, pulled until the crack is as long as the case's; its damage."""
    body, pull = pulled_plate(inputs)
    size, length, half = inputs["h"], inputs["l"], inputs["half_crack"]
    start = size * np.round((half - 1.5 * length) / size)
    flaw = notch(body, (0.0, 1e-3 * size), (start, 1e-3 * size))
    tensions = np.arange(0.94, 1.3, 0.01) * griffith
    enough = (half - LEAD * length) / 2
    grown = crack(body, pull, tensions, meaning=NUMERICAL, flaw=flaw, until=enough)
    return body, pull, grown.damage[-1]


def check_advance(inputs: Inputs, griffith: float, toughness: float = 1.0) -> None:
    """Held at 0.95 of the Griffith tension and gone at 1.05, its J that of the sharp crack."""
    spoilt = {**inputs, "Gc": toughness * inputs["Gc"]}
    body, pull, flaw = precracked(spoilt, griffith * np.sqrt(toughness))
    most = body.crack_size(flaw) + 0.5 * inputs["l"]
    tensions = np.array([0.3, 0.95, 1.05]) * griffith
    run = crack(body, pull, tensions, meaning=NUMERICAL, flaw=flaw, until=most)
    half = inputs["half_crack"]
    release = 2 * energy_release(run, 0, (half, 0.0), (0.4 * half, 0.9 * half))
    expected = 0.09 * inputs["Gc"]
    assert_close("J of the crack", release, expected, scale=expected, tolerance=0.02)
    assert run.is_held.tolist() == [True, True, False], "it is held at another tension"


def test_load_at_which_a_crack_grows() -> None:
    """DM04, phase field: within 5 % of Griffith's tension, at the case's own l = a/10.

    The crack must be one that has grown: G_c is what a crack costs on its way. A notch that is
    only drawn goes 3 % earlier, because its tip has damage all round; a slit without any damage
    goes 18 % later, at every l, because a crack must start first.
    """
    case = load("DM04")
    check_advance(case["inputs"], case["sigma_griffith"])


@pytest.mark.longest
def test_load_of_another_plate() -> None:
    """A wider plate of another solid with l = a/12, whose K is that of its sharp crack by J."""
    other = {"half_width": 1e-6, "half_height": 1e-6, "half_crack": 2.4e-7, "E": 120e9, "nu": 0.2}
    case = load("DM04")
    inputs = {**case["inputs"], **other, "Gc": 9.0}
    intensity = sharp_intensity({**case, "inputs": inputs})
    griffith = np.sqrt(inputs["Gc"] * inputs["E"] / (1 - inputs["nu"] ** 2)) / intensity
    check_advance(inputs, float(griffith))


def test_sabotage_load_at_which_a_crack_grows() -> None:
    case = load("DM04")
    with pytest.raises(AssertionError, match="another tension"):
        check_advance(case["inputs"], case["sigma_griffith"], toughness=0.85)


def surfing(toughness: float, drive: float, steps: int) -> CrackRun:
    """A run whose boundary carries the K field of ``drive`` times the case's G_c."""
    inputs = load("DM05")["inputs"]
    length, size, nu = inputs["l"], inputs["h"], inputs["nu"]
    wide, tall = 11 * length, 10 * length
    x = line(0.0, wide, (0.0, wide), size, 1.2)
    y = line(-tall / 2, tall / 2, (-2.5 * length, 2.5 * length), size, 1.25)
    solid = solid_of(inputs, toughness=toughness, split=Split.NONE)
    body = CrackBody(mesh=plate(x, y), solid=solid)
    intensity = np.sqrt(solid.plane_modulus * inputs["Gc"] * drive)

    def moved(p: Array, t: float) -> Array:
        r, angle = np.hypot(p[:, 0] - t, p[:, 1]), np.arctan2(p[:, 1], p[:, 0] - t)
        size_ = intensity / (2 * solid.shear_modulus) * np.sqrt(r / (2 * np.pi))
        size_ = size_ * (3 - 4 * nu - np.cos(angle))
        return size_[:, None] * np.stack([np.cos(angle / 2), np.sin(angle / 2)], axis=1)

    sides = dict.fromkeys(("left", "right", "top", "bottom"), moved)
    flaw = notch(body, (0.0, 0.0), (3 * length, 0.0))
    times = (4.0 + 0.5 * np.arange(steps)) * length
    return crack(body, CrackLoad(displacement=sides), times, meaning=NUMERICAL, flaw=flaw)


def check_plateau(drive: float, steps: int, toughness: float = 1.0) -> None:
    """J is G_c and the crack keeps pace with the boundary in the last three steps."""
    inputs = load("DM05")["inputs"]
    run, length = surfing(toughness * inputs["Gc"], drive, steps), inputs["l"]
    for index in (-3, -2, -1):
        tip = float(run.body.vertices[run.damage[index] > 0.9, 0].max())
        release = energy_release(run, index, (tip, 0.0), (3 * length, 4.2 * length))
        assert_close("J", release, inputs["Gc"], scale=inputs["Gc"], tolerance=0.03)
    speed = np.diff(run.crack_size)[-2:].mean() / (0.5 * length)
    assert_close("speed", speed, 1.0, scale=1.0, tolerance=0.03)


@pytest.mark.parametrize(
    ("drive", "steps"), [pytest.param(1.2, 6, marks=pytest.mark.longest), (2.25, 3)]
)
def test_plateau_of_a_surfing_boundary(drive: float, steps: int) -> None:
    """DM05: J is G_c, not what the boundary offers, at K = 1.1 and 1.5 times critical."""
    check_plateau(drive, steps)


def test_sabotage_plateau() -> None:
    with pytest.raises(AssertionError, match=r"J: .* exceeds"):
        check_plateau(2.25, 3, toughness=1.05)


WIDE, THICK = 8.0, 0.5
"""Width and thickness of the prism over l; cells are l/4."""


@pytest.fixture(scope="module")
def prism() -> CrackRun:
    """The upper half of a prism, cut halfway, whose top turns about a line beyond its far side.

    Its crack lies in the plane of symmetry, in a row of cells half as high as the others.
    """
    inputs = load("DM05")["inputs"]
    length = inputs["l"]
    size = length / 4
    up = np.concatenate([[0.0], size / 2 + line(0.0, 3 * length, (0.0, 2 * length), size, 1.4)])
    count = np.array([round(4 * WIDE), round(4 * THICK), len(up) - 1])
    flat = ps.shapes.box((1.0, 1.0, 1.0), cells=(count[0], count[1], count[2]))
    place = np.rint(flat.points * count).astype(int)
    points = np.stack([size * place[:, 0], size * place[:, 1], up[place[:, 2]]], axis=1)
    sides = {("symmetry_z" if k == "bottom" else k): v for k, v in flat.boundaries.items()}
    mesh = dataclasses.replace(flat, points=points, boundaries=sides)
    solid = solid_of(inputs, toughness=inputs["Gc"], split=Split.NONE)
    body = CrackBody(mesh=mesh, solid=solid, order=1)
    flaw = penny(body, (0.0, 0.0, 1e-3 * size), (0.0, 0.0, -1.0), WIDE * length / 2)

    def turned(x: Array, t: float) -> Array:
        free = np.full(len(x), np.nan)
        return np.stack([free, free, t * (1 - 0.85 * x[:, 0] / (WIDE * length))], axis=1)

    unit = np.sqrt(inputs["Gc"] * length / solid.youngs_modulus)
    times = unit * np.array(TURNS)
    return crack(body, CrackLoad(displacement={"top": turned}), times, meaning=NUMERICAL, flaw=flaw)


TURNS = (2.0, 2.8, 3.4, 3.8, 4.2, 4.6, 5.0, 5.6, 6.2, 6.8, 7.6, 9.0)


def check_prism(run: CrackRun, toughness: float = 1.0, last: int = -1) -> None:
    """The crack costs G_c times the section, by 3 %; what it and the strain cost is the work, 2 %.

    Without a load but the turn t the moment is 2 U / t, whose integral is the work.
    """
    inputs = load("DM05")["inputs"]
    section = WIDE * THICK * inputs["l"] ** 2 / 2
    cost = toughness * run.crack_energy
    expected = inputs["Gc"] * section
    assert_close("section", cost[last], expected, scale=expected, tolerance=0.03)
    moment = np.concatenate([[0.0], 2 * run.elastic_energy / run.time])
    turn = np.concatenate([[0.0], run.time])
    work = float(np.trapezoid(moment, turn))
    spent = cost[-1] - inputs["Gc"] * run.body.crack_size(run.flaw) + run.elastic_energy[-1]
    assert_close("work", spent, work, scale=work, tolerance=0.02)


@pytest.mark.slow
def test_a_crack_cuts_a_prism_in_two(prism: CrackRun) -> None:
    """It grows step by step, never by a jump, from half of the section to all of it."""
    assert len(prism.pop_ins) == 0
    check_prism(prism)


@pytest.mark.slow
def test_sabotage_prism(prism: CrackRun) -> None:
    """A crack that is dearer, or that is not through, is noticed; so is energy that is lost."""
    for spoilt in ({"toughness": 1.05}, {"last": -6}):
        with pytest.raises(AssertionError, match=r"section: .* exceeds"):
            check_prism(prism, **spoilt)
    lossy = dataclasses.replace(prism, elastic_energy=1.05 * prism.elastic_energy)
    with pytest.raises(AssertionError, match=r"work: .* exceeds"):
        check_prism(lossy)
