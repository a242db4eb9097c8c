"""How unevenly sodium is spread through a particle."""

from __future__ import annotations

import numpy as np

from particle_sim.particle.run import ParticleRun
from particle_sim.units import Array, dimensionless


def inhomogeneity(run: ParticleRun) -> dimensionless:
    """Largest (max - min)/c_max of ``run`` over its times; 0 is uniform, 1 full beside empty.

    Of any shape; inert regions hold no sodium and do not count. A steady flux under Fick's law
    leaves N R/(2 D c_max) in a sphere:

    >>> from particle_sim.particle.example import example_run
    >>> flux, radius, diffusivity, most = 1e-6, 2.5e-7, 5e-16, 18430.0
    >>> steady = flux * radius / (2 * diffusivity * most)
    >>> print(f"{inhomogeneity(example_run()):.4f} of {steady:.4f}")
    0.0136 of 0.0136

    Raises nothing.
    """
    return float(inhomogeneity_history(run).max())


def inhomogeneity_history(run: ParticleRun) -> Array:
    """(max - min)/c_max of ``run`` at every time (t,).

    >>> from particle_sim.particle.example import example_run
    >>> inhomogeneity_history(example_run()).round(4)
    array([0.    , 0.0134, 0.0136])

    Raises nothing.
    """
    return np.asarray(np.ptp(run.site_fraction, axis=1))
