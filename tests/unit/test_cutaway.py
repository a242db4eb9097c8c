"""Cut pictures of bodies: does every pixel show the point its line of sight meets first?"""

from __future__ import annotations

import functools
import math
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import particle_sim as ps
from particle_sim.errors import InputError
from particle_sim.fem.body_mesh import BodyMesh, Symmetry
from particle_sim.figures import (
    HALF,
    HYDROSTATIC,
    NORMAL_TRACTION,
    OCTANT,
    SODIUM,
    VON_MISES,
    WHOLE,
    Cut,
    Quantity,
    animation,
    body_fields,
    body_view,
)
from particle_sim.figures.cutaway import CutView, border_lines, cut_view
from particle_sim.figures.quantities import Place, colour_scale
from particle_sim.figures.raster import nearest
from particle_sim.figures.run_picture import run_picture
from particle_sim.figures.sheet import length_text, round_length, time_text
from particle_sim.figures.view import FROM_ABOVE, Screen
from particle_sim.manifest import has_its_seal
from particle_sim.particle import shapes
from particle_sim.particle.run import ParticleRun
from particle_sim.particle.shapes import outlines
from particle_sim.units import Array

R = 1e-6
RAYS = 120
"""Rays across the pictures of these tests."""

BENT = 2e-3
"""Of the body's size: curved edges are drawn as a few straight pieces (h^2/8R of R/16)."""

MATERIAL = ps.material_from_values(
    maximum_concentration=2e4,
    diffusivity=1e-14,
    youngs_modulus=1e11,
    poisson_ratio=0.3,
    partial_molar_volume=3e-6,
    stress_free_concentration=1e4,
)
SLOPE = np.array([0.11, -0.17, 0.23])
"""Of the site fraction along x, y, z [1/R]; no two directions alike."""

BODIES: dict[str, Callable[[], BodyMesh]] = {
    "ball": lambda: shapes.ball(R, cell_size=R / 2),
    "octant of a spheroid": lambda: shapes.spheroid(R, 1.5 * R, octant=True, cell_size=R / 2),
    "straight hollow ball": lambda: shapes.ball(
        R, inner_radius=0.4 * R, cell_size=R / 2, curved=False
    ),
    "box": lambda: shapes.box((R, 1.4 * R, 0.6 * R), cells=(4, 5, 3)),
    "section": lambda: shapes.ball_section(R, core_radius=0.5 * R, cell_size=R / 4),
    "half section of a rod": lambda: shapes.rod_section(
        R / 2, 2 * R, R / 8, half=True, cell_size=R / 5
    ),
    "wire": lambda: shapes.polycrystal(outlines.disc(R), grains=4, seed=1, cell_size=R / 4),
}


@functools.cache
def body(name: str) -> BodyMesh:
    return BODIES[name]()


def field(mesh: BodyMesh, x: Array) -> Array:
    """A linear site fraction of mesh coordinates [m]."""
    slope = SLOPE[[0, 2]] if mesh.symmetry is Symmetry.AXISYMMETRIC else SLOPE[: mesh.dimension]
    return np.asarray(0.5 + (x - mesh.middle) @ slope / R)


@functools.cache
def run_of(name: str, order: int = 2) -> ParticleRun:
    mesh = body(name)
    particle = ps.Particle(material=MATERIAL, mesh=mesh, order=order)
    return ps.solve_stress(particle, lambda x: field(mesh, x))


def sphere_run() -> ParticleRun:
    flux = ps.constant_flux(0.0, 1.0, initial_site_fraction=0.5)
    particle = ps.Particle(material=MATERIAL, mesh=shapes.sphere(R, cells=6), order=2)
    return ps.solve_particle(
        particle, flux, initial_site_fraction=lambda r: 0.2 + 0.5 * (r / R) ** 2, times=[1e-9]
    )


