"""How sodium moves inside a particle: the physics terms' flux as cell residuals and tangents.

A line of the sodium's residual is int (theta - theta_0) w + h int T (A grad theta + B grad phi) .
grad w, one of the potential's int phi w - k int grad theta . grad w; T is the crystal's ratio.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import sparse

from particle_sim.fem.sparse_pattern import scatter
from particle_sim.particle.forms import SodiumForms
from particle_sim.particle.linear_diffusion import LinearDiffusion
from particle_sim.particle.unknowns import Stage
from particle_sim.transport.coefficients import Coefficients, potentials_of
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
    """The terms of one particle; a = i unknowns of a cell, 2 i with a potential."""

    forms: SodiumForms
    coefficients: Coefficients

    @cached_property
    def has_potential(self) -> bool:
        """Whether some term reads phi."""
        return bool(potentials_of(self.coefficients.terms))

    @cached_property
    def linear(self) -> LinearDiffusion | None:
        """Where D is one number and nothing else moves sodium."""
        if self.has_potential:
            return None
        value = self.coefficients.constant
        return None if value is None else LinearDiffusion(forms=self.forms, diffusivity=value)

    def of(self, packed: Array, stage: Stage) -> Transported:
        """At the sodium's unknowns, theta and phi (t,)."""
        linear = self.linear
        if linear is None:
            return self._varying(packed, stage)
        moved = linear.moved(packed[self.forms.space.cell_dofs])
        return Transported(
            residual=self._residual(packed, stage, moved),
            diffusivity=np.full_like(self.forms.space.weights, linear.diffusivity),
            mobility=None,
            make_tangent=lambda: self._standing.cells + stage.length * linear.cells,
        )

    def _residual(self, packed: Array, stage: Stage, moved: Array) -> Array:
        """(t,) from what moves in each cell (e, i)."""
        n = len(stage.history)
        changed = packed[:n] - stage.history
        if self.has_potential:
            changed = np.concatenate([changed, packed[n:], packed[:n]])
        residual = self._standing.rows @ changed
        residual[:n] += stage.length * scatter(self.forms.space.cell_dofs, moved, n)
        return np.asarray(residual)

    def residual(self, packed: Array, stage: Stage) -> Array:
        """That alone (t,), as later stages of a step ask for it."""
        if self.linear is not None:
            return self.of(packed, stage).residual
        theta = packed[self.forms.space.cell_dofs]
        known = self.coefficients.values(theta @ self.forms.space.values.T)
        moved = known[0][..., None] * self.forms.gradient(theta)
        if self.has_potential and len(known) > 1:
            moved += known[1][..., None] * self._pull(packed)
        return self._turned(packed, stage, moved)

    def _pull(self, packed: Array) -> Array:
        """grad phi at the points (e, q, d)."""
        space = self.forms.space
        return self.forms.gradient(packed[space.cell_dofs + space.dimension])

    def _turned(self, packed: Array, stage: Stage, moved: Array) -> Array:
        """Residual of what moves at the points (e, q, d) along the crystal's axes."""
        ratio = self.forms.ratio
        return self._residual(
            packed, stage, self.forms.divergence(moved if ratio is None else moved @ ratio)
        )

    def _varying(self, packed: Array, stage: Stage) -> Transported:
        forms, ratio, space = self.forms, self.forms.ratio, self.forms.space
        i, theta, length = space.values.shape[1], packed[space.cell_dofs], stage.length
        flux = self.coefficients.at(theta @ space.values.T)
        gradient = forms.gradient(theta)
        moved, pull = flux.diffusivity[..., None] * gradient, None
        if flux.mobility is not None and self.has_potential:
            pull = self._pull(packed)
            moved += flux.mobility[..., None] * pull

        def tangent() -> Array:
            made, change = self._standing.cells.copy(), flux.diffusivity_slope[..., None] * gradient
            if pull is not None and flux.mobility is not None and flux.mobility_slope is not None:
                change += flux.mobility_slope[..., None] * pull
                made[:, :i, i:] += length * forms.stiff(flux.mobility, ratio)
            change = change if ratio is None else change @ ratio
            made[:, :i, :i] += length * (
                forms.stiff(flux.diffusivity, ratio) + forms.carried(change)
            )
            return made

        return Transported(
            residual=self._turned(packed, stage, moved),
            diffusivity=flux.diffusivity,
            mobility=flux.mobility,
            make_tangent=tangent,
        )

    @cached_property
    def _standing(self) -> Standing:
        return Standing(
            forms=self.forms,
            gradient_energy=self.coefficients.gradient_energy,
            phi=self.has_potential,
        )


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What no state changes of residual and tangent: with ``phi`` all of the potential's rows."""

    forms: SodiumForms
    gradient_energy: float
    phi: bool

    @cached_property
    def rows(self) -> sparse.csr_array:
        """M (theta - theta_0), and M phi - k K theta; columns: theta - theta_0, phi, theta."""
        mass = self.forms.mass_matrix
        if not self.phi:
            return mass
        pull = self.forms.pattern.assemble(self._pull)
        blocks = [[mass, None, sparse.csr_array(mass.shape)], [None, mass, pull]]
        return sparse.csr_array(sparse.block_array(blocks, format="csr"))

    @cached_property
    def cells(self) -> Array:
        """Of the tangent (e, a, a)."""
        mass, fields = self.forms.mass, 2 if self.phi else 1
        cells, i, _ = mass.shape
        standing = np.zeros((cells, fields * i, fields * i))
        standing[:, :i, :i] = mass
        if self.phi:
            standing[:, i:, i:] = mass
            standing[:, i:, :i] = self._pull
        return standing

    @cached_property
    def _pull(self) -> Array:
        """Cell matrices of -k int grad N_j . grad N_i (e, i, j)."""
        ones = np.ones_like(self.forms.space.weights)
        return -self.gradient_energy * self.forms.stiff(ones, None)
