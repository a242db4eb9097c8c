"""Fit a half cell to measured capacities or to a voltage curve."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from particle_sim.cell.design import CellDesign
from particle_sim.cell.half_cell import Cell, half_cell
from particle_sim.errors import InputError, closest
from particle_sim.inference.consistency import Check, S, doubts
from particle_sim.inference.consistency_curves import CURVE, RATES, Curve, Rates
from particle_sim.inference.data import RateData, Series, VoltageData
from particle_sim.inference.form import Form
from particle_sim.inference.form_scores import FormScore, form_scores
from particle_sim.inference.forward import capacity_model, voltage_model
from particle_sim.inference.groups import group_prior
from particle_sim.inference.identify import Identifiability, identifiability
from particle_sim.inference.predict import HeldOut, PredictiveCheck, band, check, held_out
from particle_sim.inference.problem import Model, Problem
from particle_sim.inference.profiles import Profile, profiles
from particle_sim.inference.rate_problem import log_limits, noise_of, rate_problem
from particle_sim.inference.sampling import SAMPLED, Chain, Progress, SamplingSettings, sample
from particle_sim.materials.material import Material
from particle_sim.units import Array

ASSUMED_VOLTAGE_NOISE = 0.02
"""[V]"""
VOLTAGE_NOISE_RANGE = (1e-3, 0.3)
"""[V]"""
_BAND_POINTS = 40
_MOST_CURVE_POINTS = 40
_SAME_RATE = 1e-3


@dataclass(frozen=True, kw_only=True)
class FitSettings:
    """Length of the sampling and fineness of the profiles; 0 points leaves the profiles out."""

    sampling: SamplingSettings = field(default_factory=SamplingSettings)
    profile_points: int = 24


@dataclass(frozen=True, kw_only=True)
class Fit:
    """A fitted half cell: draws, what they determine, and how far to believe them."""

    problem: Problem
    name: str
    """Of the data"""
    at: Array
    """Where the data stand: current [A/kg] of capacities, capacity [A h/kg] of a voltage curve."""
    at_name: str
    chain: Chain
    identifiability: Identifiability
    profiles: tuple[Profile, ...]
    check: PredictiveCheck
    band_at: Array
    band: Array
    """5 %, 50 %, 95 % of the model (3, k) at ``band_at``"""
    held_out: HeldOut | None
    seed: int
    notes: tuple[str, ...] = ()
    """What else must be known of the data: doubts, columns left out."""
    scores: tuple[FormScore, ...] = ()
    """How every form of the particles does with rates; none for a voltage curve."""


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
    """Posterior of the groups from capacity against rate; ``hold_out`` [1/h] is predicted.

    ``form``: what the particles are (:mod:`particle_sim.inference.forms`). ``scores`` says of every
    form how far it carries the fitted data.

    Every discharge starts from rest at the upper cut-off and is isothermal; the electrolyte and
    the electrode's thickness do not limit (single-particle model). :class:`InputError` when a
    held-out rate is not measured, when too little is left to fit, or when the data contradict
    themselves or the material (``consistency_curves.RATES``). ``progress`` is called with what is
    being done and the finished share.
    """
    notes = _checked(data, RATES, Rates(data=data, material=material))
    cell = half_cell(material, design=design)
    kept = _kept(data, cell, hold_out)
    problem = rate_problem(cell, data, kept, form)
    grid = np.geomspace(data.current.min() / 1.5, data.current.max() * 1.5, _BAND_POINTS)
    fit = _fit(
        problem,
        _Data(name=data.name, at=data.current[kept], at_name="current", notes=notes),
        _Band(at=grid, model=capacity_model(cell, grid, form)),
        settings or FitSettings(),
        seed,
        progress or (lambda _text, _share: None),
    )
    fit = replace(fit, scores=form_scores(cell, data, kept))
    if kept.all():
        return fit
    away, seen = data.current[~kept], data.capacity[~kept]
    model = capacity_model(cell, away, form)
    return replace(fit, held_out=held_out(model, problem, fit.chain.draws, away, seen, seed + 3))


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

    Same model as :func:`fit_rates`; the potential U of the material is taken as it is, so its
    error is part of the noise. Neighbouring points of a curve are not independent, so at most
    ``_MOST_CURVE_POINTS`` of them, even in capacity, are used. :class:`InputError` when the curve
    contradicts itself or the material (``consistency_curves.CURVE``).
    """
    notes = _checked(data, CURVE, Curve(data=data, material=material))
    cell = half_cell(material, design=design)
    count = min(len(data.capacity), _MOST_CURVE_POINTS)
    even = np.linspace(data.capacity[0], data.capacity[-1], count)
    keep = np.unique([int(np.argmin(np.abs(data.capacity - q))) for q in even])
    at = data.capacity[keep]
    given = None if data.uncertainty is None else data.uncertainty[keep]
    noise = noise_of(given, len(at))
    problem = Problem(
        cell=cell,
        prior=group_prior(cell),
        model=voltage_model(cell, data.current, at),
        observed=data.voltage[keep],
        quantity="voltage",
        unit="V",
        noise=noise,
        deviation=np.full(len(at), ASSUMED_VOLTAGE_NOISE) if given is None else given,
        noise_limits=log_limits(VOLTAGE_NOISE_RANGE),
    )
    grid = np.linspace(at[0], at[-1], 4 * _BAND_POINTS)
    return _fit(
        problem,
        _Data(name=data.name, at=at, at_name="capacity", notes=notes),
        _Band(at=grid, model=voltage_model(cell, data.current, grid)),
        settings or FitSettings(),
        seed,
        progress or (lambda _text, _share: None),
    )


@dataclass(frozen=True, kw_only=True)
class _Data:
    name: str
    at: Array
    at_name: str
    notes: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class _Band:
    at: Array
    model: Model


def _fit(
    problem: Problem,
    data: _Data,
    wide: _Band,
    settings: FitSettings,
    seed: int,
    progress: Progress,
) -> Fit:
    chain = sample(problem, settings.sampling, seed, progress)
    points = settings.profile_points
    progress("profiling", SAMPLED)
    return Fit(
        problem=problem,
        name=data.name,
        at=data.at,
        at_name=data.at_name,
        chain=chain,
        identifiability=identifiability(problem, chain.draws, seed + 1),
        profiles=profiles(problem, chain.draws, points) if points else (),
        check=check(problem, chain.draws, chain.best, seed + 2),
        band_at=wide.at,
        band=band(wide.model, problem, chain.draws),
        held_out=None,
        seed=seed,
        notes=data.notes,
    )


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
