"""Peak hydrostatic stress of a particle run."""

from __future__ import annotations

from particle_sim.particle.run import ParticleRun
from particle_sim.units import pascal


def peak_hydrostatic_stress(run: ParticleRun) -> pascal:
    """Largest hydrostatic stress of the material, any place and time [Pa]; tension positive.

    trace/3; what drives sodium in stress drift.
    """
    return float(run.in_material(run.hydrostatic_stress).max())
