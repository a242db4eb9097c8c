"""Elastic energy stored in a particle."""

from __future__ import annotations

import numpy as np

from particle_sim.particle.run import ParticleRun
from particle_sim.units import Array, joule_per_cubic_metre


def peak_strain_energy_density(run: ParticleRun) -> joule_per_cubic_metre:
    """Largest mean elastic energy per volume of material over the run [J/m3]."""
    mesh = run.particle.mesh
    volume = mesh.coordinates.volume(mesh.inner, mesh.outer)
    return float(strain_energy_history(run).max() / volume)


def strain_energy_history(run: ParticleRun) -> Array:
    """W = 1/2 int sigma : (eps - beta) dV at every time [J] (t,), a shell's share included.

    Per metre of length for a cylinder, per square metre of surface for a slab.
    """
    elasticity = run.elasticity
    power = run.particle.mesh.coordinates.value + 1
    unit = elasticity.reference_modulus * elasticity.length**power
    states = zip(run.site_fraction, run.displacement, run.overall, strict=True)
    return unit * np.array([elasticity.strain_energy(*state) for state in states])
