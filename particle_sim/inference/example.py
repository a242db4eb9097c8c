"""The fit that the examples of docstrings share, so that each of them is short and quick."""

from __future__ import annotations

from functools import cache

import numpy as np

from particle_sim.inference.data import VoltageData
from particle_sim.inference.fit import Fit, FitSettings, fit_voltage
from particle_sim.materials.load import load_material


@cache
def example_fit() -> Fit:
    """Thirty draws of LFP after six made-up points of a discharge curve; sampled once.

    A thing to try figures and reports on, and no result: real fits have measured data and sample
    with more particles. Raises nothing.

    >>> example_fit().draws.shape
    (30, 6)
    """
    data = VoltageData(
        name="made up",
        current=12.0,
        capacity=np.linspace(5.0, 110.0, 6),
        voltage=np.linspace(3.43, 3.40, 6),
        uncertainty=None,
    )
    settings = FitSettings(particles=30, profile_points=0)
    return fit_voltage(load_material("lfp"), data, settings=settings)
