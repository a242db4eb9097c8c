"""Automatic warnings: where a particle result leaves the range in which its model is valid."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from particle_sim.constants import GAS_CONSTANT
from particle_sim.fem.mesh import Coordinates
from particle_sim.materials.material import Material
from particle_sim.transport.term import PhysicsTerm, Potential
from particle_sim.units import Array, readable

if TYPE_CHECKING:
    from particle_sim.particle.run import ParticleRun

SMALL_STRAIN = 0.03
"""Linear chemical strain above which small-strain elasticity is off by several per cent."""


SIZES = (1e-9, 1e-3)
"""Sizes of a particle [m] below and above which another unit was probably meant."""


def warnings_for(run: ParticleRun, tolerance: float, space: float | None) -> tuple[str, ...]:
    """Sentences for the user about a radial run, most serious first.

    ``tolerance`` is the one the run was asked for, ``space`` its estimated error in space.
    """
    material, width = run.particle.material, _width(run)
    checks = (
        range_warning(run.balances.site_fraction, tolerance),
        space_warning(space, tolerance),
        size_warning(run.particle.mesh.outer),
        interface_warning(width, float(run.particle.mesh.cell_sizes.max()), run.particle.order),
        strength_warning(material, float(run.stress.max())),
        strain_warning(material["chemical_strain"](run.site_fraction)),
        _radial_phase_separation(run),
    )
    return tuple(text for text in checks if text is not None)


def range_warning(extent: tuple[float, float], slack: float) -> str | None:
    """Where theta left 0..1 by more than ``slack``."""
    low, high = extent
    if low >= -slack and high <= 1 + slack:
        return None
    return (
        f"The site fraction runs from {low:.3g} to {high:.3g}, but a crystal holds only 0 to 1; "
        "the fields beyond mean nothing: use finer cells, or limits that end the run."
    )


def space_warning(error: float | None, tolerance: float) -> str | None:
    """Where the estimated error in space exceeds the tolerance."""
    if error is None or error <= tolerance:
        return None
    return (
        f"The mesh leaves an error of about {error:.1g} in space, above the tolerance of "
        f"{tolerance:g}; use more cells or a higher order."
    )


def size_warning(size: float) -> str | None:
    """Where a particle's ``size`` [m] looks like a number in another unit."""
    if SIZES[0] <= size <= SIZES[1]:
        return None
    return (
        f"The particle's size is {size:.3g} m, which no battery particle has; sizes are in metres, "
        "so half a micrometre is 0.5e-6."
    )


def strain_warning(strain: Array) -> str | None:
    """Where linear chemical strain (any shape) spans more than small strain allows."""
    span = float(strain.max() - strain.min())
    if span <= SMALL_STRAIN:
        return None
    return (
        f"The linear chemical strain spans {span:.1%}; small-strain elasticity is meant for up to "
        f"{SMALL_STRAIN:.0%}, so stresses are rough."
    )


def strength_warning(material: Material, peak: float) -> str | None:
    """Where the largest tensile stress [Pa] exceeds the material's strength."""
    strength = material.properties.get("tensile_strength")
    if strength is None or peak <= strength.magnitude:
        return None
    return (
        f"The largest tensile stress, {readable(peak / 1e6)} MPa, exceeds the tensile strength of "
        f"{readable(strength.magnitude / 1e6)} MPa; the material would crack or yield before."
    )


def interface_warning(width: float | None, cell: float, order: int) -> str | None:
    """Where a phase boundary of ``width`` [m] has fewer than four node distances."""
    if width is None or cell <= width * order / 4:
        return None
    return (
        f"The phase boundary is {width * 1e9:.2g} nm wide but the largest cell {cell * 1e9:.2g} "
        f"nm; use cells of at most {width * order / 4 * 1e9:.2g} nm."
    )


def interface_width(
    material: Material, terms: Sequence[PhysicsTerm], temperature: float
) -> float | None:
    """Width of the diffuse boundary by its steepest slope [m], or ``None`` without two phases.

    0.9 sqrt(2 kappa s / (R T c_max (chi/2 - 1))), s the share of the widest plateau; within 10 %
    of the exact width for chi between 2.5 and 4.5 (coherency widens it further).
    """
    if not any(Potential.GRADIENT_ENERGY in term.potentials for term in terms):
        return None
    chi = material.value("regular_solution_parameter")
    if chi <= 2:
        return None
    share = max(step.share for step in material.steps)
    energy = GAS_CONSTANT * temperature * material.maximum_concentration
    scale = material.value("gradient_coefficient") * share / energy
    return float(0.9 * np.sqrt(2 * scale / (chi / 2 - 1)))


def _width(run: ParticleRun) -> float | None:
    return interface_width(run.particle.material, run.particle.physics, run.temperature)


def _radial_phase_separation(run: ParticleRun) -> str | None:
    sphere = run.particle.mesh.coordinates is Coordinates.SPHERE
    if not sphere or run.particle.mesh.is_hollow or _width(run) is None:
        return None
    return (
        "Radial symmetry lets only shells separate; a sphere's first instability is one-sided "
        "and sets in at a radius 2.16 times smaller than a radial model says."
    )
