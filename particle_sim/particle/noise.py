"""A filling that is almost even: the small waves from which phases come apart."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from particle_sim.checks import arguments_checked
from particle_sim.errors import InputError
from particle_sim.fem.body_mesh import BodyMesh, Symmetry
from particle_sim.fem.space import Space
from particle_sim.particle.particle import Particle
from particle_sim.units import Array

WAVES = 24
"""Plane waves of random direction and phase that are added up."""
SHORTEST = 6.0
"""Largest k over one over the particle's reach: waves of its diameter to a third of it."""


@arguments_checked
def uneven(
    particle: Particle,
    site_fraction: float,
    *,
    amplitude: float = 1e-3,
    seed: int = 0,
) -> Callable[[Array], Array]:
    """theta(x) = ``site_fraction`` + noise of root mean square ``amplitude``, for a run's start.

    theta - mean = sum of 24 random cosines, k R between 1 and 6, even in r on a meridian, drawn
    from ``seed`` alone; their mean over the body is taken off on the particle's own mesh, so that
    sodium is kept to rounding there. For sections and bodies, which without it stay uniform until
    rounding has grown. The amplitude enters what follows by its logarithm. Raises
    :class:`InputError` where theta would leave 0..1, and for radial particles, which separate only
    as shells.

    >>> import particle_sim as ps
    >>> ball = ps.shapes.ball_section(40e-9, cell_size=10e-9)
    >>> body = ps.Particle(
    ...     material=ps.load_material("nvp"), mesh=ball, physics=[ps.physics.phase_separation]
    ... )
    >>> start = uneven(body, 0.7)
    >>> bool(abs(start(np.zeros((1, 2)))[0] - 0.7) < 0.01)
    True
    """
    mesh = particle.mesh
    if not isinstance(mesh, BodyMesh):
        raise InputError(
            "Noise is for sections and bodies; a radial particle separates as shells, by its flux."
        )
    space = Space(mesh=mesh, order=particle.order, degree=2 * particle.order + 2)
    waves = _waves(mesh, np.random.default_rng(seed))
    values, volume = waves(space.nodes), space.volumes
    mean = float(volume @ values / volume.sum())
    size = amplitude / float(np.sqrt(volume @ (values - mean) ** 2 / volume.sum()))

    def filling(x: Array) -> Array:
        return np.asarray(site_fraction + size * (waves(x) - mean))

    start = filling(space.nodes)
    if not 0 <= start.min() <= start.max() <= 1:
        raise InputError(
            f"The filling {site_fraction:g} with noise of {amplitude:g} runs from "
            f"{start.min():.3g} to {start.max():.3g}; it must lie between 0 and 1."
        )
    return filling


def _waves(mesh: BodyMesh, chance: np.random.Generator) -> Callable[[Array], Array]:
    """A sum of cosines over positions (n, d) [m]."""
    reach = float(np.abs(mesh.points).max())
    directions = chance.normal(size=(WAVES, mesh.dimension))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    numbers = directions * chance.uniform(1.0, SHORTEST, (WAVES, 1)) / reach
    phases = chance.uniform(0, 2 * np.pi, WAVES)
    on_meridian = mesh.symmetry is Symmetry.AXISYMMETRIC

    def waves(x: Array) -> Array:
        if on_meridian:
            along = np.cos(np.outer(x[:, 0], numbers[:, 0]))
            return np.asarray(np.sum(along * np.cos(np.outer(x[:, 1], numbers[:, 1]) + phases), 1))
        return np.asarray(np.sum(np.cos(x @ numbers.T + phases), axis=1))

    return waves
