"""One implicit stage of a scaled particle problem."""

from __future__ import annotations

from dataclasses import dataclass

from particle_sim.units import Array

Piece = tuple[float, float]
"""Start and end of a smooth piece of the surface history [s]."""


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One implicit stage: time (scaled), its piece of history, its length and known history."""

    time: float
    piece: Piece
    length: float
    history: Array
