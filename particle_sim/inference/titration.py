"""D/R^2 from galvanostatic titration, pulse by pulse, and whether it means anything there.

The whole voltage record is fitted, pulses and rests together
(:mod:`particle_sim.inference.record_fit`): linear diffusion in a sphere with another D/R^2 at every
pulse, the potential and the overpotential taken from the record itself. Beside it stands what the
usual formula gives (:mod:`particle_sim.inference.usual_formula`), and why that differs. A number is
told only where it means something and the record holds it: two phases have no Fickian D, and a
pulse that is too short or too long leaves a bound. Whether the file agrees with itself and with the
material is asked first (:mod:`particle_sim.inference.consistency_pulses`).

What is found is D/R^2, the rate of diffusion over the particle. D needs a length: R, or the area A
of the particles per mass by R = 3/(rho A). D goes with the square of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from particle_sim.constants import FARADAY, GAS_CONSTANT, REFERENCE_TEMPERATURE
from particle_sim.errors import InputError
from particle_sim.inference.consistency import ORDER, doubts
from particle_sim.inference.consistency_pulses import LAST_PART, RESOLVED, ROUNDING, TITRATION
from particle_sim.inference.data import TitrationData
from particle_sim.inference.pulses import Pulses, pulses_of
from particle_sim.inference.record_fit import DETERMINED, NINETY, RecordFit, fit_record
from particle_sim.inference.usual_formula import (
    FEWEST_POINTS,
    MOST_DRIFT,
    Usual,
    by_the_usual_formula,
)
from particle_sim.materials.material import Material
from particle_sim.units import Array

FLATTEST = 2 * GAS_CONSTANT * REFERENCE_TEMPERATURE / FARADAY
"""Smallest |dU/dtheta| [V]: half of an ideal solid solution's at half filling."""
MOST_LEFT = 0.01
"""Largest rms of what the fit leaves, over the change of the voltage by diffusion, where it is not
noise."""
MOST_CORRELATED = 4.0
"""Most rows per independent one of what is left that is still noise."""
MOST_BENT = 5.0
"""Largest ratio of two slopes of the potential within what the surface passes in one pulse."""
MOST_CHANGED = 1.4
"""Largest factor by which D may change between the middle and the surface."""
MOST_BEYOND = 0.5
"""Largest part of the surface's way that leads beyond all rests, where nothing tells the
potential."""
LEADS, LEADS_ERROR = 0.7, 0.1
"""D is that at the filling which the surface has after this part of its way in the pulse (measured
with D falling by two decades over the window: 0.6 to 0.8)."""


@dataclass(frozen=True, kw_only=True)
class Pulse:
    """One pulse between two rests; ``doubts`` says what speaks against its number."""

    start: float
    """[s]"""
    duration: float
    """[s]"""
    site_fraction: float
    """At the pulse's start, from the first relaxed voltage and the charge passed since; not a
    number where that charge is unknown or leads out of 0..1."""
    filling: float
    """Site fraction for which D/R^2 stands: between that of the particle and that of its surface"""
    diffusion_rate: float
    """D/R^2 [1/s]; not a number where it means nothing, or the record leaves a bound only."""
    low: float
    high: float
    """90 % interval of D/R^2 [1/s]; 0 and infinite where the record gives no bound"""
    left: float
    """Root mean square of voltage minus model, over the pulse and its rest [V]"""
    correlated: float
    """Rows over independent ones in what is left"""
    potential_slope: float
    """|dU/dtheta| from rest to rest [V]"""
    usual: Usual
    """What the usual formula says"""
    doubts: tuple[str, ...]

    @property
    def trusted(self) -> bool:
        """Whether there is a number, and nothing speaks against it."""
        return not self.doubts and bool(np.isfinite(self.diffusion_rate))


@dataclass(frozen=True, kw_only=True)
class Trace:
    """The record and its fit, row by row of what was fitted."""

    time: Array
    voltage: Array
    model: Array
    pulse: Array
    """Index of the pulse"""


