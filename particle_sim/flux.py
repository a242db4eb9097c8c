"""The seam between a cell and a particle: sodium flux through the surface against time."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace

import numpy as np

from particle_sim.checks import arguments_checked, check_fields
from particle_sim.constants import REFERENCE_TEMPERATURE
from particle_sim.errors import InputError
from particle_sim.shown import shown, span
from particle_sim.units import Array, positive, share


@dataclass(frozen=True, kw_only=True)
class SurfaceState:
    """What a surface condition may read: the time, and the sodium just inside the surface.

    Fields are arrays over points of the surface; on a radial particle they have no axes.
    """

    time: float
    piece: tuple[float, float]
    """Start and end of the smooth piece of the history that ``time`` belongs to."""
    site_fraction: Array
    potential: Array
    """Non-local part phi of the chemical potential at the surface [J/mol]; 0 without one."""
    voltage: float = 0.0
    """The unknown electrode potential [V], where the condition has one."""
    flux: Array | float = 0.0
    """Present estimate of the flux [mol/(m2 s)], where the condition has an unknown potential."""
    separates: bool = False
    """Whether the particle may form two phases, so that its potential is the homogeneous one."""


@dataclass(frozen=True, kw_only=True)
class SurfaceResponse:
    """Flux out of the particle [mol/(m2 s)] and its slopes with theta, phi and the voltage."""

    flux: Array
    slope: Array | float = 0.0
    potential_slope: Array | float = 0.0
    voltage_slope: Array | float = 0.0


@shown
@dataclass(frozen=True, kw_only=True)
class SurfaceFlux:
    """Flux history [mol/(m2 s)], positive out of the particle, linear between given times [s].

    ``flux`` at ``time``, both (n,), n >= 2. A time given twice is a jump. ``initial_site_fraction``
    is the uniform filling at the start, ``temperature`` [K].

    >>> history = SurfaceFlux(time=[0, 10, 10, 20], flux=[1e-7, 1e-7, 0, 0],
    ...                       initial_site_fraction=0.5)
    >>> len(history.time)
    4

    Raises :class:`InputError` for times that fall back, unequal lengths, and a filling outside 0 to
    1.
    """

    time: Array
    flux: Array
    initial_site_fraction: float
    temperature: float = REFERENCE_TEMPERATURE

    @property
    def in_brief(self) -> dict[str, str]:
        """How long, how much, from which filling."""
        low, high = float(self.flux.min()), float(self.flux.max())
        return {
            "history": f"{len(self.time)} times from {span(self.time)} s",
            "flux": f"{low:.4g} to {high:.4g} mol/(m2 s), positive out of the particle",
            "filling at the start": f"{self.initial_site_fraction:.4g}",
            "temperature": f"{self.temperature:.5g} K",
        }

    def __post_init__(self) -> None:
        check_fields(self)
        for name in ("time", "flux"):
            object.__setattr__(self, name, _history(name, getattr(self, name)))
        if len(self.time) != len(self.flux) or len(self.time) < 2:
            raise InputError(
                f"A surface flux has {len(self.time)} times and {len(self.flux)} values; "
                "give at least two of each, equally many."
            )
        if np.any(np.diff(self.time) < 0):
            first = float(self.time[1:][np.diff(self.time) < 0][0])
            raise InputError(
                f"A surface flux's times fall back to {first:g} s; sort them in increasing order."
            )
        positive("A surface flux's duration", self.time[-1] - self.time[0], "s")
        share("A surface flux's initial_site_fraction", self.initial_site_fraction)
        positive("A surface flux's temperature", self.temperature, "K")

    @property
    def breaks(self) -> Array:
        """Times at which the flux jumps or bends."""
        return np.unique(self.time)

    @property
    def held_site_fraction(self) -> None:
        """A flux condition holds no concentration."""
        return None

    @property
    def total(self) -> None:
        """A flux condition has no unknown electrode potential."""
        return None

    @property
    def voltage_limits(self) -> None:
        """A flux condition does not watch the voltage."""
        return None

    def respond(self, state: SurfaceState) -> SurfaceResponse:
        """The flux at the state's time, whatever the sodium does."""
        flux = self.between(*state.piece, state.time)
        return SurfaceResponse(flux=np.full(np.shape(state.site_fraction), flux))

    @property
    def largest(self) -> float:
        """Largest magnitude of the flux [mol/(m2 s)]."""
        return float(np.max(np.abs(self.flux)))

    def scaled(self, factor: float) -> SurfaceFlux:
        """The same history with every flux multiplied by ``factor``."""
        return replace(self, flux=self.flux * factor)

    def simplified(self, relative: float = 1e-9) -> SurfaceFlux:
        """The same history without the points that lie on the line between their neighbours."""
        if len(self.time) < 3:
            return self
        slack = relative * max(self.largest, 1e-300)
        keep = [0]
        for i in range(1, len(self.time) - 1):
            left, right = keep[-1], i + 1
            span = self.time[right] - self.time[left]
            between = slice(left + 1, right)
            part = (self.time[between] - self.time[left]) / (span if span > 0 else 1.0)
            line = self.flux[left] + part * (self.flux[right] - self.flux[left])
            off = float(np.max(np.abs(self.flux[between] - line)))
            if off > slack or self.time[i] == self.time[right]:
                keep.append(i)
        keep.append(len(self.time) - 1)
        return SurfaceFlux(
            time=self.time[keep],
            flux=self.flux[keep],
            initial_site_fraction=self.initial_site_fraction,
            temperature=self.temperature,
        )

    def between(self, start: float, stop: float, at: float) -> float:
        """Flux at a time inside one smooth piece from ``start`` to ``stop``."""
        after = int(np.searchsorted(self.time, start, side="right"))
        after = min(max(after, 1), len(self.time) - 1)
        left, right = self.time[after - 1], self.time[after]
        if right <= left:
            return float(self.flux[after])
        part = (at - left) / (right - left)
        return float(self.flux[after - 1] + part * (self.flux[after] - self.flux[after - 1]))

    def passed(self, start: float, stop: float) -> float:
        """Sodium per surface area that left between two times [mol/m2]."""
        inner = self.time[(self.time > start) & (self.time < stop)]
        knots = np.concatenate([[start], np.unique(inner), [stop]])
        return float(
            sum(
                0.5 * (b - a) * (self.between(a, b, a) + self.between(a, b, b))
                for a, b in itertools.pairwise(knots)
            )
        )


