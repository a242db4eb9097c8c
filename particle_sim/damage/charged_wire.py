"""A long wire that was charged: its cracks, and the sodium around them, time by time."""

from __future__ import annotations

from dataclasses import dataclass

from particle_sim.damage.field.result import CrackRun
from particle_sim.particle.run import ParticleRun
from particle_sim.units import Array


@dataclass(frozen=True, kw_only=True)
class ChargedWire:
    """A quarter of the section of one material's wire.

    charge (t,) [mAh/g] gone at the times of ``cracks``; ``around`` (t runs): the sodium around the
    cracks of each time, as if they had been there from the start; ``emptied``: the surface had no
    sodium left before the charge was over; ``wetted``: electrolyte fills the cracks.
    """

    title: str
    cracks: CrackRun
    charge: Array
    around: tuple[ParticleRun, ...]
    c_rate: float
    wetted: bool
    emptied: bool

    @property
    def grown(self) -> Array:
        """Crack length of one quarter beyond its flaw (t,) [m]; damage along the skin counts."""
        return self.cracks.crack_size - self.cracks.body.crack_size(self.cracks.flaw)
