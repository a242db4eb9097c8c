"""Peak von Mises stress of a particle run."""

from __future__ import annotations

from particle_sim.particle.run import ParticleRun
from particle_sim.units import pascal


def peak_von_mises_stress(run: ParticleRun) -> pascal:
    """Largest von Mises stress of ``run`` over the material's points and times [Pa].

    sqrt(3/2 s : s), s the deviatoric stress; what yielding compares with the yield stress.

    >>> from particle_sim.particle.example import example_run
    >>> print(f"{peak_von_mises_stress(example_run()) / 1e6:.1f} MPa")
    22.9 MPa

    Raises nothing.
    """
    return float(run.in_material(run.von_mises_stress).max())
