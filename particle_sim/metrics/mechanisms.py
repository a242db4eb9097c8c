"""What a phase boundary may do with its misfit: stay coherent, yield, let go, or cut the particle.

A free sphere of radius R and volume V holds a core of share f whose stress-free lengths exceed the
shell's by the misfit e (negative: the shell is the larger). Moduli are equal, phases sharp and
concentric. Energy says what may happen, not what will: the barriers between the branches are
unknown. Every number may be an array of draws.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from particle_sim.errors import InputError
from particle_sim.metrics.flaw import FlawKind
from particle_sim.metrics.flaw_free_bound import PENNY_AT_BEST, SHELL_AT_BEST
from particle_sim.units import Array

HALF = 0.5
"""Core share with the largest coherent energy, f (1 - f) = 1/4."""


class Mechanism(enum.Enum):
    """A branch, by the name it has in tables.

    >>> [each.value for each in Mechanism]
    ['coherent', 'plastic shell', 'incoherent', 'cut in two']
    """

    COHERENT = "coherent"
    PLASTIC = "plastic shell"
    INCOHERENT = "incoherent"
    CUT = "cut in two"


@dataclass(frozen=True, kw_only=True)
class Branch:
    """Stress [Pa] and ``energy`` [J] of one branch, (n,); made by :func:`mechanisms`.

    ``tension`` is the largest first principal stress: of the shell's hoop where the core is the
    larger, of the core where it is the smaller. ``von_mises`` is the largest in the shell,
    ``surface_hoop`` the hoop at the outside, ``core_pressure`` positive where the core is pressed.
    """

    tension: Array
    von_mises: Array
    surface_hoop: Array
    core_pressure: Array
    energy: Array


@dataclass(frozen=True, kw_only=True)
class PhaseBoundary:
    """A misfit and what it meets; numbers or arrays of one length.

    ``misfit`` linear, ``youngs_modulus`` [Pa], ``poisson_ratio``, ``radius`` [m], ``yield_stress``
    Y [Pa], ``interface_energy`` of an incoherent boundary [J/m2], ``toughness`` K_IC [Pa m^0.5],
    ``flaw_size`` [m]. Where phases between two others part a misfit, it is that of one of the
    boundaries, which are met one after the other.

    >>> nvp = PhaseBoundary(
    ...     misfit=0.0826 / 3, youngs_modulus=80e9, poisson_ratio=0.28, radius=250e-9,
    ...     yield_stress=1.6e9, interface_energy=0.3, toughness=1.2e6, flaw_size=20e-9,
    ... )
    >>> print(f"{nvp.stress / 1e9:.2f} GPa")
    3.06 GPa

    Raises :class:`InputError` for a modulus, radius, yield stress, energy or toughness that is not
    positive, and a Poisson ratio outside -0.5 to 0.5.
    """

    misfit: float | Array
    youngs_modulus: float | Array
    poisson_ratio: float | Array
    radius: float | Array
    yield_stress: float | Array
    interface_energy: float | Array
    toughness: float | Array
    flaw_size: float | Array

    def __post_init__(self) -> None:
        for name in ("youngs_modulus", "radius", "yield_stress", "interface_energy", "toughness"):
            if not np.all(np.asarray(getattr(self, name)) > 0):
                raise InputError(f"A phase boundary's {name} must be positive; give it in SI.")
        if not np.all(np.abs(self.poisson_ratio) < HALF):
            raise InputError("A phase boundary's poisson_ratio must lie between -0.5 and 0.5.")

    @property
    def stress(self) -> Array:
        """E |e|/(1 - nu) [Pa]: von Mises stress of a coherent shell at the boundary, for any f."""
        return np.asarray(self.youngs_modulus * np.abs(self.misfit) / (1 - self.poisson_ratio))

    @property
    def smallest_incoherent(self) -> Array:
        """a* = 3 gamma (1 - nu)/(E e^2) [m]: a small core of a larger radius lets go."""
        return _over(3 * self.interface_energy, self.stress * np.abs(self.misfit))

    @property
    def cut_energy(self) -> Array:
        """G_c pi R^2 [J], G_c = K_IC^2 (1 - nu^2)/E."""
        critical = self.toughness**2 * (1 - self.poisson_ratio**2) / self.youngs_modulus
        return np.asarray(critical * np.pi * self.radius**2)

    @property
    def critical_radius(self) -> Array:
        """R_c = 3 (1 - nu) G_c/(E e^2) [m]: the largest coherent energy, f = 1/2, pays a cut."""
        per_area = self.cut_energy / (np.pi * self.radius**2)
        return _over(3 * per_area, self.stress * np.abs(self.misfit))

    @property
    def pop_in(self) -> Array:
        """Stress [Pa] at which the flaw starts to grow: an edge crack where the shell is in
        tension, a penny crack where the core is."""
        edge, penny = FlawKind.SURFACE.shape_factor, FlawKind.EMBEDDED.shape_factor
        factor = np.where(np.asarray(self.misfit) >= 0, edge, penny)
        return np.asarray(self.toughness / (factor * np.sqrt(self.flaw_size)))

    @property
    def flaw_free_bound(self) -> Array:
        """Largest K [Pa m^0.5] of any flaw in the coherent particle, over all f: see
        :mod:`particle_sim.metrics.flaw_free_bound`."""
        factor = np.where(np.asarray(self.misfit) >= 0, SHELL_AT_BEST, PENNY_AT_BEST)
        return np.asarray(factor * self.stress * np.sqrt(self.radius))

    def spacing(self, burgers_vector: float) -> Array:
        """b/|e| [m] between the dislocations that relieve all of the misfit."""
        return _over(burgers_vector, np.abs(self.misfit))


def mechanisms(
    boundary: PhaseBoundary, core_share: float | Array = HALF
) -> Mapping[Mechanism, Branch]:
    """Every branch of ``boundary`` at ``core_share`` f; stress and energy arrays (n,).

    Coherent: p = 2 S (1 - f)/3 in the core, S = E |e|/(1 - nu); hoop of the shell S (1 + 2 f)/3 at
    the boundary, S f at the surface; W = E e^2 f (1 - f) V/(1 - nu). Plastic: see
    :func:`plastic_shell`. Incoherent: no stress, W = gamma 4 pi a^2. Cut: no stress, G_c pi R^2,
    which assumes that it releases all.

    >>> nvp = PhaseBoundary(
    ...     misfit=0.0826 / 3, youngs_modulus=80e9, poisson_ratio=0.28, radius=250e-9,
    ...     yield_stress=1.6e9, interface_energy=0.3, toughness=1.2e6, flaw_size=20e-9,
    ... )
    >>> found = mechanisms(nvp)
    >>> round(float(found[Mechanism.COHERENT].tension) / 1e9, 2)
    2.04
    >>> min(found, key=lambda name: float(found[name].energy)).value
    'incoherent'

    Raises :class:`InputError` for a core share that is not between 0 and 1.

    Source: Lame's solution; R. Hill, The Mathematical Theory of Plasticity (Oxford, 1950), chapter
    V; A. A. Griffith, Phil. Trans. R. Soc. A 221 (1921) 163. Small strain; no hardening.
    """
    share = np.asarray(core_share, dtype=float)
    if not np.all((share > 0) & (share < 1)):
        raise InputError("A core share must lie between 0 and 1, both ends excluded.")
    coherent, core = _coherent(boundary, share), np.cbrt(share) * boundary.radius
    return {
        Mechanism.COHERENT: coherent,
        Mechanism.PLASTIC: plastic_shell(boundary, share),
        Mechanism.INCOHERENT: _free(coherent, boundary.interface_energy * 4 * np.pi * core**2),
        Mechanism.CUT: _free(coherent, boundary.cut_energy),
    }


def _free(coherent: Branch, energy: Array) -> Branch:
    """No stress, at an ``energy`` of its own."""
    none = np.zeros_like(coherent.energy)
    return Branch(
        tension=none,
        von_mises=none,
        surface_hoop=none,
        core_pressure=none,
        energy=energy + none,
    )


def _coherent(boundary: PhaseBoundary, share: Array) -> Branch:
    stress, sign = boundary.stress, np.sign(boundary.misfit)
    pressure = 2 * stress * (1 - share) / 3
    hoop = stress * (1 + 2 * share) / 3
    volume = 4 / 3 * np.pi * np.asarray(boundary.radius) ** 3
    energy = stress * np.abs(boundary.misfit) * share * (1 - share) * volume
    return Branch(
        tension=np.where(sign >= 0, hoop, pressure),
        von_mises=stress + 0 * share,
        surface_hoop=sign * stress * share,
        core_pressure=sign * pressure,
        energy=energy,
    )


def plastic_shell(boundary: PhaseBoundary, share: Array) -> Branch:
    """Elastic-perfectly plastic shell around the misfitting core of ``boundary`` (Hill 1950).

    With m = S/Y and ``share`` f, between 0 and 1: elastic for m <= 1; yielded to c^3 = a^3 m while
    c <= R, p = (2 Y/3) (ln m + 1 - f m), hoop at most Y (1 + 2 f m)/3 at c and Y f m at the
    surface; all plastic for f m > 1, p = -(2 Y/3) ln f, hoop Y. The energy is what the misfit's
    growth costs, stored and dissipated: 3 f V times the integral of p over the misfit.

    >>> soft = PhaseBoundary(
    ...     misfit=0.03, youngs_modulus=80e9, poisson_ratio=0.28, radius=250e-9,
    ...     yield_stress=1e8, interface_energy=0.3, toughness=1.2e6, flaw_size=20e-9,
    ... )
    >>> print(f"{plastic_shell(soft, np.array(0.5)).tension / 1e6:.0f} MPa")
    100 MPa

    Raises nothing; :func:`mechanisms` refuses shares outside 0 to 1.
    """
    elastic, limit = _coherent(boundary, share), np.asarray(boundary.yield_stress)
    ratio, sign = boundary.stress / limit, np.sign(boundary.misfit)
    grown = np.clip(ratio, 1.0, 1 / share)  # c^3/a^3
    full = share * grown
    pressure = 2 * limit / 3 * (np.log(grown) + 1 - full)
    hoop = limit * (1 + 2 * full) / 3
    work = (
        (1 - share) / 2
        + grown * np.log(grown)
        - share * (grown**2 - 1) / 2
        + np.log(1 / share) * np.maximum(ratio - 1 / share, 0)
    )
    core = 4 / 3 * np.pi * np.asarray(boundary.radius) ** 3 * share
    first = limit * (1 - np.asarray(boundary.poisson_ratio)) / boundary.youngs_modulus
    yields = ratio > 1
    return Branch(
        tension=np.where(yields, np.where(sign >= 0, hoop, pressure), elastic.tension),
        von_mises=np.minimum(elastic.von_mises, limit),
        surface_hoop=np.where(yields, sign * limit * full, elastic.surface_hoop),
        core_pressure=np.where(yields, sign * pressure, elastic.core_pressure),
        energy=np.where(yields, 2 * limit * core * first * work, elastic.energy),
    )


def _over(value: float | Array, divisor: float | Array) -> Array:
    """value/divisor; inf without misfit."""
    with np.errstate(divide="ignore"):
        return np.asarray(np.divide(value, divisor))