def _history(name: str, values: object) -> Array:
    """One row of finite numbers."""
    row = np.asarray(values)
    if row.ndim != 1 or row.dtype.kind not in "iuf" or not np.all(np.isfinite(row)):
        raise InputError(
            f"A surface flux's {name} is {str(values)[:60]}; it must be one row of finite numbers."
        )
    return row.astype(float)


@arguments_checked
def constant_flux(
    flux: float,
    duration: float,
    *,
    initial_site_fraction: float,
    temperature: float = REFERENCE_TEMPERATURE,
) -> SurfaceFlux:
    """The same ``flux`` [mol/(m2 s)], positive out of the particle, for ``duration`` [s].

    ``initial_site_fraction`` is the uniform filling at the start, ``temperature`` [K].

    >>> constant_flux(1e-7, 60.0, initial_site_fraction=0.5)
    SurfaceFlux 2 times from 0 to 60 s
      flux 1e-07 to 1e-07 mol/(m2 s), positive out of the particle; filling at the start 0.5;
      temperature 298.15 K

    Raises :class:`InputError` for a duration or temperature that is not positive, and a filling
    outside 0 to 1.
    """
    length = positive("The duration", duration, "s")
    return SurfaceFlux(
        time=np.array([0.0, length]),
        flux=np.array([flux, flux]),
        initial_site_fraction=initial_site_fraction,
        temperature=temperature,
    )
