"""What a voltammogram is read for: its peaks, the gap between them, and how they grow.

Currents are anodic (charging) positive, as electrochemists draw them; a :class:`CellRun` has the
opposite sign.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from particle_sim.cell.run import CellRun
from particle_sim.checks import arguments_checked
from particle_sim.errors import InputError
from particle_sim.protocols.step import Mode
from particle_sim.shown import shown
from particle_sim.units import Array, dimensionless

PROMINENCE = 0.02
"""Share of the largest peak's height by which a peak stands out of its surroundings."""


@dataclass(frozen=True, kw_only=True)
class Peak:
    """A largest current of a branch away from its ends."""

    voltage: float
    """[V]"""
    current: float
    """Per mass of active material [A/kg], which is mA/g; anodic positive"""
    current_density: float
    """Per electrode area [A/m2]"""
    half_height_width: float | None
    """[V]; ``None`` where the branch does not fall to half on both sides"""


@shown
@dataclass(frozen=True, kw_only=True)
class Voltammogram:
    """Last full cycle of a sweep; a branch without a peak has none."""

    anodic: Peak | None
    """The largest"""
    cathodic: Peak | None
    """That of the same plateau, counted from the end of the window that both branches reach"""

    @property
    def in_brief(self) -> dict[str, str]:
        """Its peaks and the gap between them."""
        peaks = {"anodic peak": self.anodic, "cathodic peak": self.cathodic}
        return {
            "gap": "without a gap" if self.gap is None else f"with a gap of {self.gap:.4g} V",
            **{
                name: "none" if peak is None else f"{peak.current:.4g} A/kg at {peak.voltage:.4g} V"
                for name, peak in peaks.items()
            },
        }

    @property
    def gap(self) -> float | None:
        """Anodic less cathodic peak potential [V]."""
        if self.anodic is None or self.cathodic is None:
            return None
        return self.anodic.voltage - self.cathodic.voltage


@arguments_checked
def voltammogram(run: CellRun) -> Voltammogram:
    """Peaks of the last upward and the last downward sweep of a run.

    A peak is a local maximum of the current that stands out by 2 % of the branch's largest one; a
    current that still rises where the sweep turns is none. Its place is the vertex of the parabola
    through the three points around it. Raises :class:`InputError` for a run without both branches.

    >>> import particle_sim as ps
    >>> cell = ps.half_cell(ps.load_material("nfpp_he"))
    >>> run = ps.solve_cell(cell, ps.protocols.sweep(1e-3, lower=2.5, upper=3.6))
    >>> found = ps.voltammogram(run)
    >>> found.gap > 0
    True
    """
    up, down = (_branch(run, mode) for mode in (Mode.SWEEP_UP, Mode.SWEEP_DOWN))
    tops, feet = _peaks(up), _peaks(down)
    anodic = _peak(run, up, tops[0]) if tops else None
    alone = feet[0] if feet else None
    partner = _partner(tops, feet, up[0], down[0]) if tops else alone
    return Voltammogram(
        anodic=anodic, cathodic=None if partner is None else _peak(run, down, partner)
    )


@arguments_checked
def scan_rate_exponent(scan_rate: Array, peak_current: Array) -> dimensionless:
    """b of |i_p| = a v^b, by least squares of ln ``peak_current`` over ln ``scan_rate``, both (n,).

    1 where the particles stay in equilibrium, 0.5 where planar diffusion limits (Lindstrom et
    al., J. Phys. Chem. B 101 (1997) 7717). Neither tells a capacitor from a thin particle.

    >>> round(scan_rate_exponent([1e-4, 4e-4], [2.0, 4.0]), 12)
    0.5

    Raises :class:`InputError` for fewer than two different rates, or one current too many.
    """
    rates, currents = np.abs(np.asarray(scan_rate)), np.abs(np.asarray(peak_current))
    if rates.ndim != 1 or rates.shape != currents.shape or len(set(rates.tolist())) < 2:
        raise InputError(
            f"The scan rates have the shape {rates.shape} and the peak currents "
            f"{currents.shape}; give one current for each of two or more different rates."
        )
    if not (rates.min() > 0 and currents.min() > 0 and np.isfinite([rates, currents]).all()):
        raise InputError("A scan rate or a peak current is 0 or not finite; leave it out.")
    return float(np.polyfit(np.log(rates), np.log(currents), 1)[0])


def _branch(run: CellRun, mode: Mode) -> tuple[Array, Array]:
    """Voltage and the current in the direction of the last sweep of this mode [A]."""
    steps = [number for number, step in enumerate(run.protocol.steps) if step.mode is mode]
    if not steps:
        raise InputError(
            f"{run.protocol.name}: it holds no {mode.value}; run protocols.sweep(...) instead."
        )
    rows = run.step == steps[-1]
    sign = -1 if mode is Mode.SWEEP_UP else 1
    return run.voltage[rows], sign * run.current[rows]


def _partner(tops: list[int], feet: list[int], up: Array, down: Array) -> int | None:
    """The downward peak of the plateau of the first of ``tops``.

    Counted from the low end where the upward branch may have turned before its last peak, and from
    the high end where the downward one did.
    """
    rising, falling = sorted(tops, key=lambda i: up[i]), sorted(feet, key=lambda i: down[i])
    rank = rising.index(tops[0])
    if len(rising) > len(falling):
        rank += len(falling) - len(rising)
    return falling[rank] if rank >= 0 else None


def _peaks(branch: tuple[Array, Array]) -> list[int]:
    """Places of the local maxima that stand out, the largest first."""
    from scipy.signal import find_peaks  # type: ignore[attr-defined]

    _, current = branch
    current = np.maximum(current, 0.0)
    places, found = find_peaks(current, prominence=0.0)
    largest = current[places].max(initial=0.0)
    places = places[found["prominences"] >= PROMINENCE * largest]
    return [int(place) for place in places[np.argsort(-current[places])]]


def _peak(run: CellRun, branch: tuple[Array, Array], top: int) -> Peak:
    voltage, current = branch
    at, height = _vertex(voltage, current, top)
    height *= np.sign(voltage[-1] - voltage[0])
    return Peak(
        voltage=at,
        current=float(height / run.cell.active_mass),
        current_density=float(height / run.cell.design.value("electrode_area")),
        half_height_width=_width(voltage, current, top),
    )


def _vertex(voltage: Array, current: Array, top: int) -> tuple[float, float]:
    """Of the parabola through the three points around the largest."""
    three = slice(top - 1, top + 2)
    centre = voltage[top]
    bend, slope, height = np.polyfit(voltage[three] - centre, current[three], 2)
    if bend >= 0:
        return float(centre), float(current[top])
    return float(centre - slope / (2 * bend)), float(height - slope**2 / (4 * bend))


def _width(voltage: Array, current: Array, top: int) -> float | None:
    """Between the places where the current is half of its peak [V]."""
    half, places = 0.5 * current[top], []
    for end, step in ((-1, -1), (len(current), 1)):
        for place in range(top + step, end, step):
            if current[place] <= half:
                ends = sorted((place, place - step), key=lambda i: current[i])
                places.append(float(np.interp(half, current[ends], voltage[ends])))
                break
    return abs(places[1] - places[0]) if len(places) == 2 else None
