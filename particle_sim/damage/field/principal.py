"""Principal strains and their axes, in a section (..., 4) and in a solid (..., 6).

A section has two normals in the plane, one out of it and the engineering shear in the plane; a
solid xx, yy, zz and the engineering shears yz, xz, xy. With T the matrix that turns a strain into
its principal axes, a stress there is turned back by T^T, as T keeps the work.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from particle_sim.units import Array

EQUAL = 1e-12
"""Principal strains closer than this, relative to their size, are one."""

NORMALS = {size: (np.arange(size) < 3).astype(float) for size in (4, 6)}
"""Strain of an even expansion, by how many components there are."""

_SHEARS = ((1, 2), (0, 2), (0, 1))
_VOIGT = np.array([[0, 5, 4], [5, 1, 3], [4, 3, 2]])


@dataclass(frozen=True, kw_only=True)
class SectionAxes:
    """Cosine and sine (...) of twice the angle of the first axis; the third is out of the plane."""

    cosine: Array
    sine: Array

    @property
    def shears(self) -> tuple[tuple[int, int], ...]:
        """Axes between which each shear acts."""
        return ((0, 1),)

    def spread(self, own: Array) -> Array:
        """Components (..., 4) of principal stresses (..., 3)."""
        mean, half = 0.5 * (own[..., 0] + own[..., 1]), 0.5 * (own[..., 0] - own[..., 1])
        along = half * self.cosine
        return np.stack([mean + along, mean - along, own[..., 2], half * self.sine], axis=-1)

    @property
    def turn(self) -> Array:
        """T (..., 4, 4)."""
        cosine, sine = self.cosine, self.sine
        turn = np.zeros((*cosine.shape, 4, 4))
        turn[..., 0, 0] = turn[..., 1, 1] = 0.5 * (1 + cosine)
        turn[..., 0, 1] = turn[..., 1, 0] = 0.5 * (1 - cosine)
        turn[..., 0, 3], turn[..., 1, 3] = 0.5 * sine, -0.5 * sine
        turn[..., 3, 0], turn[..., 3, 1] = -sine, sine
        turn[..., 3, 3] = cosine
        turn[..., 2, 2] = 1.0
        return turn


@dataclass(frozen=True, kw_only=True)
class SolidAxes:
    """The axes are the columns of ``vectors`` (..., 3, 3)."""

    vectors: Array

    @property
    def shears(self) -> tuple[tuple[int, int], ...]:
        """Axes between which each shear acts."""
        return _SHEARS

    def spread(self, own: Array) -> Array:
        """Components (..., 6) of principal stresses (..., 3)."""
        whole = (self.vectors * own[..., None, :]) @ self.vectors.swapaxes(-1, -2)
        return np.stack([whole[..., i, j] for i, j in ((0, 0), (1, 1), (2, 2), *_SHEARS)], axis=-1)

    @property
    def turn(self) -> Array:
        """T (..., 6, 6)."""
        axes = self.vectors
        turn = np.zeros((*axes.shape[:-2], 6, 6))
        for k in range(3):
            turn[..., k, :3] = axes[..., :, k] ** 2
        for row, (a, b) in enumerate(_SHEARS):
            turn[..., 3 + row, :3] = 2 * axes[..., :, a] * axes[..., :, b]
            for column, (i, j) in enumerate(_SHEARS):
                cross = axes[..., i, a] * axes[..., j, b] + axes[..., j, a] * axes[..., i, b]
                turn[..., 3 + row, 3 + column] = cross
        for column, (i, j) in enumerate(_SHEARS):
            turn[..., :3, 3 + column] = axes[..., i, :] * axes[..., j, :]
        return turn


Axes = SectionAxes | SolidAxes


def principal(strain: Array) -> tuple[Array, Axes]:
    """Principal strains (..., 3) of strains (..., 4 or 6), and their axes."""
    if strain.shape[-1] == 4:
        return _of_section(strain)
    halved = np.where(np.arange(6) < 3, strain, 0.5 * strain)
    values, vectors = np.linalg.eigh(halved[..., _VOIGT])
    return values, SolidAxes(vectors=vectors)


def _of_section(strain: Array) -> tuple[Array, Axes]:
    first, second, out, shear = np.moveaxis(strain, -1, 0)
    mean, half, off = 0.5 * (first + second), 0.5 * (first - second), 0.5 * shear
    radius = np.hypot(half, off)
    is_even = radius <= EQUAL * np.abs(mean)
    safe = np.where(is_even, 1.0, radius)
    safe = np.where(safe == 0, 1.0, safe)
    cosine, sine = np.where(is_even, 1.0, half / safe), np.where(is_even, 0.0, off / safe)
    values = np.stack([mean + radius, mean - radius, out], axis=-1)
    return values, SectionAxes(cosine=cosine, sine=sine)
