"""solve_stress: the stress of a given sodium field, without any diffusion."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from particle_sim.checks import arguments_checked
from particle_sim.constants import REFERENCE_TEMPERATURE
from particle_sim.fem.body_mesh import BodyMesh
from particle_sim.flux import SurfaceFlux, constant_flux
from particle_sim.particle.discretise import discretised, open_boundary
from particle_sim.particle.filling import Filling, filling_at
from particle_sim.particle.outcome import Balances, Cost, ParticleEnd, extent
from particle_sim.particle.particle import Particle
from particle_sim.particle.result import noted
from particle_sim.particle.run import ParticleRun
from particle_sim.particle.smoothed_error import relative_error
from particle_sim.particle.validity import warnings_for

TOLERANCE = 0.01
"""Error of the mesh, relative, beyond which the result says so; there is no error in time."""


@arguments_checked
def solve_stress(particle: Particle, site_fraction: Filling) -> ParticleRun:
    """Displacement and stress of one sodium field in a ``particle``, div sigma = 0.

    ``site_fraction``: theta per dof, or a function of positions [m], radii (n,) or coordinates
    (n, d). The result holds one time, 0 s. Less sodium outside pulls at the surface:

    >>> import particle_sim as ps
    >>> nvp = ps.Particle(material=ps.load_material("nvp"), mesh=ps.shapes.sphere(1e-6))
    >>> bool(solve_stress(nvp, lambda r: 0.5 - 1e11 * r**2).stress[0, -1, 1] > 0)
    True

    Raises :class:`InputError` as ``solve_particle`` does.
    """
    still: SurfaceFlux = constant_flux(0.0, 1.0, initial_site_fraction=0.5)
    mesh, name = particle.mesh, open_boundary(particle)
    if isinstance(mesh, BodyMesh) and name not in ("interface", *mesh.surfaces):
        name = mesh.surfaces[0]  # sodium passes none of them
    system = discretised(particle, {name: still}, resolve_interface=False)
    elasticity, length = system.elasticity, system.scales.length
    theta = filling_at(system.positions, site_fraction)[None]
    displacement = elasticity.solve(theta)
    run = ParticleRun(
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
            linear_solves=0,
            newton_residuals=(),
            methods=(f"displacement: {elasticity.solver.method}",),
        ),
    )
    space = relative_error(run, float(np.ptp(theta)))
    run = noted(run, balances=replace(run.balances, space=space))
    return noted(run, warnings=warnings_for(run, TOLERANCE))
