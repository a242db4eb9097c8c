"""Grain boundaries that open: cohesive laws on the facets between a body's regions."""

from particle_sim.damage.interfaces.bar import pull_bar as pull_bar
from particle_sim.damage.interfaces.cohesive_law import CohesiveLaw as CohesiveLaw
from particle_sim.damage.interfaces.cracked_mesh import cracked_mesh as cracked_mesh
from particle_sim.damage.interfaces.grain_boundaries import (
    open_grain_boundaries as open_grain_boundaries,
)
from particle_sim.damage.interfaces.grain_boundaries import pull_apart as pull_apart
