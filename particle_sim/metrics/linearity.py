"""Whether the stress of a run is proportional to its flux, and over which fillings.

It is where sodium obeys Fick's law with one diffusivity, the elastic constants do not depend on the
filling, chemical strain is straight, and the run starts even and free of stress.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from particle_sim.particle.run import ParticleRun
from particle_sim.transport.fickian_diffusion import fickian_diffusion
from particle_sim.units import Array

FILLINGS = np.linspace(0, 1, 1001)
"""Fillings at which slopes are compared."""

STRAIGHT = 0.02
"""Relative spread within which a property counts as constant, or strain as straight (assumed): far
below what is known of any flaw. What is scaled is then off by as much."""

ROUNDING = 1e-6
"""Spread of the filling at the start, and stress there over the largest, that count as none."""


def why_not_linear(run: ParticleRun) -> str | None:
    """One sentence on what keeps stress from being proportional to the flux; ``None`` if it is."""
    title = run.particle.material.title
    if tuple(run.particle.physics) != (fickian_diffusion,):
        return f"{title}: stress does not scale with the flux under {run.particle.law}."
    if run.mesh.dimension > 1 and run.voltage is not None:
        return f"{title}: kinetics share the current out over the surface, and not linearly."
    if np.ptp(run.site_fraction[0]) > ROUNDING:
        return f"{title}: the run starts from an uneven filling."
    stress = np.abs(run.in_material(run.first_principal_stress)).max(axis=1)
    if stress[0] > ROUNDING * max(stress.max(), 1.0):
        return f"{title}: the particle is stressed before any sodium flows (coating, pressure)."
    if linear_fillings(run) is None:
        return f"{title}: a property bends within the fillings that the run passes."
    return None


def linear_fillings(run: ParticleRun) -> tuple[float, float] | None:
    """Fillings (lowest, highest) around those of the run with straight properties throughout.

    ``None`` where a property already bends within the run's own fillings.
    """
    straight = _straight(run)
    inside = (run.site_fraction.min(), run.site_fraction.max())
    first, last = (int(np.argmin(np.abs(FILLINGS - value))) for value in inside)
    reach = [_same_as_at(slope, (first + last) // 2) for slope in straight]
    low, high = max(r[0] for r in reach), min(r[1] for r in reach)
    step = float(FILLINGS[1])
    if inside[0] < FILLINGS[low] - step or inside[1] > FILLINGS[high] + step:
        return None
    return float(FILLINGS[low]), float(FILLINGS[high])


def chemical_strains(run: ParticleRun) -> tuple[Callable[[Array], Array], ...]:
    """Linear chemical strain against filling, along each axis that has its own."""
    crystal = run.particle.crystal
    if crystal is not None and crystal.strain is not None:
        return crystal.strain
    return (run.particle.material["chemical_strain"],)


def _straight(run: ParticleRun) -> list[Array]:
    """Quantities (f,) that must not vary with the filling."""
    material, crystal = run.particle.material, run.particle.crystal
    constant = [material["diffusivity"](FILLINGS, run.temperature)]
    if crystal is None or crystal.stiffness is None:
        constant += [material[name](FILLINGS) for name in ("youngs_modulus", "poisson_ratio")]
    return constant + [np.gradient(f(FILLINGS), FILLINGS) for f in chemical_strains(run)]


def _same_as_at(values: Array, place: int) -> tuple[int, int]:
    """First and last index of the stretch around ``place`` where the values are the same."""
    differs = np.abs(values - values[place]) > STRAIGHT * np.abs(values).max()
    below, above = np.flatnonzero(differs[:place]), np.flatnonzero(differs[place:])
    first = int(below[-1]) + 1 if len(below) else 0
    last = place + int(above[0]) - 1 if len(above) else len(values) - 1
    return first, last
