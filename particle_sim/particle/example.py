"""The run that the examples of docstrings share, so that each of them is short and quick."""

from __future__ import annotations

from functools import cache

from particle_sim.flux import constant_flux
from particle_sim.materials.load import load_material
from particle_sim.particle.particle import Particle
from particle_sim.particle.run import ParticleRun
from particle_sim.particle.shapes.sphere import sphere
from particle_sim.particle.solve import solve_particle


@cache
def example_run() -> ParticleRun:
    """A sphere of NVP, 250 nm, from which sodium is drawn for a minute; solved once.

    Fick's law from a filling of 0.5, 1e-6 mol/(m2 s) out of the surface, ten cells; stored are the
    start, 30 s and the end. A thing to try metrics and figures on, and no result: real runs choose
    their cells, their law and their flux. Raises nothing.

    >>> run = example_run()
    >>> [round(float(filling), 4) for filling in run.mean_site_fraction]
    [0.5, 0.4805, 0.4609]
    """
    return solve_particle(
        Particle(material=load_material("nvp"), mesh=sphere(2.5e-7, cells=10)),
        constant_flux(1e-6, 60.0, initial_site_fraction=0.5),
        times=[30.0],
    )
