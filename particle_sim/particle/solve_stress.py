"""solve_stress: the stress of a given sodium field, without any diffusion."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from particle_sim.checks import arguments_checked
from particle_sim.constants import REFERENCE_TEMPERATURE
from particle_sim.fem.body_mesh import BodyMesh
from particle_sim.flux import SurfaceFlux, constant_flux
from particle_sim.particle.body.run import BodyRun
from particle_sim.particle.body.solve import body_system
from particle_sim.particle.body.space_error import relative_error
from particle_sim.particle.body.validity import body_warnings
from particle_sim.particle.filling import Filling, filling_at
from particle_sim.particle.outcome import Balances, Cost, ParticleEnd, extent
from particle_sim.particle.particle import Particle

TOLERANCE = 0.01
"""Error of the mesh, relative, beyond which the result says so; there is no error in time."""


@arguments_checked
def solve_stress(particle: Particle[BodyMesh], site_fraction: Filling) -> BodyRun:
    """Displacement and stress of one sodium field in a body, div sigma = 0.

    ``site_fraction``: theta per dof, or a function of positions [m] (n, d). The result holds one
    time, 0 s. Raises :class:`InputError` as ``solve_particle`` does.
    """
    still: SurfaceFlux = constant_flux(
        0.0, 1.0, initial_site_fraction=0.5, temperature=REFERENCE_TEMPERATURE
    )
    name = "interface" if particle.inert else particle.mesh.surfaces[0]
    system = body_system(particle, {name: still}, resolve_interface=False)
    elasticity, length = system.elasticity, system.scales.length
    theta = filling_at(system.space.nodes * length, site_fraction)[None]
    displacement = elasticity.solve(theta)
    run = BodyRun(
        particle=particle,
        elasticity=elasticity,
        length=length,
        time=np.zeros(1),
        site_fraction=theta,
        potential=np.zeros((1, 0)),
        scaled_displacement=displacement,
        surface_flux={name: np.zeros(1)},
        voltage=None,
        temperature=REFERENCE_TEMPERATURE,
        end=ParticleEnd.TIME,
        balances=Balances(
            sodium=0.0,
            equilibrium=elasticity.work_error(theta, displacement),
            site_fraction=extent(theta),
        ),
        cost=Cost(
            steps=0,
            rejected_steps=0,
            newton_iterations=0,
            newton_residuals=(),
            methods=(f"displacement: {elasticity.solver.method}",),
        ),
    )
    space = relative_error(run, float(np.ptp(theta)))
    run = replace(run, balances=replace(run.balances, space=space))
    return replace(run, warnings=body_warnings(run, TOLERANCE))
