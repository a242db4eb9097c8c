"""In plain words, how precise the data of a fit are and how wrong its model is."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtri

from particle_sim.inference.fit import Fit
from particle_sim.inference.problem import DISCREPANCY, NOISE, scatter_of


def scatter_lines(fit: Fit) -> list[str]:
    """Noise and discrepancy, after and before."""
    return [_noise_line(fit), _discrepancy_line(fit)]


def is_beyond_belief(fit: Fit) -> bool:
    """Whether the model is more wrong than 95 in 100 like it are: middle draw over the belief."""
    wrong, _ = scatter_of(fit.problem, fit.draws)
    return bool(np.median(wrong) > _half_normal(fit, 0.95))


def _noise_line(fit: Fit) -> str:
    problem = fit.problem
    if problem.scatter.stated is not None:
        return "Noise: given with the data."
    centre = next(each.centre for each in problem.coordinates if each.name == NOISE)
    middle = np.median(scatter_of(problem, fit.draws)[1])
    factor, unit = _shown(fit)
    return (
        f"Noise: {factor * middle:.2g} {unit}, learned with the parameters "
        f"(before: {factor * 10**centre:.2g} {unit})."
    )


def _discrepancy_line(fit: Fit) -> str:
    factor, unit = _shown(fit)
    low, middle, high = np.quantile(scatter_of(fit.problem, fit.draws)[0], [0.05, 0.5, 0.95])
    ends = f"{factor * low:.2g} to {factor * high:.2g} {unit}"
    before = f"{factor * _half_normal(fit, 0.05):.2g} to {factor * _half_normal(fit, 0.95):.2g}"
    where = "per square root of a decade of rate" if unit == "%" else "along the curve"
    return (
        f"Discrepancy: the model is wrong by {factor * middle:.2g} {unit} ({ends}; before: "
        f"{before} {unit}) {where}."
    )


def _shown(fit: Fit) -> tuple[float, str]:
    """Factor and unit: shares of the largest capacity, or voltages."""
    return (100.0, "%") if fit.problem.quantity == "capacity" else (1e3, "mV")


def _half_normal(fit: Fit, share: float) -> float:
    """What the belief in the discrepancy, centred at nothing, has its ``share`` below."""
    own = next(each for each in fit.problem.coordinates if each.name == DISCREPANCY)
    return own.deviation * float(ndtri(0.5 + share / 2))
