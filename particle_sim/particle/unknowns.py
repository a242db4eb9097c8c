"""One implicit stage of a scaled particle problem."""

from __future__ import annotations

from dataclasses import dataclass

from particle_sim.units import Array


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One implicit stage: time (scaled), its piece of history, its length and known history."""

    time: float
    piece: tuple[float, float]
    length: float
    history: Array
