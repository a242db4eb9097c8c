"""Whether the surface is richer or poorer in sodium than the particle as a whole."""

from __future__ import annotations

import numpy as np

from particle_sim.particle.run import ParticleRun
from particle_sim.units import Array, dimensionless


def surface_excess(run: ParticleRun) -> dimensionless:
    """(c_surface - c_mean)/c_max where it is largest in magnitude, with its sign."""
    history = surface_excess_history(run)
    return float(history[np.argmax(np.abs(history))])


def surface_excess_history(run: ParticleRun) -> Array:
    """The same at every time (t,), where on the surface it is largest; negative: sodium-poor."""
    excess = run.surface_site_fraction - run.mean_site_fraction[:, None]
    farthest = np.argmax(np.abs(excess), axis=1)
    return np.asarray(excess[np.arange(len(excess)), farthest])
