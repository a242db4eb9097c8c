"""Stress that an error of the sodium causes, to judge the steps of a line by."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from particle_sim.materials.functions import Constant, LinearTable
from particle_sim.particle.elasticity import Elasticity
from particle_sim.particle.kinematics import Motions
from particle_sim.particle.mechanics import free_surface
from particle_sim.particle.recovery import RecoveryPoints
from particle_sim.particle.surroundings import surroundings_of

SMALL = 400
"""Dofs up to which a response serves later runs of the same mesh: a megabyte of numbers each."""


def stress_response(elasticity: Elasticity) -> NDArray[np.float32]:
    """Largest nodal stresses (2 n, n) that a unit site-fraction error at each dof can cause.

    Radial and hoop, of a free particle with its moduli at half filling: linear in the error, with
    the steepest slope of the chemical strain. Single precision is plenty to judge a step by.
    """
    regions, space = elasticity.regions, elasticity.space
    line = _Line(
        points=space.mesh.points.tobytes(),
        regions=space.mesh.regions.tobytes(),
        active=elasticity.active.tobytes(),
        stiffness=regions.stiffness.tobytes(),
        order=elasticity.sodium.order,
        motions=elasticity.motions,
        elasticity=elasticity,
    )
    is_small = elasticity.sodium.dimension <= SMALL
    per_strain = (_per_strain if is_small else _per_strain.__wrapped__)(line)
    return np.float32(regions.steepest_strain) * per_strain


@dataclass(frozen=True, kw_only=True)
class _Line:
    """What decides a response to a unit slope of the strain, and whose it is."""

    points: bytes
    regions: bytes
    active: bytes
    stiffness: bytes
    order: int
    motions: Motions
    elasticity: Elasticity = field(compare=False)


@lru_cache(maxsize=8)
def _per_strain(line: _Line) -> NDArray[np.float32]:
    elasticity, regions = line.elasticity, line.elasticity.regions
    material, modulus = regions.material, regions.reference_modulus
    ratio = float(material["poisson_ratio"](np.array(0.5)))
    changed = material.replaced(
        chemical_strain=replace(
            material["chemical_strain"], function=LinearTable((0.0, 1.0), (0.0, 1.0))
        ),
        youngs_modulus=replace(material["youngs_modulus"], function=Constant(modulus)),
        poisson_ratio=replace(material["poisson_ratio"], function=Constant(ratio)),
    )
    model = replace(
        elasticity,
        regions=replace(regions, particle=replace(regions.particle, material=changed)),
        surroundings=surroundings_of(
            elasticity.space, elasticity.motions, free_surface, modulus, 1.0
        ),
    )
    size = elasticity.sodium.dimension
    states = np.concatenate([np.zeros((1, size)), np.eye(size)])
    points = RecoveryPoints(elasticity=model)
    stress, _ = points.tensors(states, model.solve(states))
    change = (stress[1:] - stress[0])[:, points.sodium >= 0, :2]
    both = np.concatenate([change[..., 0], change[..., 1]], axis=1).T
    return np.ascontiguousarray(both, dtype=np.float32)
