"""Tensile stress at the surface, which opens surface flaws."""

from __future__ import annotations

import numpy as np

from particle_sim.particle.run import ParticleRun
from particle_sim.units import Array, pascal


def surface_tension(run: ParticleRun) -> pascal:
    """Largest tensile principal stress on the outer surface over ``run`` [Pa]; 0 if never.

    Of symmetry planes and of the inside of a hollow particle nothing is seen.

    >>> from particle_sim.particle.example import example_run
    >>> print(f"{surface_tension(example_run()) / 1e6:.1f} MPa")
    22.9 MPa

    Raises nothing.
    """
    return float(surface_tension_history(run).max())


def surface_tension_history(run: ParticleRun) -> Array:
    """Largest tensile principal stress on the outer surface at every time of ``run`` [Pa] (t,).

    >>> from particle_sim.particle.example import example_run
    >>> (surface_tension_history(example_run()) / 1e6).round(1)
    array([ 0. , 22.8, 22.9])

    Raises nothing.
    """
    return np.asarray(np.maximum(run.surface_first_principal_stress.max(axis=1), 0.0))
