"""The potential a particle shows: open-circuit potential, stress shift and overpotential."""

from __future__ import annotations

import numpy as np

from particle_sim.constants import FARADAY
from particle_sim.particle.run import ParticleRun
from particle_sim.transport.kinetics import electrode_potential, overpotential
from particle_sim.transport.term import Potential
from particle_sim.units import Array, volt


def particle_voltage(run: ParticleRun) -> volt:
    """Potential at the end of the run [V vs the carrier's metal]."""
    return float(particle_voltage_history(run)[-1])


def particle_voltage_history(run: ParticleRun) -> Array:
    """V = U(theta_s) - phi_s/F + eta at every time (t,).

    phi_s is the non-local chemical potential where the run has one (stress, gradient energy). A
    phase-separating run reads the homogeneous potential, every other the measured one. Of a radial
    particle; a body's is ``run.voltage``.
    """
    _ = run.particle.radial_mesh
    return electrode_potential(
        run.particle.material,
        run.site_fraction[:, -1],
        run.potential[:, -1] if run.potential.size else np.zeros_like(run.time),
        run.outflow,
        run.temperature,
        separates=any(
            Potential.GRADIENT_ENERGY in term.potentials for term in run.particle.physics
        ),
    )


def overpotential_history(run: ParticleRun) -> Array:
    """eta = (2RT/F) asinh(N F / (2 j0(theta_s))), symmetric Butler-Volmer, N outwards."""
    _ = run.particle.radial_mesh
    law = run.particle.material["exchange_current_density"]
    exchange = law(run.site_fraction[:, -1], run.temperature)
    return overpotential(run.outflow * FARADAY, exchange, run.temperature)
