"""Diffusion with one number for D: a linear system, whose stages follow from each other."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import sparse

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

    @cached_property
    def _matrix(self) -> sparse.csr_array:
        """K (n, n)."""
        return self.forms.pattern.assemble(self.cells)

    def moved(self, theta: Array) -> Array:
        """Cell vectors (e, i) of cell dofs; on a line by the flux, which sums to zero."""
        if self.forms.space.mesh.dimension == 1:
            return self.forms.divergence(self.diffusivity * self.forms.gradient(theta))
        return np.asarray(np.einsum("eij,ej->ei", self.cells, theta))

    def change(self, moved: Array, kept: Array, length: float) -> Array:
        """h K moved - M kept (n,).

        K moves sodium and makes none; its product is freed of the rounding that would, which a
        long step in small cells multiplies.
        """
        pushed = length * (self._matrix @ moved)
        volumes = self.forms.space.volumes
        pushed -= pushed.sum() / volumes.sum() * volumes
        return np.asarray(pushed - self.forms.mass_matrix @ kept)
