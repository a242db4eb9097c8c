"""Dimensionless crack number and critical radius: can a particle pay for its own fracture?

G = Z E eps_m^2 R is the form of Hu, Zhao & Suo, J. Mater. Res. 25 (2010) 1007, who took Z from
cracked particles. Here, a definition of this project, G is the whole elastic energy of the
uncracked particle over the area of the cut through its middle:

    Z = W / (A E eps_m^2 R).

No crack releases more than W, so G bounds the mean energy release rate of that cut from above.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from particle_sim.errors import InputError
from particle_sim.fem.body_mesh import Symmetry
from particle_sim.metrics.crack_risk import crack_risk
from particle_sim.metrics.effective_moduli import effective_moduli
from particle_sim.metrics.flaw import toughness_belief
from particle_sim.metrics.fracture import energy_release_rate
from particle_sim.metrics.linearity import chemical_strains
from particle_sim.particle.run import ParticleRun
from particle_sim.units import dimensionless, joule_per_square_metre, metre

HALF_FILLED = 0.5
"""Filling whose moduli stand for the particle, as in its elasticity's stress unit."""


@dataclass(frozen=True, kw_only=True)
class CutInTwo:
    """What cutting a particle through its middle could release, and over which area.

    Made by :func:`cut_in_two`. ``energy`` [J] largest over time, ``area`` [m2]; both per metre
    where the particle is long. ``radius`` R [m].
    """

    energy: float
    area: float
    radius: float

    @property
    def energy_per_area(self) -> joule_per_square_metre:
        """W/A [J/m2], an upper bound of the mean energy release rate of the cut."""
        return self.energy / self.area


def cut_in_two(run: ParticleRun) -> CutInTwo:
    """Largest elastic energy over ``run``, and the cut through the middle of the particle.

    Coatings count, a matrix around the particle does not. A sphere is cut in its great circle, a
    cylinder along its axis. A body's R is that of the ball (in plane strain: disc) of its volume,
    and so is its cut; a flat or long body can be cut through a smaller area.

    >>> from particle_sim.particle.example import example_run
    >>> print(f"{1e3 * cut_in_two(example_run()).energy_per_area:.2f} mJ/m2")
    0.67 mJ/m2

    Raises :class:`InputError` for a slab, which has no middle to be cut through.
    """
    return _radial_cut(run) if run.mesh.dimension == 1 else _body_cut(run)


def misfit_span(run: ParticleRun) -> dimensionless:
    """eps_m of ``run``: span of the linear chemical strain over the material's window, widest axis.

    Of the whole window, whatever part of it the run passes.

    >>> from particle_sim.particle.example import example_run
    >>> round(misfit_span(example_run()), 4)
    0.0287

    Raises nothing.
    """
    filling = np.linspace(0, 1, 201)
    return max(float(np.ptp(strain(filling))) for strain in chemical_strains(run))


def crack_number(run: ParticleRun) -> dimensionless:
    """Z = W/(A E eps_m^2 R) of ``run``, E at half filling.

    W, A and R are those of :func:`cut_in_two`, eps_m is :func:`misfit_span`. Set by the pattern of
    the stress alone: it stays the same for another radius or modulus at the same t D/R^2 and
    theta(r/R), as long as stress does not act back on the sodium.

    >>> from particle_sim.particle.example import example_run
    >>> print(f"{crack_number(example_run()):.2g}")
    4.1e-05

    Raises :class:`InputError` without chemical strain, and for a slab.
    """
    span, cut = misfit_span(run), cut_in_two(run)
    if span == 0:
        raise InputError(
            f"{run.particle.material.title}: its chemical strain is zero over the whole window, so "
            "stress comes from outside and has no crack number; use cut_in_two."
        )
    modulus, _ = effective_moduli(run, HALF_FILLED)
    return cut.energy_per_area / (modulus * span**2 * cut.radius)


