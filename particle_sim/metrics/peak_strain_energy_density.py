"""Elastic energy stored in a particle."""

from __future__ import annotations

from particle_sim.particle.run import ParticleRun
from particle_sim.units import Array, joule_per_cubic_metre


def peak_strain_energy_density(run: ParticleRun) -> joule_per_cubic_metre:
    """Largest mean elastic energy per volume of sodium-holding material over ``run`` [J/m3].

    The largest of :func:`strain_energy_history` over the volume; a mean in space, not its peak.

    >>> from particle_sim.particle.example import example_run
    >>> print(f"{peak_strain_energy_density(example_run()):.0f} J/m3")
    2016 J/m3

    Raises nothing.
    """
    return float(strain_energy_history(run).max() / run.volume)


def strain_energy_history(run: ParticleRun) -> Array:
    """W = 1/2 int sigma : (eps - beta) dV at every time of ``run`` [J] (t,).

    beta is the chemical strain; a shell's share is included. Per metre of length for a cylinder or
    plane section, per square metre of surface for a slab.

    >>> from particle_sim.particle.example import example_run
    >>> print(f"{strain_energy_history(example_run())[-1]:.3g} J")
    1.32e-16 J

    Raises nothing.
    """
    return run.strain_energy_history()
