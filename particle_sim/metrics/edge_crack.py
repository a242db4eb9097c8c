"""Stress intensity of an edge crack in stress that varies over its depth, on radial particles.

A phase boundary near the surface makes stress fall within a few nanometres, where the uniform
K = 1.12 sigma sqrt(pi a) of the surface stress is only an upper bound.
"""

from __future__ import annotations

import math

import numpy as np

from particle_sim.particle.run import ParticleRun
from particle_sim.units import Array

TANGENTIAL = ("hoop_stress", "second_hoop_stress", "axial_stress", "second_tangential_stress")
"""Stresses that open a crack which runs inwards from the surface."""


def edge_crack_history(run: ParticleRun, flaw_size: float) -> Array:
    """K [Pa m^0.5] (t,) of a crack of depth a [m] from the outer surface, at every time.

    K = 2/sqrt(pi a) int_0^a sigma(x) (1.3 - 0.3 (x/a)^(5/4))/sqrt(1 - (x/a)^2) dx, x the depth and
    sigma the larger of the tangential stresses' integrals; within 1 % for a half-plane (Tada, Paris
    & Irwin, The Stress Analysis of Cracks Handbook, 2000, section 8). 0 where it comes out
    negative; a crack closed over part of its depth is not modelled. Meant for a bare surface and
    a below a tenth of the radius.
    """
    nodes, weights = np.polynomial.legendre.leggauss(32)
    angle = 0.25 * math.pi * (nodes + 1)  # x = a sin(angle) removes the singular end
    depth = np.sin(angle)
    kernel = 0.25 * math.pi * weights * (1.3 - 0.3 * depth**1.25)
    fields = run.profile(run.particle.radial_mesh.outer - flaw_size * depth)
    integrals = [fields[name].values @ kernel for name in TANGENTIAL if name in fields]
    return np.asarray(2 * math.sqrt(flaw_size / math.pi) * np.max(integrals, axis=0).clip(min=0.0))