@dataclass(frozen=True, kw_only=True)
class Titration:
    """All pulses of a titration."""

    name: str
    material: Material
    pulses: tuple[Pulse, ...]
    trace: Trace
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
    """D/R^2 at every pulse of ``data``, with its interval and what speaks against it.

    Raises :class:`InputError` when the data hold no pulse between two rests, or contradict
    themselves or the material in all of them.
    """
    doubts(data.place, ORDER, data.time)
    series = _pulses(data, material)
    found = doubts(data.place, TITRATION, series)
    fit, usual = fit_record(series), by_the_usual_formula(series)
    pulses = tuple(
        _pulse(
            _Seen.of(series, fit, index),
            usual[index],
            tuple(text for pulse, text in found if pulse in (index, None)),
        )
        for index in range(len(series.runs))
    )
    record = fit.record
    return Titration(
        name=data.name,
        material=material,
        pulses=pulses,
        trace=Trace(time=record.time, voltage=record.voltage, model=record.voltage - fit.left,
                    pulse=record.run.astype(float)),
        radius=radius,
        notes=(*data.notes, *_left_out(series)),
    )  # fmt: skip


def _pulses(data: TitrationData, material: Material) -> Pulses:
    series = pulses_of(data, material)
    if not series.runs:
        rests = sum(not stretch.flowing for stretch in series.stretches)
        gaps = sum(stretch.after_gap for stretch in series.stretches)
        raise InputError(
            f"{data.name}: no pulse stands between two rests ({rests} rests found"
            + (f", {gaps} missing: current flows before and behind a gap in time" if gaps else "")
            + "); give current 0 during rests, and start and end with one."
        )
    return series


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
class _Seen:
    """What the fit says of one pulse."""

    series: Pulses
    fit: RecordFit
    index: int
    surface: Array
    """Of the rows of the pulse and its rest"""
    slope: Array
    left: Array
    weight: Array
    excess: float
    """Largest difference between the surface and all of the sphere"""

    @staticmethod
    def of(series: Pulses, fit: RecordFit, index: int) -> _Seen:
        rows = fit.record.slices[index]
        own = fit.record.time[rows] >= series.data.time[series.runs[index].before.last]
        picked = np.arange(rows.start, rows.stop)[own]
        excess = (fit.surface - fit.record.filling)[picked]
        return _Seen(
            series=series,
            fit=fit,
            index=index,
            surface=fit.surface[picked],
            slope=fit.slope[picked],
            left=fit.left[picked],
            weight=fit.record.weight[picked],
            excess=float(excess[np.abs(excess).argmax()]),
        )

    @property
    def rms(self) -> float:
        """Of what is left [V]."""
        return float(np.sqrt(np.average(self.left**2, weights=self.weight)))

    @property
    def way(self) -> float:
        """Of the surface in the pulse, with its sign."""
        step = self.series.charges[self.index] / self.series.material.specific_capacity
        return float(step + self.excess)

    @property
    def diffusion_voltage(self) -> float:
        """Change of the potential at the surface within the pulse [V]."""
        return float(np.mean(np.abs(self.slope)) * abs(self.way))


def _pulse(seen: _Seen, usual: Usual, doubted: tuple[str, ...]) -> Pulse:
    series, fit, index = seen.series, seen.fit, seen.index
    start = float(series.fillings[index])
    known = -ROUNDING <= start <= 1 + ROUNDING
    low, high = _interval(seen)
    senseless = tuple(_senseless(seen, usual))
    told = not senseless and high <= DETERMINED**2 * low
    if senseless:
        low, high = 0.0, np.inf
    bound = () if told or senseless else (_bound(low, high),)
    misfits = () if senseless else tuple(_misfits(seen))
    return Pulse(
        start=float(series.data.time[series.runs[index].before.last]),
        duration=float(series.durations[index]),
        site_fraction=float(np.clip(start, 0, 1)) if known else np.nan,
        filling=float(np.clip(start + LEADS * seen.way, 0, 1)) if known else np.nan,
        diffusion_rate=float(np.exp(fit.log_rate[index])) if told else np.nan,
        low=low,
        high=high,
        left=seen.rms,
        correlated=float(fit.correlated[index]),
        potential_slope=usual.potential_slope,
        usual=usual,
        doubts=(*doubted, *senseless, *bound, *misfits),
    )


