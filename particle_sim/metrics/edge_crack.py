"""Stress intensity of an edge crack in stress that varies over its depth, on radial particles.

A phase boundary near the surface makes stress fall within a few nanometres, where the uniform
K = 1.12 sigma sqrt(pi a) of the surface stress is only an upper bound.
"""

from __future__ import annotations

import math

import numpy as np

from particle_sim.errors import InputError
from particle_sim.metrics.half_plane import edge_crack_rule
from particle_sim.particle.run import ParticleRun
from particle_sim.units import Array

TANGENTIAL = ("hoop_stress", "second_hoop_stress", "axial_stress", "second_tangential_stress")
"""Stresses that open a crack which runs inwards from the surface."""


def edge_crack_history(run: ParticleRun, flaw_size: float) -> Array:
    """K [Pa m^0.5] (t,) of an edge crack ``flaw_size`` a [m] deep, at all times of ``run``.

    K = sqrt(pi a) sum_p w_p sigma(a x_p), x the depth and sigma the larger of the tangential
    stresses' sums, by the half-plane's :func:`~particle_sim.metrics.half_plane.edge_crack_rule`. 0
    where it comes out negative; a crack closed over part of its depth is not modelled. Meant for a
    bare surface and a below a tenth of the radius. Below the uniform K of the surface stress:

    >>> from particle_sim.particle.example import example_run
    >>> from particle_sim.metrics.fracture import edge_crack_intensity
    >>> found = edge_crack_history(example_run(), 2e-8)[-1]
    >>> most = edge_crack_intensity(22.86e6, 2e-8)
    >>> print(f"{found / 1e3:.2f} below {most / 1e3:.2f} kPa m^0.5")
    5.21 below 6.42 kPa m^0.5

    Raises :class:`InputError` for a section or body, and a depth that is not positive or beyond the
    particle's.
    """
    mesh = run.particle.radial_mesh
    if not 0 < flaw_size <= mesh.outer - mesh.inner:
        raise InputError(
            f"The edge crack is {flaw_size:g} m deep; give a depth above 0 and up to the "
            f"{mesh.outer - mesh.inner:g} m of the particle."
        )
    depth, weight = edge_crack_rule()
    fields = run.profile(mesh.outer - flaw_size * depth)
    sums = [fields[name].values @ weight for name in TANGENTIAL if name in fields]
    return np.asarray(math.sqrt(math.pi * flaw_size) * np.max(sums, axis=0).clip(min=0.0))
