"""What a charge and a discharge do to the cracks of drawn particles.

Gradients of sodium within a phase: one table over D/R^2 serves every draw, because one-way fields
depend on N R/(D c_max) alone, stress scaled by E span/(1 - nu). A boundary between phases: the
table of :mod:`particle_sim.damage.boundary_crack`. Surface cracks open on charge, when the surface
is in tension, cracks in the middle on discharge.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from particle_sim.damage.boundary_crack import CORES, DEPTHS, core_intensity, shell_intensity
from particle_sim.damage.driving import Driving
from particle_sim.materials.material import Material
from particle_sim.metrics.half_plane import edge_crack_rule
from particle_sim.metrics.stress_bracket import boundary_in
from particle_sim.particle.run import ParticleRun
from particle_sim.plausible.draws import MaterialDraws, diffusion_rate, stress_factor
from particle_sim.studies.choices import Direction
from particle_sim.studies.particle_case import (
    ParticleCase,
    galvanostatic_flux,
    rest_fillings,
    run_case,
)
from particle_sim.studies.size_map import SMOOTH_RATES, with_diffusion_rate
from particle_sim.transport.laws import SOLID_SOLUTION
from particle_sim.units import Array

STEPS = 32
"""Equal parts of a charge at whose ends the stress is read."""
PASSED = (np.arange(STEPS) + 1) / STEPS
NOTHING = 1e-9
"""Of the largest K of a table: what stands for a closed crack where logarithms are read."""


class Site(enum.Enum):
    """Where a crack begins, and the half of the cycle that opens it."""

    SURFACE = Direction.CHARGE
    CENTRE = Direction.DISCHARGE


@dataclass(frozen=True, kw_only=True)
class GradientTable:
    """K/sqrt(R) [Pa] (k, d, t) of the central material at 1C: D/R^2 (k,), depths (d,), charge (t,).

    At another C-rate it is read at D/R^2 over that.
    """

    rates: Array
    intensity: Array


def gradient_tables(material: Material) -> dict[Site, GradientTable]:
    """Both halves of a cycle."""
    return {site: gradient_table(material, site) for site in Site}


def gradient_table(material: Material, site: Site) -> GradientTable:
    """Seventeen runs of a solid solution at 1C, from rest at one cut-off to the other.

    Where a run ends early, the surface being empty or full, nothing is loaded after.
    """
    start, stop = rest_fillings(material, site.value)
    radius = material.value("particle_radius")
    rows = []
    for rate in SMOOTH_RATES:
        own = with_diffusion_rate(material, float(rate))
        fillings = tuple(float(each) for each in start + (stop - start) * PASSED)
        case = ParticleCase(
            material=own,
            law=SOLID_SOLUTION,
            flux=galvanostatic_flux(own, 1.0, site.value, start, stop),
            fillings=fillings,
            tolerance=1e-3,
            history_points=2,
        )
        run = run_case(case)
        rows.append(_intensity(run, site)[:, _index(run, fillings)] / np.sqrt(radius))
        rows[-1][:, _missing(run, fillings)] = 0.0
    return GradientTable(rates=SMOOTH_RATES, intensity=np.array(rows))


def gradients(
    draws: MaterialDraws, table: GradientTable, c_rate: float, passed: Array, duration: Array
) -> Driving:
    """Of the draws (n,) at ``c_rate``, ``passed`` the share of the window that a half cycle
    exchanges, and its ``duration`` [s], (n,).

    Read in the logarithm of K over that of D/R^2; ends held.
    """
    more = draws.values.get("maximum_concentration")
    shared = 1.0 if more is None else more / draws.material.maximum_concentration
    place = np.log(diffusion_rate(draws) * shared / c_rate)
    known = np.log(table.rates)
    index = np.clip(np.searchsorted(known, place) - 1, 0, len(known) - 2)
    part = np.clip((place - known[index]) / (known[index + 1] - known[index]), 0, 1)
    part = part[:, None, None]
    logs = np.log(np.maximum(table.intensity, NOTHING * table.intensity.max()))
    unit = np.exp(logs[index] * (1 - part) + logs[index + 1] * part)
    radius = draws.values["particle_radius"]
    scale = stress_factor(draws) * np.sqrt(radius)
    return Driving(
        depth=radius[:, None] * DEPTHS,
        intensity=unit * scale[:, None, None],
        lasts=_lasts(PASSED - 0.5 / STEPS, 1 / STEPS, passed, duration),
    )


def boundary(draws: MaterialDraws, site: Site, passed: Array, duration: Array) -> Driving:
    """Of a boundary that holds its misfit up to yielding; as :func:`gradients`."""
    values = draws.values
    found = boundary_in(draws.material, values)
    of = shell_intensity if site is Site.SURFACE else core_intensity
    radius = values["particle_radius"]
    yields = np.broadcast_to(found.yield_stress, radius.shape)
    return Driving(
        depth=radius[:, None] * DEPTHS,
        intensity=of(found.stress, yields, radius),
        lasts=_lasts(1 - CORES, 1 / len(CORES), passed, duration),
    )


def _lasts(place: Array, width: float, passed: Array, duration: Array) -> Array:
    """Time (n, t) [s] in each part of a whole charge, of which a share ``passed`` is exchanged."""
    within = np.clip((passed[:, None] - place) / width + 0.5, 0, 1)
    return np.asarray(within * (duration / np.maximum(passed, 1e-12))[:, None] * width)


def _index(run: ParticleRun, fillings: tuple[float, ...]) -> NDArray[np.intp]:
    return np.array([np.argmin(np.abs(run.mean_site_fraction - each)) for each in fillings])


def _missing(run: ParticleRun, fillings: tuple[float, ...]) -> NDArray[np.bool_]:
    nearest = run.mean_site_fraction[_index(run, fillings)]
    return np.asarray(np.abs(nearest - np.asarray(fillings)) > 0.5 / STEPS)


def _intensity(run: ParticleRun, site: Site) -> Array:
    """K [Pa m^0.5] (d, t) of the run's cracks, 0 where closed."""
    radius = run.particle.radial_mesh.outer
    if site is Site.SURFACE:
        place, weight = edge_crack_rule()
        factor = np.sqrt(np.pi * radius * DEPTHS)
        at = radius * (1 - DEPTHS[:, None] * place)
    else:
        node, gauss = np.polynomial.legendre.leggauss(len(edge_crack_rule()[0]))
        angle = 0.25 * np.pi * (node + 1)
        place, weight = np.sin(angle), 0.25 * np.pi * gauss * np.sin(angle)
        factor = 2 * np.sqrt(radius * DEPTHS / np.pi)
        at = radius * DEPTHS[:, None] * place
    hoop = run.profile(at.ravel()).hoop_stress.values.reshape(len(run.time), *at.shape)
    return np.asarray(np.maximum(factor[:, None] * (hoop @ weight).T, 0.0))
