"""Stress that an error of the sodium causes, to judge the steps of a line by."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from particle_sim.materials.functions import Constant, LinearTable
from particle_sim.particle.elasticity import Elasticity
from particle_sim.particle.mechanics import free_surface
from particle_sim.particle.recovery import RecoveryPoints
from particle_sim.particle.surroundings import surroundings_of
from particle_sim.units import Array


def stress_response(elasticity: Elasticity) -> Array:
    """Largest nodal stresses (2 n, n) that a unit site-fraction error at each dof can cause.

    Radial and hoop, of a free particle with its modulus at half filling: linear in the error, with
    the steepest slope of the chemical strain.
    """
    regions = elasticity.regions
    material, modulus = regions.material, regions.reference_modulus
    linear = LinearTable((0.0, 1.0), (0.0, regions.steepest_strain))
    changed = material.replaced(
        chemical_strain=replace(material["chemical_strain"], function=linear),
        youngs_modulus=replace(material["youngs_modulus"], function=Constant(modulus)),
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
    return np.concatenate([change[..., 0], change[..., 1]], axis=1).T
