"""Fick's law with the chemical diffusivity: N = -D(theta, T) grad c."""

from __future__ import annotations

from particle_sim.materials.material import Material
from particle_sim.transport.term import Flux, PhysicsTerm, Point


def _flux(point: Point, material: Material) -> Flux:
    diffusivity = material["diffusivity"]
    return Flux(
        diffusivity=diffusivity(point.site_fraction, point.temperature),
        diffusivity_slope=diffusivity.slope(point.site_fraction, point.temperature),
    )


fickian_diffusion = PhysicsTerm(
    name="fickian_diffusion",
    law="Fickian diffusion, N = -D grad c",
    flux=_flux,
)
"""Single-phase diffusion; blind to stress and to phase boundaries. Valid where D is the chemical
diffusivity of one solid solution (Crank, The Mathematics of Diffusion, 1975, eq. 1.2)."""