def _interval(seen: _Seen) -> tuple[float, float]:
    """90 % interval of D/R^2, with what is not known of the filling for which it stands."""
    fit, index = seen.fit, seen.index
    low, high = float(fit.low[index]), float(fit.high[index])
    moved = fit.change_of_rate(index) * LEADS_ERROR * abs(seen.way)
    if not high <= DETERMINED**2 * low:
        return low, high
    half = NINETY * float(np.hypot(fit.error[index], moved))
    middle = float(fit.log_rate[index])
    return float(np.exp(middle - half)), float(np.exp(middle + half))


def _senseless(seen: _Seen, usual: Usual) -> Iterator[str]:
    """Why no number of the pulse is a diffusivity."""
    change, charge = (a[seen.index] for a in (seen.series.changes, seen.series.charges))
    if change * charge > 0 and abs(change) > RESOLVED:
        yield "the rest voltage moves against its pulse"
    if usual.potential_slope < FLATTEST:
        yield "the potential is flat: two phases, or nearly, where D means nothing"
    if seen.weight.sum() < FEWEST_POINTS:
        yield "too few points to fit"


def _bound(low: float, high: float) -> str:
    """What the record says of a D that it does not tell."""
    if low > 0 and high < np.inf:
        return f"the record tells D/R² to {low:.2g} to {high:.2g} 1/s only"
    if low > 0:
        return f"the pulse is too long to tell D: D/R² is above {low:.2g} 1/s"
    if high < np.inf:
        return f"the pulse and its rest are too short to tell D: D/R² is below {high:.2g} 1/s"
    return "the record says nothing about D here"


def _misfits(seen: _Seen) -> Iterator[str]:
    """Where the model may be another than the cell."""
    rms, change = seen.rms, seen.diffusion_voltage
    if rms > MOST_LEFT * change and seen.fit.correlated[seen.index] > MOST_CORRELATED:
        yield (
            f"what the fit leaves is not noise: {1e3 * rms:.2g} mV, {rms / change:.0%} of what "
            "diffusion does to the voltage"
        )
    steep = np.abs(seen.slope)
    if steep.max() > MOST_BENT * max(steep.min(), 1e-12):
        yield "the potential's slope changes by more than five times where the surface goes"
    if seen.fit.change_of_rate(seen.index) * abs(seen.excess) > np.log(MOST_CHANGED):
        yield "D changes by more than 40 % between the middle and the surface"
    if _beyond(seen) > MOST_BEYOND:
        yield (
            "the surface goes where no rest was, and the material's potential is not the record's "
            "there, so that a straight one is assumed"
        )
    yield from _unknown_past(seen)


def _beyond(seen: _Seen) -> float:
    """Part of the way of the surface beyond all rests, where the potential is taken as straight."""
    (leg,) = (leg for leg in seen.fit.legs if seen.index in leg.runs)
    outside = 0.0
    if not leg.above.measured:
        outside = max(outside, float(seen.surface.max() - leg.rests[-1]))
    if not leg.below.measured:
        outside = max(outside, float(leg.rests[0] - seen.surface.min()))
    return outside / abs(seen.way) if seen.way else 0.0


def _unknown_past(seen: _Seen) -> Iterator[str]:
    """A first rest that still drifts, after what nobody recorded."""
    series, run = seen.series, seen.series.runs[seen.index]
    earlier = any(s.flowing and s.rows.end <= run.before.first for s in series.stretches)
    time, voltage = (run.before.of(c) for c in (series.data.time, series.data.voltage))
    drift = voltage[-1] - np.interp(time[-1] - LAST_PART * np.ptp(time), time, voltage)
    if not earlier and abs(drift) > MOST_DRIFT * abs(series.changes[seen.index]):
        yield "the rest before still drifts, after a current that the file does not hold"
