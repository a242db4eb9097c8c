"""Peak hydrostatic stress of a particle run."""

from __future__ import annotations

from particle_sim.particle.run import ParticleRun
from particle_sim.units import pascal


def peak_hydrostatic_stress(run: ParticleRun) -> pascal:
    """Largest hydrostatic stress of ``run`` over the material's points and times [Pa].

    trace/3, tension positive; what drives sodium in stress drift. Two thirds of the hoop stress at
    the free surface of a sphere.

    >>> from particle_sim.particle.example import example_run
    >>> print(f"{peak_hydrostatic_stress(example_run()) / 1e6:.1f} MPa")
    15.2 MPa

    Raises nothing.
    """
    return float(run.in_material(run.hydrostatic_stress).max())
