"""D/R^2 of a pulse by the formula of Weppner and Huggins, and which of its conditions are missed.

During a pulse the surface of a sphere fills as Sand's square root of time,
V = a + b sqrt(t) + c t, and from rest to rest the voltage moves by dE_s. Weppner & Huggins,
J. Electrochem. Soc. 124 (1977) 1569:

    D = 4/(pi t_p) L^2 (dE_s / (b sqrt(t_p)))^2,     L = R/3, so D/R^2 = 4/(9 pi) (dE_s/(b t_p))^2.

b is taken at t = 0, with c t for the sphere's curvature, and dE_s at the start of the pulse too:
the mean of this pulse's and the last one's, per charge. The formula stands beside the fit of the
whole record (:mod:`particle_sim.inference.record_fit`), which has none of these conditions: the
sodium does not reach the middle, the voltage goes with sqrt(t), the potential does not bend, the
rest was long enough, and the jump when the current begins stays the same from pulse to pulse:
where the overpotential eta depends on the filling, b carries d(U + eta)/dtheta and dE_s only
dU/dtheta, so that D comes out wrong by (1 + eta'/U')^-2.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from particle_sim.inference.consistency_pulses import LAST_PART
from particle_sim.inference.pulses import Pulses, Span
from particle_sim.metrics.gitt import gitt_diffusivity
from particle_sim.units import Array

LONGEST_PULSE = 0.05
"""Largest t_p D/R^2: beyond it the middle of a sphere is felt within a few per cent of sqrt(t)."""
LEAST_LINEAR = 0.99
"""Smallest R^2 of V against 1, sqrt(t), t."""
MOST_CURVED = 0.5
"""Largest |c| sqrt(t_p) / |b|."""
MOST_BENT = 0.2
"""Largest relative change of slope from pulse to pulse."""
MOST_DRIFT = 0.05
"""Largest drift over the last tenth of the rests, relative to dE_s."""
MOST_JUMP = 0.1
"""Largest change of the jump at the current's beginning from pulse to pulse, relative to dE_s."""
FEWEST_POINTS = 6
_FROM = 0.2
"""Start of the fitted part of a pulse in sqrt(t/t_p): charge transfer has settled by then."""


@dataclass(frozen=True, kw_only=True)
class Usual:
    """What the formula says of one pulse."""

    rate: float
    """D/R^2 [1/s]; not a number where the voltages move against each other."""
    steady_change: float
    """dE_s at the start of the pulse [V]"""
    root_slope: float
    """b [V/s^0.5]"""
    potential_slope: float
    """|dU/dtheta| from rest to rest [V]"""
    misses: tuple[str, ...]
    """Conditions of the formula that the pulse misses"""


def by_the_usual_formula(series: Pulses) -> list[Usual]:
    """The formula at every pulse."""
    fits = [_root_fit(series, index) for index in range(len(series.runs))]
    jumps = np.array([fit.jump for fit in fits])
    return [_usual(series, i, fit, _Steady.at(i, series, jumps)) for i, fit in enumerate(fits)]


@dataclass(frozen=True, kw_only=True)
class _Steady:
    """What the rests around a pulse say."""

    change: float
    own_change: float
    bend: float
    slope: float
    jump_change: float
    """Change of the jump per pulse, relative to dE_s"""

    @staticmethod
    def at(index: int, series: Pulses, jumps: Array) -> _Steady:
        runs, changes, charges = series.runs, series.changes, series.charges
        low = index - 1 if runs[index].follows else index
        high = index + 1 if index + 1 < len(runs) and runs[index + 1].follows else index
        slopes = changes / charges
        near, around = slopes[low : index + 1].mean(), slopes[low : high + 1]
        steps = np.abs(np.diff(jumps[low : high + 1]))
        jump = float(np.max(steps[np.isfinite(steps)], initial=0.0))
        own = abs(changes[index])
        return _Steady(
            change=float(near * charges[index]),
            own_change=float(changes[index]),
            bend=float(np.max(np.abs(around / slopes[index] - 1))) if own else np.inf,
            slope=float(abs(near) * series.material.specific_capacity),
            jump_change=jump / float(own) if own else np.inf,
        )


@dataclass(frozen=True, kw_only=True)
class _RootFit:
    """V = a + b sqrt(t) + c t over a pulse; not a number where there are too few points."""

    jump: float = np.nan
    """a minus the relaxed voltage [V]"""
    slope: float = np.nan
    """b [V/s^0.5]"""
    quality: float = np.nan
    """R^2"""
    curve: float = np.nan
    """|c| sqrt(t_p)/|b|"""


def _usual(series: Pulses, index: int, fit: _RootFit, steady: _Steady) -> Usual:
    run, duration = series.runs[index], float(series.durations[index])
    goes = fit.slope * steady.change > 0
    rate = np.nan
    if goes:
        rate = gitt_diffusivity(
            length=1 / 3,
            pulse=duration,
            steady_change=steady.change,
            transient_change=fit.slope * np.sqrt(duration),
        )
    drift = max(_drift(series, run.before), _drift(series, run.after))
    checks = {
        "the voltage moves against its pulse": not goes and np.isfinite(fit.slope),
        "too few points to fit": not np.isfinite(fit.quality),
        "the potential bends between pulses": steady.bend > MOST_BENT,
        "the pulse is too long for R²/D": goes and rate * duration > LONGEST_PULSE,
        "the voltage does not go with the root of time": fit.quality < LEAST_LINEAR
        or fit.curve > MOST_CURVED,
        "the overpotential changes with the filling, and is part of the slope": steady.jump_change
        > MOST_JUMP,
        "the rest is too short": drift > MOST_DRIFT * abs(steady.own_change),
    }
    return Usual(
        rate=float(rate),
        steady_change=steady.change,
        root_slope=fit.slope,
        potential_slope=steady.slope,
        misses=tuple(text for text, missed in checks.items() if missed),
    )


def _root_fit(series: Pulses, index: int) -> _RootFit:
    run, duration = series.runs[index], float(series.durations[index])
    time, voltage = (
        run.pulse.of(column) - column[run.before.last]
        for column in (series.data.time, series.data.voltage)
    )
    root = np.sqrt(np.maximum(time, 0) / duration)
    keep = root >= _FROM
    x, y = root[keep], voltage[keep]
    if len(np.unique(x)) < FEWEST_POINTS or np.ptp(y) == 0:
        return _RootFit()
    basis = np.vander(x, 3, increasing=True)
    a, b, c = np.linalg.lstsq(basis, y, rcond=None)[0]
    left = y - basis @ (a, b, c)
    if b == 0:
        return _RootFit(slope=0.0)
    return _RootFit(
        jump=float(a),
        slope=float(b / np.sqrt(duration)),
        quality=1 - float(left @ left) / float(np.sum((y - y.mean()) ** 2)),
        curve=float(abs(c / b)),
    )


def _drift(series: Pulses, rest: Span) -> float:
    """Change of the voltage over the last tenth of a rest [V]."""
    time, voltage = rest.of(series.data.time), rest.of(series.data.voltage)
    earlier = time[-1] - LAST_PART * series.rest_length(rest)
    return float(abs(voltage[-1] - np.interp(earlier, time, voltage)))
