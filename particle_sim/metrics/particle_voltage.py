"""The potential a particle shows: open-circuit potential, stress shift and overpotential."""

from __future__ import annotations

import numpy as np

from particle_sim.constants import FARADAY
from particle_sim.particle.run import ParticleRun
from particle_sim.transport.kinetics import electrode_potential, overpotential
from particle_sim.transport.term import Potential
from particle_sim.units import Array, volt


def particle_voltage(run: ParticleRun) -> volt:
    """Potential at the end of a radial ``run`` [V vs the carrier's metal].

    The last of :func:`particle_voltage_history`, with its limits and errors.

    >>> from particle_sim.particle.example import example_run
    >>> print(f"{particle_voltage(example_run()):.3f} V")
    3.412 V

    Raises :class:`InputError` for a section or body, whose potential is ``run.voltage``.
    """
    return float(particle_voltage_history(run)[-1])


def particle_voltage_history(run: ParticleRun) -> Array:
    """V = U(theta_s) - phi_s/F + eta at every time of a radial ``run`` [V] (t,).

    theta_s is the surface filling, eta the overpotential of :func:`overpotential_history`, phi_s
    the non-local chemical potential where the run has one (stress, gradient energy). A
    phase-separating run reads the homogeneous potential, every other the measured one. Resistances
    outside the particle are not in it.

    >>> from particle_sim.particle.example import example_run
    >>> particle_voltage_history(example_run()).round(4)
    array([3.4106, 3.4112, 3.4116])

    Raises :class:`InputError` for a section or body, whose potential is ``run.voltage``.
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
    """eta = (2RT/F) asinh(N F / (2 j0(theta_s))) of a radial ``run`` [V] (t,).

    Symmetric Butler-Volmer kinetics; N is the flux outwards, j0 the exchange current density at the
    surface filling theta_s.

    >>> from particle_sim.particle.example import example_run
    >>> print(f"{1e3 * overpotential_history(example_run())[-1]:.1f} mV")
    43.7 mV

    Raises :class:`InputError` for a section or body.
    """
    _ = run.particle.radial_mesh
    law = run.particle.material["exchange_current_density"]
    exchange = law(run.site_fraction[:, -1], run.temperature)
    return overpotential(run.outflow * FARADAY, exchange, run.temperature)
