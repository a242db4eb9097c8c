"""Loads that the examples of docstrings share, so that each of them is short and quick."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from particle_sim.damage.boundary_crack import DEPTHS
from particle_sim.life.loads import RATES, STEPS, GradientTable, Site


def no_gradients() -> Mapping[Site, GradientTable]:
    """Tables of sodium that is even at every rate, so that boundaries alone load cracks.

    In the place of :func:`~particle_sim.life.loads.gradient_tables`, which solve for some seconds;
    a thing to try functions on, and no material's. Raises nothing.

    >>> float(no_gradients()[Site.SURFACE].intensity.max())
    0.0
    """
    table = GradientTable(
        rates=RATES,
        reach=np.ones((1, len(RATES))),
        intensity=np.zeros((1, len(RATES), len(DEPTHS), STEPS + 1)),
    )
    return dict.fromkeys(Site, table)
