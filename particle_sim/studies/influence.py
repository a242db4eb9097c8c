"""Which uncertain number moves which result: rank correlations over the plausible draws.

Spearman's rho of every drawn property with every result over the draws of a comparison: +1 when a
larger number always means a larger result, 0 when it does not matter. It sees monotonic influence
only, one number at a time, within the ranges of the file.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import xarray as xr

from particle_sim.studies.draws import MaterialDraws
from particle_sim.units import Array

RESULTS: dict[str, Callable[[MaterialDraws, xr.Dataset], Array]] = {
    "inhomogeneity": lambda drawn, table: drawn.spread(table),
    "peak tension": lambda drawn, table: drawn.stress(table, "peak_tension"),
    "K over K_IC": lambda drawn, table: drawn.crack_driving(table),
}
"""Results of a draw, read off the map of the material's law."""


def influence(drawn: MaterialDraws, table: xr.Dataset) -> xr.Dataset:
    """rho (property, result) of the draws ``drawn`` on the map ``table``.

    A property that was not varied, or a result that does not vary, has rho 0.
    """
    results = {name: result(drawn, table) for name, result in RESULTS.items()}
    rho = [
        [rank_correlation(values, result) for result in results.values()]
        for values in drawn.values.values()
    ]
    return xr.Dataset(
        {"influence": (("property", "result"), rho, {"units": "1", "long_name": "Spearman's rho"})},
        coords={"property": list(drawn.values), "result": list(results)},
    )


def rank_correlation(x: Array, y: Array) -> float:
    """Spearman's rho, ties sharing their mean rank; 0 when either does not vary."""
    from scipy.stats import rankdata

    if np.ptp(x) == 0 or np.ptp(y) == 0:
        return 0.0
    return float(np.corrcoef(rankdata(x), rankdata(y))[0, 1])
