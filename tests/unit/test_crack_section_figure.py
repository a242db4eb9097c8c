"""The picture of cracks, their film and their file show the numbers of the run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import particle_sim as ps
from particle_sim.damage.cracked_transport import cracks as cracks_of
from particle_sim.damage.field import (
    BrittleSolid,
    CrackBody,
    CrackLoad,
    CrackRun,
    LengthScale,
    crack,
    notch,
)
from particle_sim.errors import InputError
from particle_sim.figures import crack_film, crack_section
from particle_sim.particle.export import write_vtu
from particle_sim.particle.export.grid import grid_of
from particle_sim.particle.run import ParticleRun

LENGTH = 25e-9
SIDE = 8 * LENGTH
SHRINKAGE = 0.01


@pytest.fixture(scope="module")
def cracks() -> CrackRun:
    """A cut square that shrinks freely."""
    solid = BrittleSolid(
        youngs_modulus=80e9, poisson_ratio=0.28, toughness=17.0, length_scale=LENGTH
    )
    body = CrackBody(mesh=ps.shapes.rectangle((SIDE, SIDE), cells=(32, 32)), solid=solid)
    flaw = notch(body, (0.0, 0.49 * SIDE), (0.6 * SIDE, 0.49 * SIDE))
    load = CrackLoad(strain=lambda x, t: 0 * x[:, 0] - SHRINKAGE * t)
    return crack(body, load, [0.5, 1.0], meaning=LengthScale.NUMERICAL, flaw=flaw)


@pytest.fixture(scope="module")
def around(cracks: CrackRun) -> ParticleRun:
    mesh = cracks.body.mesh
    found = cracks_of(mesh, cracks.damage[-1], length_scale=LENGTH)
    material = ps.material_from_values(maximum_concentration=2e4, diffusivity=1e-15)
    body = ps.Particle(material=material, mesh=mesh, cracks=found, order=1)
    slow = ps.constant_flux(1e-6, 1.0, initial_site_fraction=0.5)
    return ps.solve_particle(body, slow, on=("right",), times=[1.0], limits=None, tolerance=1e-3)


@pytest.mark.parametrize("magnification", [0.0, 10.0])
def test_section_and_curves_are_the_runs(cracks: CrackRun, magnification: float) -> None:
    section, curves, bar, right = crack_section(cracks, 1, magnification=magnification).axes
    drawn = section.collections[0]
    local = cracks.body.damaged.cell_dofs
    np.testing.assert_array_equal(drawn.get_array(), cracks.damage[1][local].ravel())
    assert drawn.get_clim() == (0.0, 1.0)
    width = np.ptp(section.dataLim.intervalx)
    moved = 1e6 * (cracks.body.moved.nodes * cracks.body.length)
    moved = moved + 1e6 * magnification * cracks.displacement[1]
    assert width == pytest.approx(np.ptp(moved[:, 0]), rel=1e-6)
    length, shown = curves.lines
    np.testing.assert_allclose(length.get_ydata(), 1e6 * cracks.crack_size)
    assert list(shown.get_xdata()) == [1.0, 1.0]
    elastic, cost = (line.get_ydata() for line in right.lines)
    np.testing.assert_allclose(elastic, 1e6 * cracks.elastic_energy)
    np.testing.assert_allclose(cost, 1e6 * cracks.crack_energy)
    for axes in (section, curves, right):
        assert "[" in axes.get_ylabel()
    assert bar.get_ylabel()


def test_sodium_is_shown_where_the_solid_is_whole(cracks: CrackRun, around: ParticleRun) -> None:
    figure = crack_section(cracks, around=around)
    drawn = figure.axes[2].collections[0].get_array()
    whole = cracks.damage[-1][cracks.body.damaged.cell_dofs].min(axis=1) <= 0.9
    assert 0 < np.sum(~whole) < len(whole)
    filling = around.site_fraction_at_points[-1][around.points.cell_points[whole][:, :3]]
    np.testing.assert_array_equal(drawn, filling.ravel())
    places = around.positions[around.points.cell_points[:, :3]]
    np.testing.assert_allclose(places, cracks.body.vertices[cracks.body.damaged.cell_dofs])


def test_a_film_has_a_frame_per_time(cracks: CrackRun, tmp_path: Path) -> None:
    with Image.open(crack_film(cracks, tmp_path / "cracks.gif", seconds=1.0)) as film:
        assert getattr(film, "n_frames", 1) == len(cracks.time)


def test_damage_is_exported_with_the_sodium(
    cracks: CrackRun, around: ParticleRun, tmp_path: Path
) -> None:
    """A field that is straight in space is exported as itself; a file names the damage."""
    grid, places = grid_of(around), cracks.body.vertices
    np.testing.assert_allclose(grid.of_vertices(places[:, 0]), grid.points[:, 0], atol=1e-20)
    write_vtu(around, tmp_path / "run.pvd", vertex_fields={"damage [1]": cracks.damage[-1]})
    assert 'Name="damage [1]"' in (tmp_path / "run" / "run_0001.vtu").read_text("utf-8")


def test_refusals(cracks: CrackRun, around: ParticleRun, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="the run has 2 times"):
        crack_section(cracks, 2)
    with pytest.raises(InputError, match="the run has 2 times"):
        crack_section(cracks, around=around, around_index=5)
    with pytest.raises(InputError, match="takes 0"):
        crack_film(cracks, tmp_path / "cracks.gif", seconds=0)
    with pytest.raises(InputError, match="vertices"):
        write_vtu(around, tmp_path / "run.pvd", vertex_fields={"damage [1]": np.zeros(3)})
    other = ps.shapes.rectangle((SIDE, SIDE), cells=(4, 4))
    body = ps.Particle(material=around.particle.material, mesh=other)
    slow = ps.constant_flux(1e-6, 1.0, initial_site_fraction=0.5)
    coarse = ps.solve_particle(body, slow, on=("right",), times=[1.0], limits=None, tolerance=1e-3)
    with pytest.raises(InputError, match="solve it with mesh"):
        crack_section(cracks, around=coarse)
