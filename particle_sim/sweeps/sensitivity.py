"""Which input moves which result, and how much: Sobol indices and Morris screening, by SALib.

Sobol (Saltelli's estimators): first order S_i = Var(E[y | x_i])/Var(y), what x_i does alone; total
S_Ti = 1 - Var(E[y | x_~i])/Var(y), with all its interactions. N (d + 2) evaluations for d inputs.
Morris: mean of |elementary effects| mu*, their mean mu and spread sigma over a grid of four levels;
N (d + 1) evaluations, for screening many inputs. Source: Saltelli et al., Comput. Phys. Commun. 181
(2010) 259; Morris, Technometrics 33 (1991) 161; Herman & Usher, JOSS 2 (2017) 97 (SALib).

Inputs must be independent, and are over their ranges: axes that share a draw count as one.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from particle_sim.errors import InputError
from particle_sim.progress import shows_progress
from particle_sim.sweeps.axes import AnyAxis
from particle_sim.sweeps.damage import STATUS
from particle_sim.sweeps.engines import Engine
from particle_sim.sweeps.evaluate import Function
from particle_sim.sweeps.plan import MOST_SAMPLES, Plan, arranged, check_count
from particle_sim.sweeps.sampling import Sampling
from particle_sim.sweeps.sweep import for_axes, run_plan
from particle_sim.sweeps.work import Progress
from particle_sim.units import Array

CONFIDENCE = 0.95
RESAMPLES = 100
LEVELS = 4


class Method(enum.Enum):
    """How sensitivity is measured.

    >>> Method("morris") is Method.MORRIS
    True
    """

    SOBOL = "sobol"
    MORRIS = "morris"


@shows_progress
def sensitivity(
    function: Function,
    axes: Sequence[AnyAxis],
    *,
    method: Method = Method.SOBOL,
    samples: int = 256,
    seed: int = 0,
    store: Path | str | None = None,
    engine: Engine | Executor | None = None,
    most: int = MOST_SAMPLES,
    progress: Progress | None = None,
) -> xr.Dataset:
    """Indices (input, result) with their 95 % confidence half-widths; a sweep with its own samples.

    Of ``function`` over ``axes``, as in :func:`sweep`, by ``method``. ``samples`` is N above: a
    power of two for Sobol, the number of trajectories for Morris; equal ``seed``, equal samples. A
    block or trajectory with a failed sample is left out (``attrs["blocks_left_out"]``), so the
    indices then speak of the inputs that work. A result that does not vary has indices 0. Sobol:
    first_order, total; Morris: mu_star, mu, sigma (``mu`` and ``sigma`` in the result's unit).
    ``store``, ``engine``, ``most`` and ``progress`` as in :func:`sweep`.

    >>> from particle_sim.sweeps.axes import Axis
    >>> from particle_sim.units import metre
    >>> def total(length: float, width: float) -> metre:
    ...     return 3 * length + width
    >>> axes = [Axis("length", 0, 1, "m"), Axis("width", 0, 1, "m")]
    >>> sensitivity(total, axes, method=Method.MORRIS, samples=4)["mu_star"].values.ravel().round(6)
    array([3., 1.])

    Raises :class:`InputError` for a number of samples that the method does not take, for fewer
    than two blocks or trajectories without a failure, and as :func:`sweep` does.
    """
    chosen = for_axes(function, axes)
    dimensions, dependents = arranged(axes, getattr(chosen, "axis_units", {}))
    names = [dimension.name for dimension in dimensions]
    points = _WAYS[method].points(_problem(names), samples, seed)
    check_count(len(points), most, Sampling.SOBOL)
    plan = Plan(
        dimensions=dimensions,
        dependents=dependents,
        samples=len(points),
        shape=None,
        points=partial(_rows, points),
    )
    settings = {"sampling": f"sensitivity by {method.value}", "seed": seed}
    data = run_plan(chosen, plan, settings=settings, store=store, engine=engine, progress=progress)
    return _indices(data, points, names, method, seed)


def _rows(points: Array, start: int, stop: int) -> Array:
    return points[start:stop]


def _problem(names: Sequence[str]) -> dict[str, Any]:
    return {"num_vars": len(names), "names": list(names), "bounds": [[0.0, 1.0]] * len(names)}


def _sobol_points(problem: dict[str, Any], samples: int, seed: int) -> Array:
    from SALib.sample import sobol

    if samples < 2 or samples & (samples - 1):
        near = 1 << max(samples, 2).bit_length() - 1
        raise InputError(f"samples is {samples}; Sobol indices need a power of two, e.g. {near}.")
    return np.asarray(sobol.sample(problem, samples, calc_second_order=False, seed=seed))


def _morris_points(problem: dict[str, Any], samples: int, seed: int) -> Array:
    from SALib.sample import morris

    if samples < 2:
        raise InputError(f"samples is {samples}; Morris needs at least 2 trajectories.")
    return np.asarray(morris.sample(problem, samples, num_levels=LEVELS, seed=seed))


def _sobol_indices(
    problem: dict[str, Any], points: Array, result: Array, settings: dict[str, Any]
) -> Mapping[str, Array]:
    from SALib.analyze import sobol

    return dict(sobol.analyze(problem, result, calc_second_order=False, **settings))


def _morris_indices(
    problem: dict[str, Any], points: Array, result: Array, settings: dict[str, Any]
) -> Mapping[str, Array]:
    from SALib.analyze import morris

    return dict(morris.analyze(problem, points, result, num_levels=LEVELS, **settings))


@dataclass(frozen=True)
class _Way:
    """How SALib does a method."""

    points: Callable[[dict[str, Any], int, int], Array]
    indices: Callable[..., Mapping[str, Array]]
    extra: int
    """Samples of a block or trajectory beyond one per input"""
    names: Mapping[str, str]
    """Its names of the results by ours"""


_WAYS = {
    Method.SOBOL: _Way(_sobol_points, _sobol_indices, 2, {
        "first_order": "S1", "first_order_confidence": "S1_conf",
        "total": "ST", "total_confidence": "ST_conf",
    }),
    Method.MORRIS: _Way(_morris_points, _morris_indices, 1, {
        "mu_star": "mu_star", "mu_star_confidence": "mu_star_conf", "mu": "mu", "sigma": "sigma",
    }),
}  # fmt: skip


def _indices(
    data: xr.Dataset, points: Array, names: list[str], method: Method, seed: int
) -> xr.Dataset:
    size = len(names) + _WAYS[method].extra
    good = (data[STATUS].values == 1).reshape(-1, size).all(axis=1)
    if np.count_nonzero(good) < 2:
        raise InputError(
            f"Only {np.count_nonzero(good)} of {len(good)} blocks of samples have no failure; look "
            "at the failures and narrow the axes."
        )
    kept = np.repeat(good, size)
    results = [str(name) for name in data.data_vars if name != STATUS]
    columns = [
        _of_result(method, names, points[kept], data[name].values[kept], seed) for name in results
    ]
    units = [str(data[name].attrs["units"]) for name in results]
    return xr.Dataset(
        {
            key: (("input", "result"), np.stack([column[key] for column in columns], axis=1))
            for key in columns[0]
        },
        coords={"input": names, "result": results, "unit": ("result", units)},
        attrs={
            "method": method.value,
            "confidence": CONFIDENCE,
            "blocks": int(np.count_nonzero(good)),
            "blocks_left_out": int(np.count_nonzero(~good)),
        },
    )


def _of_result(
    method: Method, names: list[str], points: Array, result: NDArray[Any], seed: int
) -> dict[str, Array]:
    still = np.ptp(result.astype(float)) == 0  # shares of no variance; SALib would divide by it
    values = np.arange(len(result)) if still else result
    settings = {"num_resamples": RESAMPLES, "conf_level": CONFIDENCE, "seed": seed}
    found = _WAYS[method].indices(_problem(names), points, values.astype(float), settings)
    return {
        name: np.where(still, 0.0, np.asarray(found[theirs], dtype=float))
        for name, theirs in _WAYS[method].names.items()
    }