def points_seen(run: ParticleRun, view: CutView) -> Array:
    """Scaled mesh coordinates, from the middle, of what each visible pixel shows (v, d)."""
    space = run.elasticity.space
    return np.asarray(space.map_each(view.owners, view.reference)[0] - space.mesh.middle)


def rays_met(run: ParticleRun, view: CutView, cut: Cut) -> Array:
    """Distance of the points seen from the lines of sight of their pixels (v,).

    Points of mirrored and turned bodies are compared by what mirrors and turns keep.
    """
    mesh = run.elasticity.space.mesh
    seen = points_seen(run, view)
    plane = view.screen.plane()[view.pixels]
    if mesh.symmetry is Symmetry.PLANE:
        return np.asarray(np.linalg.norm(seen - plane, axis=1))
    normals = np.array(cut.normals, dtype=float).reshape(-1, 3)
    on_face = view.face >= 0
    plane, seen = plane[on_face], seen[on_face]
    normal = normals[view.face[on_face]]
    depth = -np.einsum("vi,vi->v", plane @ cut.axes[:2], normal) / (normal @ cut.axes[2])
    points = plane @ cut.axes[:2] + depth[:, None] * cut.axes[2]
    if mesh.symmetry is Symmetry.AXISYMMETRIC:
        points = np.stack([np.hypot(points[:, 0], points[:, 1]), points[:, 2]], axis=1)
    if any(boundary.startswith("symmetry") for boundary in mesh.boundaries):
        points, seen = np.abs(points), np.abs(seen)
    return np.asarray(np.linalg.norm(seen - points, axis=1))


@pytest.mark.parametrize("name", list(BODIES))
@pytest.mark.parametrize("cut", [OCTANT, HALF], ids=["octant", "half"])
def test_cut_faces_show_the_points_on_the_lines_of_sight(name: str, cut: Cut) -> None:
    run = run_of(name)
    view = cut_view(run.elasticity.space, cut, RAYS)
    distance = rays_met(run, view, cut)
    assert len(distance) > 0.02 * RAYS**2
    assert distance.max() < BENT


def test_the_check_of_lines_of_sight_notices() -> None:
    run = run_of("ball")
    view = cut_view(run.elasticity.space, OCTANT, RAYS)
    moved = replace(view, reference=view.reference[::-1])
    assert rays_met(run, moved, OCTANT).max() > 50 * BENT


@pytest.mark.parametrize("name", ["ball", "straight hollow ball", "box"])
@pytest.mark.parametrize("cut", [OCTANT, HALF, WHOLE], ids=["octant", "half", "whole"])
def test_whole_bodies_show_points_on_the_lines_of_sight(name: str, cut: Cut) -> None:
    """On the surface too, where mirrored and turned bodies have several points to choose from."""
    run = run_of(name)
    view = cut_view(run.elasticity.space, cut, RAYS)
    seen = points_seen(run, view) @ cut.axes.T
    assert np.abs(seen[:, :2] - view.screen.plane()[view.pixels]).max() < BENT
    assert len(np.unique(view.pixels)) == len(view.pixels)


def test_nothing_is_seen_in_the_part_taken_away() -> None:
    for name, cut in (("ball", OCTANT), ("box", HALF)):
        view = cut_view(run_of(name).elasticity.space, cut, RAYS)
        heights = points_seen(run_of(name), view) @ np.array(cut.normals, dtype=float).T
        assert heights.min(axis=1).max() < BENT


def test_opened_octant_covers_its_projected_area() -> None:
    """The octant of a ball seen along (1, 1, 1) covers sqrt(3)/4 of the disc."""
    for name in ("ball", "section"):
        run = run_of(name)
        view = cut_view(run.elasticity.space, OCTANT, 300)
        disc = math.pi * (R / run.length / view.screen.reach * 150) ** 2
        assert len(view.pixels) == pytest.approx(disc, rel=0.01)
        share = np.count_nonzero(view.face >= 0) / len(view.pixels)
        assert share == pytest.approx(math.sqrt(3) / 4, abs=0.005)


