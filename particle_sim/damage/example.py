"""Cracks and grains that examples of docstrings share, so that each of them is short and quick."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np

from particle_sim.damage.charged_wire import ChargedWire
from particle_sim.damage.field.body import CrackBody
from particle_sim.damage.field.crack import crack
from particle_sim.damage.field.load import CrackLoad
from particle_sim.damage.field.resolution import LengthScale
from particle_sim.damage.field.result import CrackRun
from particle_sim.damage.field.solid import BrittleSolid
from particle_sim.flux import constant_flux
from particle_sim.materials.load import load_material
from particle_sim.particle.particle import Particle
from particle_sim.particle.shapes.rectangle import rectangle
from particle_sim.particle.solve import solve_particle

LENGTH, WIDTH = 4e-7, 2e-8


@cache
def example_cracks() -> CrackRun:
    """A bar, 400 nm by 20 nm, that is pulled until it breaks across; solved once.

    Its ends move apart by 8 and by 24 nm at the times 4e-9 and 12e-9. A thing to try pictures on,
    and no result. Raises nothing.

    >>> [float(f"{size:.1e}") for size in example_cracks().crack_size]
    [0.0, 2e-08]
    """
    solid = BrittleSolid(
        youngs_modulus=80e9, poisson_ratio=0.28, toughness=17.0, length_scale=LENGTH / 10
    )
    body = CrackBody(mesh=rectangle((LENGTH, WIDTH), cells=(40, 2)), solid=solid)
    ends = {"left": lambda x, t: 0 * x - (t, 0), "right": lambda x, t: 0 * x + (t, 0)}
    load = CrackLoad(displacement=ends)
    return crack(body, load, [4e-9, 12e-9], meaning=LengthScale.MATERIAL)


@cache
def example_wire() -> ChargedWire:
    """The bar of :func:`example_cracks` in the place of a wire that is charged; solved once.

    Around its cracks is the sodium of NVP that leaves through the right end for a second. Raises
    nothing.

    >>> example_wire().title, len(example_wire().around)
    ('NVP', 2)
    """
    cracks, material = example_cracks(), load_material("nvp")
    around = solve_particle(
        Particle(material=material, mesh=cracks.body.mesh, order=1),
        constant_flux(1e-6, 1.0, initial_site_fraction=0.5),
        on=("right",),
        tolerance=1e-2,
    )
    return ChargedWire(
        title=material.title,
        cracks=cracks,
        charge=np.array([5.0, 10.0]),
        around=(around, around),
        c_rate=1.0,
        wetted=False,
        emptied=False,
    )


@cache
def example_grains() -> Particle:
    """Two grains of NVP side by side, 20 nm by 5 nm, whose boundary may be opened. Raises nothing.

    >>> sorted({int(region) for region in example_grains().mesh.regions})
    [0, 1]
    """
    mesh = rectangle((20e-9, 5e-9), cells=(4, 1))
    right = mesh.points[mesh.cells, 0].mean(axis=1) > 10e-9
    return Particle(
        material=load_material("nvp"), mesh=replace(mesh, regions=right.astype(np.intp))
    )
