"""Units in which the transport of sodium is a problem without dimensions."""

from __future__ import annotations

from dataclasses import dataclass

from particle_sim.constants import GAS_CONSTANT


@dataclass(frozen=True, kw_only=True)
class Scales:
    """Units of the scaled problem: length [m], diffusivity [m2/s], concentration [mol/m3]."""

    length: float
    diffusivity: float
    concentration: float
    temperature: float

    @property
    def time(self) -> float:
        """[s]"""
        return self.length**2 / self.diffusivity

    @property
    def flux(self) -> float:
        """[mol/(m2 s)]"""
        return self.diffusivity * self.concentration / self.length

    @property
    def energy(self) -> float:
        """Molar energy R T [J/mol]."""
        return GAS_CONSTANT * self.temperature

    @property
    def mobility(self) -> float:
        """[mol2/(J m s)]"""
        return self.diffusivity * self.concentration / self.energy
