"""Stress and unevenness of a coherent two-phase sphere, read off a table of sections.

The table (``parameters/fields/coherent_sphere.toml``) holds the equilibrium of
:mod:`particle_sim.studies.coherent_sphere` and the stress of its axisymmetric section over chi, B
and the filling y of one plateau; stress scales with E e/(1 - nu), e the plateau's linear strain.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.interpolate import RegularGridInterpolator

from particle_sim.checks import arguments_checked
from particle_sim.constants import GAS_CONSTANT, REFERENCE_TEMPERATURE
from particle_sim.materials.material import Material
from particle_sim.resources import shipped_table
from particle_sim.studies.choices import StressMeasure
from particle_sim.studies.coherent_sphere import coherent_field
from particle_sim.studies.size_map import LAST_FRACTION, MapPoint
from particle_sim.transport.one_sided import coherency_energy
from particle_sim.units import Array

FIELDS = ("von_mises", "tension", "surface_tension", "spread", "surface_excess", "energy")
MIRRORED = {"tension": "compression", "surface_tension": "surface_compression"}
"""What y is at 1 - y with the opposite stress."""
SEPARATES_ABOVE = 2.0
_PASSED = 201
_NOTHING = 1e-3
_LEAST = 0.01  # of B, below which stress does not move the phases


@dataclass(frozen=True, kw_only=True)
class CoherentBody:
    """Of a coherent sphere, each (n,): stresses [Pa] are its peaks, all 0 where it is uniform."""

    von_mises: Array
    tension: Array
    """First principal stress, anywhere"""
    surface_tension: Array
    spread: Array
    """Largest minus smallest filling: of the plateau (y), or of the window (theta)"""
    surface_excess: Array
    """Mean over the surface minus mean over the volume, of the same"""
    energy: Array
    """Elastic energy over E e^2 V/(1 - nu)"""


@arguments_checked
def coherent_body(
    interaction: Array, coherency: Array, filling: Array, stress: Array
) -> CoherentBody:
    """At rest, once separated: chi, B, y and E e/(1 - nu) [Pa] (n,) each, e positive or negative.

    Linear between entries of chi, log B and y; nothing where chi <= 2 or y is outside 0..1. For
    R >> lambda, phases that keep up with the current, isotropic elasticity and nu near 0.28 (von
    Mises stress is 8 % lower at 0.36 and as much higher at 0.2, tension within 3 %). Where
    chi - B/2 > 2 the boundary is sharp and its rim's stress grows by a quarter with each decade of
    R over its width; the table has a width of 0.03 R.

    >>> found = coherent_body(*(np.array([x]) for x in (3.0, 5.3, 0.59, 3.18e9)))
    >>> print(f"{found.von_mises[0] / 1e9:.1f} GPa, tension {found.tension[0] / 1e9:.1f} GPa")
    0.8 GPa, tension 0.5 GPa
    """
    chi, energy, y, unit = np.broadcast_arrays(interaction, coherency, filling, stress)
    there = (chi > SEPARATES_ABOVE) & (y > 0) & (y < 1)
    mirrored = y > 0.5
    grid, tables = _tables()
    at = np.stack([chi, np.log(np.maximum(energy, 1e-300)), np.where(mirrored, 1 - y, y)], axis=-1)
    at = np.clip(at, [axis[0] for axis in grid], [axis[-1] for axis in grid])
    values: dict[str, Array] = {}
    for name in FIELDS:
        reads = [name, MIRRORED.get(name, name)]
        # a mirrored field turns tension round, and so does a plateau that shrinks as it fills
        turned = mirrored ^ (unit < 0) if name in MIRRORED else np.zeros_like(mirrored)
        value = np.where(turned, tables[reads[1]](at), tables[reads[0]](at))
        if name == "surface_excess":
            value = np.where(mirrored, -value, value)
        scaled = np.abs(unit) if name in ("von_mises", *MIRRORED) else 1.0
        values[name] = np.where(there, value * scaled, 0.0)
    return CoherentBody(**values)


@arguments_checked
def coherent_body_in(
    material: Material,
    site_fraction: Array,
    values: Mapping[str, Array] | None = None,
    temperature: float = REFERENCE_TEMPERATURE,
) -> CoherentBody:
    """What :func:`coherent_body` says of a ``material`` on its widest plateau.

    At fillings theta ``site_fraction`` (m,), ``temperature`` [K] and drawn ``values`` (n,) by the
    name of their property. Arrays (n, m) of n draws, (1, m) at the material's centre; ``spread``
    and ``surface_excess`` count theta. On its other plateaus the particle is uniform here.

    >>> from particle_sim.materials.load import load_material
    >>> found = coherent_body_in(load_material("nvp"), np.array([0.5]))
    >>> print(f"{found.tension[0, 0] / 1e9:.1f} GPa")
    0.5 GPa

    Raises :class:`KeyError` for a material without a property that stress follows from.
    """
    widest = max(material.steps, key=lambda step: step.share)
    ends = np.array([widest.start, widest.start + widest.share])
    strain = float(np.diff(material["chemical_strain"](ends))[0])
    drawn = values or {}

    def of(name: str) -> Array:
        return np.atleast_1d(drawn.get(name, material.value(name)))[:, None]

    span = strain * material["volume_change"].stretch(of("volume_change")[:, 0])[:, None]
    stiffness = of("youngs_modulus") / (1 - of("poisson_ratio"))
    full = np.atleast_1d(drawn.get("maximum_concentration", material.maximum_concentration))
    sodium = GAS_CONSTANT * temperature * widest.share * full[:, None]
    body = coherent_body(
        of("regular_solution_parameter"),
        2 * stiffness * span**2 / sodium,
        (np.atleast_1d(site_fraction) - widest.start)[None] / widest.share,
        stiffness * span,
    )
    return CoherentBody(
        von_mises=body.von_mises,
        tension=body.tension,
        surface_tension=body.surface_tension,
        spread=widest.share * body.spread,
        surface_excess=widest.share * body.surface_excess,
        energy=body.energy,
    )


def coherent_point(
    material: Material, start: float, last: float, stress: StressMeasure
) -> MapPoint:
    """A coherent sphere on its way between the mean fillings ``start`` and ``last`` as a map point.

    Phases part where the one-sided wave becomes unstable, 1/(y (1-y)) < 2 chi, and stay until they
    dissolve. At the central values and D/R^2; what is not von Mises stress is told by the tension.
    """
    widest = max(material.steps, key=lambda step: step.share)
    chi = material.value("regular_solution_parameter")
    passed = np.linspace(start, last, _PASSED)
    half = 0.5 * np.sqrt(max(1 - SEPARATES_ABOVE / chi, 0.0)) if chi > 0 else 0.0
    y = (passed - widest.start) / widest.share
    parted = y <= 0.5 + half if last < start else y >= 0.5 - half
    body = coherent_body_in(material, passed)
    spread = _spread(material, float(y[-1])) if parted[-1] else 0.0
    peak = body.von_mises if stress is StressMeasure.VON_MISES else body.tension
    return {
        "diffusion_rate": material.value("diffusivity") / material.value("particle_radius") ** 2,
        "peak_stress": float((peak[0] * parted).max()),
        "peak_tension": float((body.surface_tension[0] * parted).max()),
        "inhomogeneity": spread,
        "surface_excess": float(body.surface_excess[0, -1]) if spread > _NOTHING else 0.0,
        "reached": LAST_FRACTION,
    }


def _spread(material: Material, filling: float) -> float:
    """Largest minus smallest theta at ``filling`` of the widest plateau, from the field itself."""
    if not 0 < filling < 1:
        return 0.0
    chi, ratio = material.value("regular_solution_parameter"), material.value("poisson_ratio")
    field = coherent_field(chi, max(coherency_energy(material), _LEAST), filling, ratio)
    ends = field.filling(np.array([-1.0, 1.0]), np.ones(2))
    return max(step.share for step in material.steps) * float(np.ptp(ends))


@cache
def _tables() -> tuple[tuple[Array, ...], Mapping[str, RegularGridInterpolator]]:
    """Axes chi, log B, y, and a table of every field over them."""
    stored = shipped_table("fields", "coherent_sphere.toml")
    grid = (
        np.array(stored["interaction"]),
        np.log(np.array(stored["coherency"])),
        np.array(stored["filling"]),
    )
    names = (*FIELDS, *MIRRORED.values())
    return grid, {name: RegularGridInterpolator(grid, np.array(stored[name])) for name in names}