def test_mirrored_parts_show_the_whole_body() -> None:
    """The shadow of an ellipsoid along d covers pi sqrt((bc dx)^2 + (ac dy)^2 + (ab dz)^2)."""
    run = run_of("octant of a spheroid")
    view = cut_view(run.elasticity.space, OCTANT, 300)
    shadow = math.pi * math.sqrt((1.5**2 + 1.5**2 + 1) / 3) * (R / run.length) ** 2
    pixel = 2 * view.screen.reach / 300
    assert len(view.pixels) * pixel**2 == pytest.approx(shadow, rel=0.01)
    shown = np.zeros(300**2, dtype=bool)
    shown[view.pixels] = True
    turned = shown[::-1]  # the shadow of a body that is mirrored three times
    assert np.count_nonzero(shown != turned) <= 2


@pytest.mark.parametrize("name", list(BODIES))
@pytest.mark.parametrize("order", [2, 3])
def test_a_linear_field_is_drawn_as_it_is(name: str, order: int) -> None:
    run = run_of(name, order)
    picture = run_picture(run, OCTANT, pixels=RAYS)
    values = picture.weights @ SODIUM.shown(run, 0)
    mesh = body(name)
    expected = field(mesh, points_seen(run, picture.view) * run.length + mesh.middle)
    assert np.abs(values - expected).max() < 1e-12


def test_ball_section_and_radial_sphere_look_alike() -> None:
    """The same field of the radius on a 3-D ball, a turned section and a radial mesh."""

    def theta(x: Array) -> Array:
        return np.asarray(0.2 + 0.5 * (x**2).sum(axis=1) / R**2)

    images = []
    for mesh in (shapes.ball(R, cell_size=R / 3), shapes.ball_section(R, cell_size=R / 4)):
        run = ps.solve_stress(ps.Particle(material=MATERIAL, mesh=mesh), theta)
        images.append(field_image(run))
    images.append(field_image(sphere_run()))
    for image in images[1:]:
        both = np.isfinite(images[0]) & np.isfinite(image)
        assert np.count_nonzero(both) > 0.7 * RAYS**2
        assert np.count_nonzero(np.isfinite(images[0]) != np.isfinite(image)) < 0.02 * RAYS**2
        assert np.quantile(np.abs(images[0] - image)[both], 0.99) < 2e-3


def field_image(run: ParticleRun | ParticleRun) -> Array:
    picture = run_picture(run, OCTANT, pixels=RAYS)
    image = np.full(RAYS**2, np.nan)
    image[picture.view.pixels] = picture.weights @ SODIUM.shown(run, 0)
    return image


def test_lines_run_where_regions_meet() -> None:
    """On the cut faces of a ball with a core: at the core's radius, the folds and the rim."""
    run = run_of("section")
    view = cut_view(run.elasticity.space, OCTANT, 300)
    strength = border_lines(view, run.elasticity.space.mesh.regions[view.owners])
    radius = np.linalg.norm(points_seen(run, view), axis=1)
    pixel = 2 * view.screen.reach / 300
    on_face = view.face >= 0
    near = np.abs(radius - 0.5) < 0.3 * pixel
    far = (np.abs(radius - 0.5) > 4 * pixel) & (radius < 1 - 4 * pixel) & on_face
    assert strength[on_face & near].min() == 1.0
    assert strength[far].mean() < 0.06  # the folds alone
    assert strength.max() == 1.0


def test_nearest_triangle_behind_the_limit_is_shown() -> None:
    screen = Screen(centre=np.zeros(2), reach=1.0, pixels=10)
    large = np.array([[-4.0, -4.0], [4.0, -4.0], [0.0, 6.0]])
    corners = np.stack([np.column_stack([large, np.full(3, z)]) for z in (0.1, 0.7, 0.4)])
    depths = np.full(100, np.inf)
    depths[:50] = 0.5
    depths[99] = -1.0
    shown = nearest(screen, corners, depths).triangles
    assert set(shown[:50]) == {2}
    assert set(shown[50:99]) == {1}
    assert shown[99] == -1


