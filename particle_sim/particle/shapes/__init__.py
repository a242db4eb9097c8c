"""Shapes: each returns a mesh with named boundaries."""

from particle_sim.particle.shapes.cylinder import cylinder as cylinder
from particle_sim.particle.shapes.slab import slab as slab
from particle_sim.particle.shapes.sphere import sphere as sphere
