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
(1 + eta'/U')^-2. Whether the file agrees with itself and with the material is asked first
(``consistency_pulses``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from particle_sim.constants import FARADAY, GAS_CONSTANT, REFERENCE_TEMPERATURE
from particle_sim.errors import InputError
from particle_sim.inference.consistency import ORDER, doubts
from particle_sim.inference.consistency_pulses import LAST_PART, ROUNDING, TITRATION
from particle_sim.inference.data import TitrationData
from particle_sim.inference.pulses import Pulses, Span, pulses_of
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
_FROM = 0.2
"""Start of the fitted part of a pulse in sqrt(t/t_p): charge transfer has settled by then."""


@dataclass(frozen=True, kw_only=True)
class Pulse:
    """One pulse between two rests; ``doubts`` says which conditions it misses."""

    start: float
    """[s]"""
    duration: float
    """[s]"""
    site_fraction: float
    """At the pulse's start, from the first relaxed voltage and the charge passed since; not a
    number where that charge is unknown or leads out of 0..1."""
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
    notes: tuple[str, ...] = ()
    """What else must be known of the file: columns and pulses left out."""

    @property
    def diffusivity(self) -> Array | None:
        """D [m2/s] of every pulse, where the radius is known."""
        if self.radius is None:
            return None
        return np.array([pulse.diffusion_rate for pulse in self.pulses]) * self.radius**2


def titrate(data: TitrationData, material: Material, *, radius: float | None = None) -> Titration:
    """D/R^2 at every pulse of ``data``, with the conditions it misses.

    Raises :class:`InputError` when the data hold no pulse between two rests, or contradict
    themselves or the material in all of them.
    """
    doubts(data.place, ORDER, data.time)
    series = pulses_of(data, material)
    if not series.runs:
        rests = sum(not stretch.flowing for stretch in series.stretches)
        gaps = sum(stretch.after_gap for stretch in series.stretches)
        raise InputError(
            f"{data.name}: no pulse stands between two rests ({rests} rests found"
            + (f", {gaps} missing: current flows before and behind a gap in time" if gaps else "")
            + "); give current 0 during rests, and start and end with one."
        )
    found = doubts(data.place, TITRATION, series)
    fits = [_root_fit(series, index) for index in range(len(series.runs))]
    jumps = np.array([fit.jump for fit in fits])
    pulses = tuple(
        _pulse(
            series,
            index,
            fit,
            _Steady.at(index, series, jumps),
            tuple(text for pulse, text in found if pulse in (index, None)),
        )
        for index, fit in enumerate(fits)
    )
    return Titration(
        name=data.name,
        material=material,
        pulses=pulses,
        radius=radius,
        notes=(*data.notes, *_left_out(series)),
    )


def _left_out(series: Pulses) -> list[str]:
    """A sentence for every pulse without a rest on both sides."""
    used, place = {run.pulse for run in series.runs}, series.data.place
    notes = []
    for stretch in series.stretches:
        first = stretch.rows.first
        if not stretch.flowing:
            continue
        if stretch.after_gap:
            time = series.data.time
            notes.append(
                f"No row from {time[first - 1]:.6g} s to {time[first]:.6g} s ({place.of(first)}), "
                "with current before and behind: a rest is missing, and the filling is unknown "
                "from there on."
            )
        if stretch.rows not in used:
            notes.append(
                f"The pulse at {series.data.time[first]:.6g} s ({place.of(first)}) has no rest on "
                "one side and is left out."
            )
    return notes


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
    def at(index: int, series: Pulses, jumps: Array) -> _Steady:
        runs, changes, charges = series.runs, series.changes, series.charges
        low = index - 1 if runs[index].follows else index
        high = index + 1 if index + 1 < len(runs) and runs[index + 1].follows else index
        slopes = changes / charges
        near, around = slopes[low : index + 1].mean(), slopes[low : high + 1]
        filling = series.fillings[index]
        known = -ROUNDING <= filling <= 1 + ROUNDING
        steps = np.abs(np.diff(jumps[low : high + 1]))
        jump = float(np.max(steps[np.isfinite(steps)], initial=0.0))
        own = abs(changes[index])
        return _Steady(
            change=float(near * charges[index]),
            own_change=float(changes[index]),
            bend=float(np.max(np.abs(around / slopes[index] - 1))) if own else np.inf,
            slope=float(abs(near) * series.material.specific_capacity),
            filling=float(np.clip(filling, 0, 1)) if known else np.nan,
            jump_change=jump / float(own) if own else np.inf,
        )


@dataclass(frozen=True, kw_only=True)
class _RootFit:
    """V = a + b sqrt(t) + c t over a pulse; not a number where there are too few points."""

    duration: float
    jump: float = np.nan
    """a minus the relaxed voltage [V]"""
    slope: float = np.nan
    """b [V/s^0.5]"""
    error: float = np.nan
    """Of b, relative"""
    quality: float = np.nan
    """R^2"""
    curve: float = np.nan
    """|c| sqrt(t_p)/|b|"""


def _pulse(
    series: Pulses, index: int, fit: _RootFit, steady: _Steady, doubted: tuple[str, ...]
) -> Pulse:
    run, duration = series.runs[index], fit.duration
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
        "the potential is flat: two phases, or nearly, where D means nothing": steady.slope
        < FLATTEST,
        "the potential bends between pulses": steady.bend > MOST_BENT,
        "the pulse is too long for R²/D": goes and rate * duration > LONGEST_PULSE,
        "the voltage does not go with the root of time": fit.quality < LEAST_LINEAR
        or fit.curve > MOST_CURVED,
        "the jump when the current begins changes from pulse to pulse, so that the overpotential "
        "is part of the slope": steady.jump_change > MOST_JUMP,
        "the rest is too short": drift > MOST_DRIFT * abs(steady.own_change),
    }
    return Pulse(
        start=float(series.data.time[run.before.last]),
        duration=duration,
        site_fraction=steady.filling,
        steady_change=steady.change,
        root_slope=fit.slope,
        diffusion_rate=float(rate),
        relative_error=2 * fit.error,
        potential_slope=steady.slope,
        doubts=(*doubted, *(text for text, missed in checks.items() if missed)),
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
        return _RootFit(duration=duration)
    basis = np.vander(x, 3, increasing=True)
    a, b, c = np.linalg.lstsq(basis, y, rcond=None)[0]
    left = y - basis @ (a, b, c)
    if b == 0:
        return _RootFit(duration=duration, slope=0.0)
    variance = float(left @ left) / (len(x) - 3) * np.linalg.inv(basis.T @ basis)[1, 1]
    return _RootFit(
        duration=duration,
        jump=float(a),
        slope=float(b / np.sqrt(duration)),
        error=float(np.sqrt(variance) / abs(b)),
        quality=1 - float(left @ left) / float(np.sum((y - y.mean()) ** 2)),
        curve=float(abs(c / b)),
    )


def _drift(series: Pulses, rest: Span) -> float:
    """Change of the voltage over the last tenth of a rest [V]."""
    time, voltage = rest.of(series.data.time), rest.of(series.data.voltage)
    earlier = time[-1] - LAST_PART * series.rest_length(rest)
    return float(abs(voltage[-1] - np.interp(earlier, time, voltage)))
