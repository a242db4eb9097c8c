"""Diffusion with one number for D, whose system is linear."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from particle_sim.particle.forms import SodiumForms
from particle_sim.units import Array


@dataclass(frozen=True, kw_only=True)
class LinearDiffusion:
    """int D T grad theta . grad w on some forms, D scaled."""

    forms: SodiumForms
    diffusivity: float

    @cached_property
    def cells(self) -> Array:
        """Cell matrices (e, i, j)."""
        one = np.ones_like(self.forms.space.weights)
        return self.diffusivity * self.forms.stiff(one, self.forms.ratio)

    def moved(self, theta: Array) -> Array:
        """Cell vectors (e, i) of cell dofs; on a line by the flux, which sums to zero."""
        if self.forms.space.mesh.dimension == 1:
            return self.forms.divergence(self.diffusivity * self.forms.gradient(theta))
        return np.asarray(np.einsum("eij,ej->ei", self.cells, theta))
