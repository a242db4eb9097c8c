"""The picture of opened boundaries shows the numbers of the opening."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import particle_sim as ps
from particle_sim.damage.interfaces.cohesive_law import CohesiveLaw
from particle_sim.damage.interfaces.grain_boundaries import pull_apart
from particle_sim.damage.interfaces.opening import BoundaryOpening
from particle_sim.figures import boundary_opening

LENGTH, HEIGHT = 20e-9, 8e-9


@pytest.fixture(scope="module")
def opening() -> BoundaryOpening:
    mesh = ps.shapes.rectangle((LENGTH, HEIGHT), cells=(5, 2))
    second = (mesh.points[mesh.vertices, 0].mean(axis=1) > 0.6 * LENGTH).astype(np.intp)
    body = ps.Particle(material=ps.load_material("nvp"), mesh=replace(mesh, regions=second))
    law = CohesiveLaw(strength=0.6e9, energy=0.8, stiffness=3e21)
    loads = np.array([1e-9, 4e-9])
    return pull_apart(body, law, loads, sides=("left", "right"), axis=0)


@pytest.mark.parametrize("magnification", [0.0, 2.0])
def test_sides_are_as_far_apart_as_they_opened(
    opening: BoundaryOpening, magnification: float
) -> None:
    section, curves, bar = boundary_opening(opening, magnification=magnification).axes
    lines = np.array(section.collections[2].get_segments())
    first, second = np.split(lines, 2)
    gap = second[..., 0] - first[..., 0]
    np.testing.assert_allclose(gap, magnification * 4.0, atol=1e-6)
    low, high = lines[..., 1].min(), lines[..., 1].max()
    assert low == pytest.approx(0.0, abs=1e-6 + 0.2 * magnification)
    assert high == pytest.approx(HEIGHT * 1e9, abs=1e-6 + 0.2 * magnification)
    np.testing.assert_allclose(section.collections[2].get_array(), 1.0)
    spent, broken = (line.get_ydata() for line in curves.lines)
    np.testing.assert_allclose(spent, opening.dissipated / (0.8 * HEIGHT))
    np.testing.assert_allclose(broken, [0.0, 1.0])
    for axes in (section, curves):
        assert axes.get_xlabel()
        assert axes.get_ylabel()
    assert bar.get_ylabel()
