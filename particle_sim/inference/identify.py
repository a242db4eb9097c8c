"""Which groups the data determine, and what they never can.

A group counts as determined when the 90 % interval of its posterior is narrower than ``DETERMINED``
of that of its prior, both in log10. D and R one by one are never determined: the likelihood does
not change along R -> s R, D -> s^2 D, j0 -> s j0. What is said of them takes R as the file has it:
D = k R^2 with k and R drawn one by one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from particle_sim.inference.coordinates import draw_prior
from particle_sim.inference.groups import draw_radius
from particle_sim.inference.problem import Problem
from particle_sim.units import Array

DETERMINED = 0.3
"""Posterior width over prior width below which the data, not the prior, decide (a choice)."""
STRONG = 0.7
"""Correlation from which two groups trade against each other."""

_PRIOR_DRAWS = 4000


@dataclass(frozen=True, kw_only=True)
class Knowledge:
    """What is known of one quantity: 5 %, 50 % and 95 % before and after, SI."""

    prior: Array
    posterior: Array

    @property
    def ratio(self) -> float:
        """Posterior width over prior width, in log10."""
        after, before = (np.log10(q[2] / q[0]) for q in (self.posterior, self.prior))
        return float(after / before)

    @property
    def determined(self) -> bool:
        """Whether the data decide."""
        return self.ratio < DETERMINED


@dataclass(frozen=True, kw_only=True)
class Identifiability:
    """Groups and shape, and the single parameters no such data can tell apart."""

    groups: Mapping[str, Knowledge]
    never: Mapping[str, Knowledge]
    correlation: Array
    """Of the log10 parameters in the posterior (d, d)."""
    prior_draws: Array
    """log10 parameters (p, d)."""

    @property
    def strong_pairs(self) -> tuple[tuple[str, str, float], ...]:
        """Pairs of groups whose posterior correlation is at least ``STRONG``."""
        names = tuple(self.groups)
        found = []
        for i, first in enumerate(names):
            for j in range(i + 1, len(names)):
                value = float(self.correlation[i, j])
                if abs(value) >= STRONG:
                    found.append((first, names[j], value))
        return tuple(found)


def identifiability(problem: Problem, draws: Array, seed: int) -> Identifiability:
    """Compare posterior ``draws`` (s, d) with the prior."""
    rng = np.random.default_rng(seed)
    names = problem.parameters
    before = draw_prior(problem.coordinates, _PRIOR_DRAWS, rng)[:, : len(names)]
    after = draws[:, : len(names)]
    groups = {name: _knowledge(before[:, i], after[:, i]) for i, name in enumerate(names)}
    radii = [draw_radius(problem.cell.material, len(part), rng) for part in (before, after)]
    rates = [part[:, 0] + 2 * radius for part, radius in zip((before, after), radii, strict=True)]
    return Identifiability(
        groups=groups,
        never={"diffusivity": _knowledge(*rates), "particle_radius": _knowledge(*radii)},
        correlation=np.asarray(np.corrcoef(after.T)),
        prior_draws=before,
    )


def _knowledge(before: Array, after: Array) -> Knowledge:
    prior, posterior = (10 ** np.quantile(part, [0.05, 0.5, 0.95]) for part in (before, after))
    return Knowledge(prior=prior, posterior=posterior)
