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
    """(c_surface - c_mean)/c_max at every time (t,); negative: sodium-poor surface."""
    return np.asarray(run.site_fraction[:, -1] - run.mean_site_fraction)