def test_every_line_of_sight_leaves_the_cut_at_its_farthest_face() -> None:
    for cut in (OCTANT, HALF, FROM_ABOVE):
        axes = cut.axes
        assert np.allclose(axes @ axes.T, np.eye(3), atol=1e-15)
        assert np.linalg.det(axes) == pytest.approx(1.0)
        assert (np.array(cut.normals) @ axes[2]).min() > 0


def test_coatings_without_sodium_are_grey_there_and_have_stress() -> None:
    inert = {0: ps.crystal.Inert(youngs_modulus=2e11, poisson_ratio=0.3)}
    particle = ps.Particle(material=MATERIAL, mesh=body("section"), inert=inert)
    run = ps.solve_stress(particle, lambda x: 0.5 + 0.1 * x[:, 1] / R)
    picture = run_picture(run, OCTANT, pixels=RAYS)
    values = SODIUM.shown(run, 0)
    inside = body("section").regions[picture.view.owners] == 0
    assert np.array_equal(np.isnan(picture.weights @ values), inside)
    assert np.ptp(colour_scale(SODIUM, [values]).colours(np.array([np.nan]))) == 0
    stress = picture.weights @ VON_MISES.shown(run, 0)
    assert np.isfinite(stress).all()
    assert stress.max() > 0


def test_walls_between_grains_show_their_facets_mean() -> None:
    run = run_of("section")
    picture = run_picture(run, OCTANT, Place.REGION_FACETS, RAYS)
    count = picture.weights.shape[1]
    facets = run.elasticity.space.mesh.facets
    regions = run.elasticity.space.mesh.regions[facets.owners[facets.counts == 2]]
    assert count == np.count_nonzero(regions[:, 0] != regions[:, 1])
    assert np.allclose(picture.weights @ np.full(count, 3.0), 3.0, atol=1e-12)
    position, _ = run.elasticity.space.map_each(*_wall_cells(run, picture.view))
    radius = np.linalg.norm(position, axis=1)
    assert radius == pytest.approx(0.5, abs=BENT)


def _wall_cells(run: ParticleRun, view: CutView) -> tuple[Array, Array]:
    mesh = run.elasticity.space.mesh
    sides = mesh.regions[mesh.facets.owners]
    inner = np.flatnonzero((mesh.facets.counts == 2) & (sides[:, 0] != sides[:, 1]))
    return mesh.facets.owners[inner[view.owners], 0], view.reference


def test_one_region_has_no_walls() -> None:
    with pytest.raises(InputError, match="no grain boundary"):
        run_picture(run_of("ball"), OCTANT, Place.REGION_FACETS, RAYS)


def test_figure_prints_the_extremes_of_the_whole_particle() -> None:
    runs = {"wire": run_of("wire"), "ball": run_of("ball")}
    figure = body_fields(runs, indices=[0, -1], quantities=(SODIUM, HYDROSTATIC))
    words = [text.get_text() for axes in figure.axes for text in axes.texts]
    ends = [np.nanmin(SODIUM.shown(runs["ball"], 0)), np.nanmax(SODIUM.shown(runs["ball"], 0))]
    assert f"{ends[0]:.3f} to {ends[1]:.3f}" in words
    assert len(words) == 8
    names = [text.get_text() for text in figure.texts]
    assert names.count("wire") == names.count("ball") == 2
    assert names.count("0.0 s") == 2


def test_figure_takes_states_by_filling() -> None:
    figure = body_fields({"ball": run_of("ball")}, fillings=[0.5, 0.9])
    words = [text.get_text() for axes in figure.axes for text in axes.texts]
    assert words.count("not\nreached") == 2
    for states in ({}, {"fillings": [0.5], "indices": [0]}):
        with pytest.raises(InputError, match="either as mean fillings"):
            body_fields({"ball": run_of("ball")}, **states)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="1 times"):
        body_fields({"ball": run_of("ball")}, indices=[3])


