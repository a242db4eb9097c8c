"""Fit a half cell to measured capacities or to a voltage curve."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from particle_sim.cell.design import CellDesign
from particle_sim.cell.half_cell import Cell, half_cell
from particle_sim.errors import InputError, closest
from particle_sim.inference.consistency import Check, S, doubts
from particle_sim.inference.consistency_curves import CURVE, RATES, Curve, Rates
from particle_sim.inference.coordinates import log_prior
from particle_sim.inference.data import RateData, Series, VoltageData
from particle_sim.inference.fit_rival import FitRival, rival_of
from particle_sim.inference.form import Form
from particle_sim.inference.form_scores import FormScore, form_score
from particle_sim.inference.forward import forms_of, has_closed_form
from particle_sim.inference.identify import Identifiability, identifiability
from particle_sim.inference.joint import PARTICLES, Joint, Posterior, learn
from particle_sim.inference.predict import HeldOut, PredictiveCheck, band, check, held_out
from particle_sim.inference.problem import Problem
from particle_sim.inference.profiles import Profile, profiles
from particle_sim.inference.rate_problem import rate_problem
from particle_sim.inference.voltage_problem import voltage_problem
from particle_sim.materials.material import Material
from particle_sim.progress import shows_progress
from particle_sim.shown import shown
from particle_sim.units import Array

_BAND_POINTS = 40
_MOST_CURVE_POINTS = 40
_SAME_RATE = 1e-3
_SAMPLED, _PROFILED = 0.1, 0.4
"""Of a fit, by time, when the draws and the profiles are there."""

Progress = Callable[[str, float], None]


@dataclass(frozen=True, kw_only=True)
class FitSettings:
    """How finely a fit is computed.

    ``particles`` sample the posterior; ``profile_points`` is the fineness of the profiles, and 0
    leaves them out.

    >>> FitSettings(particles=300, profile_points=0)
    FitSettings(particles=300, profile_points=0)

    Raises nothing.
    """

    particles: int = PARTICLES
    profile_points: int = 24


@shown
@dataclass(frozen=True, kw_only=True)
class Fit:
    """A fitted half cell: draws, what they determine, and how far to believe them."""

    problem: Problem
    name: str
    """Of the data"""
    at_name: str
    """What the data stand at: ``current`` [A/kg] of capacities, ``capacity`` [A h/kg] of a curve"""
    posterior: Posterior
    identifiability: Identifiability
    profiles: tuple[Profile, ...]
    check: PredictiveCheck
    band_at: Array
    band: Array
    """5 %, 50 %, 95 % of model and discrepancy (3, k) at ``band_at``"""
    held_out: HeldOut | None
    seed: int
    notes: tuple[str, ...] = ()
    """What else must be known of the data: doubts, columns left out."""
    scores: tuple[FormScore, ...] = ()
    """How every form of the particles does with rates; none for a voltage curve."""
    rival: FitRival | None = None
    """What a curve without physics makes of rates; none for a voltage curve."""

    @property
    def in_brief(self) -> dict[str, str]:
        """What was fitted to what, and which groups it determines."""
        groups = self.identifiability.groups
        names = self.problem.parameters
        known, open_ones = (
            ", ".join(name for name in names if groups[name].determined is wanted) or "none"
            for wanted in (True, False)
        )
        return {
            "fit": f"of {self.problem.cell.material.title} to {self.name}",
            "data": f"{len(self.at)} values of {self.problem.quantity}",
            "determined": known,
            "not determined": open_ones,
            "draws": f"{len(self.draws)}; inference.words.fit_lines has the whole report",
        }

    @property
    def at(self) -> Array:
        """Where the data stand (m,)."""
        return self.problem.scatter.at

    @property
    def draws(self) -> Array:
        """Vectors (s, d) as :attr:`Problem.names` has them."""
        return self.posterior.found.draws

    @cached_property
    def best(self) -> Array:
        """The highest draw (d,) of the posterior."""
        return _highest(self.problem, self.posterior)


@shows_progress
def fit_rates(
    material: Material,
    data: RateData,
    *,
    design: CellDesign | None = None,
    hold_out: Sequence[float] = (),
    form: Form = Form.ONE_SIZE,
    settings: FitSettings | None = None,
    seed: int = 1,
    progress: Progress | None = None,
) -> Fit:
    """Posterior of the groups of ``material`` from ``data``, capacity against rate.

    ``design`` is the half cell's, ``hold_out`` [1/h] names rates to be predicted, ``form`` what the
    particles are (:mod:`particle_sim.inference.forms`), ``settings`` how finely; equal ``seed``,
    equal numbers. ``scores`` says of every form how far it carries the fitted data. ``progress`` is
    called with what is done and the finished share, or is ``ps.progress_bar``.

    Every discharge starts from rest at the upper cut-off and is isothermal; the electrolyte and
    the electrode's thickness do not limit (single-particle model). What the model may be wrong by
    grows with the rate (:mod:`particle_sim.inference.discrepancy`). A fit takes some ten seconds.

    >>> from particle_sim.materials.load import load_material
    >>> material, capacity = load_material("he_o3_li2024"), np.array([110.0, 95.0])
    >>> current = np.array([12.0, 120.0])
    >>> data = RateData(name="mine", current=current, capacity=capacity, uncertainty=None)
    >>> fit_rates(material, data, hold_out=[5.0])  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    particle_sim.errors.InputError: --hold-out names 5C, which mine does not hold; ...

    Raises :class:`InputError` when a held-out rate is not measured, when too little is left to fit,
    or when the data contradict themselves or the material (``consistency_curves.RATES``).
    """
    notes = _checked(data, RATES, Rates(data=data, material=material))
    cell, own = half_cell(material, design=design), settings or FitSettings()
    report = progress or _silent
    kept = _kept(data, cell, hold_out)
    problem = _rates(cell, data, kept, form)
    grid = np.geomspace(data.current.min() / 1.5, data.current.max() * 1.5, _BAND_POINTS)
    wide = rate_problem(cell, grid, np.empty(0), form=form)
    fit = _fit(problem, data.name, "current", wide, own, seed, report)
    forms = forms_of(cell) if has_closed_form(cell) else ()
    scores = []
    for number, other in enumerate(forms):
        report(f"scoring {other.value}", _PROFILED + (1 - _PROFILED) * number / len(forms))
        scores.append(form_score(_rates(cell, data, kept, other)))
    away = None if kept.all() else _rates(cell, data, ~kept, form)
    held = None if away is None else held_out(fit.posterior, material.name, away, seed + 3)
    return replace(
        fit,
        notes=notes,
        scores=tuple(scores),
        rival=rival_of(problem, wide, away, own.particles, seed),
        held_out=held,
    )


@shows_progress
def fit_voltage(
    material: Material,
    data: VoltageData,
    *,
    design: CellDesign | None = None,
    settings: FitSettings | None = None,
    seed: int = 1,
    progress: Progress | None = None,
) -> Fit:
    """Posterior of the groups from one discharge curve.

    Same model as :func:`fit_rates`; the potential U of the material is taken as it is, so its error
    is part of the discrepancy, a Gaussian process along the curve
    (:mod:`particle_sim.inference.voltage_problem`). At most ``_MOST_CURVE_POINTS`` points, even in
    capacity, are used. :class:`InputError` when the curve contradicts itself or the material
    (``consistency_curves.CURVE``).
    """
    notes = _checked(data, CURVE, Curve(data=data, material=material))
    cell = half_cell(material, design=design)
    count = min(len(data.capacity), _MOST_CURVE_POINTS)
    even = np.linspace(data.capacity[0], data.capacity[-1], count)
    keep = np.unique([int(np.argmin(np.abs(data.capacity - q))) for q in even])
    at = data.capacity[keep]
    stated = None if data.uncertainty is None else data.uncertainty[keep]
    problem = voltage_problem(cell, data.current, at, data.voltage[keep], stated=stated)
    grid = np.linspace(at[0], at[-1], 2 * _BAND_POINTS)
    wide = voltage_problem(cell, data.current, grid, np.empty(0))
    own = settings or FitSettings()
    fit = _fit(problem, data.name, "capacity", wide, own, seed, progress or _silent)
    return replace(fit, notes=notes)


def _silent(_text: str, _share: float) -> None:
    """Tell nothing."""


def _rates(cell: Cell, data: RateData, which: NDArray[np.bool_], form: Form) -> Problem:
    stated = None if data.uncertainty is None else data.uncertainty[which]
    return rate_problem(cell, data.current[which], data.capacity[which], form=form, stated=stated)


def _fit(
    problem: Problem,
    name: str,
    at_name: str,
    wide: Problem,
    settings: FitSettings,
    seed: int,
    report: Progress,
) -> Fit:
    material = problem.cell.material.name
    report("sampling", 0.0)
    posterior = learn(
        Joint(parts={material: problem}),
        particles=settings.particles,
        seed=seed,
        report=lambda done: report("sampling", _SAMPLED * done),
    )
    draws, points = posterior.found.draws, settings.profile_points
    report("profiling", _SAMPLED)
    return Fit(
        problem=problem,
        name=name,
        at_name=at_name,
        posterior=posterior,
        identifiability=identifiability(problem, draws, seed + 1),
        profiles=profiles(problem, draws, points) if points else (),
        check=check(problem, draws, _highest(problem, posterior)),
        band_at=wide.scatter.at,
        band=band(posterior, material, wide, seed + 2),
        held_out=None,
        seed=seed,
    )


def _highest(problem: Problem, posterior: Posterior) -> Array:
    found = posterior.found
    heights = found.log_likelihood + log_prior(problem.coordinates, found.draws)
    return np.asarray(found.draws[int(np.argmax(heights))])


def _checked(data: Series, checks: Sequence[Check[S]], series: S) -> tuple[str, ...]:
    """What the data say of themselves, and every doubt; refused where they contradict."""
    found = doubts(data.place, checks, series)
    return (*data.notes, *(f"Doubt: {text}." for _, text in found))


def _kept(data: RateData, cell: Cell, hold_out: Sequence[float]) -> NDArray[np.bool_]:
    """Which data are fitted: all but the rates held out."""
    rates = data.current / cell.material.value("one_c_current")
    kept = np.ones(len(rates), dtype=bool)
    for wanted in hold_out:
        near = np.abs(rates / wanted - 1) < _SAME_RATE
        if not near.any():
            known = [f"{rate:.4g}C" for rate in rates]
            raise InputError(
                f"--hold-out names {wanted:.4g}C, which {data.name} does not hold; "
                f"{closest(f'{wanted:.4g}C', known)}"
            )
        kept &= ~near
    if kept.sum() < 1:
        raise InputError(f"{data.name}: every rate is held out; leave at least one to fit.")
    return kept
