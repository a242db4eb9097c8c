"""Theoretical capacity of a formula and which of its metals give electrons in their host."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass

from particle_sim.composition.oxidation import ChargeBalance, Ion
from particle_sim.composition.structures import Structure, Sublattice
from particle_sim.constants import FARADAY
from particle_sim.errors import InputError
from particle_sim.resources import shipped_table

_SECONDS = 3600.0
"""In an hour."""


@dataclass(frozen=True, kw_only=True)
class RedoxHost:
    """What ``redox.toml`` says about a host; couples are (lowest, highest) charge."""

    families: tuple[str, ...]
    couples: Mapping[str, tuple[int, int]]
    inactive: tuple[str, ...]
    source: str
    place: str
    dilute: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class RedoxShare:
    """Metals of the metal sublattices by role.

    Shares (1) are of all their metal atoms, empty sites excluded: ``active``, ``dilute`` (printed
    as inactive when dilute, active elsewhere) and ``inactive``. ``electrons_out`` and
    ``electrons_in`` are the electrons per formula unit that the active ions can give from the
    balanced state, and take.
    """

    active: float
    dilute: float
    inactive: float
    active_elements: tuple[str, ...]
    electrons_out: float
    electrons_in: float
    source: str
    place: str


def theoretical_capacity(molar_mass: float, electrons: float) -> float:
    """n F / (3600 M) [A h/kg, the same number in mA h/g] of ``electrons`` n per formula unit.

    ``molar_mass`` M in kg/mol. An upper bound: every electron is paid with a mobile ion.

    >>> round(theoretical_capacity(0.45630, 3.0), 1)
    176.2
    """
    if not 0 < electrons <= 100:
        raise InputError(
            f"electrons is {electrons:g} per formula unit; it must lie above 0 and up to 100."
        )
    return electrons * FARADAY / (_SECONDS * molar_mass)


def redox_share(
    metals: tuple[Sublattice, ...], structure: Structure, balance: ChargeBalance | None
) -> RedoxShare | None:
    """Redox roles on ``metals``; ``None`` where no paper gives the roles in this family.

    An ion is active when its element has a couple in the host that includes its charge and the
    ion is not named as inactive there.
    """
    host = next((host for host in _hosts() if structure.key in host.families), None)
    names = {sublattice.name for sublattice in metals}
    ions = [ion for ion in balance.ions if ion.sublattice in names] if balance else []
    total = sum(ion.amount for ion in ions)
    if host is None or total == 0:
        return None
    roles = {role: [ion for ion in ions if _role(ion, host) == role] for role in _ROLES}
    active = roles["active"]
    return RedoxShare(
        active=sum(ion.amount for ion in active) / total,
        dilute=sum(ion.amount for ion in roles["dilute"]) / total,
        inactive=sum(ion.amount for ion in roles["inactive"]) / total,
        active_elements=tuple(dict.fromkeys(ion.element for ion in active)),
        electrons_out=sum(i.amount * (host.couples[i.element][1] - i.charge) for i in active),
        electrons_in=sum(i.amount * (i.charge - host.couples[i.element][0]) for i in active),
        source=host.source,
        place=host.place,
    )


_ROLES = ("active", "dilute", "inactive")


def _role(ion: Ion, host: RedoxHost) -> str:
    low, high = host.couples.get(ion.element, (0, 0))
    if (
        low == high
        or not low <= ion.charge <= high
        or f"{ion.element}{ion.charge}" in host.inactive
    ):
        return "inactive"
    return "dilute" if ion.element in host.dilute else "active"


@functools.cache
def _hosts() -> tuple[RedoxHost, ...]:
    data = shipped_table("composition", "redox.toml")
    return tuple(
        RedoxHost(
            **{
                **entry,
                "couples": {e: (low, high) for e, (low, high) in entry["couples"].items()},
            }
        )
        for entry in data.values()
    )
