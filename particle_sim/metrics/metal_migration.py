"""Transition metals that hop into the carrier's layer: from a barrier to a share, and back.

Transition-state theory (Vineyard, J. Phys. Chem. Solids 3 (1957) 121): an ion leaves its site at
k = nu exp(-E/(R T)) and, where the other site lies higher by G, comes back at k exp(G/(R T)), as
detailed balance demands. Of many such ions, alike and independent, with s the share moved,

    ds/dt = k (1 - s) - k exp(G/(R T)) s,   s(0) = 0,
    s(t) = s_eq (1 - exp(-k t/s_eq)),       s_eq = 1/(1 + exp(G/(R T))).

Without a site energy nothing comes back and s = 1 - exp(-k t). One hop, one barrier: real barriers
fall as the carrier leaves, spread over local surroundings, and ions wait for vacancies.
"""

from __future__ import annotations

from typing import Annotated

import numpy as np
from numpy.typing import ArrayLike

from particle_sim.checks import arguments_checked
from particle_sim.constants import FARADAY, GAS_CONSTANT, REFERENCE_TEMPERATURE
from particle_sim.errors import InputError
from particle_sim.units import Array, Unit

ELECTRONVOLT = FARADAY
"""One electronvolt per ion [J/mol]."""

YEAR = 365.25 * 86400.0
"""Julian year [s]."""

ATTEMPT_FREQUENCY = 1e13
"""Attempts per second of an ion in an oxide (assumed: an optical phonon)."""

ATTEMPT_FREQUENCIES = (1e12, 10**13.5)
"""Lowest and highest attempt frequency thought possible [1/s] (assumed)."""

Values = float | Array


@arguments_checked
def hop_rate(
    barrier: Values,
    *,
    temperature: Values = REFERENCE_TEMPERATURE,
    attempt_frequency: Values = ATTEMPT_FREQUENCY,
) -> Annotated[Values, Unit("1/s")]:
    """k = nu exp(-E/(R T)) [1/s] of a ``barrier`` E [J/mol]; arguments broadcast.

    ``attempt_frequency`` nu [1/s], ``temperature`` T [K].

    >>> [float(f"{1 / hop_rate(ev * ELECTRONVOLT):.1e}") for ev in (0.47, 0.75, 1.27)]
    [8.8e-06, 0.48, 290000000.0]

    Raises :class:`InputError` for a negative barrier or a temperature or frequency not above zero.
    """
    _refuse("barrier", barrier, np.asarray(barrier) >= 0, "at least 0 J/mol")
    _refuse_conditions(temperature, attempt_frequency)
    return attempt_frequency * np.exp(-barrier / (GAS_CONSTANT * temperature))


@arguments_checked
def share_moved(
    barrier: Values,
    duration: Values,
    *,
    site_energy: Values | None = None,
    temperature: Values = REFERENCE_TEMPERATURE,
    attempt_frequency: Values = ATTEMPT_FREQUENCY,
) -> Annotated[Values, Unit("1")]:
    """Share of the ions that have moved after ``duration`` [s]: s(t) above; arguments broadcast.

    ``barrier`` E [J/mol], ``site_energy`` G [J/mol] of the new site over the old one, ``None``
    where none returns; ``attempt_frequency`` [1/s], ``temperature`` [K].

    >>> print(f"{share_moved(1.27 * ELECTRONVOLT, 36000.0):.1e}")
    1.2e-04

    Raises :class:`InputError` for a negative barrier or duration, a temperature or frequency not
    above zero, and what is not finite.
    """
    _refuse("duration", duration, np.asarray(duration) >= 0, "at least 0 s")
    rate = hop_rate(barrier, temperature=temperature, attempt_frequency=attempt_frequency)
    most = settled_share(site_energy, temperature=temperature)
    return -most * np.expm1(-rate * duration / most)


@arguments_checked
def settled_share(
    site_energy: Values | None, *, temperature: Values = REFERENCE_TEMPERATURE
) -> Annotated[Values, Unit("1")]:
    """s_eq = 1/(1 + exp(G/(R T))), which no waiting exceeds; 1 where none returns (``None``).

    ``site_energy`` G [J/mol] of the new site over the old one, ``temperature`` T [K].

    >>> print(f"{settled_share(0.1 * ELECTRONVOLT):.4f}", settled_share(None))
    0.0200 1.0

    Raises :class:`InputError` for a site energy that is not finite, and a temperature not above
    zero.
    """
    if site_energy is None:
        return 1.0
    _refuse("site_energy", site_energy, np.isfinite(site_energy), "a finite energy in J/mol")
    _refuse("temperature", temperature, np.asarray(temperature) > 0, "above 0 K")
    half = 0.5 * site_energy / (GAS_CONSTANT * temperature)
    return 0.5 * (1 - np.tanh(half))


@arguments_checked
def barrier_of_share(
    share: Values,
    duration: Values,
    *,
    site_energy: Values | None = None,
    temperature: Values = REFERENCE_TEMPERATURE,
    attempt_frequency: Values = ATTEMPT_FREQUENCY,
) -> Annotated[Values, Unit("J/mol")]:
    """The barrier [J/mol] at which ``share`` has moved after ``duration`` [s].

    E = R T ln(nu t/(-s_eq ln(1 - s/s_eq))), the inverse of :func:`share_moved`. ``site_energy``
    [J/mol] as there, ``attempt_frequency`` nu [1/s], ``temperature`` T [K].

    >>> print(f"{barrier_of_share(0.29, 36000.0) / ELECTRONVOLT:.2f} eV")
    1.07 eV

    Raises :class:`InputError` for a share that is not between 0 and :func:`settled_share`, and a
    duration, temperature or frequency not above zero.
    """
    most = settled_share(site_energy, temperature=temperature)
    inside = (np.asarray(share) > 0) & (np.asarray(share) < most)
    _refuse("share", share, inside, f"between 0 and the settled share, {np.min(most):.3g}")
    _refuse("duration", duration, np.asarray(duration) > 0, "above 0 s")
    _refuse_conditions(temperature, attempt_frequency)
    hops = -most * np.log1p(-np.asarray(share) / most)
    return GAS_CONSTANT * temperature * np.log(attempt_frequency * duration / hops)


def _refuse_conditions(temperature: Values, attempt_frequency: Values) -> None:
    _refuse("temperature", temperature, np.asarray(temperature) > 0, "above 0 K")
    frequent = np.asarray(attempt_frequency) > 0
    _refuse("attempt_frequency", attempt_frequency, frequent, "above 0 1/s")


def _refuse(name: str, value: Values, allowed: ArrayLike, wanted: str) -> None:
    if not np.all(allowed) or not np.all(np.isfinite(value)):
        raise InputError(f"metal_migration: {name} is {value}; it must be {wanted} and finite.")
