"""C-rate of a run, and the C-rate at which its worst flaw would begin to grow."""

from __future__ import annotations

import math

import numpy as np

from particle_sim.constants import FARADAY
from particle_sim.metrics.crack_sites import crack_sites
from particle_sim.metrics.flaw import flaw_belief
from particle_sim.metrics.linearity import linear_fillings, why_not_linear
from particle_sim.particle.run import ParticleRun
from particle_sim.units import Array, dimensionless

SECONDS_PER_HOUR = 3600.0

SLACK = 1e-8
"""Change of a filling that counts as rounding: a run may start at the end of its window, and times
before any filling has moved tell nothing."""


def c_rate_of(run: ParticleRun) -> dimensionless:
    """Largest C-rate between two stored times of ``run``; 1C is the material's one_c_current.

    |d theta/dt| c_max F/(rho I_1C). A material without that current or a density counts windows per
    hour instead.

    >>> from particle_sim.particle.example import example_run
    >>> round(c_rate_of(example_run()), 2)
    3.64

    Raises nothing; a run of one stored time has none, 0.
    """
    material = run.particle.material
    speed = np.abs(np.diff(run.mean_site_fraction) / np.diff(run.time))
    fastest = float(speed.max(initial=0.0))
    if "one_c_current" not in material.properties or "density" not in material.properties:
        return fastest * SECONDS_PER_HOUR
    per_mass = material.maximum_concentration * FARADAY / material.value("density")
    return fastest * per_mass / material.value("one_c_current")


def critical_c_rate(
    run: ParticleRun, *, flaw_size: float | None = None, toughness: float | None = None
) -> dimensionless | None:
    """C-rate at which the worst flaw of ``run`` would reach K_IC, its whole flux history scaled.

    Where stress is proportional to the flux, K(t) at f times the flux is f K(t), so the rate is f
    times the run's, f = min over t of K_IC/K(t). Only such t count until which no filling leaves
    the window (or the stretch over which properties are straight) at f times the flux: inf where
    the surface runs empty or full before any flaw grows. Times between the stored ones are not
    seen, so the rate is slightly too high; a run should pass the steady state, or its own end
    limits the answer. ``flaw_size`` [m] and ``toughness`` [Pa m^0.5] are the material's unless
    given.

    ``None`` where stress is not proportional to the flux, as with two phases: their misfit is there
    at any rate, so no scaling exists; see :func:`linearity.why_not_linear`, and solve at other
    rates instead.

    >>> from particle_sim.particle.example import example_run
    >>> run = example_run()
    >>> critical_c_rate(run), round(critical_c_rate(run, toughness=2e4), 1)
    (inf, 11.3)

    Raises :class:`InputError` where the material lacks a number and none is given, and for a number
    that is not positive.
    """
    window = linear_fillings(run)
    if window is None or why_not_linear(run) is not None:
        return None
    sites = crack_sites(run)
    belief = flaw_belief(run.particle.material, sites.extent, flaw_size, toughness)
    intensity = sites.driving.max(axis=1) * math.sqrt(belief.size)
    with np.errstate(divide="ignore"):
        factors = belief.toughness.magnitude / intensity
    possible = factors[factors <= _largest_factors(run.site_fraction, window)]
    return float(possible.min(initial=math.inf)) * c_rate_of(run)


def _largest_factors(site_fraction: Array, window: tuple[float, float]) -> Array:
    """Largest multiple of the flux (t,) that keeps all fillings (t, n) in a window so far."""
    start = float(site_fraction[0].mean())
    change = site_fraction - start
    highest = np.maximum.accumulate(change.max(axis=1))
    lowest = np.minimum.accumulate(change.min(axis=1))
    upward, downward = np.full((2, len(change)), math.inf)
    np.divide(window[1] + SLACK - start, highest, out=upward, where=highest > 0)
    np.divide(window[0] - SLACK - start, lowest, out=downward, where=lowest < 0)
    moved = np.maximum(highest, -lowest) > SLACK
    return np.where(moved, np.minimum(upward, downward), 0.0)
