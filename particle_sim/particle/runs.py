"""Either kind of particle run."""

from __future__ import annotations

from particle_sim.particle.body.run import BodyRun
from particle_sim.particle.run import ParticleRun

Run = ParticleRun | BodyRun
"""A result with sodium, stress and balances; metrics that name no radius take either kind."""
