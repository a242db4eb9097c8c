"""What a brittle solid does where strain and damage are the same everywhere: closed forms.

A uniform state is what a body shorter than a few l does, and where a long one starts to localise.
With psi the energy that damage takes, and G_c already times the fatigue factor:

    AT1  d = 1 - psi_c / psi from psi_c = 3 G_c / (16 l) on
    AT2  d = 2 psi / (2 psi + G_c / l), stress largest at psi_c = G_c / (6 l), where d = 1/4
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from particle_sim.checks import arguments_checked
from particle_sim.damage.field.solid import BrittleSolid, CrackDensity
from particle_sim.damage.field.split import respond
from particle_sim.errors import InputError
from particle_sim.units import Array, joule_per_cubic_metre, pascal

LEFT_AT_PEAK = {CrackDensity.AT1: 1.0, CrackDensity.AT2: 9 / 16}
"""(1 - d)^2 where the stress of a uniform state is largest."""


@dataclass(frozen=True, kw_only=True)
class UniformHistory:
    """A bar in uniaxial stress; one value per strain.

    stress [Pa], elastic_energy and dissipated [J/m3].
    """

    damage: Array
    stress: Array
    elastic_energy: Array
    dissipated: Array


def critical_energy(solid: BrittleSolid) -> joule_per_cubic_metre:
    """psi_c [J/m3]: where AT1 starts to damage, and where the stress of AT2 is largest."""
    share = 3 / 16 if solid.density is CrackDensity.AT1 else 1 / 6
    return share * solid.toughness / solid.length_scale


def uniform_damage(solid: BrittleSolid, energy: Array, fatigue_factor: float = 1.0) -> Array:
    """Damage in equilibrium with the energy psi [J/m3] (...), without a history."""
    density = np.asarray(energy, dtype=float)
    worn = fatigue_factor * solid.toughness / solid.length_scale
    if solid.density is CrackDensity.AT1:
        safe = np.maximum(density, 3 / 16 * worn)
        return np.asarray(1 - 3 / 16 * worn / safe)
    return np.asarray(2 * density / (2 * density + worn))


@arguments_checked
def uniform_bar(solid: BrittleSolid, strains: Sequence[float] | Array) -> UniformHistory:
    """A bar of ``solid`` under a sequence of axial ``strains`` (k,), all its stress damaged and no
    damage undone.

    sigma = ((1 - d)^2 + k) E eps. Valid for a bar too short to localise (about 2 pi l). Returns
    damage, stress [Pa] and both energies [J/m3], (k,) each.

    >>> from particle_sim.damage.field import BrittleSolid, uniform_bar
    >>> solid = BrittleSolid(
    ...     youngs_modulus=80e9, poisson_ratio=0.28, toughness=17.0, length_scale=25e-9
    ... )
    >>> [round(float(d), 4) for d in uniform_bar(solid, [0.05, 0.07, 0.02]).damage]
    [0.0, 0.3495, 0.3495]

    Raises nothing.
    """
    strain = np.asarray(strains, dtype=float)
    density = 0.5 * solid.youngs_modulus * strain**2
    damage = np.maximum.accumulate(uniform_damage(solid, density))
    left = (1 - damage) ** 2 + solid.residual_stiffness
    cost = solid.toughness / (solid.density.normalisation * solid.length_scale)
    return UniformHistory(
        damage=damage,
        stress=left * solid.youngs_modulus * strain,
        elastic_energy=left * density,
        dissipated=cost * solid.density.of(damage),
    )


@arguments_checked
def strength(solid: BrittleSolid, state: tuple[float, float, float]) -> pascal:
    """Largest factor of principal stresses ``state`` that the undamaged ``solid`` carries.

    In the unit of the state: of (1, 0, 0) it is a strength [Pa]. Where psi of ``factor state``
    reaches psi_c: sqrt(psi_c / psi(state)), times 9/16 for AT2, which is damaged before. Without a
    split: sqrt(3 E G_c / (8 l)) in uniaxial tension of AT1, sqrt(3 E G_c / (16 l (1 - nu))) in
    equibiaxial, sqrt(3 K G_c / (8 l)) in even tension. Infinite where no part of the energy is
    damaged.

    >>> from particle_sim.damage.example import example_cracks
    >>> solid = example_cracks().body.solid
    >>> print(f"{strength(solid, (1.0, 0.0, 0.0)) / 1e9:.2f} GPa")
    3.81 GPa

    Raises :class:`InputError` for a state of zeros or of numbers that are not finite.
    """
    if not np.any(state) or not np.all(np.isfinite(state)):
        raise InputError(f"The stress state is {state}; give three finite numbers, not all zero.")
    stress = np.asarray(state, dtype=float)
    ratio, modulus = solid.poisson_ratio, solid.youngs_modulus
    strain = np.zeros(4)
    strain[:3] = ((1 + ratio) * stress - ratio * stress.sum()) / modulus
    damaged = respond(solid.split, solid.lame_modulus, solid.shear_modulus, strain).energy
    if damaged <= 0:
        return math.inf
    factor = math.sqrt(critical_energy(solid) / float(damaged))
    return LEFT_AT_PEAK[solid.density] * factor


STATES = {
    "uniaxial": (1.0, 0.0, 0.0),
    "equibiaxial": (1.0, 1.0, 0.0),
    "even": (1.0, 1.0, 1.0),
}
"""Principal stresses of a bar, of the skin of a particle and of its centre."""


@arguments_checked
def strength_in_words(solid: BrittleSolid) -> str:
    """The strength that length scale and split of ``solid`` imply, in tension.

    >>> from particle_sim.damage.field import BrittleSolid, strength_in_words
    >>> print(strength_in_words(BrittleSolid(
    ...     youngs_modulus=80e9, poisson_ratio=0.28, toughness=17.0, length_scale=25e-9
    ... )))
    With l = 25 nm the solid breaks without a flaw at 4.82 GPa uniaxial, 4.13 GPa equibiaxial, \
3.93 GPa even tension.

    Raises nothing.
    """
    each = [f"{strength(solid, state) / 1e9:.3g} GPa {name}" for name, state in STATES.items()]
    return (
        f"With l = {solid.length_scale * 1e9:.3g} nm the solid breaks without a flaw at "
        f"{', '.join(each)} tension."
    )
