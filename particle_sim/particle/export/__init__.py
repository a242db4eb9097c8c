"""Files of body runs for other programs."""

from particle_sim.particle.export.vtkhdf import write_vtkhdf as write_vtkhdf
from particle_sim.particle.export.vtu import write_vtu as write_vtu
