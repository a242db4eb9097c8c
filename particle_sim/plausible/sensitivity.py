"""Which variable decides: rank correlations of what was drawn with what came out.

Spearman's rho: +1 when a larger number always means a larger result, 0 when it does not matter. It
sees monotonic influence only, one variable at a time, within the ranges drawn.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import xarray as xr

from particle_sim.units import Array


def rank_correlation(x: Array, y: Array) -> float:
    """Spearman's rho, ties sharing their mean rank; 0 when either does not vary."""
    table = rank_correlations({"x": x}, {"y": y})
    return float(table.influence.values[0, 0])


def rank_correlations(inputs: Mapping[str, Array], results: Mapping[str, Array]) -> xr.Dataset:
    """rho (property, result) of every input (n,) with every result (n,)."""
    rho = _standardised(inputs) @ _standardised(results).T
    return xr.Dataset(
        {"influence": (("property", "result"), rho, {"units": "1", "long_name": "Spearman's rho"})},
        coords={"property": list(inputs), "result": list(results)},
    )


def strongest(inputs: Mapping[str, Array], result: Array) -> tuple[str, float]:
    """The input, of one or more, whose rank follows a result most closely, and rho."""
    rho = rank_correlations(inputs, {"result": result}).influence.values[:, 0]
    place = int(np.argmax(np.abs(rho)))
    return list(inputs)[place], float(rho[place])


def _standardised(columns: Mapping[str, Array]) -> Array:
    """Ranks (k, n) of zero mean and length one; zeros for a column that does not vary."""
    ranks = np.array([_ranks(values) for values in columns.values()])
    off = ranks - ranks.mean(axis=1, keepdims=True)
    length = np.sqrt(np.einsum("ij,ij->i", off, off))[:, None]
    return np.asarray(np.divide(off, length, out=np.zeros_like(off), where=length > 0))


def _ranks(values: Array) -> Array:
    """1, 2, ... by size (n,), ties sharing their mean."""
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(count) - 0.5 * (count - 1))[place])
