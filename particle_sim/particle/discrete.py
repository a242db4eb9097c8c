"""What the time integrator asks of a discretised particle, radial or body."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from particle_sim.fem.space import Integers
from particle_sim.particle.unknowns import Stage
from particle_sim.transport.scales import Scales
from particle_sim.units import Array


@dataclass(frozen=True, kw_only=True)
class Rate:
    """d theta/dt (n,) and sodium leaving per scaled time, by surface."""

    theta: Array
    flows: Mapping[Any, float]

    @property
    def outflow(self) -> float:
        """Sodium leaving through all surfaces."""
        return sum(self.flows.values())


class Linearised(Protocol):
    """A stage's residual and tangent at some unknowns; the tangent is the system's own affair."""

    @property
    def residual(self) -> Array: ...

    @property
    def flows(self) -> Mapping[Any, float]:
        """Sodium leaving per scaled time, by the surfaces with a flux."""

    @property
    def held(self) -> Mapping[Any, float]:
        """Unbalanced sodium at held surfaces, before their rows were replaced."""

    @property
    def is_linear(self) -> bool:
        """Whether one Newton step solves the stage."""


class DiscreteParticle(Protocol):
    """Unknowns: ``packed`` (theta first among others) and a few global ones, ``overall``."""

    @property
    def scales(self) -> Scales: ...

    @property
    def theta(self) -> Integers | slice:
        """Where theta sits in ``packed``."""

    @property
    def volumes(self) -> Array:
        """Volume that belongs to each theta dof."""

    @property
    def smallest_cell(self) -> float:
        """Scaled."""

    def start(self, theta: Array) -> tuple[Array, Array]:
        """``packed`` and ``overall`` before the first solve, held surfaces at their value."""

    @property
    def needs_start(self) -> bool:
        """Whether unknowns besides theta have to be found at the start."""

    @property
    def extrapolates(self) -> bool:
        """Whether a stage starts from the last rate rather than the last state."""

    def linearise(self, packed: Array, overall: Array, stage: Stage) -> Any: ...

    def residual_norm(self, linearised: Any) -> float:
        """Largest residual per dof, in units of theta."""

    def newton_step(self, linearised: Any) -> tuple[Array, Array]:
        """Solution of tangent times step = -residual."""

    def settled_flows(self, linearised: Any) -> Mapping[Any, float]:
        """The flows of a converged stage that balance the sodium it stored."""

    def rate(
        self, packed: Array, overall: Array, time: float, piece: tuple[float, float]
    ) -> Rate: ...

    def surface_fillings(self, packed: Array) -> Array:
        """Site fractions on all open surfaces."""

    def voltage_excess(
        self, packed: Array, overall: Array, time: float, piece: tuple[float, float]
    ) -> float:
        """How far the electrode potential lies beyond its limits [V]; negative inside."""
