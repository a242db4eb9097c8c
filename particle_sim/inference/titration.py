"""D/R^2 from galvanostatic titration, pulse by pulse, and whether it means anything there.

During a pulse the surface of a sphere fills as Sand's square root of time,
V = a + b sqrt(t) + c t, and from rest to rest the voltage moves by dE_s. Weppner & Huggins,
J. Electrochem. Soc. 124 (1977) 1569:

    D = 4/(pi t_p) L^2 (dE_s / (b sqrt(t_p)))^2,     L = R/3, so D/R^2 = 4/(9 pi) (dE_s/(b t_p))^2.

Taking the slope b at t = 0, with c t for the sphere's curvature and for a bent potential, removes
the bias that the whole change during the pulse has on spheres. dE_s is taken at the start of the
pulse too: the mean of this pulse's and the last one's, per charge. Conditions, checked for every
pulse: the sodium does not reach the middle, the voltage goes with sqrt(t), the potential has a
slope (inside two phases D means nothing), it does not bend, the rest was long enough, and the jump
when the current begins stays the same from pulse to pulse: where the overpotential eta depends on
the filling, b carries d(U + eta)/dtheta and dE_s only dU/dtheta, so D comes out wrong by
(1 + eta'/U')^-2.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from particle_sim.constants import FARADAY, GAS_CONSTANT, REFERENCE_TEMPERATURE
from particle_sim.errors import InputError
from particle_sim.inference.data import TitrationData
from particle_sim.materials.material import Material
from particle_sim.metrics.gitt import gitt_diffusivity
from particle_sim.units import Array

LONGEST_PULSE = 0.05
"""Largest t_p D/R^2: beyond it the middle of a sphere is felt within a few per cent of sqrt(t)."""
LEAST_LINEAR = 0.99
"""Smallest R^2 of V against 1, sqrt(t), t."""
MOST_CURVED = 0.5
"""Largest |c| sqrt(t_p) / |b|."""
FLATTEST = 2 * GAS_CONSTANT * REFERENCE_TEMPERATURE / FARADAY
"""Smallest |dU/dtheta| [V]: half of an ideal solid solution's at half filling."""
MOST_BENT = 0.2
"""Largest relative change of slope from pulse to pulse."""
MOST_DRIFT = 0.05
"""Largest drift over the last tenth of the rests, relative to dE_s."""
MOST_JUMP = 0.1
"""Largest change of the jump at the current's beginning from pulse to pulse, relative to dE_s."""
FEWEST_POINTS = 6
LONGEST_GAP = 0.05
"""Largest time between the last row of the rest and the first of the pulse, over the pulse."""

_FROM = 0.2
"""Start of the fitted part of a pulse in sqrt(t/t_p): charge transfer has settled by then."""
_ON = 1e-2
"""Current that counts as a pulse, over the largest."""


@dataclass(frozen=True, kw_only=True)
class Pulse:
    """One pulse between two rests; ``doubts`` says which conditions it misses."""

    start: float
    """[s]"""
    duration: float
    """[s]"""
    site_fraction: float
    """At the pulse's start, from the relaxed voltage and the charge passed since."""
    steady_change: float
    """dE_s at the start of the pulse [V]"""
    root_slope: float
    """b [V/s^0.5]"""
    diffusion_rate: float
    """D/R^2 [1/s]; not a number where the voltages move against each other."""
    relative_error: float
    """Standard error of D/R^2 from the scatter of the voltage about its fit, relative"""
    potential_slope: float
    """|dU/dtheta| [V]"""
    doubts: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Titration:
    """All pulses of a titration."""

    name: str
    material: Material
    pulses: tuple[Pulse, ...]
    radius: float | None
    """[m]; None leaves D/R^2"""

    @property
    def diffusivity(self) -> Array | None:
        """D [m2/s] of every pulse, where the radius is known."""
        if self.radius is None:
            return None
        return np.array([pulse.diffusion_rate for pulse in self.pulses]) * self.radius**2


def titrate(data: TitrationData, material: Material, *, radius: float | None = None) -> Titration:
    """D/R^2 at every pulse of ``data``, with the conditions it misses.

    Raises :class:`InputError` when the data hold no pulse between two rests.
    """
    ends = _segments(data)
    rests = [(a, b) for a, b, on in ends if not on]
    runs = [
        (ends[i - 1][:2], ends[i][:2], ends[i + 1][:2])
        for i in range(1, len(ends) - 1)
        if ends[i][2]
    ]
    if not runs:
        raise InputError(
            f"{data.name}: no pulse stands between two rests ({len(rests)} rests found); give "
            "current 0 during rests, and start and end with one."
        )
    changes = np.array([_steady(data, *run) for run in runs])
    charges = np.array([_charge(data, pulse) for _, pulse, _ in runs])
    filling = _fillings(data, material, runs[0][0], charges)
    fits = [_root_fit(data, run) for run in runs]
    jumps = np.array([fit.jump for fit in fits])
    pulses = tuple(
        _pulse(data, run, fits[i], _Steady.at(i, changes, charges, filling, jumps))
        for i, run in enumerate(runs)
    )
    return Titration(name=data.name, material=material, pulses=pulses, radius=radius)


@dataclass(frozen=True, kw_only=True)
class _Steady:
    """What the rests around a pulse say."""

    change: float
    own_change: float
    bend: float
    slope: float
    filling: float
    jump_change: float
    """Change of the jump per pulse, relative to dE_s"""

    @staticmethod
    def at(index: int, changes: Array, charges: Array, filling: Array, jumps: Array) -> _Steady:
        slopes = changes / charges
        near = slopes[max(index - 1, 0) : index + 1].mean()
        step = (filling[index + 1] - filling[index]) / charges[index]
        around = slopes[max(index - 1, 0) : index + 2]
        return _Steady(
            change=float(near * charges[index]),
            own_change=float(changes[index]),
            bend=float(np.max(np.abs(around / slopes[index] - 1))) if slopes[index] else np.inf,
            slope=float(abs(near / step)),
            filling=float(filling[index]),
            jump_change=float(
                np.max(np.abs(np.diff(jumps[max(index - 1, 0) : index + 2])), initial=0.0)
                / abs(changes[index] or np.nan)
            ),
        )


