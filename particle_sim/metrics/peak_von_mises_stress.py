"""Peak von Mises stress of a particle run."""

from __future__ import annotations

from particle_sim.particle.run import ParticleRun
from particle_sim.units import pascal


def peak_von_mises_stress(run: ParticleRun) -> pascal:
    """Largest von Mises stress of the material over all points and times [Pa]."""
    return float(run.in_material(run.von_mises_stress).max())
