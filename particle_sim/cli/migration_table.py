"""The table of ``particle-sim migration``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from particle_sim.cli.tables import print_table
from particle_sim.materials.system import load_system
from particle_sim.metrics.metal_migration import (
    ATTEMPT_FREQUENCIES,
    ATTEMPT_FREQUENCY,
    ELECTRONVOLT,
    YEAR,
    barrier_of_share,
    hop_rate,
    share_moved,
)
from particle_sim.units import quantity, split_quantity

ATTEMPTS = (ATTEMPT_FREQUENCIES[0], ATTEMPT_FREQUENCY, ATTEMPT_FREQUENCIES[1])
TIMES = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "h": 3600.0, "days": 86400.0, "years": YEAR}
"""Units of a waiting time, and each in seconds."""


@dataclass(frozen=True, kw_only=True)
class Charge:
    """How long and how warm, and the energy of the new site over the old [J/mol]; ``None``: no
    return.
    """

    duration: float
    temperature: float
    site_energy: float | None


@dataclass(frozen=True, kw_only=True)
class Hops:
    """A barrier and a share that belong together, for all three attempt frequencies."""

    source: str
    barrier: tuple[float, ...]
    """[eV]"""
    wait: float
    """[s]"""
    share: tuple[float, ...]

    @property
    def as_json(self) -> dict[str, object]:
        """The fields with their units in the keys."""
        return {
            "source": self.source,
            "barrier_eV": self.barrier,
            "wait_s": self.wait,
            "share_moved": self.share,
        }


def hops_of_barrier(source: str, barrier: float, charge: Charge) -> Hops:
    """Wait and share moved of a ``barrier`` [J/mol]."""
    moved = tuple(
        float(share_moved(barrier, attempt_frequency=each, **vars(charge))) for each in ATTEMPTS
    )
    wait = float(1 / hop_rate(barrier, temperature=charge.temperature))
    in_ev = (barrier / ELECTRONVOLT,)
    return Hops(source=source, barrier=in_ev, wait=wait, share=moved)


def hops_of_share(source: str, share: float, charge: Charge) -> Hops:
    """The barrier that ``share`` means."""
    found = [
        float(barrier_of_share(share, attempt_frequency=each, **vars(charge))) for each in ATTEMPTS
    ]
    wait = float(1 / hop_rate(found[1], temperature=charge.temperature))
    in_ev = tuple(each / ELECTRONVOLT for each in found)
    return Hops(source=source, barrier=in_ev, wait=wait, share=(share,))


def printed_barriers(name: str) -> list[tuple[str, float]]:
    """Printed barriers of ions that are not the carrier [J/mol]."""
    system, found = load_system(name), []
    for fact in system.file.printed.get("migration_barrier", []):
        ion, value = fact.text("ion"), fact.number("lo_eV")
        if value is not None and ion and ion != system.file.material.carrier:
            words = ", ".join(part for part in (ion, fact.text("state")) if part)
            found.append((f"printed: {words}", value * ELECTRONVOLT))
    return found


def printed_shares(name: str) -> list[tuple[str, float]]:
    """Printed shares of a metal that moved."""
    return [
        (f"printed: {fact.text('ion')} moved", value / 100)
        for fact in load_system(name).file.printed.get("tm_migration", [])
        for key in ("pct", "pct_lo", "pct_hi")
        if (value := fact.number(key)) is not None
    ]


def typed_energy(option: str, text: str) -> float:
    """An energy in eV per ion, or per mole, as it was typed [J/mol]."""
    value, unit = split_quantity(text)
    return value * ELECTRONVOLT if unit == "eV" else quantity(option, text, "J/mol")


def print_hops(title: str, found: Sequence[Hops]) -> None:
    """The rows with the central value first and the range of the attempt frequency behind it."""
    shown = [
        {
            "from": hops.source,
            "barrier": _spread(hops.barrier, "{:.2f}", " eV"),
            "one ion waits": _time(hops.wait),
            "share moved": _spread(hops.share, "{:.2g}"),
        }
        for hops in found
    ]
    print_table(title, shown)
    low, high = ATTEMPT_FREQUENCIES
    print(f"Central: 1e13 attempts per second; in brackets {low:.0e} and {high:.0e} (assumed).")


def _spread(values: Sequence[float], digits: str, unit: str = "") -> str:
    shown = [digits.format(each) for each in values]
    if len(set(shown)) == 1:
        return shown[0] + unit
    return f"{shown[1]}{unit} ({shown[0]} to {shown[2]})"


def _time(seconds: float) -> str:
    fitting = [unit for unit, size in TIMES.items() if size <= 2.5 * seconds] or ["us"]
    return f"{seconds / TIMES[fitting[-1]]:.2g} {fitting[-1]}"