@dataclass(frozen=True, kw_only=True)
class _RootFit:
    """V = a + b sqrt(t) + c t over a pulse."""

    duration: float
    first: float
    """Time of the first row after the rest [s]"""
    jump: float
    """a minus the relaxed voltage [V]"""
    slope: float
    """b [V/s^0.5]"""
    error: float
    """Of b, relative"""
    quality: float
    """R^2"""
    curve: float
    """|c| sqrt(t_p)/|b|"""


_Span = tuple[int, int]


def _segments(data: TitrationData) -> list[tuple[int, int, bool]]:
    """(first, last + 1, whether current flows) of pieces of equal kind."""
    on = np.abs(data.current) > _ON * np.abs(data.current).max(initial=0.0)
    sign = np.sign(data.current) * on
    cuts = np.flatnonzero(np.diff(sign)) + 1
    edges = [0, *cuts.tolist(), len(on)]
    return [(a, b, bool(on[a])) for a, b in pairwise(edges)]


def _steady(data: TitrationData, before: _Span, _: _Span, after: _Span) -> float:
    return float(data.voltage[after[1] - 1] - data.voltage[before[1] - 1])


def _charge(data: TitrationData, pulse: _Span) -> float:
    """Charge of a pulse [A h/kg], positive on discharge."""
    part = slice(pulse[0] - 1, pulse[1])
    steps = np.diff(data.time[part]) * data.current[part][1:]
    return float(steps.sum()) / 3600


def _fillings(data: TitrationData, material: Material, rest: _Span, charges: Array) -> Array:
    """Site fraction before every pulse and after the last."""
    start = float(material.potential.filling(np.array(data.voltage[rest[1] - 1])))
    passed = np.concatenate([[0.0], np.cumsum(charges)])
    return np.asarray(start + passed / material.specific_capacity)


def _pulse(
    data: TitrationData, run: tuple[_Span, _Span, _Span], fit: _RootFit, steady: _Steady
) -> Pulse:
    before, _, after = run
    duration = fit.duration
    goes = fit.slope * steady.change > 0
    rate = np.nan
    if goes:
        rate = gitt_diffusivity(
            length=1 / 3,
            pulse=duration,
            steady_change=steady.change,
            transient_change=fit.slope * np.sqrt(duration),
        )
    drift = max(_drift(data, before), _drift(data, after))
    flat, late = steady.slope < FLATTEST, fit.first > LONGEST_GAP * duration
    checks = {
        "the voltage moves against its pulse": not goes,
        "the last row of the rest is missing, so that nobody knows when the current began": late,
        "too few points to fit": not np.isfinite(fit.quality),
        "the potential is flat: two phases, or nearly, where D means nothing": flat,
        "the potential bends between pulses": steady.bend > MOST_BENT,
        "the pulse is too long for R²/D": goes and rate * duration > LONGEST_PULSE,
        "the voltage does not go with the root of time": fit.quality < LEAST_LINEAR
        or fit.curve > MOST_CURVED,
        "the jump when the current begins changes from pulse to pulse, so that the overpotential "
        "is part of the slope": steady.jump_change > MOST_JUMP,
        "the rest is too short": drift > MOST_DRIFT * abs(steady.own_change),
    }
    return Pulse(
        start=float(data.time[before[1] - 1]),
        duration=duration,
        site_fraction=steady.filling,
        steady_change=steady.change,
        root_slope=fit.slope,
        diffusion_rate=float(rate),
        relative_error=2 * fit.error,
        potential_slope=steady.slope,
        doubts=tuple(text for text, missed in checks.items() if missed),
    )


def _root_fit(data: TitrationData, run: tuple[_Span, _Span, _Span]) -> _RootFit:
    (_, rested), (first, last), _ = run
    time = data.time[first:last] - data.time[rested - 1]
    voltage = data.voltage[first:last] - data.voltage[rested - 1]
    duration = float(time[-1])
    root = np.sqrt(np.maximum(time, 0) / duration)
    keep = root >= _FROM
    x, y = root[keep], voltage[keep]
    spread = float(np.sum((y - y.mean()) ** 2)) if keep.any() else 0.0
    a = b = c = error = quality = np.nan
    if keep.sum() >= FEWEST_POINTS and spread > 0:
        basis = np.vander(x, 3, increasing=True)
        a, b, c = np.linalg.lstsq(basis, y, rcond=None)[0]
        left = y - basis @ (a, b, c)
        variance = float(left @ left) / (len(x) - 3) * np.linalg.inv(basis.T @ basis)[1, 1]
        error, quality = np.sqrt(variance) / abs(b), 1 - float(left @ left) / spread
    return _RootFit(
        duration=duration,
        first=float(time[0]),
        jump=float(a),
        slope=float(b / np.sqrt(duration)),
        error=float(error),
        quality=float(quality),
        curve=float(abs(c / b)),
    )


def _drift(data: TitrationData, rest: _Span) -> float:
    """Change of the voltage over the last tenth of a rest [V]."""
    time, voltage = data.time[rest[0] : rest[1]], data.voltage[rest[0] : rest[1]]
    earlier = time[-1] - 0.1 * (time[-1] - time[0])
    return float(abs(voltage[-1] - np.interp(earlier, time, voltage)))
