"""What a test is asked, what it may use, and what it answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from particle_sim.claims.schema import Claim
from particle_sim.errors import InputError
from particle_sim.life.loads import GradientTable, Site
from particle_sim.materials.material import Material
from particle_sim.plausible.draws import MaterialDraws
from particle_sim.studies.choices import Direction
from particle_sim.studies.swept_half_cells import Sweeps, swept_half_cells
from particle_sim.units import Array

Flags = NDArray[np.bool_]
Numbers = dict[str, tuple[float, str]]

OWN, SOLID, COHERENT = "own", "solid solution", "coherent"
"""Laws a field map can be asked for: what the material's source describes, one phase, and coherent
phases side by side."""
BOTH_WAYS = (Direction.CHARGE, Direction.DISCHARGE)

ONE_CHARGE = "one charge says nothing of those after it"
ONLY_CRACKS = "cracks are not all that takes capacity, and nothing else is modelled"
MEASURED = "it is a measurement, and rules out inputs of ours instead"


class Runs(Protocol):
    """What the tests read of many half-cell runs; arrays (n,), or (n, k) along each run."""

    @property
    def capacity(self) -> Array:
        """[A h/kg]"""
        ...

    @property
    def peak_tension(self) -> Array:
        """[Pa]"""
        ...

    @property
    def voltage(self) -> Array:
        """[V]"""
        ...

    @property
    def mean_site_fraction(self) -> Array:
        """Filling"""
        ...


class Learned(Protocol):
    """What rate tests say under one form of the particles, one reading and one set of beliefs."""

    @property
    def label(self) -> str: ...

    @property
    def is_one_diffusivity(self) -> bool:
        """Whether D is that of the same thing in all materials."""
        ...

    def has(self, material: str, name: str) -> bool:
        """Whether this form has the unknown."""
        ...

    def column(self, material: str, name: str) -> Array:
        """Draws (n,) of an unknown, log10."""
        ...

    def capacities(
        self, material: str, c_rate: Array, rng: np.random.Generator, *, noisy: bool = False
    ) -> Array:
        """Capacity (n, k) [A h/kg] at C-rates (k,)."""
        ...


Prints = tuple[tuple[str, tuple[float, float]], ...]
"""(material, (C-rate, capacity)) of what a claim holds for printed"""

HalfCells = Callable[[MaterialDraws, float, Direction, int], Runs]
"""(draws, C-rate, direction, points of each curve) -> half-cell runs of the draws"""


@dataclass(frozen=True, kw_only=True)
class FullCells:
    """Many full-cell runs: capacity [A h/kg of positive material], energy [W h/kg], inputs."""

    capacity: Array
    energy: Array
    inputs: Mapping[str, Array]


@dataclass(frozen=True, kw_only=True)
class Tools:
    """The simulations a test may ask for; a test of the tests brings its own."""

    load: Callable[[str], Material]
    half_cells: HalfCells
    field_map: Callable[[str, float, str, Direction], xr.Dataset]
    """(material, C-rate, law, direction) -> stress and inhomogeneity against D/R^2"""
    full_cells: Callable[[str, str, float, float | None, int, int], FullCells]
    """(material, cell design, C-rate, lower cut-off or none, draws, seed) -> full cells"""
    learned: Callable[[tuple[str, ...], float, Prints], tuple[Learned, ...]]
    """(materials, highest C-rate known, prints) -> what is learned, by every member"""
    cycle_loads: Callable[[tuple[str, ...], int], Mapping[Site, GradientTable]]
    """(materials of one test, which of them) -> what a cycle at 1C does to its cracks"""
    directions: tuple[Direction, ...] = BOTH_WAYS
    """What the field maps can be asked for"""
    sweeps: Callable[[MaterialDraws, float, tuple[float, float]], Sweeps] = swept_half_cells
    """(draws, scan rate [V/s], window [V]) -> half cells under a swept voltage"""


@dataclass(frozen=True, kw_only=True)
class Question:
    """A claim with its draws: one :class:`MaterialDraws` per material, drawn together."""

    claim: Claim
    draws: tuple[MaterialDraws, ...]
    names: tuple[str, ...]
    tools: Tools
    samples: int
    seed: int

    def number(self, name: str) -> float:
        """A parameter of the claim in SI units."""
        return self.claim.parameters[name]

    def rate(self, material: Material) -> float:
        """The claim's C-rate [1/h], or its specific current over the material's 1C."""
        given = self.claim.parameters
        if "current" in given:
            return given["current"] / material.value("one_c_current")
        if "c_rate" in given:
            return given["c_rate"]
        raise InputError(
            f"{self.claim.path.name}: test.parameters holds neither c_rate nor current; give one."
        )

    def with_draws(self, *draws: MaterialDraws) -> Question:
        """The same question about other draws."""
        return replace(self, draws=draws)


@dataclass(frozen=True, kw_only=True)
class Branch:
    """The same question under one physics, direction or control."""

    name: str
    holds: Flags
    counted: Flags
    votes: bool = True
    """Whether a different answer here leaves the claim open; else it is shown only"""
    measurable: Mapping[str, Array] | None = None
    """What could be measured, of each of its own draws (n,); None for the inputs of the evidence"""

    @property
    def successes(self) -> int:
        return int(np.count_nonzero(self.holds & self.counted))

    @property
    def draws(self) -> int:
        return int(np.count_nonzero(self.counted))


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What a test found: whether the claim holds at every draw, and which draws count."""

    holds: Flags
    counted: Flags
    inputs: Mapping[str, Array]
    """Drawn values (n,) by a name that says whose they are"""
    text: str
    numbers: Numbers = field(default_factory=dict)
    exact: bool = False
    """Whether this is arithmetic without any draw"""
    name: str = ""
    """Under which of several physics or directions these draws were judged, as a phrase"""
    branches: tuple[Branch, ...] = ()
    """The others"""
    follows: Array | None = None
    """What was held against the print (n,), where no draw falls on one side of it alone"""
    fit: str = ""
    """For a measured number: whether the draws reach it"""
    cannot_contradict: str = ""
    """Why a small share leaves the claim open, as a clause"""
    cannot_support: str = ""
    """Why a large share leaves the claim open, as a clause"""
    measurable: Mapping[str, Array] | None = None
    """As a branch has it"""

    @property
    def successes(self) -> int:
        return int(np.count_nonzero(self.holds & self.counted))

    @property
    def draws(self) -> int:
        return int(np.count_nonzero(self.counted))


def every(holds: Array | Flags) -> tuple[Flags, Flags]:
    """``holds`` with every draw counted."""
    flags = np.asarray(holds, dtype=bool)
    return flags, np.ones_like(flags)


def single(holds: bool) -> tuple[Flags, Flags]:
    """One answer of arithmetic."""
    return every(np.array([holds]))
