"""Surface conditions: how sodium enters or leaves a particle."""

from particle_sim.particle.surface.butler_volmer import ButlerVolmer as ButlerVolmer
from particle_sim.particle.surface.fixed_concentration import (
    FixedConcentration as FixedConcentration,
)
from particle_sim.particle.surface.galvanostatic import Galvanostatic as Galvanostatic
from particle_sim.particle.surface.linear_exchange import LinearExchange as LinearExchange
