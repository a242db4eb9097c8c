"""Peak hoop stress of a particle run."""

from __future__ import annotations

from particle_sim.particle.run import ParticleRun
from particle_sim.units import pascal


def peak_hoop_stress(run: ParticleRun) -> pascal:
    """Largest tensile hoop stress of ``run`` over the material's points and times [Pa].

    Tension is positive; at the surface this opens radial cracks. At the surface of a free sphere it
    is E (beta_mean - beta_s)/(1 - nu), beta the chemical strain. Nodal recovery: at corners it
    grows as the mesh is refined.

    >>> from particle_sim.particle.example import example_run
    >>> print(f"{peak_hoop_stress(example_run()) / 1e6:.1f} MPa")
    22.9 MPa

    Raises :class:`InputError` for a shape without hoop: a slab, a plane section, a solid.
    """
    return float(run.in_material(run.component("hoop")).max())
