"""One material in the playground: a half cell's voltage and the particle behind it, at once."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from particle_sim.constants import REFERENCE_TEMPERATURE
from particle_sim.materials.material import Material
from particle_sim.metrics.flaw import FlawKind
from particle_sim.particle.interface import interface_width
from particle_sim.particle.run import ParticleRun
from particle_sim.studies.choices import Direction, PhysicsChoice
from particle_sim.studies.half_cell_batch import HalfCellBatch, half_cell_batch
from particle_sim.studies.particle_case import (
    ParticleCase,
    galvanostatic_flux,
    rest_fillings,
    run_case,
)
from particle_sim.studies.sweep_functions import with_values
from particle_sim.transport.laws import Law, law_of
from particle_sim.units import Array

POINTS = 60
"""Of the voltage curve."""
BOUNDARY = 0.2
"""Least width of a phase boundary over the radius, so that a run takes a fraction of a second."""
TOLERANCE = 1e-2
"""Of a time step, in site fraction: not seen in a picture."""
HISTORY = 12
"""Least number of states along the charge."""
ROOM = 1e-3
"""Site fraction kept from both ends of the window, where a boundary has no equilibrium."""


@dataclass(frozen=True, kw_only=True)
class OneParticle:
    """What the playground shows of one material."""

    material: Material
    drawn: Material
    """The same with the phase boundary as wide as it is drawn"""
    cell: HalfCellBatch
    run: ParticleRun | None
    """None where the cell stops at once"""
    widened: float
    """Width of the phase boundary over the believed one; 1 where it is not changed"""

    @property
    def rest(self) -> tuple[float, float]:
        """Mean fillings at rest at the cut-offs, between which the usable capacity is counted."""
        return rest_fillings(self.material, Direction.CHARGE)

    @property
    def largest_tension(self) -> Array:
        """Largest first principal stress in the particle at each time [Pa] (t,), at least 0."""
        assert self.run is not None
        return np.asarray(self.run.first_principal_stress.max(axis=1).clip(min=0.0))

    @property
    def crack_ratio(self) -> float:
        """K/K_IC of the file's flaw under the largest tension; nan without a toughness."""
        known = self.material.properties
        if self.run is None or not {"flaw_size", "fracture_toughness"} <= known.keys():
            return math.nan
        flaw = min(known["flaw_size"].magnitude, 0.1 * self.material.value("particle_radius"))
        stress = float(self.largest_tension.max())
        return FlawKind.SURFACE.intensity(stress, flaw) / known["fracture_toughness"].magnitude


def charged(
    material: Material, values: Mapping[str, float], c_rate: float, physics: PhysicsChoice
) -> OneParticle:
    """Charge one half cell and its particle; ``values`` in SI replace the file's.

    The cell gives the capacity (single-particle model with Fick's law); the particle is run at the
    same constant flux for as long. A phase boundary is drawn at least R/5 wide.
    """
    own = with_values(material, values)
    cell = half_cell_batch(
        own, c_rate=np.array([c_rate]), direction=Direction.CHARGE, output=POINTS
    )
    start = float(cell.mean_site_fraction[0, 0])
    stop = float(cell.mean_site_fraction_end[0])
    law = law_of(physics.value, own)
    drawn, widened = _with_wide_boundary(own, law)
    if law.separates:
        start, stop = min(start, 1 - ROOM), max(stop, ROOM)
    run = None
    if start - stop > ROOM:
        flux = galvanostatic_flux(drawn, c_rate, Direction.CHARGE, start, stop)
        case = ParticleCase(
            material=drawn,
            law=law,
            flux=flux,
            fillings=(),
            tolerance=TOLERANCE,
            history_points=HISTORY,
        )
        run = run_case(case)
    return OneParticle(material=own, drawn=drawn, cell=cell, run=run, widened=widened)


def _with_wide_boundary(material: Material, law: Law) -> tuple[Material, float]:
    """The width grows with the square root of the gradient coefficient."""
    width = interface_width(material, law.terms, REFERENCE_TEMPERATURE)
    wanted = BOUNDARY * material.value("particle_radius")
    if width is None or width >= wanted:
        return material, 1.0
    ratio = wanted / width
    gradient = material["gradient_coefficient"]
    wide = gradient.with_magnitude(gradient.magnitude * ratio**2)
    return material.replaced(gradient_coefficient=wide), ratio
