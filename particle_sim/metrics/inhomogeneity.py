"""How unevenly sodium is spread through a particle."""

from __future__ import annotations

import numpy as np

from particle_sim.particle.run import ParticleRun
from particle_sim.units import Array, dimensionless


def inhomogeneity(run: ParticleRun) -> dimensionless:
    """Largest (max - min)/c_max over the run; 0 is uniform."""
    return float(inhomogeneity_history(run).max())


def inhomogeneity_history(run: ParticleRun) -> Array:
    """(max - min)/c_max at every time (t,)."""
    return np.asarray(np.ptp(run.site_fraction, axis=1))