def critical_radius(run: ParticleRun, *, toughness: float | None = None) -> metre:
    """R_c = G_c/(Z E eps_m^2) [m] of ``run``: smaller particles cannot pay for a cut in two.

    Griffith's balance (Phil. Trans. R. Soc. A 221 (1921) 163) with G_c = K_IC^2 (1 - nu^2)/E and
    ``toughness`` K_IC [Pa m^0.5], the material's unless given: where R < R_c the stored energy is
    less than the cut costs, so a complete cut is excluded; R > R_c only allows it. Smaller cracks
    are not excluded. It compares particles in the same state (same theta(r/R) history: a C-rate
    that goes as 1/R^2, or sharp phases at any rate). At one C-rate, steady Fickian stress grows as
    R^2 and W/A as R^5: there the limit is R (R_c/R)^(1/5). inf without stress.

    >>> from particle_sim.particle.example import example_run
    >>> run = example_run()
    >>> limit = critical_radius(run)
    >>> at_one_rate = run.length * (limit / run.length) ** 0.2
    >>> print(f"{1e3 * limit:.1f} mm in this state, {1e6 * at_one_rate:.2f} um at this rate")
    6.2 mm in this state, 1.89 um at this rate

    Raises :class:`InputError` for a slab, and where the material has no toughness and none is
    given.
    """
    cut = cut_in_two(run)
    if cut.energy <= 0:
        return math.inf
    limit = toughness_belief(run.particle.material, toughness).magnitude
    cost = energy_release_rate(limit, *effective_moduli(run, HALF_FILLED))
    return cut.radius * cost / cut.energy_per_area


def critical_radius_of_flaw(
    run: ParticleRun, *, flaw_size: float | None = None, toughness: float | None = None
) -> metre:
    """R (K_IC/K)^2 [m] of ``run``: the radius at which its worst flaw, scaled along, just grows.

    For flaws that are a fixed share of the particle, K = Y sigma sqrt(a) goes as sqrt(R) in the
    same state (see :func:`critical_radius`). A flaw of fixed size has no critical radius there: its
    K does not depend on R. ``flaw_size`` [m] and ``toughness`` [Pa m^0.5] are the material's unless
    given. inf without tension.

    >>> from particle_sim.particle.example import example_run
    >>> print(f"{1e3 * critical_radius_of_flaw(example_run()):.1f} mm")
    8.7 mm

    Raises :class:`InputError` for a slab, and where the material lacks a number and none is given.
    """
    risk = crack_risk(run, flaw_size=flaw_size, toughness=toughness)
    return math.inf if risk.ratio == 0 else cut_in_two(run).radius / risk.ratio**2


def _radial_cut(run: ParticleRun) -> CutInTwo:
    inner, outer = run.length * run.mesh.points[[0, -1], 0]  # a shell included
    if run.mesh.symmetry is Symmetry.LAYERED:
        raise InputError(
            "A slab is endless in its own plane and cannot be cut in two; use a sphere, a cylinder "
            "or a body for its crack number."
        )
    sphere = run.mesh.symmetry is Symmetry.SPHERICAL
    area = math.pi * (outer**2 - inner**2) if sphere else 2 * (outer - inner)
    energy = float(run.strain_energy_history().max())
    return CutInTwo(energy=energy, area=float(area), radius=float(outer))


def _body_cut(run: ParticleRun) -> CutInTwo:
    mesh = run.elasticity.space.mesh
    copies = 2 ** sum(name.startswith("symmetry_") for name in mesh.boundaries)
    scaled = copies * float(np.abs(run.elasticity.space.volumes.sum()))
    energy = copies * float(run.strain_energy_history().max())
    if mesh.symmetry is Symmetry.PLANE:
        radius = run.length * math.sqrt(scaled / math.pi)
        return CutInTwo(energy=energy, area=2 * radius, radius=radius)
    radius = run.length * math.cbrt(scaled * 3 / (4 * math.pi))
    return CutInTwo(energy=energy, area=math.pi * radius**2, radius=radius)
