"""Physics terms: one contribution to the sodium flux each."""

from particle_sim.particle.physics.darken_diffusion import darken_diffusion as darken_diffusion
from particle_sim.particle.physics.fickian_diffusion import fickian_diffusion as fickian_diffusion
from particle_sim.particle.physics.phase_separation import (
    coherent_phase_separation as coherent_phase_separation,
)
from particle_sim.particle.physics.phase_separation import phase_separation as phase_separation
from particle_sim.particle.physics.stress_drift import dilute_stress_drift as dilute_stress_drift
from particle_sim.particle.physics.stress_drift import stress_drift as stress_drift
