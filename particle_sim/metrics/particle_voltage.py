"""The potential a particle shows: open-circuit potential, stress shift and overpotential."""

from __future__ import annotations

import numpy as np

from particle_sim.constants import FARADAY, GAS_CONSTANT
from particle_sim.materials.homogeneous import homogeneous_potential
from particle_sim.particle.physics.term import Potential
from particle_sim.particle.run import ParticleRun
from particle_sim.units import Array, volt


def particle_voltage(run: ParticleRun) -> volt:
    """Potential at the end of the run [V vs the carrier's metal]."""
    return float(particle_voltage_history(run)[-1])


def particle_voltage_history(run: ParticleRun) -> Array:
    """V = U(theta_s) - phi_s/F + eta at every time (t,).

    phi_s is the non-local chemical potential where the run has one (stress, gradient energy). A
    phase-separating run reads the homogeneous potential, every other the measured one.
    """
    surface, material = run.site_fraction[:, -1], run.particle.material
    shift = run.potential[:, -1] / FARADAY if run.potential.size else 0.0
    equilibrium = (
        homogeneous_potential(material, surface, run.temperature)
        if any(Potential.GRADIENT_ENERGY in term.potentials for term in run.particle.physics)
        else material.potential(surface)
    )
    return np.asarray(equilibrium - shift + overpotential_history(run))


def overpotential_history(run: ParticleRun) -> Array:
    """eta = (2RT/F) asinh(N F / (2 j0(theta_s))), symmetric Butler-Volmer, N outwards."""
    exchange = run.particle.material["exchange_current_density"](run.site_fraction[:, -1])
    thermal = 2 * GAS_CONSTANT * run.temperature / FARADAY
    return np.asarray(thermal * np.arcsinh(run.surface_flux * FARADAY / (2 * exchange)))
