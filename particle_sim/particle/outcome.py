"""What every particle run reports besides its fields: why it ended, balances, cost."""

from __future__ import annotations

import enum
from dataclasses import dataclass

import numpy as np

from particle_sim.shown import shown
from particle_sim.units import Array


class ParticleEnd(enum.Enum):
    """Why a particle run ended."""

    TIME = "Reached the end of the surface history."
    EMPTY = "The surface ran empty of sodium."
    FULL = "The surface filled up with sodium."
    VOLTAGE = "The electrode potential reached its limit."


class Stored(enum.Enum):
    """Which states a run keeps; the values say it in words.

    >>> Stored.STEPS.value
    'every step'
    """

    TIMES = "the requested times, the start and the end; every step without any"
    STEPS = "every step"


@shown
@dataclass(frozen=True, kw_only=True)
class Balances:
    """Errors of conserved quantities, relative.

    ``sodium``: change of the inventory plus outflow, over the window's inventory.
    ``equilibrium``: work of the internal forces on the displacement against that of the loads,
    over the sum of magnitudes (Clapeyron's theorem), worst of all times.
    ``site_fraction``: lowest and highest theta at any dof and time; a crystal has none beyond 0..1.
    ``space``: estimated largest error in space, in the units of the run's tolerance; ``None`` where
    no estimate was made.
    """

    sodium: float
    equilibrium: float
    site_fraction: tuple[float, float]
    space: float | None = None

    @property
    def in_brief(self) -> dict[str, str]:
        """What was lost, and what the mesh leaves."""
        low, high = self.site_fraction
        return {
            "sodium": f"{self.sodium:.1g} of the inventory lost",
            "equilibrium": f"{self.equilibrium:.1g} of the work",
            "site fraction": f"{low:.4g} to {high:.4g}",
            "error in space": "not estimated" if self.space is None else f"{self.space:.2g}",
        }


def extent(values: Array) -> tuple[float, float]:
    """Lowest and highest value."""
    return float(values.min()), float(values.max())


@dataclass(frozen=True, kw_only=True)
class SpaceError:
    """Estimated errors that the mesh of a body leaves, root mean square over the volume.

    Each at the stored time where the field varies most: of theta (1), and of the stress [Pa] in
    the norm of a tensor.
    """

    site_fraction: float
    stress: float


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What the time stepping took, and which linear solvers were chosen.

    ``memory``: peak of the process [bytes] as predicted before the run, see
    ``particle_sim.particle.memory``; 0 where nothing was predicted.
    """

    steps: int
    rejected_steps: int
    linear_solves: int
    newton_residuals: tuple[float, ...]
    """Of the first state's potentials and displacement, iteration by iteration"""
    methods: tuple[str, ...] = ("banded LU",)
    memory: float = 0.0
    meshes: tuple[int, ...] = ()
    """Sodium dofs of the meshes that followed a phase boundary one after the other"""


def von_mises(stress: Array) -> Array:
    """Von Mises stress of principal stresses (..., 3)."""
    a, b, c = stress[..., 0], stress[..., 1], stress[..., 2]
    return np.asarray(np.sqrt(0.5 * ((a - b) ** 2 + (b - c) ** 2 + (c - a) ** 2)))
