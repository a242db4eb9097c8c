"""The capacity of a powder at rates that nobody has measured, from those that its maker has."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from particle_sim.cell.design import CellDesign
from particle_sim.cell.half_cell import half_cell
from particle_sim.inference.asked import asked_currents, effective_number, few_rates
from particle_sim.inference.consistency import doubts
from particle_sim.inference.consistency_curves import RATES, Rates
from particle_sim.inference.coordinates import draw_prior
from particle_sim.inference.data import RateData
from particle_sim.inference.groups import GROUPS
from particle_sim.inference.joint import PARTICLES, Prediction
from particle_sim.inference.learned import RIVAL
from particle_sim.inference.measure_next import Worth, rates_to_measure, worth_measuring
from particle_sim.inference.problem import scatter_of
from particle_sim.inference.rate_prediction import (
    LearnedRates,
    asked_of,
    learned_rates,
    quantiles,
)
from particle_sim.inference.rate_record import Held, public_score
from particle_sim.materials.material import Material
from particle_sim.progress import shows_progress
from particle_sim.units import Array

BAND_POINTS = 41

Progress = Callable[[str, float], None]
"""Called with what is being done and the share that is done."""


@dataclass(frozen=True, kw_only=True)
class Expected:
    """5, 50 and 95 % (3, k) of capacities [A h/kg] at ``current`` (k,) [A/kg]."""

    current: Array
    capacity: Array
    measurement: Array
    """The same with the noise of a measurement"""
    before: Array
    """The capacity before the data"""
    rival: Array
    """A measurement, by the curve without physics"""


@dataclass(frozen=True, kw_only=True)
class RateAnswer:
    """What is expected at the rates asked for, and at all rates around."""

    material: Material
    data: RateData
    asked: Expected
    band: Expected
    public: tuple[Mapping[str, Held], ...]
    """What the method and its rival scored on public series, for each rate asked for"""
    worth: Worth
    notes: tuple[str, ...]
    seed: int


@shows_progress
def answer_rates(
    material: Material,
    data: RateData,
    rates: Sequence[float],
    *,
    design: CellDesign | None = None,
    particles: int = PARTICLES,
    seed: int = 1,
    progress: Progress | None = None,
) -> RateAnswer:
    """Capacities of ``material`` at ``rates`` [1/h of its 1C], learned from ``data``.

    A mixture of models, with one that is not physics as its rival
    (:mod:`particle_sim.inference.rate_prediction`), asked as it was scored: the largest measured
    capacity takes the place of the file's. Half cells at 25 degrees, each discharge from rest at
    the upper cut-off. :class:`InputError` where the data contradict themselves or the material, or
    a rate is measured, slower than all data or beyond any test.
    """
    report = progress or (lambda _text, _share: None)
    one_c = material.value("one_c_current")
    notes = _notes(material, data)
    asked = asked_currents(rates, data, one_c)
    report("learning from the rates", 0.0)
    learned = learned_rates(
        half_cell(material, design=design),
        data.current,
        data.capacity,
        stated=data.uncertainty,
        whole=float(data.capacity.max()),
        particles=particles,
        seed=seed,
    )
    report("asking", 0.8)
    ends = data.current.min(), 1.2 * max(asked.max(), data.current.max())
    grid = np.geomspace(*ends, BAND_POINTS)
    return RateAnswer(
        material=material,
        data=data,
        asked=expected(learned, asked),
        band=expected(learned, grid),
        public=tuple(public_score(float(beyond)) for beyond in asked / data.current.max()),
        worth=_worth(material, learned, asked),
        notes=notes,
        seed=seed,
    )


def _notes(material: Material, data: RateData) -> tuple[str, ...]:
    """What the data say of themselves, and every doubt; refused where they contradict."""
    found = doubts(data.place, RATES, Rates(data=data, material=material))
    return (
        *data.notes,
        *(f"Doubt: {text}." for _, text in found),
        *few_rates(data),
        *effective_number(material),
    )


def _worth(material: Material, learned: LearnedRates, asked: Array) -> Worth:
    one_c = material.value("one_c_current")
    rates = rates_to_measure(learned.problem(RIVAL).scatter.at / one_c, asked / one_c)
    return worth_measuring(
        material,
        asked_of(learned, np.concatenate([asked, rates * one_c])).members,
        {name: learned.rows(name)[:, : len(GROUPS)] for name in physical(learned)},
        learned.weights,
        rates,
        seed=learned.seed,
    )


def expected(learned: LearnedRates, current: Array) -> Expected:
    """Bands at ``current`` (k,) [A/kg]."""
    found = asked_of(learned, current)
    prior = {name: before(learned, name, current) for name in learned.weights}
    return Expected(
        current=current,
        capacity=quantiles(found.members, learned.weights, learned.seed, noisy=False),
        measurement=found.quantiles,
        before=quantiles(prior, learned.weights, learned.seed, noisy=False),
        rival=found.rival,
    )


def physical(learned: LearnedRates) -> list[str]:
    """The models of the mixture that know what a particle is."""
    return [name for name in learned.weights if name != RIVAL]


def before(learned: LearnedRates, name: str, current: Array) -> Prediction:
    """What a model expects at ``current`` (k,) [A/kg] before the data."""
    problem, given = learned.elsewhere(name, current), learned.problem(name)
    rows = draw_prior(problem.coordinates, len(learned.rows(name)), np.random.default_rng(1))
    discrepancy, noise = scatter_of(problem, rows)
    scale = given.scatter.scale
    shared = given.scatter.covariance(current, current)
    return Prediction(
        mean=problem.model(rows[:, : len(problem.parameters)]),
        covariance=(discrepancy * scale)[:, None, None] ** 2 * shared,
        noise=noise * scale,
        window=10 ** rows[:, problem.names.index("window_capacity")],
    )
