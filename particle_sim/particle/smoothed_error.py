"""What the mesh makes wrong: how far fields differ from their smoothed selves.

The gradient of theta, and the stress, jump between cells; averaged at the nodes they are closer to
the truth, so that the difference estimates the error (Zienkiewicz & Zhu, Int. J. Numer. Meth. Eng.
24 (1987) 337). In a cell of size h an error of the gradient is one of theta of

    |e| = h |grad e| / (2 (2 p - 1)(2 p + 3))^(1/2),

exact for an interpolated polynomial of degree p + 1 on a line. What theta lacks, the stress lacks
as well, E beta'/(1 - nu) times as in a clamped plate. On bodies with closed forms the estimate is
0.4 to 2 times the error of theta, and 0.4 to 5 times that of the stress (too large in 3-D, where
the averages that a run shows are closer to the truth than the cells are).
"""

from __future__ import annotations

import math

import numpy as np

from particle_sim.particle.elasticity import CHUNK
from particle_sim.particle.outcome import SpaceError
from particle_sim.particle.regions import Regions
from particle_sim.particle.run import ParticleRun
from particle_sim.units import Array

ROUNDING = 1e-9
"""Spread of theta, and elastic strain, below which a field is uniform but for rounding."""

EVEN = 2.0
"""Averages at nodes keep about half of the error of gradients of even order (measured)."""

SHEARS_TWICE = np.array([1, 1, 1, 2, 2, 2])
"""Times that each Voigt component stands in a tensor."""


def space_error(run: ParticleRun) -> SpaceError:
    """The estimate, for the stored times with the widest theta and the largest stress.

    Costs about as much as one stress of one state.
    """
    theta = run.site_fraction
    widest = int(np.argmax(np.ptp(theta, axis=1)))
    uniform = float(np.ptp(theta[widest])) <= ROUNDING
    sodium = 0.0 if uniform else _sodium_error(run, theta[widest])
    hardest = int(np.argmax(run.von_mises_stress.max(axis=1)))
    regions = run.elasticity.regions
    if run.von_mises_stress[hardest].max() <= ROUNDING * regions.reference_modulus:
        return SpaceError(site_fraction=sodium, stress=0.0)
    follows = regions.reference_modulus * stress_per_sodium(regions) * sodium
    return SpaceError(site_fraction=sodium, stress=math.hypot(_stress_error(run, hardest), follows))


def relative_error(run: ParticleRun, theta_scale: float) -> float:
    """The larger of both estimates, as tolerances are meant.

    theta over ``theta_scale``, stress over what that much theta causes in a clamped plate, or over
    the largest stress of the run where it has other causes.
    """
    regions, error = run.elasticity.regions, space_error(run)
    clamped = regions.reference_modulus * stress_per_sodium(regions) * theta_scale
    scale = max(clamped, float(run.von_mises_stress.max()), np.finfo(float).tiny)
    return max(error.site_fraction / max(theta_scale, ROUNDING), error.stress / scale)


def stress_per_sodium(regions: Regions) -> float:
    """Scaled stress of a clamped plate per theta: beta' (C11 + C12 - 2 C13^2/C33)."""
    c = regions.stiffness[regions.active]
    biaxial = c[:, 0, 0] + c[:, 0, 1] - 2 * c[:, 0, 2] ** 2 / c[:, 2, 2]
    return regions.steepest_strain * float(biaxial.max())


def _sodium_error(run: ParticleRun, theta: Array) -> float:
    """Root mean square over the volume that holds sodium."""
    space = run.elasticity.sodium
    order, d = space.order, space.mesh.dimension
    smooth = _smooth_gradient(run, theta)
    squares = np.empty(len(space.cell_dofs))
    for start in range(0, len(squares), CHUNK):
        part = slice(start, start + CHUNK)
        dofs = space.cell_dofs[part]
        gap = np.einsum("qi,eia->eqa", space.values, smooth[dofs])
        gap -= np.einsum("eqia,ei->eqa", space.gradients_in(part), theta[dofs])
        squares[part] = (space.weights[part] * (gap**2).sum(axis=2)).sum(axis=1)
    corners = space.mesh.points[space.mesh.vertices]
    box = np.abs(np.linalg.det(corners[:, 1:] - corners[:, :1]))  # 6 V or 2 A
    size = box ** (1 / d) / math.sqrt(2 * (2 * order - 1) * (2 * order + 3))
    factor = 1.0 if order % 2 else EVEN
    return factor * float(np.sqrt((size**2 @ squares) / space.weights.sum()))


def _smooth_gradient(run: ParticleRun, theta: Array) -> Array:
    """Gradient of theta at the dofs, averaged over the cells around them (n, d)."""
    space = run.elasticity.sodium
    total, around = np.zeros((space.dimension, space.mesh.dimension)), np.zeros(space.dimension)
    for start in range(0, len(space.cell_dofs), CHUNK):
        cells = np.arange(start, min(start + CHUNK, len(space.cell_dofs)))
        dofs, volume = space.cell_dofs[cells], space.weights[cells].sum(axis=1)
        gradients = space.gradients_at(cells, space.local_points)
        raw = np.einsum("epia,ei->epa", gradients, theta[dofs])
        np.add.at(total, dofs, raw * volume[:, None, None])
        np.add.at(around, dofs, volume[:, None])
    return np.asarray(total / around[:, None])


def _stress_error(run: ParticleRun, index: int) -> float:
    """Root mean square of the norm of the difference [Pa] over the whole volume."""
    points = run.points
    one = slice(index, index + 1)
    raw, _ = points.in_cells(run.site_fraction[one], run.scaled_displacement[one])
    gap = raw[0] * run.elasticity.regions.reference_modulus - run.stress[index][points.cell_points]
    squares = (gap**2).mean(axis=1) @ SHEARS_TWICE
    volume = run.elasticity.space.weights.sum(axis=1)
    return float(np.sqrt(volume @ squares / volume.sum()))
