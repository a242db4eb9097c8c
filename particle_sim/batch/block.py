"""What a kernel advances: particles that share a mesh and the shapes of their functions.

Scaled by the particle: x = r/R, tau = t D/R^2, theta = c/c_max, q = N R/(D c_max).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from particle_sim.batch.mesh import RadialElements
from particle_sim.batch.sharing import Sharing
from particle_sim.transport.table import Table
from particle_sim.units import Array

TIME, EMPTY, FULL, FAILED, VOLTAGE = 0, 1, 2, 3, 4
"""Why a particle stopped."""
PEAKS = ("inhomogeneity", "hoop", "tension", "hydrostatic")
"""Results that are the largest of what a run shows."""


@dataclass(frozen=True, kw_only=True)
class Shapes:
    """Both parts of D(theta) and the chemical strain, over one scale each."""

    diffusivity: Table
    mobile: Table
    strain: Table


@dataclass(frozen=True, kw_only=True)
class Lanes:
    """Scaled numbers of b particles; the surface history has m knots."""

    start: Array
    """Uniform filling (b,)"""
    drift: Array
    """k in D = diffusivity + k mobile (b,)"""
    low: Array
    """Surface filling at which a particle stops (b,)"""
    high: Array
    knots: Array
    """tau (b, m)"""
    flux: Array
    """q, positive out (b, m)"""
    scale: Array
    """Filling over which the tolerance counts (b,)"""
    sharing: Sharing | None = None
    """Sizes that share a potential; the history is then the flux of all surfaces alike"""

    def part(self, which: NDArray[np.intp]) -> Lanes:
        """Some of the particles."""
        own = {name: values[which] for name, values in vars(self).items() if name != "sharing"}
        return Lanes(**own, sharing=self.sharing.part(which) if self.sharing is not None else None)


@dataclass(frozen=True, kw_only=True)
class BlockRun:
    """Results of b particles, scaled; stresses over E span/(1 - nu)."""

    time: Array
    end: NDArray[np.int64]
    mean: Array
    surface: Array
    inhomogeneity: Array
    hoop: Array
    tension: Array
    hydrostatic: Array
    steps: NDArray[np.int64]
    histories: Array
    """Surface filling at k equal parts of each run, start and end included (b, k)"""
    means: Array
    """The mean there, where sizes share a potential and the flux does not tell it"""

    @staticmethod
    def unfinished(count: int, output: int) -> BlockRun:
        """Room for ``count`` particles, none of which has come to its end."""
        return BlockRun(
            **{name: np.zeros(count) for name in ("time", "mean", "surface", *PEAKS)},
            end=np.full(count, FAILED, dtype=np.int64),
            steps=np.zeros(count, dtype=np.int64),
            histories=np.empty((count, output)),
            means=np.empty((count, output)),
        )


Kernel = Callable[[RadialElements, Shapes, Lanes, float, int], BlockRun]
"""(elements, shapes, lanes, tolerance, points of the histories) -> results."""
