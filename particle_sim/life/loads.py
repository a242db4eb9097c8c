"""What a charge and a discharge do to the cracks of drawn particles.

Gradients of sodium within a phase: one table over D/R^2 serves every draw, because one-way fields
depend on N R/(D c_max) alone, stress scaled by E span/(1 - nu). Boundaries between phases, one
after the other: the table of :mod:`particle_sim.damage.boundary_crack`. Where sodium widens the
lattice, cracks at the surface open on charge and cracks in the middle on discharge; where it
narrows it, the other way round.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from particle_sim.damage.boundary_crack import (
    DEPTHS,
    EDGES,
    core_intensity,
    shell_intensity,
)
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
from particle_sim.studies.size_map import with_diffusion_rate
from particle_sim.transport.laws import SOLID_SOLUTION
from particle_sim.units import Array

RATES = np.concatenate(
    [np.logspace(-7, -5.75, 6), np.logspace(-5.5, -4, 13), 10.0 ** np.array([-3.5, -3, -2, 0, 2])]
)
"""D/R^2 [1/s] of the runs at 1C: close where the surface is empty before the middle, then few, as
stress goes as R^2/D."""
STEPS = 32
"""Equal parts of a half cycle at whose ends the stress is read."""
PASSED = np.arange(STEPS + 1) / STEPS
NOTHING = 1e-9
"""Of the largest K of a table: what stands for a closed crack where logarithms are read."""
FLAT = 0.02
"""Misfit of a plateau, or K of a half of the cycle, over the largest, below which it is left out:
it cracks nothing that the other does not."""


class Site(enum.Enum):
    """Where a crack begins."""

    SURFACE = "surface"
    CENTRE = "centre"


@dataclass(frozen=True, kw_only=True)
class GradientTable:
    """K/sqrt(R) [Pa] (h, k, d, t) of the central material at 1C: halves of the cycle that open
    the crack (h,), D/R^2 (k,), depths (d,), and 0 to 1 (t,) of the charge ``reach`` (h, k).

    ``reach``: what passes until the surface is empty or full, over the whole window. At another
    C-rate all is read at D/R^2 over that.
    """

    rates: Array
    reach: Array
    intensity: Array


def gradient_tables(material: Material) -> dict[Site, GradientTable]:
    """Twenty-four runs of a solid solution at 1C in each direction, from rest at one cut-off to the
    other, or until the surface is empty or full."""
    ends = {each: rest_fillings(material, each) for each in Direction}
    runs = {
        each: [_run(material, each, float(rate), *ends[each]) for rate in RATES]
        for each in Direction
    }
    reach = np.array([[np.ptp(run.mean_site_fraction) for run in runs[each]] for each in Direction])
    found = {}
    for site in Site:
        every = np.array([[_over_charge(run, site) for run in runs[each]] for each in Direction])
        largest = every.max(axis=(1, 2, 3))
        opens = largest > FLAT * largest.max()
        opens[0] |= not opens.any()
        found[site] = GradientTable(rates=RATES, reach=reach[opens], intensity=every[opens])
    return found


def _run(
    material: Material, direction: Direction, rate: float, start: float, stop: float
) -> ParticleRun:
    own = with_diffusion_rate(material, rate)
    case = ParticleCase(
        material=own,
        law=SOLID_SOLUTION,
        flux=galvanostatic_flux(own, 1.0, direction, start, stop),
        fillings=tuple(float(each) for each in start + (stop - start) * PASSED[1:]),
        tolerance=1e-3,
        history_points=2,
    )
    return run_case(case)


def gradients(
    draws: MaterialDraws, table: GradientTable, c_rate: float, passed: Array, duration: Array
) -> Driving:
    """Of the draws (n,) at ``c_rate``, ``passed`` the share of the window that a half cycle
    exchanges, and its ``duration`` [s], (n,).

    Read in the logarithm of K over that of D/R^2; ends held. Where the surface is empty before
    ``passed``, nothing is loaded after.
    """
    more = draws.values.get("maximum_concentration")
    shared = 1.0 if more is None else more / draws.material.maximum_concentration
    place = np.log(diffusion_rate(draws) * shared / c_rate)
    known = np.log(table.rates)
    index = np.clip(np.searchsorted(known, place) - 1, 0, len(known) - 2)
    part = np.clip((place - known[index]) / (known[index + 1] - known[index]), 0, 1)
    radius = draws.values["particle_radius"]
    scale = stress_factor(draws) * np.sqrt(radius)
    least = max(NOTHING * table.intensity.max(), np.finfo(float).tiny)
    found, lasts = [], []
    for reach, intensity in zip(table.reach, table.intensity, strict=True):
        end = np.exp(np.interp(place, known, np.log(reach)))
        share = np.minimum(passed / end, 1.0)
        low, high = (_at_shares(intensity, each, share, least) for each in (index, index + 1))
        part_ = part[:, None, None]
        found.append(np.exp(low * (1 - part_) + high * part_) * scale[:, None, None])
        loaded = duration * np.minimum(end / np.maximum(passed, 1e-12), 1.0)
        lasts.append(np.repeat(loaded[:, None] / STEPS, STEPS, axis=1))
    return _one_after_another(radius, found, lasts)


def _one_after_another(radius: Array, found: list[Array], lasts: list[Array]) -> Driving:
    """Stretches of a cycle: K (n, d, t) at the instants of each, and times (n, t - 1) between."""
    joint = np.zeros((len(radius), 1))
    times = [each for stretch in lasts for each in (stretch, joint)]
    return Driving(
        depth=radius[:, None] * DEPTHS,
        intensity=np.concatenate(found, axis=-1),
        lasts=np.concatenate(times[:-1], axis=-1),
    )


def _at_shares(table: Array, index: NDArray[np.intp], share: Array, least: float) -> Array:
    """ln K (n, d, t) of rows ``index`` (n,) at ``PASSED`` of ``share`` (n,) of their reach."""
    place = share[:, None] * PASSED * STEPS
    node = np.minimum(place.astype(int), STEPS - 1)
    part = (place - node)[..., None]
    row = index[:, None]
    values = table[row, :, node] * (1 - part) + table[row, :, node + 1] * part
    return np.asarray(np.log(np.maximum(values, least)).swapaxes(1, 2))


def boundary(draws: MaterialDraws, site: Site, passed: Array, duration: Array) -> Driving:
    """Of boundaries that hold their misfit up to yielding; as :func:`gradients`.

    A plateau of share s is passed in s of the charge, from the surface inwards, with its own share
    of the misfit of :func:`~particle_sim.metrics.stress_bracket.boundary_in`. The misfit is that
    of the largest; plateaus whose own is below ``FLAT`` of it are left out.
    """
    values, material = draws.values, draws.material
    whole = boundary_in(material, values)
    radius = values["particle_radius"]
    yields = np.broadcast_to(whole.yield_stress, radius.shape)
    of = shell_intensity if site is Site.SURFACE else core_intensity
    full, empty = rest_fillings(material, Direction.CHARGE)
    found, lasts = [], []
    for first, last, misfit in _plateaus(material):
        charges = (misfit > 0) is (site is Site.SURFACE)
        begin, end = (last, first) if charges else (first, last)
        found.append(of(whole.stress * abs(misfit), yields, radius))
        edges = np.abs(end + (begin - end) * EDGES - (full if charges else empty))
        lasts.append(_lasts(edges, passed, duration))
    return _one_after_another(radius, found, lasts)


def _plateaus(material: Material) -> tuple[tuple[float, float, float], ...]:
    """Fillings at the ends of each plateau that strains, and its misfit over the largest, positive
    where sodium widens the lattice."""
    ends = [(step.start, step.start + step.share) for step in material.steps]
    strain = np.array([np.diff(material["chemical_strain"](np.array(each)))[0] for each in ends])
    largest = np.abs(strain).max()
    if largest == 0:
        return ((0.0, 1.0, 1.0),)
    kept = np.abs(strain) > FLAT * largest
    return tuple(
        (*each, float(of / largest))
        for each, of, keep in zip(ends, strain, kept, strict=True)
        if keep
    )


def _lasts(edges: Array, passed: Array, duration: Array) -> Array:
    """Time (n, 2 t) [s] in halves of the parts of a charge between its shares ``edges`` (t + 1,),
    of which ``passed`` is exchanged in ``duration``."""
    within = np.clip(passed[:, None] - edges[:-1], 0, np.diff(edges))
    times = within * (duration / np.maximum(passed, 1e-12))[:, None]
    return np.repeat(times / 2, 2, axis=1)


def _over_charge(run: ParticleRun, site: Site) -> Array:
    """K/sqrt(R) [Pa] (d, t) at 0 to 1 of the charge of a run."""
    gone = np.abs(run.mean_site_fraction - run.mean_site_fraction[0])
    own = _intensity(run, site) / np.sqrt(run.particle.radial_mesh.outer)
    wanted = gone[-1] * PASSED
    return np.array([np.interp(wanted, gone, each) for each in own])


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
    hoop = run.hoop_stress(at.ravel()).reshape(len(run.time), *at.shape)
    return np.asarray(np.maximum(factor[:, None] * (hoop @ weight).T, 0.0))
