"""Elastic energy stored in a particle."""

from __future__ import annotations

from particle_sim.particle.run import ParticleRun
from particle_sim.units import Array, joule_per_cubic_metre


def peak_strain_energy_density(run: ParticleRun) -> joule_per_cubic_metre:
    """Largest mean elastic energy per volume of sodium-holding material over the run [J/m3]."""
    return float(strain_energy_history(run).max() / run.volume)


def strain_energy_history(run: ParticleRun) -> Array:
    """W = 1/2 int sigma : (eps - beta) dV at every time [J] (t,), a shell's share included.

    Per metre of length for a cylinder or plane section, per square metre of surface for a slab.
    """
    return run.strain_energy_history()
