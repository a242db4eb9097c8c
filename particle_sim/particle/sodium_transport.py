"""How sodium moves inside a particle: the physics terms' flux as cell residuals and tangents.

A line of the sodium's residual is int (theta - theta_0) w + h int T (A grad theta + B grad phi) .
grad w, one of the potential's int phi w - k int grad theta . grad w; T is the crystal's ratio.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from particle_sim.materials.material import Material
from particle_sim.particle.forms import SodiumForms, moments
from particle_sim.particle.unknowns import Stage
from particle_sim.transport.coefficients import flux_coefficients, gradient_energy, potentials_of
from particle_sim.transport.scales import Scales
from particle_sim.transport.term import PhysicsTerm
from particle_sim.units import Array


@dataclass(frozen=True, kw_only=True)
class Transported:
    """Cell residual (e, a), and the coefficients at the points (e, q)."""

    residual: Array
    diffusivity: Array
    mobility: Array | None
    make_tangent: Callable[[], Array]
    """Gives a new cell tangent (e, a, a); the last iteration of a stage needs none"""


@dataclass(frozen=True, kw_only=True)
class SodiumTransport:
    """The terms of one particle; a = i unknowns of a cell, 2 i with a potential."""

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
        probe = self.terms, self.material, self.scales, np.linspace(-0.1, 1.1, 25)
        flux = flux_coefficients(*probe)
        same = np.ptp(flux.diffusivity) <= 1e-14 * abs(flux.diffusivity[0])
        return float(flux.diffusivity[0]) if same and not flux.diffusivity_slope.any() else None

    def of(self, unknowns: Array, old: Array, stage: Stage) -> Transported:
        """At cell unknowns (e, a) with the history ``old`` (e, i)."""
        theta, residual = unknowns[:, : (i := old.shape[1])], np.zeros_like(unknowns)
        if self.constant_diffusivity is None:
            residual[:, :i] = moments(self.forms, theta - old)
            if self.has_potential:
                residual[:, i:] = _potential(self, theta, unknowns[:, i:])
            return self._varying(residual, unknowns, stage.length)
        # by the matrix that solves the stage, so that both round alike and the balance is exact
        moved = stage.length * self._diffused(theta, self.constant_diffusivity)
        residual += times(self.forms.mass, theta - old) + moved
        return Transported(
            residual=residual,
            diffusivity=np.full_like(self.forms.space.weights, self.constant_diffusivity),
            mobility=None,
            make_tangent=lambda: self._standing + stage.length * self._diffusion,
        )

    def _varying(self, residual: Array, unknowns: Array, length: float) -> Transported:
        forms, ratio, values = self.forms, self.forms.ratio, self.forms.space.values
        theta = unknowns[:, : (i := values.shape[1])]
        flux = flux_coefficients(self.terms, self.material, self.scales, theta @ values.T)
        gradient = forms.gradient(theta)
        moved = flux.diffusivity[..., None] * gradient
        change = flux.diffusivity_slope[..., None] * gradient
        if flux.mobility is not None and flux.mobility_slope is not None and self.has_potential:
            pull = forms.gradient(unknowns[:, i:])
            moved = moved + flux.mobility[..., None] * pull
            change = change + flux.mobility_slope[..., None] * pull
        if ratio is not None:
            moved, change = moved @ ratio, change @ ratio
        residual[:, :i] += length * forms.divergence(moved)

        def tangent() -> Array:
            made = self._standing.copy()
            stiff = forms.stiff(flux.diffusivity, ratio) + forms.carried(change)
            made[:, :i, :i] += length * stiff
            if self.has_potential and flux.mobility is not None:
                made[:, :i, i:] += length * forms.stiff(flux.mobility, ratio)
            return made

        return Transported(
            residual=residual,
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


def _potential(transport: SodiumTransport, theta: Array, phi: Array) -> Array:
    """int phi w - k int grad theta . grad w by cell."""
    forms = transport.forms
    if not transport.gradient_energy:
        return moments(forms, phi)
    if forms.space.mesh.dimension == 1:
        rows = transport._standing[:, theta.shape[1] :]
        return times(rows, np.concatenate([theta, phi], axis=1))
    pull = transport.gradient_energy * forms.gradient(theta)
    return moments(forms, phi) - forms.divergence(pull)


def times(matrices: Array, vectors: Array) -> Array:
    """Products (e, i) of cell matrices (e, i, j) and cell vectors (e, j)."""
    return np.asarray(np.einsum("eij,ej->ei", matrices, vectors))
