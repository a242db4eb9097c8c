"""A step of particles of several sizes at one potential, in NumPy.

In every stage what is eliminated below the surface leaves theta_i = free_i - response_i q_i at the
surface of size i, so that V and all theta_i are one small system with a matrix like an arrow: none
is larger than one particle's. It is solved to rounding however steep U is; a tangent at the start
of the step, as RODAS takes, would not cross a step of U. Where D depends on the filling the stage
is repeated.
"""

from __future__ import annotations

import numpy as np

from particle_sim.batch import block as b
from particle_sim.batch.mesh import RadialElements
from particle_sim.batch.numpy_step import Factors, Step, diffusivity, total
from particle_sim.batch.sdirk import AFTER, BEFORE, DENSE, ERROR, GAMMA
from particle_sim.batch.shared_flux import shared_flux
from particle_sim.batch.sharing import Sharing
from particle_sim.units import Array

REPEATS = 8
"""Of a stage; a step that needs more is taken again, shorter."""
CLOSED = 0.02
"""Change in the last repeat of a stage over the error that the step may make."""


def shared_step(
    theta: Array,
    length: Array,
    sharing: Sharing,
    model: tuple[RadialElements, b.Shapes],
    drift: Array,
    allowed: tuple[float, Array],
) -> Step:
    """Five stages of SDIRK4. ``allowed``: error of the mean and of differences within a particle;
    the step's ``error`` is over them."""
    elements, shapes = model
    start = elements.volumes @ theta
    solver = Factors(elements, 1 / (GAMMA * length), diffusivity(shapes, theta, drift)[0])
    stages: list[Array] = []
    means: list[Array] = []
    left = np.zeros(theta.shape[1])
    for weights in BEFORE:
        known = theta + total(weights, stages) if weights else theta
        mean = start + total(weights, means) if weights else start
        z = stages[-1].copy() if stages else np.zeros_like(theta)
        for _ in range(REPEATS):
            flow = elements.whole_stiffness @ diffusivity(shapes, known + z, drift)[1]
            right = -flow - elements.whole_mass @ (z / (GAMMA * length))
            vertex, response = solver.eliminate(right)
            free = known[-1] + z[-1] + vertex[-1] * response
            linear = free, response, mean, 3 * GAMMA * length
            flux = shared_flux(sharing, linear, known[-1] + z[-1])
            vertex[-1] -= flux
            move = solver.substitute(right, vertex)
            z = z + move
            change = np.abs(move - elements.volumes @ move).max(axis=0) / allowed[1]
            if shapes.diffusivity.is_constant and not drift.any():
                change = np.zeros_like(start)
            if not np.any(change > CLOSED):
                break
        left = np.fmax(left, change)
        gained = -3 * GAMMA * length * flux
        z += gained - elements.volumes @ z
        stages.append(z)
        means.append(gained)
    wrong, drifted = total(ERROR, stages), np.abs(total(ERROR, means))
    error = np.abs(wrong - elements.volumes @ wrong).max(axis=0) / allowed[1]
    error = np.maximum(error, drifted / allowed[0])
    error = np.where((left <= CLOSED) & np.isfinite(error), error, np.inf)
    return Step(
        before=theta,
        after=theta + total(AFTER, stages),
        dense=(total(DENSE[0], stages), total(DENSE[1], stages)),
        error=error,
    )
