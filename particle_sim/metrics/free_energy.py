"""Free energy of a phase-separating particle."""

from __future__ import annotations

import numpy as np

from particle_sim.metrics.peak_strain_energy_density import strain_energy_history
from particle_sim.particle.run import ParticleRun
from particle_sim.transport.homogeneous import homogeneous_energy
from particle_sim.units import Array


def free_energy_history(run: ParticleRun) -> Array:
    """int c_max f(theta) + kappa |grad theta|^2 / 2 dV of ``run``, plus elastic energy [J] (t,).

    f is the homogeneous energy of a regular solution on each plateau, zero when empty. In a closed
    particle under ``coherent_phase_separation`` the sum must not rise. Under ``phase_separation``
    elastic energy does not act on the sodium and may rise; compare the rest. Per metre for a
    cylinder, per square metre for a slab.

    >>> from particle_sim.particle.example import example_run
    >>> run = example_run()
    >>> elastic = free_energy_history(run) - chemical_energy_history(run)
    >>> print(f"{elastic[-1]:.2g} J")
    1.3e-16 J

    Raises :class:`InputError` for a material whose potential is a table without plateaus.
    """
    return chemical_energy_history(run) + strain_energy_history(run)


def chemical_energy_history(run: ParticleRun) -> Array:
    """The free energy of ``run`` without the elastic part [J] (t,).

    >>> from particle_sim.particle.example import example_run
    >>> print(f"{chemical_energy_history(example_run())[0]:.3g} J")
    -1.96e-10 J

    Raises :class:`InputError` for a material whose potential is a table without plateaus.
    """
    material, space = run.particle.material, run.elasticity.sodium
    local = run.site_fraction[:, space.cell_dofs]
    slope = np.einsum("eqia,tei->teqa", space.gradients, local) / run.length
    density = material.maximum_concentration * homogeneous_energy(
        material, local @ space.values.T, run.temperature
    )
    density += 0.5 * material.value("gradient_coefficient") * (slope**2).sum(axis=-1)
    volume = space.weights * run.length**run.mesh.symmetry.power
    return np.asarray(np.einsum("teq,eq->t", density, volume))
