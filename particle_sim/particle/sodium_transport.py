"""How sodium moves inside a particle: the physics terms' flux as cell residuals and tangents.

A line of the sodium's residual is int (theta - theta_0) w + h int T (A grad theta + B grad phi) .
grad w, one of the potential's int phi w - k int grad theta . grad w; T is the crystal's ratio.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
from scipy import sparse

from particle_sim.fem.sparse_pattern import scatter
from particle_sim.materials.material import Material
from particle_sim.particle.forms import SodiumForms
from particle_sim.particle.unknowns import Stage
from particle_sim.transport.coefficients import flux_coefficients, gradient_energy, potentials_of
from particle_sim.transport.scales import Scales
from particle_sim.transport.term import PhysicsTerm
from particle_sim.units import Array


@dataclass(frozen=True, kw_only=True)
class Transported:
    """Residual (t,), and the coefficients at the points (e, q)."""

    residual: Array
    diffusivity: Array
    mobility: Array | None
    make_tangent: Callable[[], Array]
    """Gives a new cell tangent (e, a, a), which most stages need not"""


@dataclass(frozen=True, kw_only=True)
class SodiumTransport:
    """The terms of one particle on its forms; a = i unknowns of a cell, 2 i with a potential."""

    forms: SodiumForms
    terms: Sequence[PhysicsTerm]
    material: Material
    scales: Scales

    @cached_property
    def has_potential(self) -> bool:
        """Whether some term reads phi."""
        return bool(potentials_of(self.terms))

    @cached_property
    def gradient_energy(self) -> float:
        """Scaled gradient coefficient k."""
        return gradient_energy(self.terms, self.material, self.scales)

    @cached_property
    def constant_diffusivity(self) -> float | None:
        """Scaled D where it is one number and nothing else moves sodium; else ``None``."""
        if self.has_potential:
            return None
        probe = np.linspace(-0.1, 1.1, 25)
        flux = flux_coefficients(self.terms, self.material, self.scales, probe)
        same = np.ptp(flux.diffusivity) <= 1e-14 * abs(flux.diffusivity[0])
        return float(flux.diffusivity[0]) if same and not flux.diffusivity_slope.any() else None

    def of(self, packed: Array, stage: Stage) -> Transported:
        """At the sodium's unknowns, theta and phi (t,)."""
        n, dofs = len(stage.history), self.forms.space.cell_dofs
        if self.constant_diffusivity is None:
            moved, transported = self._varying(packed, stage.length)
        else:
            moved, transported = self._constant(packed[dofs], stage.length)
        changed = packed[:n] - stage.history
        if self.has_potential:
            changed = np.concatenate([changed, packed[n:], packed[:n]])
        residual = self._standing_rows @ changed
        residual[:n] += stage.length * scatter(dofs, moved, n)
        return transported(residual=residual)

    def _constant(self, theta: Array, length: float) -> tuple[Array, Callable[..., Transported]]:
        diffusivity = self.constant_diffusivity
        assert diffusivity is not None
        return self._diffused(theta, diffusivity), partial(
            Transported,
            diffusivity=np.full_like(self.forms.space.weights, diffusivity),
            mobility=None,
            make_tangent=lambda: self._standing + length * self._diffusion,
        )

    def _varying(self, packed: Array, length: float) -> tuple[Array, Callable[..., Transported]]:
        forms, ratio, values = self.forms, self.forms.ratio, self.forms.space.values
        i, dofs = values.shape[1], forms.space.cell_dofs
        theta = packed[dofs]
        flux = flux_coefficients(self.terms, self.material, self.scales, theta @ values.T)
        gradient = forms.gradient(theta)
        moved, pull = flux.diffusivity[..., None] * gradient, None
        if flux.mobility is not None and self.has_potential:
            pull = forms.gradient(packed[dofs + forms.space.dimension])
            moved += flux.mobility[..., None] * pull

        def tangent() -> Array:
            made, change = self._standing.copy(), flux.diffusivity_slope[..., None] * gradient
            if pull is not None and flux.mobility is not None and flux.mobility_slope is not None:
                change += flux.mobility_slope[..., None] * pull
                made[:, :i, i:] += length * forms.stiff(flux.mobility, ratio)
            change = change if ratio is None else change @ ratio
            made[:, :i, :i] += length * (
                forms.stiff(flux.diffusivity, ratio) + forms.carried(change)
            )
            return made

        return forms.divergence(moved if ratio is None else moved @ ratio), partial(
            Transported,
            diffusivity=flux.diffusivity,
            mobility=flux.mobility,
            make_tangent=tangent,
        )

    def _diffused(self, theta: Array, diffusivity: float) -> Array:
        """What a constant diffusivity moves, by cell; on a line by its flux, which sums to zero."""
        if self.forms.space.mesh.dimension == 1:
            return self.forms.divergence(diffusivity * self.forms.gradient(theta))
        return times(self._diffusion, theta)

    @cached_property
    def _standing_rows(self) -> sparse.csr_array:
        """What no state changes: M (theta - theta_0), and M phi - k K theta where there is phi.

        Columns: theta - theta_0, phi, theta.
        """
        mass = self.forms.mass_matrix
        if not self.has_potential:
            return mass
        pull = -self.gradient_energy * self.forms.unit_stiffness
        blocks = [[mass, None, sparse.csr_array(mass.shape)], [None, mass, pull]]
        return sparse.csr_array(sparse.block_array(blocks, format="csr"))

    def linear_change(self, moved: Array, kept: Array, length: float) -> Array:
        """h K moved - M kept (n,) of a constant diffusivity.

        K moves sodium and makes none; its product is freed of the rounding that would, which a
        long step in small cells multiplies.
        """
        pushed = length * (self._stiffness @ moved)
        volumes = self.forms.space.volumes
        pushed -= pushed.sum() / volumes.sum() * volumes
        return np.asarray(pushed - self.forms.mass_matrix @ kept)

    @cached_property
    def _stiffness(self) -> sparse.csr_array:
        """K of a constant diffusivity (n, n)."""
        one = np.ones_like(self.forms.space.weights)
        return self.forms.stiff_matrix((self.constant_diffusivity or 0.0) * one)

    @cached_property
    def _diffusion(self) -> Array:
        """Cell matrices of a constant diffusivity (e, i, j)."""
        unit = self.forms.stiff(np.ones_like(self.forms.space.weights), self.forms.ratio)
        return (self.constant_diffusivity or 0.0) * unit

    @cached_property
    def _standing(self) -> Array:
        """The part of the tangent that no state changes (e, a, a): all of the potential's rows."""
        mass, fields = self.forms.mass, 2 if self.has_potential else 1
        cells, i, _ = mass.shape
        standing = np.zeros((cells, fields * i, fields * i))
        standing[:, :i, :i] = mass
        if self.has_potential:
            ones = np.ones_like(self.forms.space.weights)
            standing[:, i:, i:] = mass
            standing[:, i:, :i] = -self.gradient_energy * self.forms.stiff(ones, None)
        return standing


def times(matrices: Array, vectors: Array) -> Array:
    """Products (e, i) of cell matrices (e, i, j) and cell vectors (e, j)."""
    return np.asarray(np.einsum("eij,ej->ei", matrices, vectors))