def test_colour_scales_are_shared_and_signed() -> None:
    tension = Quantity(title="Pull", unit="MPa", factor=1.0, values=lambda run, index: run[index])
    one_sided = colour_scale(tension, [np.linspace(0, 5, 50), np.linspace(1, 9, 50)])
    assert (one_sided.norm.vmin, one_sided.extend) == (0.0, "neither")
    assert one_sided.norm.vmax == pytest.approx(9.0, rel=0.02)
    two_sided = colour_scale(tension, [np.linspace(-4, 2, 500)])
    assert two_sided.norm.vmin == -two_sided.norm.vmax
    peak = np.append(np.linspace(0, 1, 5000), 50.0)
    assert colour_scale(tension, [peak]).extend == "max"
    uniform = colour_scale(SODIUM, [np.full(4, 0.3)])
    assert uniform.norm.vmin < 0.3 < uniform.norm.vmax


def test_lengths_and_times_are_readable() -> None:
    assert [round_length(most) for most in (7.3e-7, 2.1e-6, 1e-6)] == pytest.approx(
        [5e-7, 2e-6, 1e-6]
    )
    assert [length_text(x) for x in (5e-7, 2e-6, 1e-3)] == ["500 nm", "2 µm", "1 mm"]
    assert [time_text(90.0, t) for t in (100.0, 200.0, 4000.0)] == ["90 s", "1.5 min", "2 min"]


def test_film_has_its_frames(tmp_path: Path) -> None:
    from PIL import Image

    runs = {"sphere": sphere_run()}
    path = animation(runs, tmp_path / "film.gif", frames=3, seconds=1.0)
    with Image.open(path) as film:
        assert getattr(film, "n_frames", 1) in (2, 3)  # frames that do not change are merged
        assert film.convert("RGB").getpixel((2, 2)) == (255, 255, 255)
    assert [file.name for file in tmp_path.iterdir()] == ["film.gif"]
    assert has_its_seal(path), "so that a later film may replace it"
    path.write_bytes(b"mine")
    with pytest.raises(InputError, match=r"film\.gif exists already"):
        animation(runs, path, frames=1, seconds=1.0)
    assert path.read_bytes() == b"mine"


def test_films_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from matplotlib.animation import FFMpegWriter

    runs = {"sphere": sphere_run()}
    with pytest.raises(InputError, match=r"must end in \.gif or \.mp4"):
        animation(runs, tmp_path / "film.avi")
    with pytest.raises(InputError, match="both must be positive"):
        animation(runs, tmp_path / "film.gif", frames=0)
    monkeypatch.setattr(FFMpegWriter, "isAvailable", classmethod(lambda _: False))
    with pytest.raises(InputError, match="ffmpeg, which is not installed"):
        animation(runs, tmp_path / "film.mp4")
    assert not list(tmp_path.iterdir())


def test_radial_cylinders_are_not_drawn_as_balls() -> None:
    particle = ps.Particle(material=MATERIAL, mesh=shapes.cylinder(R, cells=4))
    flux = ps.constant_flux(0.0, 1.0, initial_site_fraction=0.5)
    run = ps.solve_particle(particle, flux)
    with pytest.raises(InputError, match="is cylindrical"):
        run_picture(run, OCTANT)


def test_missing_pyvista_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyvista", None)
    with pytest.raises(InputError, match="pip install pyvista"):
        body_view(run_of("ball"))


def test_traction_is_drawn_where_grains_meet() -> None:
    figure = body_fields({"wire": run_of("wire")}, indices=[0], quantities=(NORMAL_TRACTION,))
    assert len([axes for axes in figure.axes if axes.images]) == 1
