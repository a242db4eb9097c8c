"""Shapes: each returns a mesh with named boundaries."""

from particle_sim.particle.shapes.agglomerate import agglomerate as agglomerate
from particle_sim.particle.shapes.ball import ball as ball
from particle_sim.particle.shapes.ball_section import ball_section as ball_section
from particle_sim.particle.shapes.box import box as box
from particle_sim.particle.shapes.cylinder import cylinder as cylinder
from particle_sim.particle.shapes.disc import disc as disc
from particle_sim.particle.shapes.imported import imported as imported
from particle_sim.particle.shapes.plate import plate as plate
from particle_sim.particle.shapes.plate_section import plate_section as plate_section
from particle_sim.particle.shapes.polycrystal import polycrystal as polycrystal
from particle_sim.particle.shapes.rectangle import rectangle as rectangle
from particle_sim.particle.shapes.rod import rod as rod
from particle_sim.particle.shapes.rod_section import rod_section as rod_section
from particle_sim.particle.shapes.slab import slab as slab
from particle_sim.particle.shapes.sphere import sphere as sphere
from particle_sim.particle.shapes.spheroid import spheroid as spheroid
from particle_sim.particle.shapes.spheroid_section import spheroid_section as spheroid_section
