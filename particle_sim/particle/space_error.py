"""An estimate of a run's error in space, from its own fields.

Of sections and bodies see ``smoothed_error``; along a radius:

Sodium: in a cell of size h an element of order p misses the term

    |theta^(p+1)| h^(p+1) / (2^(2p+1) (p+1)!) x (its largest value between the dofs, about 1),

and theta^(p+1) is the change of theta^(p), which is constant in a cell, from cell to cell. Stress:
the radial stress is continuous and meets the tractions at the surfaces; its jumps are its error.
No second solve is needed; a front that lies within a single cell is underestimated.
"""

from __future__ import annotations

import math

import numpy as np

from particle_sim.fem.space import Space
from particle_sim.particle.run import ParticleRun
from particle_sim.particle.smoothed_error import relative_error
from particle_sim.particle.stepper import Controls
from particle_sim.units import Array


def estimated_error(run: ParticleRun, controls: Controls, *, begins_with_a_jump: bool) -> float:
    """Largest estimate of the run, in the units of its tolerance; of a body root mean square."""
    if run.mesh.dimension > 1:
        return relative_error(run, controls.theta_scale)
    return _along_radius(run, controls, begins_with_a_jump=begins_with_a_jump)


def _along_radius(run: ParticleRun, controls: Controls, *, begins_with_a_jump: bool) -> float:
    """After a jump of the concentration at the surface no mesh resolves the first instants.

    They count only from where the layer sqrt(D t) is ten of the smallest cells wide.
    """
    space = run.elasticity.sodium
    theta = sodium_error(space, run.site_fraction) / controls.theta_scale
    stress = np.zeros(1)
    if controls.stress_response.size:
        stress = stress_error(run) / controls.stress_scale
    worst = np.maximum(theta, stress)
    if begins_with_a_jump:
        diffusivity = run.particle.material["diffusivity"](np.array(0.5), run.temperature)
        unit = run.length**2 / float(diffusivity)
        late = run.time - run.time[0] > unit * (10 * space.mesh.cell_sizes.min()) ** 2
        worst = worst[late]
    return float(worst.max(initial=0.0))


def sodium_error(space: Space, theta: Array) -> Array:
    """Largest error of theta in space for states (t, n); (t,)."""
    order, sizes = space.order, space.mesh.cell_sizes
    if len(sizes) < 2:
        return np.asarray(np.abs(np.diff(theta, axis=1)).max(axis=1))
    highest = theta[:, space.cell_dofs] @ _difference(space) / sizes**order  # theta^(p), (t, e)
    centres = space.mesh.points[space.mesh.cells, 0].mean(axis=1)
    change = np.abs(np.diff(highest, axis=1) / np.diff(centres))
    beside = np.zeros((len(theta), 1))
    next_ = np.maximum(np.hstack([beside, change]), np.hstack([change, beside]))
    missed = next_ * sizes ** (order + 1) / (2 ** (2 * order + 1) * math.factorial(order + 1))
    return np.asarray(missed.max(axis=1))


def _difference(space: Space) -> Array:
    """Weights (i,) of a cell's dofs in theta^(p) h^p: p! times the leading coefficient."""
    powers = np.vander(space.local_points[:, 0], space.order + 1)
    return np.asarray(np.linalg.inv(powers)[0] * math.factorial(space.order))


def stress_error(run: ParticleRun) -> Array:
    """Largest jump of the radial stress between cells, and miss of the tractions (t,); scaled."""
    elasticity = run.elasticity
    stress, _ = run.points.in_cells(run.site_fraction, run.scaled_displacement)
    radial = stress[..., 0][:, elasticity.active]  # the dofs of a cell: its ends first
    inner, outer = radial[:, :, 0], radial[:, :, 1]
    worst = np.max(np.abs(inner[:, 1:] - outer[:, :-1]), axis=1, initial=0.0)
    for miss in _traction_misses(run, inner[:, 0], outer[:, -1]):
        worst = np.maximum(worst, np.abs(miss))
    return np.asarray(worst)


def _traction_misses(run: ParticleRun, inner: Array, outer: Array) -> list[Array]:
    """Radial stress at both ends (t,) less the traction that acts there, where one does."""
    elasticity, space = run.elasticity, run.elasticity.space
    pull = elasticity.surroundings
    acting = pull.forces - (pull.stiffness @ run.scaled_displacement.T).T
    misses = []
    if "interface" not in elasticity.sodium.mesh.boundaries:
        last = space.boundary_dofs("surface")[0]
        misses.append(outer - acting[:, last] / space.boundary("surface").area)
    if elasticity.motions.expands:
        misses.append(inner + acting[:, 0] / space.boundary("inner").area)
    return misses
