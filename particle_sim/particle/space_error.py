"""An estimate of a radial run's error in space, from its own fields.

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
from particle_sim.particle.stepper import Controls
from particle_sim.units import Array


def space_error(run: ParticleRun, controls: Controls, *, begins_with_a_jump: bool) -> float:
    """Largest estimate of the run, in the units of its tolerance.

    After a jump of the concentration at the surface no mesh resolves the first instants, so they
    count only from where the layer sqrt(D t) is ten of the smallest cells wide.
    """
    space, elasticity = run.elasticity.space, run.elasticity
    theta = sodium_error(space, run.site_fraction) / controls.theta_scale
    stress = np.zeros(1)
    if controls.stress_response.size:
        stress = stress_error(run) / controls.stress_scale
    worst = np.maximum(theta, stress)
    if begins_with_a_jump:
        diffusivity = run.particle.material["diffusivity"](np.array(0.5), run.temperature)
        unit = elasticity.length**2 / float(diffusivity)
        late = run.time - run.time[0] > unit * (10 * space.mesh.cell_sizes.min()) ** 2
        worst = worst[late]
    return float(worst.max(initial=0.0))


def sodium_error(space: Space, theta: Array) -> Array:
    """Largest error of theta in space for states (t, n); (t,)."""
    order, sizes = space.order, space.mesh.cell_sizes
    if len(sizes) < 2:
        return np.asarray(np.abs(np.diff(theta, axis=1)).max(axis=1))
    highest = theta[:, space.cell_dofs] @ _difference(space) / sizes**order  # theta^(p), (t, e)
    centres = 0.5 * (space.mesh.vertices[1:] + space.mesh.vertices[:-1])
    change = np.abs(np.diff(highest, axis=1) / np.diff(centres))
    beside = np.zeros((len(theta), 1))
    next_ = np.maximum(np.hstack([beside, change]), np.hstack([change, beside]))
    missed = next_ * sizes ** (order + 1) / (2 ** (2 * order + 1) * math.factorial(order + 1))
    return np.asarray(missed.max(axis=1))


def _difference(space: Space) -> Array:
    """Weights (i,) of a cell's dofs in theta^(p) h^p: p! times the leading coefficient."""
    inside = (space.nodes[: space.order + 1] - space.nodes[0]) / space.mesh.cell_sizes[0]
    powers = np.vander(inside, space.order + 1)
    return np.asarray(np.linalg.inv(powers)[0] * math.factorial(space.order))


def stress_error(run: ParticleRun) -> Array:
    """Largest jump of the radial stress between cells, and miss of the tractions (t,); scaled."""
    radial = run.sided_tensors.radial.reshape(len(run.time), run.elasticity.cells, -1)
    jumps = np.abs(radial[:, 1:, 0] - radial[:, :-1, -1])
    worst = np.max(jumps, axis=1, initial=0.0)
    for miss in _traction_misses(run, radial):
        worst = np.maximum(worst, np.abs(miss))
    return np.asarray(worst)


def _traction_misses(run: ParticleRun, radial: Array) -> list[Array]:
    """Radial stress at a surface less the traction that acts there, where one does."""
    elasticity = run.elasticity
    mesh, (forces, stiffness) = elasticity.space.mesh, elasticity.surface_forces
    misses = []
    if elasticity.boundary.shell is None:
        area = mesh.coordinates.surface(mesh.outer)
        outside = elasticity.moved(mesh.outer, run.displacement[:, -1:], run.overall)[:, 0]
        misses.append(radial[:, -1, -1] - (forces[1] - stiffness * outside) / area)
    if elasticity.is_hollow:
        misses.append(radial[:, 0, 0] + forces[0] / mesh.coordinates.surface(mesh.inner))
    return misses
