"""Tensile stress at the surface, which opens surface flaws."""

from __future__ import annotations

import numpy as np

from particle_sim.particle.run import ParticleRun
from particle_sim.units import Array, pascal


def surface_tension(run: ParticleRun) -> pascal:
    """Largest tensile principal stress at the outer surface over the run [Pa]; 0 if never."""
    return float(surface_tension_history(run).max())


def surface_tension_history(run: ParticleRun) -> Array:
    """Largest tensile principal stress at the outer surface at every time [Pa] (t,)."""
    return np.asarray(np.maximum(run.surface_first_principal_stress.max(axis=1), 0.0))
