"""How accurate the steps of a run are: its scales of theta and of stress."""

from __future__ import annotations

import numpy as np

from particle_sim.particle.stability import body_stability, uniform_stability
from particle_sim.particle.stepper import NO_STRESS, Controls
from particle_sim.particle.stress_response import stress_response
from particle_sim.particle.surface.condition import SurfaceCondition
from particle_sim.particle.system import ParticleSystem
from particle_sim.transport.scales import Scales
from particle_sim.transport.term import Potential

NEWTON_TOLERANCE = 1e-12
"""Residual of theta per dof at which a stage of a line counts as solved, near rounding."""

ITERATED = 1e-11
"""The same where linear systems are iterated upon."""

STRESS_PER_SODIUM = 2.0
"""Largest stress error, over E Omega c/(3 (1 - nu)), that a unit error of theta can cause: twice
that of a clamped plate bounds every solid body seen so far."""


def controls_of(
    system: ParticleSystem,
    surface: SurfaceCondition,
    tolerance: float,
    limits: tuple[float, float] | None,
) -> Controls:
    """Of a line from the stress that its sodium causes; of a body from a bound on that."""
    return (_line if system.is_line else _body)(system, surface, tolerance, limits)


def _line(
    system: ParticleSystem,
    surface: SurfaceCondition,
    tolerance: float,
    limits: tuple[float, float] | None,
) -> Controls:
    mesh = system.particle.radial_mesh
    wall = 1 - mesh.inner / mesh.outer
    theta_scale = _theta_scale(surface, system.scales, system.potentials, wall)
    steepest = system.elasticity.regions.steepest_strain
    ratio = float(system.material["poisson_ratio"](np.array(0.5)))
    # of the first state, where a flux that reacts is not conserved whatever Newton leaves over
    loose = max(1e-3 * tolerance * theta_scale, NEWTON_TOLERANCE)
    return Controls(
        tolerance=tolerance,
        theta_scale=theta_scale,
        stress_scale=max(steepest * theta_scale / (1 - ratio), 1e-300),
        stress_response=stress_response(system.elasticity) if steepest > 0 else NO_STRESS,
        newton_tolerance=NEWTON_TOLERANCE if np.isinf(surface.largest) else loose,
        limits=limits,
        stability=uniform_stability(
            tuple(system.particle.physics), system.material, system.scales, mesh
        ),
    )


def _body(
    system: ParticleSystem,
    surface: SurfaceCondition,
    tolerance: float,
    limits: tuple[float, float] | None,
) -> Controls:
    scale = _theta_scale(surface, system.scales, system.potentials)
    return Controls(
        tolerance=tolerance / STRESS_PER_SODIUM,
        theta_scale=scale,
        stress_scale=1.0,
        stress_response=NO_STRESS,
        newton_tolerance=max(1e-3 * tolerance * scale, ITERATED),
        limits=limits,
        event_tolerance=1e-7,
        stability=body_stability(tuple(system.particle.physics), system.material, system.scales),
    )


def _theta_scale(
    surface: SurfaceCondition,
    scales: Scales,
    potentials: frozenset[Potential],
    wall: float = 1.0,
) -> float:
    """The largest difference of theta that the flux can build up across ``wall``, at most 1."""
    reach = surface.largest / scales.flux * wall
    if Potential.GRADIENT_ENERGY in potentials:
        return 1.0
    return reach if 0 < reach < 1 else 1.0
