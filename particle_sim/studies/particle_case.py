"""One particle under one law: from a material and a flux to a run with states of interest."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from particle_sim.cell.half_cell import half_cell
from particle_sim.constants import FARADAY
from particle_sim.errors import InputError
from particle_sim.fem.mesh import Mesh
from particle_sim.flux import SurfaceFlux, constant_flux
from particle_sim.materials.material import Material
from particle_sim.particle import shapes
from particle_sim.particle.interface import RESOLVED_NODES, interface_width
from particle_sim.particle.outcome import Stored
from particle_sim.particle.particle import Particle
from particle_sim.particle.run import ParticleRun
from particle_sim.particle.solve import solve_particle
from particle_sim.studies.choices import Direction
from particle_sim.transport.laws import Law
from particle_sim.units import Array

SMOOTH_CELLS = 24
SMOOTH_GRADING = 100.0
CELLS_PER_INTERFACE = 3.6
"""Across the boundary of a plateau that is the whole filling; of a share s of it the jump is s, and
so is the error in theta, which goes with the square of the cells: sqrt(s) times as many do."""
MOST_CELLS = 4000
ORDER = 2
"""Of the elements along the radius."""


@dataclass(frozen=True, kw_only=True)
class ParticleCase:
    """A particle, its surface history and the fillings at which states are wanted."""

    material: Material
    law: Law
    flux: SurfaceFlux
    fillings: tuple[float, ...]
    tolerance: float = 1e-4
    history_points: int = 30


def run_case(case: ParticleCase) -> ParticleRun:
    """Solve a case; output times contain every wanted filling that the history reaches."""
    material = case.material
    mesh = sphere_mesh(material, case.law, case.flux.temperature)
    particle = Particle(material=material, mesh=mesh, order=ORDER, physics=case.law.terms)
    times = times_of_fillings(case.flux, material, case.fillings)
    even = np.linspace(case.flux.time[0], case.flux.time[-1], case.history_points + 1)[1:-1]
    tolerance = max(case.tolerance, 1e-3) if case.law.separates else case.tolerance
    return solve_particle(
        particle,
        case.flux,
        times=np.concatenate([times[np.isfinite(times)], even]),
        store=Stored.STEPS,
        tolerance=tolerance,
    )


def sphere_mesh(material: Material, law: Law, temperature: float) -> Mesh:
    """A sphere of the material's radius, fine enough for the phase boundary the law forms.

    Raises :class:`InputError` where that takes too many cells.
    """
    radius = material.value("particle_radius")
    width = interface_width(material, law.terms, temperature)
    if width is None:
        return shapes.sphere(radius, cells=SMOOTH_CELLS, grading=SMOOTH_GRADING)
    cells = max(SMOOTH_CELLS, math.ceil(_cells_across(material) * radius / width))
    if cells > MOST_CELLS:
        raise InputError(
            f"{material.title}: the phase boundary is {width * 1e9:.2g} nm wide, so a radius "
            f"of {radius * 1e6:.3g} um needs {cells} cells; at most {MOST_CELLS} are allowed. Use "
            "a smaller radius, a larger gradient_coefficient or --physics solid-solution."
        )
    return shapes.sphere(radius, cells=cells, grading=1.0)


def _cells_across(material: Material) -> float:
    """Cells across the widest boundary: enough for its jump, and for the narrowest to move freely.

    A boundary's width goes with the square root of its plateau's share.
    """
    shares = [step.share for step in material.steps]
    jump = CELLS_PER_INTERFACE * math.sqrt(max(shares))
    return max(jump, RESOLVED_NODES / ORDER * math.sqrt(max(shares) / min(shares)))


def rest_fillings(material: Material, direction: Direction) -> tuple[float, float]:
    """Mean fillings at rest at the cut-off where the half cell starts, and where it ends."""
    cell = half_cell(material)
    full, empty = (
        cell.rest_filling(material.value(name)) for name in ("lower_voltage", "upper_voltage")
    )
    return (full, empty) if direction is Direction.CHARGE else (empty, full)


def times_of_fillings(flux: SurfaceFlux, material: Material, fillings: tuple[float, ...]) -> Array:
    """Times at which the mean filling is reached (nan where the history ends before)."""
    radius = material.value("particle_radius")
    per_filling = material.maximum_concentration * radius / 3
    wanted = (flux.initial_site_fraction - np.asarray(fillings)) * per_filling
    return np.array([_time_of_passed(flux, float(amount)) for amount in wanted])


def _time_of_passed(flux: SurfaceFlux, amount: float) -> float:
    """When the sodium that left per area [mol/m2] reaches ``amount``; nan if never.

    Exact for a flux that is linear in time: amount = f t + s t^2 / 2 on the piece that crosses it.
    """
    gone = 0.0
    for left, right in pairwise(flux.time):
        piece = flux.passed(left, right)
        if piece != 0 and 0 <= (amount - gone) / piece <= 1:
            first, last = flux.between(left, right, left), flux.between(left, right, right)
            slope = (last - first) / (right - left)
            root = math.sqrt(max(first**2 + 2 * slope * (amount - gone), 0.0))
            return float(left + 2 * (amount - gone) / (first + math.copysign(root, piece)))
        gone += piece
    return math.nan


def galvanostatic_flux(
    material: Material, c_rate: float, direction: Direction, start: float, stop: float
) -> SurfaceFlux:
    """Constant flux of a sphere at ``c_rate`` from one mean filling to another.

    N = I rho R / (3 F) with I the C-rate times the material's 1C current [A/kg].
    """
    radius = material.value("particle_radius")
    current = c_rate * material.value("one_c_current") * material.value("density")
    flux = current * radius / (3 * FARADAY)
    duration = abs(stop - start) * material.maximum_concentration * radius / (3 * flux)
    sign = 1.0 if direction is Direction.CHARGE else -1.0
    return constant_flux(sign * flux, duration, initial_site_fraction=start)
