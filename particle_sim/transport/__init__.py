"""Transport of sodium at a point: terms of the flux, kinetics of the surface, potentials."""

from particle_sim.transport.darken_diffusion import darken_diffusion as darken_diffusion
from particle_sim.transport.fickian_diffusion import fickian_diffusion as fickian_diffusion
from particle_sim.transport.phase_separation import (
    coherent_phase_separation as coherent_phase_separation,
)
from particle_sim.transport.phase_separation import phase_separation as phase_separation
from particle_sim.transport.stress_drift import dilute_stress_drift as dilute_stress_drift
from particle_sim.transport.stress_drift import stress_drift as stress_drift
