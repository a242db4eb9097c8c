"""Peak first principal stress of a particle run."""

from __future__ import annotations

from particle_sim.particle.run import ParticleRun
from particle_sim.units import pascal


def peak_first_principal_stress(run: ParticleRun) -> pascal:
    """Largest first principal stress of the material, any place and time [Pa]; tension positive.

    The quantity a brittle-strength criterion compares.
    """
    return float(run.in_material(run.first_principal_stress).max())
