"""Whether the surface is richer or poorer in sodium than the particle as a whole."""

from __future__ import annotations

import numpy as np

from particle_sim.particle.run import ParticleRun
from particle_sim.units import Array, dimensionless


def surface_excess(run: ParticleRun) -> dimensionless:
    """(c_surface - c_mean)/c_max of ``run`` where it is largest in magnitude, with its sign.

    c_mean is the volume mean, c_surface that on the open surfaces; negative where sodium leaves.
    Under Fick's law it settles at -N R/(5 D c_max) in a sphere.

    >>> from particle_sim.particle.example import example_run
    >>> round(surface_excess(example_run()), 4)
    -0.0054

    Raises nothing.
    """
    history = surface_excess_history(run)
    return float(history[np.argmax(np.abs(history))])


def surface_excess_history(run: ParticleRun) -> Array:
    """(c_surface - c_mean)/c_max of ``run`` at every time (t,), where on the surface it is largest.

    Negative: poor in sodium.

    >>> from particle_sim.particle.example import example_run
    >>> surface_excess_history(example_run())[1:].round(4)
    array([-0.0054, -0.0054])

    Raises nothing.
    """
    excess = run.surface_site_fraction - run.mean_site_fraction[:, None]
    farthest = np.argmax(np.abs(excess), axis=1)
    return np.asarray(excess[np.arange(len(excess)), farthest])
