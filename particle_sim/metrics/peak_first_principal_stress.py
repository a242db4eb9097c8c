"""Peak first principal stress of a particle run."""

from __future__ import annotations

from particle_sim.particle.run import ParticleRun
from particle_sim.units import pascal


def peak_first_principal_stress(run: ParticleRun) -> pascal:
    """Largest first principal stress of ``run`` over the material's points and times [Pa].

    Tension is positive. The quantity a brittle-strength criterion compares; coatings and inert
    regions do not count.

    >>> from particle_sim.particle.example import example_run
    >>> print(f"{peak_first_principal_stress(example_run()) / 1e6:.1f} MPa")
    22.9 MPa

    Raises nothing.
    """
    return float(run.in_material(run.first_principal_stress).max())
