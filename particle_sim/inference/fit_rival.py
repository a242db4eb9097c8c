"""The curve without physics beside a fit: what it makes of the same rates."""

from __future__ import annotations

from dataclasses import dataclass

from particle_sim.cell.half_cell import Cell
from particle_sim.inference.joint import Joint, learn
from particle_sim.inference.predict import HeldOut, band, held_out
from particle_sim.inference.problem import Problem
from particle_sim.inference.tian import tian_problem
from particle_sim.units import Array


@dataclass(frozen=True, kw_only=True)
class FitRival:
    """Tian's curve (:mod:`particle_sim.inference.tian`), learned as the fit was."""

    band: Array
    """5 %, 50 % and 95 % (3, k) of curve and discrepancy where the fit's band stands"""
    log_evidence: float
    held_out: HeldOut | None


def rival_of(
    given: Problem, wide: Problem, away: Problem | None, particles: int, seed: int
) -> FitRival:
    """The rival to a fit of ``given``: asked where ``wide`` stands, scored on the data ``away``."""
    cell, name = given.cell, given.cell.material.name
    posterior = learn(Joint(parts={name: _tian(cell, given)}), particles=particles, seed=seed)
    return FitRival(
        band=band(posterior, name, _tian(cell, wide), seed + 2),
        log_evidence=posterior.found.log_evidence,
        held_out=None if away is None else held_out(posterior, name, _tian(cell, away), seed + 3),
    )


def _tian(cell: Cell, problem: Problem) -> Problem:
    scatter = problem.scatter
    return tian_problem(cell, scatter.at, problem.observed, stated=scatter.stated)
