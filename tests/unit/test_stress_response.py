"""The stress that an error of theta can cause, by which steps are judged, has no sign to lose."""

from __future__ import annotations

import numpy as np
import pytest

import particle_sim as ps
from particle_sim.fem.space import Space
from particle_sim.particle.discretise import discretised
from particle_sim.particle.stress_response import stress_response

FULL, VOLUME = 2e4, 3e-6


def response(volume: float, ratio: float) -> tuple[Space, np.ndarray]:
    material = ps.material_from_values(
        maximum_concentration=FULL,
        diffusivity=1e-16,
        partial_molar_volume=volume,
        poisson_ratio=ratio,
    )
    ball = ps.Particle(material=material, mesh=ps.shapes.sphere(1e-6, cells=12, grading=4.0))
    closed = ps.constant_flux(0.0, 1.0, initial_site_fraction=0.5)
    elasticity = discretised(ball, {"surface": closed}).elasticity
    return elasticity.sodium, stress_response(elasticity)


@pytest.mark.parametrize("ratio", [0.3, 0.1])
@pytest.mark.parametrize("volume", [VOLUME, -VOLUME])
def test_a_linear_error_causes_the_stress_of_a_sphere(volume: float, ratio: float) -> None:
    """theta = r: sigma_hoop(1) = E b/(1 - nu) (3/4 - 1), the mean of r less r, for growth |b|.

    Whether the material swells or shrinks with sodium, the steepest slope of its strain is |b|.
    The second ratio is asked on the same mesh, whose elements are kept.
    """
    space, matrix = response(volume, ratio)
    hoop = (matrix @ space.nodes[:, 0])[space.dimension :]
    expected = -0.25 * VOLUME * FULL / 3 / (1 - ratio)
    assert hoop[-1] == pytest.approx(expected, rel=1e-3)  # second-order elements on 12 cells
