"""How fast the sodium of a state moves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from particle_sim.units import Array


@dataclass(frozen=True, kw_only=True)
class Rate:
    """d theta/dt (n,) and sodium leaving per scaled time, by surface."""

    theta: Array
    flows: Mapping[str, float]

    @property
    def outflow(self) -> float:
        """Sodium leaving through all surfaces."""
        return sum(self.flows.values())
