"""Peak hoop stress of a particle run."""

from __future__ import annotations

from particle_sim.particle.run import ParticleRun
from particle_sim.units import pascal


def peak_hoop_stress(run: ParticleRun) -> pascal:
    """Largest tensile hoop stress of the material over all points and times [Pa]; tension positive.

    At the surface this opens radial cracks. :class:`InputError` for a shape without hoop.
    """
    return float(run.in_material(run.component("hoop")).max())
